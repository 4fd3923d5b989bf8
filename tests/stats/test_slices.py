"""Distances inside slices agree with those of one table at a time."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.distances import total_variation_distance
from synth_eval.stats.slices import joint_counts, sample_distance, slice_distances
from synth_eval.stats.worth import sample_sizes, total_variation_curves


def test_each_slice_is_the_distance_of_its_own_table():
    rng = np.random.default_rng(0)
    real, other = (rng.integers(1, 40, (12, 7)) for _ in range(2))
    distances, errors = slice_distances(real, other)
    for i in range(12):
        expected = total_variation_distance(real[i], other[i])
        assert distances[i] == pytest.approx(expected.value)
        assert errors[i] == pytest.approx(expected.error)


def test_joint_counts_are_those_of_the_rows():
    rng = np.random.default_rng(1)
    slices, cells = rng.integers(0, 3, 500), rng.integers(0, 5, 500)
    counts = joint_counts(slices, cells, 3, 6)
    assert counts.shape == (3, 6)
    assert counts[1, 4] == ((slices == 1) & (cells == 4)).sum()


def test_sample_distance_is_near_the_exact_expectation():
    counts = np.array([[500, 300, 150, 50], [40, 30, 20, 10]])
    for i, near in enumerate(sample_distance(counts, 0.1)):
        n = int(counts[i].sum())
        curve = total_variation_curves([counts[i]], n, sample_sizes(n, n))[0]
        assert near == pytest.approx(curve.at(0.1 * n), rel=0.15)
