"""What is derived from a real table, and what must never be written."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import Data, load
from synth_eval.demo.simulated import TRUTH, simulated_table
from synth_eval.judging.results import Status
from synth_eval.judging.run import run
from synth_eval.rules import derive_suite, suite_text
from synth_eval.rules.derived.derive import derive_rules
from synth_eval.rules.derived.relations import MIN_SUPPORT
from synth_eval.rules.validate import run_suite
from tests.conftest import replace_column
from tests.processes import finished


def texts(suite: dict[str, Any]) -> list[str]:
    return [entry["description"] for entry in suite["expectations"]]


def table(rows: int = 4_000, seed: int = 0, **columns: Any) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table({"noise": rng.normal(size=rows), **columns})


def derived(rows: pa.Table, **options: Any) -> list[str]:
    return texts(derive_suite(load(rows, rows, **options)))


def test_every_rule_of_the_simulated_table_is_found(simulated: Data) -> None:
    found = texts(derive_suite(simulated))
    for rule in (*TRUTH.rules, "relationship = Wife implies sex = Female"):
        assert rule in found or rule.replace(" + ", " + ") in found
    assert "person_id: no value occurs twice" in found


def test_no_rule_is_found_between_independent_columns() -> None:
    rng = np.random.default_rng(0)
    columns = {f"level {i}": rng.choice(list("abcdef"), 5_000).astype(object) for i in range(12)}
    columns |= {f"number {i}": rng.normal(size=5_000) for i in range(12)}
    found = derived(table(5_000, **columns))
    assert not [text for text in found if "implies" in text or "determine" in text or "=" in text]


def test_conditional_missingness() -> None:
    rng = np.random.default_rng(1)
    ended = rng.random(4_000) < 0.4
    rows = table(
        ended=pa.array(np.where(ended, "yes", "no")),
        reason=pa.array(rng.choice(["fire", "flood"], 4_000), mask=~ended),
        when=pa.array(rng.normal(size=4_000), mask=~ended),
    )
    found = derived(rows)
    assert "ended = yes implies when is there" in found
    assert "ended = no implies when is missing" in found
    assert "reason is missing implies when is missing" in found


def test_order_equality_and_sum() -> None:
    rng = np.random.default_rng(2)
    low = rng.normal(100, 30, 4_000)
    part = rng.integers(1, 500, 4_000)
    other = rng.integers(1, 500, 4_000)
    rows = table(
        low=low, high=low + rng.exponential(20, 4_000), copy=low,
        part=part, other=other, whole=part + other,
    )  # fmt: skip
    found = derived(rows)
    assert "low <= high" in found
    assert "low = copy" in found
    assert "whole = part + other" in found
    assert "high <= low" not in found
    assert "noise <= low" not in found  # true of every row, and of any two rows


def test_a_dependency_is_one_rule_with_the_allowed_pairs() -> None:
    rng = np.random.default_rng(3)
    code = rng.integers(0, 12, 5_000)
    rows = table(5_000, code=code, area=pa.array([f"area {c // 3}" for c in code]))
    suite = derive_suite(load(rows, rows))
    (entry,) = [e for e in suite["expectations"] if "determine" in e["description"]]
    assert entry["description"] == "code determines area"
    assert len(entry["kwargs"]["value_pairs_set"]) == 12
    assert not [text for text in texts(suite) if "code = " in text]


def test_two_names_of_one_thing_are_one_rule() -> None:
    rng = np.random.default_rng(9)
    flag = rng.random(4_000) < 0.4
    rows = table(answer=np.where(flag, "yes", "no"), code=np.where(flag, "J", "N"))
    (found,) = [text for text in derived(rows) if "implies" in text or "determine" in text]
    assert found == "answer and code determine each other"


def test_keys_that_nobody_declared() -> None:
    rng = np.random.default_rng(10)
    visits = [(person, visit) for person in range(800) for visit in range(5)]
    person, visit = np.array(visits)[rng.permutation(4_000)].T
    badge = rng.permutation(np.r_[0:1_000, 7_000:10_000])
    found = derived(table(person=person, visit=visit, badge=badge))
    assert "person and visit together occur once" in found
    assert "badge: no value occurs twice" in found
    person[1], visit[1], badge[1] = person[0], visit[0], badge[0]
    found = derived(table(person=person, visit=visit, badge=badge))
    assert not [text for text in found if "occur" in text]


def test_values_that_chance_keeps_apart_are_no_key() -> None:
    rng = np.random.default_rng(11)
    numbers = (1e12 * rng.normal(size=4_000)).astype(int)
    found = derived(table(number=numbers, score=rng.normal(size=4_000)))
    assert not [text for text in found if "occur" in text]


@pytest.mark.parametrize(("support", "expected"), [(MIN_SUPPORT - 20, False), (160, True)])
def test_a_relation_needs_support(support: int, expected: bool) -> None:
    rng = np.random.default_rng(4)
    group = np.array(["rest"] * 4_000, dtype=object)
    group[:support] = "few"
    colour = rng.choice(["red", "blue", "green"], 4_000).astype(object)
    colour[:support] = "red"
    found = derived(table(group=group, colour=colour))
    assert ("group = few implies colour = red" in found) is expected


def test_garbled_and_irregular_columns_have_rules_of_their_form() -> None:
    rng = np.random.default_rng(5)
    rows = table(
        number=pa.array([f"AB-{value:05d}" for value in rng.permutation(90_000)[:4_000]]),
        day=pa.array([f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(4_000)]),
        note=pa.array([f"some words that never {i} repeat here" for i in range(4_000)]),
    )
    found = derived(rows)
    assert "number: has the shape ^[A-Z]{2}-[0-9]{5}$" in found
    assert "number: no value occurs twice" in found
    assert "day: dates are written as %Y-%m-%d" in found
    assert any(text.startswith("note: between") for text in found)


def grades(rows: int) -> pa.Table:
    return pa.table({"grade": np.arange(rows) % 7})


class TestDependencyOfManyLevels:
    """A dependence on a column of many levels is one rule, about those frequent enough."""

    @staticmethod
    def cities(rows: int, seed: int) -> pa.Table:
        city = np.minimum(np.random.default_rng(seed).zipf(1.3, rows) - 1, 199)
        return pa.table({"city": [f"c{c}" for c in city], "region": [f"r{c % 9}" for c in city]})

    def test_it_is_one_rule_and_rare_levels_are_not_judged(self) -> None:
        real = self.cities(1_500, 0)
        suite = derive_suite(load(real, real))
        texts = [entry["description"] for entry in suite["expectations"]]
        assert "city determines region" in texts
        assert not any("implies" in text for text in texts if "city =" in text)
        (rule,) = [r for r in suite["expectations"] if "determines" in r["description"]]
        named = rule["kwargs"]["row_condition"]["parameter"]
        counts = Counter(real["city"].to_pylist())
        assert set(named) == {city for city, count in counts.items() if count >= 11}
        assert rule["meta"]["synth_eval"]["support"] == sum(counts[city] for city in named)

    @pytest.mark.slow
    def test_great_expectations_counts_the_same(self) -> None:
        real, rows = self.cities(1_500, 0), self.cities(1_500, 1)
        region = np.array(rows["region"].to_pylist())
        region[:150] = "r8"
        rows = replace_column(rows, "region", region)
        suite = derive_suite(load(real, real))
        (found,) = [r for r in run_suite(suite, rows) if r["rule"] == "city determines region"]
        rules, _ = derive_rules(load(real, real).real)
        (rule,) = [r.rule for r in rules if r.rule.text == "city determines region"]
        tally = rule.count(load(real, rows).synthetic)
        assert (found["violations"], found["n"]) == (tally.broken, tally.judged)
        assert tally.broken > 50

    @pytest.mark.parametrize("rows", [400, 1_500])
    def test_broken_in_a_fifth_of_the_rows_it_fails(self, rows: int) -> None:
        real, holdout, fresh = (self.cities(rows, seed) for seed in (0, 1, 2))
        (right,) = run(load(real, fresh, holdout), select_checks=["V003"])
        assert right.status is Status.PASS
        region = np.array(fresh["region"].to_pylist())
        region[: rows // 5] = "r8"
        wrong = replace_column(fresh, "region", region)
        (found,) = run(load(real, wrong, holdout), select_checks=["V003"])
        assert found.status is Status.FAIL
        assert "city determines region" in found.message


class TestSeverity:
    @pytest.mark.parametrize(("rows", "word"), [(2_900, "warning"), (3_100, "critical")])
    def test_three_thousand_clean_rows_vouch_for_a_rule(self, rows: int, word: str) -> None:
        suite = derive_suite(load(grades(rows), grades(10)))
        assert {entry["severity"] for entry in suite["expectations"]} == {word}

    def test_the_holdout_vouches_too(self) -> None:
        data = load(grades(2_000), grades(10), grades(1_200))
        assert {e["severity"] for e in derive_suite(data)["expectations"]} == {"critical"}

    def test_a_holdout_that_breaks_a_rule_makes_it_a_warning(self) -> None:
        real = table(5_000, grade=np.arange(5_000) % 7)
        holdout = table(2_000, seed=1, grade=np.arange(2_000) % 9)
        rules, _ = derive_rules(*(load(real, real, holdout).tables[r] for r in ("real", "holdout")))
        (found,) = [rule for rule in rules if rule.rule.text == "grade: from 0 to 6"]
        assert found.severity == "warning"
        assert found.holdout is not None
        assert found.holdout.broken == 444


class TestPrivacy:
    def test_no_rare_level_no_extreme_and_no_small_count(self) -> None:
        rng = np.random.default_rng(6)
        city = rng.choice(["Ghent", "Lille"], 5_000).astype(object)
        city[:10], city[10:21] = "Raretown", "Elevenburg"
        wage = rng.lognormal(10, 1, 5_000).round(2)
        rows = table(5_000, city=city, wage=wage, born=1930 + rng.integers(0, 70, 5_000))
        text = suite_text(derive_suite(load(rows, rows)))
        assert "Raretown" not in text
        assert "Elevenburg" in text
        for extreme in (wage.min(), wage.max(), np.sort(wage)[-2], np.sort(wage)[1]):
            assert str(extreme) not in text
        counts = [
            entry["meta"]["synth_eval"][role]["violations"]
            for entry in json.loads(text)["expectations"]
            for role in ("real", "holdout")
            if role in entry["meta"]["synth_eval"]
        ]
        assert [count for count in counts if 0 < count < 10] == []
        assert any(count == 10 for count in counts)  # the ten rare rows, or fewer, told as ten

    def test_one_person_cannot_move_a_bound(self) -> None:
        wage = np.random.default_rng(7).lognormal(10, 1, 5_000)
        richer = wage.copy()
        richer[np.argmax(wage)] *= 1_000
        first, second = (derive_suite(load(table(5_000, wage=w), table(9))) for w in (wage, richer))
        assert [e["kwargs"] for e in first["expectations"]] == [
            e["kwargs"] for e in second["expectations"]
        ]

    def test_no_pair_of_fewer_than_eleven_rows_is_written(self) -> None:
        rng = np.random.default_rng(8)
        code = rng.integers(0, 6, 5_000)
        code[:10] = 77
        rows = table(5_000, code=code, name=pa.array([f"name {c}" for c in code]))
        assert "77" not in suite_text(derive_suite(load(rows, rows)))


def test_two_derivations_differ_in_no_line_whatever_the_order_of_the_rows() -> None:
    rows = simulated_table(5_000, 0)
    order = np.random.default_rng(0).permutation(5_000)
    first = derive_suite(load(rows.drop_columns(["person_id"]), rows))
    second = derive_suite(load(rows.take(order).drop_columns(["person_id"]), rows))
    assert suite_text(first) == suite_text(second)


@pytest.mark.parametrize("rows", [1, 2, 30])
def test_small_tables_give_few_rules_and_no_crash(rows: int) -> None:
    given = simulated_table(rows, 0)
    suite = derive_suite(load(given, given))
    assert {entry["severity"] for entry in suite["expectations"]} == {"warning"}


ODD = {
    "all missing": pa.nulls(3_000, pa.float64()),
    "infinities": pa.array([np.inf, -np.inf, 1.0] * 1_000),
    "huge": pa.array([1e308, -1e308, 0.0] * 1_000),
    "constant": pa.array(["same"] * 3_000),
    "gaps": pa.array([None, "a", "b"] * 1_000),
    "beyond doubles": pa.array([2**60 + i for i in range(3_000)]),
    "single precision": pa.array([0.1 * i for i in range(3_000)], pa.float32()),
    "zoned": pa.array([i * 10**9 for i in range(3_000)], pa.timestamp("ns", tz="Europe/Brussels")),
    "time of day": pa.array([i % 86_400 for i in range(3_000)], pa.time32("s")),
    "flag": pa.array([i % 2 == 0 for i in range(3_000)]),
    "hostile": pa.array(["é😀<b>", '"quoted"', "it's", "{x}", "a`b", "line\nbreak"] * 500),
}


@pytest.mark.parametrize("values", ODD.values(), ids=ODD)
def test_odd_columns_give_rules_that_json_can_hold(values: pa.Array) -> None:
    rows = table(3_000, odd=values, again=values)
    text = suite_text(derive_suite(load(rows, rows)))
    assert json.loads(text)["expectations"]
    assert "NaN" not in text
    assert "Infinity" not in text


def test_a_planted_exception_in_real_rows_is_told() -> None:
    rows = simulated_table(20_000, 0)
    sex = np.array(rows.column("sex").to_pylist())
    husbands = np.flatnonzero(np.array(rows.column("relationship").to_pylist()) == "Husband")
    sex[husbands[:14]] = "Female"
    suite = derive_suite(load(replace_column(rows, "sex", sex), rows))
    (entry,) = [e for e in suite["expectations"] if "Husband implies sex" in e["description"]]
    assert entry["meta"]["synth_eval"]["real"] == {"rows": len(husbands), "violations": 14}
    assert entry["severity"] == "warning"


def test_deriving_needs_no_great_expectations(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from synth_eval.demo.simulated import simulated_table\n"
        "from synth_eval.data.load import load\n"
        "from synth_eval.rules import derive_suite, write_suite\n"
        "rows = simulated_table(3000)\n"
        f"write_suite(derive_suite(load(rows, rows)), {str(tmp_path / 's.json')!r})\n"
        "heavy = {'great_expectations', 'sqlalchemy', 'pyspark', 'sklearn', 'sdmetrics'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = finished([sys.executable, "-c", code], check=True)
    assert done.stdout.strip() == "[]"
