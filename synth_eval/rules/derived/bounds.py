"""Bounds of numbers and dates that no single real person sets."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

__all__ = ["iso_moment", "safe_bounds"]

_TOLERANCE = 0.10
"""Share of the span by which a bound that is not shared by many rows is moved outward."""


def safe_bounds(
    values: npt.NDArray[np.float64], small_cell: int, unit: float = 0.0
) -> tuple[float, float] | None:
    """Lowest and highest value that a rule should allow.

    The bound starts at the value that `small_cell` rows reach. Where it is also the extreme
    (a limit that many rows share, like zero), it is kept; otherwise it is moved outward by a
    tenth of the span and rounded outward to two digits of the span, so that it names nobody.
    A bound of numbers that are never negative stays at zero or above.

    Parameters
    ----------
    values : ndarray of float64
        Values of the real table; not-a-number and infinities are left out.
    small_cell : int
        Rows that must lie at or beyond each bound.
    unit : float
        Smallest step of the result: 1 for whole numbers, a day for dates.

    Returns
    -------
    tuple of float or None
        None where there are too few values to say anything.

    Examples
    --------
    >>> import numpy as np
    >>> safe_bounds(np.repeat(np.arange(17.0, 91.0), 20), 11, unit=1)
    (17.0, 90.0)
    >>> safe_bounds(np.concatenate([np.zeros(500), np.linspace(3, 977, 500)]), 11)
    (0.0, 1060.0)
    """
    finite = values[np.isfinite(values)]
    if len(finite) < 10 * small_cell:
        return None
    near = np.partition(finite, [small_cell - 1, len(finite) - small_cell])
    low, high = float(near[small_cell - 1]), float(near[len(finite) - small_cell])
    span = high - low
    if not math.isfinite(span):
        return None
    if not math.isfinite(span):  # the range of numbers near 1e308 is no number
        return None
    step = max(10.0 ** (math.floor(math.log10(span)) - 1) if span > 0 else unit, unit)
    bottom, top = low, high
    if finite.min() < low:
        bottom = _outward(low - _TOLERANCE * span, step, math.floor)
        bottom = max(bottom, 0.0) if low >= 0 else bottom
    if finite.max() > high:
        top = _outward(high + _TOLERANCE * span, step, math.ceil)
        top = min(top, 0.0) if high <= 0 else top
    return (bottom, top) if math.isfinite(bottom) and math.isfinite(top) else None


def _outward(value: float, step: float, towards: Callable[[float], int]) -> float:
    """Multiple of the step, without the dust of binary fractions."""
    if step <= 0:
        return value
    count = towards(value / step)
    digits = max(0, 1 - math.floor(math.log10(step)))
    return round(count * step, min(digits, 15))


def iso_moment(microseconds: float, *, zoned: bool) -> str:
    """ISO form of a moment, with the time of day: Great Expectations compares dates with times.

    Examples
    --------
    >>> iso_moment(86_400_000_000.0, zoned=False)
    '1970-01-02T00:00:00'
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(microseconds))
    return (moment if zoned else moment.replace(tzinfo=None)).isoformat()
