"""Train on synthetic, test on real: do other models fare as well?

What it measures
    Models of five families (penalised linear, gradient boosting, random forest and a shallow
    tree, nearest neighbours, a small neural network), and those of your own, are trained on
    equally many synthetic and real rows, each on several samples, and tested on the same rows
    of the holdout; beside them the same after a tenth of those real rows.

How to read it
    Listed is what each model loses by synthetic training rows, the worst first; the interval
    of the gap is paired by test row and holds the choice of training rows. It warns where a
    model is surely worse than after a tenth of the real rows. A model that only some families
    can learn from a table (boosting well, a linear one not) points to what the table lacks.

Formula
    S = mean over fits of the score on the holdout (AUC or R²), of the model with the smallest
    (S(synthetic) − S₀) / (S(real) − S₀); S₀ score of no model.

When it misleads
    At most 5,000 training rows and fixed settings (`tuning` tries others, inside each
    training source). An estimator of your own is given numbers as normal scores and levels as
    indicators; a search over its settings (scikit-learn's `GridSearchCV`) is an estimator too.

Source
    Esteban, Hyland and Rätsch (2017), arXiv 1706.02633; several model families as in Jordon
    et al. (2018), arXiv 1806.11345.
"""

from __future__ import annotations

from typing import Any

from synth_eval.checks.utility._curves import interval
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._models import Model, Models, compared_models
from synth_eval.checks.utility._task import kind_of_task
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.stats.arms import gap


@check(
    "U013",
    "tstr_by_model",
    dimension="utility",
    title="Train on synthetic, test on real: other models",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="intervals",
    gating=False,
)
def tstr_by_model(ctx: Context) -> Result:
    """Compare what every model loses by synthetic training rows."""
    trial = experiment(ctx, kind_of_task(ctx))
    missing = absence(ctx, trial.task)
    if missing is not None:
        return missing
    models = compared_models(ctx, trial)
    alpha = ctx.config.alpha / len(models.tested)
    rows = [_row(ctx, trial, models, model, alpha) for model in models.tested]
    rows.sort(key=lambda row: row["kept"])
    worst = rows[0]
    go = ctx.config.margin("utility.go")
    statuses = {row["status"] for row in rows}
    order = (Status.WARN, Status.INCONCLUSIVE, Status.PASS)
    return ctx.result(
        next(status for status in order if status in statuses),
        _message(models, rows),
        estimate=Estimate(worst["estimate"], worst["low"], worst["high"], 1 - alpha),
        reference=Reference(f"{worst['arm']} on as many real rows", worst["reference"]),
        threshold=Threshold(worst["limit"], f"{worst['arm']} on those shares: {go.basis}"),
        direction=Direction.HIGHER,
        n=models.rows,
        sampled=models.rows,
        details=rows,
    )


def _row(
    ctx: Context, trial: Experiment, models: Models, model: Model, alpha: float
) -> dict[str, Any]:
    score = models.on_real.score
    synthetic, real, go = (fits.arm(score) for fits in (model.synthetic, model.real, model.go))
    low, high = interval(synthetic, alpha, -1.0, 1.0)
    difference, to_go = gap(synthetic, real), gap(synthetic, go)
    gap_low, gap_high = difference.interval(alpha)
    gain = real.value - trial.fits("dummy").arm(trial.task.score).value
    trifle = ctx.config.margin("utility.negligible_loss").value * max(gain, 0.0)
    surely_below = to_go.interval(alpha)[1] < -trifle
    status = (
        Status.WARN if surely_below
        else Status.INCONCLUSIVE if to_go.value < -trifle else Status.PASS
    )  # fmt: skip
    return {
        "arm": model.name,
        "status": str(status),
        "estimate": synthetic.value,
        "low": low,
        "high": high,
        "reference": real.value,
        "limit": go.value,
        "gap": difference.value,
        "gap_low": gap_low,
        "gap_high": gap_high,
        "kept": (gain + difference.value) / gain if gain > 0 else 1.0,
        "own": model.is_own,
        "n": synthetic.n,
        "seeds": synthetic.fits,
    }


def _message(models: Models, rows: list[dict[str, Any]]) -> str:
    score = "AUC" if models.on_real.classes else "R²"
    below = [row["arm"] for row in rows if row["status"] == Status.WARN]
    told = [rows[0], *(row for row in rows[1:] if row["own"])]
    parts = [
        f"{row['arm']}, {score} {row['estimate']:.3f} from synthetic rows, "
        f"{row['reference']:.3f} from as many real rows"
        for row in told
    ]
    verdict = (
        f"{len(below)} of {len(rows)} models surely do worse than with a tenth of those real rows"
        if below
        else "no model surely does worse than with a tenth of those real rows"
    )
    tail = "".join(f" Left out: {name!r} predicts another kind of target."
                   for name in models.left_out)  # fmt: skip
    return f"Hit hardest: {'; '.join(parts)}; {verdict}.{tail}"
