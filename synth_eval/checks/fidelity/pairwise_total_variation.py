"""Total variation distance of every pair of columns.

What it measures
    The share of rows that would have to move for the joint table of two columns to be the
    real one. Every pair, every row; at most ten quantile bins or levels a column, with
    missing and unseen values as cells of their own and rare levels in groups, by a hash.

How to read it
    As the one-column distance (F002), in rows of real data. Pairs see what columns cannot:
    lost and invented dependence alike. A table of independent columns fails here.

Formula
    D = ½ · Σ |pᵢⱼ − qᵢⱼ| over the joint cells i, j of two columns; p real shares, q synthetic
    shares. The estimate is the mean of D over the pairs.

When it misleads
    Dependence of three columns at once can hide from all pairs (exclusive or). Ten bins
    smooth what happens inside a tenth of the rows.

Source
    NIST's k-marginal score and Platzer, Reutterer (2021), Holdout-based empirical assessment
    of mixed-type synthetic data, use the same tables without the expected distance of a
    real sample beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._cells import plan_samples, result_of_counts, sampled_cells
from synth_eval.checks.fidelity._standard_errors import MeanError
from synth_eval.data.codes import Plan
from synth_eval.data.states import StateSpec, counts_of, plan_table
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.panels import Grid, Panel
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result

_DRAWN = 8
"""Pairs whose joint tables are shown: the worst ones, no column in more than `_REPEATS`."""

_REPEATS = 3  # one broken column alone would take all the places

Shares = list[list[float | None]]


@check(
    "F004",
    "pairwise_total_variation_distance",
    dimension="fidelity",
    title="Total variation of each pair of columns",
    figure="heatmap",
    axis=OnAxis(1, "mean total variation distance of pairs of columns"),
    states=lambda ctx: _states(ctx),
)
def pairwise_total_variation(ctx: Context) -> Result:
    """Compare the joint table of each pair of columns."""
    error, real = MeanError(ctx), ctx.data.counts["real"]
    sampled = {role: _coarse_cells(ctx, role, error) for role in ("real", "synthetic")}
    names = [plan.name for plan in ctx.data.plans]
    items = [Item("pair", (names[first], names[second])) for first, second in real.pairs]

    def cells(pair: int) -> dict[str, npt.NDArray[np.intp]]:
        first, second = real.pairs[pair]
        return {
            role: columns[first] * real.width + columns[second] for role, columns in sampled.items()
        }

    result = result_of_counts(ctx, items, _blocks(ctx), error, cells, "pairs of columns")
    number = {item.names: pair for pair, item in enumerate(items)}
    by_name = {plan.name: plan for plan in ctx.data.plans}
    panels = [
        _joint_table(ctx, number[pair], by_name[pair[0]], by_name[pair[1]])
        for pair in _varied(result.items)
    ]
    return replace(result, panels=tuple(panels))


def _varied(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Worst pairs, of different columns."""
    seen: Counter[str] = Counter()
    chosen: list[tuple[str, str]] = []
    for item in items:
        first, second = item.names
        pair = (first, second)
        if len(chosen) < _DRAWN and max(seen[name] for name in pair) < _REPEATS:
            chosen.append(pair)
            seen.update(pair)
    return chosen


def _blocks(ctx: Context) -> Iterator[Mapping[str, npt.NDArray[np.int64]]]:
    """Counts of every table, a block of pairs at a time: 500 columns have 124,750 pairs."""
    blocks = {role: state.two_way_blocks() for role, state in ctx.data.counts.items()}
    for tables in zip(*blocks.values(), strict=True):
        yield {role: counts for role, (_, counts) in zip(blocks, tables, strict=True)}


def _coarse_cells(ctx: Context, role: str, error: MeanError) -> list[npt.NDArray[np.intp]]:
    """Coarse cells of the sampled rows, one array a column."""
    return [
        plan.to_coarse[ctx.state(sampled_cells(ctx, plan_table(plan), error, role), role)].astype(
            np.intp
        )
        for plan in ctx.data.plans
    ]


def _states(ctx: Context) -> Iterator[StateSpec]:
    yield counts_of(ctx.data.plans)
    yield from plan_samples(ctx, MeanError(ctx))


def _joint_table(ctx: Context, pair: int, first: Plan, second: Plan) -> Panel:
    """Shares of the cells of two columns, and what the synthetic table has more of each."""
    width = ctx.data.counts["real"].width
    tables = {
        role: counts.two_way(pair).reshape(width, width) for role, counts in ctx.data.counts.items()
    }
    used = [
        [
            cell
            for cell in range(plan.coarse_cells)
            if any(table.take(cell, axis=axis).any() for table in tables.values())
        ]
        for axis, plan in enumerate((first, second))
    ]
    real, synthetic = (
        Grid(role, _shares(tables[role][np.ix_(*used)], ctx), side=role)
        for role in ("real", "synthetic")
    )
    caption = (
        "Share of rows in each cell of the two columns; what is blank holds fewer than "
        f"{ctx.config.small_cell} rows and counts as none in the difference. Bad: strong colour "
        "at the right, orange where the synthetic table has too many rows, blue where too few."
    )
    return Panel(
        name=f"{first.name} × {second.name}",
        title=f"{first.name} × {second.name}",
        x=second.name,
        y=first.name,
        caption=caption,
        grids=[real, synthetic, synthetic.minus(real)],
        x_ticks=[_cell_name(ctx, second, cell) for cell in used[1]],
        y_ticks=[_cell_name(ctx, first, cell) for cell in used[0]],
    )


def _shares(table: npt.NDArray[np.int64], ctx: Context) -> Shares:
    """Shares of all rows of the table; cells of few rows are not shown."""
    rows = max(int(table.sum()), 1)
    return [
        [float(count / rows) if count >= ctx.config.small_cell else None for count in line]
        for line in table
    ]


def _cell_name(ctx: Context, plan: Plan, cell: int) -> str:
    """What a coarse cell holds; the outermost bins are open, so that no extreme is named."""
    spec = ctx.data.schema[plan.name]
    if spec.is_discrete:
        return plan.level_cell(cell, ctx.data.real.levels(plan.name))
    if cell >= plan.coarse:
        return ("", "unseen", "missing")[cell - plan.coarse]
    outer = plan.edges[np.searchsorted(plan.to_coarse[: plan.fine], np.arange(1, plan.coarse))]
    if spec.kind == "datetime":
        names = [str(day) for day in outer.astype("datetime64[us]").astype("datetime64[D]")]
    else:
        names = [f"{edge:,.6g}" for edge in outer]
    if not names:
        return "all values"
    if cell == 0:
        return f"up to {names[0]}"
    if cell == plan.coarse - 1:
        return f"above {names[-1]}"
    is_heap = names[cell] == names[cell - 1]  # one value with a bin of its own
    return names[cell] if is_heap else f"to {names[cell]}"
