"""Models that several checks score: fitted once, each on rows of another kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._task import Task, classification, regression
from synth_eval.data.load import Data
from synth_eval.judging.check import Context
from synth_eval.judging.items import Side
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
from synth_eval.words import percent

__all__ = ["Arms", "Experiment", "experiment"]

FloatArray = npt.NDArray[np.float64]

_FLOOR_FITS = 12
_GO_FITS = 8
_NULL_FITS = 12
_NULL_ROWS = 10_000
_SYNTHETIC_TEST_ROWS = 10_000

_KNOWN: WeakKeyDictionary[Data, dict[tuple[Any, ...], Experiment]] = WeakKeyDictionary()


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
        Trained on the shares of the real rows that margins speak of.
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
    shares : tuple of float
        Shares of the real rows of the floor and the go arm.
    is_fast : bool
        Whether to do with fewer fits: wider intervals, and no models tested on synthetic rows.
    """

    def __init__(
        self,
        task: Task,
        rng: Callable[[str], np.random.Generator],
        learner: Learner,
        shares: tuple[float, float],
        *,
        is_fast: bool = False,
    ) -> None:
        self.task = task
        self.rng = rng
        self.learner = learner
        self._shares = shares
        self._splits = 1 if is_fast else None
        self._fits: dict[str, Fits] = {}

    def fits(self, name: str) -> Fits:
        """Fits of the arm of that name, a field of `Arms`."""
        if name not in self._fits:
            self._fits[name] = getattr(self, f"_{name}")()
        return self._fits[name]

    def arms(self, scorer: Scorer) -> Arms:
        """All arms but the shuffled one, scored."""
        names = ("synthetic", "real", "full", "go", "floor", "dummy")
        return Arms(**{name: self.fits(name).arm(scorer) for name in names})

    def with_null(self, arms: Arms, scorer: Scorer) -> Arms:
        """The arms with that of shuffled labels."""
        return replace(arms, null=self.fits("null").arm(scorer))

    def undecisive_arms(self) -> list[tuple[Side, Arm]]:
        """Arms to be shown: all synthetic rows, and what is tested on synthetic ones.

        Each with the table its models were trained on.
        """
        task = self.task
        if self._splits is not None:
            return []
        more = [self.fits("all_synthetic")] if len(task.synthetic) > len(task.real) else []
        shown = [(Side.SYNTHETIC, fits.arm(task.score)) for fits in more]
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
        pools = (  # a diagnosis: one split will do
            (Side.SYNTHETIC, "synthetic rows, tested on other synthetic rows", rest),
            (Side.REAL, "real rows, tested on synthetic rows", task.real),
        )
        return [
            (side, fit_jackknife(
                label, pool.take(rng.permutation(len(pool))[:rows]), trial.holdout.features,
                self.learner, rng, splits=1,
            ).arm(trial.score))
            for side, label, pool in pools
        ]  # fmt: skip

    def _synthetic(self) -> Fits:
        return self._equal("synthetic rows", "synthetic")

    def _real(self) -> Fits:
        return self._equal("real rows, as many", "real")

    def _full(self) -> Fits:
        task, rng = self.task, self.rng("all real")
        if len(task.synthetic) >= len(task.real):
            return self.fits("real")
        test = task.holdout.features
        return fit_jackknife("all real rows", task.real, test, self.learner, rng, self._splits)

    def _all_synthetic(self) -> Fits:
        """All synthetic rows, where they are more than the real ones."""
        task, rng = self.task, self.rng("all synthetic")
        if len(task.synthetic) <= len(task.real):
            return self.fits("synthetic")
        test = task.holdout.features
        return fit_jackknife(
            "all synthetic rows", task.synthetic, test, self.learner, rng, self._splits
        )

    def _equal(self, label: str, role: str) -> Fits:
        task, rng = self.task, self.rng(role)
        n = min(len(task.real), len(task.synthetic))
        pool = getattr(task, role)
        rows = pool.take(np.sort(rng.permutation(len(pool))[:n]))
        test = task.holdout.features
        return fit_jackknife(label, rows, test, self.learner, rng, self._splits)

    def _floor(self) -> Fits:
        return self._small(self._shares[0], _FLOOR_FITS, "floor")

    def _go(self) -> Fits:
        return self._small(self._shares[1], _GO_FITS, "go")

    def _small(self, share: float, fits: int, salt: str) -> Fits:
        task = self.task
        rows = max(round(share * len(task.real)), 2)
        label = f"{percent(share, 0)} of the real rows"
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
        n = min(len(task.real), len(task.synthetic), _NULL_ROWS)
        rows = task.synthetic.take(np.sort(rng.permutation(len(task.synthetic))[:n]))
        label = "synthetic rows, labels shuffled"
        return fit_shuffled(label, rows, _NULL_FITS, task.holdout.features, self.learner, rng)


def experiment(ctx: Context, kind: str) -> Experiment:
    """Experiment of a classification or a regression, shared by the checks of one run.

    The generators depend on the seed alone, not on the check that asks first.
    """
    margins = tuple(ctx.config.margin(f"utility.{name}").value for name in ("floor", "go"))
    config = ctx.config
    key = (kind, config.seed, config.model_rows, config.depth, config.tuning, *margins)
    known = _KNOWN.setdefault(ctx.data, {})
    if key not in known:
        seed = config.seed

        def rng(salt: str) -> np.random.Generator:
            return np.random.default_rng([seed, *map(ord, f"utility {salt}")])

        make = classification if kind == "classification" else regression
        learner = boosting_learner(config.tuning)
        known[key] = Experiment(
            make(ctx, rng), rng, learner, (margins[0], margins[1]), is_fast=config.is_fast
        )
    return known[key]
