"""One judgement for every score: how many real rows is the synthetic table worth?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synth_eval.checks.utility._task import Task, absent_classes
from synth_eval.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.run import Context
from synth_eval.stats.arms import (
    Arm,
    Gap,
    fixed_arm,
    gap,
    repeated_arm,
    shuffled_scores,
    single_arm,
)
from synth_eval.stats.learners import boosting
from synth_eval.stats.scores import mean_score

__all__ = ["Arms", "fit_arms", "judge"]

_FLOOR_FITS = 12
_GO_FITS = 4
_NULL_FITS = 12
_NULL_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Arms:
    """The arms of one task, all tested on the same holdout rows.

    Parameters
    ----------
    synthetic, real : Arm
        Trained on equally many synthetic and real rows.
    go, floor : Arm
        Trained on the shares of the real rows that margins speak of.
    dummy : Arm
        No model: what is predicted without looking at the features.
    null : Arm or None
        Trained on synthetic rows with shuffled labels; fitted only where it can matter.
    """

    synthetic: Arm
    real: Arm
    go: Arm
    floor: Arm
    dummy: Arm
    null: Arm | None = None

    @property
    def most_real(self) -> Arm:
        """The arm of the most real rows: not the equal-sized one if the synthetic table is tiny."""
        return max(self.real, self.go, self.floor, key=lambda arm: arm.n)


def fit_arms(ctx: Context, task: Task) -> Arms:
    """Fit all arms of a task."""
    n = min(len(task.real), len(task.synthetic))
    shares = {name: ctx.config.margin(f"utility.{name}").value for name in ("floor", "go")}

    def equal(name: str, role: str) -> Arm:
        rng = ctx.rng(role)
        pool = getattr(task, role)
        rows = pool.take(np.sort(rng.permutation(len(pool))[:n]))
        return single_arm(name, rows, boosting, task.score, rng)

    def small(name: str, fits: int) -> Arm:
        label = f"{shares[name]:.0%} of the real rows"
        rows = max(round(shares[name] * len(task.real)), 2)
        return repeated_arm(label, task.real, rows, fits, boosting, task.score, ctx.rng(name))

    return Arms(
        synthetic=equal("synthetic rows", "synthetic"),
        real=equal("real rows, as many", "real"),
        go=small("go", _GO_FITS),
        floor=small("floor", _FLOOR_FITS),
        dummy=_dummy(task),
    )


def _dummy(task: Task) -> Arm:
    """The majority class, or the mean: scored like any model, and sure of itself."""
    if task.classes:
        constant = np.zeros(len(task.holdout))
        rows = replace(task.real, target=constant.astype(np.intp)).take(np.arange(0))
        return fixed_arm("no model", task.score(boosting(rows, 0)), 0)
    mean = float(np.mean(task.real.target))
    return fixed_arm("no model", task.score(lambda rows: np.full(len(rows), mean)), 0)


def _null(ctx: Context, task: Task, n: int) -> Arm:
    """Shuffled labels; the variance is that of a single fit, to be used as a prediction range."""
    rng = ctx.rng("shuffled")
    rows = min(n, _NULL_ROWS)
    training = task.synthetic.take(np.sort(rng.permutation(len(task.synthetic))[:rows]))
    scores = shuffled_scores(training, _NULL_FITS, boosting, task.score, rng)
    spread = float(np.var([score.value for score in scores], ddof=1)) * (1 + 1 / _NULL_FITS)
    return Arm("synthetic rows, labels shuffled", mean_score(scores), spread, _NULL_FITS - 1,
               rows, _NULL_FITS)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lines:
    """Gaps of the synthetic arm to the lines that decide, with their intervals."""

    floor: Gap
    go: Gap
    real: Gap
    negligible: float


def _lines(arms: Arms, negligible_share: float) -> _Lines:
    """Lines are real arms, but never below no model nor within a trifle of all real rows.

    Where the learning curve is flat a table as good as the real one could otherwise never be
    told from a tenth of it.
    """
    best = arms.most_real
    negligible = negligible_share * max(best.value - arms.dummy.value, 0.0)
    real = gap(arms.synthetic, best)
    almost_real = replace(real, value=real.value + negligible)

    def line(arm: Arm) -> Gap:
        higher = arm if arm.value > arms.dummy.value else arms.dummy
        flat = higher.value > best.value - negligible
        return almost_real if flat else gap(arms.synthetic, higher)

    return _Lines(line(arms.floor), line(arms.go), real, negligible)


def judge(ctx: Context, task: Task, score_name: str) -> Result:
    """Fit the arms and decide in rows of real data.

    Fails where the synthetic arm is surely below the floor arm or below no model, or cannot
    be told from shuffled labels while surely below the real arm; passes where it is surely at
    or above the go arm; warns surely above the floor; inconclusive else.
    """
    gone = absent_classes(task, ctx.config.alpha, ctx.config.small_cell)
    if gone or len(task.synthetic) == 0:
        return ctx.result(Status.FAIL, _absence(task, gone), n=len(task.synthetic))
    arms = fit_arms(ctx, task)
    alpha = ctx.config.alpha
    if gap(arms.most_real, arms.dummy).interval(alpha)[0] <= 0:
        return _result(ctx, task, arms, Status.NOT_APPLICABLE, score_name)
    lines = _lines(arms, ctx.config.margin("utility.negligible_loss").value)
    if arms.synthetic.estimate().interval(alpha)[0] <= arms.floor.estimate().interval(alpha)[1]:
        arms = replace(arms, null=_null(ctx, task, arms.synthetic.n))
    return _result(ctx, task, arms, _status(arms, lines, alpha), score_name)


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


def _result(ctx: Context, task: Task, arms: Arms, status: Status, score_name: str) -> Result:
    alpha, go = ctx.config.alpha, ctx.config.margin("utility.go")
    upper = 1.0
    low, high = _bounded(arms.synthetic, alpha, upper)
    real_low, real_high = _bounded(arms.real, alpha, upper)
    return ctx.result(
        status,
        _message(task, arms, status, score_name, alpha),
        estimate=Estimate(arms.synthetic.value, low, high, 1 - alpha),
        reference=Reference(
            f"trained on {arms.real.n:,} real rows",
            arms.real.value,
            real_low,
            real_high,
            arms.real.n,
        ),
        threshold=Threshold(arms.go.value, f"{score_name} of {arms.go.n:,} real rows; {go.basis}"),
        direction=Direction.HIGHER,
        n=arms.synthetic.n,
        sampled=arms.synthetic.n if task.sampled else None,
        details=_details(arms, alpha, upper),
    )


def _bounded(arm: Arm, alpha: float, upper: float) -> tuple[float, float]:
    low, high = arm.estimate().interval(alpha)
    return max(low, -upper), min(high, upper)


def _details(arms: Arms, alpha: float, upper: float) -> list[dict[str, Any]]:
    listed = [arms.synthetic, arms.real, arms.go, arms.floor, arms.null, arms.dummy]
    rows = []
    for arm in listed:
        if arm is None:
            continue
        low, high = _bounded(arm, alpha, upper)
        rows.append(
            {
                "arm": arm.name,
                "estimate": arm.value,
                "low": low,
                "high": high,
                "n": arm.n,
                "seeds": arm.fits,
            }
        )
    return rows


def _message(task: Task, arms: Arms, status: Status, score_name: str, alpha: float) -> str:
    synthetic, real, best = arms.synthetic, arms.real, arms.most_real
    tail = _left_out(task)
    if status is Status.NOT_APPLICABLE:
        return (
            f"The task is uninformative: {best.n:,} real rows predict {task.target!r} with "
            f"{score_name} {best.value:.3f}, no better than no model ({arms.dummy.value:.3f})."
            + tail
        )
    low, high = synthetic.estimate().interval(alpha)
    head = (
        f"Trained on {synthetic.n:,} synthetic rows, models predict {task.target!r} of unseen "
        f"real rows with {score_name} {synthetic.value:.3f} ({low:.3f} to {high:.3f}); on as "
        f"many real rows {real.value:.3f}"
    )
    return f"{head}: {_worth(arms, alpha)}.{tail}"


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
    return f"worth {about}{rows} real rows (interval: {fewest} to {most})"


def _rows(arms: Arms, score: float) -> str:
    """Real rows that score as much, between the arms linear in the logarithm of rows."""
    curve = sorted((arms.floor, arms.go, arms.real), key=lambda arm: arm.n)
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
