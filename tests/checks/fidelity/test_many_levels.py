"""Columns of many levels: real, holdout and fresh rows drawn alike must look alike.

The table of means is that of 300 repetitions of 6,000 rows, 2026-11-24: with 64 groups by hash
all three pairs of tables are .058 apart (3,000 and 20,000 equal levels), .063 (Zipf).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.data.codes import column_plan, encode
from synth_eval.data.load import Data
from synth_eval.judging.run import run
from synth_eval.stats.distances import total_variation_distance

CATEGORICAL = {"columns": [{"name": "x", "kind": "categorical"}]}
CHECKS = ["F002", "F004", "V002", "V004", "P002", "P004"]


def tables(levels: int, power: float, seed: int, rows: int = 6_000, own: int = 0) -> Data:
    """Three tables drawn alike; `own` numbers the levels of each table apart."""
    rng = np.random.default_rng(seed)
    shares = np.arange(1, levels + 1.0) ** -power
    drawn = [rng.choice(levels, rows, p=shares / shares.sum()) + own * i for i in range(3)]
    columns = [[f"level {level}" for level in codes] for codes in drawn]
    made = [pa.table({"x": words, "y": rng.normal(size=rows)}) for words in columns]
    return se.load(made[0], made[1], made[2], schema=CATEGORICAL)


def distances(data: Data) -> list[float]:
    """Of real and fresh, real and holdout, holdout and fresh."""
    plan = column_plan(data.real, "x")
    counts = {
        role: np.bincount(encode(table.column("x"), plan), minlength=plan.cells)
        for role, table in data.tables.items()
    }
    pairs = (("real", "synthetic"), ("real", "holdout"), ("holdout", "synthetic"))
    return [total_variation_distance(counts[a], counts[b]).value for a, b in pairs]


@pytest.mark.parametrize(
    ("levels", "power", "expected"),
    [
        (3_000, 0.0, 0.058),
        pytest.param(20_000, 0.0, 0.058, marks=pytest.mark.slow),
        pytest.param(20_000, 1.0, 0.063, marks=pytest.mark.slow),
    ],
)
def test_three_tables_drawn_alike_are_equally_far_apart(
    levels: int, power: float, expected: float
) -> None:
    """Of 300 repetitions the standard deviation of one distance is about .005."""
    means = np.mean([distances(tables(levels, power, seed)) for seed in range(4)], axis=0)
    assert means == pytest.approx([expected] * 3, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("levels", "power"),
    [(levels, power) for levels in (2, 20, 200, 3_000, 20_000) for power in (0.0, 1.0)],
)
def test_no_check_takes_fresh_rows_for_a_fault(levels: int, power: float) -> None:
    """P004 warns of one honest table in twenty by its own statement; the others of fewer."""
    alarms: Counter[str] = Counter()
    for seed in range(2):
        for result in run(tables(levels, power, 10 * levels + seed, 3_000), select_checks=CHECKS):
            assert "INVALID" not in result.message
            assert result.status not in ("fail", "error")
            alarms[result.code] += result.status == "warn"
    assert sum(alarms.values()) <= 1, alarms


def test_nor_does_the_check_of_one_column() -> None:
    """The same, quick; with levels taken from the real table alone it is .36 away and fails."""
    found = run(tables(3_000, 0.0, 1, 3_000), select_checks=["F002", "V004"])
    assert [result.status for result in found] == ["pass", "pass"]


@pytest.mark.slow
@pytest.mark.parametrize("levels", [300, 3_000])
def test_levels_disjoint_by_customer_are_a_split_not_a_leak(levels: int) -> None:
    """Each table has levels of its own: nothing is recognised on noise."""
    (result,) = run(tables(levels, 0.0, 1, 3_000, own=levels), select_checks=["P004"])
    assert result.status not in ("fail", "warn")
    assert "INVALID SPLIT" in result.message
