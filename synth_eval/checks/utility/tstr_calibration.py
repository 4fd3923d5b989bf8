"""Train on synthetic, test on real: do the predicted probabilities come true?

What it measures
    How much of what a model could gain its wrong probabilities lose. The gain is the fall of
    the Brier score from predicting the prevalence to the recalibrated model, the loss its
    rise from the recalibrated model to the model as it is, added up over the classes.
    Besides, for the class that is farthest off: calibration slope and intercept, the parts of
    the Brier score, and the reliability curve (predicted and observed share in groups).

How to read it
    0 is perfect; .1 means that a tenth of the gain is lost; from 1 on, no model at all would
    have done as well. It fails where the whole interval is above 1, warns where all of
    it is above .1, passes where the loss is within .1 and all of its interval within 1, and is
    inconclusive else. An intercept of
    0 and a slope of 1 are right; a re-balanced table shifts the intercept by the log of the
    odds ratio of the class shares.

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

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._curves import interval
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.judging.settings import Config
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
from synth_eval.words import percent

FloatArray = npt.NDArray[np.float64]
_Measure = Callable[[npt.NDArray[np.bool_], FloatArray], Score]

_ARMS = {"synthetic": Side.SYNTHETIC, "real": Side.REAL}  # trained on equally many rows
_ALL_LOST = 1.0  # what a single fit without any skill counts as, by the definition of the loss


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
    # Two classes have the same Brier score: the rarer one will do.
    classes = [1] if len(trial.task.classes) == 2 else list(trial.task.scored)
    alpha, margin = ctx.config.alpha, ctx.config.margin("utility.calibration_loss")
    no_ranking = ctx.config.margin("utility.no_ranking").value
    loss, real = (_loss(trial, name, classes, alpha, no_ranking) for name in _ARMS)
    if loss is None:
        raise NotApplicable(
            "models trained on the synthetic rows rank no better than chance: there is no skill "
            "that wrong probabilities could lose (see U001)"
        )
    low, high = (max(end, 0.0) for end in loss.estimate().interval(alpha))
    target, prediction = trial.task.holdout.target, trial.fits("synthetic").predictions[0]
    worst = max(  # the class whose calibration error weighs most in the Brier score
        classes, key=lambda k: brier_decomposition(target == k, prediction[:, k]).reliability
    )
    parts = _parts(trial, worst, alpha)
    curves = {}
    for name, side in _ARMS.items():
        predicted = trial.fits(name).predictions[0][:, worst]
        curves[side] = reliability_items(
            np.asarray(target == worst), predicted, ctx.config.small_cell, alpha, side=side
        )
    lost, label = max(loss.value, 0.0), trial.task.classes[worst]
    slope, intercept = (item.more["synthetic"] for item in parts[:2])
    return ctx.judged(
        f"Wrong probabilities cost {percent(lost, 0)} ({percent(low, 0)} to {percent(high, 0)}) of "
        f"what models could gain over predicting the class shares; class {label!r}: slope "
        f"{slope:.2f} (right: 1), intercept {intercept:+.2f} (right: 0).",
        summary=f"Wrong probabilities cost {percent(lost, 0)} of what models could gain over "
        f"predicting the class shares, most for class {label!r}",
        decisions=decisions(ctx.config, lost, low, high),
        estimate=Estimate(lost, low, high, 1 - alpha),
        reference=Reference(
            "trained on as many real rows", None if real is None else max(real.value, 0.0)
        ),
        threshold=margin,
        direction=Direction.LOWER,
        n=loss.n,
        sampled=loss.n if trial.task.sampled else None,
        items=[*curves[Side.SYNTHETIC], *parts],
        panels=lambda: [_panel(curves, label)],
    )


def decisions(config: Config, lost: float, low: float, high: float) -> list[Decision]:
    """Surely beyond the margin it warns; it passes within it, where ruin is excluded."""
    ruin = config.margin("utility.calibration_ruin").value
    margin = config.margin("utility.calibration_loss").value
    return [
        Decision(
            "share of the gain lost, beside all of it",
            lost,
            low,
            high,
            fail=ruin,
            clear=ruin,
            margins=("utility.calibration_ruin",),
        ),
        Decision(
            "share of the gain lost",
            lost,
            low,
            high,
            warn=margin,
            aim=margin,
            margins=("utility.calibration_loss",),
        ),
    ]


def _loss(
    trial: Experiment, name: str, classes: list[int], alpha: float, no_ranking: float
) -> Arm | None:
    """Arm of the loss; None where the model has no skill that another training set would have."""
    fits = trial.fits(name)
    outcomes = np.asarray(trial.task.holdout.target[:, None] == np.array(classes))
    if trial.arm(name).estimate().interval(alpha)[0] <= no_ranking:
        return None
    if calibration_loss(outcomes, fits.predictions[0][:, classes]) is None:
        return None

    def score(prediction: FloatArray) -> Score:
        loss = calibration_loss(outcomes, prediction[:, classes])
        return loss or Score(_ALL_LOST, np.zeros(len(outcomes)))

    return trial.arm(name, score, ("calibration loss", *classes))


def _parts(trial: Experiment, number: int, alpha: float) -> list[Item]:
    """Slope, intercept and the parts of the Brier score of both arms, of the models as they are."""
    positive = trial.task.holdout.target == number
    items = []
    for name, measure in (("slope", calibration_slope), ("intercept", calibration_intercept)):

        def score(prediction: FloatArray, measure: _Measure = measure) -> Score:
            return measure(positive, prediction[:, number])

        key = (f"calibration {name}", number)
        synthetic, real = (trial.arm(arm, score, key) for arm in _ARMS)
        low, high = interval(synthetic, alpha)
        more = {"synthetic": synthetic.value, "synthetic_low": low, "synthetic_high": high,
                "real": real.value}  # fmt: skip
        items.append(Item("measure", (f"calibration {name}",), side=Side.NEUTRAL, more=more))
    brier = {
        arm: brier_decomposition(positive, trial.fits(arm).predictions[0][:, number])
        for arm in _ARMS
    }
    for name in ("score", "reliability", "resolution", "uncertainty"):
        more = {arm: getattr(parts, name) for arm, parts in brier.items()}
        items.append(Item("measure", (f"Brier {name}",), side=Side.NEUTRAL, more=more))
    return items


def reliability_items(
    positive: npt.NDArray[np.bool_],
    probabilities: FloatArray,
    least: int,
    alpha: float,
    *,
    side: Side = Side.SYNTHETIC,
) -> list[Item]:
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
    side : Side
        Table that the predicting models were trained on.
    """
    items = []
    for predicted, hits, size in reliability_bins(positive, probabilities):
        if size >= least and min(hits, size - hits) not in range(1, least):
            share, low, high = wilson(hits, size, 1 - alpha)
            items.append(
                Item(
                    "arm",
                    (f"predicted {percent(predicted)}",),
                    side=side,
                    estimate=share,
                    low=low,
                    high=high,
                    expected=predicted,
                    n=size,
                )
            )
    return items


def _panel(curves: Mapping[Side, Sequence[Item]], name: str) -> Panel:
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
                    f"trained on {side} rows",
                    x=[item.expected or 0.0 for item in items],
                    y=[item.estimate for item in items],
                    low=[item.low for item in items],
                    high=[item.high for item in items],
                    side=side,
                    shape="points" if side is Side.SYNTHETIC else "line",
                )
                for side, items in curves.items()
            ),
            PlottedLine("right", x=[0.0, 1.0], y=[0.0, 1.0], shape="dashes"),
        ],
    )
