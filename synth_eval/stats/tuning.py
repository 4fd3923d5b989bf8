"""Choosing a model's settings inside its own training rows, by cross-validation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.stats.arms import Learner
from synth_eval.stats.learners import Predictor, TrainingRows
from synth_eval.stats.scores import macro_auc, r2

__all__ = ["tuned"]

# Choices: fits per candidate; twenty rows a fold, below which scores are mostly chance; and
# rows that keep the choosing cheaper than the fits it is for.
_FOLDS = 3
_FEWEST_ROWS = 60
_MOST_ROWS = 6_000


def tuned(candidates: Sequence[Learner]) -> Learner:
    """Learner that tries candidates by cross-validation and fits the best on all its rows.

    Nothing but the training rows is looked at, so that models trained on synthetic rows are
    tuned on synthetic rows. At most 6,000 of them are used to choose; of fewer than 60 no
    choice is made, and the first candidate is taken, as it is where candidates tie.

    Parameters
    ----------
    candidates : sequence of callable
        Learners, the one to be taken in doubt first.
    """
    if len(candidates) < 2:
        return candidates[0]

    def learn(training: TrainingRows, seed: int) -> Predictor:
        if len(training) < _FEWEST_ROWS:
            return candidates[0](training, seed)
        order = np.random.default_rng(seed).permutation(len(training))[:_MOST_ROWS]
        rows = training.take(order)
        fold = np.arange(len(rows)) % _FOLDS
        means = [
            np.mean([_score(candidate, rows, fold == number, seed) for number in range(_FOLDS)])
            for candidate in candidates
        ]
        return candidates[int(np.argmax(means))](training, seed)

    return learn


def _score(learner: Learner, rows: TrainingRows, tested: npt.NDArray[np.bool_], seed: int) -> float:
    """Score of the rows left out; nothing where their target does not vary."""
    test = rows.take(np.flatnonzero(tested))
    if len(np.unique(test.target)) < 2:
        return 0.0
    prediction = learner(rows.take(np.flatnonzero(~tested)), seed)(test.features)
    if rows.classes:
        return macro_auc(test.target.astype(np.intp), prediction).value
    return r2(np.asarray(test.target, np.float64), prediction).value
