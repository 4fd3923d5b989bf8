"""What the privacy checks share: encoded tables and the records that are attacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from synth_eval.data.pair import Pair
from synth_eval.data.spaces import Space, space_of
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.stats.neighbours import EncodedRows

__all__ = [
    "SECRET_ROLES",
    "Encoded",
    "Everyone",
    "Targets",
    "around",
    "distances_of_everyone",
    "encoded",
    "everyone",
    "in_random_order",
    "shared_columns",
    "targets",
]

RowNumbers = npt.NDArray[np.int64]

SECRET_ROLES = frozenset({"secret", "target"})
"""Roles of columns that an attacker wants to know."""

_MOST_SECRETS = 10
_DRAW = 0x7A6
_RADIUS = 0.25
"""Radius of a neighbourhood, as a share of the distance to the nearest reference row."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """All tables in one space of distances.

    Parameters
    ----------
    space : Space
        Scales learned from real and holdout together, so that they tell nothing about
        membership.
    rows : mapping of str to EncodedRows
        Encoded rows by role.
    """

    space: Space
    rows: Mapping[str, EncodedRows]


@dataclass(frozen=True, eq=False)
class Drawn:
    """The records attacked, as many members as controls; the same for every synthetic table.

    Parameters
    ----------
    members, controls : ndarray of int64, shape (targets,)
        Row numbers in the real table and in the holdout.
    reference : ndarray of int64, shape (reference,)
        Rows of the holdout set aside as the attacker's own sample of the population; none
        of them is a control.
    further : pair of ndarray of int64
        Rows of the real table and of the holdout for attacks that need no reference: theirs are
        the members and controls above and these.
    """

    members: RowNumbers
    controls: RowNumbers
    reference: RowNumbers
    further: tuple[RowNumbers, RowNumbers]


@dataclass(frozen=True, eq=False)
class Targets(Drawn):
    """The records attacked, and what lies around them.

    Parameters
    ----------
    member_distances, control_distances : ndarray of float64, shape (targets,)
        Distance of each to its nearest row of the whole synthetic table.
    members_around, controls_around : ndarray of int64, shape (targets,)
        Synthetic rows within a quarter of the distance to the nearest row of the reference;
        empty where there is no reference.
    """

    member_distances: npt.NDArray[np.float64] = field(repr=False)
    control_distances: npt.NDArray[np.float64] = field(repr=False)
    members_around: RowNumbers = field(repr=False)
    controls_around: RowNumbers = field(repr=False)


@dataclass(frozen=True, eq=False)
class Everyone:
    """All records that may be attacked where nothing need be set aside as a reference.

    Parameters
    ----------
    members, controls : ndarray of int64, shapes (n,) and (m,)
        Row numbers in the real table and in the holdout, those of `Targets` first.
    """

    members: RowNumbers
    controls: RowNumbers


def shared_columns(data: Pair) -> list[str]:
    """Compared columns that every table has."""
    shared = set(data.shared)
    return [name for name in data.compared if name in shared]


def encoded(ctx: Context) -> Encoded:
    """Encode the tables once; real rows and holdout once for all synthetic tables.

    Raises
    ------
    NotApplicable
        No column can be compared.
    """
    data, names = ctx.data, shared_columns(ctx.data)
    if not names:
        raise NotApplicable("no column to compare records by is in every table")
    space = space_of(data.baseline, names, "real and holdout")
    rows = {
        role: ctx.once(
            ("encoded records", role, *names),
            lambda role=role: space.encode(data.tables, role),  # type: ignore[misc]
            of=role,
        )
        for role in data.tables
    }
    return Encoded(space, rows)


def targets(ctx: Context) -> Targets:
    """Draw the records and search the whole synthetic table for each, once.

    Every check sees the same records, whatever other checks run.
    """
    tables, drawn = encoded(ctx), _drawn(ctx)

    def search() -> Targets:
        found = []
        for role, rows in (("real", drawn.members), ("holdout", drawn.controls)):
            radii = around(ctx, role) * _RADIUS if len(drawn.reference) else None
            queries = tables.rows[role].take(rows)
            found.append(tables.space.nearest(queries, tables.rows["synthetic"], 1, radii))
        members, controls = found
        return Targets(
            drawn.members,
            drawn.controls,
            drawn.reference,
            drawn.further,
            members.distances[:, 0],
            controls.distances[:, 0],
            members.within,
            controls.within,
        )

    key = ("records attacked", ctx.config.seed, ctx.config.neighbour_rows)
    return ctx.once(key, search, of="pair")


def _drawn(ctx: Context) -> Drawn:
    tables, config = encoded(ctx), ctx.config

    def draw() -> Drawn:
        rng = np.random.default_rng([config.seed, _DRAW])
        dealt = in_random_order(tables.rows["holdout"], rng)
        aside = min(config.neighbour_rows, len(dealt) // 3)
        size = min(config.neighbour_rows, ctx.data.real.num_rows, len(dealt) - aside)
        reference, controls = dealt[:aside], dealt[aside : aside + size]
        members = in_random_order(tables.rows["real"], rng)[: config.neighbour_rows]
        further = members[size:], dealt[: min(config.neighbour_rows - size, aside)]
        return Drawn(members[:size], controls, reference, further)

    # Records are drawn by their content, which is that of the columns that all tables have.
    names = shared_columns(ctx.data)
    return ctx.once(("records drawn", config.seed, config.neighbour_rows, *names), draw)


def everyone(ctx: Context) -> Everyone:
    """Members and controls for attacks that need no reference: all there are, up to the limit."""
    drawn = _drawn(ctx)
    members, controls = drawn.further
    return Everyone(
        np.concatenate([drawn.members, members]), np.concatenate([drawn.controls, controls])
    )


def distances_of_everyone(
    ctx: Context,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Distance of each of them to its nearest row of the whole synthetic table."""
    tables, attacked = encoded(ctx), targets(ctx)

    def search() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        sides = []
        for role, rows, known in (
            ("real", attacked.further[0], attacked.member_distances),
            ("holdout", attacked.further[1], attacked.control_distances),
        ):
            queries = tables.rows[role].take(rows)
            further = tables.space.nearest(queries, tables.rows["synthetic"]).distances[:, 0]
            sides.append(np.concatenate([known, further]))
        return sides[0], sides[1]

    key = ("distances of everyone", ctx.config.seed, ctx.config.neighbour_rows)
    return ctx.once(key, search, of="pair")


def around(ctx: Context, side: str, rows: str = "drawn") -> npt.NDArray[np.float64]:
    """Distance of records of a side to their nearest rows of the attacker's reference.

    Parameters
    ----------
    side : {"real", "holdout"}
        Members or controls.
    rows : {"drawn", "all"}
        The records that are attacked, in their order, or all of the table but the reference.
    """
    tables, drawn, config = encoded(ctx), _drawn(ctx), ctx.config

    def search() -> npt.NDArray[np.float64]:
        chosen = drawn.members if side == "real" else drawn.controls
        if rows == "all":
            chosen = np.arange(len(tables.rows[side]))
            chosen = chosen if side == "real" else np.setdiff1d(chosen, drawn.reference)
        reference = tables.rows["holdout"].take(drawn.reference)
        return tables.space.nearest(tables.rows[side].take(chosen), reference).distances[:, 0]

    names = shared_columns(ctx.data)
    return ctx.once(("around", side, rows, config.seed, config.neighbour_rows, *names), search)


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
