"""C007: edge cases the user named."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.errors import UsageError
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

YOUNG_AND_RICH = {
    "name": "young and rich",
    "all": [
        {"column": "age", "op": "<", "value": 25},
        {"column": "job", "op": "==", "value": "boss"},
    ],
}


def draw(rng, n, rate):
    age = rng.integers(18, 60, n)
    young = age < 25
    boss = np.where(young, rng.random(n) < rate, rng.random(n) < 0.3)
    return pa.table({"age": age, "job": np.where(boss, "boss", "clerk")})


def result(real, synthetic, case=YOUNG_AND_RICH):
    config = Config.from_mapping({"edge_cases": [case]})
    return run(se.load(real, synthetic), select_checks=["C007"], config=config)[0]


def test_lost_case_fails_while_levels_and_ages_are_there():
    rng = np.random.default_rng(0)
    found = result(draw(rng, 20_000, 0.05), draw(rng, 20_000, 0.0))
    assert found.status == "fail"
    assert "young and rich" in found.message


def test_fresh_rows_pass_with_the_ratio_and_its_interval():
    rng = np.random.default_rng(1)
    found = result(draw(rng, 20_000, 0.05), draw(rng, 10_000, 0.05))
    assert found.status == "pass"
    assert found.estimate.low < 1 < found.estimate.high


def test_declared_rate_replaces_the_real_one():
    rng = np.random.default_rng(2)
    real, synthetic = draw(rng, 20_000, 0.0), draw(rng, 20_000, 0.05)
    found = result(real, synthetic, {**YOUNG_AND_RICH, "rate": 0.05 / 6})
    assert found.rows()[0]["expected"] == pytest.approx(0.05 / 6, rel=1e-3)
    assert found.status == "pass"


def test_case_of_few_real_rows_is_not_told():
    rng = np.random.default_rng(3)
    found = result(draw(rng, 2000, 0.02), draw(rng, 2000, 0.02))
    assert found.status == "inconclusive"
    assert found.rows()[0]["expected"] == 0.0


def test_dates_and_text_are_compared_as_what_they_are():
    days = np.arange("2020-01-01", "2022-01-01", dtype="datetime64[D]")
    table = pa.table({"d": np.tile(days, 10)})
    case = {"name": "late", "all": [{"column": "d", "op": ">=", "value": "2021-12-01"}]}
    found = result(table, table, case)
    assert found.rows()[0]["estimate"] == pytest.approx(31 / 731)


def test_no_case_is_not_applicable_and_bad_cases_are_refused():
    table = pa.table({"age": [1.5, 2.5]})
    found = run(se.load(table, table), select_checks=["C007"])[0]
    assert found.status == "not_applicable"
    with pytest.raises(UsageError, match="needs column, op and value"):
        Config.from_mapping({"edge_cases": [{"name": "x", "all": [{"column": "a"}]}]})
    with pytest.raises(UsageError, match="needs a name"):
        Config.from_mapping({"edge_cases": [{"all": []}]})
    assert (
        "nowhere"
        in result(
            table, table, {"name": "x", "all": [{"column": "nowhere", "op": "<", "value": 1}]}
        ).message
    )


@pytest.mark.parametrize(("op", "rows"), [("==", 3), ("!=", 5)])
def test_a_level_that_the_real_table_lacks_is_found_by_its_name(op, rows):
    real = pa.table({"job": ["boss", "clerk"] * 10})
    made = pa.table({"job": ["fraud"] * 3 + ["thief"] * 2 + ["boss"] * 3 + [None] * 2})
    case = {"name": "x", "all": [{"column": "job", "op": op, "value": "fraud"}], "rate": 0.2}
    assert result(real, made, case).rows()[0]["estimate"] == pytest.approx(rows / 10)


def test_levels_have_no_order():
    table = pa.table({"job": ["boss", "clerk"] * 10})
    case = {"name": "x", "all": [{"column": "job", "op": "<", "value": "c"}]}
    assert "no order" in result(table, table, case).message


def test_texts_are_compared_as_words():
    notes = [f"a note of its own, number {i}, in words" for i in range(300)]
    table = pa.table({"note": notes})
    case = {"name": "x", "all": [{"column": "note", "op": "==", "value": notes[7]}], "rate": 0.01}
    assert result(table, table, case).rows()[0]["estimate"] == pytest.approx(1 / 300)
