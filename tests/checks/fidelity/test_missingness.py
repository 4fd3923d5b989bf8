"""F007: missing values and their patterns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic):
    return run(se.load(real, synthetic), select_checks=["F007"])[0]


def holes(rng, n, rate_x, rate_y, together):
    """Two columns with missing cells, in the same rows or independently."""
    x = rng.random(n) < rate_x
    y = x.copy() if together else rng.random(n) < rate_y
    values = rng.normal(size=(2, n))
    return pa.table(
        {name: pa.array(v, mask=m) for name, v, m in zip("xy", values, (x, y), strict=True)}
    )


def test_filled_gaps_are_seen_with_their_rate():
    rng = np.random.default_rng(0)
    real = holes(rng, 5000, 0.1, 0.1, together=False)
    found = result(real, holes(rng, 5000, 0.1, 0.0, together=False))
    assert found.status == "fail"
    row = next(row for row in found.rows() if row.get("column") == "y")
    assert row["estimate"] == pytest.approx(0.1, abs=0.015)


def test_gaps_that_come_together_are_a_pattern():
    rng = np.random.default_rng(1)
    real = holes(rng, 5000, 0.2, 0.2, together=True)
    found = result(real, holes(rng, 5000, 0.2, 0.2, together=False))
    assert found.status == "fail"
    assert found.rows()[0]["first"] == "x"
    alone = [row for row in found.rows() if "column" in row]
    assert {row["status"] for row in alone} == {"pass"}


def test_fresh_rows_pass_and_complete_tables_are_not_applicable():
    rng = np.random.default_rng(2)
    real, fresh = (holes(rng, 4000, 0.1, 0.3, together=False) for _ in range(2))
    assert result(real, fresh).status == "pass"
    whole = pa.table({"x": [1.0, 2.0]})
    assert result(whole, whole).status == "not_applicable"


def test_shares_of_missing_cells_are_shown_unless_few():
    values = np.arange(1000.0)
    real = pa.table({
        "x": pa.array(values, mask=values < 100), "few": pa.array(values, mask=values < 5),
    })  # fmt: skip
    synthetic = pa.table({"x": pa.array(values, mask=values < 300), "few": values})
    [panel] = result(real, synthetic).panels
    real_points, synthetic_points = panel.lines
    assert list(panel.y_ticks) == ["x", "few"]
    assert (list(real_points.x), list(real_points.y)) == ([0.1], [0.0])
    assert list(synthetic_points.x) == [0.3, 0.0]
