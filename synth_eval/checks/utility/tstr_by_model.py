"""Train on synthetic, test on real: do other models fare as well?

What it measures
    Models of five families (penalised linear, gradient boosting, random forest and a shallow
    tree, nearest neighbours, a small neural network), and those of your own, are trained on
    equally many synthetic and real rows, each on several samples, and tested on the same rows
    of the holdout; beside them the same after 1,000 real rows (fewer where there are fewer).

How to read it
    Listed is what each model loses by synthetic training rows, the worst first; the interval
    of the gap is paired by test row and holds the choice of training rows. It warns where a
    model is surely worse than after those real rows by more than a trifle, is
    inconclusive where one seems so, and passes where none does. A model that only some families
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

from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._models import Model, Models, compared_models
from synth_eval.checks.utility._task import kind_of_task
from synth_eval.checks.utility._worth_rows import absence, arm_item
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold
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
    items = [_item(ctx, trial, models, model, alpha) for model in models.tested]
    items.sort(key=lambda item: float(item.more["kept"] or 0.0))
    worst = items[0]
    name, value = worst.label, worst.estimate or 0.0
    below = [item for item in items if item.status is Status.WARN]
    of_own = [item for item in items[1:] if item.more["own"]]
    few = f"{models.tested[0].go.n:,} real rows"
    verdict = (
        f"{len(below)} of {len(items)} models surely do worse than with {few}"
        if below
        else f"no model surely does worse than with {few}"
    )
    left_out = "".join(
        f" Left out: {name!r} predicts another kind of target." for name in models.left_out
    )
    score = "AUC" if models.on_real.classes else "R²"
    told = "; ".join(_told(item, score) for item in (worst, *of_own))
    go = ctx.config.margin("utility.go")
    return ctx.judged(
        f"Hit hardest: {told}; {verdict}.{left_out}",
        summary=f"Hit hardest: {_told(worst, score)}",
        items=sorted(items, key=lambda item: -item.severity),
        items_decide=True,
        estimate=Estimate(value, worst.low, worst.high, 1 - alpha),
        reference=Reference(f"{name} on as many real rows", worst.reference),
        threshold=Threshold(worst.limit or 0.0, f"{name} on {few}: {go.basis}"),
        direction=Direction.HIGHER,
        n=models.rows,
        sampled=models.rows,
    )


def _told(item: Item, score: str) -> str:
    return (
        f"{item.label}, {score} {item.estimate:.3f} from synthetic rows, "
        f"{item.reference:.3f} from as many real rows"
    )


def _item(ctx: Context, trial: Experiment, models: Models, model: Model, alpha: float) -> Item:
    """Score of a model, and its gap to as many real rows and to the few of the goal.

    A trifle below these is not held against it: where the learning curve of a model is flat, few
    rows do as well as all of them.
    """
    score = models.on_real.score
    synthetic, real, go = (fits.arm(score) for fits in (model.synthetic, model.real, model.go))
    to_real, to_go = gap(synthetic, real), gap(synthetic, go)
    low, high = to_real.interval(alpha)
    gain = real.value - trial.arm("dummy").value
    trifle = ctx.config.margin("utility.negligible_loss").value * max(gain, 0.0)
    decision = Decision(
        f"score less that of {go.n:,} real rows",
        to_go.value,
        *to_go.interval(alpha),
        Direction.HIGHER,
        warn=-trifle,
        aim=-trifle,
        margins=("utility.go", "utility.negligible_loss"),
    )
    return arm_item(
        synthetic,
        Side.SYNTHETIC,
        alpha,
        gap=to_real.value,
        gap_low=low,
        gap_high=high,
        kept=(gain + to_real.value) / gain if gain > 0 else 1.0,
        own=model.is_own,
    ).replaced(reference=real.value, limit=go.value, decisions=(decision,))
