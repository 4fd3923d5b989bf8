"""Where the marks of a check stand on its strip: estimate, interval, reference and margin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.words import number

__all__ = ["Strip", "strip"]


@dataclass(frozen=True, slots=True)
class Strip:
    """Places in percent of the width; None where the result does not say.

    The zone beyond the margin runs from `zone_start` over `zone_width`.
    """

    estimate: float
    low: float
    high: float
    reference: float | None
    reference_low: float | None
    reference_high: float | None
    margin: float | None
    zone_start: float | None
    zone_width: float | None
    ticks: Sequence[tuple[float, str]]


def strip(result: Result) -> Strip | None:
    """Strip of a result, or None where there is nothing to set beside the estimate."""
    estimate, reference, threshold = result.estimate, result.reference, result.threshold
    if estimate is None:
        return None
    synthetic = [estimate.value, *_ends(estimate)]
    real: list[float] = []
    if reference is not None and reference.value is not None:
        real = [reference.value, *_ends(reference)]
    margins = [] if threshold is None else [threshold.value]
    marks = [*synthetic, *real, *margins]
    if max(marks) == min(marks):
        return None
    left, right = _scale(marks)

    def place(value: float) -> float:
        return round(100.0 * (value - left) / (right - left), 2)

    margin = place(margins[0]) if margins else None
    zone_start = zone_width = None
    if margin is not None and result.direction is Direction.LOWER:
        zone_start, zone_width = margin, 100.0 - margin
    elif margin is not None and result.direction is Direction.HIGHER:
        zone_start, zone_width = 0.0, margin
    return Strip(
        estimate=place(synthetic[0]),
        low=place(min(synthetic)),
        high=place(max(synthetic)),
        reference=place(real[0]) if real else None,
        reference_low=place(min(real)) if real else None,
        reference_high=place(max(real)) if real else None,
        margin=margin,
        zone_start=zone_start,
        zone_width=zone_width,
        ticks=[(place(value), number(value)) for value in _ticks(left, right)],
    )


def _ends(interval: Estimate | Reference) -> list[float]:
    return [end for end in (interval.low, interval.high) if end is not None]


def _scale(values: list[float]) -> tuple[float, float]:
    """Ends of the axis: from zero where zero is near, with air on both sides."""
    low, high = min(values), max(values)
    spread = high - low
    # Zero is near where it takes at most two thirds of the width.
    first = 0.0 if 0 <= low <= 2 * spread else low - 0.12 * spread
    air = 0.03 * (high - first)  # the right end holds the last label, too
    return first - air, high + 3 * air


def _ticks(left: float, right: float) -> list[float]:
    """Two to five round numbers inside the axis."""
    span = right - left
    power = 10.0 ** math.floor(math.log10(span))
    step = next(step * power for step in (0.2, 0.5, 1, 2) if span / (step * power) <= 5)
    first = math.ceil(left / step)
    return [place * step for place in range(first, math.floor(right / step) + 1)]
