"""Rows as a matrix of numbers: what models are given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import level_identities
from synth_eval.data.table import Table

__all__ = ["feature_matrix"]


def feature_matrix(
    table: Table, names: Sequence[str], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Some columns of some rows, side by side.

    Parameters
    ----------
    table : Table
        Where the rows come from.
    names : sequence of str
        Columns, in the order of the matrix.
    rows : ndarray of int64, shape (rows,)
        Row numbers.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
        Numbers and moments as they are, levels as their identities (see
        `synth_eval.data.codes.level_identities`), NaN where missing.
    """
    matrix = np.empty((len(rows), len(names)))
    for position, name in enumerate(names):
        if table.schema[name].is_continuous:
            matrix[:, position] = table.number_column(name).values[rows]
        else:
            levels = level_identities(table, name, rows)
            matrix[:, position] = np.where(levels < 0, np.nan, levels)
    return matrix
