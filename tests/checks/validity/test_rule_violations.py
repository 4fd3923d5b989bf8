"""V003: rules of the real data, run on the synthetic table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import Data, load
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config


def people(rows: int, seed: int, **changes: object) -> pa.Table:
    """Persons with rules: a key, ages, a dependency, an implication and an order."""
    rng = np.random.default_rng(seed)
    grade = rng.integers(1, 7, rows)
    role = rng.choice(["Husband", "Wife", "Alone"], rows, p=[0.4, 0.3, 0.3])
    other = np.where(role == "Wife", "Female", rng.choice(["Male", "Female"], rows))
    sex = np.where(role == "Husband", "Male", other)
    start = rng.integers(0, 5_000, rows)
    columns: dict[str, object] = {
        "age": rng.integers(17, 91, rows),
        "grade": grade,
        "school": np.array([f"level {chr(96 + g)}" for g in grade]),
        "role": role,
        "sex": sex,
        "start": start,
        "end": start + rng.integers(0, 3_000, rows),
        "score": rng.normal(13, 2, rows).round(4),
    }
    columns.update(changes)
    return pa.table(columns)


def judged(data: Data, **settings: object) -> Result:
    (result,) = run(data, config=Config(**settings), select_checks=["V003"])  # type: ignore[arg-type]
    return result


def row(result: Result, text: str) -> dict[str, object]:
    (found,) = [dict(entry) for entry in result.rows() if text in entry["rule"]]
    return found


BETWEEN = "expect_column_values_to_be_between"
REAL, HOLDOUT = people(6_000, 1), people(3_000, 2)


def test_fresh_rows_pass() -> None:
    result = judged(load(REAL, people(5_000, 3), HOLDOUT))
    assert result.status is Status.PASS
    assert result.estimate is not None
    assert result.estimate.value <= 0.001
    assert {entry["status"] for entry in result.rows()} == {"pass"}


def test_planted_violations_are_found_with_their_rate() -> None:
    fresh = people(5_000, 3)
    sex = np.array(fresh.column("sex").to_pylist())
    husbands = np.flatnonzero(np.array(fresh.column("role").to_pylist()) == "Husband")
    sex[husbands[:50]] = "Female"
    result = judged(load(REAL, people(5_000, 3, sex=sex), HOLDOUT))
    assert result.status is Status.FAIL  # 3,600 real husbands vouch for one in a thousand
    broken = row(result, "Husband implies")
    assert broken["status"] == "fail"
    assert broken["violations"] == 50
    assert broken["n"] == len(husbands)
    assert broken["low"] < 50 / len(husbands) < broken["high"]
    assert broken["real"] == broken["reference"] == 0


def test_a_rule_of_less_support_is_decided_by_the_exact_excess() -> None:
    fresh = people(5_000, 3)
    sex = np.array(fresh.column("sex").to_pylist())
    wives = np.flatnonzero(np.array(fresh.column("role").to_pylist()) == "Wife")
    sex[wives[:50]] = "Male"
    result = judged(load(REAL, people(5_000, 3, sex=sex), HOLDOUT))
    found = row(result, "Wife implies")
    assert found["severity"] == "warning"  # 2,700 real wives cannot vouch for one in a thousand
    assert result.status is Status.FAIL  # and yet none of them is a man
    assert found["status"] == "fail"
    sex[wives[1:50]] = "Female"
    assert judged(load(REAL, people(5_000, 3, sex=sex), HOLDOUT)).status is Status.PASS


def test_a_critical_rule_fails() -> None:
    fresh = people(5_000, 3)
    grade = np.array(fresh.column("grade").to_pylist())
    grade[:40] = grade[:40] % 6 + 1
    result = judged(load(REAL, people(5_000, 3, grade=grade), HOLDOUT))
    assert result.status is Status.FAIL
    assert "grade and school determine each other" in result.message
    assert row(result, "grade and school")["violations"] == 40


def test_garbled_cells_in_one_row_of_a_thousand_are_found() -> None:
    fresh = people(20_000, 3)
    words = np.array([f"{value}" for value in fresh.column("score").to_pylist()], dtype=object)
    words[:20] = "13.9.5833333"
    garbled = pa.array(words.tolist(), pa.string())
    result = judged(load(REAL, people(20_000, 3, score=garbled), HOLDOUT))
    found = row(result, "score: every cell reads as numbers")
    assert (found["violations"], found["n"]) == (20, 20_000)
    assert found["status"] == "fail"
    assert found["patterns"] == "looks like 00.0.0000000: 20"
    assert row(result, "score: never missing")["violations"] == 0


def test_missing_cells_are_told_from_garbled_ones() -> None:
    ages = people(5_000, 3).column("age").to_pylist()
    ages[:100] = [None] * 100
    result = judged(load(REAL, people(5_000, 3, age=pa.array(ages)), HOLDOUT))
    assert row(result, "age: never missing")["violations"] == 100
    assert row(result, "age: every cell")["violations"] == 0


def test_a_missing_column_fails_and_its_rules_are_errors() -> None:
    result = judged(load(REAL, people(5_000, 3).drop_columns(["school"]), HOLDOUT))
    assert result.status is Status.FAIL
    assert row(result, "columns are there")["status"] == "fail"
    broken = [entry for entry in result.rows() if entry["status"] == "error"]
    assert broken
    assert all("has no column 'school'" in entry["why"] for entry in broken)


def test_an_empty_synthetic_column_is_a_finding_not_a_crash() -> None:
    result = judged(load(REAL, people(500, 3, age=pa.nulls(500, pa.int64())), HOLDOUT))
    assert row(result, "age: never missing")["violations"] == 500
    assert row(result, "age: from")["status"] == "not_applicable"


@pytest.fixture
def bad_suite(tmp_path: Path) -> Path:
    path = tmp_path / "suite.json"
    entries = [
        {"type": "expect_the_impossible", "kwargs": {}},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "absent"}},
        {"type": BETWEEN, "kwargs": {"column": "age", "min_value": 5, "max_value": 1}},
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": 5, "value_set": [1]}},
        {"kwargs": {}},
        "nonsense",
        {"type": BETWEEN, "kwargs": {"column": "sex", "min_value": 1, "max_value": 2}},
        {"type": BETWEEN, "kwargs": {"column": "age", "min_value": 30}},
    ]  # fmt: skip
    path.write_text(json.dumps({"name": "bad", "expectations": entries}), encoding="utf-8")
    return path


def test_bad_rules_are_errors_in_one_sentence_and_the_others_run(bad_suite: Path) -> None:
    synthetic = people(5_000, 3)
    result = judged(load(REAL, synthetic, HOLDOUT), expectations=str(bad_suite))
    assert result.status is Status.ERROR
    errors = [str(entry["why"]) for entry in result.rows() if entry["status"] == "error"]
    assert len(errors) == 7
    assert all("\n" not in why and 10 < len(why) < 250 for why in errors)
    assert any("knows no expectation 'expect_the_impossible'" in why for why in errors)
    assert any("no column 'absent'" in why for why in errors)
    (kept,) = [entry for entry in result.rows() if entry["status"] != "error"]
    assert kept["status"] == "pass"  # real rows are below 30 as often
    young = sum(age < 30 for age in synthetic.column("age").to_pylist())
    assert kept["violations"] == young


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "x"}'])
def test_a_file_that_is_no_suite_is_one_clear_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "suite.json"
    path.write_text(content, encoding="utf-8")
    result = judged(load(REAL, HOLDOUT), expectations=str(path))
    assert result.status is Status.ERROR
    assert "suite.json" in result.message


def test_results_hold_no_count_of_a_few_real_rows() -> None:
    sex = np.array(REAL.column("sex").to_pylist())
    husbands = np.flatnonzero(np.array(REAL.column("role").to_pylist()) == "Husband")
    sex[husbands[:3]] = "Female"
    real = REAL.set_column(REAL.column_names.index("sex"), "sex", pa.array(sex))
    found = row(judged(load(real, people(5_000, 3), HOLDOUT)), "Husband implies")
    assert found["real"] == pytest.approx(10 / len(husbands))
    assert found["limit"] > 10 / 6_000


def test_the_sentence_names_the_number_of_broken_rules_and_the_worst_one() -> None:
    fresh = people(5_000, 3)
    grade = np.array(fresh.column("grade").to_pylist())
    grade[:400] = grade[:400] % 6 + 1
    score = fresh.column("score").to_numpy().copy()
    score[:50] = 1_000
    result = judged(load(REAL, people(5_000, 3, grade=grade, score=score), HOLDOUT))
    broken = sum(entry["status"] in ("fail", "warn") for entry in result.rows())
    assert result.message == (
        f"{broken} of {len(result.rows())} rules are broken more often than by real rows; "
        "worst: grade and school determine each other (8 % of 5,000 rows)"
    )


def test_hostile_and_endless_words_of_a_suite_become_one_short_line(tmp_path: Path) -> None:
    entry = {
        "type": "expect_column_values_to_not_be_null",
        "description": "\x1b[31m<script>\n" + "long " * 5_000,
        "kwargs": {"column": "age"},
    }
    path = tmp_path / "suite.json"
    path.write_text(json.dumps({"name": "s", "expectations": [entry]}), encoding="utf-8")
    (found,) = judged(load(REAL, HOLDOUT), expectations=str(path)).rows()
    assert len(found["rule"]) == 300
    assert found["rule"].isprintable()
