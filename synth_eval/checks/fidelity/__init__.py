"""Does the table follow the distributions and dependencies of the real table?"""

from synth_eval.judging.dimensions import Axis, Dimension, Sight

DIMENSION = Dimension(
    "fidelity",
    "F",
    "Does it follow the distributions and dependencies of the real table?",
    "columns, all pairs and triples on all rows; association, missingness, rounding, calendar; "
    "classifier, propensity, kernel and energy distances of whole rows; slices",
    place=20,
    core=(("F002",), ("F004",), ("F005",)),  # columns, pairs, triples
    power=(
        Sight("F002", "a typical column with {} of its rows in the wrong place"),
        Sight("F004", "a typical pair of columns with {}"),
    ),
    decides={
        "sharing": "whoever receives the table has no real rows to hold it against and takes "
        "every distribution in it on trust",
    },
    aside={
        "model-training": "utility measures directly what closeness of distributions only promises",
        "software-testing": "a program treats a case alike whether it is frequent or rare",
        "augmentation": "rows are often added to change a distribution, such as the share of a "
        "rare class",
    },
    axis=Axis(
        "distance from the real table",
        is_lower_better=True,
        ideal=0.0,
        meaning="Mean total variation distance over the triples of columns (of pairs, or of "
        "columns, where triples were not compared), on all rows. The reference is the same "
        "distance of the holdout. It falls with the number of synthetic rows even where nothing "
        "is wrong: compare tables of like size.",
        remedy="its distances of columns, pairs and triples were left out.",
    ),
)
