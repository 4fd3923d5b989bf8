"""Can a model be chosen on the synthetic data?

What it measures
    Seven models of five families (linear, boosting, forest and tree, nearest neighbours,
    neural network) are trained on synthetic and on real rows and tested on real ones. The
    estimate is Kendall's rank correlation between the two lists of scores; the reference the
    same between two disjoint real samples. Beside it the regret: what is lost on real data by
    taking the model that is best when trained and tested on synthetic rows.

How to read it
    1 is the same order. Models that are equally good swap places by chance, so a low rank
    correlation with a regret of nothing is harmless; the regret decides. Details give each
    model's score in all four ways: trained on synthetic or real, tested on real or synthetic
    rows. Models that do better on synthetic than on real tests (TSTS over TRTR) tell of a
    table that is too regular; real models that fail on synthetic tests (TRTS) of wrong labels.

When it misleads
    One fit per model on at most 5,000 rows and fixed settings; tuned models may rank
    differently. It costs some fifteen fits and is only run at depth ``full``.

Source
    Jordon et al. (2018), Measuring the quality of synthetic data for use in competitions,
    arXiv 1806.11345 (ranking agreement); Esteban et al. (2017) for the four ways of testing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._fits import Experiment, experiment
from synth_eval.checks.utility._judge import absence
from synth_eval.checks.utility._task import Task, kind_of_task, require_full_depth
from synth_eval.errors import NotApplicable
from synth_eval.registry import check
from synth_eval.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.run import Context
from synth_eval.stats.arms import Arm, Gap, gap
from synth_eval.stats.families import families
from synth_eval.stats.learners import Predictor, TrainingRows
from synth_eval.stats.ranking import kendall, ranking_interval
from synth_eval.stats.scores import Score

FloatArray = npt.NDArray[np.float64]

_TRAINING_ROWS = 5_000
_TEST_ROWS = 10_000
_FEWEST_ROWS = 50


@dataclass(frozen=True, slots=True)
class _Tested:
    """Scores of one model: trained on the first word, tested on the second."""

    name: str
    synthetic_real: Score
    real_real: Score
    other_real: Score
    synthetic_synthetic: Score
    real_synthetic: Score
    agreement: float


@check(
    "U007",
    "model_ranking_agreement",
    dimension="utility",
    title="Choosing a model on the synthetic data",
    needs=("holdout", "target"),
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
    tested = _test_all(trial)
    alpha = ctx.config.alpha
    ours, theirs = [t.synthetic_real for t in tested], [t.real_real for t in tested]
    tau = kendall([s.value for s in ours], [s.value for s in theirs])
    low, high = ranking_interval(ours, theirs, alpha, trial.rng("ranking"))
    ceiling = kendall([t.other_real.value for t in tested], [s.value for s in theirs])
    lost, chosen = _regret(tested)
    margin = _margin(ctx, trial, tested)
    return ctx.result(
        _status(lost, margin.value, alpha),
        f"Trained on synthetic rows, {len(tested)} models rank as on real rows with Kendall's "
        f"tau {tau:.2f} (two real samples: {ceiling:.2f}); choosing {chosen} because it is best "
        f"on synthetic data loses {lost.value:.4f} on real data.",
        estimate=Estimate(tau, min(low, tau), max(high, tau), 1 - alpha),
        reference=Reference("between two disjoint real samples", ceiling),
        threshold=margin,
        direction=Direction.HIGHER,
        n=_sizes(trial.task)[1],
        sampled=_sizes(trial.task)[1],
        details=[_row(entry, alpha) for entry in tested],
    )


def _sizes(task: Task) -> tuple[int, int]:
    """Test rows cut off the synthetic table, and training rows of every model."""
    test = min(len(task.synthetic) // 3, _TEST_ROWS)
    rows = min(len(task.synthetic) - test, len(task.real) // 2, _TRAINING_ROWS)
    return test, rows


def _test_all(trial: Experiment) -> list[_Tested]:
    task, rng = trial.task, trial.rng("families")
    test, rows = _sizes(task)
    if rows < _FEWEST_ROWS or test < _FEWEST_ROWS:
        raise NotApplicable(f"fewer than {_FEWEST_ROWS} rows to train and test models on")
    real = rng.permutation(len(task.real))
    synthetic = rng.permutation(len(task.synthetic))
    holdout = rng.permutation(len(task.holdout))[:_TEST_ROWS]
    samples = {
        "real": task.real.take(real[:rows]),
        "other": task.real.take(real[rows : 2 * rows]),
        "synthetic": task.synthetic.take(synthetic[:rows]),
    }
    trials = (
        task.with_holdout(task.holdout.take(holdout)),
        task.with_holdout(task.synthetic.take(synthetic[rows : rows + test])),
    )
    return [_test(name, learner, samples, trials) for name, learner in families().items()]


def _test(
    name: str, learner: Any, samples: dict[str, TrainingRows], trials: tuple[Task, Task]
) -> _Tested:
    on_real, on_synthetic = trials
    models: dict[str, Predictor] = {role: learner(rows, 0) for role, rows in samples.items()}
    real = {role: model(on_real.holdout.features) for role, model in models.items()}
    synthetic = {role: models[role](on_synthetic.holdout.features) for role in models}
    return _Tested(
        name,
        on_real.score(real["synthetic"]),
        on_real.score(real["real"]),
        on_real.score(real["other"]),
        on_synthetic.score(synthetic["synthetic"]),
        on_synthetic.score(synthetic["real"]),
        _agreement(real["synthetic"], real["real"]),
    )


def _agreement(first: FloatArray, second: FloatArray) -> float:
    """Share of rows with the same class, or the correlation of predicted numbers."""
    if first.ndim == 2:
        return float(np.mean(first.argmax(axis=1) == second.argmax(axis=1)))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _arm(score: Score) -> Arm:
    return Arm("", score, 0.0, 1e6, 0, 1)


def _regret(tested: list[_Tested]) -> tuple[Gap, str]:
    """Loss on real data of the model chosen on synthetic data alone."""
    best = max(tested, key=lambda entry: entry.real_real.value)
    chosen = max(tested, key=lambda entry: entry.synthetic_synthetic.value)
    return gap(_arm(best.real_real), _arm(chosen.real_real)), chosen.name


def _margin(ctx: Context, trial: Experiment, tested: list[_Tested]) -> Threshold:
    share = ctx.config.margin("utility.negligible_loss")
    dummy = trial.fits("dummy").arm(trial.task.score).value
    gain = max(entry.real_real.value for entry in tested) - dummy
    return Threshold(share.value * max(gain, 0.0), f"regret: {share.basis}")


def _status(lost: Gap, margin: float, alpha: float) -> Status:
    low, high = lost.interval(alpha)
    if low > margin:
        return Status.WARN
    return Status.PASS if high <= margin or lost.value <= margin else Status.INCONCLUSIVE


def _row(entry: _Tested, alpha: float) -> dict[str, Any]:
    low, high = _arm(entry.synthetic_real).estimate().interval(alpha)
    return {
        "arm": entry.name,
        "estimate": entry.synthetic_real.value,
        "low": max(low, -1.0),
        "high": min(high, 1.0),
        "reference": entry.real_real.value,
        "tested_on_synthetic": entry.synthetic_synthetic.value,
        "real_tested_on_synthetic": entry.real_synthetic.value,
        "prediction_agreement": entry.agreement,
    }
