"""One judgement for every check made of distances: how large a real sample is as far away?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._margin_lines import FEWEST_ROWS, MarginLines
from synth_eval.checks.fidelity._margin_lines import MEAN as _MEAN
from synth_eval.checks.fidelity._margin_lines import WORST as _WORST
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
from synth_eval.words import real_sample

__all__ = ["ItemDistance", "curve_sizes", "result_of_distances"]

_LISTED = 2_000
"""Items shown, worst first: some 500 kB of JSON; wide tables have 19,600 triples."""

_LARGEST_WORTH = 8.0
"""Curves end at eight times the larger table; a sample that large is noise in any case."""

_DRAWN_FROM = 10
"""Rows of the smallest real sample of the picture: a tenth of the lower margin."""


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
    joint null of the largest), is beyond that of a random sample of ``fidelity.worst_table``
    real rows; warns where the mean is certainly beyond that of ``fidelity.mean_table`` rows;
    passes where the estimate of the mean is within it and all intervals are within the first
    margin. Else more rows are needed: inconclusive. What the holdout surely shows beyond the
    expected distance of as many fresh rows, fresh rows show as well: it is added to the lines,
    and intervals are as many times wider as it is farther.
    """
    if not distances:
        raise NotApplicable(f"the schema has no {noun} to compare")
    data, alpha = ctx.data, ctx.config.alpha
    rows = min(data.real.num_rows, data.synthetic.num_rows)
    goal, lines = ctx.config.margin(_MEAN), MarginLines.of(ctx, rows)
    items = _items(ctx, distances, error, lines, rows)
    mean = Distance(
        float(np.mean([entry.synthetic.value for entry in distances])),
        error.value(),
        most=max(entry.synthetic.most for entry in distances),
    )
    curve = mean_curve([entry.curve for entry in distances])
    z = NormalDist().inv_cdf(1 - alpha / 2)
    beyond = _mean_beyond_expected(ctx, distances, curve, z * mean.error)
    low, high = mean.interval(z * beyond.spread)
    surplus = beyond.surplus
    limit, far = curve.at(lines.aim) + surplus, curve.at(lines.near) + surplus
    # A narrow table cannot tell a thousand rows from a full sample however many rows it has, so
    # the mean passes by its estimate, with its interval inside the margin of the worst item. A
    # mean of few tables varies: one standard error is allowed, which vanishes with the rows.
    aim = limit + beyond.spread * mean.error
    of_mean = Decision(
        f"mean over {len(items):,} {noun}", mean.value, low, high,
        warn=curve.at(lines.warn) + surplus, clear=far, aim=aim, margins=(_MEAN, _WORST),
        void=lines.void,
    )  # fmt: skip
    needed = _rows_needed(items, rows, lines.near)
    # Items that are not shown decide as well: the gravest of them stands for all.
    left_out = [decision for item in items[_LISTED:] for decision in item.decisions]
    estimate = Estimate(mean.value, low, high, 1 - alpha)
    worth = 0.0 if mean.value > 0 else 1.0
    if curve.expected[0] > 0.0:
        worth = min(curve.rows(mean.value) / rows, _LARGEST_WORTH)
    return ctx.judged(
        _message(items, mean, worth, rows, noun, unit),
        summary=_summary(items, worth, rows, needed),
        decisions=[of_mean, *worst_first(left_out)[:1]],
        items=items[:_LISTED],
        items_decide=True,
        estimate=estimate,
        reference=_reference(ctx, distances, curve),
        threshold=Threshold(
            limit,
            f"mean distance of a random sample of {goal.value:,.0f} real rows; {goal.basis}. "
            f"Intervals of single items hold for all {len(items):,} together",
        ),
        direction=Direction.LOWER,
        panels=[_worth_panel(ctx, distances, curve, estimate, noun)],
    )


def _items(
    ctx: Context,
    distances: Sequence[ItemDistance],
    error: MeanError | FixedError,
    lines: MarginLines,
    rows: int,
) -> list[Item]:
    """Items with their numbers and decisions, those of the smallest worth first."""
    data, alpha = ctx.data, ctx.config.alpha
    z = error.critical(alpha)
    # To say that all items are within the margin each must be shown at the plain level.
    plain = NormalDist().inv_cdf(1 - alpha)
    curves = [entry.curve for entry in distances]
    beyond = _beyond_expected(ctx, distances, z)
    surplus = np.array([own.surplus for own in beyond])
    fails, limits = (expected_at(curves, size) + surplus for size in (lines.fail, lines.near))
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
        spread = beyond[i].spread
        value, (low, high) = float(values[i]), map(float, entry.synthetic.interval(z * spread))
        near = float(entry.synthetic.interval(plain * spread)[1])
        decision = Decision(
            entry.item.label, value, low, near, fail=float(fails[i]), clear=limit,
            margins=(_WORST,), void=lines.void,
        )  # fmt: skip
        if is_constant[i]:  # any difference is too much, and one that is not shown is none
            decision = Decision(
                entry.item.label, value, low, near, fail=float(surplus[i]),
                otherwise=Status.PASS, margins=(_WORST,), void=lines.void,
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


@dataclass(frozen=True, slots=True)
class _Beyond:
    """What the holdout surely shows beyond independent rows.

    Parameters
    ----------
    surplus : float
        How much farther it is than as many fresh rows are expected to be.
    spread : float
        How many times as far, at least 1: real tables vary as much more from one to the next.
    """

    surplus: float = 0.0
    spread: float = 1.0

    @classmethod
    def of(cls, low: float, expected: float) -> _Beyond:
        """From the lower end of the holdout's distance and the expected one.

        Where real rows are alike for a reason that counting cannot know (they come in clusters,
        the split went by customers), fresh rows are as far as the holdout.
        """
        if not low > expected > 0:
            return cls()
        return cls(low - expected, low / expected)


def _beyond_expected(ctx: Context, distances: Sequence[ItemDistance], z: float) -> list[_Beyond]:
    """Of every item."""
    if ctx.data.holdout is None:
        return [_Beyond()] * len(distances)
    curves = [entry.curve for entry in distances]
    expected = expected_at(curves, max(ctx.data.holdout.num_rows, 2))
    return [
        _Beyond() if own.holdout is None else _Beyond.of(own.holdout.interval(z)[0], near)
        for own, near in zip(distances, expected.tolist(), strict=True)
    ]


def _mean_beyond_expected(
    ctx: Context, distances: Sequence[ItemDistance], curve: SampleCurve, half: float
) -> _Beyond:
    """Of the mean; `half` is half the width of its interval."""
    known = [entry.holdout.value for entry in distances if entry.holdout is not None]
    if ctx.data.holdout is None or not known:
        return _Beyond()
    return _Beyond.of(float(np.mean(known)) - half, curve.at(max(ctx.data.holdout.num_rows, 2)))


def _rows_needed(items: Sequence[Item], rows: int, near: float) -> int:
    """Rows of each table with which the items that cannot be told would be, were they alike.

    The expected distance of two samples of n rows is c·sqrt(2/n), its error e·sqrt(rows/n), and
    the line c·sqrt(1/n + 1/near): all fall together but the line, which stays.
    """
    most = FEWEST_ROWS
    for item in items:
        decision = item.decisions[0]
        if decision.status is not Status.INCONCLUSIVE or decision.clear is None:
            continue
        scale = decision.clear / float(np.sqrt(1 / rows + 1 / near))
        margin = (decision.high - decision.value) * float(np.sqrt(rows))
        if scale > 0:
            most = max(most, int(near * ((np.sqrt(2) + margin / scale) ** 2 - 1)))
    digits = max(len(str(most)) - 2, 0)
    step = int(10**digits)
    return -(-most // step) * step


def _worth_panel(
    ctx: Context,
    distances: Sequence[ItemDistance],
    curve: SampleCurve,
    mean: Estimate,
    noun: str,
) -> Panel:
    """Mean distance against the rows of a real sample: where the lines cross is the worth."""
    rows = min(ctx.data.real.num_rows, ctx.data.synthetic.num_rows)
    shown = (curve.sizes >= min(_DRAWN_FROM, rows / 2)) & (curve.sizes <= 2 * rows)
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
    margins = [max(ctx.config.margin(name).value, 2.0) for name in (_WORST, _MEAN)]
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


def _message(
    items: Sequence[Item], mean: Distance, worth: float, rows: int, noun: str, unit: str
) -> str:
    worst = items[0]
    assert worst.worth is not None
    text = (
        f"Mean distance over {len(items)} {noun}: {mean.value:.3g}{unit}, as far as "
        f"{real_sample(worth, rows)}; worst {worst.label}: {worst.estimate:.3g}, as far as "
        f"{real_sample(worst.worth, rows)}"
    )
    failed = sum(item.status is Status.FAIL for item in items)
    if failed:
        text += f"; {failed} of {len(items)} too far"
    return text + "."


def _summary(items: Sequence[Item], worth: float, rows: int, needed: int) -> str:
    """The cause of the status first: the items too far, those that cannot be told, the mean."""
    if rows < FEWEST_ROWS:
        return f"{rows} rows tell nothing; needs at least {FEWEST_ROWS}, better {needed:,}."
    for status in (Status.FAIL, Status.INCONCLUSIVE):
        such = [item for item in items if item.status is status]
        if such:
            assert such[0].worth is not None
            tail = "too far" if status is Status.FAIL else f"need about {needed:,} rows"
            size = real_sample(such[0].worth, rows, short=True)
            return (
                f"Worst: {such[0].label}, as far from the real table as {size}; {len(such)} of "
                f"{len(items)} {tail}."
            )
    return (
        f"On average as far from the real table as {real_sample(worth, rows, short=True)}; worst: "
        f"{items[0].label}."
    )
