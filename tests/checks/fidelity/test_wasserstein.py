"""F003: Wasserstein distance of numbers and dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["F003"])[0]


def test_in_interquartile_ranges_and_in_own_units():
    rng = np.random.default_rng(0)
    first, second = rng.normal(50, 10, 4000), rng.normal(55, 10, 3000)
    found = result(pa.table({"x": first}), pa.table({"x": second}))
    expected = stats.wasserstein_distance(first, second)
    assert found.rows()[0]["original_units"] == pytest.approx(expected)
    low, high = np.quantile(first, [0.25, 0.75])
    assert found.estimate.value == pytest.approx(expected / (high - low))


def test_units_do_not_change_the_estimate():
    rng = np.random.default_rng(1)
    first, second = rng.gamma(2, size=2000), rng.gamma(2.4, size=2000)
    plain = result(pa.table({"x": first}), pa.table({"x": second}))
    cents = result(pa.table({"x": first * 100}), pa.table({"x": second * 100}))
    assert plain.estimate.value == pytest.approx(cents.estimate.value)


def test_lost_tail_that_ks_hardly_sees_is_far():
    rng = np.random.default_rng(2)
    values = rng.pareto(1.5, 20_000)
    clipped = np.minimum(rng.pareto(1.5, 20_000), np.quantile(values, 0.99))
    found = run(
        se.load(pa.table({"x": values}), pa.table({"x": clipped})), select_checks=["F001", "F003"]
    )
    worth = {entry.code: entry.rows()[0]["worth"] for entry in found}
    assert worth["F003"] < worth["F001"] / 3


def test_mostly_constant_and_constant_columns():
    gain = np.where(np.arange(1000) % 10 == 0, 50.0, 0.0)
    assert result(pa.table({"x": gain}), pa.table({"x": gain})).status == "pass"
    one = pa.table({"x": np.full(500, 7.0)})
    assert result(one, one).status == "pass"
    assert result(one, pa.table({"x": np.full(500, 8.0)})).status == "fail"


def test_no_finite_value_fails_and_huge_values_do_not_overflow():
    real = pa.table({"x": np.arange(200.0)})
    assert result(real, pa.table({"x": np.full(200, np.inf)})).status == "fail"
    huge = pa.table({"x": np.concatenate([np.arange(199.0), [1e308]])})
    found = result(huge, huge)
    assert found.estimate.value == 0.0
    assert result(real, huge).status == "inconclusive", "one value alone is no certainty"
