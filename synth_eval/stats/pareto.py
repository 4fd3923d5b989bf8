"""Ranks and Pareto fronts of items whose numbers are uncertain.

Each number is drawn again and again from its interval, a normal distribution of its own
width on either side of the estimate. What holds in nearly all draws is known; what holds in
some is not. Numbers of different items are drawn independently: where they were measured on
the same reference rows this overstates how unsure their order is, never the reverse.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["dominance", "draw", "front_shares", "rank_interval", "ranks"]

FloatArray = npt.NDArray[np.float64]


def draw(
    values: FloatArray,
    lows: FloatArray,
    highs: FloatArray,
    levels: FloatArray,
    rng: np.random.Generator,
    size: int = 2_000,
) -> FloatArray:
    """Draw every number from its interval.

    Parameters
    ----------
    values, lows, highs : ndarray of float64, shape (items, axes)
        Estimates with the ends of their intervals.
    levels : ndarray of float64, shape (items, axes)
        Confidence levels of the intervals.
    rng : numpy.random.Generator
        Source of randomness.
    size : int
        Number of draws.

    Returns
    -------
    ndarray of float64, shape (size, items, axes)
    """
    normal = NormalDist()
    wide = np.vectorize(lambda level: normal.inv_cdf(0.5 + level / 2), otypes=[float])(levels)
    noise = rng.standard_normal((size, *values.shape))
    spread = np.where(noise < 0, values - lows, highs - values) / wide
    return np.asarray(values + noise * spread)


def ranks(values: FloatArray) -> npt.NDArray[np.int64]:
    """Rank of each item on each axis, 1 is the lowest; equal numbers share the better rank.

    Parameters
    ----------
    values : ndarray of float64, shape (..., items, axes)
        Numbers, lower is better.

    Examples
    --------
    >>> ranks(np.array([[0.3], [0.1], [0.3]])).ravel().tolist()
    [2, 1, 2]
    """
    below = values[..., None, :, :] < values[..., :, None, :]
    return np.asarray(below.sum(axis=-2) + 1)


def rank_interval(draws: FloatArray, level: float = 0.95) -> npt.NDArray[np.int64]:
    """Ranks that hold the middle `level` of the draws.

    Parameters
    ----------
    draws : ndarray of float64, shape (draws, items, axes)
        Numbers, lower is better.

    Returns
    -------
    ndarray of int64, shape (2, items, axes)
        Best and worst rank.
    """
    tail = (1 - level) / 2
    return np.asarray(
        np.quantile(ranks(draws), [tail, 1 - tail], axis=0, method="inverted_cdf"), np.int64
    )


def dominance(draws: FloatArray) -> FloatArray:
    """Share of the draws in which one item dominates another.

    An item dominates another where it is as good on every axis and better on one.

    Parameters
    ----------
    draws : ndarray of float64, shape (draws, items, axes)
        Numbers, lower is better.

    Returns
    -------
    ndarray of float64, shape (items, items)
        Row: the one dominated; column: the one that dominates.
    """
    return np.asarray(_dominates(draws).mean(axis=0))


def front_shares(draws: FloatArray) -> FloatArray:
    """Share of the draws in which no other item dominates the item, shape (items,)."""
    return np.asarray(1.0 - _dominates(draws).any(axis=2).mean(axis=0))


def _dominates(draws: FloatArray) -> npt.NDArray[np.bool_]:
    own, other = draws[:, :, None, :], draws[:, None, :, :]
    return np.asarray((other <= own).all(axis=3) & (other < own).any(axis=3))
