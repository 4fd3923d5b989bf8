"""How many real rows are the synthetic ones worth?

What it measures
    The learning curve of models trained on ever more real rows, tested on the holdout, and
    the number of real rows at which it reaches the score of models trained on the synthetic
    rows (all of them, up to the configured number).

How to read it
    "Worth 3,000 real rows": whoever has 3,000 real rows to train on is served as well. The
    interval holds the choice of test and of training rows. Below 1 % of the real rows it
    fails, from 10 % on it passes.

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

from synth_eval.checks.utility._curves import interval, learning_curve
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._task import kind_of_task, require_full_depth
from synth_eval.checks.utility._words import percent
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.arms import Arm, fit_samples
from synth_eval.stats.learning_curve import Worth, curve_sizes, worth

_POINTS = 9
_SCORES = {True: "AUC", False: "R²"}
_FITS = (12, 12, 10, 8, 8, 6, 6, 4)


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
    curve = _curve(trial, ctx.config.margin("utility.floor").value / 4)
    synthetic = trial.fits("all_synthetic").arm(trial.task.score)
    found = worth(synthetic, curve, alpha)
    real = len(trial.task.real)
    high = min(found.high, float(real)) if np.isfinite(found.high) else float(real)
    return ctx.result(
        _status(found, ctx, real),
        _message(found, synthetic, real),
        estimate=Estimate(found.rows, found.low, max(high, found.rows), 1 - alpha),
        reference=Reference("all real rows", float(real), n=real),
        threshold=ctx.config.margin("utility.go"),
        direction=Direction.HIGHER,
        n=synthetic.n,
        sampled=synthetic.n if trial.task.sampled else None,
        details=[_row(arm, alpha) for arm in (synthetic, *reversed(curve))],
        panels=[learning_curve(_SCORES[bool(trial.task.classes)], curve, synthetic, alpha)],
    )


def _curve(trial: Experiment, smallest: float) -> list[Arm]:
    task, score = trial.task, trial.task.score
    sizes = curve_sizes(len(task.real), smallest, _POINTS)
    test, rng = task.holdout.features, trial.rng("curve")
    points = [
        fit_samples(f"{rows:,} real rows", task.real, rows, fits, test, trial.learner, rng)
        for rows, fits in zip(sizes[:-1], _FITS, strict=False)
    ]
    last = replace(trial.fits("full").arm(score), name=f"{sizes[-1]:,} real rows")
    return [*(fits.arm(score) for fits in points), last]


def _status(found: Worth, ctx: Context, real: int) -> Status:
    if found.high < ctx.config.margin("utility.floor").value * real:
        return Status.FAIL
    if found.low >= ctx.config.margin("utility.go").value * real:
        return Status.PASS
    sure = found.low > ctx.config.margin("utility.floor").value * real
    return Status.WARN if sure else Status.INCONCLUSIVE


def _message(found: Worth, synthetic: Arm, real: int) -> str:
    more = " or more" if found.beyond else ""
    high = f"{found.high:,.0f}" if np.isfinite(found.high) else f"{real:,} or more"
    return (
        f"{synthetic.n:,} synthetic rows are worth {found.rows:,.0f}{more} real rows to a model "
        f"({found.low:,.0f} to {high}), {percent(found.rows / real)} of those there are."
    )


def _row(arm: Arm, alpha: float) -> dict[str, object]:
    low, high = interval(arm, alpha, -1.0, 1.0)
    return {"arm": arm.name, "estimate": arm.value, "low": low, "high": high, "n": arm.n,
            "seeds": arm.fits}  # fmt: skip
