"""Distribution functions from one sort: quantiles, ties, infinities, blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_eval.stats import empirical
from synth_eval.stats.distances import ks_distance, wasserstein_distance
from synth_eval.stats.empirical import EmpiricalDistribution, merged_steps

values = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, 2.0])), min_size=1, max_size=60
)


@given(values)
def test_quantiles_are_those_of_numpy_to_the_last_bit(sample):
    shares = np.linspace(0, 1, 21)
    expected = np.quantile(np.array(sample), shares)
    np.testing.assert_array_equal(EmpiricalDistribution.of(sample).quantiles(shares), expected)


def test_quantiles_of_huge_numbers_do_not_overflow():
    distribution = EmpiricalDistribution.of(np.array([-1e308, 1e308]))
    assert distribution.quantiles(np.array([0.0, 0.5, 1.0])).tolist() == [-1e308, 0.0, 1e308]


@given(values)
def test_counts_add_up_to_the_sample(sample):
    distribution = EmpiricalDistribution.of(np.array(sample))
    np.testing.assert_array_equal(
        np.repeat(distribution.values, distribution.counts), np.sort(sample)
    )
    assert distribution.rows == len(sample)


def test_infinities_and_single_values_can_be_left_out():
    distribution = EmpiricalDistribution.of(np.array([-np.inf, 1.0, 1.0, 2.0, np.inf, np.inf]))
    finite = distribution.finite()
    assert (finite.values.tolist(), finite.cumulative.tolist()) == ([1.0, 2.0], [2, 3])
    rest = finite.without(np.array([1.0]))
    assert (rest.values.tolist(), rest.cumulative.tolist()) == ([2.0], [1])


def test_nothing_has_no_rows():
    distribution = EmpiricalDistribution.of(np.empty(0))
    assert (distribution.rows, distribution.finite().rows) == (0, 0)


@given(values, values)
def test_both_functions_at_every_step(first, second):
    sides = EmpiricalDistribution.of(np.array(first)), EmpiricalDistribution.of(np.array(second))
    (grid, below_first, below_second), *rest = merged_steps(*sides)
    assert not rest
    np.testing.assert_array_equal(grid, np.unique(first + second))
    for below, sample in ((below_first, first), (below_second, second)):
        expected = [(np.array(sample) <= value).mean() for value in grid]
        np.testing.assert_allclose(below, expected, atol=1e-15)


@pytest.mark.parametrize("steps", [1, 7, 64])
def test_blocks_change_no_distance(monkeypatch, steps):
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=300), np.round(rng.normal(0.1, 1, 200), 1)
    whole = ks_distance(first, second), wasserstein_distance(first, second)
    monkeypatch.setattr(empirical, "_MERGE_STEPS", steps)
    parts = ks_distance(first, second), wasserstein_distance(first, second)
    for one, other in zip(whole, parts, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-14)
        assert one.error == pytest.approx(other.error, abs=1e-14)
        grid = np.linspace(-3, 3, 50)
        np.testing.assert_allclose(one.influence(grid), other.influence(grid), atol=1e-12)


def test_outer_quantiles_are_the_outer_values_however_far_apart():
    sample = np.array([5e-324, 1.0, 1e308])
    quantiles = EmpiricalDistribution.of(sample).quantiles(np.array([0.0, 1.0]))
    assert quantiles.tolist() == [5e-324, 1e308]
