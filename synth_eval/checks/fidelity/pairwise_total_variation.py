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

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._judge import MeanError, Measured, curve_sizes, judge
from synth_eval.data.codes import encode
from synth_eval.registry import check
from synth_eval.results import Result
from synth_eval.run import Context
from synth_eval.stats.distances import Distance, total_variation_distances
from synth_eval.stats.worth import Curve, total_variation_curves


@check(
    "F004",
    "pairwise_total_variation_distance",
    dimension="fidelity",
    title="Total variation of each pair of columns",
    figure="heatmap",
)
def pairwise_total_variation(ctx: Context) -> Result:
    """Compare the joint table of each pair of columns."""
    error, measured = MeanError(ctx), []
    real = ctx.data.counts["real"]
    cells = {role: _coarse_cells(ctx, role, error) for role in ("real", "synthetic")}
    for block, curves, distances, signs, holdout in _blocks(ctx):
        for i, (first, second) in enumerate(real.pairs[block]):
            error.add_signs(
                signs[i],
                {role: own[first] * real.width + own[second] for role, own in cells.items()},
            )
            item = {name: ctx.data.plans[own].name for name, own in
                    (("first", first), ("second", second))}  # fmt: skip
            other = None if holdout is None else holdout[i]
            measured.append(Measured(item, distances[i], other, curves[i]))
    return judge(ctx, measured, error, "pairs of columns")


def _blocks(
    ctx: Context,
) -> Iterator[
    tuple[slice, list[Curve], list[Distance], npt.NDArray[np.int8], list[Distance] | None]
]:
    """Curves and distances, a block of pairs at a time: 500 columns have 124,750 pairs."""
    counts, sizes = ctx.data.counts, curve_sizes(ctx)
    others = {role: own.two_way_blocks() for role, own in counts.items() if role != "real"}
    for block, real in counts["real"].two_way_blocks():
        tables = {role: next(blocks)[1] for role, blocks in others.items()}
        holdout = tables.get("holdout")
        pooled = real if holdout is None else real + holdout
        curves = total_variation_curves(list(pooled), ctx.data.real.num_rows, sizes)
        distances, signs = _distances(real, tables["synthetic"])
        yield (
            block, curves, distances, signs,
            None if holdout is None else _distances(real, holdout)[0],
        )  # fmt: skip


def _distances(
    real: npt.NDArray[np.int64], other: npt.NDArray[np.int64]
) -> tuple[list[Distance], npt.NDArray[np.int8]]:
    values, errors, signs = total_variation_distances(real, other)
    return list(map(Distance, values.tolist(), errors.tolist())), signs


def _coarse_cells(ctx: Context, role: str, error: MeanError) -> list[npt.NDArray[np.intp]]:
    """Coarse cells of the sampled rows, one array a column."""
    table, rows = ctx.data.tables[role], error.rows(role)
    return [
        plan.to_coarse[encode(table.column(plan.name).take(rows), plan)].astype(np.intp)
        for plan in ctx.data.plans
    ]
