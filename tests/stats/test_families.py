"""Learners made of scikit-learn's estimators: what is fitted, and in which units they answer."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from synth_eval.stats.families import families, own_learner, suits
from synth_eval.stats.learners import TrainingRows

ROWS = 200


def rows(target, classes):
    rng = np.random.default_rng(0)
    features = np.column_stack([rng.normal(size=ROWS), rng.integers(0, 3, ROWS)])
    features[:5, 0] = np.nan
    return TrainingRows(features, target, np.array([False, True]), classes)


class OnlyPredicts:
    """scikit-learn's interface without its base class."""

    def predict(self, features):
        return np.zeros(len(features))


@pytest.mark.parametrize(
    ("estimator", "for_classes", "for_numbers"),
    [
        (LogisticRegression(), True, False),
        (RidgeClassifier(), False, False),  # no probabilities
        (LinearRegression(), False, True),
        (OnlyPredicts(), False, True),
        (object(), False, False),
    ],
)
def test_what_suits_which_task(estimator, for_classes, for_numbers):
    assert suits(estimator, 2) is for_classes
    assert suits(estimator, 0) is for_numbers


def test_ones_own_estimator_is_cloned_and_seeded():
    target = np.random.default_rng(1).integers(0, 2, ROWS)
    given = DecisionTreeClassifier(max_features=1)
    learner = own_learner(given)
    training = rows(target, 2)
    first, again, other = (learner(training, seed)(training.features) for seed in (1, 1, 5))
    assert not hasattr(given, "tree_")
    assert given.random_state is None
    np.testing.assert_array_equal(first, again)
    assert first.shape == other.shape == (ROWS, 2)


def test_probabilities_stand_in_the_columns_of_all_classes():
    """Class 1 of three never occurs: its probability is zero, the others keep their columns."""
    target = np.array([0, 2] * (ROWS // 2))
    training = rows(target, 3)
    found = own_learner(DummyClassifier(strategy="prior"))(training, 0)(training.features)
    np.testing.assert_allclose(found, np.tile([0.5, 0.0, 0.5], (ROWS, 1)))


def test_numbers_come_back_in_their_own_unit():
    target = 1e6 + 1e3 * np.random.default_rng(2).normal(size=ROWS)
    training = rows(target, 0)
    mean = own_learner(DummyRegressor())(training, 0)(training.features)
    np.testing.assert_allclose(mean, target.mean())
    exact = own_learner(DecisionTreeRegressor())(training, 0)(training.features)
    np.testing.assert_allclose(exact[5:], target[5:])  # the first five lack their number


def test_one_class_is_learned_as_a_constant():
    training = rows(np.ones(ROWS, int), 2)
    found = own_learner(LogisticRegression())(training, 0)(training.features[:3])
    np.testing.assert_array_equal(found, [[0.0, 1.0]] * 3)


def test_every_family_has_candidates_to_tune():
    assert list(families()) == list(families(tuning=3))
