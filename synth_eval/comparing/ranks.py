"""Ranks and fronts of compared tables, with what their intervals leave open."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.comparing.axes import Position, axes
from synth_eval.stats.pareto import dominance, draw, front_shares, rank_interval, ranks

__all__ = ["CROSS", "KNOWN", "Front", "Rank", "standings"]

CROSS = " × "
KNOWN, UNKNOWN = 0.95, 0.05
"""Share of the draws from which on something is said to hold, and up to which not to."""

FloatArray = npt.NDArray[np.float64]
Placed = Mapping[str, Mapping[str, Position]]


@dataclass(frozen=True, slots=True)
class Rank:
    """Rank on one axis, 1 is best, with the ranks that the intervals allow."""

    value: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Front:
    """Whether another table is as good on all of some axes and better on one.

    Parameters
    ----------
    share : float
        Share of the draws in which no other table is.
    rival : str
        Label of the table that most often is; empty where none ever is.
    rival_share : float
        Share of the draws in which the rival is.
    """

    share: float
    rival: str
    rival_share: float

    @property
    def word(self) -> str:
        """What may be said of it."""
        if self.share >= KNOWN:
            return "not dominated"
        return "dominated" if self.share <= UNKNOWN else "intervals overlap"


def standings(
    placed: Placed, seed: int
) -> tuple[dict[str, dict[str, Rank]], dict[str, dict[str, Front]]]:
    """Ranks by axis and fronts by axes, of every table that is placed there.

    Parameters
    ----------
    placed : mapping of str to mapping of str to Position
        Positions by label of the table and name of the axis. Positions that do not measure
        the same as most others on their axis are left aside.
    seed : int
        Of the draws.

    Returns
    -------
    tuple of mapping
        Ranks and fronts by label; fronts by the names of their axes joined with a cross.
    """
    labels, compared = list(placed), axes()
    numbers = np.stack([_column(placed, labels, axis.name) for axis in compared], axis=1)
    signs = np.array([1.0 if axis.is_lower_better else -1.0 for axis in compared])
    values, ends = numbers[..., 0] * signs, numbers[..., 1:3] * signs[:, None]
    rng = np.random.default_rng([seed, 0xFA])
    draws = draw(values, ends.min(axis=2), ends.max(axis=2), numbers[..., 3], rng)
    is_placed = ~np.isnan(values)
    return _ranks(labels, values, draws, is_placed), _fronts(labels, draws, is_placed)


def _column(placed: Placed, labels: Sequence[str], axis: str) -> FloatArray:
    """Value, ends and level by label, shape (labels, 4); NaN where there is none."""
    there = [placed[label].get(axis) for label in labels]
    what = Counter(position.what for position in there if position is not None)
    common = max(what, key=lambda word: what[word], default="")
    return np.array(
        [
            [np.nan, np.nan, np.nan, 0.95]
            if position is None or position.what != common
            else [position.value, position.low, position.high, position.level]
            for position in there
        ]
    ).reshape(len(labels), 4)


def _ranks(
    labels: Sequence[str], values: FloatArray, draws: FloatArray, is_placed: npt.NDArray[np.bool_]
) -> dict[str, dict[str, Rank]]:
    by_label: dict[str, dict[str, Rank]] = {label: {} for label in labels}
    for place, axis in enumerate(axes()):
        rows = np.flatnonzero(is_placed[:, place])
        if len(rows) == 0:
            continue
        places = ranks(values[rows, place : place + 1])[:, 0]
        low, high = rank_interval(draws[:, rows, place : place + 1])[:, :, 0]
        for row, value, best, worst in zip(rows.tolist(), places, low, high, strict=True):
            least, most = min(int(best), int(value)), max(int(worst), int(value))
            by_label[labels[row]][axis.name] = Rank(int(value), least, most)
    return by_label


def _fronts(
    labels: Sequence[str], draws: FloatArray, is_placed: npt.NDArray[np.bool_]
) -> dict[str, dict[str, Front]]:
    by_label: dict[str, dict[str, Front]] = {label: {} for label in labels}
    names = [axis.name for axis in axes()]
    for size in (2, 3):
        for places in itertools.combinations(range(len(names)), size):
            rows = np.flatnonzero(is_placed[:, places].all(axis=1))
            if len(rows) < 2:
                continue
            key = CROSS.join(names[place] for place in places)
            chosen = [labels[row] for row in rows.tolist()]
            drawn = draws[:, rows][:, :, places]
            for label, share, beaten in zip(
                chosen, front_shares(drawn), dominance(drawn), strict=True
            ):
                other = int(beaten.argmax())
                rival = chosen[other] if beaten[other] > 0 else ""
                by_label[label][key] = Front(float(share), rival, float(beaten[other]))
    return by_label
