"""Moments and quantiles of numbers and dates, out to one in a thousand.

What it measures
    The mean and the mean absolute deviation, in real interquartile ranges, and what share of
    synthetic values lies below the real quantiles from 0.1 % to 99.9 %. A quantile is compared
    in shares, not in units: the error is that of a coin, whatever the column. The items give
    each statistic; those of fewer real rows than may be shown are left out.

How to read it
    The estimate is the mean absolute difference. A share of 2 % below the real 0.1 % quantile
    is a tail grown twentyfold, one of 0 % a tail that is gone.

Formula
    A = mean over columns and statistics t of |mean t(synthetic) − mean t(real)|; t(x) is x, or
    |x − real mean|, both in real interquartile ranges, or 1 where x ≤ a real quantile, else 0.

When it misleads
    A mean of a heavy tail is noise. Values between two quantiles may move freely (F001).

Source
    All are means of one number per row, so their errors are σ/√n. Kurtosis and maximum are
    not shown: their errors are larger than they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._as_far_as import (
    ItemDistance,
    curve_sizes,
    result_of_distances,
)
from synth_eval.checks.fidelity._standard_errors import MeanError, continuous_states
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result
from synth_eval.stats.distances import Distance
from synth_eval.stats.worth import SampleCurve
from synth_eval.words import percent

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[FloatArray], FloatArray]

_FARTHEST = 1e9
"""Interquartile ranges beyond which a moment says nothing; sums of farther values overflow."""
_SHARES = (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)  # quartiles and both tails


@check(
    "F014",
    "moments_and_quantiles",
    dimension="fidelity",
    title="Moments and quantiles of numbers and dates",
    figure="intervals",
    gating=False,
    states=continuous_states,
)
def moments_and_quantiles(ctx: Context) -> Result:
    """Compare moments and the shares below real quantiles."""
    error, distances = MeanError(ctx), []
    for column in ctx.data.schema.compared:
        if not column.is_continuous:
            continue
        present = {role: ctx.data.distribution(role, column.name) for role in ctx.data.tables}
        finite = {role: values.finite().sample() for role, values in present.items()}
        if min(len(values) for values in finite.values()) < 2:
            continue
        center, scale = _scale(finite["real"])
        if scale == 0:
            continue
        with np.errstate(over="ignore"):  # statistics cut what is far
            scaled = {role: values / scale - center / scale for role, values in finite.items()}
            sampled = {
                role: values / scale - center / scale
                for role, values in error.values(column.name).items()
            }
        for part, statistic in _statistics(ctx, scaled["real"]):
            values = {role: statistic(x) for role, x in scaled.items()}
            real, synthetic = values["real"], values["synthetic"]
            error_of_difference = np.sqrt(real.var() / len(real) + synthetic.var() / len(synthetic))
            difference = abs(float(synthetic.mean()) - float(real.mean()))
            distance = Distance(difference, float(error_of_difference), statistic)
            error.add(distance, sampled)
            # The mean of |x| of a normal variable is sqrt(2/π) of its standard deviation.
            sizes, rows = curve_sizes(ctx), len(real)
            expected = float(real.std()) * np.sqrt(2 / np.pi * (1 / rows + 1 / sizes))
            means = {role: float(x.mean()) for role, x in values.items()}
            item = Item(
                "part", (column.name, part),
                more={"real": means["real"], "synthetic": means["synthetic"]},
            )  # fmt: skip
            holdout = None
            if "holdout" in means:
                holdout = Distance(abs(means["holdout"] - means["real"]), 0.0)
            distances.append(ItemDistance(item, distance, holdout, SampleCurve(sizes, expected)))
    if not distances:
        raise NotApplicable("no numerical or datetime column with values to compare")
    return result_of_distances(ctx, distances, error, "moments and quantiles")


def _scale(real: FloatArray) -> tuple[float, float]:
    """Median and interquartile range, or mean absolute deviation where that is zero."""
    low, center, high = np.quantile(real, [0.25, 0.5, 0.75])
    scale = float(high / 2 - low / 2) * 2
    if scale == 0:
        with np.errstate(over="ignore"):
            scale = float(np.abs(real - center).mean())
    return float(center), scale if np.isfinite(scale) else float(np.finfo(np.float64).max) / 4


def _statistics(ctx: Context, real: FloatArray) -> Iterator[tuple[str, Statistic]]:
    """Name of every statistic, and the function whose mean over the rows it is."""

    def mean(x: FloatArray) -> FloatArray:
        return np.asarray(np.clip(x, -_FARTHEST, _FARTHEST))

    center = float(mean(real).mean())

    def deviation(x: FloatArray) -> FloatArray:
        return np.asarray(np.abs(mean(x) - center))

    yield "mean", mean
    yield "mean deviation", deviation
    for share in _SHARES:
        if min(share, 1 - share) * len(real) < ctx.config.small_cell:
            continue
        cut = float(np.quantile(real, share))

        def below(x: FloatArray, cut: float = cut) -> FloatArray:
            return np.asarray(np.where(np.isnan(x), np.nan, x <= cut), np.float64)

        yield f"below the {percent(share)} quantile", below
