"""Do models trained on the table work on real data?"""

from synth_eval.judging.dimensions import Axis, Dimension, Sight

DIMENSION = Dimension(
    "utility",
    "U",
    "Do models trained on it work on real data?",
    "train on synthetic, test on real, beside as many real rows, 1,000 and 250 of them, and "
    "no model; rare classes, calibration; learning and mixing curves on request",
    place=40,
    core=(("U001", "U002", "U011"),),  # a target of classes, of numbers; none named
    power=(
        Sight("U001", "an AUC {} below the goal", unit="score"),
        Sight("U002", "an R² {} below the goal", unit="score"),
    ),
    decides={
        "model-training": "it is the use itself: trained on synthetic, tested on real rows",
        "augmentation": "the rows are added so that models get better on real ones; the mixing "
        "ratio, at depth full, shows how many help",
    },
    aside={
        "software-testing": "no model is trained on the rows",
        "sharing": "the tasks of those who receive the table are not known; one target stands "
        "for none of them",
    },
    axis=Axis(
        "share of the gain of real rows",
        is_lower_better=False,
        ideal=1.0,
        reference=1.0,
        meaning="What models trained on the synthetic rows gain over no model on unseen real "
        "rows, as a share of what models trained on as many real rows gain: 1 is as good as "
        "real. The interval is that of the synthetic arm; the real arm is the same for all "
        "tables of one size.",
        remedy="name a column to predict (`--target`) and give a holdout.",
    ),
)
