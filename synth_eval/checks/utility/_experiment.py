"""Models that several checks score: fitted once, each on rows of another kind."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._task import Task, classification, most_rows, regression
from synth_eval.judging.check import Context
from synth_eval.judging.items import Side
from synth_eval.judging.settings import Config
from synth_eval.stats.arms import (
    Arm,
    Fits,
    Learner,
    Scorer,
    constant_prediction,
    fit_jackknife,
    fit_samples,
    fit_shuffled,
)
from synth_eval.stats.families import boosting_learner
from synth_eval.stats.learners import Predictor, TrainingRows

__all__ = ["Arms", "Experiment", "experiment", "lines_of"]

FloatArray = npt.NDArray[np.float64]

_FLOOR_FITS = 12
_GO_FITS = 8
_NULL_FITS = 12
_NULL_ROWS = 10_000
_SYNTHETIC_TEST_ROWS = 10_000

Value = TypeVar("Value")


class Once(Protocol):
    """`Context.once`."""

    def __call__(self, key: Hashable, make: Callable[[], Value], of: str = "baseline") -> Value: ...


@dataclass(frozen=True, slots=True)
class Arms:
    """The arms of one score, all tested on the same holdout rows.

    Parameters
    ----------
    synthetic, real : Arm
        Trained on equally many synthetic and real rows.
    full : Arm
        Trained on all real rows; the same as `real` unless the synthetic table is smaller.
    go, floor : Arm
        Trained on as many real rows as margins speak of; where there are fewer of either
        table, the same as `real`.
    dummy : Arm
        No model: what is predicted without looking at the features.
    null : Arm or None
        Trained on synthetic rows with shuffled labels; fitted only where it can matter.
    """

    synthetic: Arm
    real: Arm
    full: Arm
    go: Arm
    floor: Arm
    dummy: Arm
    null: Arm | None = None
    lines: tuple[int, int] = (0, 0)
    """Rows that the margins of floor and go speak of, whatever there are."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """The fits of one task, made when first asked for.

    Parameters
    ----------
    task : Task
        Rows to train and to test on.
    rng : callable
        ``rng(salt)`` returns a generator.
    learner : callable
        Trains the models of all arms.
    lines : tuple of int
        Real rows that the floor and the go arm are trained on.
    once : callable
        `Context.once`, which keeps fits and scores.
    key : tuple
        The settings that task, generators and learner depend on.
    is_fast : bool
        Whether to do with fewer fits: wider intervals, and no models tested on synthetic rows.
    """

    task: Task
    rng: Callable[[str], np.random.Generator]
    learner: Learner
    lines: tuple[int, int]
    once: Once
    key: tuple[Hashable, ...]
    is_fast: bool = False

    @property
    def _splits(self) -> int | None:
        return 1 if self.is_fast else None

    def fits(self, name: str) -> Fits:
        """Fits of the arm of that name, a field of `Arms`."""
        name = self._same(name)
        key, owner = self._place(name)
        make: Callable[[], Fits] = getattr(self, f"_{name}")
        return self.once(key, make, owner)

    def arm(self, name: str, scorer: Scorer | None = None, score: Hashable = None) -> Arm:
        """The arm of that name, scored once.

        Parameters
        ----------
        name : str
            A field of `Arms`.
        scorer : callable, optional
            Score of predictions for the holdout rows; by default that of the task.
        score : hashable, optional
            Tells this score from others of the same task; needed beside a `scorer`.
        """
        scorer, score = scorer or self.task.score, score or self.score_name
        key, owner = self._place(self._same(name))
        return self.once((*key, "score", score), lambda: self.fits(name).arm(scorer), owner)

    @property
    def score_name(self) -> str:
        """Name of the score of the task."""
        return "AUC" if self.task.classes else "R²"

    def _same(self, name: str) -> str:
        """Name of the arm that has the same fits."""
        real, synthetic = len(self.task.real), len(self.task.synthetic)
        if name == "full" and synthetic >= real:
            return "real"
        # More real rows than synthetic ones would be asked of a table than it can be.
        lines = dict(zip(("floor", "go"), self.lines, strict=True))
        if lines.get(name, self.rows_in_both - 1) >= self.rows_in_both:
            return "real"
        return "synthetic" if name == "all_synthetic" and synthetic <= real else name

    def _place(self, name: str) -> tuple[tuple[Hashable, ...], str]:
        """Key of the fits of an arm, and whether they belong to the baseline or to the pair."""
        depends: dict[str, tuple[Hashable, ...]] = {
            "real": (self.rows_in_both, self._splits),
            "full": (self._splits,),
            "go": (self.lines[1],),
            "floor": (self.lines[0],),
            "dummy": (),
        }
        if name in depends:  # sees no synthetic row: fitted and scored once for all of them
            return (*self.key, name, *depends[name]), "baseline"
        return (*self.key, name, self._splits), "pair"

    @property
    def rows_in_both(self) -> int:
        """Training rows of the arms that are compared on equal terms."""
        return min(len(self.task.real), len(self.task.synthetic))

    def arms(self, scorer: Scorer, score: Hashable) -> Arms:
        """All arms but the shuffled one, scored; see `arm`."""
        names = ("synthetic", "real", "full", "go", "floor", "dummy")
        arms = {name: self.arm(name, scorer, score) for name in names}
        return Arms(**arms, lines=self.lines)

    def with_null(self, arms: Arms, scorer: Scorer, score: Hashable) -> Arms:
        """The arms with that of shuffled labels."""
        return replace(arms, null=self.arm("null", scorer, score))

    def undecisive_arms(self) -> list[tuple[Side, Arm]]:
        """Arms to be shown: all synthetic rows, and what is tested on synthetic ones.

        Each with the table its models were trained on.
        """
        if self.is_fast:
            return []
        is_more = len(self.task.synthetic) > len(self.task.real)
        shown = [(Side.SYNTHETIC, self.arm("all_synthetic"))] if is_more else []
        return [*shown, *self._tested_on_synthetic()]

    def _tested_on_synthetic(self) -> list[tuple[Side, Arm]]:
        """Arms tested on synthetic rows, trained on real and on other synthetic ones.

        Both, or none where too few synthetic rows are there to be tested on.
        """
        task, rng = self.task, self.rng("tested on synthetic")
        order = rng.permutation(len(task.synthetic))
        cut = min(len(order) // 4, _SYNTHETIC_TEST_ROWS)
        trial = task.with_holdout(task.synthetic.take(np.sort(order[:cut])))
        if not trial.can_be_scored:
            return []
        rest = task.synthetic.take(np.sort(order[cut:]))
        rows = min(len(rest), len(task.real))
        real_learner = self._learner_kept_for(rows)
        pools = (  # a diagnosis: one split will do
            (Side.SYNTHETIC, "synthetic rows, tested on other synthetic rows", rest, self.learner),
            (Side.REAL, "real rows, tested on synthetic rows", task.real, real_learner),
        )
        return [
            (side, fit_jackknife(
                label, pool.take(rng.permutation(len(pool))[:rows]), trial.holdout.features,
                learner, rng, splits=1,
            ).arm(trial.score))
            for side, label, pool, learner in pools
        ]  # fmt: skip

    def _learner_kept_for(self, rows: int) -> Learner:
        """The learner, whose models of real rows are kept to predict other synthetic rows.

        Which rows they are trained on depends on how many there are of either kind, since one
        generator draws for both.
        """
        number = count()

        def learn(training: TrainingRows, seed: int) -> Predictor:
            key = ("tested on synthetic", rows, len(self.task.synthetic), next(number))
            return self.once((*self.key, *key), lambda: self.learner(training, seed))

        return learn

    def _synthetic(self) -> Fits:
        return self._equal("synthetic rows", "synthetic")

    def _real(self) -> Fits:
        return self._equal("real rows, as many", "real")

    def _full(self) -> Fits:
        task, rng = self.task, self.rng("all real")
        test = task.holdout.features
        return fit_jackknife("all real rows", task.real, test, self.learner, rng, self._splits)

    def _all_synthetic(self) -> Fits:
        task, rng = self.task, self.rng("all synthetic")
        test = task.holdout.features
        # Shown, not judged: one split will do.
        return fit_jackknife("all synthetic rows", task.synthetic, test, self.learner, rng, 1)

    def _equal(self, label: str, role: str) -> Fits:
        task, rng = self.task, self.rng(role)
        n = self.rows_in_both
        pool = getattr(task, role)
        rows = pool.take(np.sort(rng.permutation(len(pool))[:n]))
        test = task.holdout.features
        return fit_jackknife(label, rows, test, self.learner, rng, self._splits)

    def _floor(self) -> Fits:
        return self._small(self.lines[0], _FLOOR_FITS, "floor")

    def _go(self) -> Fits:
        return self._small(self.lines[1], _GO_FITS, "go")

    def _small(self, rows: int, fits: int, salt: str) -> Fits:
        task, label = self.task, f"{rows:,} real rows"
        test = task.holdout.features
        return fit_samples(label, task.real, rows, fits, test, self.learner, self.rng(salt))

    def _dummy(self) -> Fits:
        """The shares of the classes, or the mean, of the real rows."""
        target, rows = self.task.real.target, len(self.task.holdout)
        if self.task.classes:
            shares = np.bincount(target, minlength=len(self.task.classes)) / len(target)
            return constant_prediction("no model", np.tile(shares, (rows, 1)))
        return constant_prediction("no model", np.full(rows, float(np.mean(target))))

    def _null(self) -> Fits:
        task, rng = self.task, self.rng("shuffled")
        n = min(self.rows_in_both, _NULL_ROWS)
        rows = task.synthetic.take(np.sort(rng.permutation(len(task.synthetic))[:n]))
        label = "synthetic rows, labels shuffled"
        return fit_shuffled(label, rows, _NULL_FITS, task.holdout.features, self.learner, rng)


def lines_of(config: Config) -> tuple[int, int]:
    """Real rows that the floor and the goal of utility speak of."""
    floor, go = (config.margin(f"utility.{name}").value for name in ("floor", "go"))
    return max(round(floor), 2), max(round(go), 2)


def experiment(ctx: Context, kind: str) -> Experiment:
    """Experiment of a classification or a regression, shared by the checks of one run.

    The generators depend on the seed alone, not on the check that asks first.
    """
    config = ctx.config
    floor, go = lines_of(config)
    key = ("experiment", kind, config.seed, most_rows(config), config.tuning)

    def rng(salt: str) -> np.random.Generator:
        return np.random.default_rng([config.seed, *map(ord, f"utility {salt}")])

    make = classification if kind == "classification" else regression
    task = ctx.once((*key, "task"), lambda: make(ctx, rng), of="pair")
    learner = boosting_learner(config.tuning)
    return Experiment(task, rng, learner, (floor, go), ctx.once, key, config.is_fast)
