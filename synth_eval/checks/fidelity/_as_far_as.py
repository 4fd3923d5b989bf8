"""One judgement for every check made of distances: how large a real sample is as far away?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._standard_errors import FixedError, MeanError
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, worst_first
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.results import (
    Direction,
    Estimate,
    Item,
    Reference,
    Result,
    Side,
    Status,
    Threshold,
)
from synth_eval.stats.distances import Distance
from synth_eval.stats.worth import (
    SampleCurve,
    expected_at,
    mean_curve,
    rows_at,
    sample_sizes,
)
from synth_eval.words import percent, real_sample

__all__ = ["ItemDistance", "curve_sizes", "result_of_distances"]

_WORST, _MEAN = "fidelity.worst_table", "fidelity.mean_table"

_LISTED = 2_000
"""Items shown, worst first: some 500 kB of JSON; wide tables have 19,600 triples."""

_LARGEST_WORTH = 8.0
"""Curves end at eight times the larger table; a sample that large is noise in any case."""

_DRAWN_FROM = 0.001
"""Smallest real sample of the picture, as a share of the rows: a tenth of the lower margin."""


@dataclass(frozen=True, slots=True)
class ItemDistance:
    """The distance of one item (a column, a pair) and what real samples would show.

    Parameters
    ----------
    item : Item
        What it is about: kind, names and further numbers.
    synthetic, holdout : Distance
        Distances from the real table; None without a holdout.
    curve : SampleCurve
        Expected distance of a real sample by its size.
    """

    item: Item
    synthetic: Distance
    holdout: Distance | None
    curve: SampleCurve


def curve_sizes(ctx: Context) -> npt.NDArray[np.float64]:
    """Sample sizes at which expected distances are computed."""
    return sample_sizes(ctx.data.real.num_rows, ctx.data.synthetic.num_rows)


def result_of_distances(
    ctx: Context,
    distances: Sequence[ItemDistance],
    error: MeanError | FixedError,
    noun: str,
    unit: str = "",
) -> Result:
    """Decide on the worst item and on the mean, in rows of real data.

    Fails where the distance of one item, at a level that holds for all of them together (the
    joint null of the largest), is beyond that of a real sample of ``fidelity.worst_table`` of
    the rows; warns where the mean is certainly beyond that of a ``fidelity.mean_table`` sample;
    passes where the estimate of the mean is within it and all intervals are within the first
    margin. Else more rows are needed: inconclusive.
    """
    if not distances:
        raise NotApplicable(f"the schema has no {noun} to compare")
    data, alpha = ctx.data, ctx.config.alpha
    rows = min(data.real.num_rows, data.synthetic.num_rows)
    floor, goal = ctx.config.margin(_WORST), ctx.config.margin(_MEAN)
    items = _items(ctx, distances, error, rows)
    mean = Distance(float(np.mean([entry.synthetic.value for entry in distances])), error.value())
    curve = mean_curve([entry.curve for entry in distances])
    low, high = mean.interval(NormalDist().inv_cdf(1 - alpha / 2))
    limit, far = curve.at(max(goal.value * rows, 2.0)), curve.at(max(floor.value * rows, 2.0))
    # A narrow table cannot tell a 10 % from a full sample however many rows it has, so the
    # mean passes by its estimate, with its interval inside the margin of the worst item.
    of_mean = Decision(
        f"mean over {len(items):,} {noun}", mean.value, low, high, warn=limit, clear=far, aim=limit,
        margins=(_MEAN, _WORST),
    )  # fmt: skip
    # Items that are not shown decide as well: the gravest of them stands for all.
    left_out = [decision for item in items[_LISTED:] for decision in item.decisions]
    estimate = Estimate(mean.value, low, high, 1 - alpha)
    worth = 0.0 if mean.value > 0 else 1.0
    if curve.expected[0] > 0.0:
        worth = min(curve.rows(mean.value) / rows, _LARGEST_WORTH)
    return ctx.judged(
        _message(items, mean, worth, noun, unit),
        summary=_summary(items, worth),
        decisions=[of_mean, *worst_first(left_out)[:1]],
        items=items[:_LISTED],
        items_decide=True,
        estimate=estimate,
        reference=_reference(ctx, distances, curve),
        threshold=Threshold(
            limit,
            f"mean distance of a {percent(goal.value, 0)} real sample; {goal.basis}. Intervals of "
            f"single items hold for all {len(items):,} together",
        ),
        direction=Direction.LOWER,
        panels=[_worth_panel(ctx, distances, curve, estimate, noun)],
    )


def _items(
    ctx: Context, distances: Sequence[ItemDistance], error: MeanError | FixedError, rows: int
) -> list[Item]:
    """Items with their numbers and decisions, those of the smallest worth first."""
    data, alpha = ctx.data, ctx.config.alpha
    z = error.critical(alpha)
    # To say that all items are within the margin each must be shown at the plain level.
    plain = NormalDist().inv_cdf(1 - alpha)
    curves = [entry.curve for entry in distances]
    limits = expected_at(curves, max(ctx.config.margin(_WORST).value * rows, 2.0))
    expected = expected_at(curves, data.synthetic.num_rows)
    values = np.array([entry.synthetic.value for entry in distances])
    is_constant = np.array([curve.expected[0] == 0.0 for curve in curves])
    worths = np.minimum(rows_at(curves, values) / rows, _LARGEST_WORTH)
    worths = np.where(is_constant, np.where(values > 0, 0.0, 1.0), worths)
    # Brings the distance of the holdout to as many rows as the synthetic table has.
    factors = np.ones(len(distances))
    if data.holdout is not None:
        seen = expected_at(curves, max(data.holdout.num_rows, 2))
        np.divide(
            expected_at(curves, max(data.synthetic.num_rows, 2)), seen, factors, where=seen > 0
        )
    items = []
    for i in np.lexsort((-values, worths)).tolist():
        entry, limit = distances[i], float(limits[i])
        value, (low, high) = float(values[i]), map(float, entry.synthetic.interval(z))
        near = float(entry.synthetic.interval(plain)[1])
        decision = Decision(
            entry.item.label, value, low, near, fail=limit, clear=limit, margins=(_WORST,)
        )
        if is_constant[i]:  # any difference is too much, and one that is not shown is none
            decision = Decision(
                entry.item.label, value, low, near, fail=0.0, otherwise=Status.PASS,
                margins=(_WORST,),
            )  # fmt: skip
        items.append(
            entry.item.replaced(
                side=Side.SYNTHETIC,
                estimate=value,
                low=low,
                high=high,
                reference=None
                if entry.holdout is None
                else entry.holdout.value * factors[i].item(),
                expected=float(expected[i]),
                limit=limit,
                worth=float(worths[i]),
                decisions=(decision,),
            )
        )
    return items


def _worth_panel(
    ctx: Context,
    distances: Sequence[ItemDistance],
    curve: SampleCurve,
    mean: Estimate,
    noun: str,
) -> Panel:
    """Mean distance against the rows of a real sample: where the lines cross is the worth."""
    rows = min(ctx.data.real.num_rows, ctx.data.synthetic.num_rows)
    shown = (curve.sizes >= rows * _DRAWN_FROM) & (curve.sizes <= 2 * rows)
    sizes = curve.sizes[shown]
    ends = [float(sizes[0]), float(sizes[-1])]
    floor = float(curve.expected[shown].min()) / 4  # a logarithm has no place for a copy's zero
    name = "synthetic table" if mean.value >= floor else "synthetic table, below this axis"
    flat = [[max(value or 0.0, floor)] * 2 for value in (mean.value, mean.low, mean.high)]
    lines = [
        PlottedLine("real sample of so many rows", sizes.tolist(), curve.expected[shown].tolist(),
                    side=Side.REAL),
        PlottedLine(
            name, ends, flat[0], low=flat[1], high=flat[2], side=Side.SYNTHETIC, shape="dashes"
        ),
    ]  # fmt: skip
    holdouts = [entry.holdout.value for entry in distances if entry.holdout is not None]
    if holdouts and ctx.data.holdout is not None:
        size = float(ctx.data.holdout.num_rows)
        lines.append(
            PlottedLine(
                "holdout", [size], [float(np.mean(holdouts))], side=Side.HOLDOUT, shape="points"
            )
        )
    margins = [max(ctx.config.margin(name).value * rows, 2.0) for name in (_WORST, _MEAN)]
    lines.append(
        PlottedLine("margins", margins, [curve.at(size) for size in margins], shape="points")
    )
    return Panel(
        name="worth",
        title="As far as a real sample of how many rows?",
        x="rows of a real sample",
        y=f"mean distance over {noun}",
        caption="The line falls as a real sample grows; the synthetic table is worth as many real "
        "rows as the place where it crosses the line. Bad: a crossing left of the margins.",
        lines=lines,
        log_x=True,
        log_y=True,
    )


def _reference(ctx: Context, distances: Sequence[ItemDistance], curve: SampleCurve) -> Reference:
    """Mean distance of the holdout, brought to as many rows as the synthetic table has."""
    holdouts = [entry.holdout.value for entry in distances if entry.holdout is not None]
    rows = ctx.data.synthetic.num_rows
    expected = curve.at(max(rows, 2))
    if not holdouts or ctx.data.holdout is None:
        return Reference(f"expected of {rows:,} fresh real rows", expected, n=rows)
    size = ctx.data.holdout.num_rows
    at_its_size = curve.at(max(size, 2))
    factor = expected / at_its_size if at_its_size > 0 else 1.0
    what = "holdout against real"
    if size != rows:
        what += f", brought from {size:,} to {rows:,} rows"
    return Reference(what, float(np.mean(holdouts)) * factor, n=size)


def _message(items: Sequence[Item], mean: Distance, worth: float, noun: str, unit: str) -> str:
    worst = items[0]
    assert worst.worth is not None
    text = (
        f"Mean distance over {len(items)} {noun}: {mean.value:.3g}{unit}, as far as "
        f"{real_sample(worth)}; worst {worst.label}: {worst.estimate:.3g}, "
        f"{real_sample(worst.worth)}"
    )
    failed = sum(item.status is Status.FAIL for item in items)
    if failed:
        text += f"; {failed} of {len(items)} too far"
    return text + "."


def _summary(items: Sequence[Item], worth: float) -> str:
    """The cause of the status first: the items too far, those that cannot be told, the mean."""
    for status, tail in ((Status.FAIL, "too far"), (Status.INCONCLUSIVE, "need more rows")):
        such = [item for item in items if item.status is status]
        if such:
            assert such[0].worth is not None
            return (
                f"Worst: {such[0].label}, as far from the real table as "
                f"{real_sample(such[0].worth, short=True)}; {len(such)} of {len(items)} {tail}."
            )
    return (
        f"On average as far from the real table as {real_sample(worth, short=True)}; worst: "
        f"{items[0].label}."
    )
