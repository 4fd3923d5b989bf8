"""Combinations of two columns that the synthetic table has lost.

What it measures
    For every pair of columns, which cells of their joint table (ten quantile bins or levels
    each) hold real rows and no synthetic ones, beyond what chance does to a sample of this
    size. Where most values of a number are one (zero), all others make a cell, too: cut by
    quantiles they would be too few in each to be missed. The estimate is the share of real rows
    in lost cells of the worst pair.

How to read it
    0 is best. A cell of at least one real row in a thousand that is lost fails: whoever
    filters the synthetic table on it finds nobody.

Formula
    C = max over pairs of columns of Σ p over the lost cells; p = k / n real share of a cell. Lost:
    at least eleven real rows, no synthetic one, and C(n, k) / C(n + m, k) < α / cells for m
    synthetic rows; α chance of a false alarm.

When it misleads
    Cells of fewer than eleven real rows are not looked at. That all cells are there does not
    mean that their shares are right (F004).

Source
    Exact: of k rows of a cell in both tables none fell to the synthetic one. Bonferroni over all
    cells of all pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.coverage._rates import cause_of_nothing, chance_of_absence
from synth_eval.data.codes import Plan, encode
from synth_eval.data.states import CellTable, counts_of
from synth_eval.data.table import AnyColumn, NumberColumn
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import wilson
from synth_eval.words import counted, percent

IntArray = npt.NDArray[np.int64]

LOST, CHANCE = "coverage.lost_mass", "coverage.chance_absence"

Cells = Mapping[str, IntArray]

_MOST_ITEMS = 500
"""Pairs that a result lists, worst first."""
_SPIKE = 0.5
"""Share of a number's values that are one, from which all others make a cell together."""
_MOST_SPIKES = 300
"""Pairs with such a number: each costs a pass over the rows of two columns."""


@check(
    "C002",
    "cell_coverage",
    dimension="coverage",
    title="Combinations of two columns that vanished",
    figure="heatmap",
    states=lambda ctx: [
        counts_of(ctx.data.plans),
        *(table.counts() for _, table in _spike_tables(ctx)),
    ],
)
def cell_coverage(ctx: Context) -> Result:
    """Look for joint cells that the synthetic table should hold and does not."""
    tables = list(_tables(ctx))
    if not tables:
        raise NotApplicable("the schema has fewer than two columns to compare")
    looked_at = sum(int((own["real"] >= ctx.config.small_cell).sum()) for _, own in tables)
    if not looked_at:
        raise NotApplicable(
            f"no cell of two columns holds {ctx.config.small_cell} real rows",
            cause=cause_of_nothing(ctx),
        )
    items = [_pair(ctx, names, own, ctx.config.alpha / looked_at) for names, own in tables]
    items.sort(key=lambda item: (-item.number("estimate"), -item.number("absent")))
    # Of a pair whose cells were cut in two ways, the cut that has lost more is listed.
    listed: dict[frozenset[str], Item] = {}
    for item in items:
        listed.setdefault(frozenset(item.names), item)
    margin = ctx.config.margin(LOST)
    worst, mass = items[0], items[0].number("estimate")
    lost = sum(int(item.number("lost_cells")) for item in items)
    absent, by_chance = (
        max(item.number("absent") for item in items),
        _by_chance(ctx, [own["real"] for _, own in tables], margin.value),
    )
    # Cells of just the margin's size must be kept: the lines lie right below it.
    line = float(np.nextafter(margin.value, 0.0))
    decisions = (
        Decision("real rows of lost combinations, worst pair", mass, mass, mass,
                 fail=line, warn=0.0, otherwise=Status.PASS, margins=(LOST,)),
        # Some of the absent combinations may be lost without being shown to be.
        Decision("real rows of absent combinations, worst pair", absent, mass, absent,
                 clear=float(np.nextafter(by_chance, 0.0)), margins=(LOST, CHANCE)),
    )  # fmt: skip
    n = ctx.data.real.num_rows
    _, low, high = wilson(round(mass * n), n)
    has_holdout = ctx.data.holdout is not None
    message, summary = _words(worst, lost, looked_at, absent, by_chance)
    return ctx.judged(
        message,
        summary=summary,
        decisions=decisions,
        items=list(listed.values())[:_MOST_ITEMS],
        estimate=Estimate(mass, min(low, mass) if lost else 0.0, max(high, mass) if lost else 0.0),
        reference=Reference(
            "lost from the holdout, worst pair" if has_holdout else "expected of fresh real rows",
            max(item.reference or 0.0 for item in items) if has_holdout else 0.0,
            n=ctx.data.holdout.num_rows if ctx.data.holdout is not None else None,
        ),
        threshold=margin,
        direction=Direction.LOWER,
    )


def _tables(ctx: Context) -> Iterator[tuple[tuple[str, str], Cells]]:
    """Rows per cell of two columns in each table, with the names of the two."""
    counts, plans = ctx.data.counts, ctx.data.plans
    for place, (first, second) in enumerate(counts["real"].pairs):
        names = (plans[first].name, plans[second].name)
        yield names, {role: own.two_way(place) for role, own in counts.items()}
    for names, table in _spike_tables(ctx):
        yield names, {role: ctx.counts(table, role) for role in ctx.data.tables}


def _spike_tables(ctx: Context) -> list[tuple[tuple[str, str], CellTable]]:
    """Numbers that are mostly one value, told in two cells, beside every other column."""
    spikes = []
    for plan in ctx.data.plans:
        if ctx.data.schema[plan.name].is_continuous:
            values = ctx.data.distribution("real", plan.name).finite()
            most = int(values.counts.max(initial=0))
            if _SPIKE * values.rows <= most <= values.rows - ctx.config.small_cell:
                spikes.append((plan.name, float(values.values[values.counts.argmax()])))
    pairs = [
        ((name, plan.name), _spike_table(name, value, plan))
        for name, value in spikes
        for plan in ctx.data.plans
        if plan.name != name
    ]
    return pairs[:_MOST_SPIKES]


def _spike_table(name: str, value: float, beside: Plan) -> CellTable:
    def cells(column: NumberColumn, other: AnyColumn) -> npt.NDArray[np.int64]:
        state = np.where(column.missing, 2, column.values != value)
        codes = beside.to_coarse[encode(other, beside)].astype(np.int64)
        return np.asarray(state * beside.coarse_cells + codes)

    key = ("spike", name, value, beside.name, beside.coarse_cells)
    return CellTable(key, (name, beside.name), 3 * beside.coarse_cells, cells)


def _pair(ctx: Context, names: tuple[str, str], counts: Cells, alpha: float) -> Item:
    cells = counts["real"]
    share = cells / max(ctx.data.real.num_rows, 1)
    looked = cells >= ctx.config.small_cell

    def lost(role: str) -> Any:
        rows = ctx.data.tables[role].num_rows
        absent = chance_of_absence(cells, ctx.data.real.num_rows, rows)
        return looked & (counts[role] == 0) & (absent < alpha)

    gone = lost("synthetic")
    mass = float(share[gone].sum())
    return Item(
        "pair",
        names,
        estimate=mass,
        reference=float(share[lost("holdout")].sum()) if "holdout" in counts else None,
        decisions=(
            Decision("real rows of lost combinations", mass, mass, mass, fail=0.0,
                     otherwise=Status.PASS, margins=(LOST,)),
        ),
        more={
            "lost_cells": int(gone.sum()),
            "cells": int(looked.sum()),
            "absent": float(share[looked & (counts["synthetic"] == 0)].sum()),
        },
    )  # fmt: skip


def _by_chance(ctx: Context, tables: Iterable[IntArray], margin: float) -> float:
    """Share of absent cells that honest rows of this number would not reach by chance."""
    rows, n = ctx.data.synthetic.num_rows, ctx.data.real.num_rows
    if rows * margin <= 1:  # so few rows leave every rare cell empty
        return margin
    empty = max(
        float((cells / n * chance_of_absence(cells, n, rows))[cells >= ctx.config.small_cell].sum())
        for cells in tables
    )
    return max(margin, ctx.config.margin(CHANCE).value * empty)


def _words(
    worst: Item, lost: int, looked_at: int, absent: float, by_chance: float
) -> tuple[str, str]:
    """Message and summary."""
    if lost:
        cells = counted(int(worst.number("lost_cells")), "cell")
        text = (
            f"{lost} of {looked_at:,} combinations are lost, most in {worst.label}: {cells} with "
            f"{percent(worst.number('estimate'), 2)} of the real rows."
        )
        return text, text
    if absent > by_chance:
        return (
            f"Cells are empty ({percent(absent, 2)} of real rows in one pair) that so few "
            "synthetic rows cannot be asked to fill; make more rows.",
            "So few synthetic rows cannot fill the combinations of the real ones; make more rows.",
        )
    text = f"None of {looked_at:,} combinations of two columns is lost."
    return text, text
