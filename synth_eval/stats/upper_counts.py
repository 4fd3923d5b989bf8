"""Counts that chance alone exceeds with a given probability at most, without `scipy.stats`."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["beta_binomial_most", "binomial_most"]

FloatArray = npt.NDArray[np.float64]

_FAR = 40.0  # standard deviations above the mean: no tail of interest reaches as far
_LEAST = 200  # counts looked at in any case: tails of few trials are long


def binomial_most(trials: int, rate: float, tail: float) -> int:
    """Smallest count that is exceeded with at most a probability of `tail`.

    Parameters
    ----------
    trials : int
        Trials.
    rate : float
        Probability of each, below one.
    tail : float
        Probability, between 0 and 1.

    Examples
    --------
    >>> binomial_most(1000, 0.001, 0.025), binomial_most(1000, 0.0, 0.025)
    (3, 0)
    """
    if rate <= 0.0:
        return 0
    spread = math.sqrt(trials * rate * (1 - rate))
    k = _counts(trials, trials * rate, spread)
    steps = np.log(trials - k) - np.log(k + 1) + math.log(rate) - math.log1p(-rate)
    return _quantile(trials * math.log1p(-rate), steps, tail)


def beta_binomial_most(trials: int, first: float, second: float, tail: float) -> int:
    """The same where the rate is drawn from a beta distribution.

    Parameters
    ----------
    trials : int
        Trials.
    first, second : float
        Parameters of the beta distribution, above zero.
    tail : float
        Probability, between 0 and 1.

    Examples
    --------
    Of 200 fresh rows, those beyond the largest and smallest of 200 others:

    >>> beta_binomial_most(200, 2, 199, 0.0025)
    11
    """
    both = first + second
    mean = trials * first / both
    spread = math.sqrt(mean * (second / both) * (both + trials) / (both + 1))
    k = _counts(trials, mean, spread)
    steps = np.log(trials - k) - np.log(k + 1) + np.log(first + k) - np.log(second + trials - k - 1)
    start = math.lgamma(second + trials) + math.lgamma(both)
    start -= math.lgamma(second) + math.lgamma(both + trials)
    return _quantile(start, steps, tail)


def _counts(trials: int, mean: float, spread: float) -> FloatArray:
    return np.arange(min(trials, int(mean + _FAR * spread) + _LEAST), dtype=np.float64)


def _quantile(start: float, steps: FloatArray, tail: float) -> int:
    """First count with no more than `tail` above.

    Parameters
    ----------
    start : float
        Logarithm of the probability of none.
    steps : ndarray of float64
        Logarithms of the ratio of each probability to the one before.
    tail : float
        Probability.
    """
    logs = np.concatenate([[start], start + np.cumsum(steps)])
    return int(np.argmax(np.cumsum(np.exp(logs)) >= 1 - tail))
