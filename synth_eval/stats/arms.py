"""Arms of a train-and-test comparison: the same test rows, different training rows.

The uncertainty of an arm has two sources. Which rows are tested is shared by all arms, so
differences are taken row by row. Which rows were trained on is each arm's own; intervals
that leave it out are too narrow: a model fitted to shuffled labels scores .44 to .57 on the
adult table where the choice of test rows alone would allow .493 to .507.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.stats.learners import Predictor, TrainingRows
from synth_eval.stats.scores import Score, mean_score

__all__ = ["Arm", "Gap", "fixed_arm", "gap", "repeated_arm", "shuffled_scores", "single_arm"]

FloatArray = npt.NDArray[np.float64]
Learner = Callable[[TrainingRows, int], Predictor]
Scorer = Callable[[Predictor], Score]

GROUPS = 4


@dataclass(frozen=True, slots=True)
class Gap:
    """A quantity with its standard error and the degrees of freedom of that error."""

    value: float
    error: float
    degrees: float

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval of level 1 - alpha from Student's distribution."""
        from scipy.special import stdtrit  # light part of scipy

        half = float(stdtrit(max(self.degrees, 1.0), 1 - alpha / 2)) * self.error
        return self.value - half, self.value + half


@dataclass(frozen=True, slots=True)
class Arm:
    """Score of models trained on one kind of rows.

    Parameters
    ----------
    name : str
        What was trained on.
    score : Score
        Score on the test rows, the mean over fits where there are several.
    training_variance : float
        Variance that comes from the choice of training rows.
    degrees : float
        Degrees of freedom of the training variance.
    n : int
        Training rows of one fit.
    fits : int
        Models fitted.
    """

    name: str
    score: Score
    training_variance: float
    degrees: float
    n: int
    fits: int

    @property
    def value(self) -> float:
        """The score."""
        return self.score.value

    def estimate(self) -> Gap:
        """The score with both sources of uncertainty."""
        return _combine(self.value, self.score.variance, [self])


def _combine(value: float, test_variance: float, arms: Sequence[Arm]) -> Gap:
    """Total error; degrees of freedom by Welch and Satterthwaite, test rows having plenty."""
    parts = [(arm.training_variance, max(arm.degrees, 1.0)) for arm in arms]
    total = test_variance + sum(variance for variance, _ in parts)
    spent = sum(variance**2 / degrees for variance, degrees in parts)
    degrees = min(total**2 / spent, 1e6) if spent > 0 else 1e6
    return Gap(value, float(np.sqrt(total)), degrees)


def gap(first: Arm, second: Arm) -> Gap:
    """Score of the first arm minus that of the second, paired by test row."""
    difference = Score(first.value - second.value, first.score.influence - second.score.influence)
    return _combine(difference.value, difference.variance, [first, second])


def fixed_arm(name: str, score: Score, n: int) -> Arm:
    """Arm without training variance: a constant prediction."""
    return Arm(name, score, 0.0, 1e6, n, 0)


def single_arm(
    name: str,
    training: TrainingRows,
    learner: Learner,
    scorer: Scorer,
    rng: np.random.Generator,
) -> Arm:
    """Fit on all rows; the training variance is that of a delete-group jackknife.

    Parameters
    ----------
    training : TrainingRows
        All rows of the arm.
    learner : callable
        ``learner(training, seed)`` returns a predictor.
    scorer : callable
        ``scorer(predictor)`` returns the score on the test rows.
    rng : Generator
        Splits the rows into groups.

    Notes
    -----
    With g groups, (g - 1)/g times the squared deviations of the fits that each leave one
    group out. Kott (2001), The delete-a-group jackknife, Journal of Official Statistics 17.
    """
    score = scorer(learner(training, 0))
    rows = len(training)
    if rows < 2 * GROUPS:
        return Arm(name, score, 0.0, 1.0, rows, 1)
    group = rng.permutation(rows) % GROUPS
    left_out = [
        scorer(learner(training.take(np.flatnonzero(group != number)), number + 1)).value
        for number in range(GROUPS)
    ]
    variance = (GROUPS - 1) * float(np.var(left_out))
    return Arm(name, score, variance, GROUPS - 1, rows, 1 + GROUPS)


def repeated_arm(
    name: str,
    pool: TrainingRows,
    rows: int,
    fits: int,
    learner: Learner,
    scorer: Scorer,
    rng: np.random.Generator,
) -> Arm:
    """Mean score of fits on random samples of `rows` rows of the pool.

    The spread between samples of one pool is corrected for the rows they share.
    """
    rows = min(max(rows, 1), len(pool))
    scores = [
        scorer(learner(pool.take(np.sort(rng.choice(len(pool), rows, replace=False))), seed))
        for seed in range(fits)
    ]
    share = min(rows / len(pool), 0.9)
    between = float(np.var([score.value for score in scores], ddof=1)) if fits > 1 else 0.0
    variance = between / (1 - share) * ((1 - share) / fits + share)
    return Arm(name, mean_score(scores), variance, max(fits - 1, 1), rows, fits)


def shuffled_scores(
    training: TrainingRows,
    fits: int,
    learner: Learner,
    scorer: Scorer,
    rng: np.random.Generator,
) -> list[Score]:
    """Scores of models fitted to rows whose target was shuffled: what no relation looks like."""
    return [
        scorer(learner(training.with_target(rng.permutation(training.target)), seed))
        for seed in range(fits)
    ]
