"""Several models, trained on synthetic and on real rows: fitted once for the checks that ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from synth_eval.checks.utility._experiment import Experiment
from synth_eval.checks.utility._task import Task
from synth_eval.data.load import Data
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.formulas import load_estimators
from synth_eval.stats.arms import Fits, Learner
from synth_eval.stats.families import families, own_learner, suits
from synth_eval.stats.learners import TrainingRows

__all__ = ["Model", "Models", "compared_models"]

_FEWEST_ROWS = 50
_FEWEST_GO_ROWS = 10
_SMALL_SAMPLE = 10
_TEST_SAMPLE = 5
_ROWS_IN_ALL, _FEWEST_FITS, _MOST_FITS = 9_000, 3, 6
_FAST = 2.5

_KNOWN: WeakKeyDictionary[Data, dict[tuple[Any, ...], Models]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Model:
    """One model and its fits; the first word is what it was trained on.

    Parameters
    ----------
    name : str
        The family, or the name somebody gave it.
    is_own : bool
        Whether somebody brought it.
    synthetic, real, go : Fits
        Tested on the holdout: after equally many synthetic and real rows, and after the share
        of those real rows that the margin speaks of. The first two real samples are disjoint.
    synthetic_synthetic, real_synthetic : Fits
        Tested on synthetic rows that no model was trained on.
    """

    name: str
    is_own: bool
    synthetic: Fits
    real: Fits
    go: Fits
    synthetic_synthetic: Fits
    real_synthetic: Fits


@dataclass(frozen=True, slots=True)
class Models:
    """Models of one task, and the tasks they are tested on.

    Parameters
    ----------
    on_real, on_synthetic : Task
        The rows to test on are those of the holdout, or synthetic ones.
    rows : int
        Training rows of one fit.
    tested : tuple of Model
        The models.
    left_out : tuple of str
        Models of other people's making that predict another kind of target.
    """

    on_real: Task
    on_synthetic: Task
    rows: int
    tested: tuple[Model, ...]
    left_out: tuple[str, ...]


def compared_models(ctx: Context, trial: Experiment) -> Models:
    """Models of a task, shared by the checks of one run.

    Raises
    ------
    NotApplicable
        There are too few rows to train and to test on.
    """
    config = ctx.config
    key = (trial.task.target, config.seed, config.model_rows, config.depth, config.tuning,
           *((name, id(value)) for name, value in config.estimators.items()))  # fmt: skip
    known = _KNOWN.setdefault(ctx.data, {})
    if key not in known:
        known[key] = _fit_all(ctx, trial)
    return known[key]


def _fit_all(ctx: Context, trial: Experiment) -> Models:
    task, rng = trial.task, trial.rng("models")
    most = ctx.config.model_rows / (_FAST if ctx.config.is_fast else 1)
    cut = int(min(len(task.synthetic) // 3, most // _TEST_SAMPLE))
    rows = int(min((len(task.synthetic) - cut) // 2, len(task.real) // 2, most // _SMALL_SAMPLE))
    if rows < _FEWEST_ROWS or cut < _FEWEST_ROWS:
        raise NotApplicable(f"fewer than {_FEWEST_ROWS} rows to train and test models on")
    order = rng.permutation(len(task.synthetic))
    tested = rng.permutation(len(task.holdout))[: int(most // _TEST_SAMPLE)]
    on_real = task.with_holdout(task.holdout.take(np.sort(tested)))
    on_synthetic = task.with_holdout(task.synthetic.take(np.sort(order[:cut])))
    if not (on_real.can_be_scored and on_synthetic.can_be_scored):
        raise NotApplicable("the target does not vary in the rows to test on")
    most_fits = _FEWEST_FITS if ctx.config.is_fast else _MOST_FITS
    fits = int(np.clip(_ROWS_IN_ALL // rows, _FEWEST_FITS, most_fits))
    few = max(round(ctx.config.margin("utility.go").value * rows), _FEWEST_GO_ROWS)
    pools = {"synthetic": task.synthetic.take(order[cut:]), "real": task.real}
    samples = {role: list(_blocks(pool, rows, fits, rng)) for role, pool in pools.items()}
    samples["go"] = list(_blocks(task.real, few, fits, rng))
    shares = {role: min(rows / len(pool), 0.9) for role, pool in pools.items()}
    shares["go"] = min(few / len(task.real), 0.9)
    own, left_out = _own(ctx, task)
    learners = {**families(ctx.config.tuning), **own}
    features = np.concatenate([on_real.holdout.features, on_synthetic.holdout.features])
    models = []
    for name, learner in learners.items():
        found = {
            role: _fit(name, learner, drawn, features, shares[role])
            for role, drawn in samples.items()
        }
        real, synthetic = ({role: _part(fits, part) for role, fits in found.items()}
                           for part in (slice(len(tested)), slice(len(tested), None)))  # fmt: skip
        models.append(
            Model(name, name in own, real["synthetic"], real["real"], real["go"],
                  synthetic["synthetic"], synthetic["real"])
        )  # fmt: skip
    return Models(on_real, on_synthetic, rows, tuple(models), left_out)


def _own(ctx: Context, task: Task) -> tuple[dict[str, Learner], tuple[str, ...]]:
    """Learners somebody brought, and the names of those that predict something else."""
    estimators = load_estimators(ctx.config.estimators)
    classes = len(task.classes)
    fitting = {name: own_learner(e) for name, e in estimators.items() if suits(e, classes)}
    return fitting, tuple(name for name in estimators if name not in fitting)


def _blocks(
    pool: TrainingRows, rows: int, count: int, rng: np.random.Generator
) -> Iterator[TrainingRows]:
    """Samples without a common row as long as there are rows, then from a new order."""
    order = rng.permutation(len(pool))
    start = 0
    for _ in range(count):
        if start + rows > len(pool):
            order, start = rng.permutation(len(pool)), 0
        yield pool.take(np.sort(order[start : start + rows]))
        start += rows


def _fit(
    name: str, learner: Learner, samples: list[TrainingRows], features: Any, share: float
) -> Fits:
    try:
        predictions = tuple(learner(rows, seed)(features) for seed, rows in enumerate(samples))
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise RuntimeError(f"model {name!r} could not be trained ({reason})") from error
    return Fits(name, "samples", predictions, len(samples[0]), share)


def _part(fits: Fits, rows: slice) -> Fits:
    predictions = tuple(prediction[rows] for prediction in fits.predictions)
    return Fits(fits.name, fits.design, predictions, fits.n, fits.share)
