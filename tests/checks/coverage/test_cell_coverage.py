"""C002: combinations of two columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["C002"])[0]


def draw(rng, n, hole=False):
    x, y = rng.integers(0, 5, n), rng.integers(0, 5, n)
    if hole:
        y = np.where((x == 3) & (y == 4), 0, y)
    return pa.table({"x": [f"x{v}" for v in x], "y": [f"y{v}" for v in y]})


def test_lost_combination_is_found_while_every_level_is_there():
    rng = np.random.default_rng(0)
    real, holed = draw(rng, 8000), draw(rng, 8000, hole=True)
    found = run(se.load(real, holed), select_checks=["C001", "C002"])
    by_code = {r.code: r for r in found}
    assert by_code["C001"].status == "pass"
    assert by_code["C002"].status == "fail"
    assert by_code["C002"].estimate.value == pytest.approx(0.04, abs=0.008)
    assert by_code["C002"].rows()[0]["lost_cells"] == 1


def test_fresh_rows_pass():
    rng = np.random.default_rng(1)
    found = result(draw(rng, 8000), draw(rng, 4000), draw(rng, 4000))
    assert (found.status, found.reference.value) == ("pass", 0.0)


def test_too_few_rows_are_inconclusive():
    rng = np.random.default_rng(2)
    assert result(draw(rng, 8000), draw(rng, 10)).status == "inconclusive"


def test_one_column_is_not_applicable():
    table = pa.table({"x": ["a", "b"]})
    assert result(table, table).status == "not_applicable"
