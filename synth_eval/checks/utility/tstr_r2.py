"""Train on synthetic, test on real: can numbers of unseen real rows be predicted?

What it measures
    Gradient boosting is trained on the synthetic rows and predicts the target of the real
    rows of the holdout; the score is R², the share of the target's variance explained. Beside
    it, tested on the same rows: models trained on as many real rows, on all of them, on
    1,000 and on 250 real rows, and no model (the mean of the real rows). Shown without a say:
    all synthetic rows, and models tested on synthetic rows (TRTS and TSTS), as in U001.

How to read it
    0 is as good as the mean, 1 perfect, negative worse than the mean; below -1 is given as
    -1. The currency is real rows: a table surely worth fewer than 250, or one that cannot be
    told from shuffled labels, fails; one worth 1,000, and surely 250, passes; one surely worth
    fewer than 1,000 has limits; else, and with fewer than 1,000 rows, nobody can tell.
    Intervals hold the choice of the test rows and of the training rows.

Formula
    R² = 1 − Σ (y − f)² / Σ (y − ȳ)² over the holdout rows, at least −1; y target, ȳ its mean there,
    f prediction after training on synthetic rows.

When it misleads
    R² follows the few largest values of a skewed target; look at it on a log scale too. One
    model family and one target are looked at; another use can fare differently.

Source
    Esteban, Hyland and Rätsch (2017), arXiv 1706.02633 (train on synthetic, test on real).
"""

from __future__ import annotations

from synth_eval.checks.utility._experiment import experiment
from synth_eval.checks.utility._worth_rows import GAIN_FACTS, judged_by_rows
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.facts import SHARE_OF_GAIN
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Result


@check(
    "U002",
    "tstr_r2",
    dimension="utility",
    title="Train on synthetic, test on real: share of variance explained",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="arms",
    axis=OnAxis(
        1,
        "share of the gain in R² that as many real rows bring over no model",
        fact=SHARE_OF_GAIN,
    ),
    facts=GAIN_FACTS,
)
def tstr_r2(ctx: Context) -> Result:
    """Compare regressions trained on synthetic and on real rows."""
    trial = experiment(ctx, "regression")
    subject = f"Predicting {trial.task.target!r}"
    return judged_by_rows(ctx, trial, "R²", trial.task.score, subject=subject, is_full=True)
