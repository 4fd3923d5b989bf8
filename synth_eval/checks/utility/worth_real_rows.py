"""How many real rows are the synthetic ones worth?

What it measures
    The learning curve of models trained on ever more real rows, tested on the holdout, and
    the number of real rows at which it reaches the score of models trained on the synthetic
    rows (all of them, up to the configured number).

How to read it
    "Worth 3,000 real rows": whoever has 3,000 real rows to train on is served as well. The
    interval holds the choice of test and of training rows. It fails where the whole interval is
    below 250 rows, warns where it is surely below 1,000 and passes where it is from 1,000 on;
    else nobody can tell.

Formula
    W = n with S(n real rows) = S(synthetic rows); S score on the holdout (AUC or R²), between the
    points of the smoothed curve linear in log n, and never outside its ends.

When it misleads
    On a flat curve the interval is wide: then more real rows hardly help either. Beyond the
    number of real rows at hand there is no curve; "or more" is all that can be said. It costs
    some dozens of fits (about 10 CPU seconds at 24,000 real and 50,000 synthetic rows of adult)
    and is only run at depth ``full``; U001 and U002 read a coarse curve.

Source
    Perlich, Provost and Simonoff (2003) on learning curves; fit-for-purpose reading of
    synthetic data as an effective sample size, as in Xu et al. (2019), arXiv 1907.00503.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from synth_eval.checks.utility._curves import learning_curve
from synth_eval.checks.utility._experiment import Experiment, experiment, lines_of
from synth_eval.checks.utility._task import kind_of_task, require_full_depth
from synth_eval.checks.utility._worth_rows import absence, arm_item
from synth_eval.judging.check import Context
from synth_eval.judging.items import Side
from synth_eval.judging.judge import Decision, Direction
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.judging.settings import Config
from synth_eval.stats.arms import Arm, fit_samples
from synth_eval.stats.learning_curve import Worth, curve_sizes, worth
from synth_eval.words import percent

_POINTS = 9  # of the curve: about one for each doubling of the rows
_FITS = (12, 12, 10, 8, 8, 6, 6, 4)  # by point: models on few rows scatter, those on many cost
_BELOW_FLOOR = 4  # the curve starts so many times below the floor, so that worths below it show


@check(
    "U006",
    "worth_real_rows",
    dimension="utility",
    title="Number of real rows that the synthetic ones are worth",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="arms",
    gating=False,
)
def worth_real_rows(ctx: Context) -> Result:
    """Read the score of the synthetic rows off the learning curve of real rows."""
    require_full_depth(ctx, "the learning curve of real rows")
    trial = experiment(ctx, kind_of_task(ctx))
    missing = absence(ctx, trial.task)
    if missing is not None:
        return missing
    alpha = ctx.config.alpha
    curve = _curve(trial, trial.lines[0] / _BELOW_FLOOR / len(trial.task.real))
    synthetic = trial.arm("all_synthetic")
    value = worth(synthetic, curve, alpha)
    real = len(trial.task.real)
    shown_high = max(min(value.high, float(real)), value.rows)  # the curve has no more rows
    told = (
        f"{synthetic.n:,} synthetic rows are worth {value.rows:,.0f}"
        f"{' or more' if value.beyond else ''} real rows to a model"
    )
    high = f"{value.high:,.0f}" if np.isfinite(value.high) else f"{real:,} or more"
    share = f"{percent(value.rows / real, 0)} of those there are"
    go = ctx.config.margin("utility.go")
    return ctx.judged(
        f"{told} ({value.low:,.0f} to {high}), {share}.",
        summary=f"{told}, {share}",
        decisions=decisions(ctx.config, value),
        items=[
            arm_item(synthetic, Side.SYNTHETIC, alpha),
            *(arm_item(point, Side.REAL, alpha) for point in reversed(curve)),
        ],
        estimate=Estimate(value.rows, value.low, shown_high, 1 - alpha),
        reference=Reference("all real rows", float(real), n=real),
        threshold=go,
        direction=Direction.HIGHER,
        n=synthetic.n,
        sampled=synthetic.n if trial.task.sampled else None,
        panels=lambda: [learning_curve(trial.score_name, curve, synthetic, alpha)],
    )


def decisions(config: Config, value: Worth) -> list[Decision]:
    """The number of real rows it is worth beside the floor, and beside the goal."""
    floor, go = lines_of(config)
    return [
        Decision(
            "real rows that it is worth, beside the floor",
            value.rows,
            value.low,
            value.high,
            Direction.HIGHER,
            fail=floor,
            clear=floor,
            margins=("utility.floor",),
        ),
        Decision(
            "real rows that it is worth",
            value.rows,
            value.low,
            value.high,
            Direction.HIGHER,
            warn=go,
            clear=go,
            margins=("utility.go",),
        ),
    ]


def _curve(trial: Experiment, smallest: float) -> list[Arm]:
    task = trial.task
    sizes = curve_sizes(len(task.real), smallest, _POINTS)

    def points() -> list[Arm]:
        test, rng = task.holdout.features, trial.rng("curve")
        return [
            fit_samples(f"{rows:,} real rows", task.real, rows, fits, test, trial.learner, rng).arm(
                task.score
            )
            for rows, fits in zip(sizes[:-1], _FITS, strict=False)
        ]

    last = replace(trial.arm("full"), name=f"{sizes[-1]:,} real rows")
    return [*trial.once((*trial.key, "learning curve", smallest), points), last]
