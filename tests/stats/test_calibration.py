"""Calibration: known shifts of the log-odds are found, and cost what they cost."""

import numpy as np
import pytest

from synth_eval.stats.calibration import (
    brier_decomposition,
    calibration_intercept,
    calibration_loss,
    calibration_slope,
    recalibrated,
    reliability_bins,
)


def logistic(values):
    return 1 / (1 + np.exp(-values))


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(11)
    odds = 1.5 * rng.normal(size=20_000) - 1
    return rng.random(20_000) < logistic(odds), odds


def test_true_probabilities_have_slope_one_and_lose_nothing(world):
    positive, odds = world
    slope = calibration_slope(positive, logistic(odds))
    intercept = calibration_intercept(positive, logistic(odds))
    assert slope.value == pytest.approx(1, abs=4 * np.sqrt(slope.variance))
    assert intercept.value == pytest.approx(0, abs=4 * np.sqrt(intercept.variance))
    assert calibration_loss(positive[:, None], logistic(odds)[:, None]).value < 0.01


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 2.0), (1.0, -4.28), (0.5, 0.0), (2.0, 0.0)])
def test_planted_slope_and_shift_are_found(world, slope, shift):
    positive, odds = world
    guess = logistic(slope * odds + shift)
    found = calibration_slope(positive, guess)
    assert found.value == pytest.approx(1 / slope, abs=5 * np.sqrt(found.variance))
    assert recalibrated(positive, guess).mean() == pytest.approx(positive.mean(), abs=1e-3)
    if slope == 1.0:
        found = calibration_intercept(positive, guess)
        assert found.value == pytest.approx(-shift, abs=5 * np.sqrt(found.variance))


def test_slope_equals_the_logistic_regression_of_scikit_learn(world):
    from sklearn.linear_model import LogisticRegression

    positive, odds = world
    model = LogisticRegression(C=1e9, tol=1e-10).fit((0.7 * odds)[:, None], positive)
    found = calibration_slope(positive, logistic(0.7 * odds))
    assert found.value == pytest.approx(model.coef_[0, 0], abs=1e-4)


def test_rebalancing_rare_positives_ruins_the_probabilities():
    """1.36 % made 50 %: every log-odds moves by 4.28, the ranking stays."""
    rng = np.random.default_rng(2)
    positive = rng.random(200_000) < 0.0136
    signal = rng.normal(size=200_000) + 1.5 * positive
    true_odds = 1.5 * signal - 1.5**2 / 2
    intercept = calibration_intercept(positive, logistic(true_odds))
    assert intercept.value == pytest.approx(np.log(0.0136 / 0.9864), abs=0.1)
    assert calibration_loss(positive[:, None], logistic(true_odds)[:, None]).value > 1


def test_loss_of_a_ranking_without_skill_is_undefined():
    rng = np.random.default_rng(3)
    positive, guess = rng.random(5000) < 0.3, rng.random(5000)
    assert calibration_loss(positive[:, None], guess[:, None]) is None


def test_loss_variance_is_that_of_the_bootstrap(world):
    positive, odds = (values[:2000] for values in world)
    guess = logistic(0.5 * odds + 1)
    loss = calibration_loss(positive[:, None], guess[:, None])
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, 2000, 2000) for _ in range(200)]
    spread = np.std([calibration_loss(positive[r, None], guess[r, None]).value for r in draws])
    assert np.sqrt(loss.variance) == pytest.approx(spread, rel=0.2)


def test_parts_of_the_brier_score_add_up():
    positive = np.array([True, True, False, True, False, False, False, False])
    guess = np.array([0.8, 0.8, 0.8, 0.8, 0.1, 0.1, 0.1, 0.1])
    parts = brier_decomposition(positive, guess)
    assert parts.reliability == pytest.approx(0.5 * 0.05**2 + 0.5 * 0.1**2)
    total = parts.reliability - parts.resolution + parts.uncertainty
    assert parts.score == pytest.approx(total)


def test_certain_predictions_do_not_overflow():
    positive = np.array([True, False] * 50)
    certain = positive.astype(float)
    assert np.isfinite(calibration_slope(positive, certain).value)
    assert np.isfinite(calibration_intercept(positive, 1 - certain).value)


def test_reliability_bins_hold_every_row(world):
    positive, odds = world
    bins = reliability_bins(positive, logistic(odds))
    assert sum(size for _, _, size in bins) == len(positive)
    assert sum(hits for _, hits, _ in bins) == positive.sum()
    assert [predicted for predicted, _, _ in bins] == sorted(predicted for predicted, _, _ in bins)
