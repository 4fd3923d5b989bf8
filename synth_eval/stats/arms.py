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

__all__ = [
    "GROUPS",
    "Arm",
    "Fits",
    "Learner",
    "Measurement",
    "Scorer",
    "constant_prediction",
    "fit_jackknife",
    "fit_samples",
    "fit_shuffled",
    "gap",
    "paired_gap",
]

FloatArray = npt.NDArray[np.float64]
Learner = Callable[[TrainingRows, int], Predictor]
Scorer = Callable[[FloatArray], Score]

GROUPS = 4  # a choice: each split costs so many fits and gives one degree of freedom less
_MANY_ROWS = 10_000  # a choice: with so many rows two splits do, where few rows get four


@dataclass(frozen=True, slots=True)
class Measurement:
    """A quantity with its standard error and the degrees of freedom of that error.

    Parameters
    ----------
    value, error, degrees : float
        The quantity, its standard error, and the degrees of freedom of that.
    possible : tuple of float
        Least and largest value that the quantity can have.
    """

    value: float
    error: float
    degrees: float
    possible: tuple[float, float] = (-np.inf, np.inf)

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval of level 1 - alpha from Student's distribution.

        What lies outside the possible values is cut off: it cannot hold the truth, so that the
        interval holds it as often as before.

        Examples
        --------
        >>> [round(end, 3) for end in Measurement(0.95, 0.1, 1e6, (0.0, 1.0)).interval(0.05)]
        [0.754, 1.0]
        """
        from scipy.special import stdtrit  # at use, see `synth_eval.stats`

        half = float(stdtrit(max(self.degrees, 1.0), 1 - alpha / 2)) * self.error
        least, most = self.possible
        low, high = self.value - half, self.value + half
        return min(max(low, least), most), max(min(high, most), least)


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

    def estimate(self) -> Measurement:
        """The score with both sources of uncertainty."""
        return _combine(self.score, [self])


def _combine(score: Score, arms: Sequence[Arm]) -> Measurement:
    """Total error; degrees of freedom by Welch and Satterthwaite, test rows having plenty."""
    parts = [(arm.training_variance, max(arm.degrees, 1.0)) for arm in arms]
    total = score.variance + sum(variance for variance, _ in parts)
    spent = sum(variance**2 / degrees for variance, degrees in parts)
    degrees = min(total**2 / spent, 1e6) if spent > 0 else 1e6
    return Measurement(score.value, float(np.sqrt(total)), degrees, score.possible)


def gap(first: Arm, second: Arm) -> Measurement:
    """Score of the first arm minus that of the second, paired by test row."""
    return _combine(_difference(first.score, second.score), [first, second])


def _difference(first: Score, second: Score) -> Score:
    possible = (first.possible[0] - second.possible[1], first.possible[1] - second.possible[0])
    return Score(first.value - second.value, first.influence - second.influence, possible)


@dataclass(frozen=True, slots=True)
class Fits:
    """Predictions for the test rows by models trained on one kind of rows.

    Parameters
    ----------
    name : str
        What was trained on.
    design : {"jackknife", "samples", "single", "constant"}
        How the fits tell about the choice of training rows. ``jackknife``: the first fit has
        all rows, each other one leaves a group out. ``samples``: random samples of a pool.
        ``single``: samples too, read as the range of one fit. ``constant``: no model.
    predictions : tuple of ndarray
        Prediction of every fit for the test rows.
    n : int
        Training rows of one fit.
    share : float
        Share of the pool that one sample holds.
    """

    name: str
    design: str
    predictions: tuple[FloatArray, ...]
    n: int
    share: float = 0.0

    def arm(self, scorer: Scorer) -> Arm:
        """Score the fits."""
        return self.summary([scorer(prediction) for prediction in self.predictions])

    def summary(self, scores: Sequence[Score]) -> Arm:
        """Arm of one score per fit, by the design."""
        count = len(scores)
        fits = 0 if self.design == "constant" else count
        if self.design == "jackknife":
            values = np.array([score.value for score in scores[1:]]).reshape(-1, GROUPS)
            variance = (GROUPS - 1) * float(values.var(axis=1).mean()) if len(values) else 0.0
            degrees = max((GROUPS - 1) * len(values), 1)
            return Arm(self.name, scores[0], variance, degrees, self.n, fits)
        if count == 1:
            return Arm(self.name, scores[0], 0.0, 1e6, self.n, fits)
        between = float(np.var([score.value for score in scores], ddof=1))
        if self.design == "single":
            variance = between * (1 + 1 / count)
        else:
            variance = between * (1 / count + self.share / (1 - self.share))
        return Arm(self.name, mean_score(list(scores)), variance, count - 1, self.n, fits)


def paired_gap(first: Fits, second: Fits, scorer: Scorer) -> Measurement:
    """Difference of two arms whose fits share their random rows, fit by fit.

    Both must have as many fits; the design is that of the first.
    """
    pairs = zip(first.predictions, second.predictions, strict=True)
    differences = [_difference(scorer(one), scorer(other)) for one, other in pairs]
    return first.summary(differences).estimate()


def constant_prediction(name: str, prediction: FloatArray) -> Fits:
    """No model: the same prediction for every row."""
    return Fits(name, "constant", (prediction,), 0)


def fit_jackknife(
    name: str,
    training: TrainingRows,
    test: FloatArray,
    learner: Learner,
    rng: np.random.Generator,
    splits: int | None = None,
) -> Fits:
    """Fit on all rows, and on all but each of four groups.

    With g groups, (g - 1)/g times the squared deviations of the fits that leave one group
    out estimate the variance that comes from the choice of training rows.

    Parameters
    ----------
    training : TrainingRows
        All rows of the arm.
    test : ndarray of float64, shape (test rows, features)
        Features of the test rows.
    learner : callable
        ``learner(training, seed)`` returns a predictor.
    rng : Generator
        Splits the rows into groups.
    splits : int, optional
        How often rows are split into groups; by default twice, where rows are few four times.

    Notes
    -----
    Kott (2001), The delete-a-group jackknife, Journal of Official Statistics 17.
    """
    rows = len(training)
    predictions = [learner(training, 0)(test)]
    wanted = splits or (2 if rows > _MANY_ROWS else 4)
    splits = 0 if rows < 2 * GROUPS else wanted
    for _ in range(splits):
        group = rng.permutation(rows) % GROUPS
        predictions += [
            learner(training.take(np.flatnonzero(group != number)), number + 1)(test)
            for number in range(GROUPS)
        ]
    return Fits(name, "jackknife", tuple(predictions), rows)


def fit_samples(
    name: str,
    pool: TrainingRows,
    rows: int,
    fits: int,
    test: FloatArray,
    learner: Learner,
    rng: np.random.Generator,
) -> Fits:
    """Fit on random samples of `rows` rows of the pool.

    The spread between samples of one pool is corrected for the rows they share.
    """
    rows = min(max(rows, 1), len(pool))
    predictions = tuple(
        learner(pool.take(np.sort(rng.choice(len(pool), rows, replace=False))), seed)(test)
        for seed in range(fits)
    )
    return Fits(name, "samples", predictions, rows, min(rows / len(pool), 0.9))


def fit_shuffled(
    name: str,
    training: TrainingRows,
    fits: int,
    test: FloatArray,
    learner: Learner,
    rng: np.random.Generator,
) -> Fits:
    """Fit on rows whose target was shuffled: what no relation looks like."""
    predictions = tuple(
        learner(training.with_target(rng.permutation(training.target)), seed)(test)
        for seed in range(fits)
    )
    return Fits(name, "single", predictions, len(training))
