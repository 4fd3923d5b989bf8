"""Train on synthetic, test on real: recall and precision of every class.

What it measures
    Of the holdout rows of a class, the share that models trained on the synthetic rows assign
    to it (recall); of the rows assigned to it, the share that belong there (precision); and
    the recall of the rarer class if only 1 % or 5 % of all rows, the highest scores, can be
    looked at. The reference is a model trained on as many real rows.

How to read it
    A recall far below the reference is a class that the synthetic table does not teach. It
    warns where the recall of a class is surely below that of 1,000 real rows and of as many real
    rows; it only looks for such classes, so that a pass says that none was seen.

Formula
    Recall = holdout rows of a class assigned to it / holdout rows of the class. The estimate is
    that of the class with the smallest recall(synthetic) − recall(1,000 real rows).

When it misleads
    Recall and precision depend on the threshold and thereby on the class shares: a re-balanced
    table raises the recall of the rare class and lowers its precision. Classes of fewer than
    fifty holdout rows are not judged, of fewer than eleven real rows not shown.

Source
    Saito and Rehmsmeier (2015), PLOS ONE 10, on what a ranking score hides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._curves import arm_curve, interval
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._task import MANY_TEST_ROWS
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.panels import Panel
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold
from synth_eval.stats.arms import gap
from synth_eval.stats.scores import Score, share_among
from synth_eval.words import counted, percent

FloatArray = npt.NDArray[np.float64]
_Scorer = Callable[[FloatArray], Score]

_BUDGETS = (0.01, 0.05)  # shares of rows that a person can look at, as in fraud detection
_SHIFT = 0.12  # of the dots of a class beside each other, in classes


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
        raise NotApplicable(
            f"no class has {MANY_TEST_ROWS} holdout rows to test on", remedy="give a larger holdout"
        )
    alpha = ctx.config.alpha / len(judged)
    by_gap = sorted((_recall(ctx, trial, k, alpha) for k in judged), key=lambda pair: pair[0])
    recalls = [item for _, item in by_gap]
    worst = recalls[0]
    level, value, reference = worst.names[0], worst.estimate or 0.0, worst.reference or 0.0
    below = [item for item in recalls if item.status is Status.WARN]
    rare = min(judged, key=lambda k: counts[k])
    told = f"Of class {level!r} {percent(value)} are found, {percent(reference)} after training on"
    found = (
        f"{len(below)} of {counted(len(judged), 'class', 'classes')} are surely found"
        if below
        else "no class is surely found"
    )
    return ctx.judged(
        f"{told} as many real rows; {found} less often than with {trial.fits('go').n:,} real rows.",
        summary=f"{told} as many real rows",
        items=[
            *sorted(recalls, key=lambda item: -item.severity),
            *(_precision(trial, k, alpha) for k in judged),
            *(_at_budget(trial, rare, budget, alpha) for budget in _BUDGETS),
        ],
        items_decide=True,
        estimate=Estimate(value, worst.low, worst.high, 1 - alpha),
        reference=Reference("trained on as many real rows", reference),
        threshold=Threshold(
            worst.limit or 0.0, f"recall of that class; {ctx.config.margin('utility.go').basis}"
        ),
        direction=Direction.HIGHER,
        n=trial.fits("synthetic").n,
        panels=lambda: [_panel(trial, judged, alpha)],
    )


def _panel(trial: Experiment, judged: Sequence[int], alpha: float) -> Panel:
    """Recall of every class after three kinds of training rows."""
    scores = {k: _recall_scorer(trial, k) for k in judged}
    places = [float(place) for place in range(len(judged))]
    lines = (
        ("synthetic", "synthetic rows", Side.SYNTHETIC, 0.0),
        ("real", "as many real rows", Side.REAL, _SHIFT),
        ("go", trial.fits("go").name, Side.NEUTRAL, 2 * _SHIFT),  # told from all real rows
    )
    return Panel(
        "recall_by_class",
        "Share of each class that is found",
        x="class",
        y="recall on unseen real rows",
        caption=(
            "Each dot is the share of a class of unseen real rows that models assign to it. "
            "Bad: the dot of the synthetic rows below that of the fewest real rows."
        ),
        lines=[
            arm_curve(
                name,
                [trial.arm(arm, score, ("recall", k)) for k, score in scores.items()],
                alpha,
                [place + shift for place in places],
                side=side,
                shape="points",
            )
            for arm, name, side, shift in lines
        ],
        x_ticks=[trial.task.classes[k] for k in judged],
    )


def _recall_scorer(trial: Experiment, number: int) -> _Scorer:
    of_class = trial.task.holdout.target == number
    return lambda prediction: share_among(of_class, prediction.argmax(axis=1) == number)


def _recall(ctx: Context, trial: Experiment, number: int, alpha: float) -> tuple[float, Item]:
    """Recall of a class, headed by how far it is above that of the goal's real rows.

    The sizes of the class stand beside it, small cells left blank.
    """
    score, task = _recall_scorer(trial, number), trial.task
    synthetic, go, real = (
        trial.arm(name, score, ("recall", number)) for name in ("synthetic", "go", "real")
    )
    # A small sample may find a class more often than a large one, for a price in precision: an
    # alarm needs both, so the comparison that is nearer to no alarm decides.
    lines = {f"recall less that of {arm.name}": gap(synthetic, arm) for arm in (go, real)}
    subject = max(lines, key=lambda line: lines[line].interval(alpha)[1])
    decision = Decision(
        subject,
        lines[subject].value,
        *lines[subject].interval(alpha),
        Direction.HIGHER,
        warn=0.0,
        otherwise=Status.PASS,
        margins=("utility.go",),
    )
    sizes = {"real_rows": task.real, "synthetic_rows": task.synthetic}
    counts = {name: int(np.sum(rows.target == number)) for name, rows in sizes.items()}
    item = _item(trial, score, alpha, "recall", number).replaced(
        limit=go.value,
        decisions=(decision,),
        n=int(np.sum(task.holdout.target == number)),
        more={
            name: count if count >= ctx.config.small_cell else None
            for name, count in counts.items()
        },
    )
    return gap(synthetic, go).value, item


def _precision(trial: Experiment, number: int, alpha: float) -> Item:
    of_class = trial.task.holdout.target == number

    def score(prediction: FloatArray) -> Score:
        return share_among(prediction.argmax(axis=1) == number, of_class)

    return _item(trial, score, alpha, "precision", number)


def _at_budget(trial: Experiment, number: int, budget: float, alpha: float) -> Item:
    of_class = trial.task.holdout.target == number
    alerts = max(round(budget * len(of_class)), 1)

    def score(prediction: FloatArray) -> Score:
        flagged = np.zeros(len(of_class), np.bool_)
        flagged[np.argsort(-prediction[:, number], kind="stable")[:alerts]] = True
        return share_among(of_class, flagged)

    label = f"recall if {percent(budget, 0)} of the rows are flagged"
    return _item(trial, score, alpha, label, number)


def _item(trial: Experiment, score: _Scorer, alpha: float, what: str, number: int) -> Item:
    """Score of a class after synthetic training rows, and after as many real ones."""
    synthetic, real = (trial.arm(name, score, (what, number)) for name in ("synthetic", "real"))
    low, high = interval(synthetic, alpha)
    return Item(
        "class",
        (trial.task.classes[number], what),
        side=Side.SYNTHETIC,
        estimate=synthetic.value,
        low=low,
        high=high,
        reference=real.value,
    )
