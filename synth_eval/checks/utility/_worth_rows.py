"""One judgement for every score: how many real rows is the synthetic table worth?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synth_eval.checks.utility._curves import interval, learning_curve
from synth_eval.checks.utility._experiment import Arms, Experiment
from synth_eval.checks.utility._task import Task, absent_classes
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.facts import NO_MODEL, ROWS_NEEDED, SHARE_OF_GAIN
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status, overall
from synth_eval.judging.power import rows_needed
from synth_eval.judging.results import Cause, Estimate, Reference, Result, Skipped, Threshold
from synth_eval.stats.arms import Arm, Measurement, Scorer, gap
from synth_eval.words import counted

__all__ = ["GAIN_FACTS", "absence", "arm_item", "decisions", "judged_by_rows"]

GAIN_FACTS = (
    NO_MODEL, SHARE_OF_GAIN, f"{SHARE_OF_GAIN}_low", f"{SHARE_OF_GAIN}_high", ROWS_NEEDED,
)  # fmt: skip
"""Facts of a result of `judged_by_rows`, as a check declares them."""

_FEWEST_ROWS = 50  # below it even models of real rows can hardly be told from no model
_SIDES = {
    "synthetic": Side.SYNTHETIC,
    "real": Side.REAL,
    "full": Side.REAL,
    "go": Side.REAL,
    "floor": Side.REAL,
    "null": Side.NEUTRAL,
    "dummy": Side.NEUTRAL,
}
"""Table that each arm was trained on, in the order in which arms are shown; shuffled labels and
no model belong to none."""


def judged_by_rows(
    ctx: Context,
    trial: Experiment,
    name: str,
    scorer: Scorer,
    *,
    subject: str,
    is_full: bool = False,
) -> Result:
    """Score the arms and decide in rows of real data, see `decisions`.

    Parameters
    ----------
    name : str
        Name of the score, in messages and to tell it from others of the task.
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
    arms = trial.arms(scorer, name)
    alpha = ctx.config.alpha
    shown = trial.undecisive_arms() if is_full else []
    dropped = ", ".join(f"{count:,} {role}" for role, count in task.dropped.items() if count)
    left_out = f" Rows without a readable target are left out: {dropped}." if dropped else ""
    go = ctx.config.margin("utility.go")
    low, high = interval(arms.synthetic, alpha)
    real_low, real_high = interval(arms.real, alpha)
    quadruple: dict[str, Any] = {  # of both kinds of result
        "estimate": Estimate(arms.synthetic.value, low, high, 1 - alpha),
        "reference": Reference(
            f"trained on {arms.real.n:,} real rows",
            arms.real.value,
            real_low,
            real_high,
            arms.real.n,
        ),
        "threshold": Threshold(arms.go.value, f"{name} of {arms.go.n:,} real rows; {go.basis}"),
        "direction": Direction.HIGHER,
        "n": arms.synthetic.n,
        "sampled": arms.synthetic.n if task.sampled else None,
    }
    if gap(arms.full, arms.dummy).interval(alpha)[0] <= 0:  # no better than no model
        best = arms.full
        told = (
            f"The task is uninformative. {subject}: {best.n:,} real rows reach {name} "
            f"{best.value:.3f}, no better than no model ({arms.dummy.value:.3f}).{left_out}"
        )
        goal = arms.lines[1]
        skipped = Skipped(Cause.DATA, told)
        if best.n < goal:  # a weak relation shows on more rows
            skipped = Skipped(Cause.ROWS, told, f"give {goal:,} real and synthetic rows, or more")
        return ctx.skipped(skipped, items=_items(arms, shown, alpha), **quadruple)
    if arms.synthetic.estimate().interval(alpha)[0] <= arms.floor.estimate().interval(alpha)[1]:
        arms = trial.with_null(arms, scorer, name)
    negligible, lost = (
        ctx.config.margin(f"utility.{of}").value for of in ("negligible_loss", "lost_gain")
    )
    parts = decisions(arms, negligible, lost, alpha)
    unsure = "too uncertain to tell, " if overall(parts) is Status.INCONCLUSIVE else ""
    goal = arms.lines[1]
    few = f" A pass takes {goal:,} rows of either table." if arms.real.n < goal else ""
    low, high = arms.synthetic.estimate().interval(alpha)
    rows, bounds = _worth(arms, alpha)
    start = f"{subject}: {name} {arms.synthetic.value:.3f}"
    end = f"from synthetic rows, {arms.real.value:.3f} from as many real rows; {unsure}{rows}"
    curve = (arms.floor, arms.go, arms.real, arms.full)
    return ctx.judged(
        f"{start} ({low:.3f} to {high:.3f}) {end}{bounds}.{few}{left_out}",
        summary=f"{start} {end}",
        decisions=parts,
        items=_items(arms, shown, alpha),
        facts=_facts(arms, parts, alpha),
        panels=lambda: [learning_curve(name, curve, arms.synthetic, alpha)],
        **quadruple,
    )


def decisions(
    arms: Arms, negligible_share: float, lost_share: float, alpha: float
) -> list[Decision]:
    """What a score is held against: the floor, the goal and, where they were fitted, noise.

    Lines are real arms, but never below no model nor within a trifle of all real rows: where
    the learning curve is flat a table as good as the real one could otherwise never be told
    from a few rows of it. Nor are they above what as many real rows reach: a table of few rows
    is not asked to be more than it can be. It cannot pass then either: of a table smaller than
    a line nobody knows whether its generator would have reached it.

    Parameters
    ----------
    arms : Arms
        Scored arms; `Arms.null` is there where the synthetic arm may be noise.
    negligible_share : float
        Share of the gain of all real rows over no model that is a trifle.
    lost_share : float
        Share of the gain of as many real rows that noise loses, where rows are few.
    alpha : float
        One minus the level of the intervals.

    Returns
    -------
    list of Decision
        A failure if the synthetic arm is surely below the floor (with fewer rows than the goal:
        below no model), or cannot be told from shuffled labels while surely below as many real
        rows; a warning if surely below the goal; a pass if its score is at the goal or above
        and surely above the floor.
    """
    best, real, dummy = arms.full, arms.real, arms.dummy
    negligible = negligible_share * max(best.value - dummy.value, 0.0)
    almost_best = gap(arms.synthetic, best)
    almost_best = replace(almost_best, value=almost_best.value + negligible)

    def to_line(arm: Arm) -> Measurement:
        line = arm if arm.value > dummy.value else dummy
        if line.value > best.value - negligible:
            return almost_best
        return gap(arms.synthetic, line if line.value < real.value else real)

    is_small = real.n < arms.lines[1]
    # What costs half of the rows would be a failure on a table of 400 and a limit on one of
    # 4,000: below the goal the line of a failure is no model at all.
    nothing = dummy if dummy.value < real.value else real
    to_floor = gap(arms.synthetic, nothing) if is_small else to_line(arms.floor)
    to_go = to_line(arms.go)
    go = Decision(
        f"score less that of {arms.go.name}",
        to_go.value,
        *to_go.interval(alpha),
        Direction.HIGHER,
        warn=0.0,
        aim=None if is_small else 0.0,
        margins=("utility.go", "utility.negligible_loss"),
    )
    floor = Decision(
        f"score less that of {nothing.name if is_small else arms.floor.name}",
        to_floor.value,
        *to_floor.interval(alpha),
        Direction.HIGHER,
        fail=0.0,
        clear=None if is_small else 0.0,
        margins=("utility.floor", "utility.negligible_loss"),
    )
    if go.low >= 0.0 and not is_small:
        # Models on few rows scatter more than those on many: a table that is surely worth the
        # many is not in doubt because its distance to the few is.
        floor = replace(floor, otherwise=Status.PASS)
    if not _is_noise(arms, alpha):
        return [floor, go]
    to_real = gap(arms.synthetic, real)
    # Of few rows a weaker relation, too, lies among shuffled labels: half of what as many real
    # rows gain must be lost as well.
    lost = lost_share * max(real.value - dummy.value, 0.0) if is_small else negligible
    noise = Decision(  # cannot pass: what looks like shuffled labels is not shown to be good
        f"score less that of {real.name}; it lies among those of shuffled labels",
        to_real.value,
        *to_real.interval(alpha),
        Direction.HIGHER,
        fail=-lost,
        margins=("utility.lost_gain" if is_small else "utility.negligible_loss",),
    )
    return [noise, floor, go]


def _is_noise(arms: Arms, alpha: float) -> bool:
    """Whether the synthetic arm lies in the interval of one fit to shuffled labels."""
    if arms.null is None:
        return False
    low, high = arms.null.estimate().interval(alpha)
    return low <= arms.synthetic.value <= high


def absence(ctx: Context, task: Task) -> Result | None:
    """Failure if the synthetic table lacks the target or one of its classes.

    Raises
    ------
    NotApplicable
        There are too few rows to train or to test models on.
    """
    rows = float(len(task.synthetic))
    sizes = {"synthetic": ctx.data.synthetic.num_rows if rows == 0 else len(task.synthetic)}
    sizes |= {"real": len(task.real), "holdout": len(task.holdout)}
    for role, size in sizes.items():
        if size < _FEWEST_ROWS:
            raise NotApplicable(
                f"{counted(size, f'{role} row')} with a readable target tell nothing of a model",
                cause="rows",
                remedy=f"give at least {_FEWEST_ROWS}, for a verdict "
                f"{ctx.config.margin('utility.go').value:,.0f} real and synthetic ones",
            )
    if rows == 0:
        least = ctx.config.margin("utility.readable_targets")
        return ctx.judged(
            f"No synthetic row has a readable value of target {task.target!r}: nothing can be "
            "trained on it.",
            summary=f"No synthetic row has a readable value of target {task.target!r}.",
            decisions=[
                Decision(
                    "synthetic rows with a readable target", rows, rows, rows, Direction.HIGHER,
                    fail=least.value, clear=least.value, margins=("utility.readable_targets",),
                )
            ],
            n=0,
        )  # fmt: skip
    gone = absent_classes(task, ctx.config.alpha, ctx.config.small_cell)
    if not gone:
        return None
    names, count = ", ".join(repr(name) for name in gone), float(len(gone))
    most = ctx.config.margin("utility.absent_classes").value
    return ctx.judged(
        f"No synthetic row has target {task.target!r} = {names}, though real rows do: a model "
        "trained on the synthetic table can never predict it.",
        summary=f"No synthetic row has target {task.target!r} = {names}, though real rows do.",
        decisions=[
            Decision(
                "classes that no synthetic row has", count, count, count,
                fail=most, clear=most, margins=("utility.absent_classes",),
            )
        ],
        n=len(task.synthetic),
    )  # fmt: skip


def _facts(arms: Arms, parts: Sequence[Decision], alpha: float) -> dict[str, float]:
    """Score of no model, the share of the real gain over it, and the rows a doubt takes."""
    nothing = arms.dummy.value
    facts = {NO_MODEL: nothing}
    if overall(parts) is Status.INCONCLUSIVE:
        facts[ROWS_NEEDED] = max(float(arms.lines[1]), rows_needed(parts, arms.real.n))
    gain = arms.real.value - nothing
    if gain > 0:
        low, high = interval(arms.synthetic, alpha)
        facts[SHARE_OF_GAIN] = (arms.synthetic.value - nothing) / gain
        facts[f"{SHARE_OF_GAIN}_low"] = (low - nothing) / gain
        facts[f"{SHARE_OF_GAIN}_high"] = (high - nothing) / gain
    return facts


def arm_item(arm: Arm, side: Side, alpha: float, **more: float) -> Item:
    """Score of an arm as an item.

    Parameters
    ----------
    arm : Arm
        The arm.
    side : Side
        Table that its models were trained on; neutral for shuffled labels and no model.
    alpha : float
        One minus the level of the interval.
    **more : float
        Further numbers.
    """
    low, high = interval(arm, alpha)
    return Item(
        "arm",
        (arm.name,),
        side=side,
        estimate=arm.value,
        low=low,
        high=high,
        n=arm.n,
        more={"seeds": arm.fits, **more},
    )


def _items(arms: Arms, shown: Sequence[tuple[Side, Arm]], alpha: float) -> tuple[Item, ...]:
    """One item per arm; ``gap`` is the synthetic arm minus it, paired by test row."""
    items = [arm_item(arms.synthetic, Side.SYNTHETIC, alpha)]
    for name, side in _SIDES.items():
        arm: Arm | None = getattr(arms, name)
        is_twice = name in ("full", "go", "floor") and arm is not None and arm.n == arms.real.n
        if arm is None or is_twice or name == "synthetic":
            continue
        difference = gap(arms.synthetic, arm)
        low, high = difference.interval(alpha)
        items.append(arm_item(arm, side, alpha, gap=difference.value, gap_low=low, gap_high=high))
    return (*items, *(arm_item(arm, side, alpha) for side, arm in shown))


def _worth(arms: Arms, alpha: float) -> tuple[str, str]:
    """What the synthetic rows are worth in words, and the interval of that in brackets."""
    if _is_noise(arms, alpha):
        return "no better than synthetic rows with shuffled labels", ""
    if arms.null is not None and arms.synthetic.value < arms.null.value:
        return "worse than shuffled labels, the relation is reversed", ""
    low, high = arms.synthetic.estimate().interval(alpha)
    rows, fewest, most = (_rows(arms, score) for score in (arms.synthetic.value, low, high))
    if fewest == most:
        return f"worth {rows} real rows", ""
    about = "about " if rows[0].isdigit() and "more" not in rows else ""
    return f"worth {about}{rows} real rows", f" ({fewest} to {most})"


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
