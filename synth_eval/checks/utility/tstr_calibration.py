"""Train on synthetic, test on real: do the predicted probabilities come true?

What it measures
    How much of what a model could gain its wrong probabilities lose. The gain is the fall of
    the Brier score from predicting the prevalence to the recalibrated model, the loss its
    rise from the recalibrated model to the model as it is, added up over the classes.
    Besides, for the class that is farthest off: calibration slope and intercept, the parts of
    the Brier score, and the reliability curve (predicted and observed share in groups).

How to read it
    0 is perfect; .1 means that a tenth of the gain is lost; from 1 on, no model at all would
    have done better, and the table fails. An intercept of 0 and a slope of 1 are right; a
    re-balanced table shifts the intercept by the log of the odds ratio of the class shares.

Formula
    L = max((B(model) − B(recalibrated)) / (B(prevalence) − B(recalibrated)), 0); B Brier score, the
    mean over holdout rows of Σ (p − y)² over the classes (of two, the second); p probability, y 1
    for the class, else 0.

When it misleads
    A model that ranks nothing has nothing to lose; then this says nothing and U001 does. With
    a few real rows a wrong slope or intercept can be put right: it is a limit, not a flaw of
    what the table teaches about the ranking.

Source
    Murphy (1973) for the parts of the Brier score; Cox (1958) for slope and intercept;
    Van Calster et al. (2016), A calibration hierarchy, Journal of Clinical Epidemiology 74.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._curves import interval
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._words import percent
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.arms import Arm
from synth_eval.stats.calibration import (
    brier_decomposition,
    calibration_intercept,
    calibration_loss,
    calibration_slope,
    reliability_bins,
)
from synth_eval.stats.intervals import wilson
from synth_eval.stats.scores import Score

FloatArray = npt.NDArray[np.float64]
_Measure = Callable[[npt.NDArray[np.bool_], FloatArray], Score]

_RUIN = 1.0
_NO_RANKING = 0.5


@check(
    "U004",
    "tstr_calibration",
    dimension="utility",
    title="Train on synthetic, test on real: probabilities that come true",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="intervals",
)
def tstr_calibration(ctx: Context) -> Result:
    """Judge the share of the gain that wrong probabilities lose."""
    trial = experiment(ctx, "classification")
    missing = absence(ctx, trial.task)
    if missing is not None:
        return missing
    classes = _classes(trial)
    alpha, margin = ctx.config.alpha, ctx.config.margin("utility.calibration_loss")
    arms = {role: _loss(trial, role, classes, alpha) for role in ("synthetic", "real")}
    loss, real = arms["synthetic"], arms["real"]
    if loss is None:
        raise NotApplicable(
            "models trained on the synthetic rows rank no better than chance: there is no skill "
            "that wrong probabilities could lose (see U001)"
        )
    low, high = interval(loss, alpha, 0.0, np.inf)
    worst = _farthest_off(trial, classes)
    values = _values(trial, worst, alpha)
    curves = {role: _curve(trial, role, worst, ctx) for role in ("synthetic", "real")}
    return ctx.result(
        _status(low, high, margin.value),
        _message(trial.task.classes[worst], loss.value, (low, high), values),
        estimate=Estimate(max(loss.value, 0.0), low, high, 1 - alpha),
        reference=Reference(
            "trained on as many real rows", None if real is None else max(real.value, 0.0)
        ),
        threshold=margin,
        direction=Direction.LOWER,
        n=loss.n,
        sampled=loss.n if trial.task.sampled else None,
        details=[*curves["synthetic"], *values],
        panels=[_panel(curves, trial.task.classes[worst])],
    )


def _status(low: float, high: float, margin: float) -> Status:
    """Between the margin and ruin it warns; where ruin cannot be excluded it does not know."""
    if low > _RUIN:
        return Status.FAIL
    if high > _RUIN:
        return Status.INCONCLUSIVE
    return Status.PASS if high <= margin else Status.WARN


def _classes(trial: Experiment) -> list[int]:
    """Classes to look at: two classes have the same Brier score, the rarer one will do."""
    return [1] if len(trial.task.classes) == 2 else list(trial.task.scored)


def _outcomes(trial: Experiment, classes: list[int]) -> npt.NDArray[np.bool_]:
    return np.asarray(trial.task.holdout.target[:, None] == np.array(classes))


def _loss(trial: Experiment, role: str, classes: list[int], alpha: float) -> Arm | None:
    """Arm of the loss; None where the model has no skill that another training set would have."""
    fits, outcomes = trial.fits(role), _outcomes(trial, classes)
    if fits.arm(trial.task.score).estimate().interval(alpha)[0] <= _NO_RANKING:
        return None
    if calibration_loss(outcomes, fits.predictions[0][:, classes]) is None:
        return None

    def score(prediction: FloatArray) -> Score:
        found = calibration_loss(outcomes, prediction[:, classes])
        return found or Score(_RUIN, np.zeros(len(outcomes)))

    return fits.arm(score)


def _farthest_off(trial: Experiment, classes: list[int]) -> int:
    """Class whose calibration error weighs most in the Brier score."""
    prediction = trial.fits("synthetic").predictions[0]
    return max(
        classes,
        key=lambda k: (
            brier_decomposition(trial.task.holdout.target == k, prediction[:, k]).reliability
        ),
    )


def _values(trial: Experiment, number: int, alpha: float) -> list[dict[str, Any]]:
    """Slope, intercept and the parts of the Brier score of both arms."""
    positive = trial.task.holdout.target == number
    rows = []
    for name, measure in (("slope", calibration_slope), ("intercept", calibration_intercept)):

        def score(prediction: FloatArray, measure: _Measure = measure) -> Score:
            return measure(positive, prediction[:, number])

        synthetic, real = (trial.fits(arm).arm(score) for arm in ("synthetic", "real"))
        low, high = interval(synthetic, alpha, -np.inf, np.inf)
        rows.append({"rule": f"calibration {name}", "synthetic": synthetic.value,
                     "synthetic_low": low, "synthetic_high": high, "real": real.value})  # fmt: skip
    parts = {
        role: brier_decomposition(positive, trial.fits(role).predictions[0][:, number])
        for role in ("synthetic", "real")
    }
    names = ("score", "reliability", "resolution", "uncertainty")
    rows += [
        {"rule": f"Brier {name}", **{role: getattr(parts[role], name) for role in parts}}
        for name in names
    ]
    return rows


def _curve(trial: Experiment, role: str, number: int, ctx: Context) -> list[dict[str, Any]]:
    positive = np.asarray(trial.task.holdout.target == number)
    prediction = trial.fits(role).predictions[0][:, number]
    return reliability_rows(positive, prediction, ctx.config.small_cell, ctx.config.alpha)


def reliability_rows(
    positive: npt.NDArray[np.bool_], probabilities: FloatArray, least: int, alpha: float
) -> list[dict[str, Any]]:
    """Observed share in groups of like predictions, those that would show few rows left out.

    Parameters
    ----------
    positive : ndarray of bool, shape (rows,)
        What happened.
    probabilities : ndarray of float64, shape (rows,)
        What was predicted.
    least : int
        Fewest rows of a group, and of either outcome in it if it occurs at all.
    alpha : float
        One minus the level of the intervals.
    """
    rows = []
    for predicted, hits, size in reliability_bins(positive, probabilities):
        if size >= least and min(hits, size - hits) not in range(1, least):
            share, low, high = wilson(hits, size, 1 - alpha)
            label = f"predicted {percent(predicted, 1)}"
            rows.append({"arm": label, "estimate": share, "low": low, "high": high,
                         "expected": predicted, "n": size})  # fmt: skip
    return rows


def _panel(curves: Mapping[str, Sequence[Mapping[str, Any]]], name: str) -> Panel:
    """Reliability curve of both arms beside the diagonal."""
    return Panel(
        "reliability_curve",
        f"Do predicted probabilities of {name!r} come true?",
        x="predicted probability",
        y="share observed",
        caption=(
            "Groups of like predictions for unseen real rows. On the diagonal predictions come "
            "true; below it they are too high. Groups with few rows of either kind are left "
            "out."
        ),
        lines=[
            *(
                PlottedLine(
                    f"trained on {role} rows",
                    x=[row["expected"] for row in rows],
                    y=[row["estimate"] for row in rows],
                    low=[row["low"] for row in rows],
                    high=[row["high"] for row in rows],
                    side=role,
                    shape="points" if role == "synthetic" else "line",
                )
                for role, rows in curves.items()
            ),
            PlottedLine("right", x=[0.0, 1.0], y=[0.0, 1.0], shape="dashes"),
        ],
    )


def _message(
    name: str, loss: float, bounds: tuple[float, float], values: list[dict[str, Any]]
) -> str:
    slope, intercept = values[0]["synthetic"], values[1]["synthetic"]
    return (
        f"Wrong probabilities cost {percent(max(loss, 0.0))} ({percent(bounds[0])} to "
        f"{percent(bounds[1])}) of what models could gain over predicting the class shares; class "
        f"{name!r}: slope {slope:.2f} (right: 1), intercept {intercept:+.2f} (right: 0)."
    )
