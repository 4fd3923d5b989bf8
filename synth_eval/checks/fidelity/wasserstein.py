"""Wasserstein-1 distance of every number and date.

What it measures
    The mean way a value has to move for the synthetic column to become the real one, exact on
    all rows. The estimate is in interquartile ranges of the real column (in mean absolute
    deviations where more than half of the values are one number), so columns can be
    averaged; the items give it in the column's own units too.

How to read it
    0 is the same distribution; there is no upper end. 0.1 means that values are off by a tenth
    of the range of the middle half, on average. It sees far tails that the
    Kolmogorov-Smirnov distance does not.

Formula
    W = ∫ |F(x) − G(x)| dx / s; F, G shares of real and of synthetic values at or below x, s real
    interquartile range. The estimate is the mean of W over the columns.

When it misleads
    One absurd value can dominate it, as it dominates a mean. Infinities cannot be moved and
    are left out; the schema check (V001) counts them.

Source
    Kantorovich (1942). The expected distance of a real sample is sqrt(2/π·(1/n + 1/s)) times
    the area under sqrt(F(1-F)).
"""

from __future__ import annotations

import numpy as np

from synth_eval.checks.fidelity._as_far_as import (
    ItemDistance,
    curve_sizes,
    result_of_distances,
)
from synth_eval.checks.fidelity._standard_errors import MeanError, continuous_states
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result
from synth_eval.stats.distances import Distance, wasserstein_distance
from synth_eval.stats.empirical import EmpiricalDistribution
from synth_eval.stats.worth import wasserstein_curve

_FARTHEST = 1e9
"""End of the scale, in interquartile ranges: sums of farther distances would overflow."""

_LARGEST_DOUBLE = float(np.finfo(np.float64).max)

_UNMEASURABLE = Distance(_FARTHEST, 0.0)
"""Distance to a column without a finite value: the end of the scale."""


@check(
    "F003",
    "wasserstein_distance",
    dimension="fidelity",
    title="Wasserstein distance of numbers and dates",
    figure="quantiles",
    gating=False,
    states=continuous_states,
)
def wasserstein(ctx: Context) -> Result:
    """Compare the quantile functions of each continuous column."""
    data, sizes = ctx.data, curve_sizes(ctx)
    error, distances = MeanError(ctx), []
    for column in data.schema.compared:
        if not column.is_continuous:
            continue
        finite = {role: data.distribution(role, column.name).finite() for role in data.tables}
        real = finite["real"]
        if real.rows == 0:
            continue
        scale = _scale(real)
        real = _in_units(real, scale)
        curve = wasserstein_curve(real, data.real.num_rows, sizes)
        distance = _measure(real, finite["synthetic"], scale)
        with np.errstate(over="ignore"):
            sampled = {role: x / scale for role, x in error.values(column.name).items()}
        error.add(distance, sampled)
        original = distance.value * scale if distance.value < _FARTHEST else None
        holdout = _measure(real, finite["holdout"], scale) if "holdout" in finite else None
        distances.append(
            ItemDistance(
                Item("column", (column.name,), more={"original_units": original}),
                distance.without_influence(),
                None if holdout is None else holdout.without_influence(),
                curve,
            )
        )
    return result_of_distances(
        ctx, distances, error, "numerical or datetime columns", " interquartile ranges"
    )


def _measure(real: EmpiricalDistribution, other: EmpiricalDistribution, scale: float) -> Distance:
    if other.rows == 0:
        return _UNMEASURABLE
    distance = wasserstein_distance(real, _in_units(other, scale))
    influence = distance.influence
    assert influence is not None
    # Beyond the end of the scale the distance is brought to it, with its error and influences in
    # proportion: cut one by one they would look surer than they are.
    factor = _FARTHEST / min(max(distance.value, _FARTHEST), _LARGEST_DOUBLE)
    return Distance(
        min(distance.value, _LARGEST_DOUBLE) * factor,
        min(distance.error, _LARGEST_DOUBLE) * factor,
        lambda values: np.clip(influence(values), -_LARGEST_DOUBLE, _LARGEST_DOUBLE) * factor,
    )


def _in_units(distribution: EmpiricalDistribution, scale: float) -> EmpiricalDistribution:
    """Values in units of the scale, finite even where it is as small as the smallest floats."""
    with np.errstate(over="ignore"):
        scaled = distribution.divided_by(scale)
    if np.isfinite(scaled.values[[0, -1]]).all():
        return scaled
    values = np.clip(scaled.values, -_LARGEST_DOUBLE, _LARGEST_DOUBLE)
    return EmpiricalDistribution.of(np.repeat(values, scaled.counts))


def _scale(real: EmpiricalDistribution) -> float:
    """Interquartile range, else mean absolute deviation, else the constant itself."""
    low, median, high = real.quantiles(np.array([0.25, 0.5, 0.75]))
    with np.errstate(over="ignore"):
        spread = float(high / 2 - low / 2) * 2
        if spread == 0.0:
            spread = float(np.average(np.abs(real.values - median), weights=real.counts))
    if not np.isfinite(spread):
        spread = _LARGEST_DOUBLE / 4
    return spread if spread > 0 else max(abs(float(median)), 1.0)
