"""Can any column be predicted from the others as well as after training on real rows?

What it measures
    Each column in turn is the target: boosting is trained on random halves of the synthetic and
    of the real rows (at most 2,000) and tested on the holdout, beside 1,000 and 250 real rows
    (no more than those). Columns that real rows cannot predict either are left out.

How to read it
    The estimate is the median, over the columns, of the share of the real gain over no model
    that is kept. 1 is all of it. A column is lost where it is surely predicted worse than after
    training on 250 real rows, or worse than after 1,000 and perhaps no better than without a
    model. It fails where more than half of the columns are lost, warns where any is surely below
    1,000 real rows, and passes where at least half of them are surely predicted better than
    without a model. With fewer than 1,000 rows to train on, and beside a named target, which the
    other columns do not speak for, it only looks for alarms.

Formula
    K = median over columns of (S(synthetic) − S₀) / (S(real) − S₀); S score on the holdout after as
    many training rows (AUC or R²), S₀ that of no model (0.5 or 0).

When it misleads
    Small samples and one fit each: a screen over all uses, not a verdict on one. Name a target
    where there is one, or several as ``targets``. It runs where no target is named, where
    several are, or at depth ``full``; of more than 30 columns a seeded sample is taken.

Source
    The idea of all-column predictive scores: Goncalves et al. (2020), BMC Medical Research
    Methodology 20; Esteban, Hyland and Rätsch (2017) for train on synthetic, test on real.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth_eval.checks.utility._curves import interval
from synth_eval.checks.utility._experiment import lines_of
from synth_eval.checks.utility._task import (
    classification,
    most_rows,
    regression,
    require_full_depth,
)
from synth_eval.data.baseline import drawn_once
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.facts import ROWS_NEEDED
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.arms import Arm, fit_samples, gap
from synth_eval.stats.families import boosting_learner
from synth_eval.stats.learners import TrainingRows
from synth_eval.stats.scores import Score
from synth_eval.words import counted, percent

_TRAINING_ROWS = 2_000  # a screen: five kinds of fits for each of up to thirty columns
_TEST_ROWS = 4_000
_FEWEST_ROWS = 50  # as for a named target
_COLUMNS = 30
_FITS = 3
_NO_SKILL = {"AUC": 0.5, "R²": 0.0}  # scores of no model, by their definition


@dataclass(frozen=True, slots=True)
class _Column:
    """Scores of one column as the target."""

    name: str
    score: str
    synthetic: Arm
    real: Arm
    go: Arm
    floor: Arm
    nothing: Arm
    share: float


@check(
    "U011",
    "any_target_utility",
    dimension="utility",
    title="Predicting any column from the others",
    needs=(HOLDOUT,),
    cost="models",
    figure="bars",
    facts=(ROWS_NEEDED,),
)
def any_target_utility(ctx: Context) -> Result:
    """Screen all columns as targets."""
    if ctx.data.schema.target is not None and not ctx.config.targets:
        require_full_depth(ctx, "every column as a target")
    alpha = ctx.config.alpha
    names = _names(ctx)
    fewest = min(table.num_rows for table in ctx.data.tables.values())
    if fewest < _FEWEST_ROWS:
        raise NotApplicable(
            f"{counted(fewest, 'row')} of a table tell nothing of a model",
            cause="rows",
            remedy=f"give at least {_FEWEST_ROWS} of each, for a verdict "
            f"{2 * lines_of(ctx.config)[1]:,}",
        )
    columns = [column for name in names if (column := _column(ctx, name)) is not None]
    if not columns:
        which = "column" if not ctx.config.targets else "named target"
        raise NotApplicable(f"no {which} of the holdout can be predicted from the others")
    corrected = alpha / len(columns)
    columns.sort(key=lambda column: column.share)
    items = [_item(column, alpha, corrected) for column in columns]
    below_go = [item for item in items if item.status is Status.WARN]
    lost = sum(bool(item.more["lost"]) for item in items) / len(items)
    # A column that is not shown to be learned may be lost as well: that no loss was seen on few
    # rows shows nothing.
    perhaps = max(sum(not item.more["learned"] for item in items) / len(items), lost)
    rows, goal = columns[0].synthetic.n, lines_of(ctx.config)[1]
    is_enough, only_alarms = rows >= goal, ctx.data.schema.target is not None
    shares = np.array([column.share for column in columns])
    median = float(np.median(shares))
    draws = ctx.rng("median").choice(shares, (500, len(shares)))  # bootstrap over the columns
    low, high = map(float, np.quantile(np.median(draws, axis=1), [alpha / 2, 1 - alpha / 2]))
    most = ctx.config.margin("utility.lost_columns").value
    told = (
        f"Over {len(columns)} predictable columns, models trained on synthetic rows keep "
        f"{percent(median, 0)} (median) of what as many real rows gain"
    )
    worst = f"worst {columns[0].name!r} ({percent(columns[0].share, 0)})"
    few = "" if is_enough else f" A pass takes {2 * goal:,} rows of either table."
    return ctx.judged(
        f"{told}; {len(below_go)} surely do worse than {columns[0].go.n:,} real rows, "
        f"{worst}.{few}",
        summary=f"{told}, {worst}",
        decisions=[
            Decision(
                "share of the columns that are lost", lost, lost, perhaps,
                fail=most, clear=most if is_enough and not only_alarms else None,
                otherwise=Status.PASS if only_alarms else Status.INCONCLUSIVE,
                margins=("utility.lost_columns",),
            )
        ],
        estimate=Estimate(median, min(low, median), max(high, median), 1 - alpha),
        reference=Reference("trained on as many real rows", 1.0),
        threshold=ctx.config.margin("utility.lost_columns"),
        direction=Direction.HIGHER,
        n=columns[0].synthetic.n,
        sampled=columns[0].synthetic.n,
        facts={} if is_enough else {ROWS_NEEDED: 2.0 * goal},
        items=sorted(items, key=lambda item: -item.severity),
        items_decide=True,
    )  # fmt: skip


def _surely_below(first: Arm, second: Arm, alpha: float) -> bool:
    return gap(first, second).interval(alpha)[1] < 0


def _names(ctx: Context) -> list[str]:
    if ctx.config.targets:
        return list(ctx.config.targets)
    columns = [
        column.name
        for column in ctx.data.schema.compared
        if column.kind != "datetime" and "key" not in column.roles
    ]
    if len(columns) <= _COLUMNS:
        return columns
    chosen = ctx.rng("columns").choice(len(columns), _COLUMNS, replace=False)
    return [columns[k] for k in np.sort(chosen)]


def _column(ctx: Context, name: str) -> _Column | None:
    """None where the column does not vary, or real rows cannot predict it."""
    is_number = ctx.data.schema[name].kind == "numerical"
    make = regression if is_number else classification
    try:
        task = make(ctx, lambda salt: ctx.rng(f"{salt} {name}"), name)
    except NotApplicable:
        return None
    rng, learner = ctx.rng(f"fits {name}"), boosting_learner(ctx.config.tuning)
    if len(task.holdout) > _TEST_ROWS:
        drawn = np.sort(rng.permutation(len(task.holdout))[:_TEST_ROWS])
        task = task.with_holdout(task.holdout.take(drawn))
    if not task.can_be_scored:
        return None
    rows = max(min(len(task.real), len(task.synthetic), 2 * _TRAINING_ROWS) // 2, 1)

    def arm(label: str, pool: TrainingRows, size: int) -> Arm:
        test = task.holdout.features
        return fit_samples(label, pool, max(size, 2), _FITS, test, learner, rng).arm(task.score)

    def real_arm(label: str, size: int) -> Arm:
        key = ("any target", name, label, size, most_rows(ctx.config), ctx.config.tuning)
        return drawn_once(ctx.once, key, rng, lambda: arm(label, task.real, size))

    score = "R²" if is_number else "AUC"
    dummy = _NO_SKILL[score]
    real = real_arm("real", rows)
    none = Score(dummy, np.zeros(len(task.holdout)), real.score.possible)
    nothing = Arm("", none, 0.0, 1e6, 0, 0)
    if gap(real, nothing).interval(ctx.config.alpha)[0] <= 0:
        return None
    synthetic = arm("synthetic", task.synthetic, rows) if len(task.synthetic) else nothing
    kept_share = (synthetic.value - dummy) / (real.value - dummy)
    floor, go = (real_arm("", min(line, rows)) for line in lines_of(ctx.config))
    return _Column(name, score, synthetic, real, go, floor, nothing, kept_share)


def _item(column: _Column, alpha: float, corrected: float) -> Item:
    """Scores of a column, and whether it is surely below the real rows of the goal.

    Alarms are corrected for the number of columns, the interval that is shown is not.
    """
    low, high = interval(column.synthetic, alpha)
    to_go = gap(column.synthetic, column.go)
    has_learned = gap(column.synthetic, column.nothing).interval(corrected)[0] > 0
    is_lost = _surely_below(column.synthetic, column.floor, corrected) or (
        not has_learned and _surely_below(column.synthetic, column.go, corrected)
    )
    decision = Decision(
        f"score less that of {column.go.n:,} real rows",
        to_go.value,
        *to_go.interval(corrected),
        Direction.HIGHER,
        warn=0.0,
        otherwise=Status.PASS,
        margins=("utility.go",),
    )
    return Item(
        "column",
        (column.name,),
        estimate=column.synthetic.value,
        low=low,
        high=high,
        reference=column.real.value,
        limit=column.go.value,
        decisions=(decision,),
        more={
            "score": column.score,
            "kept": column.share,
            "lost": is_lost,
            "learned": has_learned,
        },
    )
