"""Model families for mixed tables: linear, trees, neighbours and a small neural network.

Numbers are brought to normal scores and levels to indicators where a family needs it, both
learned from the training rows alone; missing values are imputed and flagged.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.stats.arms import Learner
from synth_eval.stats.cpus import calm_threads
from synth_eval.stats.learners import (
    BoostingSettings,
    Predictor,
    TrainingRows,
    boosting,
    constant_model,
    squarable,
)
from synth_eval.stats.tuning import tuned

__all__ = ["boosting_learner", "estimator_learner", "families", "own_learner", "suits"]

FloatArray = npt.NDArray[np.float64]

# Choices: indicators of one column and of all, which stand in a dense matrix, and the rows
# below which levels share one, for a coefficient of fewer rows is noise.
_LEVELS = 40
_ALL_LEVELS = 1_000
_FEW = 5


def families(tuning: int = 0) -> dict[str, Learner]:
    """Learners by name; each takes training rows and a seed and returns a predictor.

    Parameters
    ----------
    tuning : int
        Settings to try for each, see `synth_eval.stats.tuning.tuned`; 0 and 1 try none.
    """

    def several(make: Any, *values: Any) -> list[Learner]:
        return [estimator_learner(make(value)) for value in values]

    # Of each family the setting to be taken without tuning comes first.
    candidates: dict[str, Sequence[Learner]] = {
        "gradient boosting": _BOOSTING,
        "penalised linear": several(_linear, 1.0, 0.1, 0.01, 10.0),
        "strongly penalised linear": several(_linear, 0.003, 0.001, 0.0003, 0.0001),
        "random forest": several(_forest, 5, 2, 10, 20),
        "shallow tree": several(_tree, 4, 3, 6, 2),
        "nearest neighbours": several(_neighbours, 30, 10, 60, 100),
        "neural network": several(_network, 1e-2, 1.0, 1e-4, 1e-1),
    }
    return {name: tuned(settings[: max(tuning, 1)]) for name, settings in candidates.items()}


def boosting_learner(tuning: int = 0) -> Learner:
    """The learner of all arms: gradient boosting, tuned if asked for."""
    return tuned(_BOOSTING[: max(tuning, 1)])


_BOOSTING: Sequence[Learner] = (
    boosting,
    *(
        partial(boosting, settings=settings)
        for settings in (
            BoostingSettings(trees=100, rate=0.1, leaves=31),
            BoostingSettings(trees=60, rate=0.1, leaves=7),
            BoostingSettings(trees=150, rate=0.05, leaves=15),
        )
    ),
)


def own_learner(estimator: Any) -> Learner:
    """Learner of an estimator somebody brought; every fit is made on a fresh clone.

    Features arrive as the built-in families get them: numbers as normal scores, levels as
    indicators, missing values imputed and flagged, all learned from the training rows.
    """

    def make(training: TrainingRows, seed: int) -> Any:  # noqa: ARG001 - one signature for all
        from sklearn.base import clone

        model = clone(estimator)
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        return model

    return estimator_learner(make)


def suits(estimator: Any, classes: int) -> bool:
    """Whether an estimator predicts what is asked for: probabilities, or numbers."""
    from sklearn.base import is_classifier

    gives_probabilities = hasattr(estimator, "predict_proba")
    if classes:
        return gives_probabilities
    try:
        return not (gives_probabilities or is_classifier(estimator))
    except AttributeError:  # scikit-learn's interface without its base class
        return hasattr(estimator, "predict")


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
        preparation, model = _preparation(training), make(training, seed)  # loads what is limited
        with warnings.catch_warnings(), calm_threads():
            # Unfinished convergence is part of a fixed recipe, not news.
            warnings.simplefilter("ignore")
            prepared = preparation.fit(squarable(training.features))
            center, scale = _target_scale(training)
            numbers = np.searchsorted(present, training.target)
            target = numbers if training.classes else (training.target - center) / scale
            model.fit(prepared.transform(squarable(training.features)), target)

        def predict(rows: FloatArray) -> FloatArray:
            with warnings.catch_warnings(), calm_threads():
                warnings.simplefilter("ignore")
                features = prepared.transform(squarable(rows))
                if not training.classes:
                    return np.asarray(model.predict(features) * scale + center, np.float64)
                probabilities = np.zeros((len(rows), training.classes))
                probabilities[:, present.astype(np.intp)] = model.predict_proba(features)
                return probabilities

        return predict

    return learn


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
        max_categories=int(
            np.clip(_ALL_LEVELS // max(int(training.categorical.sum()), 1), 4, _LEVELS)
        ),
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


def _forest(leaf: int) -> Any:
    def make(training: TrainingRows, seed: int) -> Any:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        kind = RandomForestClassifier if training.classes else RandomForestRegressor
        return kind(60, min_samples_leaf=leaf, max_features="sqrt", random_state=seed)

    return make


def _tree(depth: int) -> Any:
    def make(training: TrainingRows, seed: int) -> Any:
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        kind = DecisionTreeClassifier if training.classes else DecisionTreeRegressor
        return kind(max_depth=depth, min_samples_leaf=5, random_state=seed)

    return make


def _neighbours(count: int) -> Any:
    def make(training: TrainingRows, seed: int) -> Any:  # noqa: ARG001 - one signature for all
        from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

        kind = KNeighborsClassifier if training.classes else KNeighborsRegressor
        return kind(n_neighbors=min(count, len(training)), algorithm="brute")

    return make


def _network(penalty: float) -> Any:
    def make(training: TrainingRows, seed: int) -> Any:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        kind = MLPClassifier if training.classes else MLPRegressor
        return kind(
            hidden_layer_sizes=(32,),
            alpha=penalty,
            batch_size=min(128, len(training)),
            max_iter=12,
            random_state=seed,
        )

    return make
