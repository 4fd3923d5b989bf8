"""Association from tables of counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from synth_eval.stats.association import (
    correlation_ratio,
    cramers_v,
    normalised_mutual_information,
    pearson_correlation,
)
from synth_eval.stats.ranking import kendall


def test_diagonal_table_is_one_and_independent_levels_near_zero_only_when_corrected():
    assert cramers_v(np.diag([30, 30, 40])) == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    tables = np.stack(
        [
            np.histogram2d(*rng.integers(0, 10, (2, 200)), bins=(10, 10), range=((0, 10),) * 2)[0]
            for _ in range(400)
        ]
    )
    assert cramers_v(tables, corrected=False).mean() == pytest.approx(0.213, abs=0.004)
    assert cramers_v(tables).mean() == pytest.approx(0.036, abs=0.008)


def test_raw_v_agrees_with_scipy():
    table = np.array([[12, 7, 3], [5, 9, 20]])
    expected = stats.contingency.association(table, method="cramer")
    assert cramers_v(table, corrected=False) == pytest.approx(expected)


def test_mutual_information_of_a_function_and_of_independence():
    assert normalised_mutual_information(np.array([[50, 0, 0], [0, 25, 25]])) == pytest.approx(1.0)
    assert normalised_mutual_information(np.full((3, 3), 10)) == pytest.approx(0.0, abs=1e-12)
    assert normalised_mutual_information(np.array([[10, 0], [0, 0]])) == 0.0


def test_correlation_ratio_is_the_share_of_variance_between_levels():
    rng = np.random.default_rng(1)
    level = rng.integers(0, 4, 5000)
    value = level + rng.normal(size=5000)
    sums = [np.bincount(level, w) for w in (np.ones(5000), value, value**2)]
    within = sum(((value[level == k] - value[level == k].mean()) ** 2).sum() for k in range(4))
    expected = 1 - within / ((value - value.mean()) ** 2).sum()
    assert correlation_ratio(*sums) ** 2 == pytest.approx(expected)


def test_pearson_from_sums():
    rng = np.random.default_rng(2)
    x, y = rng.multivariate_normal([3, 4], [[1, 0.6], [0.6, 1]], 3000).T
    sums = np.array([x.sum()]), np.array([y.sum()])
    products = tuple(np.array([v.sum()]) for v in (x * x, y * y, x * y))
    value = pearson_correlation(np.array([3000.0]), sums, products)
    assert value[0] == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_bivariate_normal_of_correlation_six_tenths_has_the_closed_forms():
    rng = np.random.default_rng(3)
    x, y = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 400_000).T
    pairs = kendall(x[:3000].tolist(), y[:3000].tolist())
    assert pairs == pytest.approx(2 / np.pi * np.arcsin(0.6), abs=0.03)
    cells, edges = 40, stats.norm.ppf(np.linspace(0, 1, 41)[1:-1])
    codes = np.searchsorted(edges, x) * cells + np.searchsorted(edges, y)
    table = np.bincount(codes, minlength=cells**2).reshape(cells, cells)
    nats = normalised_mutual_information(table) * np.log(cells)  # both columns are uniform
    assert nats == pytest.approx(-0.5 * np.log(1 - 0.36), abs=0.01)
