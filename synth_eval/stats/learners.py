"""Models for mixed tables: gradient boosting that takes levels and missing values as they are.

A feature matrix is float64 of shape (rows, features): numbers and moments as they are,
levels as their codes, NaN where missing. Everything that is learned, the grouping of levels
too, is learned from the training rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.stats.cpus import calm_threads

__all__ = [
    "BoostingSettings",
    "LevelEncoder",
    "Predictor",
    "TrainingRows",
    "boosting",
    "concatenate",
    "constant_model",
    "squarable",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

Predictor = Callable[[FloatArray], FloatArray]
"""Features of shape (rows, features) to probabilities (rows, classes) or numbers (rows,)."""

_KEPT_LEVELS = 254  # of the 255 bins of scikit-learn's histograms; the last one is for the rest
_LARGEST = 1e150  # its square is finite
_SHRINKAGE = 5.0  # a choice: penalty of leaf values, for small samples and rare classes


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """What a model is fitted on.

    Parameters
    ----------
    features : ndarray of float64, shape (rows, features)
        Numbers, codes of levels, NaN where missing.
    target : ndarray, shape (rows,)
        Class numbers from 0, or float64 numbers.
    categorical : ndarray of bool, shape (features,)
        Which features are codes of levels.
    classes : int
        Number of classes; 0 for regression.
    """

    features: FloatArray
    target: npt.NDArray[Any]
    categorical: BoolArray
    classes: int

    def __len__(self) -> int:
        return len(self.target)

    def take(self, rows: IntArray) -> TrainingRows:
        """The rows of these numbers."""
        return TrainingRows(self.features[rows], self.target[rows], self.categorical, self.classes)

    def with_target(self, target: npt.NDArray[Any]) -> TrainingRows:
        """The same features with another target."""
        return TrainingRows(self.features, target, self.categorical, self.classes)


def squarable(features: FloatArray) -> FloatArray:
    """Copy without infinities: models square numbers, and a squared one must be finite."""
    return np.clip(features, -_LARGEST, _LARGEST)


def concatenate(first: TrainingRows, second: TrainingRows) -> TrainingRows:
    """Rows of both, of the same task."""
    return TrainingRows(
        np.concatenate([first.features, second.features]),
        np.concatenate([first.target, second.target]),
        first.categorical,
        first.classes,
    )


class LevelEncoder:
    """Numbers levels by their frequency in the training rows, the rarest beyond 254 together.

    Histogram-based trees hold 255 bins; a column with more levels keeps its 254 most
    frequent ones, and the rest share the last bin. Levels that no training row has are
    missing to the model.
    """

    def __init__(self, categorical: BoolArray) -> None:
        self._categorical = categorical
        self._maps: dict[int, FloatArray] = {}
        self._empty: BoolArray = np.zeros(len(categorical), np.bool_)

    def fit(self, features: FloatArray) -> LevelEncoder:
        """Learn which levels get a number of their own, and which features are all missing."""
        self._empty = np.asarray(np.isnan(features).all(axis=0))
        for position in np.flatnonzero(self._categorical):
            codes = features[:, position]
            counts = np.bincount(codes[~np.isnan(codes)].astype(np.intp))
            order = np.argsort(-counts, kind="stable")
            known = order[counts[order] > 0]
            numbers = np.full(len(counts), np.nan)
            numbers[known] = np.minimum(np.arange(len(known)), _KEPT_LEVELS)
            self._maps[int(position)] = numbers
        return self

    def transform(self, features: FloatArray) -> FloatArray:
        """Encoded copy; infinities become the largest number that models can square."""
        encoded = squarable(features)
        for position, numbers in self._maps.items():
            codes = features[:, position]
            column = np.full(len(codes), np.nan)
            known = ~np.isnan(codes)
            known[known] = codes[known] < len(numbers)
            column[known] = numbers[codes[known].astype(np.intp)]
            encoded[:, position] = column
        encoded[:, self._empty] = 0.0
        return encoded


@dataclass(frozen=True, slots=True)
class BoostingSettings:
    """Settings of gradient boosting; trees are halved where there are more than two classes."""

    trees: int = 40
    rate: float = 0.2
    leaves: int = 15
    is_balanced: bool = False


_DEFAULT = BoostingSettings()


def boosting(training: TrainingRows, seed: int, settings: BoostingSettings = _DEFAULT) -> Predictor:
    """Fit gradient boosted trees with native levels and missing values.

    Fewer, smaller and more shrunk trees than the library's defaults (40 of 15 leaves against
    100 of 31): half the time at the same score, and better on small samples and rare
    classes, so that a small real sample is not made to look worse than it is.

    Parameters
    ----------
    training : TrainingRows
        Rows to fit on; a single class or a constant target gives a constant model.
    seed : int
        Seed of the fit.
    settings : BoostingSettings
        Size and number of trees; ``is_balanced`` weighs classes as if all were as frequent.
    """
    present = np.unique(training.target)
    if len(present) < 2:
        return constant_model(training)
    encoder = LevelEncoder(training.categorical).fit(training.features)
    features = encoder.transform(training.features)
    # Made before threads are limited: a limit holds for libraries that are loaded, no others.
    model = _booster(training, len(present) if training.classes else 0, seed, settings)
    scale = 1.0 if training.classes else float(np.max(np.abs(training.target)))
    with calm_threads():
        if training.classes:
            model.fit(features, np.searchsorted(present, training.target))
        else:
            model.fit(features, training.target / scale)

    def predict(rows: FloatArray) -> FloatArray:
        with calm_threads():
            if not training.classes:
                return np.asarray(model.predict(encoder.transform(rows)) * scale, np.float64)
            probabilities = np.zeros((len(rows), training.classes))
            known = present.astype(np.intp)
            probabilities[:, known] = model.predict_proba(encoder.transform(rows))
            return probabilities

    return predict


def _booster(training: TrainingRows, present: int, seed: int, settings: BoostingSettings) -> Any:
    from sklearn.ensemble import (  # a second that only models pay
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    options = {
        "max_iter": settings.trees if present <= 2 else settings.trees // 2,
        "learning_rate": settings.rate,
        "l2_regularization": _SHRINKAGE,
        "max_leaf_nodes": settings.leaves,
        "min_samples_leaf": int(np.clip(len(training) // 20, 2, 20)),
        "early_stopping": False,
        "categorical_features": training.categorical,
        "random_state": seed,
    }
    if training.classes:
        weight = "balanced" if settings.is_balanced else None
        return HistGradientBoostingClassifier(**options, class_weight=weight)
    return HistGradientBoostingRegressor(**options)


def constant_model(training: TrainingRows) -> Predictor:
    """Model of rows that all have the same target, and of no rows at all."""
    if training.classes:
        shares = np.bincount(training.target.astype(np.intp), minlength=training.classes)
        return lambda rows: np.tile(shares / max(len(training), 1), (len(rows), 1))
    value = float(training.target[0]) if len(training) else 0.0
    return lambda rows: np.full(len(rows), value)
