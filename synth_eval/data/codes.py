"""Bins and levels learned from the real table alone, and the small integers they turn cells into.

A column has about `FINE_CELLS` ordinary cells (fewer than 253) and three more behind them:
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

_HUGE = 1e300

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
    # A quarter, which is exact, keeps the difference of two huge numbers finite.
    scale = 0.25 if np.abs(finite).max() > _HUGE else 1.0
    quantiles = np.quantile(finite * scale, np.linspace(0, 1, bins + 1)) / scale
    edges: npt.NDArray[np.float64] = np.unique(quantiles)
    return edges


def bins_for(rows: int) -> tuple[int, int]:
    """Fine and coarse cells that `rows` rows can fill: noise of a table stays below about .1."""
    fine = int(np.clip(rows // 40, 5, FINE_CELLS))
    coarse = int(np.clip(np.sqrt(rows / 20), 4, COARSE_CELLS))
    return fine, min(fine, coarse)


def cell_edges(values: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.float64]:
    """Edges that give every heap a bin of its own and cut the rest at its quantiles.

    Plain quantiles lose a zero-inflated column: where nine values in ten are 0, all deciles
    are 0 and everything above shares one bin.

    Examples
    --------
    >>> import numpy as np
    >>> len(quantile_edges(np.array([0.0] * 95 + [1, 2, 3, 4, 5]), 10)) - 1
    1
    >>> len(cell_edges(np.array([0.0] * 95 + [1, 2, 3, 4, 5]), 10)) - 1
    6
    """
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return np.empty(0)
    distinct, counts = np.unique(finite, return_counts=True)
    heaps = distinct[counts * bins >= len(finite)]
    rest = finite[~np.isin(finite, heaps)]
    inner = quantile_edges(rest, max(bins - len(heaps), 1))
    below = np.nextafter(heaps, np.finfo(np.float64).min)  # the lowest value, too, may be a heap
    edges: npt.NDArray[np.float64] = np.unique(
        np.concatenate([distinct[[0, -1]], heaps, below, inner])
    )
    return edges if len(edges) <= 2 else _without_empty_bins(edges, distinct)


def _without_empty_bins(
    edges: npt.NDArray[np.float64], distinct: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Drop the upper edge of bins, closed on the right, that hold no value."""
    bins = np.searchsorted(edges[1:-1], distinct, side="left")
    used = np.bincount(bins, minlength=len(edges) - 1) > 0
    keep = np.concatenate([[True], used[:-1], [True]])
    kept: npt.NDArray[np.float64] = edges[keep]
    return kept


def column_plan(table: Table, name: str) -> Plan:
    """Learn the cells of one column from the real table."""
    column = table.column(name)
    fine, coarse = bins_for(table.num_rows)
    if not column.spec.is_continuous:
        return _level_plan(name, len(column.levels), fine, coarse)
    outer = cell_edges(column.values, coarse)
    edges = np.union1d(cell_edges(column.values, fine), outer)
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
