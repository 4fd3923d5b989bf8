"""What scores of an attack prove about membership: tails of the ROC curve and epsilon.

An attack gives every record a score, higher where it believes "member". Members are records
the generator saw, controls records it did not, and which is which was decided by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_eval.stats.intervals import Interval, clopper_pearson

__all__ = [
    "EpsilonBound",
    "Step",
    "TailHits",
    "coarse_steps",
    "combined_scores",
    "dealt_margin",
    "epsilon_lower_bound",
    "f1_of_guessing_member",
    "judged_epsilon",
    "largest_epsilon",
    "largest_leak",
    "mean_excess",
    "one_run_epsilon",
    "share_above",
    "tail_hits",
    "tail_threshold",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# A choice: few guesses can be sure of a large epsilon, many can prove a small one. All are tried
# on the half that chooses; the other half judges one.
_GUESSED_SHARES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


class TailHits(NamedTuple):
    """Members and controls an attack is sure about."""

    member_hits: int
    members: int
    control_hits: int
    controls: int


class Step(NamedTuple):
    """Members and controls with at least so high a score."""

    threshold: float
    members: int
    controls: int


class EpsilonBound(NamedTuple):
    """A lower bound on epsilon and the counts it rests on."""

    epsilon: float
    attack: int
    correct: int
    guesses: int


def tail_threshold(controls: FloatArray, false_positive_rate: float) -> float:
    """Score that at most the given share of the controls exceeds.

    Examples
    --------
    >>> tail_threshold(np.arange(100.0), 0.05)
    94.0
    """
    allowed = int(np.floor(false_positive_rate * len(controls)))
    return float(np.sort(controls)[len(controls) - 1 - allowed])


def tail_hits(
    members: FloatArray,
    controls: FloatArray,
    folds: tuple[BoolArray, BoolArray],
    false_positive_rate: float,
) -> TailHits:
    """Members and controls above thresholds that the other half of the controls has set.

    Parameters
    ----------
    members, controls : ndarray of float64, shapes (n,) and (m,)
        Scores.
    folds : pair of ndarray of bool, shapes (n,) and (m,)
        Which half each record belongs to.
    false_positive_rate : float
        Share of the controls that a threshold lets through in its own half.
    """
    counts = [0, 0, 0, 0]
    for half in (False, True):
        own_members, own_controls = members[folds[0] == half], controls[folds[1] == half]
        threshold = tail_threshold(controls[folds[1] != half], false_positive_rate)
        counts[0] += int((own_members > threshold).sum())
        counts[1] += len(own_members)
        counts[2] += int((own_controls > threshold).sum())
        counts[3] += len(own_controls)
    return TailHits(*counts)


def share_above(
    scores: FloatArray,
    controls: FloatArray,
    folds: tuple[BoolArray, BoolArray],
    false_positive_rate: float,
) -> float:
    """Share of scores above the same thresholds as in `tail_hits`.

    Parameters
    ----------
    scores, controls : ndarray of float64, shapes (n,) and (m,)
        Such as the scores that members would have if they were copied.
    folds : pair of ndarray of bool, shapes (n,) and (m,)
        Which half each record belongs to.
    false_positive_rate : float
        Share of the controls that a threshold lets through in its own half.
    """
    above = 0
    for half in (False, True):
        threshold = tail_threshold(controls[folds[1] != half], false_positive_rate)
        above += int((scores[folds[0] == half] > threshold).sum())
    return above / len(scores)


def combined_scores(
    attacks: Sequence[tuple[FloatArray, FloatArray]], *others: Sequence[FloatArray]
) -> list[FloatArray]:
    """Several attacks in one score: the sum of their surprises, after Fisher.

    The surprise of a record is minus the logarithm of the share of all records, members and
    controls together, that score as high. Nothing is learned and the shares know no sides,
    so members and controls stay exchangeable where nothing leaks; a record that every attack
    is a little sure about stands above one that a single attack happens to put first.

    Parameters
    ----------
    attacks : sequence of pair of ndarray of float64, shapes (n,) and (m,)
        Scores of members and of controls, attack by attack.
    *others : sequence of ndarray of float64
        Scores of other records by the same attacks, judged by the same shares.

    Returns
    -------
    list of ndarray
        Combined scores of members, of controls, and of each of the others.

    Notes
    -----
    Fisher (1925), Statistical methods for research workers, on combining probabilities.

    Examples
    --------
    >>> one = np.array([3.0, 1.0]), np.array([2.0, 0.0])
    >>> [scores.round(2).tolist() for scores in combined_scores([one, one])]
    [[3.22, 1.02], [1.83, 0.45]]
    """
    sides = [list(side) for side in zip(*attacks, strict=True)] + [list(side) for side in others]
    combined = [np.zeros(len(side[0])) for side in sides]
    for place, (members, controls) in enumerate(attacks):
        pooled = np.sort(np.concatenate([members, controls]))
        for total, side in zip(combined, sides, strict=True):
            as_high = len(pooled) - np.searchsorted(pooled, side[place], "left")
            total -= np.log(np.maximum(as_high, 1) / (len(pooled) + 1))
    return combined


def largest_leak(hits: float, sensitivity: float, records: int, level: float = 0.95) -> float:
    """Share of the records that may be given away though at most so many were recognised.

    Each record given away is recognised with the probability `sensitivity`. The share is the
    largest one at which so few hits are not less probable than ``1 - level``.

    Parameters
    ----------
    hits : float
        Upper limit of the records recognised for being members.
    sensitivity : float
        Probability that a record given away is recognised.
    records : int
        Records attacked.
    level : float
        One-sided confidence level.

    Examples
    --------
    >>> largest_leak(3, 1.0, 100), largest_leak(3, 0.5, 100), largest_leak(0, 0.0, 100)
    (0.03, 0.12, 1.0)
    """
    from scipy.special import betainc  # at use, see `synth_eval.stats`

    fewest = int(hits)
    if sensitivity <= 0:
        return 1.0
    low, high = fewest, records
    while low < high:  # the largest number of records that can have left so few hits
        middle = (low + high + 1) // 2
        at_most = float(betainc(middle - fewest, fewest + 1, 1 - sensitivity))
        low, high = (middle, high) if at_most > 1 - level else (low, middle - 1)
    return low / records


def dealt_margin(parts: FloatArray, level: float = 0.95) -> float:
    """Half the width of the interval of a sum whose parts fell to one side or the other by a coin.

    Which side a record fell to was decided by chance, whatever hangs on it: a hundred guesses
    about one record are one throw. The error is that of the signs, Student's quantile has the
    number of throws that count, and where there is but one the sum may be anything from the
    parts all on one side to all on the other.

    Parameters
    ----------
    parts : ndarray of float64, shape (records,)
        What hangs on each record, of either sign.
    level : float
        Two-sided confidence level.

    Notes
    -----
    Degrees of freedom after Satterthwaite (1946): squared sum of squares over sum of fourth powers,
    less one.

    Examples
    --------
    >>> round(dealt_margin(np.ones(400)), 1), dealt_margin(np.array([7.0]))
    (39.3, 14.0)
    """
    from scipy.special import stdtrit  # at use, see `synth_eval.stats`

    largest = float(np.abs(parts).max(initial=0.0))
    if largest == 0:
        return 0.0
    shares = parts / largest  # fourth powers neither overflow nor vanish
    squares = float((shares**2).sum())
    freedom = squares**2 / float((shares**4).sum()) - 1
    everything = 2 * float(np.abs(parts).sum())
    if freedom < 1:
        return everything
    quantile = float(stdtrit(freedom, 0.5 + level / 2))
    return float(min(quantile * squares**0.5 * largest, everything))


def mean_excess(members: FloatArray, controls: FloatArray, level: float = 0.95) -> Interval:
    """Mean of the members less that of the controls, of shares of hits per record.

    Parameters
    ----------
    members, controls : ndarray of float64, shapes (n,) and (m,)
        Such as the share of its values that were guessed right, for each record; dozens of each.
    level : float
        Two-sided confidence level of Welch's interval. Where no record differs from another it
        leaves room for one.

    Examples
    --------
    >>> mean_excess(np.ones(100), np.zeros(50))
    Interval(value=1.0, low=0.98, high=1.0)
    """
    from scipy.special import stdtrit  # at use, see `synth_eval.stats`

    value = float(members.mean() - controls.mean())
    parts = np.array([side.var(ddof=1) / len(side) for side in (members, controls)])
    half = 0.0
    if parts.sum() > 0:
        sizes = np.array([len(members) - 1, len(controls) - 1])
        freedom = float(parts.sum() ** 2 / (parts**2 / sizes).sum())
        half = float(stdtrit(freedom, 0.5 + level / 2) * np.sqrt(parts.sum()))
    half = max(half, 1 / min(len(members), len(controls)))
    return Interval(value, max(value - half, -1.0), min(value + half, 1.0))


def epsilon_lower_bound(
    true_positives: int, members: int, false_positives: int, controls: int, level: float = 0.95
) -> float:
    """Lower bound on epsilon from the error rates of one fixed rule.

    Under (epsilon, 0)-differential privacy no rule has ``TPR > e^eps FPR`` or
    ``1 - FPR > e^eps (1 - TPR)``. Rates are replaced by their Clopper-Pearson limits, the
    error split between them.

    Examples
    --------
    >>> [round(epsilon_lower_bound(n, n, 0, n), 3) for n in (10, 100, 1000)]
    [0.807, 3.281, 5.601]
    >>> epsilon_lower_bound(50, 100, 50, 100)
    0.0
    """
    hit = clopper_pearson(true_positives, members, level)
    false = clopper_pearson(false_positives, controls, level)
    bounds = [0.0]
    for above, below in ((hit.low, false.high), (1 - false.high, 1 - hit.low)):
        if above > 0 and below > 0:
            bounds.append(float(np.log(above / below)))
    return max(bounds)


def largest_epsilon(members: int, controls: int, level: float = 0.95) -> float:
    """Bound that a perfect attack would reach at this size: what the test could show at most.

    Examples
    --------
    >>> round(largest_epsilon(500, 500), 3)
    4.906
    """
    return epsilon_lower_bound(members, members, 0, controls, level)


def one_run_epsilon(correct: int, guesses: int, level: float = 0.95) -> float:
    """Lower bound on epsilon from guesses about many records of one run.

    Correct guesses about equally likely members and controls are stochastically at most
    binomial with success ``e^eps / (1 + e^eps)``, so the bound is the logit of the one-sided
    Clopper-Pearson limit.

    Notes
    -----
    Steinke, Nasr, Jagielski (2023), Privacy auditing with one (1) training run.

    Examples
    --------
    >>> round(one_run_epsilon(100, 100), 3), round(one_run_epsilon(1000, 1000), 3)
    (3.493, 5.809)
    >>> one_run_epsilon(50, 100)
    0.0
    """
    low = clopper_pearson(correct, guesses, 2 * level - 1).low
    return max(float(np.log(low / (1 - low))), 0.0) if low > 0 else 0.0


def judged_epsilon(
    members: Sequence[FloatArray],
    controls: Sequence[FloatArray],
    folds: tuple[BoolArray, BoolArray],
    level: float = 0.95,
) -> EpsilonBound:
    """One-run bound on epsilon: attack and rule chosen on one half, judged on the other.

    Parameters
    ----------
    members, controls : sequence of ndarray of float64, shapes (n,) and (m,)
        Scores of each attack; equally many members and controls, so that a guess is right
        with probability one half by chance.
    folds : pair of ndarray of bool, shapes (n,) and (m,)
        True is the half to choose on.
    """
    best = (-1.0, 0, np.inf)
    for attack, (own, other) in enumerate(zip(members, controls, strict=True)):
        chosen = (own[folds[0]], other[folds[1]])
        pooled = np.sort(np.concatenate(chosen))
        for share in _GUESSED_SHARES:
            threshold = float(pooled[len(pooled) - 1 - int(share * (len(pooled) - 1))])
            correct, guesses = _guess(*chosen, threshold)
            best = max(best, (one_run_epsilon(correct, guesses, level), attack, threshold))
    _, attack, threshold = best
    judged = (members[attack][~folds[0]], controls[attack][~folds[1]])
    correct, guesses = _guess(*judged, threshold)
    epsilon = one_run_epsilon(correct, guesses, level) if guesses else 0.0
    return EpsilonBound(epsilon, attack, correct, guesses)


def _guess(members: FloatArray, controls: FloatArray, threshold: float) -> tuple[int, int]:
    """Guess "member" from the threshold on: right guesses and all guesses."""
    correct = int((members >= threshold).sum())
    return correct, correct + int((controls >= threshold).sum())


def f1_of_guessing_member(members: int, controls: int) -> float:
    """F1 of calling every record a member: two thirds at equal numbers, without any attack.

    Examples
    --------
    >>> round(f1_of_guessing_member(100, 100), 3)
    0.667
    """
    precision = members / (members + controls)
    return 2 * precision / (precision + 1)


def coarse_steps(
    members: FloatArray, controls: FloatArray, least: int, growth: float = 0.25
) -> list[Step]:
    """Thresholds from the highest score down, with so many records between any two of them.

    A curve drawn from them tells no single record: at least `least` members and as many
    controls lie above the first, between neighbours, and below the last.

    Parameters
    ----------
    members, controls : ndarray of float64, shapes (n,) and (m,)
        Scores.
    least : int
        Fewest records of each side in a step.
    growth : float
        Smallest step as a share of the records above it, so that steps are about even on a
        logarithmic axis.

    Examples
    --------
    >>> [step.controls for step in coarse_steps(np.arange(100.0), np.arange(100.0), 11)]
    [11, 22, 33, 44, 55, 68, 85]
    """
    above = np.sort(-members), np.sort(-controls)
    steps: list[Step] = []
    hits = (0, 0)
    while True:
        wanted = [count + max(least, int(growth * count)) for count in hits]
        if any(len(side) - count < least for side, count in zip(above, wanted, strict=True)):
            return steps
        bound = max(side[count - 1] for side, count in zip(above, wanted, strict=True))
        counts = [int(np.searchsorted(side, bound, "right")) for side in above]
        hits = (counts[0], counts[1])
        if any(len(side) - count < least for side, count in zip(above, hits, strict=True)):
            return steps
        steps.append(Step(-float(bound), *hits))
