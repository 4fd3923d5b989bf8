"""Model families for mixed tables: linear, trees, neighbours and a small neural network.

Numbers are brought to normal scores and levels to indicators where a family needs it, both
learned from the training rows alone; missing values are imputed and flagged.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.stats.arms import Learner
from synth_eval.stats.learners import (
    Predictor,
    TrainingRows,
    boosting,
    calm_threads,
    constant_model,
)

__all__ = ["estimator_learner", "families"]

FloatArray = npt.NDArray[np.float64]

_LARGEST = 1e150
_LEVELS = 40
_FEW = 5


def families() -> dict[str, Learner]:
    """Learners by name; each takes training rows and a seed and returns a predictor."""
    return {
        "gradient boosting": boosting,
        "penalised linear": estimator_learner(_linear(1.0)),
        "strongly penalised linear": estimator_learner(_linear(0.003)),
        "random forest": estimator_learner(_forest),
        "shallow tree": estimator_learner(_tree),
        "nearest neighbours": estimator_learner(_neighbours),
        "neural network": estimator_learner(_network),
    }


def estimator_learner(make: Any) -> Learner:
    """Learner from a factory of estimators with scikit-learn's interface.

    Parameters
    ----------
    make : callable
        ``make(training, seed)`` returns an unfitted estimator with ``fit`` and
        ``predict_proba`` (classification) or ``predict`` (regression).
    """

    def learn(training: TrainingRows, seed: int) -> Predictor:
        present = np.unique(training.target)
        if len(present) < 2:
            return constant_model(training)
        with warnings.catch_warnings(), calm_threads():
            # Unfinished convergence is part of a fixed recipe, not news.
            warnings.simplefilter("ignore")
            prepared = _preparation(training).fit(_clean(training.features))
            model = make(training, seed)
            center, scale = _target_scale(training)
            target = training.target if training.classes else (training.target - center) / scale
            model.fit(prepared.transform(_clean(training.features)), target)

        def predict(rows: FloatArray) -> FloatArray:
            with warnings.catch_warnings(), calm_threads():
                warnings.simplefilter("ignore")
                features = prepared.transform(_clean(rows))
                if not training.classes:
                    return np.asarray(model.predict(features) * scale + center, np.float64)
                probabilities = np.zeros((len(rows), training.classes))
                probabilities[:, present.astype(np.intp)] = model.predict_proba(features)
                return probabilities

        return predict

    return learn


def _clean(features: FloatArray) -> FloatArray:
    return np.clip(features, -_LARGEST, _LARGEST)


def _target_scale(training: TrainingRows) -> tuple[float, float]:
    if training.classes:
        return 0.0, 1.0
    largest = float(np.max(np.abs(training.target)))
    center = float(np.mean(training.target / largest) * largest)
    return center, float(np.std(training.target / largest) * largest) or 1.0


def _preparation(training: TrainingRows) -> Any:
    from sklearn.compose import ColumnTransformer  # a second that only models pay
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

    quantiles = int(np.clip(len(training), 2, 200))
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        QuantileTransformer(n_quantiles=quantiles, output_distribution="normal"),
    )
    levels = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=min(_FEW, len(training)),
        max_categories=_LEVELS,
        sparse_output=False,
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, np.flatnonzero(~training.categorical)),
            ("levels", levels, np.flatnonzero(training.categorical)),
        ]
    )


def _linear(strength: float) -> Any:
    def make(training: TrainingRows, seed: int) -> Any:
        from sklearn.linear_model import LogisticRegression, Ridge

        if training.classes:
            return LogisticRegression(C=strength, max_iter=200, random_state=seed)
        return Ridge(alpha=1 / strength, random_state=seed)

    return make


def _forest(training: TrainingRows, seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if training.classes else RandomForestRegressor
    return kind(60, min_samples_leaf=5, max_features="sqrt", random_state=seed)


def _tree(training: TrainingRows, seed: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind = DecisionTreeClassifier if training.classes else DecisionTreeRegressor
    return kind(max_depth=4, min_samples_leaf=5, random_state=seed)


def _neighbours(training: TrainingRows, seed: int) -> Any:  # noqa: ARG001 - one signature for all
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    kind = KNeighborsClassifier if training.classes else KNeighborsRegressor
    return kind(n_neighbors=min(30, len(training)), algorithm="brute")


def _network(training: TrainingRows, seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPClassifier if training.classes else MLPRegressor
    return kind(
        (32,), alpha=1e-2, batch_size=min(128, len(training)), max_iter=12, random_state=seed
    )
