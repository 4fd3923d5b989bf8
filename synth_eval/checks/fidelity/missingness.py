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

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._cells import Cells, result_of_cells
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result

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
)
def missingness(ctx: Context) -> Result:
    """Compare which cells are missing, column by column and pair by pair."""
    names = [
        column.name
        for column in ctx.data.schema.columns
        if column.kind not in ("id", "text", "vector")
        and any(table.column(column.name).missing.any() for table in ctx.data.tables.values())
    ]
    if not names:
        raise NotApplicable("no table has a missing value")
    result = result_of_cells(ctx, _tables(ctx, names), "missingness patterns")
    worst = [item.names[0] for item in result.items if item.kind == "column"]
    return replace(result, panels=(_shares(ctx, worst[:_DRAWN]),))


def _shares(ctx: Context, names: list[str]) -> Panel:
    """Share of missing cells of the worst columns in each table; few real cells are not shown."""
    lines = []
    for role, table in ctx.data.tables.items():
        missing = [int(table.column(name).missing.sum()) for name in names]
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


def _tables(ctx: Context, names: list[str]) -> Iterator[Cells]:
    missing = {
        role: {name: table.column(name).missing.view(np.uint8) for name in names}
        for role, table in ctx.data.tables.items()
    }
    for name in names:

        def one(role: str, name: str = name) -> npt.NDArray[np.uint8]:
            return missing[role][name]

        yield Cells(Item("column", (name,)), 2, one)
    for first, second in list(combinations(names, 2))[:_PAIRS]:

        def two(role: str, first: str = first, second: str = second) -> npt.NDArray[np.uint8]:
            return missing[role][first] * np.uint8(2) + missing[role][second]

        yield Cells(Item("pair", (first, second)), 4, two)
