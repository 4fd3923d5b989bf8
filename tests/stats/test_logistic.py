"""One logistic regression: known answers, agreement with scikit-learn, awkward rows."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.logistic import logistic_regression


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(12)


def odds(probabilities):
    return np.log(probabilities / (1 - probabilities))


def test_two_by_two_table_by_hand():
    """Log odds ratio and its error are those of Woolf: counts 30, 10, 20, 40."""
    exposed = np.repeat([1.0, 1.0, 0.0, 0.0], [30, 10, 20, 40])
    outcome = np.repeat([True, False, True, False], [30, 10, 20, 40])
    fit = logistic_regression(np.column_stack([np.ones(100), exposed]), outcome)
    assert fit.coefficients == pytest.approx([np.log(20 / 40), np.log(30 * 40 / (10 * 20))])
    woolf = np.sqrt(1 / 30 + 1 / 10 + 1 / 20 + 1 / 40)
    assert fit.errors()[1] == pytest.approx(woolf, rel=1e-5)
    assert fit.probabilities[[0, -1]] == pytest.approx([0.75, 1 / 3])


def test_equals_scikit_learn_with_and_without_an_offset(rng):
    from sklearn.linear_model import LogisticRegression

    design = rng.normal(size=(2000, 3))
    linear = design @ [1.0, -0.5, 0.0] - 1
    outcome = rng.random(2000) < 1 / (1 + np.exp(-linear))
    model = LogisticRegression(C=1e10, tol=1e-12, max_iter=1000).fit(design, outcome)
    full = np.column_stack([np.ones(2000), design])
    fit = logistic_regression(full, outcome)
    expected = [model.intercept_[0], *model.coef_[0]]
    assert fit.coefficients == pytest.approx(expected, abs=1e-5)
    beyond = logistic_regression(full, outcome, offset=0.7 * design[:, 0] - 2)
    assert beyond.coefficients == pytest.approx(np.subtract(expected, [-2, 0.7, 0, 0]), abs=1e-5)


def test_an_offset_that_is_certain_and_wrong_is_left_behind():
    outcome = np.arange(1000) % 4 == 0
    fit = logistic_regression(np.ones((1000, 1)), outcome, offset=np.full(1000, 30.0))
    assert fit.coefficients[0] + 30 == pytest.approx(odds(0.25), abs=1e-6)


def test_influences_tell_what_a_row_moves(rng):
    """Against the fit without the row: exact to the order of one over the rows."""
    design = np.column_stack([np.ones(400), rng.normal(size=400)])
    outcome = rng.random(400) < 1 / (1 + np.exp(-design[:, 1]))
    fit = logistic_regression(design, outcome)
    assert fit.influences().sum(axis=1) == pytest.approx([0, 0], abs=1e-4)
    for row in (0, 100, 399):
        kept = np.arange(400) != row
        moved = fit.coefficients - logistic_regression(design[kept], outcome[kept]).coefficients
        assert moved == pytest.approx(fit.influences()[:, row] / 400, rel=0.1, abs=1e-4)
    spread = np.sqrt((fit.influences() ** 2).mean(axis=1) / 400)
    assert spread == pytest.approx(fit.errors(), rel=0.1)


def test_separated_rows_end_finite_and_certain():
    x = np.repeat([0.0, 1.0], 50)
    fit = logistic_regression(np.column_stack([np.ones(100), x]), x > 0)
    assert np.isfinite(fit.coefficients).all()
    assert np.isfinite(fit.errors()).all()
    assert np.abs(fit.probabilities - x).max() < 1e-6
    assert fit.errors()[1] > 10  # the data do not say how large it is


def test_columns_that_repeat_each_other_share_the_coefficient(rng):
    x = rng.normal(size=300)
    outcome = rng.random(300) < 1 / (1 + np.exp(-x))
    once = logistic_regression(np.column_stack([np.ones(300), x]), outcome)
    twice = logistic_regression(np.column_stack([np.ones(300), x, x]), outcome)
    assert twice.coefficients[1:].sum() == pytest.approx(once.coefficients[1], abs=1e-5)
    assert twice.probabilities == pytest.approx(once.probabilities, abs=1e-6)


def test_a_coarser_tolerance_stops_earlier(rng):
    design = np.column_stack([np.ones(500), rng.normal(size=500)])
    outcome = rng.random(500) < 1 / (1 + np.exp(-3 * design[:, 1]))
    fine = logistic_regression(design, outcome).coefficients
    coarse = logistic_regression(design, outcome, tolerance=0.01).coefficients
    assert 0 < np.abs(fine - coarse).max() < 0.2
