"""Missing values: how many, and where together.

What it measures
    For every column with missing values in any table the share of rows that would have to
    change between missing and present; for every pair of such columns the same for the joint
    pattern of both.

How to read it
    As any total variation distance: 0 is the real pattern. A generator that fills every gap,
    or that opens gaps independently where the real ones come together, is seen here.

Formula
    D = ½ · Σ |pᵢ − qᵢ| over the patterns i (2 of a column, 4 of a pair: missing or present); p real
    shares, q synthetic shares. The estimate is the mean of D over columns and pairs.

When it misleads
    Which rows are missing can depend on other columns too; pairs of values (F004) hold
    missing as a cell of its own and see that.

Source
    Rubin (1976), Inference and missing data: the pattern is data. Peers drop missing cells
    before they compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._cells import CountedCells, result_of_cells, sampled_cells
from synth_eval.checks.fidelity._standard_errors import MeanError
from synth_eval.data.states import CellTable, MissingCounts, StateSpec
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result

_SIDES = ("real", "synthetic")

_PAIRS = 500
"""Pairs whose joint pattern is counted, those of the first columns: 32 columns have 496."""

_DRAWN = 30
"""Columns of the picture: a page holds about so many lines."""


@check(
    "F007",
    "missingness",
    dimension="fidelity",
    title="Missing values and their patterns",
    figure="intervals",
    states=lambda ctx: _states(ctx),
)
def missingness(ctx: Context) -> Result:
    """Compare which cells are missing, column by column and pair by pair."""
    looked_at = _looked_at(ctx)
    if not looked_at:
        raise NotApplicable("the schema has no column whose cells are compared")
    counted = {role: ctx.state(_counts(looked_at), role) for role in ctx.data.tables}
    places = [
        place
        for place in range(len(looked_at))
        if any(both[place, place] for _, both in counted.values())
    ]
    if not places:
        raise NotApplicable("no table has a missing value")
    names = [looked_at[place] for place in places]
    missing = {role: (rows, both[np.ix_(places, places)]) for role, (rows, both) in counted.items()}
    error = MeanError(ctx)
    result = result_of_cells(
        ctx, _tables(ctx, names, missing, error), error, "missingness patterns"
    )
    worst = [item.names[0] for item in result.items if item.kind == "column"]
    cells = {
        role: {name: int(both[place, place]) for place, name in enumerate(names)}
        for role, (_, both) in missing.items()
    }
    return replace(result, panels=(_shares(ctx, worst[:_DRAWN], cells),))


def _looked_at(ctx: Context) -> list[str]:
    """Columns whose cells are compared by whether they are there."""
    unread = ("id", "text", "vector")
    return [column.name for column in ctx.data.schema.columns if column.kind not in unread]


def _counts(names: Sequence[str]) -> StateSpec:
    return StateSpec(("missing", *names), lambda: MissingCounts(names))


def _flag(name: str) -> CellTable:
    return CellTable(("missing", name), (name,), 2, lambda column: column.missing.astype(np.int64))


def _states(ctx: Context) -> Iterator[StateSpec]:
    names = _looked_at(ctx)
    if names:
        yield _counts(names)
        error = MeanError(ctx)
        for name in names:
            yield from (sampled_cells(ctx, _flag(name), error, role) for role in _SIDES)


def _shares(ctx: Context, names: list[str], cells: Mapping[str, Mapping[str, int]]) -> Panel:
    """Share of missing cells of the worst columns in each table; few real cells are not shown."""
    lines = []
    for role, table in ctx.data.tables.items():
        missing = [cells[role][name] for name in names]
        shown = [
            i for i, count in enumerate(missing) if count == 0 or count >= ctx.config.small_cell
        ]
        share = [missing[i] / max(table.num_rows, 1) for i in shown]
        lines.append(PlottedLine(role, share, [float(i) for i in shown], side=role, shape="points"))
    return Panel(
        name="missing_shares",
        title="Missing cells by column",
        x="share of cells that are missing",
        y="",
        caption="Each line is a column, the one whose missing cells differ most on top. Bad: the "
        "synthetic dot away from the real one while the holdout is on it; counts below "
        f"{ctx.config.small_cell} are not shown.",
        lines=lines,
        y_ticks=names,
    )


def _tables(
    ctx: Context,
    names: Sequence[str],
    missing: Mapping[str, tuple[int, npt.NDArray[np.int64]]],
    error: MeanError,
) -> Iterator[CountedCells]:
    """Columns by whether a cell is missing, pairs of them by which of the two is."""
    flags = {
        role: {
            name: ctx.state(sampled_cells(ctx, _flag(name), error, role), role) for name in names
        }
        for role in _SIDES
    }
    for place, name in enumerate(names):
        counts = {
            role: np.array([rows - both[place, place], both[place, place]])
            for role, (rows, both) in missing.items()
        }
        sampled = {role: flags[role][name] for role in _SIDES}
        yield CountedCells(Item("column", (name,)), counts, sampled)
    for (i, first), (j, second) in list(combinations(enumerate(names), 2))[:_PAIRS]:
        counts = {}
        for role, (rows, both) in missing.items():
            one, other, joint = both[i, i], both[j, j], both[i, j]
            counts[role] = np.array([rows - one - other + joint, other - joint, one - joint, joint])
        sampled = {role: flags[role][first] * 2 + flags[role][second] for role in _SIDES}
        yield CountedCells(Item("pair", (first, second)), counts, sampled)
