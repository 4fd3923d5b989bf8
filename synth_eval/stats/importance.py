"""Permutation importance: what a model's score loses when a feature is shuffled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_eval.stats.arms import Scorer
from synth_eval.stats.learners import Predictor

__all__ = ["permutation_importance"]

FloatArray = npt.NDArray[np.float64]


def permutation_importance(
    predictor: Predictor,
    features: FloatArray,
    scorer: Scorer,
    repeats: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Mean loss of score over shuffles of each feature, shape (features, repeats).

    Parameters
    ----------
    features : ndarray of float64, shape (rows, features)
        Test rows.
    scorer : callable
        Score of predictions for these rows.
    repeats : int
        Shuffles of every feature.

    Notes
    -----
    Breiman (2001), Machine Learning 45; Fisher, Rudin and Dominici (2019).
    """
    full = scorer(predictor(features)).value
    losses = np.empty((features.shape[1], repeats))
    for column in range(features.shape[1]):
        for repeat in range(repeats):
            shuffled = features.copy()
            shuffled[:, column] = rng.permutation(shuffled[:, column])
            losses[column, repeat] = full - scorer(predictor(shuffled)).value
    return losses
