"""Tuning looks at training rows alone and takes what predicts them best."""

import numpy as np
import pytest

from synth_eval.stats.learners import TrainingRows, constant_model
from synth_eval.stats.tuning import tuned


@pytest.fixture
def training():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 2))
    target = (features[:, 0] + 0.3 * rng.normal(size=400) > 0).astype(int)
    return TrainingRows(features, target, np.zeros(2, bool), 2)


def by_column(column, seen=None):
    """A model that ranks by one column and has nothing to learn."""

    def learn(training, seed):
        if seen is not None:
            seen.append(len(training))
        return lambda rows: np.column_stack([-rows[:, column], rows[:, column]])

    return learn


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_better_candidate_is_taken_wherever_it_stands(training, order):
    predictor = tuned([by_column(column) for column in order])(training, 0)
    np.testing.assert_array_equal(predictor(training.features)[:, 1], training.features[:, 0])


def test_the_choice_is_made_on_held_out_training_rows_and_the_fit_on_all(training):
    seen = []
    tuned([by_column(0, seen), by_column(1)])(training, 0)
    assert seen[:3] == [266, 267, 267]
    assert seen[3:] == [400]


def test_the_first_is_taken_in_doubt(training):
    def constant(rows, seed):
        return constant_model(rows)

    few = training.take(np.arange(30))
    assert tuned([constant, by_column(0)])(few, 0)(few.features).std() < 0.5
    numbers = TrainingRows(training.features, np.ones(400), np.zeros(2, bool), 0)
    assert tuned([constant, by_column(0)])(numbers, 0)(training.features).ndim == 1
    assert tuned([constant]) is constant
