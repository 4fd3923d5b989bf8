"""What the privacy checks share: encoded tables and the records that are attacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.stats.neighbours import EncodedRows, MixedSpace, Neighbours, nearest

if TYPE_CHECKING:
    from synth_eval.data.load import Data

__all__ = [
    "NEIGHBOURS",
    "SECRET_ROLES",
    "Encoded",
    "Targets",
    "encoded",
    "in_random_order",
    "shared_columns",
    "targets",
]

RowNumbers = npt.NDArray[np.int64]

NEIGHBOURS = 5
"""Nearest rows that attacks look at around a record."""

SECRET_ROLES = frozenset({"secret", "target"})
"""Roles of columns that an attacker wants to know."""

_CLASSES = 20
_MOST_SECRETS = 10
_DRAW = 0x7A6


@dataclass(frozen=True, eq=False)
class Encoded:
    """All tables in one space of distances.

    Parameters
    ----------
    space : MixedSpace
        Scales learned from real and holdout together, so that they tell nothing about
        membership.
    rows : mapping of str to EncodedRows
        Encoded rows by role.
    numbers, levels : sequence of str
        Names of the columns, in the order of the encoded ones.
    """

    space: MixedSpace
    rows: Mapping[str, EncodedRows]
    numbers: Sequence[str]
    levels: Sequence[str]

    def columns(self, rows: EncodedRows, names: Sequence[str]) -> EncodedRows:
        """The same rows with some of the columns, for distances over those alone."""
        numbers = [place for place, name in enumerate(self.numbers) if name in names]
        codes = [place for place, name in enumerate(self.levels) if name in names]
        codes += [len(self.levels) + place for place in numbers]  # marks of missing numbers
        return EncodedRows(rows.numbers[:, numbers], rows.codes[codes])

    def cells(self, rows: EncodedRows, name: str) -> RowNumbers:
        """One column as whole numbers: levels as they are, numbers in twenty classes."""
        if name in self.levels:
            return np.asarray(rows.codes[list(self.levels).index(name)], np.int64)
        place = list(self.numbers).index(name)
        position = rows.numbers[:, place].astype(np.float64) / self.space.grid + 0.5
        classes = np.clip(np.floor(position * _CLASSES), -1, _CLASSES).astype(np.int64)
        missing = rows.codes[len(self.levels) + place] == 1
        return np.where(missing, _CLASSES + 1, classes)

    def nearest(self, queries: EncodedRows, base: EncodedRows, k: int = 1) -> Neighbours:
        """Nearest rows of `base` for each query."""
        return nearest(queries, base, self.space.grid, k)


@dataclass(frozen=True, eq=False)
class Targets:
    """The records attacked, as many members as controls, and what lies around them.

    Parameters
    ----------
    members, controls : ndarray of int64, shape (targets,)
        Row numbers in the real table and in the holdout.
    reference : ndarray of int64, shape (reference,)
        Rows of the holdout set aside as the attacker's own sample of the population; none
        of them is a control.
    member_distances, control_distances : ndarray of float64, shape (targets, neighbours)
        Distances of each to its nearest rows of the whole synthetic table, nearest first.
    """

    members: RowNumbers
    controls: RowNumbers
    reference: RowNumbers
    member_distances: npt.NDArray[np.float64] = field(repr=False)
    control_distances: npt.NDArray[np.float64] = field(repr=False)


_ENCODED: WeakKeyDictionary[Data, Encoded] = WeakKeyDictionary()
_TARGETS: WeakKeyDictionary[Encoded, dict[tuple[int, int], Targets]] = WeakKeyDictionary()


def shared_columns(data: Data) -> list[str]:
    """Compared columns that every table has."""
    return [
        name
        for name in data.compared
        if all(name in table.stored_names for table in data.tables.values())
    ]


def encoded(ctx: Context) -> Encoded:
    """Encode the tables once per data set.

    Raises
    ------
    NotApplicable
        No column can be compared.
    """
    data = ctx.data
    if data not in _ENCODED:
        _ENCODED[data] = _encode(data)
    return _ENCODED[data]


def _encode(data: Data) -> Encoded:
    names = shared_columns(data)
    if not names:
        raise NotApplicable("no column to compare records by is in every table")
    numbers = [name for name in names if data.schema[name].is_continuous]
    levels = [name for name in names if not data.schema[name].is_continuous]
    real, holdout = data.real, data.holdout
    known = [table for table in (real, holdout) if table is not None]
    space = MixedSpace(
        [np.concatenate([table.number_column(name).values for table in known]) for name in numbers],
        len(levels),
    )
    rows = {}
    for role, table in data.tables.items():
        codes = [table.level_column(name).codes.astype(np.int64) for name in levels]
        if role == "holdout":  # a level that real lacks is not the one that synthetic invented
            codes = [
                code + (code == len(data.real.levels(name)))
                for code, name in zip(codes, levels, strict=True)
            ]
        rows[role] = space.encode([table.number_column(name).values for name in numbers], codes)
    return Encoded(space, rows, numbers, levels)


def targets(ctx: Context) -> Targets:
    """Draw the records and search the whole synthetic table for each, once per data set.

    Every check sees the same records, whatever other checks run.
    """
    tables = encoded(ctx)
    key = (ctx.config.seed, ctx.config.neighbour_rows)
    known = _TARGETS.setdefault(tables, {})
    if key not in known:
        known[key] = _draw(tables, ctx)
    return known[key]


def _draw(tables: Encoded, ctx: Context) -> Targets:
    data, rng = ctx.data, np.random.default_rng([ctx.config.seed, _DRAW])
    assert data.holdout is not None  # a need of every check that asks
    dealt = in_random_order(tables.rows["holdout"], rng)
    aside = min(ctx.config.neighbour_rows, len(dealt) // 3)
    size = min(ctx.config.neighbour_rows, data.real.num_rows, len(dealt) - aside)
    reference, controls = dealt[:aside], dealt[aside : aside + size]
    members = in_random_order(tables.rows["real"], rng)[:size]
    k = min(NEIGHBOURS, data.synthetic.num_rows)
    distances = [
        tables.nearest(tables.rows[role].take(rows), tables.rows["synthetic"], k).distances
        for role, rows in (("real", members), ("holdout", controls))
    ]
    return Targets(members, controls, reference, *distances)


def in_random_order(rows: EncodedRows, rng: np.random.Generator) -> RowNumbers:
    """Row numbers in an order drawn by content: the same whatever order the table came in."""
    columns = [*rows.numbers.T.astype(np.int64), *rows.codes.astype(np.int64)]
    weights = np.random.default_rng(_DRAW).integers(1, 2**63, len(columns), dtype=np.uint64)
    key = np.zeros(len(rows), np.uint64)
    for weight, column in zip(weights, columns, strict=True):
        key += (column.view(np.uint64) + np.uint64(1)) * weight  # wraps around
    order = np.argsort(key, kind="stable")
    return np.asarray(order[rng.permutation(len(order))], np.int64)


def secrets(ctx: Context) -> list[str]:
    """Columns an attacker wants to know: secret ones and the target, else every column."""
    names = shared_columns(ctx.data)
    declared = [name for name in names if ctx.data.schema[name].roles & SECRET_ROLES]
    return (declared or names)[:_MOST_SECRETS]


def known_columns(ctx: Context, secret: str) -> list[str]:
    """Columns an attacker knows: the quasi-identifiers, else every column but the secret."""
    names = [name for name in shared_columns(ctx.data) if name != secret]
    declared = [name for name in names if "quasi_identifier" in ctx.data.schema[name].roles]
    return declared or names
