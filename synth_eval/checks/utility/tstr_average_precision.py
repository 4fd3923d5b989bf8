"""Train on synthetic, test on real: are the rows of the rarest class found?

What it measures
    The average precision (area under the precision-recall curve) of models trained on the
    synthetic rows, for the rarest class that at least fifty holdout rows belong to. Beside it,
    on the same rows: models trained on real rows, and no model, which scores the prevalence.

How to read it
    The prevalence is no skill at all, 1 finds every positive before any negative. Where
    positives are rare it falls long before the area under the ROC curve does. The currency is
    real rows, as in U001.

Formula
    AP = Σ (Rₜ − Rₜ₋₁) · Pₜ over the thresholds t from the highest score down; R recall, P precision
    of the rarest class with at least fifty holdout rows.

When it misleads
    It depends on the prevalence: compare arms, never tables. With fewer than fifty positives
    in the holdout it says nothing and is not given. A class that the synthetic table lacks
    fails before any model is fitted.

Source
    Saito and Rehmsmeier (2015), PLOS ONE 10; Boyd, Eng and Page (2013) for the estimator.
"""

from __future__ import annotations

import numpy as np

from synth_eval.checks.utility._experiment import experiment
from synth_eval.checks.utility._task import MANY_TEST_ROWS
from synth_eval.checks.utility._worth_rows import GAIN_FACTS, judged_by_rows
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Result
from synth_eval.stats.scores import average_precision


@check(
    "U003",
    "tstr_average_precision",
    dimension="utility",
    title="Train on synthetic, test on real: finding the rarest class",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="arms",
    facts=GAIN_FACTS,
)
def tstr_average_precision(ctx: Context) -> Result:
    """Compare how well the rarest class is found after training on synthetic and real rows."""
    trial = experiment(ctx, "classification")
    target, classes = trial.task.holdout.target, trial.task.classes
    counts = np.bincount(target, minlength=len(classes))
    enough = [k for k, count in enumerate(counts) if count >= MANY_TEST_ROWS]
    if not enough or len(target) - counts.max() < MANY_TEST_ROWS:
        raise NotApplicable(
            f"the rarer classes of {trial.task.target!r} have fewer than {MANY_TEST_ROWS} "
            "holdout rows",
            remedy="give a larger holdout",
        )
    rare = min(enough, key=lambda k: (counts[k], k))
    positive = target == rare
    return judged_by_rows(
        ctx,
        trial,
        "average precision",
        lambda prediction: average_precision(positive, prediction[:, rare]),
        subject=f"Finding {trial.task.target!r} = {classes[rare]!r}",
    )
