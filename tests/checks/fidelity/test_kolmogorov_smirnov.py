"""F001: Kolmogorov-Smirnov distance of numbers and dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["F001"])[0]


def test_agrees_with_scipy_on_all_rows_and_leaves_missing_out():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=3000), rng.normal(0.1, size=2000)
    holes = [None if i % 7 == 0 else x for i, x in enumerate(second)]
    found = result(pa.table({"x": first}), pa.table({"x": pa.array(holes, pa.float64())}))
    present = [x for x in holes if x is not None]
    assert found.estimate.value == pytest.approx(stats.ks_2samp(first, present).statistic)


def test_monotone_transformation_changes_nothing():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=2000), rng.normal(0.2, size=2000)
    plain = result(pa.table({"x": first}), pa.table({"x": second}))
    warped = result(pa.table({"x": np.exp(first)}), pa.table({"x": np.exp(second)}))
    assert plain.estimate.value == warped.estimate.value


def test_dates_are_compared():
    days = np.arange("2020-01-01", "2023-01-01", dtype="datetime64[D]")
    found = result(pa.table({"d": days}), pa.table({"d": days + np.timedelta64(400, "D")}))
    assert found.estimate.value == pytest.approx(400 / len(days), abs=0.01)
    assert found.status == "fail"


def test_a_shift_fails_and_fresh_rows_pass():
    rng = np.random.default_rng(2)
    real = pa.table({"x": rng.normal(size=5000)})
    far = result(real, pa.table({"x": rng.normal(2, size=5000)}))
    assert (far.status, far.gating) == ("fail", True)
    assert result(real, pa.table({"x": rng.normal(size=5000)})).status == "pass"


def test_synthetic_column_without_values_is_as_far_as_can_be():
    real = pa.table({"x": [float(i) for i in range(100)]})
    found = result(real, pa.table({"x": pa.nulls(100, pa.float64())}))
    assert found.estimate.value == 1.0


def test_table_without_numbers_is_not_applicable():
    table = pa.table({"x": ["a", "b"]})
    found = result(table, table)
    assert found.status == "not_applicable"
    assert "numerical" in found.message
