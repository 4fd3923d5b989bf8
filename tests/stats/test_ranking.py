"""Agreement of rankings: ties, constant lists, and the noise of the test rows."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.ranking import kendall, ranking_interval, spearman
from synth_eval.stats.scores import Score


def test_kendall_with_ties_by_hand():
    """Five of six pairs agree or tie: (4 - 0) / sqrt(5 * 5), tau-b."""
    assert kendall([1, 2, 2, 3], [1, 2, 3, 3]) == pytest.approx(4 / 5)
    assert kendall([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)


def test_spearman_with_ties_is_pearson_of_mean_ranks():
    first, second = np.array([1.0, 2.0, 2.0, 9.0]), np.array([0.1, 0.3, 0.2, 0.2])
    ranks = np.array([1, 2.5, 2.5, 4]), np.array([1, 4, 2.5, 2.5])
    assert spearman(first, second) == pytest.approx(np.corrcoef(*ranks)[0, 1])


@pytest.mark.parametrize("constant", [[1.0, 1.0, 1.0], [0.0, -0.0, 0.0]])
def test_a_constant_list_agrees_with_nothing(constant):
    other = [1.0, 2.0, 3.0]
    assert kendall(constant, other) == kendall(other, constant) == 0
    assert spearman(np.array(constant), np.array(other)) == 0
    assert kendall([1.0], [2.0]) == 0


def test_the_interval_holds_the_ranking_where_models_are_far_apart():
    rng = np.random.default_rng(0)

    def scores(gap, noise):
        return [Score(0.5 + gap * k, noise * rng.normal(size=400)) for k in range(5)]

    apart = ranking_interval(scores(0.1, 0.1), scores(0.1, 0.1), 0.05, rng)
    assert apart == pytest.approx((1.0, 1.0))
    low, high = ranking_interval(scores(0.0, 1.0), scores(0.0, 1.0), 0.05, rng)
    assert low < -0.3
    assert high > 0.3
