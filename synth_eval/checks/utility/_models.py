"""Several models, trained on synthetic and on real rows: fitted once for the checks that ask."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from synth_eval.checks.utility._experiment import Experiment
from synth_eval.checks.utility._task import Task
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.formulas import load_estimators
from synth_eval.stats.arms import Fits, Learner
from synth_eval.stats.families import families, own_learner, suits
from synth_eval.stats.learners import Predictor, TrainingRows

__all__ = ["Model", "Models", "compared_models"]

_FEWEST_ROWS = 50
_SMALL_SAMPLE = 10
_TEST_SAMPLE = 5
_ROWS_IN_ALL, _FEWEST_FITS, _MOST_FITS = 9_000, 3, 6
_FAST = 2.5

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Model:
    """One model and its fits, made when first asked for.

    Parameters
    ----------
    name : str
        The family, or the name somebody gave it.
    is_own : bool
        Whether somebody brought it.
    trained : mapping of str
        The model by the rows it is trained on.
    """

    name: str
    is_own: bool
    trained: Mapping[str, _Trained]

    @property
    def synthetic(self) -> Fits:
        """Trained on synthetic rows, tested on the holdout."""
        return self.trained["synthetic"].on_real()

    @property
    def real(self) -> Fits:
        """Trained on as many real rows; the first two samples are disjoint."""
        return self.trained["real"].on_real()

    @property
    def go(self) -> Fits:
        """Trained on the real rows that the margin speaks of, at most as many as the others."""
        return self.trained["go"].on_real()

    @property
    def synthetic_synthetic(self) -> Fits:
        """Trained on synthetic rows, tested on synthetic rows that no model was trained on."""
        return self.trained["synthetic"].on_synthetic()

    @property
    def real_synthetic(self) -> Fits:
        """Trained on real rows, tested on those synthetic rows."""
        return self.trained["real"].on_synthetic()


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


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every model is trained and tested on.

    Parameters
    ----------
    on_real, on_synthetic : Task
        The rows to test on.
    rows : int
        Training rows of one fit.
    samples : dict
        Training rows of every fit, by what they are: synthetic, real, or few real ones (go).
    shares : dict of float
        Share of the rows there are that one sample holds.
    """

    on_real: Task
    on_synthetic: Task
    rows: int
    samples: dict[str, list[TrainingRows]]
    shares: dict[str, float]


def compared_models(ctx: Context, trial: Experiment) -> Models:
    """Models of a task, shared by the checks of one run.

    Raises
    ------
    NotApplicable
        There are too few rows to train and to test on.
    """
    plan = _plan(ctx, trial)
    estimators = load_estimators(ctx.config.estimators)
    classes = len(trial.task.classes)
    # Learners somebody brought; those that predict something else are left out.
    own = {name: own_learner(e) for name, e in estimators.items() if suits(e, classes)}
    left_out = tuple(name for name in estimators if name not in own)
    models = []
    for name, learner in {**families(ctx.config.tuning), **own}.items():
        which = (name, _Itself(ctx.config.estimators[name]) if name in own else None)
        trained = {role: _Trained(ctx, trial, plan, which, learner, role) for role in plan.samples}
        models.append(Model(name, name in own, trained))
    return Models(plan.on_real, plan.on_synthetic, plan.rows, tuple(models), left_out)


class _Itself:
    """An object as a part of a key: equal to itself alone, whatever it says of equality."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self._value is other._value

    def __hash__(self) -> int:
        return id(self._value)


@dataclass(frozen=True, slots=True)
class _Trained:
    """One model trained on one kind of rows, its predictions made when first asked for."""

    ctx: Context
    trial: Experiment
    plan: _Plan
    which: tuple[str, Hashable]
    learner: Learner
    role: str

    @property
    def _owner(self) -> str:
        return "pair" if self.role == "synthetic" else "baseline"

    def _key(self, what: str) -> tuple[Hashable, ...]:
        """Real rows are drawn behind synthetic ones: their number belongs to the key."""
        plan, samples = self.plan, self.plan.samples[self.role]
        drawn = (len(samples), len(samples[0]), plan.rows, len(self.trial.task.synthetic))
        tested = len(plan.on_real.holdout)
        return (*self.trial.key, "models", self.role, *self.which, *drawn, tested, what)

    def _models(self) -> list[Predictor]:
        """The models, kept where they may be asked about other rows."""
        if not self.ctx.config.is_full:
            return self._train()
        return self.ctx.once(self._key("models"), self._train, self._owner)

    def _train(self) -> list[Predictor]:
        samples = enumerate(self.plan.samples[self.role])
        return [_named(self.which[0], self.learner, rows, seed) for seed, rows in samples]

    def on_real(self) -> Fits:
        """Predictions for rows of the holdout."""
        rows = self.plan.on_real.holdout
        return self.ctx.once(self._key("on real"), lambda: self._predict(rows), self._owner)

    def on_synthetic(self) -> Fits:
        """Predictions for synthetic rows."""
        rows = self.plan.on_synthetic.holdout
        return self.ctx.once(self._key("on synthetic"), lambda: self._predict(rows), "pair")

    def _predict(self, rows: TrainingRows) -> Fits:
        name, samples = self.which[0], self.plan.samples[self.role]
        predictions = tuple(_named(name, predict, rows.features) for predict in self._models())
        return Fits(name, "samples", predictions, len(samples[0]), self.plan.shares[self.role])


def _named(name: str, act: Callable[..., Value], *given: Any) -> Value:
    """What `act` returns; its error names the model."""
    try:
        return act(*given)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise RuntimeError(f"model {name!r} could not be trained ({reason})") from error


def _plan(ctx: Context, trial: Experiment) -> _Plan:
    """Draw the rows of all fits, the same for every model."""
    task, rng = trial.task, trial.rng("models")
    most = ctx.config.model_rows / (_FAST if ctx.config.is_fast else 1)
    cut = int(min(len(task.synthetic) // 3, most // _TEST_SAMPLE))
    rows = int(min((len(task.synthetic) - cut) // 2, len(task.real) // 2, most // _SMALL_SAMPLE))
    if rows < _FEWEST_ROWS or cut < _FEWEST_ROWS:
        raise NotApplicable(
            f"fewer than {_FEWEST_ROWS} rows to train and test models on", cause="rows"
        )
    order = rng.permutation(len(task.synthetic))
    tested = rng.permutation(len(task.holdout))[: int(most // _TEST_SAMPLE)]
    on_real = task.with_holdout(task.holdout.take(np.sort(tested)))
    on_synthetic = task.with_holdout(task.synthetic.take(np.sort(order[:cut])))
    if not (on_real.can_be_scored and on_synthetic.can_be_scored):
        raise NotApplicable("the target does not vary in the rows to test on")
    most_fits = _FEWEST_FITS if ctx.config.is_fast else _MOST_FITS
    fits = int(np.clip(_ROWS_IN_ALL // rows, _FEWEST_FITS, most_fits))
    few = min(trial.lines[1], rows)
    pools = {"synthetic": task.synthetic.take(order[cut:]), "real": task.real}
    samples = {role: list(_blocks(pool, rows, fits, rng)) for role, pool in pools.items()}
    samples["go"] = list(_blocks(task.real, few, fits, rng))
    shares = {role: min(rows / len(pool), 0.9) for role, pool in pools.items()}
    shares["go"] = min(few / len(task.real), 0.9)
    return _Plan(on_real, on_synthetic, rows, samples, shares)


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
