"""Models for mixed tables survive what tables hold, and learn only from training rows."""

import numpy as np
import pytest

from synth_eval.stats.families import families
from synth_eval.stats.learners import BoostingSettings, LevelEncoder, TrainingRows, boosting
from synth_eval.stats.scores import auc, r2


def rows(features, target, categorical=None, classes=2):
    features = np.asarray(features, np.float64)
    flags = np.zeros(features.shape[1], bool) if categorical is None else np.asarray(categorical)
    return TrainingRows(features, np.asarray(target), flags, classes)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_levels_are_numbered_by_frequency_in_the_training_rows():
    codes = np.array([[5.0], [5.0], [2.0], [np.nan]])
    encoder = LevelEncoder(np.array([True])).fit(codes)
    encoded = encoder.transform(np.array([[5.0], [2.0], [3.0], [9.0], [np.nan]]))
    np.testing.assert_array_equal(encoded[:, 0], [0, 1, np.nan, np.nan, np.nan])


def test_levels_beyond_the_bins_share_one():
    codes = np.concatenate([np.arange(1000.0), np.arange(100.0)])[:, None]
    encoded = LevelEncoder(np.array([True])).fit(codes).transform(codes)
    assert encoded.max() == 254
    assert len(np.unique(encoded[:100])) == 100


def test_boosting_learns_levels_and_missing_values(rng):
    codes = rng.integers(0, 400, 6000).astype(float)
    numbers = rng.normal(size=6000)
    target = (codes % 2 == 0) ^ (rng.random(6000) < 0.1)
    numbers[target] = np.where(rng.random(target.sum()) < 0.5, np.nan, numbers[target])
    training = rows(np.column_stack([codes, numbers]), target.astype(int), [True, False])
    predictor = boosting(training, 0)
    assert auc(target, predictor(training.features)[:, 1]).value > 0.9


def test_boosting_survives_hostile_cells(rng):
    features = rng.normal(size=(300, 4))
    features[0] = [np.inf, -np.inf, 1e308, np.nan]
    features[:, 3] = np.nan
    target = (features[:, 1] > 0).astype(int)
    prediction = boosting(rows(features, target), 0)(features)
    assert np.isfinite(prediction).all()
    assert auc(target == 1, prediction[:, 1]).value > 0.95


def test_boosting_regression_survives_a_huge_target(rng):
    features = rng.normal(size=(300, 2))
    target = features[:, 0] * 1e300
    predictor = boosting(rows(features, target, classes=0), 0)
    assert r2(target, predictor(features)).value > 0.9


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_boosting_of_hardly_any_rows(size):
    features, target = np.zeros((size, 2)), np.zeros(size, int)
    probabilities = boosting(rows(features, target), 0)(np.ones((3, 2)))
    assert probabilities.shape == (3, 2)
    numbers = boosting(rows(features, target.astype(float), classes=0), 0)(np.ones((3, 2)))
    np.testing.assert_array_equal(numbers, 0)


def test_a_class_without_training_rows_is_never_predicted(rng):
    features = rng.normal(size=(200, 1))
    target = np.where(features[:, 0] > 0, 2, 0)
    probabilities = boosting(rows(features, target, classes=3), 0)(features)
    assert (probabilities[:, 1] == 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_unseen_levels_are_missing_to_the_model(rng):
    codes = rng.integers(0, 3, 500).astype(float)[:, None]
    predictor = boosting(rows(codes, (codes[:, 0] == 1).astype(int), [True]), 0)
    assert np.isfinite(predictor(np.array([[7.0], [np.nan]]))).all()


def test_same_seed_same_model(rng):
    features = rng.normal(size=(500, 3))
    training = rows(features, (features.sum(axis=1) > 0).astype(int))
    first, second = (boosting(training, 1)(features) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_balanced_boosting_raises_the_probability_of_the_rare_class(rng):
    features = rng.normal(size=(4000, 2))
    target = (features[:, 0] + rng.normal(size=4000) > 2).astype(int)
    training = rows(features, target)
    plain = boosting(training, 0)(features)[:, 1]
    balanced = boosting(training, 0, BoostingSettings(is_balanced=True))(features)[:, 1]
    assert plain.mean() == pytest.approx(target.mean(), abs=0.02)
    assert balanced.mean() > 2 * target.mean()


@pytest.mark.parametrize("classes", [2, 0])
@pytest.mark.parametrize("name", list(families()))
def test_every_family_learns_levels_numbers_and_missing_values(rng, name, classes):
    codes = rng.integers(0, 300, 1500).astype(float)
    numbers = rng.normal(size=1500)
    signal = numbers + (codes < 20) + 0.5 * rng.normal(size=1500)
    numbers[:50] = np.nan
    features = np.column_stack([codes, numbers, np.full(1500, np.nan)])
    features[50:53, 1] = [np.inf, -np.inf, 1e308]
    target = (signal > 0.2).astype(int) if classes else signal
    training = rows(features, target, [True, False, False], classes)
    hostile = np.array([[9e5, np.nan, 1.0], [np.nan, np.inf, np.nan]])
    predictor = families()[name](training, 0)
    assert np.isfinite(predictor(hostile)).all()
    prediction = predictor(features)
    found = auc(target == 1, prediction[:, 1]) if classes else r2(target, prediction)
    assert found.value > (0.75 if classes else 0.2)
