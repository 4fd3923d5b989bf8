"""Worth of synthetic rows: known sizes are found again within their interval."""

import numpy as np
import pytest

from synth_eval.stats.arms import Arm, fit_jackknife, fit_samples
from synth_eval.stats.learners import TrainingRows
from synth_eval.stats.learning_curve import curve_sizes, worth
from synth_eval.stats.scores import Score, auc


def arm(value, n, error=0.001):
    return Arm("", Score(value, np.zeros(10)), error**2, 100, n, 1)


CURVE = [arm(0.6, 100), arm(0.7, 1000), arm(0.8, 10_000)]


def test_crossing_is_linear_in_the_logarithm_of_rows():
    found = worth(arm(0.75, 1), CURVE, 0.05)
    assert found.rows == pytest.approx(np.sqrt(1000 * 10_000))
    assert found.low < found.rows < found.high
    assert not found.beyond


def test_scores_off_the_curve_end_at_its_ends():
    assert worth(arm(0.5, 1), CURVE, 0.05).rows == pytest.approx(100)
    above = worth(arm(0.9, 1), CURVE, 0.05)
    assert (round(above.rows), above.beyond, above.high) == (10_000, True, np.inf)


def test_a_falling_stretch_of_the_curve_is_averaged():
    bumpy = [arm(0.6, 100), arm(0.72, 1000), arm(0.68, 3000), arm(0.8, 10_000)]
    found = worth(arm(0.7, 1), bumpy, 0.05)
    assert 999 <= found.rows <= 3001


def test_curve_sizes_end_with_all_rows_and_never_repeat():
    sizes = curve_sizes(24_421, 0.01, 7)
    assert sizes[0] == 244
    assert sizes[-1] == 24_421
    assert curve_sizes(3, 0.01, 7) == [3]


@pytest.mark.parametrize(
    "size", [*(pytest.param(size, marks=pytest.mark.slow) for size in (60, 300)), 1500]
)
def test_a_real_sample_is_worth_its_own_size(size):
    """A subset of a second real sample stands in for the synthetic rows."""
    rng = np.random.default_rng(size)

    def rows(count):
        target = rng.integers(0, 2, count)
        features = rng.normal(size=(count, 30)) + 0.25 * target[:, None]
        return TrainingRows(features, target, np.zeros(30, bool), 2)

    def learner(training, seed):
        positive = training.target == 1
        gap = training.features[positive].mean(axis=0) - training.features[~positive].mean(axis=0)
        return lambda tested: np.column_stack([-tested @ gap, tested @ gap])

    real, test = rows(6000), rows(20_000)

    def score(prediction):
        return auc(test.target == 1, prediction[:, 1])

    curve = [
        fit_samples("", real, n, 12, test.features, learner, rng).arm(score)
        for n in curve_sizes(6000, 0.005, 9)[:-1]
    ]
    curve.append(fit_jackknife("", real, test.features, learner, rng).arm(score))
    second = fit_jackknife("", rows(size), test.features, learner, rng).arm(score)
    found = worth(second, curve, 0.05)
    assert found.low <= size <= found.high
    assert size / 3 < found.rows < size * 3
