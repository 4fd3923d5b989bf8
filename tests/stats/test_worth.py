"""Expected distances of real samples, against published simulations and our own."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.distances import (
    ks_distance,
    total_variation_distance,
    wasserstein_distance,
)
from synth_eval.stats.worth import (
    expected_absolute_difference,
    expected_at,
    kolmogorov_curve,
    mean_curve,
    rows_at,
    sample_sizes,
    total_variation_curves,
    wasserstein_curve,
)


@pytest.mark.parametrize(("cells", "expected"), [(100, 0.175), (1000, 0.524), (10_000, 0.910)])
def test_expected_total_variation_of_uniform_cells(cells, expected):
    share = np.full(cells, 1 / cells)
    value = 0.5 * expected_absolute_difference(share, 1000, 1000).sum()
    assert value == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize("size", [20, 200, 2000])
def test_total_variation_curve_is_the_mean_over_repeated_samples(size):
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(60, 0.3))
    n = 5000
    found = [
        total_variation_distance(rng.multinomial(n, shares), rng.multinomial(size, shares)).value
        for _ in range(400)
    ]
    value = 0.5 * expected_absolute_difference(shares, n, size).sum()
    assert value == pytest.approx(np.mean(found), abs=4 * np.std(found) / 20 + 5e-4)


def test_curve_from_counts_recovers_the_size_of_a_real_sample():
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.full(30, 1.0))
    n, size = 20_000, 500
    real = rng.multinomial(n, shares)
    curve = total_variation_curves([real], n, sample_sizes(n, n))[0]
    found = np.mean(
        [total_variation_distance(real, rng.multinomial(size, shares)).value for _ in range(300)]
    )
    assert curve.rows(found) == pytest.approx(size, rel=0.1)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, size: rng.normal(size=size),
        lambda rng, size: rng.poisson(2, size).astype(float),
        lambda rng, size: np.where(rng.random(size) < 0.9, 0.0, rng.gamma(2, size=size)),
    ],
    ids=["continuous", "ties", "zero-inflated"],
)
def test_ks_and_wasserstein_curves_are_the_mean_over_repeated_samples(draw):
    rng = np.random.default_rng(2)
    n, size = 4000, 300
    sizes = sample_sizes(n, n)
    values = draw(rng, 20_000)
    pairs = [(draw(rng, n), draw(rng, size)) for _ in range(300)]
    ks = np.mean([ks_distance(*pair).value for pair in pairs])
    wasserstein = np.mean([wasserstein_distance(*pair).value for pair in pairs])
    assert kolmogorov_curve(values, n, sizes, rng).at(size) == pytest.approx(ks, rel=0.08)
    assert wasserstein_curve(values, n, sizes).at(size) == pytest.approx(wasserstein, rel=0.08)


def test_curves_fall_and_are_clipped_at_their_ends():
    curve = total_variation_curves([np.array([50, 30, 20])], 100, sample_sizes(100, 100))[0]
    assert (np.diff(curve.expected) < 0).all()
    assert curve.rows(1.0) == pytest.approx(2.0)
    assert curve.rows(0.0) == pytest.approx(800.0)


def test_mean_curve_averages_at_every_size():
    curves = total_variation_curves(
        [np.array([50, 50]), np.array([10, 90])], 100, sample_sizes(100, 100)
    )
    mean = mean_curve(curves)
    assert mean.at(50) == pytest.approx((curves[0].at(50) + curves[1].at(50)) / 2)


def test_constant_column_expects_no_more_than_an_unseen_level():
    curve = total_variation_curves([np.array([1000, 0])], 1000, sample_sizes(1000, 1000))[0]
    assert 0 < curve.expected.max() < 1.5 / 1000
    assert curve.rows(0.2) == pytest.approx(2.0), "a fifth in another cell is as far as can be"


def test_many_curves_at_once_are_each_curve_alone():
    rng = np.random.default_rng(3)
    tables = [rng.multinomial(900, rng.dirichlet(np.full(12, 0.4))) for _ in range(7)]
    curves = total_variation_curves([*tables, np.array([900, 0])], 900, sample_sizes(900, 900))
    for size in (2.0, 3.3, 450, 7200, 1e6):
        alone = [curve.at(size) for curve in curves]
        np.testing.assert_allclose(expected_at(curves, size), alone, rtol=1e-12)
    distances = rng.uniform(0, 0.4, len(curves))
    alone = [curve.rows(distance) for curve, distance in zip(curves, distances, strict=True)]
    np.testing.assert_allclose(rows_at(curves, distances), alone, rtol=1e-9)


def test_many_rows_in_few_cells_have_the_curve_of_their_shares():
    """A billion rows in two cells: only the counts that occur are looked up."""
    sizes = sample_sizes(1000, 1000)
    billion = np.array([400_000_000, 600_000_000])
    [found] = total_variation_curves([billion], 1000, sizes)
    [same] = total_variation_curves([billion // 100], 1000, sizes)
    np.testing.assert_allclose(found.expected, same.expected, rtol=1e-3)
    assert total_variation_curves([], 10, sizes) == []


def test_a_single_value_is_never_far():
    curve = kolmogorov_curve(np.ones(50), 50, sample_sizes(50, 50), np.random.default_rng(0))
    assert not curve.expected.any()
