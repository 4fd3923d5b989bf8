"""Designs of regressions: which of their columns say something that the others do not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["independent_columns", "orthogonal_columns"]

FloatArray = npt.NDArray[np.float64]

# Share of a column's square that the columns before it leave. Products are exact to about
# 1e-13; a column that says something of its own, be it in one row of a million, has 1e-6.
_ROUNDING = 1e-8


def independent_columns(design: FloatArray, least: float) -> list[int]:
    """Columns that are not (nearly) linear in a constant and the columns before them.

    The order counts: of two columns that say the same the first one stays, which a pivoted
    decomposition does not promise.

    Parameters
    ----------
    design : ndarray of float64, shape (rows, columns)
        Without missing values.
    least : float
        Smallest length that must be left of a column, as a share of its own.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(5.0)
    >>> independent_columns(np.column_stack([x, 2 * x + 1, x**2, np.ones(5)]), 0.05)
    [0, 2]
    """
    full = np.column_stack([np.ones(len(design)), design])
    chosen, _ = _cholesky(full.T @ full, least**2)
    return [position - 1 for position in chosen if position > 0]


def orthogonal_columns(design: FloatArray) -> FloatArray:
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
        The constant first; all of mean square 1.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(4.0)
    >>> orthogonal_columns(np.column_stack([x, 2 * x + 1])).shape
    (4, 2)
    """
    spread = design.std(axis=0)
    varying = spread > _ROUNDING * np.abs(design).max(axis=0)
    standard = (design[:, varying] - design[:, varying].mean(axis=0)) / spread[varying]
    chosen, triangle = _cholesky(standard.T @ standard / len(design), _ROUNDING)
    constant = np.ones((len(design), 1))
    return np.hstack([constant, standard[:, chosen] @ np.linalg.inv(triangle).T])


def _cholesky(products: FloatArray, least: float) -> tuple[list[int], FloatArray]:
    """Columns of which `least` of the square is left, and the Cholesky factor of their products.

    Parameters
    ----------
    products : ndarray of float64, shape (columns, columns)
        Inner products of the columns.
    """
    left = products.copy()  # what is left of them beside the columns chosen so far
    chosen: list[int] = []
    rows = []
    for position, square in enumerate(np.diag(products)):
        if left[position, position] > least * square:
            part = left[position] / np.sqrt(left[position, position])
            left[position + 1 :] -= part[position + 1 :, None] * part
            chosen.append(position)
            rows.append(part)
    return chosen, np.array(rows)[:, chosen].T if chosen else np.empty((0, 0))
