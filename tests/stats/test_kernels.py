"""Maximum mean discrepancy and energy distance: closed forms, nulls, errors."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.kernels import (
    energy_distance,
    euclidean_blocks,
    gaussian_kernel,
    kernel_difference,
    maximum_mean_discrepancy,
    negative_distance,
)


def difference(real, synthetic, kernel, permutations=100, seed=0):
    return kernel_difference(
        euclidean_blocks(np.concatenate([real, synthetic])),
        kernel,
        len(real),
        len(synthetic),
        permutations=permutations,
        rng=np.random.default_rng(seed),
    )


def test_point_masses():
    """SciPy's root form gives sqrt(6) = 2.44949."""
    found = energy_distance(np.zeros((4, 1)), np.full((6, 1), 3.0))
    assert np.sqrt(found) == pytest.approx(2.44949, abs=1e-5)


def test_biased_form_is_that_of_scipy():
    from scipy.stats import energy_distance as established

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=40), rng.normal(0.5, 2, size=60)
    within = [np.abs(z[:, None] - z).sum() / (len(z) * (len(z) - 1)) for z in (x, y)]
    bias = within[0] / len(x) + within[1] / len(y)
    unbiased = energy_distance(x[:, None], y[:, None])
    assert unbiased + bias == pytest.approx(established(x, y) ** 2)


def test_energy_distance_of_a_shift_by_one():
    rng = np.random.default_rng(1)
    found = difference(
        rng.normal(size=(4000, 1)), rng.normal(1, 1, (4000, 1)), negative_distance, 0
    )
    assert found.value == pytest.approx(0.54181, abs=4 * found.error)
    assert found.error < 0.04


@pytest.mark.parametrize(
    ("shift", "bandwidth", "expected"),
    [([1.0], 1.0, 0.17727), ([0.5] * 3, 1.0, 0.04523), ([1.0] * 5, 2.0, 0.24731)],
)
def test_discrepancy_of_shifted_normals(shift, bandwidth, expected):
    rng = np.random.default_rng(2)
    real, other = rng.normal(size=(2, 3000, len(shift)))
    found = difference(real, other + shift, gaussian_kernel(bandwidth), 0)
    assert found.value == pytest.approx(expected, abs=4 * found.error)
    assert found.error < 0.03
    assert found.value == maximum_mean_discrepancy(real, other + shift, bandwidth)


def test_unbiased_below_zero_about_half_the_time_and_inside_its_null():
    rng = np.random.default_rng(3)
    values, inside = [], 0
    for seed in range(100):
        x, y = rng.normal(size=(2, 80, 2))
        found = difference(x, y, gaussian_kernel(1.0), seed=seed)
        values.append(found.value)
        inside += found.value <= np.quantile(found.null, 0.95)
    assert 40 <= np.sum(np.array(values) < 0) <= 75
    assert np.mean(values) == pytest.approx(0, abs=4 * np.std(values) / 10)
    assert inside >= 88


@pytest.mark.parametrize("sizes", [(60, 90), (90, 60)])
def test_null_is_the_statistic_of_permuted_rows(sizes):
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(150, 2))
    first = sizes[0]
    null = difference(rows[:first], rows[first:], negative_distance, 3, seed=7).null
    again = np.random.default_rng(7)
    for value in null:
        chosen = np.zeros(150, bool)
        chosen[again.permutation(150)[:first]] = True
        assert energy_distance(rows[chosen], rows[~chosen]) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("shift", [0.0, pytest.param(0.1, marks=pytest.mark.slow), 0.4])
def test_interval_covers_the_truth_near_and_far(shift):
    """Standard errors hold where the noise of the null and that of the rows both matter."""
    rng = np.random.default_rng(5)
    truth = 2 * np.sqrt(1 / 3) * (1 - np.exp(-(shift**2) / 6))
    covered = 0
    for seed in range(60):
        x, y = rng.normal(size=(2, 150, 1))
        found = difference(x, y + shift, gaussian_kernel(1.0), seed=seed)
        low, high = found.interval(1.96)
        covered += low <= truth <= high
    assert covered >= 51


@pytest.mark.parametrize("kernel", [gaussian_kernel(1.0), negative_distance])
def test_scale_is_what_a_sample_of_few_rows_shows(kernel):
    rng = np.random.default_rng(6)
    values, scales = [], []
    for _ in range(30):
        few = np.repeat(rng.normal(size=(20, 2)), 25, axis=0)
        found = difference(rng.normal(size=(500, 2)), few, kernel, 0)
        values.append(found.value)
        scales.append(found.scale)
    expected = np.mean(scales) / 20
    assert np.mean(values) == pytest.approx(expected, abs=4 * np.std(values) / np.sqrt(30))
