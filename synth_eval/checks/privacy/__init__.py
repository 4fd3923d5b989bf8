"""Does the table give away the people whose rows trained the generator?"""

from synth_eval.judging.dimensions import Axis, Ceiling, Dimension

DIMENSION = Dimension(
    "privacy",
    "P",
    "Does it give away the people whose rows trained the generator?",
    "copies and near copies, membership, attribute and linkage attacks on training records, each "
    "beside the same attack on records the generator never saw",
    place=50,
    core=(("P001",), ("P004",)),  # copies, and the attack that all others are forms of
    decides={
        "software-testing": "test systems are open to more people and guarded less than those "
        "that hold the real rows",
        "sharing": "once given away the table cannot be called back, whatever is learned from "
        "it about a person",
    },
    aside={
        "model-training": "the rows stay with those who may see the real ones; where rows or "
        "model leave them, evaluate for sharing as well",
        "augmentation": "the rows stay beside the real ones, with those who may see them",
    },
    failures_as="attacks",
    ceiling=Ceiling(
        needs="attack",
        without="no copying seen, but attacks were not run: absence of copies does not show that "
        "nobody can be singled out",
        reached="no evidence of leakage beyond control at this power",
        lifted_by="guarantee",
    ),
    axis=Axis(
        "largest excess of an attack",
        is_lower_better=True,
        ideal=0.0,
        meaning="Largest share of training records that an attack (exact and near copies, "
        "membership and attribute inference, linkability) hits beyond the records the generator "
        "never saw: 0 is no leakage seen. The interval runs from the largest lower to the largest "
        "upper end of the attacks, so it is wide where one attack is weak.",
        takes_largest=True,
        reference=0.0,
        remedy="give a holdout that no generator saw.",
    ),
)
