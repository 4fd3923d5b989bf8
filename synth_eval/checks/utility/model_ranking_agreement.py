"""Can a model be chosen on the synthetic data?

What it measures
    Seven models of five families (linear, boosting, forest and tree, nearest neighbours,
    neural network), and those of your own, are trained on synthetic and on real rows and
    tested on real ones. The estimate is Kendall's rank correlation between the two lists of
    scores; the reference the same between two disjoint real samples. Beside it the regret:
    what is lost on real data by taking the model that is best on synthetic rows.

How to read it
    1 is the same order. Models that are equally good swap places by chance, so a low rank
    correlation with a regret of nothing is harmless; the regret decides. It passes where the
    regret itself is within 1 % of what the best model gains, and warns where the whole interval
    is beyond. Details give each model's score in all four ways: trained on synthetic or real,
    tested on real or synthetic rows. Models that do better on synthetic than on real tests
    (TSTS over TRTR) tell of a table that is too regular; real models that fail on synthetic
    tests (TRTS) of wrong labels.

Formula
    τ = (c − d) / √(u · v), mean over the fits; c, d pairs of models in the same and in the opposite
    order in the two lists, u, v pairs that are not tied in the first and in the second list.

When it misleads
    Few fits per model on at most 5,000 rows and fixed settings; tuned models may rank
    differently. Only run at depth ``full``.

Source
    Jordon et al. (2018), Measuring the quality of synthetic data for use in competitions,
    arXiv 1806.11345 (ranking agreement); Esteban et al. (2017) for the four ways of testing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._experiment import experiment
from synth_eval.checks.utility._models import Model, Models, compared_models
from synth_eval.checks.utility._task import kind_of_task, require_full_depth
from synth_eval.checks.utility._worth_rows import absence, arm_item
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold
from synth_eval.stats.arms import Arm, Measurement, gap
from synth_eval.stats.ranking import kendall, ranking_interval
from synth_eval.stats.scores import Score

FloatArray = npt.NDArray[np.float64]


@check(
    "U007",
    "model_ranking_agreement",
    dimension="utility",
    title="Choosing a model on the synthetic data",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="intervals",
    gating=False,
)
def model_ranking_agreement(ctx: Context) -> Result:
    """Compare the order of models after training on synthetic and on real rows."""
    require_full_depth(ctx, "the comparison of model families")
    trial = experiment(ctx, kind_of_task(ctx))
    missing = absence(ctx, trial.task)
    if missing is not None:
        return missing
    models = compared_models(ctx, trial)
    alpha = ctx.config.alpha
    synthetic, real, others = _lists(models)
    taus = [kendall(_values(a), _values(b)) for a, b in zip(synthetic, real, strict=True)]
    tau = float(np.mean(taus))
    low, high = ranking_interval(synthetic[0], real[0], alpha, trial.rng("ranking"))
    ceiling = kendall(_values(real[0]), _values(others))
    regret, chosen = _regret(models)
    share = ctx.config.margin("utility.negligible_loss")
    highest = max(model.real.arm(models.on_real.score).value for model in models.tested)
    gain = max(highest - trial.arm("dummy").value, 0.0)
    margin = Threshold(share.value * gain, f"regret: {share.basis}")
    lost = f"{chosen}, the best on synthetic data, loses {max(regret.value, 0.0):.4f} on real data"
    return ctx.judged(
        f"{len(models.tested)} models rank after synthetic training rows as after real ones with "
        f"Kendall's tau {tau:.2f} (two real samples: {ceiling:.2f}); {lost}.",
        summary=f"Choosing a model on synthetic data: {lost}",
        decisions=[
            Decision(
                "score lost by choosing the model on synthetic data",
                regret.value,
                *regret.interval(alpha),
                warn=margin.value,
                aim=margin.value,
                margins=("utility.negligible_loss",),
            )
        ],
        estimate=Estimate(tau, min(low, *taus, tau), max(high, *taus, tau), 1 - alpha),
        reference=Reference("between two disjoint real samples", ceiling),
        threshold=margin,
        direction=Direction.HIGHER,
        n=models.rows,
        sampled=models.rows,
        items=[_item(models, model, alpha) for model in models.tested],
    )


def _lists(models: Models) -> tuple[list[list[Score]], list[list[Score]], list[Score]]:
    """Scores of all models, by fit: after synthetic rows, after real ones, after other real ones.

    One fit each, so that two real samples are compared on the same footing.
    """
    score = models.on_real.score
    fits = range(len(models.tested[0].real.predictions))

    def listed(role: str, number: int) -> list[Score]:
        return [score(getattr(model, role).predictions[number]) for model in models.tested]

    synthetic = [listed("synthetic", number) for number in fits]
    return synthetic, [listed("real", number) for number in fits], listed("real", 1)


def _values(scores: list[Score]) -> list[float]:
    return [score.value for score in scores]


def _agreement(first: FloatArray, second: FloatArray) -> float:
    """Share of rows with the same class, or the correlation of predicted numbers."""
    if first.ndim == 2:
        return float(np.mean(first.argmax(axis=1) == second.argmax(axis=1)))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _regret(models: Models) -> tuple[Measurement, str]:
    """Loss on real data of the model chosen on synthetic data alone."""
    score = models.on_real.score
    best = max(models.tested, key=lambda model: model.real.arm(score).value)
    chosen = max(
        models.tested, key=lambda m: m.synthetic_synthetic.arm(models.on_synthetic.score).value
    )
    if chosen is best:
        return Measurement(0.0, 0.0, 1e6), chosen.name
    return gap(best.real.arm(score), chosen.real.arm(score)), chosen.name


def _item(models: Models, model: Model, alpha: float) -> Item:
    def arm(role: str) -> Arm:
        task = models.on_synthetic if role.endswith("_synthetic") else models.on_real
        fits = getattr(model, role)
        return fits.arm(task.score)  # type: ignore[no-any-return]

    synthetic = arm("synthetic")
    return arm_item(
        synthetic,
        Side.SYNTHETIC,
        alpha,
        tested_on_synthetic=arm("synthetic_synthetic").value,
        real_tested_on_synthetic=arm("real_synthetic").value,
        prediction_agreement=_agreement(model.synthetic.predictions[0], model.real.predictions[0]),
    ).replaced(reference=arm("real").value)
