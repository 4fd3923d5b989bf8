"""Whether predicted probabilities are those that occur.

A ranking can be perfect while every probability is wrong: a table re-balanced to half
positives leaves the area under the curve alone and moves every log-odds by the same amount.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.stats.logistic import LogisticFit, logistic_regression
from synth_eval.stats.scores import Score, mean_of

__all__ = [
    "Brier",
    "brier_decomposition",
    "calibration_intercept",
    "calibration_loss",
    "calibration_slope",
    "recalibrated",
    "reliability_bins",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_SMALLEST = 1e-6  # predictions nearer to 0 and 1 count as this near: certain has no log-odds


def _log_odds(probabilities: FloatArray) -> FloatArray:
    from scipy.special import logit  # at use, see `synth_eval.stats`

    return np.asarray(logit(np.clip(probabilities, _SMALLEST, 1 - _SMALLEST)))


def _refit(positive: BoolArray, probabilities: FloatArray) -> LogisticFit:
    """Intercept and slope beyond those of right predictions, 0 and 1.

    Where a slope is undetermined, as of one prediction for all, it stays near 1.
    """
    odds = _log_odds(probabilities)
    return logistic_regression(np.column_stack([np.ones(len(odds)), odds]), positive, offset=odds)


def calibration_slope(positive: BoolArray, probabilities: FloatArray) -> Score:
    """Slope of the outcome's log-odds over the predicted ones.

    1 is right; below, predictions are too extreme, above, too timid.

    Parameters
    ----------
    positive : ndarray of bool, shape (rows,)
        What happened.
    probabilities : ndarray of float64, shape (rows,)
        What was predicted.

    Notes
    -----
    Cox (1958), Biometrika 45; Van Calster et al. (2016), Journal of Clinical Epidemiology 74.
    """
    fit = _refit(positive, probabilities)
    return Score(1 + float(fit.coefficients[1]), fit.influences()[1])


def calibration_intercept(positive: BoolArray, probabilities: FloatArray) -> Score:
    """Shift of all predicted log-odds that makes the mean prediction right; 0 is right.

    Parameters are those of `calibration_slope`.
    """
    odds = _log_odds(probabilities)
    fit = logistic_regression(np.ones((len(odds), 1)), positive, offset=odds)
    return Score(float(fit.coefficients[0]), fit.influences()[0])


def recalibrated(positive: BoolArray, probabilities: FloatArray) -> FloatArray:
    """The probabilities after the best intercept and slope on the log-odds scale."""
    return _refit(positive, probabilities).probabilities


def calibration_loss(positive: BoolArray, probabilities: FloatArray) -> Score | None:
    """Share of what the model could gain that its wrong probabilities lose.

    The gain is how far the Brier score of the recalibrated model is below that of predicting
    the prevalence; the loss how far the model as it is stays above the recalibrated one. 0 is
    perfect calibration, 1 means that no model would have done as well, more is harm. With
    several classes, each against the rest, gains and losses are added up.

    Parameters
    ----------
    positive : ndarray of bool, shape (rows, classes)
        What happened.
    probabilities : ndarray of float64, shape (rows, classes)
        What was predicted.

    Returns
    -------
    Score or None
        None where the recalibrated model gains nothing: there is no skill to lose.
    """
    outcome = positive.astype(np.float64)
    better = np.column_stack(
        [recalibrated(positive[:, k], probabilities[:, k]) for k in range(positive.shape[1])]
    )
    best = ((better - outcome) ** 2).sum(axis=1)
    blind = ((outcome.mean(axis=0) - outcome) ** 2).sum(axis=1)
    gain = mean_of(blind - best)
    if gain.value <= 2 * np.sqrt(gain.variance):
        return None
    loss = mean_of(((probabilities - outcome) ** 2).sum(axis=1) - best)
    share = loss.value / gain.value
    return Score(share, (loss.influence - share * gain.influence) / gain.value)


@dataclass(frozen=True, slots=True)
class Brier:
    """Brier score and its parts: score = reliability - resolution + uncertainty.

    Parameters
    ----------
    score : float
        Mean squared difference of prediction and outcome.
    reliability : float
        Squared difference of predicted and observed share in groups of like predictions;
        0 is calibrated.
    resolution : float
        How far the observed shares of the groups differ from the prevalence; more is better.
    uncertainty : float
        Variance of the outcome, whatever the model.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float


def _groups(probabilities: FloatArray, bins: int) -> npt.NDArray[np.intp]:
    """Groups of like predictions, equally full where ties allow."""
    edges = np.unique(np.quantile(probabilities, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, probabilities, side="right")


def brier_decomposition(positive: BoolArray, probabilities: FloatArray, bins: int = 10) -> Brier:
    """Murphy's decomposition over groups of like predictions.

    Parameters
    ----------
    positive : ndarray of bool, shape (rows,)
        What happened.
    probabilities : ndarray of float64, shape (rows,)
        What was predicted.
    bins : int
        Number of groups; the parts add up exactly only where predictions in a group are equal.

    Notes
    -----
    Murphy (1973), Journal of Applied Meteorology 12.

    Examples
    --------
    >>> import numpy as np
    >>> outcome = np.array([True, False, False, False])
    >>> brier_decomposition(outcome, np.full(4, 0.25))
    Brier(score=0.1875, reliability=0.0, resolution=0.0, uncertainty=0.1875)
    """
    outcome = positive.astype(np.float64)
    group = _groups(probabilities, bins)
    sizes = np.maximum(np.bincount(group), 1)
    observed = np.bincount(group, outcome) / sizes
    predicted = np.bincount(group, probabilities) / sizes
    weight = np.bincount(group) / len(group)
    prevalence = float(outcome.mean())
    return Brier(
        float(np.mean((probabilities - outcome) ** 2)),
        float(weight @ (predicted - observed) ** 2),
        float(weight @ (observed - prevalence) ** 2),
        prevalence * (1 - prevalence),
    )


def reliability_bins(
    positive: BoolArray, probabilities: FloatArray, bins: int = 10
) -> list[tuple[float, int, int]]:
    """Reliability curve: mean prediction, positives and rows of each group, rising."""
    group = _groups(probabilities, bins)
    sizes = np.bincount(group)
    predicted = np.bincount(group, probabilities)
    hits = np.bincount(group, positive)
    return [
        (float(predicted[k] / sizes[k]), int(hits[k]), int(sizes[k])) for k in np.flatnonzero(sizes)
    ]
