"""Coefficients of a regression, and how well two sets of intervals agree."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.stats.logistic import logistic_regression

__all__ = ["Coefficients", "interval_overlap", "linear", "logistic", "naive_coverage"]

FloatArray = npt.NDArray[np.float64]

_RIDGE = 1e-8  # of the rows: columns that repeat each other can be inverted, others stay


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Estimates with standard errors, shape (terms,); the intercept is left out."""

    values: FloatArray
    errors: FloatArray

    def intervals(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Lower and upper ends of normal intervals."""
        z = NormalDist().inv_cdf((1 + level) / 2)
        return self.values - z * self.errors, self.values + z * self.errors


def _with_intercept(design: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(design)), design])


def linear(design: FloatArray, outcome: FloatArray) -> Coefficients:
    """Ordinary least squares with the usual standard errors.

    Parameters
    ----------
    design : ndarray of float64, shape (rows, terms)
        Without the intercept.
    outcome : ndarray of float64, shape (rows,)
        Numbers.
    """
    full = _with_intercept(design)
    inverse = np.linalg.inv(full.T @ full + _RIDGE * len(full) * np.eye(full.shape[1]))
    values = inverse @ (full.T @ outcome)
    rest = outcome - full @ values
    variance = float(rest @ rest) / max(len(full) - full.shape[1], 1)
    errors = np.sqrt(np.maximum(np.diag(inverse) * variance, 0.0))
    return Coefficients(values[1:], errors[1:])


def logistic(design: FloatArray, outcome: FloatArray) -> Coefficients:
    """Logistic regression; errors from the information matrix.

    Parameters
    ----------
    design : ndarray of float64, shape (rows, terms)
        Without the intercept.
    outcome : ndarray of float64, shape (rows,)
        0 or 1.
    """
    fit = logistic_regression(_with_intercept(design), outcome.astype(np.bool_))
    return Coefficients(fit.coefficients[1:], fit.errors()[1:])


def interval_overlap(first: Coefficients, second: Coefficients, level: float = 0.95) -> FloatArray:
    """Mean share of each interval that the other one covers; 1 identical, 0 or less disjoint.

    A correct synthetic table of the same size gives .80 on average, another real sample .71.

    Notes
    -----
    Karr et al. (2006), The American Statistician 60.

    Examples
    --------
    >>> import numpy as np
    >>> one = Coefficients(np.array([0.0]), np.array([1.0]))
    >>> interval_overlap(one, one)
    array([1.])
    """
    (low_a, high_a), (low_b, high_b) = first.intervals(level), second.intervals(level)
    shared = np.minimum(high_a, high_b) - np.maximum(low_a, low_b)
    widths = [np.maximum(high - low, 1e-300) for low, high in ((low_a, high_a), (low_b, high_b))]
    return np.asarray((shared / widths[0] + shared / widths[1]) / 2, np.float64)


def naive_coverage(synthetic_rows: float, real_rows: float, level: float = 0.95) -> float:
    """Chance that an interval computed from synthetic rows as if they were real is right.

    Rows drawn from a correct model fitted to the real ones carry the error of both samples.

    Examples
    --------
    >>> round(naive_coverage(1000, 1000), 3), round(naive_coverage(10_000, 1000), 3)
    (0.834, 0.445)
    """
    normal = NormalDist()
    z = normal.inv_cdf((1 + level) / 2)
    return 2 * normal.cdf(z / (1 + synthetic_rows / real_rows) ** 0.5) - 1
