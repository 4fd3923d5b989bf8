"""Intervals and exact tests for counts: shares, their differences, areas under ROC curves.

Everything here takes plain counts and gives `Interval`. Small counts are the rule in
privacy (three copied people among twenty thousand), so the normal approximation is used
nowhere: shares have Wilson or Clopper-Pearson intervals, differences Newcombe's, excesses
over a control group an exact one.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_eval.stats.scores import placements

__all__ = [
    "Interval",
    "auc_interval",
    "clopper_pearson",
    "excess_members",
    "fewest_beyond",
    "hypergeometric_tail",
    "newcombe",
    "poisson_ratio",
    "residual_risk",
    "wilson",
]

FloatArray = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """A point estimate and its confidence limits."""

    value: float
    low: float
    high: float


def _check_counts(successes: int, n: int) -> None:
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"need 0 <= successes <= n and n > 0, got {successes} of {n}")


def _normal_quantile(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson score interval of a share.

    Keeps its level near 0 and 1, where the textbook interval collapses to a point.

    Parameters
    ----------
    successes, n : int
        Hits and trials.
    level : float
        Two-sided confidence level.

    Notes
    -----
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> [round(x, 4) for x in wilson(25, 100)]
    [0.25, 0.1755, 0.343]
    >>> round(wilson(0, 100).high, 3)
    0.037
    """
    _check_counts(successes, n)
    z2 = _normal_quantile(level) ** 2
    share = successes / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 / n * (share * (1 - share) + z2 / (4 * n))) / (1 + z2 / n)
    low = 0.0 if successes == 0 else max(float(centre - half), 0.0)
    high = 1.0 if successes == n else min(float(centre + half), 1.0)
    return Interval(share, low, high)


def clopper_pearson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval of a share: covers at least with the level, whatever the share.

    Parameters
    ----------
    successes, n : int
        Hits and trials.
    level : float
        Two-sided confidence level; each limit alone holds with ``(1 + level) / 2``.

    Notes
    -----
    Clopper, Pearson (1934), The use of confidence or fiducial limits illustrated in the
    case of the binomial.

    Examples
    --------
    >>> round(clopper_pearson(10, 10).low, 4)
    0.6915
    """
    from scipy.special import betaincinv  # at use, see `synth_eval.stats`

    _check_counts(successes, n)
    tail = (1 - level) / 2
    low = float(betaincinv(successes, n - successes + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return Interval(successes / n, low, high)


def fewest_beyond(trials: int, share: float, level: float = 0.95) -> int:
    """Fewest successes whose `wilson` interval lies beyond a share.

    One more than there are trials where none does.

    Examples
    --------
    >>> fewest_beyond(1_000, 0.001), fewest_beyond(3, 0.9)
    (3, 4)
    """
    low, high = 0, trials + 1
    while low < high:
        middle = (low + high) // 2
        is_beyond = middle <= trials and wilson(middle, trials, level).low > share
        low, high = (low, middle) if is_beyond else (middle + 1, high)
    return low


def newcombe(
    successes: int, n: int, control_successes: int, control_n: int, level: float = 0.95
) -> Interval:
    """Interval of the difference of two independent shares, from their Wilson intervals.

    Notes
    -----
    Newcombe (1998), Interval estimation for the difference between independent
    proportions, method 10.

    Examples
    --------
    >>> [round(x, 4) for x in newcombe(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    first = wilson(successes, n, level)
    second = wilson(control_successes, control_n, level)
    difference = first.value - second.value
    below = np.hypot(first.value - first.low, second.high - second.value)
    above = np.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, float(difference - below), float(difference + above))


def residual_risk(
    successes: int, n: int, control_successes: int, control_n: int, level: float = 0.95
) -> Interval | None:
    """Attack success beyond what the control reaches, as a share of what was left to reach.

    ``(attack - control) / (1 - control)`` on Wilson centres, error by the delta method,
    clipped to [0, 1]. None where the control always succeeds: nothing is left to measure.

    Examples
    --------
    >>> [round(x, 3) for x in residual_risk(50, 100, 25, 100)]
    [0.325, 0.174, 0.476]
    >>> residual_risk(100, 100, 100, 100) is None
    True
    """
    if control_successes == control_n:
        return None
    centres, halves = [], []
    for limits in (wilson(successes, n, level), wilson(control_successes, control_n, level)):
        centres.append((limits.low + limits.high) / 2)
        halves.append((limits.high - limits.low) / 2)
    left = 1 - centres[1]
    risk = (centres[0] - centres[1]) / left
    error = float(np.hypot(halves[0] / left, halves[1] * (1 - centres[0]) / left**2))
    if successes / n <= control_successes / control_n:
        risk = 0.0
    clip = [float(np.clip(bound, 0.0, 1.0)) for bound in (risk, risk - error, risk + error)]
    return Interval(*clip)


def hypergeometric_tail(hits: int, draws: int, successes: int, population: int) -> float:
    """Probability that `draws` without replacement hold at least `hits` of the successes.

    The one-sided p-value of Fisher's exact test: draws are the members, successes all
    records that were hit, population members and controls together.

    Examples
    --------
    >>> round(hypergeometric_tail(3, 3, 3, 6), 6)  # 1 / C(6, 3)
    0.05
    """
    from scipy.special import logsumexp  # at use, see `synth_eval.stats`

    least, most = max(0, draws + successes - population), min(draws, successes)
    if hits <= least:
        return 1.0
    if hits > most:
        return 0.0
    k = np.arange(hits, most + 1, dtype=np.float64)
    logs = (
        _log_choose(successes, k)
        + _log_choose(population - successes, draws - k)
        - _log_choose(population, draws)
    )
    return min(float(np.exp(logsumexp(logs))), 1.0)


def _log_choose(n: int, k: float | FloatArray) -> FloatArray:
    from scipy.special import gammaln  # at use, see `synth_eval.stats`

    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def excess_members(
    hits: int, members: int, control_hits: int, controls: int, level: float = 0.95
) -> Interval:
    """How many members were hit for another reason than chance, with an exact interval.

    Suppose `k` members are hit because they are members, and nothing else depends on
    membership. Then the other members and the controls are exchangeable, and their hits
    follow the hypergeometric distribution at any sizes of the two groups. The interval
    holds every `k` that this test does not reject. No hit at all gives exactly zero.

    Parameters
    ----------
    hits, members : int
        Members that were hit, of how many.
    control_hits, controls : int
        The same of the controls.
    level : float
        Two-sided confidence level.

    Returns
    -------
    Interval
        Numbers of members, whole at the limits.

    Notes
    -----
    Inverts the exact test of Fisher (1934) for an attributable effect in the sense of
    Rosenbaum (2001), Effects attributable to treatment.

    Examples
    --------
    >>> excess_members(100, 1000, 0, 1000).low  # the other 4 could be chance: 2^-4 > .025
    96.0
    >>> excess_members(6, 1000, 5, 1000).low
    0.0
    """
    _check_counts(hits, members)
    _check_counts(control_hits, controls)
    tail = (1 - level) / 2

    def is_too_many(k: int) -> bool:  # even with k explained, members are hit too often
        rest = hits - k
        population = members - k + controls
        return hypergeometric_tail(rest, members - k, rest + control_hits, population) <= tail

    def is_too_few(k: int) -> bool:  # with k explained, controls are hit too often
        rest = hits - k
        population = members - k + controls
        return hypergeometric_tail(control_hits, controls, rest + control_hits, population) <= tail

    low = _first(lambda k: not is_too_many(k), hits)
    high = max(_first(is_too_few, hits + 1) - 1, low)
    share, control_share = hits / members, control_hits / controls
    value = members * (share - control_share) / (1 - control_share) if control_share < 1 else 0.0
    return Interval(float(np.clip(value, low, high)), float(low), float(high))


def _first(condition: Callable[[int], bool], stop: int) -> int:
    """Smallest number below `stop` from which a monotone condition holds, else `stop`."""
    low, high = 0, stop
    while low < high:
        middle = (low + high) // 2
        if condition(middle):
            high = middle
        else:
            low = middle + 1
    return low


def auc_interval(positives: FloatArray, negatives: FloatArray, level: float = 0.95) -> Interval:
    """Area under the ROC curve with its interval; ties count one half.

    The probability that a random positive scores above a random negative. The interval is
    DeLong's on the logit scale; nearer to an end than one misplaced row it is that of one
    misplaced row, so for a perfect separation it neither collapses to a point nor, as the logit
    goes to infinity, widens to everything.

    Parameters
    ----------
    positives, negatives : ndarray of float64, shapes (n,) and (m,)
        Scores of the two groups, at least two each.

    Notes
    -----
    DeLong, DeLong, Clarke-Pearson (1988), computed from ranks as in Sun, Xu (2014).

    Examples
    --------
    >>> import numpy as np
    >>> auc_interval(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0])).value
    0.7222222222222223
    """
    n, m = len(positives), len(negatives)
    if n < 2 or m < 2:
        raise ValueError("need at least two rows on each side")
    above, below = placements(positives, negatives)
    area = float(above.mean())
    variance = float(above.var(ddof=1) / n + below.var(ddof=1) / m)
    error = max(np.sqrt(variance), 1.0 / (n * m) ** 0.5 / max(n, m) ** 0.5)
    one_row = 1.0 / min(n, m)  # what a row of the smaller group on the wrong end takes away
    inside = float(np.clip(area, one_row, 1 - one_row))
    if inside != area:
        error = max(error, one_row)
    logit = np.log(inside / (1 - inside))
    half = _normal_quantile(level) * error / (inside * (1 - inside))
    low, high = 1 / (1 + np.exp(-(logit - half))), 1 / (1 + np.exp(-(logit + half)))
    return Interval(area, min(float(low), area), max(float(high), area))


def poisson_ratio(
    count: int, rows: int, control: int, control_rows: int, alpha: float
) -> tuple[float, float]:
    """Exact bounds of the ratio of two rates, conditional on their total count.

    Parameters
    ----------
    count, rows : int
        Events and rows of the first table.
    control, control_rows : int
        Events and rows of the second.
    alpha : float
        Error of the two-sided interval.

    Examples
    --------
    >>> low, high = poisson_ratio(20, 1000, 20, 1000, 0.05)
    >>> low < 1 < high
    True
    """
    from scipy.special import betaincinv  # at use, see `synth_eval.stats`

    low = float(betaincinv(count, control + 1, alpha / 2)) if count else 0.0
    high = float(betaincinv(count + 1, control, 1 - alpha / 2)) if control else 1.0
    scale = control_rows / rows
    return low / (1 - low) * scale, high / max(1 - high, 1e-12) * scale
