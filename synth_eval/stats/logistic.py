"""Logistic regression by maximum likelihood: one Newton loop for all who need one.

Coefficients with errors, probabilities, and the pull of every row on a coefficient all come
from one fit. Scikit-learn's regression gives neither the information matrix nor a place for
an offset, and its import costs a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["LogisticFit", "logistic_regression"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# Six steps are ordinary. Rows that can be separated have no finite estimate: each step then
# adds about one to their log-odds, and some thirty reach the tolerance.
_STEPS = 100
_TOLERANCE = 1e-10  # the last step starts about 1e-5 from the maximum and ends 1e-9 from it
_HALVINGS = 40  # from predictions that were certain and wrong a first step may be 1e6 too long
# Added to the diagonal of the information of one row, so that it can be inverted where columns
# repeat each other or rows are separated. It changes steps and errors, not the maximum; next to
# the .01 to .25 of an ordinary column it is in no digit that is shown.
_RIDGE = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """A fitted regression.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (columns,)
        Estimates.
    probabilities : ndarray of float64, shape (rows,)
        Fitted probabilities of the rows.
    information : ndarray of float64, shape (columns, columns)
        Information matrix of all rows.
    design : ndarray of float64, shape (rows, columns)
        What was fitted on.
    residuals : ndarray of float64, shape (rows,)
        Outcomes minus probabilities.
    """

    coefficients: FloatArray
    probabilities: FloatArray
    information: FloatArray
    design: FloatArray
    residuals: FloatArray

    def errors(self) -> FloatArray:
        """Standard errors of the coefficients, shape (columns,)."""
        return np.sqrt(np.maximum(np.diag(np.linalg.inv(self.information)), 0.0))

    def influences(self) -> FloatArray:
        """How far each row moves each coefficient, times rows; shape (columns, rows)."""
        scores = self.design * self.residuals[:, None]
        return np.asarray(len(scores) * np.linalg.solve(self.information, scores.T))


def logistic_regression(
    design: FloatArray,
    outcome: BoolArray,
    offset: FloatArray | None = None,
    tolerance: float = _TOLERANCE,
) -> LogisticFit:
    """Newton's method, steps halved while the likelihood falls.

    Parameters
    ----------
    design : ndarray of float64, shape (rows, columns)
        With a constant where one is wanted.
    outcome : ndarray of bool, shape (rows,)
        What is explained.
    offset : ndarray of float64, shape (rows,), optional
        Log-odds that are given, beside those of the columns.
    tolerance : float
        The last step is the one that promises less gain of mean log likelihood than this.

    Examples
    --------
    >>> import numpy as np
    >>> one, outcome = np.ones((4, 1)), np.array([True, False, False, False])
    >>> fit = logistic_regression(one, outcome)
    >>> fit.coefficients.round(4), fit.errors().round(4)  # log(1/3), sqrt(1/1 + 1/3)
    (array([-1.0986]), array([1.1547]))
    """
    from scipy.special import expit  # at use, see `synth_eval.stats`

    rows = len(design)
    ridge = _RIDGE * np.eye(design.shape[1])
    coefficients = np.zeros(design.shape[1])
    linear = np.zeros(rows) if offset is None else np.asarray(offset, np.float64)
    loss = _loss(linear, outcome)
    for _ in range(_STEPS):
        probabilities = expit(linear)
        gradient = design.T @ (outcome - probabilities) / rows
        step = np.linalg.solve(_information(design, probabilities) / rows + ridge, gradient)
        along, size, is_last = design @ step, 1.0, gradient @ step < 2 * tolerance
        reached = _loss(linear + along, outcome)
        for _ in range(0 if is_last else _HALVINGS):  # at the maximum losses are rounding
            if reached <= loss:
                break
            size /= 2
            reached = _loss(linear + size * along, outcome)
        loss, linear, coefficients = reached, linear + size * along, coefficients + size * step
        if is_last:
            break
    probabilities = expit(linear)
    return LogisticFit(
        coefficients,
        probabilities,
        _information(design, probabilities) + rows * ridge,
        design,
        outcome - probabilities,
    )


def _information(design: FloatArray, probabilities: FloatArray) -> FloatArray:
    return np.asarray((design * (probabilities * (1 - probabilities))[:, None]).T @ design)


def _loss(linear: FloatArray, outcome: BoolArray) -> float:
    """Mean negative log likelihood."""
    return float(np.logaddexp(0.0, np.where(outcome, -linear, linear)).mean())
