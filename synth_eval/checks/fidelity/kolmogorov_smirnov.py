"""Kolmogorov-Smirnov distance of every number and date.

What it measures
    The largest gap between the distribution functions of the real and the synthetic column,
    exact on all rows. Missing values are left out here; total variation (F002) counts them.

How to read it
    0 is the same distribution, 1 no overlap. With a million rows a test rejects at .002, with
    a thousand it cannot see .06, so the decision is not a p-value: the distance is compared
    with that of a real sample, ties included.

Formula
    D = max over x of |F(x) − G(x)|; F, G shares of real and of synthetic values at or below x. The
    estimate is the mean of D over the columns.

When it misleads
    It looks at the bulk. A lost tail or a lost spike moves the distribution function little;
    see Wasserstein (F003) and the coverage checks.

Source
    Kolmogorov (1933), Smirnov (1948). The expected distance of a real sample is the mean
    largest gap of a Brownian bridge over the column's own steps.
"""

from __future__ import annotations

from synth_eval.checks.fidelity._as_far_as import (
    ItemDistance,
    curve_sizes,
    result_of_distances,
)
from synth_eval.checks.fidelity._standard_errors import MeanError, continuous_states
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result
from synth_eval.stats.distances import ks_distance
from synth_eval.stats.worth import kolmogorov_curve


@check(
    "F001",
    "ks_distance",
    dimension="fidelity",
    title="Kolmogorov-Smirnov distance of numbers and dates",
    figure="distribution",
    states=continuous_states,
)
def kolmogorov_smirnov(ctx: Context) -> Result:
    """Compare the distribution functions of each continuous column."""
    data, sizes = ctx.data, curve_sizes(ctx)
    error, distances = MeanError(ctx), []
    for column in data.schema.compared:
        if not column.is_continuous:
            continue
        present = {role: data.distribution(role, column.name) for role in data.tables}
        if present["real"].rows == 0:
            continue
        holdout = present.get("holdout")
        distance = ks_distance(present["real"], present["synthetic"])
        error.add(distance, error.values(column.name))
        distances.append(
            ItemDistance(
                Item("column", (column.name,)),
                distance.without_influence(),
                None if holdout is None else ks_distance(present["real"], holdout),
                kolmogorov_curve(present["real"], data.real.num_rows, sizes, ctx.rng(column.name)),
            )
        )
    return result_of_distances(ctx, distances, error, "numerical or datetime columns")
