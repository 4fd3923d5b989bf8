"""Total variation distance of every pair of columns.

What it measures
    The share of rows that would have to move for the joint table of two columns to be the
    real one. Every pair, every row; at most ten quantile bins or levels a column, with
    missing, other and unseen as cells of their own.

How to read it
    As the one-column distance (F002), in rows of real data. Pairs see what columns cannot:
    lost and invented dependence alike. A table of independent columns fails here.

When it misleads
    Dependence of three columns at once can hide from all pairs (exclusive or). Ten bins
    smooth what happens inside a tenth of the rows.

Source
    NIST's k-marginal score and Platzer, Reutterer (2021), Holdout-based empirical assessment
    of mixed-type synthetic data, use the same tables without the expected distance of a
    real sample beside them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._judge import MeanError, Measured, curve_sizes, judge
from synth_eval.data.codes import encode
from synth_eval.registry import check
from synth_eval.results import Result
from synth_eval.run import Context
from synth_eval.stats.distances import total_variation_distance
from synth_eval.stats.worth import total_variation_curves


@check(
    "F004",
    "pairwise_total_variation_distance",
    dimension="fidelity",
    title="Total variation of each pair of columns",
    figure="heatmap",
)
def pairwise_total_variation(ctx: Context) -> Result:
    """Compare the joint table of each pair of columns."""
    counts, plans = ctx.data.counts, ctx.data.plans
    real, synthetic, holdout = counts["real"], counts["synthetic"], counts.get("holdout")
    pairs = range(len(real.pairs))
    pooled = [real.two_way(i) + (holdout.two_way(i) if holdout is not None else 0) for i in pairs]
    curves = total_variation_curves(pooled, ctx.data.real.num_rows, curve_sizes(ctx))
    error, measured = MeanError(ctx), []
    cells = {role: _coarse_cells(ctx, role, error) for role in ("real", "synthetic")}
    for i, (first, second) in enumerate(real.pairs):
        distance = total_variation_distance(real.two_way(i), synthetic.two_way(i))
        error.add(
            distance,
            {role: own[first] * real.width + own[second] for role, own in cells.items()},
        )
        other = (
            None
            if holdout is None
            else total_variation_distance(real.two_way(i), holdout.two_way(i))
        )
        item = {"first": plans[first].name, "second": plans[second].name}
        measured.append(Measured(item, distance, other, curves[i]))
    return judge(ctx, measured, error, "pairs of columns")


def _coarse_cells(ctx: Context, role: str, error: MeanError) -> list[npt.NDArray[np.intp]]:
    """Coarse cells of the sampled rows, one array a column."""
    table, rows = ctx.data.tables[role], error.rows(role)
    return [
        plan.to_coarse[encode(table.column(plan.name).take(rows), plan)].astype(np.intp)
        for plan in ctx.data.plans
    ]
