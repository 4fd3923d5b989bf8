"""Scores against scikit-learn and known answers, influences against the bootstrap."""

import numpy as np
import pytest

from synth_eval.stats.scores import (
    auc,
    average_precision,
    macro_auc,
    mean_score,
    r2,
    share_among,
)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_auc_equals_scikit_learn_with_ties(rng):
    from sklearn.metrics import roc_auc_score

    positive = rng.random(500) < 0.2
    scores = np.round(rng.normal(size=500) + positive, 1)
    assert auc(positive, scores).value == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)


def test_auc_variance_is_that_of_the_bootstrap(rng):
    from sklearn.metrics import roc_auc_score

    positive = rng.random(400) < 0.3
    scores = rng.normal(size=400) + 1.2 * positive
    score = auc(positive, scores)
    draws = [rng.integers(0, 400, 400) for _ in range(600)]
    spread = np.std([roc_auc_score(positive[rows], scores[rows]) for rows in draws])
    assert np.sqrt(score.variance) == pytest.approx(spread, rel=0.15)
    assert score.influence.mean() == pytest.approx(0, abs=1e-12)


def test_auc_of_equal_scores_is_a_half_and_certain():
    score = auc(np.array([True, False, False]), np.zeros(3))
    assert score.value == 0.5
    assert score.variance == 0


def test_auc_needs_both_kinds():
    with pytest.raises(ValueError, match="positive and negative"):
        auc(np.array([True, True]), np.zeros(2))


def test_auc_reaches_the_bayes_limit_of_two_gaussians(rng):
    """Shift 1 in four dimensions: the best area is Phi(2/sqrt 2) = .9214."""
    positive = rng.random(200_000) < 0.5
    points = rng.normal(size=(200_000, 4)) + positive[:, None]
    assert auc(positive, points.sum(axis=1)).value == pytest.approx(0.9214, abs=0.003)


def test_macro_auc_equals_scikit_learn(rng):
    from sklearn.metrics import roc_auc_score

    classes = rng.integers(0, 3, 300)
    probabilities = rng.dirichlet(np.ones(3), 300) + 0.3 * np.eye(3)[classes]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    expected = roc_auc_score(classes, probabilities, multi_class="ovr", average="macro")
    assert macro_auc(classes, probabilities).value == pytest.approx(expected, abs=1e-12)


def test_macro_auc_leaves_out_classes_without_test_rows(rng):
    classes = rng.integers(0, 2, 100)
    probabilities = rng.random((100, 3))
    both = mean_score([auc(classes == k, probabilities[:, k]) for k in (0, 1)])
    assert macro_auc(classes, probabilities).value == both.value


def test_r2_and_its_variance(rng):
    from sklearn.metrics import r2_score

    truth = rng.normal(size=500) * 40 + 1000
    prediction = truth + rng.normal(size=500) * 20
    score = r2(truth, prediction)
    assert score.value == pytest.approx(r2_score(truth, prediction), abs=1e-12)
    draws = [rng.integers(0, 500, 500) for _ in range(600)]
    spread = np.std([r2_score(truth[rows], prediction[rows]) for rows in draws])
    assert np.sqrt(score.variance) == pytest.approx(spread, rel=0.15)


def test_r2_survives_huge_numbers_and_says_how_bad_at_most():
    assert r2(np.array([1.0, 2.0, 1e308]), np.array([1.0, 2.0, 1e308])).value == 1.0
    assert r2(np.array([1.0, 2.0, 3.0]), np.array([1e308, -1e308, 0.0])).value == -1.0


def test_r2_needs_a_target_that_varies():
    with pytest.raises(ValueError, match="constant"):
        r2(np.ones(5), np.arange(5.0))


def test_average_precision_equals_scikit_learn_with_ties(rng):
    from sklearn.metrics import average_precision_score

    positive = rng.random(600) < 0.1
    scores = np.round(rng.normal(size=600) + positive, 1)
    expected = average_precision_score(positive, scores)
    assert average_precision(positive, scores).value == pytest.approx(expected, abs=1e-12)


def test_average_precision_variance_is_that_of_the_bootstrap(rng):
    from sklearn.metrics import average_precision_score

    positive = rng.random(1500) < 0.1
    scores = rng.normal(size=1500) + 1.5 * positive
    score = average_precision(positive, scores)
    draws = [rng.integers(0, 1500, 1500) for _ in range(300)]
    spread = np.std([average_precision_score(positive[rows], scores[rows]) for rows in draws])
    assert np.sqrt(score.variance) == pytest.approx(spread, rel=0.15)


def test_random_scores_have_the_prevalence_as_average_precision(rng):
    positive = rng.random(50_000) < 0.02
    score = average_precision(positive, rng.random(50_000))
    assert score.value == pytest.approx(positive.mean(), abs=4 * np.sqrt(score.variance))
    assert average_precision(positive, np.zeros(50_000)).value == pytest.approx(positive.mean())


def test_share_among():
    among = np.array([True, True, True, False])
    score = share_among(among, np.array([True, False, True, True]))
    assert score.value == pytest.approx(2 / 3)
    assert score.influence[3] == 0
    assert share_among(np.zeros(4, bool), among).value == 0


@pytest.mark.parametrize("rows", [3, 7, 49, 150])
def test_scores_never_leave_their_range_by_a_rounding_error(rows):
    """A perfect average precision of 1.0000000000000002 turned an interval upside down."""
    for positives in range(1, rows):
        positive = np.arange(rows) < positives
        score = average_precision(positive, -np.arange(rows, dtype=float))
        assert score.value <= score.possible[1] == 1.0
        assert mean_score([score, score]).possible == (0.0, 1.0)
