"""Regression coefficients, their overlap, and what naive intervals are worth."""

import numpy as np
import pytest

from synth_eval.stats.inference import (
    Coefficients,
    interval_overlap,
    linear,
    logistic,
    naive_coverage,
)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def one(value, error=1.0):
    return Coefficients(np.atleast_1d(np.asarray(value, float)), np.atleast_1d(float(error)))


def test_overlap_of_identical_and_disjoint_intervals():
    assert interval_overlap(one(0), one(0))[0] == 1
    assert interval_overlap(one(0), one(10))[0] < 0
    assert interval_overlap(one(0), one(2 * 1.959964))[0] == pytest.approx(0, abs=1e-6)


def test_expected_overlap_of_a_correct_table_and_of_another_sample(rng):
    """1 - sqrt(2/pi)/3.92 = .7965 for the first, .712 for the second."""
    draws = rng.normal(size=200_000)
    correct = interval_overlap(Coefficients(draws, np.ones(len(draws))), one(0)).mean()
    assert correct == pytest.approx(1 - np.sqrt(2 / np.pi) / 3.92, abs=0.002)
    other = interval_overlap(
        Coefficients(draws, np.ones(len(draws))),
        Coefficients(rng.normal(size=200_000), np.ones(len(draws))),
    ).mean()
    assert other == pytest.approx(0.712, abs=0.002)


@pytest.mark.parametrize(("ratio", "expected"), [(1, 0.834), (2, 0.742), (10, 0.445)])
def test_naive_coverage_by_simulation(rng, ratio, expected):
    assert naive_coverage(ratio * 500, 500) == pytest.approx(expected, abs=5e-4)
    real = rng.normal(size=20_000) / np.sqrt(500)
    synthetic = real + rng.normal(size=20_000) / np.sqrt(ratio * 500)
    inside = np.abs(synthetic) <= 1.96 / np.sqrt(ratio * 500)
    assert inside.mean() == pytest.approx(expected, abs=0.015)
    wide = np.abs(synthetic) <= 1.96 / np.sqrt(ratio * 500) * np.sqrt(1 + ratio)
    assert wide.mean() == pytest.approx(0.95, abs=0.01)  # the factor that restores it


def test_linear_finds_coefficients_and_their_errors(rng):
    design = rng.normal(size=(2000, 3))
    outcome = design @ [1.0, -2.0, 0.0] + 5 + rng.normal(size=2000)
    found = linear(design, outcome)
    np.testing.assert_allclose(found.values, [1, -2, 0], atol=0.1)
    np.testing.assert_allclose(found.errors, 1 / np.sqrt(2000), rtol=0.1)


def test_logistic_equals_scikit_learn(rng):
    from sklearn.linear_model import LogisticRegression

    design = rng.normal(size=(3000, 3))
    outcome = rng.random(3000) < 1 / (1 + np.exp(-(design @ [1.0, -0.5, 0.0] - 1)))
    model = LogisticRegression(C=1e9, tol=1e-10, max_iter=500).fit(design, outcome)
    found = logistic(design, outcome.astype(float))
    np.testing.assert_allclose(found.values, model.coef_[0], atol=1e-4)
    low, high = found.intervals(0.999)
    assert ((low < [1.0, -0.5, 0.0]) & (high > [1.0, -0.5, 0.0])).all()


def test_separable_classes_stay_finite():
    design = np.linspace(-1, 1, 50)[:, None]
    found = logistic(design, (design[:, 0] > 0).astype(float))
    assert np.isfinite(found.values).all()
    assert np.isfinite(found.errors).all()
