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

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._judge import MeanError, judge_counts
from synth_eval.data.codes import encode
from synth_eval.registry import check
from synth_eval.results import Result
from synth_eval.run import Context


@check(
    "F004",
    "pairwise_total_variation_distance",
    dimension="fidelity",
    title="Total variation of each pair of columns",
    figure="heatmap",
)
def pairwise_total_variation(ctx: Context) -> Result:
    """Compare the joint table of each pair of columns."""
    error, real = MeanError(ctx), ctx.data.counts["real"]
    own = {role: _coarse_cells(ctx, role, error) for role in ("real", "synthetic")}
    names = [plan.name for plan in ctx.data.plans]
    items = [{"first": names[first], "second": names[second]} for first, second in real.pairs]

    def cells(pair: int) -> dict[str, npt.NDArray[np.intp]]:
        first, second = real.pairs[pair]
        return {role: each[first] * real.width + each[second] for role, each in own.items()}

    return judge_counts(ctx, items, _blocks(ctx), error, cells, "pairs of columns")


def _blocks(ctx: Context) -> Iterator[Mapping[str, npt.NDArray[np.int64]]]:
    """Counts of every table, a block of pairs at a time: 500 columns have 124,750 pairs."""
    blocks = {role: own.two_way_blocks() for role, own in ctx.data.counts.items()}
    for tables in zip(*blocks.values(), strict=True):
        yield {role: counts for role, (_, counts) in zip(blocks, tables, strict=True)}


def _coarse_cells(ctx: Context, role: str, error: MeanError) -> list[npt.NDArray[np.intp]]:
    """Coarse cells of the sampled rows, one array a column."""
    table, rows = ctx.data.tables[role], error.rows(role)
    return [
        plan.to_coarse[encode(table.column(plan.name).take(rows), plan)].astype(np.intp)
        for plan in ctx.data.plans
    ]
