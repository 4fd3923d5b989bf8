"""Scores of predictions with the influence of every test row.

A score alone cannot be compared with another one on the same test rows. The influence of a
row is how far the score would move if the row weighed a little more; the variance of a
score, and of the difference of two scores on the same rows, is the mean square of their
influences over the number of rows. For the area under the curve this is DeLong's method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "Score",
    "auc",
    "auc_of_counts",
    "average_precision",
    "macro_auc",
    "mean_of",
    "mean_score",
    "placements",
    "r2",
    "share_among",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_WORST_R2 = -1.0  # see `r2`
_SHARE = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Score:
    """A score and the influence of each test row on it.

    Parameters
    ----------
    value : float
        The score.
    influence : ndarray of float64, shape (rows,)
        Influence of each test row, with mean zero.
    possible : tuple of float
        Least and largest value that the score can have.
    """

    value: float
    influence: FloatArray
    possible: tuple[float, float] = (-np.inf, np.inf)

    @property
    def variance(self) -> float:
        """Variance that comes from the choice of test rows."""
        return float(np.mean(self.influence**2) / max(len(self.influence) - 1, 1))


def auc(positive: BoolArray, scores: FloatArray) -> Score:
    """Area under the receiver operating characteristic curve.

    The chance that a random positive row has a higher score than a random negative one, ties
    counting half: .5 is no ranking at all, 1 a perfect one.

    Parameters
    ----------
    positive : ndarray of bool, shape (rows,)
        Which rows are positive; both kinds must occur.
    scores : ndarray of float64, shape (rows,)
        Higher means more likely positive.

    Raises
    ------
    ValueError
        All rows are of one kind.

    Notes
    -----
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44.

    Examples
    --------
    >>> import numpy as np
    >>> auc(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.35, 0.8])).value
    1.0
    """
    share = float(positive.mean()) if len(positive) else 0.0
    if not 0 < share < 1:
        raise ValueError("the area under the curve needs positive and negative rows")
    above, below = placements(scores[positive], scores[~positive])
    value = float(above.mean())
    influence = np.empty(len(scores))
    influence[positive] = (above - value) / share
    influence[~positive] = (below - value) / (1 - share)
    return Score(value, influence, _SHARE)


def placements(positives: FloatArray, negatives: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of the negatives that each positive is above, and of the positives above each negative.

    Ties count half. The mean of either is the area under the curve, their variances are the
    two parts of its own (DeLong).

    Parameters
    ----------
    positives, negatives : ndarray of float64, shapes (n,) and (m,)
        Scores.

    Examples
    --------
    >>> import numpy as np
    >>> above, below = placements(np.array([1.0, 3.0]), np.array([1.0, 2.0]))
    >>> above.tolist(), below.tolist()
    ([0.25, 1.0], [0.75, 0.5])
    """
    return _share_below(positives, np.sort(negatives)), 1 - _share_below(
        negatives, np.sort(positives)
    )


def _share_below(values: FloatArray, ordered: FloatArray) -> FloatArray:
    """Share of the ordered values below each value, ties counting half."""
    left = np.searchsorted(ordered, values, side="left")
    right = np.searchsorted(ordered, values, side="right")
    return np.asarray((left + right) / (2 * len(ordered)), np.float64)


def average_precision(positive: BoolArray, scores: FloatArray) -> Score:
    """Average precision: the area under the curve of precision over recall.

    The mean, over the positive rows, of the share of positives among the rows that score at
    least as high. Random scores give the prevalence, which is the number to hold it against.

    Parameters
    ----------
    positive : ndarray of bool, shape (rows,)
        Which rows are positive; at least one must be.
    scores : ndarray of float64, shape (rows,)
        Higher means more likely positive.

    Raises
    ------
    ValueError
        No row is positive.

    Examples
    --------
    >>> import numpy as np
    >>> positive = np.array([True, False, True, False])
    >>> average_precision(positive, np.array([4.0, 3.0, 2.0, 1.0])).value
    0.8333333333333333
    """
    rows = len(scores)
    if not positive.any():
        raise ValueError("average precision needs positive rows")
    share = float(positive.mean())
    _, place = np.unique(-scores, return_inverse=True)  # 0 is the highest score
    hits = np.cumsum(np.bincount(place, weights=positive)) / rows
    alarms = np.cumsum(np.bincount(place, weights=~positive)) / rows
    flagged = hits + alarms
    precision = hits / flagged
    weight = np.bincount(place, weights=positive) / (share * rows)
    value = min(float(weight @ precision), 1.0)  # which a sum of shares may miss by a bit
    # A row moves the precision at its own threshold and at every lower one.
    from_hit = np.cumsum((weight * alarms / flagged**2)[::-1])[::-1]
    from_alarm = np.cumsum((weight * hits / flagged**2)[::-1])[::-1]
    influence = np.where(
        positive, (precision[place] - value) / share + from_hit[place], -from_alarm[place]
    )
    return Score(value, influence - influence.mean(), _SHARE)


def macro_auc(
    classes: npt.NDArray[np.intp], probabilities: FloatArray, scored: Sequence[int] | None = None
) -> Score:
    """Mean area under the curve of each class against the rest.

    With two classes both areas are the same and the mean is the ordinary area. Classes that
    no test row, or every test row, belongs to are left out of the mean.

    Parameters
    ----------
    classes : ndarray of int, shape (rows,)
        Class of each test row.
    probabilities : ndarray of float64, shape (rows, classes)
        Predicted probability of each class.
    scored : sequence of int, optional
        Classes that count; all by default.
    """
    wanted = range(probabilities.shape[1]) if scored is None else scored
    known = [k for k in wanted if 0 < np.mean(classes == k) < 1]
    if probabilities.shape[1] == 2:
        known = known[-1:]
    return mean_score([auc(classes == k, probabilities[:, k]) for k in known])


def mean_score(scores: list[Score]) -> Score:
    """Mean of scores on the same test rows."""
    if not scores:
        raise ValueError("no score to average")
    value = float(np.mean([score.value for score in scores]))
    influence = np.mean([score.influence for score in scores], axis=0)
    return Score(value, influence, scores[0].possible)


def mean_of(values: FloatArray) -> Score:
    """Mean of one number per test row."""
    value = float(values.mean())
    return Score(value, values - value)


def share_among(among: BoolArray, hit: BoolArray) -> Score:
    """Share of hits among some rows: recall among the positives, precision among the flagged.

    0 and certain where there are none.
    """
    size = float(among.mean()) if len(among) else 0.0
    if size == 0:
        return Score(0.0, np.zeros(len(among)), _SHARE)
    value = float(hit[among].mean())
    return Score(value, np.where(among, hit - value, 0.0) / size, _SHARE)


def r2(truth: FloatArray, prediction: FloatArray) -> Score:
    """Coefficient of determination: share of the variance of the target that is explained.

    0 is as good as the mean of the test rows, 1 perfect. Values below -1 (a model whose
    squared error is twice that of no model) are given as -1: how bad is noise by then.

    Raises
    ------
    ValueError
        The target is constant in the test rows.

    Examples
    --------
    >>> import numpy as np
    >>> r2(np.array([1.0, 2.0, 4.0, 5.0]), np.array([1.0, 2.0, 4.0, 5.0])).value
    1.0
    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])).value
    0.0
    """
    scale = float(np.max(np.abs(truth), initial=0.0)) or 1.0
    truth, prediction = truth / scale, np.clip(prediction / scale, -1e100, 1e100)
    spread = (truth - truth.mean()) ** 2
    variance = float(spread.mean())
    if variance == 0:
        raise ValueError("the target is constant in the test rows")
    errors = (truth - prediction) ** 2
    ratio = float(errors.mean()) / variance
    if 1 - ratio < _WORST_R2:
        return Score(_WORST_R2, np.zeros(len(truth)), (_WORST_R2, 1.0))
    influence = -((errors - errors.mean()) - ratio * (spread - variance)) / variance
    return Score(1 - ratio, influence, (_WORST_R2, 1.0))


def auc_of_counts(
    scores: npt.NDArray[np.float64],
    positives: npt.NDArray[np.integer[Any]],
    negatives: npt.NDArray[np.integer[Any]],
) -> float:
    """Area under the ROC curve of rows that were counted by their score.

    Parameters
    ----------
    scores : ndarray of float64, shape (groups,)
        Score of each group of rows; equal scores are ties.
    positives, negatives : ndarray of int, shape (groups,)
        Rows of each class in each group; there must be rows of both.

    Examples
    --------
    >>> import numpy as np
    >>> auc_of_counts(np.array([0.1, 0.9]), np.array([1, 3]), np.array([4, 0]))
    0.875
    """
    _, group = np.unique(scores, return_inverse=True)
    ones = np.bincount(group, positives)
    zeros = np.bincount(group, negatives)
    below = np.cumsum(zeros) - zeros / 2
    return float(below @ ones / (ones.sum() * zeros.sum()))
