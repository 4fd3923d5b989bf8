"""Where a synthetic table stands on each dimension that has an axis, as one number.

For comparing tables with each other, never for judging one: verdicts rest on all checks.
Dimensions declare their axis, checks declare their place on it; the axes are kept apart, and
nothing is blended from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth_eval.judging.check import OnAxis
from synth_eval.judging.dimensions import Axis, dimensions
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result, Status

__all__ = ["Position", "axes", "positions"]

_LEVEL = 0.95
"""Of a position made of several: the ends come from intervals that may have different ones."""


@dataclass(frozen=True, slots=True)
class Position:
    """Number of one table on an axis, with its interval and the same number of real rows.

    Parameters
    ----------
    code : str
        Check it comes from, several joined by a comma.
    what : str
        What was measured, in words; positions can be compared only where these agree.
    value, low, high, level : float
        Estimate and interval.
    reference : float or None
        The same number for real rows.
    n : int or None
        Synthetic rows it rests on.
    """

    code: str
    what: str
    value: float
    low: float
    high: float
    level: float
    reference: float | None
    n: int | None


def axes() -> list[Axis]:
    """The axes that dimensions declare, in the order of the report."""
    return [entry.axis for entry in dimensions().values() if entry.axis is not None]


def positions(results: Sequence[Result]) -> dict[str, Position]:
    """Position of a table on each axis that its results speak of."""
    checks = available_checks()
    by_name = {axis.name: axis for axis in axes()}
    placed: dict[str, list[tuple[int, Position]]] = {}
    for result in results:
        spec = checks.get(result.code)
        if spec is None or spec.axis is None:
            continue
        position = _position(result, spec.axis, by_name[spec.dimension])
        if position is not None:
            placed.setdefault(spec.dimension, []).append((spec.axis.rank, position))
    together = {}
    for name, axis in by_name.items():
        if name in placed:
            in_order = sorted(placed[name], key=lambda pair: pair[0])
            together[name] = _together([position for _, position in in_order], axis)
    return together


def _position(result: Result, place: OnAxis, axis: Axis) -> Position | None:
    """What one check says; None where it has no number."""
    if result.estimate is None or result.status is Status.NOT_APPLICABLE:
        return None
    value, low, high = result.estimate.value, result.estimate.low, result.estimate.high
    if place.fact:
        if place.fact not in result.facts:
            return None
        value, low, high = (result.facts[place.fact + end] for end in ("", "_low", "_high"))
    reference = axis.reference
    if reference is None and result.reference is not None:
        reference = result.reference.value
    return Position(
        result.code,
        place.what,
        value,
        value if low is None else low,
        value if high is None else high,
        result.estimate.level,
        reference,
        result.n,
    )


def _together(placed: Sequence[Position], axis: Axis) -> Position:
    """The first of the positions, or the largest value and the largest of each end."""
    if not axis.takes_largest:
        return placed[0]
    value, low, high = (
        max(*(getattr(position, end) for position in placed), axis.ideal)
        for end in ("value", "low", "high")
    )
    codes = ", ".join(position.code for position in placed)
    return Position(codes, placed[0].what, value, low, high, _LEVEL, axis.reference, placed[0].n)
