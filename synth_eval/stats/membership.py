"""What scores of an attack prove about membership: tails of the ROC curve and epsilon.

An attack gives every record a score, higher where it believes "member". Members are records
the generator saw, controls records it did not, and which is which was decided by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_eval.stats.intervals import clopper_pearson

__all__ = [
    "EpsilonBound",
    "Step",
    "TailHits",
    "coarse_steps",
    "epsilon_lower_bound",
    "f1_of_guessing_member",
    "judged_epsilon",
    "largest_epsilon",
    "one_run_epsilon",
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
