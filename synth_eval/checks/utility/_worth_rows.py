"""One judgement for every score: how many real rows is the synthetic table worth?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synth_eval.checks.utility._curves import interval, learning_curve
from synth_eval.checks.utility._experiment import Arms, Experiment
from synth_eval.checks.utility._task import Task, absent_classes
from synth_eval.judging.check import Context
from synth_eval.judging.panels import Panel
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.stats.arms import Arm, Measurement, Scorer, gap

__all__ = ["absence", "judge"]

_RANGE = (-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Gaps of the synthetic arm to the lines that decide, with their intervals."""

    floor: Measurement
    go: Measurement
    real: Measurement
    negligible: float


def _lines(arms: Arms, negligible_share: float) -> _Lines:
    """Lines are real arms, but never below no model nor within a trifle of all real rows.

    Where the learning curve is flat a table as good as the real one could otherwise never be
    told from a tenth of it.
    """
    best = arms.full
    negligible = negligible_share * max(best.value - arms.dummy.value, 0.0)
    real = gap(arms.synthetic, best)
    almost_real = replace(real, value=real.value + negligible)

    def line(arm: Arm) -> Measurement:
        higher = arm if arm.value > arms.dummy.value else arms.dummy
        flat = higher.value > best.value - negligible
        return almost_real if flat else gap(arms.synthetic, higher)

    return _Lines(line(arms.floor), line(arms.go), real, negligible)


def judge(
    ctx: Context,
    trial: Experiment,
    name: str,
    scorer: Scorer,
    *,
    subject: str,
    is_full: bool = False,
) -> Result:
    """Score the arms and decide in rows of real data.

    Fails where the synthetic arm is surely below the floor arm or below no model, or cannot
    be told from shuffled labels while surely below the real arm; passes where it is surely at
    or above the go arm; warns surely above the floor; inconclusive else.

    Parameters
    ----------
    name : str
        Name of the score in messages.
    scorer : callable
        Score of predictions for the holdout rows.
    subject : str
        What is predicted, at the head of the message.
    is_full : bool
        Whether to show the arms that decide nothing, too; the score is then that of the task.
    """
    task = trial.task
    missing = absence(ctx, task)
    if missing is not None:
        return missing
    arms = trial.arms(scorer)
    alpha = ctx.config.alpha
    more = [arm for _, arm in trial.undecisive_arms()] if is_full else []
    said = _Words(task, name, subject, alpha)
    if gap(arms.full, arms.dummy).interval(alpha)[0] <= 0:  # no better than no model
        return _result(ctx, arms, Status.NOT_APPLICABLE, said, more)
    lines = _lines(arms, ctx.config.margin("utility.negligible_loss").value)
    if arms.synthetic.estimate().interval(alpha)[0] <= arms.floor.estimate().interval(alpha)[1]:
        arms = trial.with_null(arms, scorer)
    return _result(ctx, arms, _status(arms, lines, alpha), said, more)


def absence(ctx: Context, task: Task) -> Result | None:
    """Failure if the synthetic table lacks the target or one of its classes."""
    gone = absent_classes(task, ctx.config.alpha, ctx.config.small_cell)
    if gone or len(task.synthetic) == 0:
        return ctx.result(Status.FAIL, _absence(task, gone), n=len(task.synthetic))
    return None


def _status(arms: Arms, lines: _Lines, alpha: float) -> Status:
    floor_low, floor_high = lines.floor.interval(alpha)
    no_signal = arms.null is not None and _inside(arms.synthetic, arms.null, alpha)
    surely_below_real = lines.real.interval(alpha)[1] < -lines.negligible
    if floor_high < 0 or (no_signal and surely_below_real):
        return Status.FAIL
    if no_signal:
        return Status.INCONCLUSIVE
    if lines.go.interval(alpha)[0] >= 0:
        return Status.PASS
    return Status.WARN if floor_low >= 0 else Status.INCONCLUSIVE


def _inside(arm: Arm, null: Arm, alpha: float) -> bool:
    low, high = null.estimate().interval(alpha)
    return low <= arm.value <= high


def _absence(task: Task, gone: list[str]) -> str:
    if len(task.synthetic) == 0:
        return (
            f"No synthetic row has a readable value of target {task.target!r}: nothing can be "
            "trained on it."
        )
    names = ", ".join(repr(name) for name in gone)
    return (
        f"No synthetic row has target {task.target!r} = {names}, though real rows do: a model "
        "trained on the synthetic table can never predict it."
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What messages speak of."""

    task: Task
    score: str
    subject: str
    alpha: float


def _result(ctx: Context, arms: Arms, status: Status, said: _Words, more: Sequence[Arm]) -> Result:
    alpha, go = ctx.config.alpha, ctx.config.margin("utility.go")
    low, high = interval(arms.synthetic, alpha, *_RANGE)
    real_low, real_high = interval(arms.real, alpha, *_RANGE)
    return ctx.result(
        status,
        _message(arms, status, said),
        estimate=Estimate(arms.synthetic.value, low, high, 1 - alpha),
        reference=Reference(
            f"trained on {arms.real.n:,} real rows",
            arms.real.value,
            real_low,
            real_high,
            arms.real.n,
        ),
        threshold=Threshold(arms.go.value, f"{said.score} of {arms.go.n:,} real rows; {go.basis}"),
        direction=Direction.HIGHER,
        n=arms.synthetic.n,
        sampled=arms.synthetic.n if said.task.sampled else None,
        details=_details(arms, more, alpha),
        panels=[] if status is Status.NOT_APPLICABLE else [_curve(arms, said)],
    )


def _curve(arms: Arms, said: _Words) -> Panel:
    real = (arms.floor, arms.go, arms.real, arms.full)
    return learning_curve(said.score, real, arms.synthetic, said.alpha)


def _details(arms: Arms, more: Sequence[Arm], alpha: float) -> list[dict[str, Any]]:
    """One row per arm; ``gap`` is the synthetic arm minus it, paired by test row."""
    full = None if arms.full.n == arms.real.n else arms.full
    listed = [arms.synthetic, arms.real, full, arms.go, arms.floor, arms.null, arms.dummy]
    rows = [_row(arm, alpha) for arm in listed if arm is not None]
    for row, arm in zip(rows, [arm for arm in listed if arm is not None], strict=True):
        if arm is not arms.synthetic:
            difference = gap(arms.synthetic, arm)
            low, high = difference.interval(alpha)
            row |= {"gap": difference.value, "gap_low": low, "gap_high": high}
    return [*rows, *(_row(arm, alpha) for arm in more)]


def _row(arm: Arm, alpha: float) -> dict[str, Any]:
    low, high = interval(arm, alpha, *_RANGE)
    return {"arm": arm.name, "estimate": arm.value, "low": low, "high": high, "n": arm.n,
            "seeds": arm.fits}  # fmt: skip


def _message(arms: Arms, status: Status, said: _Words) -> str:
    synthetic, real, best = arms.synthetic, arms.real, arms.full
    tail = _left_out(said.task)
    if status is Status.NOT_APPLICABLE:
        return (
            f"The task is uninformative. {said.subject}: {best.n:,} real rows reach {said.score} "
            f"{best.value:.3f}, no better than no model ({arms.dummy.value:.3f}).{tail}"
        )
    low, high = synthetic.estimate().interval(said.alpha)
    unsure = "too uncertain to tell, " if status is Status.INCONCLUSIVE else ""
    return (
        f"{said.subject}: {said.score} {synthetic.value:.3f} ({low:.3f} to {high:.3f}) from "
        f"synthetic rows, {real.value:.3f} from as many real rows; {unsure}"
        f"{_worth(arms, said.alpha)}.{tail}"
    )


def _worth(arms: Arms, alpha: float) -> str:
    if arms.null is not None and _inside(arms.synthetic, arms.null, alpha):
        return "no better than synthetic rows with shuffled labels"
    if arms.null is not None and arms.synthetic.value < arms.null.value:
        return "worse than shuffled labels, the relation is reversed"
    low, high = arms.synthetic.estimate().interval(alpha)
    rows, fewest, most = (_rows(arms, score) for score in (arms.synthetic.value, low, high))
    if fewest == most:
        return f"worth {rows} real rows"
    about = "about " if rows[0].isdigit() and "more" not in rows else ""
    return f"worth {about}{rows} real rows ({fewest} to {most})"


def _rows(arms: Arms, score: float) -> str:
    """Real rows that score as much, between the arms linear in the logarithm of rows."""
    curve = sorted((arms.floor, arms.go, arms.full), key=lambda arm: arm.n)
    scores = np.maximum.accumulate([arm.value for arm in curve])
    if score >= scores[-1]:
        return f"{curve[-1].n:,} or more"
    if score < scores[0]:
        return f"fewer than {curve[0].n:,}"
    rows = float(np.exp(np.interp(score, scores, np.log([arm.n for arm in curve]))))
    return f"{float(f'{rows:.2g}'):,.0f}"


def _left_out(task: Task) -> str:
    counts = [f"{count:,} {role}" for role, count in task.dropped.items() if count]
    if not counts:
        return ""
    return f" Rows without a readable target are left out: {', '.join(counts)}."
