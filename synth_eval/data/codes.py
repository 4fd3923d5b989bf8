"""Bins and levels learned from the real table alone, and the small integers they turn cells into.

A column has at most `FINE_CELLS` ordinary cells and three of its own kind behind them:
``other`` (levels of the real table too many to keep apart), ``unseen`` (outside the real
range, or a level the real table lacks) and ``missing``. Fine cells describe one column;
coarse cells, a coarser cut of the same edges, describe pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.data.table import CoercedColumn, Table

__all__ = ["COARSE_CELLS", "FINE_CELLS", "Plan", "column_plan", "encode", "quantile_edges"]

FINE_CELLS = 100
COARSE_CELLS = 10

CodeBlock = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one column is cut into cells.

    Parameters
    ----------
    name : str
        Column name.
    edges : ndarray of float64, shape (fine + 1,)
        Edges of the fine bins, closed on the right, the lowest value included; empty for
        columns of levels.
    kept : int
        Number of levels with a fine cell of their own; 0 for continuous columns.
    fine : int
        Number of ordinary fine cells. Cell ``fine`` is other, ``fine + 1`` unseen,
        ``fine + 2`` missing.
    coarse : int
        Number of ordinary coarse cells, followed by the same three.
    to_coarse : ndarray of uint8, shape (fine + 3,)
        Coarse cell of each fine cell.
    """

    name: str
    edges: npt.NDArray[np.float64]
    kept: int
    fine: int
    coarse: int
    to_coarse: CodeBlock

    @property
    def cells(self) -> int:
        """Number of fine cells, special ones included."""
        return self.fine + 3

    @property
    def coarse_cells(self) -> int:
        """Number of coarse cells, special ones included."""
        return self.coarse + 3


def quantile_edges(values: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.float64]:
    """Distinct linear quantiles of the finite values; empty where there are none.

    Examples
    --------
    >>> import numpy as np
    >>> quantile_edges(np.array([0.0, 0.0, 0.0, 1.0, 2.0]), 4)
    array([0., 1., 2.])
    """
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return np.empty(0)
    edges: npt.NDArray[np.float64] = np.unique(np.quantile(finite, np.linspace(0, 1, bins + 1)))
    return edges


def bins_for(rows: int) -> tuple[int, int]:
    """Fine and coarse cells that `rows` rows can fill: noise of a table stays below about .1."""
    fine = int(np.clip(rows // 40, 5, FINE_CELLS))
    coarse = int(np.clip(np.sqrt(rows / 20), 4, COARSE_CELLS))
    return fine, min(fine, coarse)


def column_plan(table: Table, name: str) -> Plan:
    """Learn the cells of one column from the real table."""
    column = table.column(name)
    fine, coarse = bins_for(table.num_rows)
    if not column.spec.is_continuous:
        return _level_plan(name, len(column.levels), fine, coarse)
    steps = fine - fine % coarse if fine > coarse else coarse
    edges = quantile_edges(column.values, steps)
    outer = quantile_edges(column.values, coarse)
    if len(edges) == 1:  # a constant column: one closed bin
        edges = outer = np.repeat(edges, 2)
    fine, coarse = max(len(edges) - 1, 0), max(len(outer) - 1, 0)
    inside = np.searchsorted(outer, edges[1:], side="left") - 1
    to_coarse = np.concatenate([np.maximum(inside, 0), coarse + np.arange(3)]).astype(np.uint8)
    return Plan(name, edges, 0, fine, coarse, to_coarse)


def _level_plan(name: str, levels: int, fine: int, coarse: int) -> Plan:
    """Levels are numbered by frequency, so the first ones are the ones to keep apart."""
    kept, outer = min(levels, fine), min(levels, coarse)
    ordinary = np.arange(kept)
    ordinary[outer:] = outer  # beyond the coarse levels: other
    to_coarse = np.concatenate([ordinary, outer + np.arange(3)]).astype(np.uint8)
    return Plan(name, np.empty(0), kept, kept, outer, to_coarse)


def encode(column: CoercedColumn, plan: Plan) -> CodeBlock:
    """Fine cell of every row, as uint8."""
    other, unseen, missing = plan.fine, plan.fine + 1, plan.fine + 2
    if column.spec.is_continuous:
        if plan.fine == 0:
            return np.where(column.missing, missing, unseen).astype(np.uint8)
        values = column.values
        cells = np.searchsorted(plan.edges[1:-1], values, side="left")
        cells[(values < plan.edges[0]) | (values > plan.edges[-1])] = unseen
        cells[np.isnan(values)] = missing
        return cells.astype(np.uint8)
    codes = column.codes
    cells = np.minimum(codes, other)
    cells[codes >= len(column.levels)] = unseen
    cells[codes < 0] = missing
    return cells.astype(np.uint8)
