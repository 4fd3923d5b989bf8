"""Does the table have the right form and obey the rules of the data?"""

from synth_eval.judging.dimensions import Dimension, Sight

_FORM = "rows of a wrong form or beyond the rules of the data stop every use of them"

DIMENSION = Dimension(
    "validity",
    "V",
    "Does the table have the right form and obey the rules of the data?",
    "columns, kinds, impossible values, rules derived from the real table (Great Expectations)",
    place=10,
    core=(("V001",), ("V002",), ("V003",)),  # form, values, rules
    power=(Sight("V001", "cells of a column that cannot be read in {} of the rows", unit="rows"),),
    decides=dict.fromkeys(("model-training", "software-testing", "sharing", "augmentation"), _FORM),
)
