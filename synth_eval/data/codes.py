"""Bins and levels, and the small integers they turn cells into.

A column of numbers has about `FINE_CELLS` cells cut at quantiles of the real table, and two
behind them: ``unseen`` (outside the real range) and ``missing``. Fine cells describe one column;
coarse cells, a coarser cut of the same edges, describe pairs.

A level has a cell of its own where the real table has it far more often than chance could
bring. All others, those that the real table lacks among them, fall into groups by a hash of
their name. A vocabulary of all levels that the real table happens to hold would make its rows
unlike those of every other table: of 6,000 rows over 20,000 equal levels, fresh rows would be
.74 away where they are .06 away in 64 groups. Levels that were invented or lost are counted by
themselves (V002, C001), against what fresh rows bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.hashing import level_hashes
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
    "few_level_cells",
    "level_identities",
    "own_levels",
    "quantile_edges",
]

FINE_CELLS = 100
COARSE_CELLS = 10

OWN_ROWS = 30
"""Real rows from which a level may stand alone: chance moves so many by a fifth. Levels near
the line are chosen by what chance gave the real table, which makes it differ from others."""

_FINE_GROUPS = 64  # noise of 6,000 rows is .06
_SMALL_VOCABULARY, _FEW_STRANGERS = 120, 128  # together they fit a byte
_STRANGERS = 1 << 15  # with as many levels they fit two
_SPECIAL = 3

_BLOCK_ROWS = 8_192

CodeBlock = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one column is cut into cells.

    Parameters
    ----------
    name : str
        Column name.
    edges : ndarray of float64, shape (ordinary fine cells + 1,)
        Edges of the fine bins, closed on the right, the lowest value included; empty for
        columns of levels.
    own : tuple of int
        Codes of the levels with a fine cell of their own, in the order of these cells; empty
        for numbers.
    groups : int
        Fine cells, behind those of single levels, that all other levels are hashed into; 0 for
        numbers.
    fine : int
        Number of ordinary fine cells. Of numbers cell ``fine + 1`` is unseen; of levels the
        last two groups are ``fine`` and ``fine + 1``. ``fine + 2`` is missing.
    coarse : int
        Number of ordinary coarse cells, followed by the same three.
    to_coarse : ndarray of uint8, shape (fine + 3,)
        Coarse cell of each fine cell.
    lookup : ndarray of uint8, shape (levels,)
        Fine cell of each level of the real table; empty for numbers.
    """

    name: str
    edges: npt.NDArray[np.float64]
    own: tuple[int, ...]
    groups: int
    fine: int
    coarse: int
    to_coarse: CodeBlock
    lookup: CodeBlock

    @property
    def cells(self) -> int:
        """Number of fine cells, special ones included."""
        return self.fine + _SPECIAL

    @property
    def coarse_cells(self) -> int:
        """Number of coarse cells, special ones included."""
        return self.coarse + _SPECIAL

    def level_cell(self, cell: int, levels: Sequence[str]) -> str:
        """Name of a coarse cell of levels: its level, or the number of its group."""
        inside = np.flatnonzero(self.to_coarse == cell)
        if cell == self.coarse + 2:
            return "missing"
        if len(inside) == 1:  # a group holds several fine ones
            return str(levels[self.own[int(inside[0])]])
        alone = int((np.bincount(self.to_coarse) == 1).sum()) - 1  # missing is one, too
        return f"other levels, group {cell - alone + 1}"


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
        hashes = level_hashes(table.levels(name))
        return _level_plan(name, table.level_counts(name), hashes, fine, coarse)
    if distribution is None:
        column = table.number_column(name)
        distribution = EmpiricalDistribution.of(column.values[~column.missing])
    outer = cell_edges(distribution, coarse)
    edges = np.union1d(cell_edges(distribution, fine), outer)
    fine, coarse = max(len(edges) - 1, 0), max(len(outer) - 1, 0)
    inside = np.searchsorted(outer, edges[1:], side="left") - 1
    to_coarse = np.concatenate([np.maximum(inside, 0), coarse + np.arange(3)]).astype(np.uint8)
    return Plan(name, edges, (), 0, fine, coarse, to_coarse, np.empty(0, np.uint8))


def own_levels(
    counts: npt.NDArray[np.int64], hashes: npt.NDArray[np.int32], most: int
) -> npt.NDArray[np.intp]:
    """Codes of the levels that stand alone, rising: frequent ones, at most so many.

    Where more levels are frequent enough, those whose count over a factor between 1 and 4,
    given by the hash, is largest are taken. The most frequent ones of many alike would be
    chosen by chance, and would be more frequent in the real table than in any other.

    Parameters
    ----------
    counts : ndarray of int64, shape (levels,)
        Real rows of each level.
    hashes : ndarray of int32, shape (levels,)
        See `synth_eval.data.hashing.level_hashes`.
    most : int
        Largest number of levels.

    Examples
    --------
    >>> own_levels(np.array([500, 90, 30, 29]), np.array([5, 6, 7, 8], np.int32), 10).tolist()
    [0, 1, 2]
    """
    frequent = np.flatnonzero(counts >= OWN_ROWS)
    if len(frequent) > most:
        uniform = (hashes >> 7) / float(1 << 24)  # the lowest bits choose the group
        order = np.argsort(-counts[frequent] / 4.0 ** uniform[frequent], kind="stable")
        frequent = np.sort(frequent[order[:most]])
    return frequent


def _level_plan(
    name: str,
    counts: npt.NDArray[np.int64],
    hashes: npt.NDArray[np.int32],
    fine: int,
    coarse: int,
) -> Plan:
    """Frequent levels alone, all others in as many groups as the rows can fill."""
    groups = min(1 << int(np.log2(fine)), _FINE_GROUPS)  # they divide the 128 of a hash
    own = own_levels(counts, hashes, fine)
    lookup = (len(own) + hashes % groups).astype(np.uint8)
    lookup[own] = np.arange(len(own))
    # Groups of groups are groups: rows that share a fine cell share the coarse one. The last
    # two stand where numbers have other and unseen.
    outer_groups = 4 if coarse >= 8 else 2
    outer = own_levels(counts[own], hashes[own], coarse + 2 - outer_groups)
    grouped = len(outer) + np.concatenate([hashes[own], np.arange(groups)]) % outer_groups
    grouped[outer] = np.arange(len(outer))
    ordinary = len(outer) + outer_groups - 2
    to_coarse = np.append(grouped, ordinary + 2).astype(np.uint8)
    return Plan(
        name, np.empty(0), tuple(own.tolist()), groups, len(own) + groups - 2, ordinary,
        to_coarse, lookup,
    )  # fmt: skip


def few_level_cells(
    plan: Plan, counts: npt.NDArray[np.int64], hashes: npt.NDArray[np.int32], most: int
) -> npt.NDArray[np.uint16]:
    """A still coarser map of the fine cells of levels: `most` alone, two groups, missing."""
    own = np.asarray(plan.own, np.intp)
    first = own_levels(counts[own], hashes[own], most)
    merged = most + np.concatenate([hashes[own], np.arange(plan.groups)]) % 2
    merged[first] = np.arange(len(first))
    return np.append(merged, most + 2).astype(np.uint16)


def encode(column: AnyColumn, plan: Plan) -> CodeBlock:
    """Fine cell of every row of a compared column, as uint8.

    Raises
    ------
    TypeError
        The column is not compared, so it has no plan.
    """
    unseen, missing = plan.fine + 1, plan.fine + 2
    if isinstance(column, NumberColumn):
        cells: CodeBlock = bin_cells(column.values, plan.edges, unseen)
        cells[np.isnan(column.values)] = missing
        return cells
    if not isinstance(column, LevelColumn):
        raise TypeError(f"column {plan.name!r} is {column.spec.kind} and has no cells")
    # Behind the known levels a place for strangers, and at -1 one for missing cells.
    table = np.concatenate([plan.lookup, [0, missing]]).astype(np.uint8)
    cells = table[column.codes]
    if column.strangers is not None:
        is_stranger = column.codes == len(column.levels)
        cells[is_stranger] = len(plan.own) + column.strangers[is_stranger] % plan.groups
    return cells


def level_identities(
    table: Table, name: str, rows: npt.NDArray[np.int64] | slice
) -> npt.NDArray[np.int64]:
    """Levels as whole numbers for models and distances of rows: equal where the levels are.

    Whether two rows have the same level does not depend on which levels the real table holds,
    so members of it are like all others. Levels of the real table are told apart by their code,
    others by their hash behind these; beyond some 30,000 levels all by their hash. Missing is -1.

    Parameters
    ----------
    table : Table
        Where the rows are.
    name : str
        A column of levels.
    rows : ndarray of int64 or slice
        Which rows.
    """
    column = table.level_column(name).take(rows)
    known = len(column.levels)
    kinds = _FEW_STRANGERS if known <= _SMALL_VOCABULARY else _STRANGERS
    is_coded = known < _STRANGERS
    names = np.arange(known) if is_coded else level_hashes(column.levels) % kinds
    identities = np.concatenate([names, [0, -1]]).astype(np.int64)[column.codes]
    if column.strangers is not None:
        is_stranger = column.codes == known
        behind = known if is_coded else 0
        identities[is_stranger] = behind + column.strangers[is_stranger] % kinds
    return identities


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
