"""Train on synthetic, test on real: can classes of unseen real rows be predicted?

What it measures
    Gradient boosting is trained on the synthetic rows and ranks the real rows of the holdout;
    the score is the area under the ROC curve, with more than two classes the mean over each
    class against the rest. Beside it, tested on the same rows: models trained on as many
    real rows, on all of them, on 1,000 and on 250 real rows, and no model. Details give
    the difference to each, paired by test row. Shown without a say: all synthetic rows, and
    models tested on synthetic rows, trained on real (TRTS) or other synthetic ones (TSTS).

How to read it
    .5 is no ranking at all, 1 a perfect one. The currency is real rows: a table surely
    worth fewer than 250, or one that cannot be told from shuffled labels, fails; one worth
    1,000, and surely 250, passes; one surely worth fewer than 1,000 has limits; else, and with
    fewer than 1,000 rows, nobody can tell. Intervals hold the choice of the test
    rows and of the training rows. TSTS far above the rest tells of a table that is too
    regular, TRTS far below it of labels that are not like the real ones.

Formula
    AUC = P(s > r) + ½ · P(s = r); s, r scores of random holdout rows of a class and of the others.
    With more than two classes the mean of AUC over those with at least fifty holdout rows (over
    all, if fewer than two have so many).

When it misleads
    A ranking says nothing about calibration: a re-balanced table ranks well and predicts
    wrong probabilities. Rare classes weigh as much as common ones. One model family and one
    target are looked at; another use can fare differently. Rows of the holdout that the
    generator has seen make any score too good.

Source
    Esteban, Hyland and Rätsch (2017), arXiv 1706.02633 (train on synthetic, test on real);
    DeLong, DeLong and Clarke-Pearson (1988); Hand and Till (2001) for several classes.
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
    "U001",
    "tstr_auc",
    dimension="utility",
    title="Train on synthetic, test on real: area under the ROC curve",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="arms",
    axis=OnAxis(
        0,
        "share of the gain in AUC that as many real rows bring over no model",
        fact=SHARE_OF_GAIN,
    ),
    facts=GAIN_FACTS,
)
def tstr_auc(ctx: Context) -> Result:
    """Compare classifiers trained on synthetic and on real rows."""
    trial = experiment(ctx, "classification")
    subject = f"Predicting {trial.task.target!r}"
    return judged_by_rows(ctx, trial, "AUC", trial.task.score, subject=subject, is_full=True)
