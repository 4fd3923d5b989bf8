"""Arms: intervals hold the choice of training rows too."""

import numpy as np
import pytest

from synth_eval.stats.arms import fixed_arm, gap, repeated_arm, shuffled_scores, single_arm
from synth_eval.stats.learners import TrainingRows
from synth_eval.stats.scores import Score, auc

TEST_ROWS = 4000


def difference_of_means(training, seed):
    """A linear classifier that costs nothing."""
    positive = training.target == 1
    if positive.all() or not positive.any():
        return lambda rows: np.zeros((len(rows), 2))
    weights = training.features[positive].mean(axis=0) - training.features[~positive].mean(axis=0)
    return lambda rows: np.column_stack([-rows @ weights, rows @ weights])


def gaussians(rng, size, shift=0.5, dimensions=8):
    target = rng.integers(0, 2, size)
    features = rng.normal(size=(size, dimensions)) + shift / np.sqrt(dimensions) * target[:, None]
    return TrainingRows(features, target, np.zeros(dimensions, bool), 2)


def scorer_on(test):
    return lambda predictor: auc(test.target == 1, predictor(test.features)[:, 1])


def test_interval_covers_the_score_of_another_training_set():
    """95 % of the intervals of a difference of two like arms hold zero."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        scorer = scorer_on(gaussians(rng, 500))
        arms = [
            single_arm("", gaussians(rng, 60), difference_of_means, scorer, rng) for _ in range(2)
        ]
        low, high = gap(*arms).interval(0.05)
        covered += low <= 0 <= high
    assert 180 <= covered <= 200


def test_training_variance_matches_the_spread_of_fresh_training_sets():
    rng = np.random.default_rng(2)
    scorer = scorer_on(gaussians(rng, TEST_ROWS))
    fresh = [scorer(difference_of_means(gaussians(rng, 100), 0)).value for _ in range(200)]
    estimated = [
        single_arm("", gaussians(rng, 100), difference_of_means, scorer, rng).training_variance
        for _ in range(60)
    ]
    ratio = np.sqrt(np.mean(estimated)) / np.std(fresh)
    assert 0.8 < ratio < 1.6


def test_repeated_arm_averages_and_corrects_for_shared_rows():
    rng = np.random.default_rng(3)
    scorer = scorer_on(gaussians(rng, TEST_ROWS))
    arm = repeated_arm("", gaussians(rng, 2000), 50, 30, difference_of_means, scorer, rng)
    fresh = [scorer(difference_of_means(gaussians(rng, 50), 0)).value for _ in range(200)]
    assert (arm.n, arm.fits) == (50, 30)
    assert arm.value == pytest.approx(np.mean(fresh), abs=4 * np.std(fresh) / np.sqrt(30))


def test_shuffled_labels_spread_far_beyond_test_row_noise():
    rng = np.random.default_rng(4)
    scorer = scorer_on(gaussians(rng, TEST_ROWS, shift=2.0))
    scores = shuffled_scores(gaussians(rng, 1000), 30, difference_of_means, scorer, rng)
    assert np.std([score.value for score in scores]) > 5 * np.sqrt(scores[0].variance)


def test_gap_is_paired():
    influence = np.random.default_rng(5).normal(size=100)
    first, second = (fixed_arm("", Score(value, influence), 1) for value in (0.9, 0.8))
    difference = gap(first, second)
    assert difference.value == pytest.approx(0.1)
    assert difference.error == 0


def test_interval_of_normal_width():
    arm = fixed_arm("", Score(0.5, np.array([1.0, -1.0] * 5000)), 1)
    low, high = arm.estimate().interval(0.05)
    assert high - low == pytest.approx(2 * 1.96 / 100, rel=1e-3)
