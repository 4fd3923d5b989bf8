"""Total variation distance of triples of columns.

What it measures
    The share of rows that would have to move for the joint table of three columns to be the
    real one; five quantile bins or levels a column, missing, rare and unseen ones in cells of their
    own. All rows are counted; where there are too many triples for the budget of counted
    cells, a seeded sample of triples is taken and its size said.

How to read it
    As the pairs (F004). Three columns can depend on each other where no two do: exclusive
    or, or an interaction that only holds in one group. Only triples see that.

Formula
    D = ½ · Σ |pᵢ − qᵢ| over the joint cells i of three columns; p real shares, q synthetic shares.
    The estimate is the mean of D over the triples.

When it misleads
    Five cells a column are coarse; what is wrong inside a fifth of the rows stays unseen. A
    sampled set of triples can miss the one that matters: name its columns in a rule.

Source
    k-way marginals as in NIST's synthetic data challenges and Platzer, Reutterer (2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._cells import plan_samples, result_of_counts, sampled_cells
from synth_eval.checks.fidelity._few_cells import count_triples, few_cell_maps, triples_of
from synth_eval.checks.fidelity._standard_errors import MeanError
from synth_eval.data.states import StateSpec, plan_table
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result

_BUDGET = 400_000_000
"""Cells counted in all tables together, about two seconds of one core."""
_MOST = 20_000
"""Triples whose counts are kept at once, 80 MB a table; 50 columns have 19,600."""

Triple = tuple[int, int, int]


@check(
    "F005",
    "triple_total_variation_distance",
    dimension="fidelity",
    title="Total variation of triples of columns",
    figure="intervals",
    axis=OnAxis(0, "mean total variation distance of triples of columns"),
    states=lambda ctx: _states(ctx),
)
def triple_total_variation(ctx: Context) -> Result:
    """Compare the joint tables of three columns each."""
    plans = ctx.data.plans
    if len(plans) < 3:
        raise NotApplicable("the schema has fewer than three columns to compare")
    triples, possible = _choose(ctx, len(plans))
    noun = "triples of columns"
    if len(triples) < possible:
        noun = f"of {possible:,} triples of columns, drawn with the seed"
    maps = few_cell_maps(ctx)
    block = {role: count_triples(ctx, role, maps, triples) for role in ctx.data.tables}
    error, width = MeanError(ctx), max(int(cells.max()) + 1 for cells in maps)
    sampled = {role: _few_cells(ctx, role, error, maps) for role in ("real", "synthetic")}
    items = [Item("triple", tuple(plans[i].name for i in triple)) for triple in triples]

    def cells(number: int) -> dict[str, npt.NDArray[np.intp]]:
        first, second, third = triples[number]
        return {
            role: (columns[first] * width + columns[second]) * width + columns[third]
            for role, columns in sampled.items()
        }

    return result_of_counts(ctx, items, [block], error, cells, noun)


def _states(ctx: Context) -> Iterator[StateSpec]:
    plans = ctx.data.plans
    if len(plans) >= 3:
        yield triples_of(ctx, few_cell_maps(ctx), _choose(ctx, len(plans))[0])
        yield from plan_samples(ctx, MeanError(ctx))


def _choose(ctx: Context, columns: int) -> tuple[list[Triple], int]:
    possible = columns * (columns - 1) * (columns - 2) // 6
    rows = sum(table.num_rows for table in ctx.data.tables.values())
    affordable = min(max(_BUDGET // rows, 20), _MOST)
    if possible <= affordable:
        return list(combinations(range(columns), 3)), possible
    rng = ctx.rng()
    drawn: set[Triple] = set()
    while len(drawn) < affordable:
        first, second, third = sorted(rng.choice(columns, 3, replace=False).tolist())
        drawn.add((first, second, third))
    return sorted(drawn), possible


def _few_cells(
    ctx: Context, role: str, error: MeanError, maps: list[npt.NDArray[np.uint16]]
) -> list[npt.NDArray[np.intp]]:
    """Merged cells of the sampled rows, one array a column."""
    return [
        to_few[ctx.state(sampled_cells(ctx, plan_table(plan), error, role), role)].astype(np.intp)
        for to_few, plan in zip(maps, ctx.data.plans, strict=True)
    ]
