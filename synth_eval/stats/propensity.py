"""Propensity scores by logistic regression, their mean squared error and its nulls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_eval.stats.logistic import logistic_regression

__all__ = [
    "fitted_model_null",
    "independent_samples_null",
    "logistic_probabilities",
    "propensity_mse",
]

FloatArray = npt.NDArray[np.float64]

_TOLERANCE = 1e-7  # of the mean log likelihood; propensity errors are within 1e-6 of the limit


def logistic_probabilities(design: FloatArray, outcome: npt.NDArray[np.bool_]) -> FloatArray:
    """Probabilities of a logistic regression by maximum likelihood.

    Rows that can be separated get probabilities that approach 0 and 1.

    Parameters
    ----------
    design : ndarray of float64, shape (rows, rank)
        Columns of `synth_eval.stats.design.orthogonal_columns`.
    outcome : ndarray of bool, shape (rows,)
        What is predicted; both kinds must occur.
    """
    if not 0 < outcome.mean() < 1:
        raise ValueError("both kinds of rows are needed")
    return logistic_regression(design, outcome, tolerance=_TOLERANCE).probabilities


def propensity_mse(probabilities: FloatArray, share: float) -> float:
    """Mean squared difference of the propensity scores from the share of synthetic rows.

    0 where nothing tells the rows apart, ``share · (1 - share)`` where everything does.
    """
    return float(np.mean((probabilities - share) ** 2))


def independent_samples_null(coefficients: int, share: float, rows: int) -> float:
    """Expected propensity MSE of two independent samples of one distribution.

    This is what a holdout shows, and what permuted labels show.

    Parameters
    ----------
    coefficients : int
        Coefficients of the logistic regression, the constant included.
    share : float
        Share of synthetic rows among all.
    rows : int
        Rows of both tables together.

    Examples
    --------
    >>> round(independent_samples_null(6, 0.5, 2000), 7)
    0.000625
    """
    return (coefficients - 1) * share * (1 - share) / rows


def fitted_model_null(coefficients: int, share: float, rows: int) -> float:
    """Expected propensity MSE of rows drawn from the right model, fitted to the real rows.

    Lower than that of independent samples by the factor of one minus the share, since the
    rows share the errors of the real ones: at equal sizes a holdout shows twice as much.

    Notes
    -----
    Snoke, Raab, Nowok, Dibben, Slavkovic (2018), General and specific utility measures for
    synthetic data, Journal of the Royal Statistical Society A 181.

    Examples
    --------
    >>> round(fitted_model_null(6, 0.5, 2000), 7)
    0.0003125
    """
    return independent_samples_null(coefficients, share, rows) * (1 - share)
