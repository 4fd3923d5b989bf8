"""Total variation distance of every column.

What it measures
    The share of rows that would have to move for the column's distribution to be the real
    one. Numbers and dates are cut at up to 100 quantiles of the real table, levels are kept
    apart up to 100; missing values, other levels and values the real table lacks are cells
    of their own, so a changed missing rate counts.

How to read it
    0 is the same distribution, 1 nothing in common. Read it in rows of real data: a column
    "as far as a 12 % sample" is as wrong as a random eighth of the real rows would be. The
    reference is the holdout, which is as far as honest rows are. The items also give the
    Jensen-Shannon distance (base 2) of the same cells, for comparison with other tools.

Formula
    D = ½ · Σ |pᵢ − qᵢ| over the cells i of a column; p real shares, q synthetic shares. The
    estimate is the mean of D over the columns.

When it misleads
    It sees one column at a time: a table whose columns were shuffled against each other
    passes here and fails the pairs (F004). Order inside a bin is not seen (see F001, F003).

Source
    Gibbs, Su (2002), On choosing and bounding probability metrics. The bins come from the
    real table alone; peers that cut each table on its own grid cannot see a shift.
"""

from __future__ import annotations

from collections.abc import Iterator

from synth_eval.checks.fidelity._as_far_as import (
    ItemDistance,
    curve_sizes,
    result_of_distances,
)
from synth_eval.checks.fidelity._cells import plan_samples, sampled_cells
from synth_eval.checks.fidelity._standard_errors import MeanError
from synth_eval.data.states import StateSpec, counts_of, plan_table
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result
from synth_eval.stats.distances import jensen_shannon_distance, total_variation_distance
from synth_eval.stats.worth import total_variation_curves


@check(
    "F002",
    "total_variation_distance",
    dimension="fidelity",
    title="Total variation of each column",
    figure="distribution",
    states=lambda ctx: _states(ctx),
    axis=OnAxis(2, "mean total variation distance of columns"),
)
def total_variation(ctx: Context) -> Result:
    """Compare the cells of each column."""
    counts = ctx.data.counts
    real, synthetic, holdout = counts["real"], counts["synthetic"], counts.get("holdout")
    positions = range(len(ctx.data.plans))
    pooled = [
        real.one_way(i) + (holdout.one_way(i) if holdout is not None else 0) for i in positions
    ]
    curves = total_variation_curves(pooled, ctx.data.real.num_rows, curve_sizes(ctx))
    error, distances = MeanError(ctx), []
    for i in positions:
        plan = ctx.data.plans[i]
        distance = total_variation_distance(real.one_way(i), synthetic.one_way(i))
        error.add(
            distance,
            {
                role: ctx.state(sampled_cells(ctx, plan_table(plan), error, role), role)
                for role in ("real", "synthetic")
            },
        )
        unseen = (
            None
            if holdout is None
            else total_variation_distance(real.one_way(i), holdout.one_way(i))
        )
        jensen_shannon = jensen_shannon_distance(real.one_way(i), synthetic.one_way(i))
        item = Item("column", (plan.name,), more={"jensen_shannon": jensen_shannon})
        distances.append(ItemDistance(item, distance, unseen, curves[i]))
    return result_of_distances(ctx, distances, error, "columns")


def _states(ctx: Context) -> Iterator[StateSpec]:
    yield counts_of(ctx.data.plans)
    yield from plan_samples(ctx, MeanError(ctx))
