"""Distances against closed forms, scipy and simulation."""

from __future__ import annotations

from math import pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from synth_eval.stats.distances import (
    jensen_shannon_distance,
    ks_distance,
    total_variation_distance,
    total_variation_distances,
    wasserstein_distance,
)

PHI = NormalDist().cdf


def test_total_variation_of_two_coins_and_of_disjoint_tables():
    assert total_variation_distance(np.array([2, 2]), np.array([3, 1])).value == 0.25
    assert total_variation_distance(np.array([4, 0]), np.array([0, 7])).value == 1.0
    assert total_variation_distance(np.array([4, 6]), np.array([400, 600])).value == 0.0


def test_jensen_shannon_of_two_coins_of_disjoint_tables_and_of_one_table():
    bits = jensen_shannon_distance(np.array([5, 5]), np.array([75, 25])) ** 2
    assert bits == pytest.approx(0.04879, abs=5e-6)
    assert jensen_shannon_distance(np.array([4, 0]), np.array([0, 7])) == 1.0
    assert jensen_shannon_distance(np.array([4, 6]), np.array([40, 60])) == 0.0


def test_total_variation_of_an_empty_table_is_as_far_as_can_be():
    assert total_variation_distance(np.array([3, 1]), np.array([0, 0])).value == 1.0


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0])
def test_ks_of_shifted_normals_is_the_closed_form(shift):
    rng = np.random.default_rng(3)
    n = 40_000
    value = ks_distance(rng.normal(size=n), rng.normal(shift, size=n)).value
    assert value == pytest.approx(2 * PHI(shift / 2) - 1, abs=4 * 0.5 * sqrt(2 / n))


def test_ks_of_a_shifted_uniform_is_the_shift():
    grid = (np.arange(1000) + 0.5) / 1000
    assert ks_distance(grid, grid + 0.1).value == pytest.approx(0.1, abs=1.001e-3)


def test_ks_agrees_with_scipy_with_and_without_ties():
    rng = np.random.default_rng(0)
    for first, second in (
        (rng.normal(size=500), rng.normal(0.2, size=321)),
        (rng.poisson(2, 400).astype(float), rng.poisson(3, 111).astype(float)),
    ):
        expected = stats.ks_2samp(first, second).statistic
        assert ks_distance(first, second).value == pytest.approx(expected, abs=1e-12)


def test_ks_orders_infinities_and_gives_one_for_an_empty_side():
    assert ks_distance(np.array([0.0, 1.0]), np.array([np.inf, np.inf])).value == 1.0
    assert ks_distance(np.array([0.0, 1.0]), np.empty(0)).value == 1.0


def test_wasserstein_of_small_samples_and_of_a_wider_normal():
    assert wasserstein_distance(np.array([0.0, 1, 3]), np.array([5.0, 6, 8])).value == 5.0
    rng = np.random.default_rng(1)
    n = 60_000
    distance = wasserstein_distance(rng.normal(size=n), rng.normal(0, 2, size=n))
    assert distance.value == pytest.approx(sqrt(2 / pi), abs=4 * distance.error)


def test_wasserstein_agrees_with_scipy_and_scales_with_units():
    rng = np.random.default_rng(2)
    first, second = rng.gamma(2, size=700), rng.gamma(2.2, size=456)
    distance = wasserstein_distance(first, second)
    assert distance.value == pytest.approx(stats.wasserstein_distance(first, second), abs=1e-12)
    scaled = wasserstein_distance(first * 1000, second * 1000)
    assert scaled.value == pytest.approx(distance.value * 1000)
    assert scaled.error == pytest.approx(distance.error * 1000)


def test_wasserstein_of_huge_values_does_not_overflow():
    distance = wasserstein_distance(np.array([1e308, -1e308]), np.array([1e308, 0.0]))
    assert np.isfinite(distance.value)
    assert distance.value == pytest.approx(5e307)


@pytest.mark.parametrize(
    ("distance", "draw"),
    [
        (ks_distance, lambda rng, shift, n: rng.normal(shift, size=n)),
        (wasserstein_distance, lambda rng, shift, n: rng.normal(shift, size=n)),
        (
            total_variation_distance,
            lambda rng, shift, n: rng.multinomial(n, [0.5 - shift / 4, 0.3, 0.2 + shift / 4]),
        ),
    ],
)
def test_error_matches_the_spread_of_repeated_samples(distance, draw):
    rng = np.random.default_rng(4)
    found = [distance(draw(rng, 0.0, 800), draw(rng, 0.8, 500)) for _ in range(400)]
    spread = np.std([entry.value for entry in found])
    assert np.mean([entry.error for entry in found]) == pytest.approx(spread, rel=0.15)


def test_influence_has_the_variance_behind_the_error():
    rng = np.random.default_rng(6)
    first, second = rng.normal(size=3000), rng.normal(0.3, 1.5, size=2000)
    for distance in (ks_distance(first, second), wasserstein_distance(first, second)):
        assert distance.influence is not None
        variance = sum(distance.influence(side).var() / len(side) for side in (first, second))
        assert sqrt(variance) == pytest.approx(distance.error, rel=1e-9)


def test_many_tables_at_once_are_each_table_alone():
    rng = np.random.default_rng(7)
    real = rng.multinomial(400, rng.dirichlet(np.ones(9)), size=5)
    synthetic = rng.multinomial(300, rng.dirichlet(np.ones(9)), size=5)
    values, errors, signs = total_variation_distances(real, synthetic)
    for i in range(5):
        alone = total_variation_distance(real[i], synthetic[i])
        assert values[i] == pytest.approx(alone.value, abs=1e-15)
        assert errors[i] == pytest.approx(alone.error, abs=1e-15)
        np.testing.assert_array_equal(0.5 * signs[i], alone.influence(np.arange(9)))


def test_intervals_stay_within_what_is_possible() -> None:
    far = total_variation_distance(np.array([3, 1]), np.array([0, 3]))
    assert far.interval(3.0)[1] == 1.0
    assert far.interval(9.0) == (0.0, 1.0)
    assert ks_distance(np.array([0.0, 1.0]), np.array([1.0, 2.0])).interval(9.0) == (0.0, 1.0)
