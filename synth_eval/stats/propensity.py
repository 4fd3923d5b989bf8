"""Propensity scores by logistic regression, their mean squared error and its nulls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = [
    "fitted_model_null",
    "full_rank",
    "independent_samples_null",
    "logistic_probabilities",
    "propensity_mse",
]

FloatArray = npt.NDArray[np.float64]

_STEPS = 30
_TOLERANCE = 1e-7
_RIDGE = 1e-8
_SMALLEST_SHARE = 1e-9


def full_rank(design: FloatArray) -> FloatArray:
    """Orthogonal columns that span what the columns of a design and a constant span.

    Columns that say the same twice (a level and its number) are counted once, so that the
    number of columns is the number of coefficients a model really has.

    Parameters
    ----------
    design : ndarray of float64, shape (rows, columns)
        Columns without missing values.

    Returns
    -------
    ndarray of float64, shape (rows, rank)
        The constant first.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(4.0)
    >>> full_rank(np.column_stack([x, 2 * x + 1])).shape
    (4, 2)
    """
    centred = design - design.mean(axis=0)
    spread = centred.std(axis=0)
    centred = centred[:, spread > 0] / spread[spread > 0]
    constant = np.ones((len(design), 1))
    if centred.shape[1] == 0:
        return constant
    values, vectors = np.linalg.eigh(centred.T @ centred / len(design))
    kept = values > _SMALLEST_SHARE * values[-1]
    return np.hstack([constant, centred @ (vectors[:, kept] / np.sqrt(values[kept]))])


def logistic_probabilities(design: FloatArray, outcome: npt.NDArray[np.bool_]) -> FloatArray:
    """Probabilities of a logistic regression by maximum likelihood.

    Newton steps, halved while the likelihood falls. Rows that can be separated get
    probabilities that approach 0 and 1; the steps end when the likelihood no longer gains.

    Parameters
    ----------
    design : ndarray of float64, shape (rows, rank)
        Columns of `full_rank`.
    outcome : ndarray of bool, shape (rows,)
        What is predicted; both kinds must occur.
    """
    share = float(outcome.mean())
    if not 0 < share < 1:
        raise ValueError("both kinds of rows are needed")
    weights = np.zeros(design.shape[1])
    weights[0] = np.log(share / (1 - share))
    linear = design @ weights
    loss = _deviance(linear, outcome)
    ridge = _RIDGE * np.eye(design.shape[1])
    for _ in range(_STEPS):
        fitted = _sigmoid(linear)
        gradient = design.T @ (outcome - fitted) / len(design)
        curvature = (design * (fitted * (1 - fitted))[:, None]).T @ design / len(design)
        step = np.linalg.solve(curvature + ridge, gradient)
        along, size = design @ step, 1.0
        reached = _deviance(linear + along, outcome)
        while reached > loss and size > 1e-4:
            size /= 2
            reached = _deviance(linear + size * along, outcome)
        gain, loss = loss - reached, reached
        linear = linear + size * along
        if gain < _TOLERANCE:
            break
    return _sigmoid(linear)


def _sigmoid(linear: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1 + np.tanh(linear / 2)))


def _deviance(linear: FloatArray, outcome: npt.NDArray[np.bool_]) -> float:
    """Mean negative log likelihood."""
    return float(np.logaddexp(0.0, np.where(outcome, -linear, linear)).mean())


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
