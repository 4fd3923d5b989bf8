"""Arms: intervals hold the choice of training rows too."""

from dataclasses import replace

import numpy as np
import pytest

from synth_eval.stats.arms import (
    Arm,
    Fits,
    constant_prediction,
    fit_jackknife,
    fit_samples,
    fit_shuffled,
    gap,
    paired_gap,
)
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
    return lambda prediction: auc(test.target == 1, prediction[:, 1])


def score_of(training, test):
    return scorer_on(test)(difference_of_means(training, 0)(test.features)).value


def jackknife_arm(training, test, rng):
    return fit_jackknife("", training, test.features, difference_of_means, rng).arm(scorer_on(test))


def fixed_arm(score):
    return Arm("", score, 0.0, 1e6, 1, 1)


def test_interval_covers_the_score_of_another_training_set():
    """95 % of the intervals of a difference of two like arms hold zero."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        test = gaussians(rng, 500)
        arms = [jackknife_arm(gaussians(rng, 60), test, rng) for _ in range(2)]
        low, high = gap(*arms).interval(0.05)
        covered += low <= 0 <= high
    assert 180 <= covered <= 200


def test_training_variance_matches_the_spread_of_fresh_training_sets():
    rng = np.random.default_rng(2)
    test = gaussians(rng, TEST_ROWS)
    fresh = [score_of(gaussians(rng, 100), test) for _ in range(200)]
    estimated = [jackknife_arm(gaussians(rng, 100), test, rng).training_variance for _ in range(60)]
    ratio = np.sqrt(np.mean(estimated)) / np.std(fresh)
    assert 0.8 < ratio < 1.6


def test_repeated_arm_averages_and_corrects_for_shared_rows():
    rng = np.random.default_rng(3)
    test = gaussians(rng, TEST_ROWS)
    pool = gaussians(rng, 2000)
    fits = fit_samples("", pool, 50, 30, test.features, difference_of_means, rng)
    arm = fits.arm(scorer_on(test))
    fresh = [score_of(gaussians(rng, 50), test) for _ in range(200)]
    assert (arm.n, arm.fits) == (50, 30)
    assert arm.value == pytest.approx(np.mean(fresh), abs=4 * np.std(fresh) / np.sqrt(30))


def test_shuffled_labels_spread_far_beyond_test_row_noise():
    rng = np.random.default_rng(4)
    test = gaussians(rng, TEST_ROWS, shift=2.0)
    training = gaussians(rng, 1000)
    fits = fit_shuffled("", training, 30, test.features, difference_of_means, rng)
    arm = fits.arm(scorer_on(test))
    assert np.sqrt(arm.training_variance) > 5 * np.sqrt(arm.score.variance)
    low, high = arm.estimate().interval(0.05)
    assert low < 0.5 < high


def test_gap_is_paired():
    influence = np.random.default_rng(5).normal(size=100)
    first, second = (fixed_arm(Score(value, influence)) for value in (0.9, 0.8))
    difference = gap(first, second)
    assert difference.value == pytest.approx(0.1)
    assert difference.error == 0


def test_interval_of_normal_width():
    arm = fixed_arm(Score(0.5, np.array([1.0, -1.0] * 5000)))
    low, high = arm.estimate().interval(0.05)
    assert high - low == pytest.approx(2 * 1.96 / 100, rel=1e-3)


def discriminant(training, seed):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return LinearDiscriminantAnalysis().fit(training.features, training.target).predict_proba


def test_models_approach_the_best_area_and_flipped_labels_mirror_it():
    """Shift 1 in four dimensions: Phi(2/sqrt 2) = .9214, and .0786 with flipped labels."""
    rng = np.random.default_rng(6)
    training, test = (gaussians(rng, rows, shift=2.0, dimensions=4) for rows in (5000, 20_000))
    score = scorer_on(test)
    arm = fit_jackknife("", training, test.features, discriminant, rng).arm(score)
    low, high = arm.estimate().interval(0.001)
    assert low <= 0.9214 <= high
    assert high - low < 0.02
    flipped = training.with_target(1 - training.target)
    turned = fit_jackknife("", flipped, test.features, discriminant, rng).arm(score)
    assert turned.value == pytest.approx(1 - arm.value, abs=1e-6)


def test_a_copy_tested_on_its_own_rows_looks_perfect():
    """Why holdout rows among the training rows are refused (U012)."""
    from sklearn.neighbors import KNeighborsClassifier

    rng = np.random.default_rng(7)
    real = gaussians(rng, 500, shift=0.2)
    nearest = KNeighborsClassifier(1).fit(real.features, real.target)
    assert nearest.score(real.features, real.target) == 1
    fresh = gaussians(rng, 4000, shift=0.2)
    assert nearest.score(fresh.features, fresh.target) < 0.6


def test_fits_that_share_their_rows_are_compared_fit_by_fit():
    """Differences .1, .2 and .3; one sample in four of the pool."""
    scorer = lambda prediction: Score(float(prediction[0]), np.zeros(4))  # noqa: E731
    made = lambda *values: tuple(np.array([value]) for value in values)  # noqa: E731
    first = Fits("a", "samples", made(0.6, 0.8, 1.0), 10, 0.25)
    second = Fits("b", "samples", made(0.5, 0.6, 0.7), 10, 0.25)
    found = paired_gap(first, second, scorer)
    assert found.value == pytest.approx(0.2)
    assert found.error**2 == pytest.approx(0.01 * (1 / 3 + 0.25 / 0.75))
    single = paired_gap(replace(first, design="single"), second, scorer)
    assert single.error**2 == pytest.approx(0.01 * (1 + 1 / 3))


def test_a_constant_prediction_is_no_fit():
    fits = constant_prediction("no model", np.zeros(3))
    arm = fits.arm(lambda prediction: Score(0.5, np.zeros(3)))
    assert (arm.value, arm.fits, arm.training_variance) == (0.5, 0, 0.0)


def test_intervals_end_where_scores_do():
    """An AUC of .837 had an interval up to 1.246, an average precision one up to 1.101."""
    high = Arm("", Score(0.9, np.zeros(5), (0.0, 1.0)), 0.2**2, 2, 1, 4)
    low = Arm("", Score(0.1, np.zeros(5), (0.0, 1.0)), 0.2**2, 2, 1, 4)
    assert high.estimate().interval(0.05)[1] == 1.0
    assert low.estimate().interval(0.05)[0] == 0.0
    assert gap(high, low).interval(0.001) == (-1.0, 1.0)
    bit_over = Arm("", Score(1.0 + 2e-16, np.zeros(5), (0.0, 1.0)), 0.0, 1e6, 1, 1)
    assert bit_over.estimate().interval(0.05) == (1.0, 1.0)  # never upside down
