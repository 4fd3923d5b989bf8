"""Are the rare levels, tails and modes of the real table still there?"""

from synth_eval.judging.dimensions import Dimension, Sight

DIMENSION = Dimension(
    "coverage",
    "C",
    "Are the rare levels, tails and modes of the real table still there?",
    "levels, combinations, tails and groups that vanished, against what a real sample of that "
    "size loses; repeated rows; edge cases you name",
    place=30,
    core=(("C001",), ("C003",), ("C006",)),  # levels, tails, and groups of like rows
    power=(
        Sight("C001", "a level of {} of the rows that is gone", unit="rows"),
        Sight("C006", "a group of like rows, {} of all, that is gone", unit="rows"),
    ),
    decides={
        "model-training": "a model cannot learn classes, tails and groups that are not there",
        "software-testing": "tests must meet the rare levels, extremes and combinations that "
        "break programs",
    },
    aside={
        "sharing": "rare records may be left out on purpose, to protect people; say so to those "
        "who receive the table",
        "augmentation": "what the synthetic rows leave out is still in the real ones",
    },
)
