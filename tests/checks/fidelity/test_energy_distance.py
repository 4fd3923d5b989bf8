"""F011: energy distance of whole rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run


def result(real: pa.Table, synthetic: pa.Table) -> Result:
    return run(se.load(real, synthetic), select_checks=["F011"])[0]


def test_levels_that_changed_places_worked_out_by_hand() -> None:
    """Two levels, half and half against three quarters and one quarter, of 40 rows each.

    Rows of different levels are one apart. Pairs apart: across, half of all; within real,
    2 · 20 · 20 / (40 · 39); within synthetic, 2 · 30 · 10 / (40 · 39).
    """
    real = pa.table({"level": ["a", "b"] * 20})
    synthetic = pa.table({"level": ["a"] * 30 + ["b"] * 10})
    within = [2 * 20 * 20 / (40 * 39), 2 * 30 * 10 / (40 * 39)]
    found = result(real, synthetic)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(2 * 0.5 - sum(within), abs=1e-6)


def test_shift_fails_and_lost_dependence_is_seen() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=4000)
    real = {"x": x, "y": x, "z": rng.normal(size=4000)}
    shifted = {"x": x + 2, "y": x + 2, "z": real["z"]}
    shuffled = {name: rng.permutation(column) for name, column in real.items()}
    assert result(pa.table(real), pa.table(shifted)).status is Status.FAIL
    assert result(pa.table(real), pa.table(shuffled)).status in (Status.WARN, Status.FAIL)


def test_rows_that_are_mostly_identical_tell_nothing() -> None:
    table = pa.table({"level": ["a"] * 90 + ["b"] * 10})
    found = result(table, table)
    assert found.status is Status.NOT_APPLICABLE
    assert "identical" in found.message
