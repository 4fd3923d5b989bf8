"""Propensity scores: both nulls, blindness of main effects, separable rows."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.design import orthogonal_columns
from synth_eval.stats.propensity import (
    fitted_model_null,
    independent_samples_null,
    logistic_probabilities,
    propensity_mse,
)


def error(real, synthetic):
    rows = np.concatenate([real, synthetic])
    outcome = np.repeat([False, True], [len(real), len(synthetic)])
    scores = logistic_probabilities(orthogonal_columns(rows), outcome)
    return propensity_mse(scores, len(synthetic) / len(rows))


def test_agrees_with_an_established_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 3)) * [1.0, 100.0, 0.01]
    outcome = rng.random(500) < 1 / (1 + np.exp(-rows @ [1.0, -0.01, 50.0] - 0.5))
    model = LogisticRegression(C=1e10, tol=1e-10, max_iter=10_000).fit(rows / rows.std(0), outcome)
    expected = model.predict_proba(rows / rows.std(0))[:, 1]
    assert logistic_probabilities(orthogonal_columns(rows), outcome) == pytest.approx(
        expected, abs=1e-4
    )


def test_copy_has_no_error():
    real = np.random.default_rng(1).normal(size=(400, 4))
    assert error(real, real[::-1]) == pytest.approx(0.0, abs=1e-12)


def test_separable_rows_have_the_largest_error():
    x = np.linspace(0, 1, 200)[:, None]
    assert error(x, x + 5) == pytest.approx(0.25, abs=1e-4)


@pytest.mark.parametrize("sizes", [(1000, 1000), (1500, 500)])
def test_independent_samples_have_the_first_null(sizes):
    rng = np.random.default_rng(2)
    errors = [error(rng.normal(size=(sizes[0], 5)), rng.normal(size=(sizes[1], 5)))
              for _ in range(200)]  # fmt: skip
    expected = independent_samples_null(6, sizes[1] / sum(sizes), sum(sizes))
    standard_error = np.std(errors) / np.sqrt(200)
    assert np.mean(errors) == pytest.approx(expected, abs=4 * standard_error)
    assert np.std(errors) == pytest.approx(expected * np.sqrt(2 / 5), rel=0.25)


def test_rows_of_the_fitted_model_have_half_of_it():
    """Shown by the rows of a normal distribution fitted to the real ones."""
    rng = np.random.default_rng(3)
    errors = []
    for _ in range(200):
        real = rng.normal(size=(1000, 5))
        spread = np.linalg.cholesky(np.cov(real.T))
        errors.append(error(real, real.mean(0) + rng.normal(size=(1000, 5)) @ spread.T))
    standard_error = np.std(errors) / np.sqrt(200)
    assert fitted_model_null(6, 0.5, 2000) == pytest.approx(3.125e-4)
    assert np.mean(errors) == pytest.approx(3.125e-4, abs=4 * standard_error)
    assert np.std(errors) == pytest.approx(1.98e-4, rel=0.25)


def test_main_effects_are_blind_to_shuffled_columns_and_products_are_not():
    rng = np.random.default_rng(4)
    x = rng.normal(size=2000)
    real = np.column_stack([x, x + rng.normal(size=2000)])
    shuffled = np.column_stack([x, rng.permutation(real[:, 1])])
    assert error(real, shuffled) == pytest.approx(0.0, abs=1e-12)

    def with_product(rows):
        return np.column_stack([rows, rows.prod(axis=1)])

    assert error(with_product(real), with_product(shuffled)) > 20 * independent_samples_null(
        4, 0.5, 4000
    )


def test_one_kind_of_rows_is_refused():
    with pytest.raises(ValueError, match="both kinds"):
        logistic_probabilities(np.ones((3, 1)), np.ones(3, bool))
