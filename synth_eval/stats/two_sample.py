"""Two-sample test by a classifier: can a model tell synthetic rows from real ones?

The model is fitted on one half of the rows and asked about the other, once. Scores pooled
over cross-validation folds are not independent and their accuracy is not binomial: a
nominal 5 % test on them rejects true hypotheses about 14 % of the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.stats.importance import permutation_importance
from synth_eval.stats.intervals import Interval, auc_interval, newcombe
from synth_eval.stats.learners import Predictor, TrainingRows, boosting
from synth_eval.stats.scores import auc

__all__ = [
    "TwoSampleTest",
    "classifier_two_sample",
    "identical_rows",
    "largest_auc",
    "null_error",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TwoSampleTest:
    """A fitted classifier and what it says about the rows it has not seen.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shapes (n, features) and (m, features)
        Test rows.
    real_scores, synthetic_scores : ndarray of float64, shapes (n,) and (m,)
        Their probability of being synthetic.
    predict : callable
        The classifier.
    """

    real: FloatArray
    synthetic: FloatArray
    real_scores: FloatArray
    synthetic_scores: FloatArray
    predict: Predictor

    def auc(self, level: float = 0.95) -> Interval:
        """Chance that a random synthetic row scores above a random real one, ties one half."""
        return auc_interval(self.synthetic_scores, self.real_scores, level)

    def share_apart(self, level: float = 0.95) -> Interval:
        """Share of rows the classifier takes apart: true minus false alarms at one half.

        Twice its balanced accuracy minus one, which is at most the total variation distance
        of the two distributions.
        """
        hits, alarms = int((self.synthetic_scores > 0.5).sum()), int((self.real_scores > 0.5).sum())
        return newcombe(hits, len(self.synthetic_scores), alarms, len(self.real_scores), level)

    def auc_drops(self, rows: int, rng: np.random.Generator) -> FloatArray:
        """How far the area falls when one feature is shuffled among the test rows.

        Permutation importance: large for features that tell the tables apart, alone or
        through what they depend on. Two features that tell the same share it.

        Parameters
        ----------
        rows : int
            Test rows of each side that are scored again for every feature.
        rng : Generator
            Draws the rows and shuffles.

        Returns
        -------
        ndarray of float64, shape (features,)
        """
        sides = [self.real, self.synthetic]
        chosen = [side[rng.permutation(len(side))[:rows]] for side in sides]
        is_synthetic = np.repeat([False, True], [len(side) for side in chosen])
        return permutation_importance(
            self.predict,
            np.concatenate(chosen),
            lambda probabilities: auc(is_synthetic, probabilities[:, 1]),
            1,
            rng,
        )[:, 0]


def classifier_two_sample(
    real: FloatArray,
    synthetic: FloatArray,
    categorical: BoolArray,
    rng: np.random.Generator,
    *,
    groups: IntArray | None = None,
) -> TwoSampleTest:
    """Fit gradient boosting on one half of the rows and score the other.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shapes (n, features) and (m, features)
        Numbers, codes of levels, NaN where missing.
    categorical : ndarray of bool, shape (features,)
        Which features are codes.
    rng : Generator
        Draws the halves.
    groups : ndarray of int64, shape (n + m,), optional
        Rows of one group stay in one half.

    Raises
    ------
    ValueError
        A half has fewer than two rows of a side.

    References
    ----------
    Lopez-Paz, Oquab (2017), Revisiting classifier two-sample tests.
    """
    features = np.concatenate([real, synthetic])
    is_synthetic = np.repeat([0, 1], [len(real), len(synthetic)])
    if groups is None:
        halves = [rng.permutation(len(side)) < len(side) // 2 for side in (real, synthetic)]
        tested = np.concatenate(halves)
    else:
        count = int(groups.max()) + 1
        tested = (rng.permutation(count) < count // 2)[groups]
    for half in (tested, ~tested):
        if np.bincount(is_synthetic[half], minlength=2).min() < 2:
            raise ValueError("a half has fewer than two rows of a side")
    training = TrainingRows(features[~tested], is_synthetic[~tested], categorical, 2)
    predict = boosting(training, 0)
    scores = predict(features[tested])[:, 1]
    synthetic_side = is_synthetic[tested] == 1
    rows = features[tested]
    return TwoSampleTest(
        rows[~synthetic_side],
        rows[synthetic_side],
        scores[~synthetic_side],
        scores[synthetic_side],
        predict,
    )


def identical_rows(rows: FloatArray) -> IntArray:
    """Group number of each row, equal for rows that are identical in every feature.

    Examples
    --------
    >>> import numpy as np
    >>> identical_rows(np.array([[1.0, np.nan], [2.0, 0.0], [1.0, np.nan]])).tolist()
    [0, 1, 0]
    """
    if rows.shape[1] == 0:
        return np.zeros(len(rows), np.int64)
    plain = np.where(np.isnan(rows), np.nan, rows + 0.0)  # one pattern for NaN, none for -0
    cells = np.ascontiguousarray(plain).view(f"V{plain.shape[1] * plain.itemsize}").ravel()
    _, first, groups = np.unique(cells, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first, kind="stable")] = np.arange(len(first))
    return order[groups]


def null_error(n: int, m: int) -> float:
    """Standard deviation of the area under the curve where scores tell nothing.

    Examples
    --------
    >>> round(null_error(1000, 1000), 5)
    0.01291
    """
    return float(np.sqrt((n + m + 1) / (12 * n * m)))


def largest_auc(total_variation: float) -> float:
    """Largest area under the curve that any classifier can reach at this distance.

    True alarms never exceed false ones by more than the distance, so the curve lies below a
    line parallel to the diagonal.

    Examples
    --------
    >>> round(largest_auc(0.3), 3)
    0.755
    """
    return 1 - (1 - total_variation) ** 2 / 2
