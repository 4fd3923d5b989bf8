"""Bins and levels learned from the real table alone, and the small integers they turn cells into.

A column has about `FINE_CELLS` ordinary cells (fewer than 253) and three more behind them:
``other`` (levels of the real table too many to keep apart), ``unseen`` (outside the real
range, or a level the real table lacks) and ``missing``. Fine cells describe one column;
coarse cells, a coarser cut of the same edges, describe pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.table import AnyColumn, LevelColumn, NumberColumn, Table
from synth_eval.stats.empirical import EmpiricalDistribution

__all__ = [
    "COARSE_CELLS",
    "FINE_CELLS",
    "Plan",
    "bin_cells",
    "cell_edges",
    "column_plan",
    "encode",
    "quantile_edges",
]

FINE_CELLS = 100
COARSE_CELLS = 10

_BLOCK_ROWS = 8_192

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


def quantile_edges(
    values: npt.NDArray[np.float64] | EmpiricalDistribution, bins: int
) -> npt.NDArray[np.float64]:
    """Distinct linear quantiles of the finite values; empty where there are none.

    Examples
    --------
    >>> import numpy as np
    >>> quantile_edges(np.array([0.0, 0.0, 0.0, 1.0, 2.0]), 4)
    array([0., 1., 2.])
    """
    finite = _finite(values)
    if finite.rows == 0:
        return np.empty(0)
    edges: npt.NDArray[np.float64] = np.unique(finite.quantiles(np.linspace(0, 1, bins + 1)))
    return edges


def _finite(values: npt.NDArray[np.float64] | EmpiricalDistribution) -> EmpiricalDistribution:
    if isinstance(values, EmpiricalDistribution):
        return values.finite()
    return EmpiricalDistribution.of(values[np.isfinite(values)])


def bins_for(rows: int) -> tuple[int, int]:
    """Fine and coarse cells that `rows` rows can fill: noise of a table stays below about .1."""
    fine = int(np.clip(rows // 40, 5, FINE_CELLS))
    coarse = int(np.clip(np.sqrt(rows / 20), 4, COARSE_CELLS))
    return fine, min(fine, coarse)


def cell_edges(
    values: npt.NDArray[np.float64] | EmpiricalDistribution, bins: int
) -> npt.NDArray[np.float64]:
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
    finite = _finite(values)
    if finite.rows == 0:
        return np.empty(0)
    heaps = finite.values[finite.counts * bins >= finite.rows]
    inner = quantile_edges(finite.without(heaps), max(bins - len(heaps), 1))
    below = np.nextafter(heaps, np.finfo(np.float64).min)  # the lowest value, too, may be a heap
    edges: npt.NDArray[np.float64] = np.unique(
        np.concatenate([finite.values[[0, -1]], heaps, below, inner])
    )
    return edges if len(edges) <= 2 else _without_empty_bins(edges, finite.values)


def _without_empty_bins(
    edges: npt.NDArray[np.float64], distinct: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Drop the upper edge of bins, closed on the right, that hold no value."""
    reached = np.searchsorted(distinct, edges[1:], side="right")
    used = np.diff(reached, prepend=0) > 0
    keep = np.concatenate([[True], used[:-1], [True]])
    kept: npt.NDArray[np.float64] = edges[keep]
    return kept


def column_plan(table: Table, name: str, distribution: EmpiricalDistribution | None = None) -> Plan:
    """Learn the cells of one column from the real table.

    Parameters
    ----------
    table : Table
        The real table.
    name : str
        Column name.
    distribution : EmpiricalDistribution, optional
        Distribution of a continuous column's values, where it is known already.
    """
    fine, coarse = bins_for(table.num_rows)
    if not table.schema[name].is_continuous:
        return _level_plan(name, len(table.levels(name)), fine, coarse)
    if distribution is None:
        column = table.number_column(name)
        distribution = EmpiricalDistribution.of(column.values[~column.missing])
    outer = cell_edges(distribution, coarse)
    edges = np.union1d(cell_edges(distribution, fine), outer)
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


def encode(column: AnyColumn, plan: Plan) -> CodeBlock:
    """Fine cell of every row of a compared column, as uint8.

    Raises
    ------
    TypeError
        The column is not compared, so it has no plan.
    """
    other, unseen, missing = plan.fine, plan.fine + 1, plan.fine + 2
    if isinstance(column, NumberColumn):
        cells: CodeBlock = bin_cells(column.values, plan.edges, unseen)
        cells[np.isnan(column.values)] = missing
        return cells
    if not isinstance(column, LevelColumn):
        raise TypeError(f"column {plan.name!r} is {column.spec.kind} and has no cells")
    codes = column.codes
    cells = np.minimum(codes, other).astype(np.uint8)
    cells[codes >= len(column.levels)] = unseen
    cells[codes < 0] = missing
    return cells


def bin_cells(
    values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64], outside: int
) -> npt.NDArray[Any]:
    """Number of the bin of each value, closed on the right; `outside` beyond the outer edges.

    A binary search in which all rows take the same steps, in blocks that stay in the cache;
    one that goes row by row mispredicts every other branch and takes four times as long.
    Missing values get any cell.

    Examples
    --------
    >>> import numpy as np
    >>> bin_cells(np.array([0.0, 1.0, 1.5, 9.0]), np.array([0.0, 1.0, 2.0]), 7)
    array([0, 0, 1, 7], dtype=uint8)
    """
    cells = np.full(len(values), outside, np.min_scalar_type(max(outside, len(edges))))
    if len(edges) == 0:
        return cells
    inner = edges[1:-1]
    bits = len(inner).bit_length()
    padded = np.full(1 << bits, np.inf)
    padded[: len(inner)] = inner
    steps = [1 << bit for bit in reversed(range(bits))]
    for start in range(0, len(values), _BLOCK_ROWS):
        block = values[start : start + _BLOCK_ROWS]
        place = np.zeros(len(block), np.intp)
        for step in steps:
            place += (padded.take(place + (step - 1)) < block) * step
        cells[start : start + _BLOCK_ROWS] = place
    cells[(values < edges[0]) | (values > edges[-1])] = outside
    return cells
