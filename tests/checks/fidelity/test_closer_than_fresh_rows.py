"""F017: closer to real than the holdout is a warning only where no honest generator gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synth_eval as se
from synth_eval.demo import simulated_table
from synth_eval.judging.results import Result
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config


def check(real, synthetic, holdout=None) -> Result:
    return run(se.load(real, synthetic, holdout), select_checks=["F017"])[0]


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return simulated_table(6000, seed=5)


def rows_of(result: Result) -> dict[str, dict]:
    return {row["what"]: row for row in result.rows()}


def test_fresh_rows_are_not_too_close(table):
    alarms = 0
    for seed in range(8):
        order = np.random.default_rng(seed).permutation(6000)
        real, fresh, holdout = (table.take(part) for part in np.split(order, 3))
        for known in (holdout, None):
            result = check(real, fresh, known)
            alarms += result.status == "warn"
            assert rows_of(result)["pairs"]["estimate"] == pytest.approx(1, abs=0.2)
    assert alarms <= 2  # 2.5 % of 16 is less than one; 2 or fewer with probability .99


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_copies_warn_whole_or_by_half(table, share):
    rng = np.random.default_rng(1)
    real, fresh, holdout = (table.slice(start, 2000) for start in (0, 2000, 4000))
    kept = round(share * 2000)
    mixed = pa.concat_tables([real.slice(0, kept), fresh.slice(0, 2000 - kept)])
    result = check(real, mixed.take(rng.permutation(2000)), holdout)
    assert result.status == "warn"
    assert not result.gating


def test_fitted_margins_are_no_finding_and_a_balanced_copy_of_them_is(table):
    rng = np.random.default_rng(2)
    real, holdout = table.slice(0, 3000), table.slice(3000)
    drawn = pa.table(
        {name: real[name].take(rng.integers(0, 3000, 9000)) for name in real.column_names}
    )
    found = rows_of(check(real, drawn, holdout))["columns"]
    assert found["estimate"] < 0.8
    assert found["status"] == "pass"
    shuffled = pa.table(
        {name: real[name].take(rng.permutation(3000)) for name in real.column_names}
    )
    found = rows_of(check(real, shuffled, holdout))
    assert found["columns"]["status"] == "warn"
    assert found["triples"]["status"] == "pass"


@pytest.mark.slow
def test_published_generators_are_no_finding_and_planted_copies_are(shared_data: Path):
    folder = shared_data / "mostly2023"
    real = folder / "adult_trn.csv.gz"
    for name in ("mostly", "synthpop"):
        result = check(real, folder / f"adult_{name}.csv.gz", folder / "adult_val.csv.gz")
        assert result.status == "pass", result.message
    control = pq.read_table(shared_data / "planted" / "adult_control.parquet")
    for name, status in (("exact_copy", "warn"), ("noisy_copy", "warn"), ("ideal_holdout", "pass")):
        result = check(real, shared_data / "planted" / f"adult_{name}.parquet", control)
        assert result.status == status, result.message


def test_two_columns_have_no_triples_and_few_rows_are_not_judged(table):
    two = table.select(["age", "bmi"])
    assert set(rows_of(check(two.slice(0, 3000), two.slice(3000)))) == {"columns", "pairs"}
    assert check(two.slice(0, 3000), two.slice(0, 150)).status == "not_applicable"


def test_many_columns_are_sampled_with_the_seed():
    rng = np.random.default_rng(3)
    wide = pa.table({f"c{i}": rng.normal(size=1200) for i in range(40)})
    first, second = (check(wide.slice(0, 600), wide.slice(600)) for _ in range(2))
    assert first.rows() == second.rows()
    assert rows_of(first)["pairs"]["tables"] == 60


def test_a_table_in_which_not_even_a_copy_would_be_seen_is_inconclusive():
    coin = pa.table({"x": ["a", "b"] * 500})
    result = check(coin, coin)
    assert result.status == "inconclusive"
    assert "stays unseen" in result.message


def test_tables_that_cannot_tell_leave_the_decision_to_those_that_can():
    """Two coins: in their columns a copy stays unseen; numbers beside them make it visible."""
    rng = np.random.default_rng(0)
    coins = {name: rng.choice(["x", "y"], 2000) for name in "ab"}
    both = pa.table({**coins, **{f"n{i}": rng.normal(size=2000) for i in range(2)}})
    blind = check(both.select(["a"]).slice(0, 1000), both.select(["a"]).slice(1000))
    assert blind.items[0].decisions[0].void
    assert blind.status == "inconclusive"
    result = check(both.select(["a", "b"]).slice(0, 1000), both.select(["a", "b"]).slice(1000))
    voids = [bool(item.decisions[0].void) for item in result.items]
    assert sorted(voids) == [False, True], "columns cannot tell, pairs can"
    assert len(result.decisions) == 1
    assert not result.decisions[0].void
    assert result.status == "pass"


def test_how_much_closer_is_too_close_is_a_margin(table):
    rng = np.random.default_rng(1)
    data = se.load(table.slice(0, 2000), table.slice(0, 2000).take(rng.permutation(2000)))
    (strict,) = run(data, select_checks=["F017"])
    assert strict.status == "warn"
    lenient = Config.from_mapping(
        {"margins": {"fidelity.fresh_distance": {"value": 1e-9, "basis": "copies are wanted"}}}
    )
    (result,) = run(data, config=lenient, select_checks=["F017"])
    assert result.threshold.value < strict.threshold.value
    assert result.status != "warn"
    assert result.items[0].kind == "tables", "columns and pairs are words of ours, no slices"
