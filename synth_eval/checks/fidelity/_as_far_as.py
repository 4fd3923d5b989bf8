"""One judgement for every check made of distances: how large a real sample is as far away?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from synth_eval.checks.fidelity._standard_errors import FixedError, MeanError
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.results import (
    Direction,
    Estimate,
    Reference,
    Result,
    Status,
    Threshold,
)
from synth_eval.stats.distances import (
    Distance,
)
from synth_eval.stats.worth import (
    Curve,
    expected_at,
    mean_curve,
    rows_at,
    sample_sizes,
)

__all__ = [
    "Measured",
    "curve_sizes",
    "judge",
]

_DETAILS = 2_000
_SHOWN_FROM = 0.001


@dataclass(frozen=True, slots=True)
class Measured:
    """The distance of one table (a column, a pair) and what a real sample would show."""

    item: Mapping[str, Any]
    synthetic: Distance
    holdout: Distance | None
    curve: Curve


def curve_sizes(ctx: Context) -> Any:
    """Sample sizes at which expected distances are computed."""
    return sample_sizes(ctx.data.real.num_rows, ctx.data.synthetic.num_rows)


def judge(
    ctx: Context,
    measured: Sequence[Measured],
    error: MeanError | FixedError,
    noun: str,
    unit: str = "",
) -> Result:
    """Decide on the worst table and on the mean, in rows of real data.

    Fails where the distance of one table, at a level that holds for all of them together (the
    joint null of the largest), is beyond that of a real sample of ``fidelity.worst_table`` of
    the rows; warns where the mean is certainly beyond that of a ``fidelity.mean_table`` sample;
    passes where the estimate of the mean is within it and all intervals are within the first
    margin. Else more rows are needed: inconclusive.
    """
    if not measured:
        raise NotApplicable(f"the schema has no {noun} to compare")
    data, alpha = ctx.data, ctx.config.alpha
    rows = min(data.real.num_rows, data.synthetic.num_rows)
    floor, goal = (
        ctx.config.margin("fidelity.worst_table"),
        ctx.config.margin("fidelity.mean_table"),
    )
    details = sorted(
        _details(ctx, measured, floor.value * rows, rows, error),
        key=lambda row: (row["worth"], -row["estimate"]),
    )
    mean = Distance(float(np.mean([entry.synthetic.value for entry in measured])), error.value())
    curve = mean_curve([entry.curve for entry in measured])
    low, high = mean.interval(NormalDist().inv_cdf(1 - alpha / 2))
    limit, far = curve.at(max(goal.value * rows, 2.0)), curve.at(max(floor.value * rows, 2.0))
    status = _status(details, Estimate(mean.value, low, high), limit, far)
    return ctx.result(
        status,
        _message(details, mean, curve, rows, noun, unit),
        estimate=Estimate(mean.value, low, high, 1 - alpha),
        reference=_reference(ctx, measured, curve),
        threshold=Threshold(
            limit,
            f"mean distance of a {100 * goal.value:.0f} % real sample; {goal.basis}. Intervals of "
            f"single items hold for all {len(measured):,} together",
        ),
        direction=Direction.LOWER,
        details=details[:_DETAILS],
        panels=[_worth_panel(ctx, measured, curve, Estimate(mean.value, low, high), noun)],
    )


def _worth_panel(
    ctx: Context, measured: Sequence[Measured], curve: Curve, mean: Estimate, noun: str
) -> Panel:
    """Mean distance against the rows of a real sample: where the lines cross is the worth."""
    rows = min(ctx.data.real.num_rows, ctx.data.synthetic.num_rows)
    shown = (curve.sizes >= rows * _SHOWN_FROM) & (curve.sizes <= 2 * rows)
    sizes = curve.sizes[shown]
    ends = [float(sizes[0]), float(sizes[-1])]
    floor = float(curve.expected[shown].min()) / 4  # a logarithm has no place for a copy's zero
    name = "synthetic table" if mean.value >= floor else "synthetic table, below this axis"
    flat = [[max(value or 0.0, floor)] * 2 for value in (mean.value, mean.low, mean.high)]
    curves = [
        PlottedLine("real sample of so many rows", sizes.tolist(), curve.expected[shown].tolist(),
                side="real"),
        PlottedLine(
            name, ends, flat[0], low=flat[1], high=flat[2], side="synthetic", shape="dashes"
        ),
    ]  # fmt: skip
    holdouts = [entry.holdout.value for entry in measured if entry.holdout is not None]
    if holdouts and ctx.data.holdout is not None:
        size = float(ctx.data.holdout.num_rows)
        mean_holdout = float(np.mean(holdouts))
        curves.append(
            PlottedLine("holdout", [size], [mean_holdout], side="holdout", shape="points")
        )
    margins = [
        max(ctx.config.margin(name).value * rows, 2.0)
        for name in ("fidelity.worst_table", "fidelity.mean_table")
    ]
    curves.append(
        PlottedLine("margins", margins, [curve.at(size) for size in margins], shape="points")
    )
    return Panel(
        name="worth",
        title="As far as a real sample of how many rows?",
        x="rows of a real sample",
        y=f"mean distance over {noun}",
        caption="The line falls as a real sample grows; the synthetic table is worth as many real "
        "rows as the place where it crosses the line. Bad: a crossing left of the margins.",
        lines=curves,
        log_x=True,
        log_y=True,
    )


def _details(
    ctx: Context,
    measured: Sequence[Measured],
    floor: float,
    rows: int,
    error: MeanError | FixedError,
) -> Iterator[dict[str, Any]]:
    data, alpha = ctx.data, ctx.config.alpha
    z = error.critical(alpha, len(measured))
    # To say that all tables are within the margin each must be shown at the plain level.
    plain = NormalDist().inv_cdf(1 - alpha)
    curves = [entry.curve for entry in measured]
    limits = expected_at(curves, max(floor, 2.0)).tolist()
    expected = expected_at(curves, data.synthetic.num_rows)
    worths = rows_at(curves, np.array([entry.synthetic.value for entry in measured])) / rows
    factors = np.ones(len(measured))
    if data.holdout is not None:
        seen = expected_at(curves, max(data.holdout.num_rows, 2))
        np.divide(
            expected_at(curves, max(data.synthetic.num_rows, 2)), seen, factors, where=seen > 0
        )
    for i, entry in enumerate(measured):
        low, high = entry.synthetic.interval(z)
        near, limit, worth = entry.synthetic.interval(plain)[1], limits[i], min(worths[i], 8.0)
        if entry.curve.expected[0] == 0.0:  # a constant column: any difference is too much
            worth = 0.0 if entry.synthetic.value > 0 else 1.0
            status = Status.FAIL if low > 0 else Status.PASS
        elif low > limit:
            status = Status.FAIL
        else:
            status = Status.PASS if near <= limit else Status.INCONCLUSIVE
        yield {
            **entry.item,
            "estimate": entry.synthetic.value,
            "low": low,
            "high": high,
            "reference": None if entry.holdout is None else entry.holdout.value * float(factors[i]),
            "expected": float(expected[i]),
            "limit": limit,
            "worth": float(worth),
            "status": str(status),
        }


def _worth(curve: Curve, distance: float, rows: int) -> float:
    """Share of the real rows whose sample is as far; capped, since beyond 1 it is noise."""
    if curve.expected[0] == 0.0:
        return 0.0 if distance > 0 else 1.0
    return min(curve.rows(distance) / rows, 8.0)


def _rescale(curve: Curve, rows: int, goal: int) -> float:
    """Factor that brings the distance of `rows` fresh real rows to a table of `goal` rows."""
    expected = curve.at(max(rows, 2))
    return curve.at(max(goal, 2)) / expected if expected > 0 else 1.0


def _status(
    details: Sequence[Mapping[str, Any]], mean: Estimate, limit: float, far: float
) -> Status:
    """Worst table first, then the mean.

    A narrow table cannot tell a 10 % from a full sample however many rows it has, so the
    mean passes by its estimate, with its interval inside the margin of the worst table.
    """
    found = {row["status"] for row in details}
    if Status.FAIL in found:
        return Status.FAIL
    if Status.INCONCLUSIVE in found:
        return Status.INCONCLUSIVE
    assert mean.low is not None
    assert mean.high is not None
    if mean.low > limit:
        return Status.WARN
    return Status.PASS if mean.value <= limit and mean.high <= far else Status.INCONCLUSIVE


def _reference(ctx: Context, measured: Sequence[Measured], curve: Curve) -> Reference:
    holdouts = [entry.holdout for entry in measured if entry.holdout is not None]
    rows = ctx.data.synthetic.num_rows
    if not holdouts or ctx.data.holdout is None:
        return Reference(f"expected of {rows:,} fresh real rows", curve.at(max(rows, 2)), n=rows)
    size = ctx.data.holdout.num_rows
    factor = _rescale(curve, size, rows)
    mean = float(np.mean([distance.value for distance in holdouts]))
    what = "holdout against real"
    if size != rows:
        what += f", brought from {size:,} to {rows:,} rows"
    return Reference(what, mean * factor, n=size)


def _message(
    details: Sequence[Mapping[str, Any]],
    mean: Distance,
    curve: Curve,
    rows: int,
    noun: str,
    unit: str,
) -> str:
    failed = [row for row in details if row["status"] == Status.FAIL]
    head = (
        f"Mean distance over {len(details)} {noun}: {mean.value:.3g}{unit}, "
        f"as far as {_sample(_worth(curve, mean.value, rows))}"
    )
    worst = details[0]
    tail = f"worst {_label(worst)}: {worst['estimate']:.3g}, {_sample(worst['worth'])}"
    if failed:
        tail += f"; {len(failed)} of {len(details)} too far"
    return f"{head}; {tail}."


def _sample(worth: float) -> str:
    if worth >= 1:
        return "a full-sized real sample"
    digits = 1 if worth >= 0.01 else 2
    return f"a real sample of {100 * worth:.{digits}f} % of the rows"


def _label(row: Mapping[str, Any]) -> str:
    """Name of an item: its column, or its columns joined by a cross, and what of them."""
    columns = [str(row[key]) for key in ("column", "first", "second", "third") if key in row]
    part = f" ({row['part']})" if "part" in row else ""
    return " × ".join(columns) + part
