"""Ranks and fronts: orders that are known, ties, and intervals that settle nothing."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.pareto import dominance, draw, front_shares, rank_interval, ranks


def drawn(values, half=0.01, size=2_000):
    values = np.array(values, float)
    levels = np.full(values.shape, 0.95)
    return draw(values, values - half, values + half, levels, np.random.default_rng(0), size)


def test_draws_have_the_width_of_their_interval_on_each_side():
    one = np.array([[0.5]])
    found = draw(one, one - 0.1, one + 0.3, one * 0 + 0.95, np.random.default_rng(1), 40_000)
    assert np.mean(found < 0.4) == pytest.approx(0.025, abs=0.004)
    assert np.mean(found > 0.8) == pytest.approx(0.025, abs=0.004)
    assert np.median(found) == pytest.approx(0.5, abs=0.005)


def test_exact_numbers_stay_what_they_are():
    found = drawn([[0.0], [1.0]], half=0.0, size=5)
    assert found[:, 0].tolist() == [[0.0]] * 5


def test_ranks_share_ties():
    assert ranks(np.array([[1.0, 5.0], [1.0, 3.0], [2.0, 4.0]])).T.tolist() == [
        [1, 1, 3],
        [3, 1, 2],
    ]


def test_rank_intervals_are_points_where_numbers_are_apart_and_wide_where_they_are_not():
    best, worst = rank_interval(drawn([[0.1], [0.5], [0.501]]))[:, :, 0]
    assert (best[0], worst[0]) == (1, 1)
    assert (best[1], worst[1]) == (best[2], worst[2]) == (2, 3)


def test_rank_interval_covers_the_true_rank():
    """Numbers measured with noise: the true rank lies within the interval nearly always."""
    rng = np.random.default_rng(3)
    truth = np.linspace(0, 1, 6)[:, None]
    covered = []
    for _ in range(200):
        seen = truth + rng.normal(0, 0.15, truth.shape)
        half = np.full(truth.shape, 1.96 * 0.15)
        levels = np.full(truth.shape, 0.95)
        draws = draw(seen, seen - half, seen + half, levels, rng, 400)
        best, worst = rank_interval(draws)[:, :, 0]
        covered.append((best <= np.arange(1, 7)) & (np.arange(1, 7) <= worst))
    assert np.mean(covered) > 0.95


def test_dominated_item_is_off_the_front_and_its_master_is_named():
    draws = drawn([[0.1, 0.1], [0.5, 0.5], [0.05, 0.9]])
    assert front_shares(draws).tolist() == [1.0, 0.0, 1.0]
    assert dominance(draws)[1].tolist() == [1.0, 0.0, 0.0]


def test_overlapping_items_share_the_front():
    shares = front_shares(drawn([[0.5, 0.5], [0.501, 0.501]]))
    assert np.all((shares > 0.5) & (shares < 0.95))


def test_equal_numbers_dominate_nobody():
    assert front_shares(drawn([[0.0, 1.0], [0.0, 1.0]], half=0.0)).tolist() == [1.0, 1.0]


def test_as_good_on_one_axis_and_better_on_the_other_dominates():
    draws = np.array([[[0.2, 0.5], [0.2, 0.4]]])  # as good on the first axis, to the digit
    assert dominance(draws).tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert dominance(draws[:, [0, 0]]).tolist() == [[0.0, 0.0], [0.0, 0.0]]  # equal: neither
