"""Train on synthetic, test on real: recall and precision of every class.

What it measures
    Of the holdout rows of a class, the share that models trained on the synthetic rows assign
    to it (recall); of the rows assigned to it, the share that belong there (precision); and
    the recall of the rarer class if only 1 % or 5 % of all rows, the highest scores, can be
    looked at. The reference is a model trained on as many real rows.

How to read it
    A recall far below the reference is a class that the synthetic table does not teach. It
    warns where the recall of a class is surely below that of a tenth of the real rows.

Formula
    Recall = holdout rows of a class assigned to it / holdout rows of the class. The estimate is
    that of the class with the smallest recall(synthetic) − recall(a tenth of the real rows).

When it misleads
    Recall and precision depend on the threshold and thereby on the class shares: a re-balanced
    table raises the recall of the rare class and lowers its precision. Classes of fewer than
    fifty holdout rows are not judged, of fewer than eleven real rows not shown.

Source
    Saito and Rehmsmeier (2015), PLOS ONE 10, on what a ranking score hides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._curves import arm_curve, interval
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._task import MANY_TEST_ROWS
from synth_eval.checks.utility._words import percent
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.panels import Panel
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.stats.arms import gap
from synth_eval.stats.scores import Score, share_among

FloatArray = npt.NDArray[np.float64]

_BUDGETS = (0.01, 0.05)


@check(
    "U005",
    "tstr_class_recall",
    dimension="utility",
    title="Train on synthetic, test on real: recall and precision by class",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="intervals",
    gating=False,
)
def tstr_class_recall(ctx: Context) -> Result:
    """Compare recall and precision of each class after training on synthetic and real rows."""
    trial = experiment(ctx, "classification")
    missing = absence(ctx, trial.task)
    if missing is not None:
        return missing
    counts = np.bincount(trial.task.holdout.target, minlength=len(trial.task.classes))
    judged = [k for k, count in enumerate(counts) if count >= MANY_TEST_ROWS]
    if not judged:
        raise NotApplicable(f"no class has {MANY_TEST_ROWS} holdout rows to test on")
    alpha = ctx.config.alpha / len(judged)
    recalls = sorted((_recall(trial, k, alpha) for k in judged), key=lambda row: row["gap"])
    worst = recalls[0]
    below = [row for row in recalls if row["status"] == Status.WARN]
    rare = min(judged, key=lambda k: counts[k])
    details = [
        *(_public(row, trial, ctx) for row in recalls),
        *(_precision(trial, k, alpha) for k in judged),
        *(_at_budget(trial, rare, budget, alpha) for budget in _BUDGETS),
    ]
    return ctx.result(
        Status.WARN if below else Status.PASS,
        _message(worst, len(below), len(judged)),
        estimate=Estimate(worst["estimate"], worst["low"], worst["high"], 1 - alpha),
        reference=Reference("trained on as many real rows", worst["reference"]),
        threshold=Threshold(
            worst["limit"], f"recall of that class by {ctx.config.margin('utility.go').basis}"
        ),
        direction=Direction.HIGHER,
        n=trial.fits("synthetic").n,
        details=details,
        panels=[_panel(trial, judged, alpha)],
    )


def _panel(trial: Experiment, judged: Sequence[int], alpha: float) -> Panel:
    """Recall of every class after three kinds of training rows."""
    scores = [_recall_scorer(trial, k) for k in judged]
    places = [float(place) for place in range(len(judged))]
    lines = (
        ("synthetic", "synthetic rows", "synthetic", 0.0),
        ("real", "as many real rows", "real", 0.12),
        ("go", trial.fits("go").name, "neutral", 0.24),
    )
    return Panel(
        "recall_by_class",
        "Share of each class that is found",
        x="class",
        y="recall on unseen real rows",
        caption=(
            "Each dot is the share of a class of unseen real rows that models assign to it. "
            "Bad: the dot of the synthetic rows below that of a tenth of the real rows."
        ),
        lines=[
            arm_curve(
                name,
                [trial.fits(role).arm(score) for score in scores],
                alpha,
                [place + shift for place in places],
                side=colour,
                shape="points",
            )
            for role, name, colour, shift in lines
        ],
        x_ticks=[trial.task.classes[k] for k in judged],
    )


def _recall_scorer(trial: Experiment, number: int) -> Callable[[FloatArray], Score]:
    of_class = trial.task.holdout.target == number
    return lambda prediction: share_among(of_class, prediction.argmax(axis=1) == number)


def _message(worst: dict[str, Any], below: int, judged: int) -> str:
    head = (
        f"Of class {worst['level']!r} {percent(worst['estimate'], 1)} are found, "
        f"{percent(worst['reference'], 1)} after training on as many real rows"
    )
    if not below:
        return f"{head}; no class is surely found less often than with a tenth of the real rows."
    return (
        f"{head}; {below} of {judged} classes are surely found less often than with a tenth of "
        "the real rows."
    )


def _recall(trial: Experiment, number: int, alpha: float) -> dict[str, Any]:
    score = _recall_scorer(trial, number)
    row = _row(trial, score, alpha, arm="recall", level=trial.task.classes[number])
    synthetic, go, real = (trial.fits(name).arm(score) for name in ("synthetic", "go", "real"))
    difference = gap(synthetic, go)
    # A small sample may find a class more often than a large one: for a price in precision.
    surely_below = all(gap(synthetic, arm).interval(alpha)[1] < 0 for arm in (go, real))
    status = Status.WARN if surely_below else Status.PASS
    return {**row, "limit": go.value, "gap": difference.value, "status": str(status), "k": number}


def _public(row: dict[str, Any], trial: Experiment, ctx: Context) -> dict[str, Any]:
    """The row with the size of its class in each table, small cells left blank."""
    number, task = row["k"], trial.task
    sizes = {
        f"{role}_rows": int(np.sum(rows.target == number))
        for role, rows in (("real", task.real), ("synthetic", task.synthetic))
    }
    shown = {name: size if size >= ctx.config.small_cell else None for name, size in sizes.items()}
    holdout = int(np.sum(task.holdout.target == number))
    hidden = ("gap", "k")
    return {**{key: row[key] for key in row if key not in hidden}, "n": holdout, **shown}


def _precision(trial: Experiment, number: int, alpha: float) -> dict[str, Any]:
    of_class = trial.task.holdout.target == number

    def score(prediction: FloatArray) -> Score:
        return share_among(prediction.argmax(axis=1) == number, of_class)

    return _row(trial, score, alpha, arm="precision", level=trial.task.classes[number])


def _at_budget(trial: Experiment, number: int, budget: float, alpha: float) -> dict[str, Any]:
    of_class = trial.task.holdout.target == number
    alerts = max(round(budget * len(of_class)), 1)

    def score(prediction: FloatArray) -> Score:
        flagged = np.zeros(len(of_class), np.bool_)
        flagged[np.argsort(-prediction[:, number], kind="stable")[:alerts]] = True
        return share_among(of_class, flagged)

    label = f"recall if {percent(budget)} of the rows are flagged"
    return _row(trial, score, alpha, arm=label, level=trial.task.classes[number])


def _row(
    trial: Experiment, score: Callable[[FloatArray], Score], alpha: float, **about: str
) -> dict[str, Any]:
    synthetic, real = (trial.fits(name).arm(score) for name in ("synthetic", "real"))
    low, high = interval(synthetic, alpha, 0.0, 1.0)
    return {**about, "estimate": synthetic.value, "low": low, "high": high,
            "reference": real.value}  # fmt: skip
