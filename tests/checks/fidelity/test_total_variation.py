"""F002: total variation of each column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None, code="F002"):
    return run(se.load(real, synthetic, holdout), select_checks=[code])[0]


def coin(ones, n):
    return ["a"] * (n - ones) + ["b"] * ones


def test_two_coins():
    found = result(pa.table({"x": coin(500, 1000)}), pa.table({"x": coin(250, 1000)}))
    assert found.estimate.value == pytest.approx(0.25)
    assert found.status == "fail"


def test_missing_is_a_cell():
    numbers = [float(i) for i in range(1000)]
    holes = [None if i % 10 == 0 else x for i, x in enumerate(numbers)]
    found = result(pa.table({"x": holes}), pa.table({"x": [x for x in holes if x is not None]}))
    assert found.estimate.value == pytest.approx(0.1, abs=0.002)


def test_one_dead_column_of_a_hundred_fails_and_is_named():
    rng = np.random.default_rng(0)
    columns = {f"c{i}": rng.normal(size=2000) for i in range(100)}
    fresh = {name: rng.normal(size=2000) for name in columns}
    fresh["c42"] = np.full(2000, 99.0)
    found = result(pa.table(columns), pa.table(fresh))
    assert found.status == "fail"
    assert found.rows()[0]["column"] == "c42"
    assert "c42" in found.message
    assert [row["status"] for row in found.rows()].count("fail") == 1
    assert found.estimate.value < 0.12, "the mean alone would hide it"


def test_absent_column_counts_as_all_missing():
    real = pa.table({"x": coin(500, 1000), "y": [float(i) for i in range(1000)]})
    found = result(real, real.select(["x"]))
    assert {row["column"]: row["estimate"] for row in found.rows()} == {"y": 1.0, "x": 0.0}
    assert found.status == "fail"


def test_a_shift_and_a_change_of_unit_are_seen():
    rng = np.random.default_rng(1)
    real = pa.table({"x": rng.normal(size=3000)})
    other = pa.table({"x": rng.normal(size=3000) * 1000 + 5_000_000})
    assert result(real, other).estimate.value > 0.99


def test_worth_recovers_the_size_of_a_real_sample():
    rng = np.random.default_rng(2)
    real = pa.table({f"c{i}": rng.normal(size=20_000) for i in range(10)})
    few = rng.normal(size=(1000, 10))
    blown_up = pa.table({f"c{i}": np.repeat(few[:, i], 20) for i in range(10)})
    found = result(real, blown_up)
    share = np.median([row["worth"] for row in found.rows()])
    assert share == pytest.approx(0.05, rel=0.25), "20,000 rows worth 1,000"


def test_reference_is_the_holdout_at_the_size_of_the_synthetic_table():
    rng = np.random.default_rng(3)
    real, holdout = ({"x": rng.normal(size=n)} for n in (8000, 500))
    big = pa.table({"x": rng.normal(size=8000)})
    found = result(pa.table(real), big, pa.table(holdout))
    assert found.reference.n == 500
    assert found.reference.value == pytest.approx(found.rows()[0]["expected"], rel=0.5)
    assert found.status == "pass"


def test_the_curve_of_real_samples_crosses_the_synthetic_line_at_its_worth():
    rng = np.random.default_rng(9)
    values = rng.normal(size=40_000)
    real, few = values[:20_000], values[20_000:21_000]
    found = result(pa.table({"x": real}), pa.table({"x": np.repeat(few, 20)}))
    (panel,) = found.panels
    expected, synthetic = panel.lines[0], panel.lines[1]
    crossing = np.interp(-synthetic.y[0], -np.array(expected.y), np.log(expected.x))
    assert np.exp(crossing) / 20_000 == pytest.approx(found.rows()[0]["worth"], rel=0.01)
    assert panel.log_x


def test_the_line_of_a_copy_is_drawn_at_the_foot_and_said_to_be_below():
    table = pa.table({"x": np.random.default_rng(1).normal(size=3000)})
    synthetic = result(table, table).panels[0].lines[1]
    assert synthetic.y[0] > 0
    assert "below" in synthetic.name
