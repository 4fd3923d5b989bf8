"""How many real rows a model trained on synthetic rows is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.stats.arms import Arm, gap

__all__ = ["Worth", "curve_sizes", "worth"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worth:
    """Number of real rows that score as much, with its interval.

    Parameters
    ----------
    rows : float
        Estimate; the end of the curve where the score lies beyond it.
    low, high : float
        Interval; infinite where even the most real rows may score less.
    beyond : bool
        Whether the score is above that of the most real rows.
    """

    rows: float
    low: float
    high: float
    beyond: bool


def curve_sizes(rows: int, smallest: float, points: int) -> list[int]:
    """Sizes of a learning curve, evenly spaced on a log scale, the last one all rows.

    Examples
    --------
    >>> curve_sizes(10_000, 0.01, 3)
    [100, 1000, 10000]
    """
    start = max(smallest * rows, min(10.0, rows), 1.0)
    sizes = np.unique(np.round(np.geomspace(start, rows, points)).astype(int))
    return [int(size) for size in sizes]


def worth(arm: Arm, curve: Sequence[Arm], alpha: float) -> Worth:
    """Where the learning curve of real rows crosses the score of an arm.

    The paired difference between the arm and every point of the curve, and the ends of its
    interval, are interpolated on the logarithm of rows; rows at which the interval holds zero
    are not excluded.

    Parameters
    ----------
    arm : Arm
        Models trained on synthetic rows.
    curve : sequence of Arm
        Models trained on real rows, rising in rows.
    alpha : float
        One minus the level of the interval.
    """
    gaps = [gap(arm, point) for point in curve]
    bounds = np.array([difference.interval(alpha) for difference in gaps])
    logs = np.log([point.n for point in curve])
    values = np.array([difference.value for difference in gaps])
    rows, beyond = _crossing(logs, values)
    low, _ = _crossing(logs, bounds[:, 0])
    high, open_end = _crossing(logs, bounds[:, 1])
    return Worth(rows, min(low, rows), np.inf if open_end else max(high, rows), beyond)


def _crossing(logs: FloatArray, gaps: FloatArray) -> tuple[float, bool]:
    """Rows at which falling gaps reach zero, and whether they never do.

    A learning curve does not fall; what noise makes of it is averaged away first.
    """
    falling = _falling(gaps)
    if falling[-1] >= 0:
        return float(np.exp(logs[-1])), bool(falling[-1] > 0)
    if falling[0] <= 0:
        return float(np.exp(logs[0])), False
    return float(np.exp(np.interp(0.0, falling[::-1], logs[::-1]))), False


def _falling(values: FloatArray) -> FloatArray:
    """Closest falling sequence: neighbours that rise are replaced by their mean."""
    groups: list[list[float]] = []
    for value in values:
        groups.append([float(value), 1.0])
        while len(groups) > 1 and groups[-2][0] < groups[-1][0]:
            last, size = groups.pop()
            total = groups[-1][1] + size
            groups[-1] = [(groups[-1][0] * groups[-1][1] + last * size) / total, total]
    return np.concatenate([np.full(int(size), value) for value, size in groups])
