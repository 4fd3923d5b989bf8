"""The margins: every number that decides a status, each with its basis.

A margin is an effect size that a stranger can check. The unit is *rows of real data* wherever
that can be said: a distance as large as that of a sample of so many real rows, a model worth so
many of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from synth_eval.judging.results import Threshold

__all__ = ["IN_ROWS", "MARGINS"]

MARGINS: Mapping[str, Threshold] = {
    "validity.unparseable_cells": Threshold(
        0.001,
        "one cell in a thousand: the rate at which a garbled column survives no spot check of "
        "3,000 cells at 95 % confidence",
    ),
    "validity.impossible_values": Threshold(
        0.001,
        "excess over fresh real rows, which leave the observed range too; one cell in a thousand",
    ),
    "validity.rule_violations": Threshold(
        0.001,
        "violation rate allowed beyond that of real rows: one row in a thousand",
    ),
    "validity.shared_rows": Threshold(
        0.001,
        "holdout rows that real holds too beyond chance: one in a thousand is as many as a check "
        "of copies is asked to see, so that sharing could pass for copying",
    ),
    "validity.holdout_drift": Threshold(
        0.5,
        "share of the holdout's rows: real and holdout may differ as far as a random sample of "
        "half the holdout would; beyond that the split was not random in this column",
    ),
    "fidelity.worst_table": Threshold(
        100,
        "real rows: a table farther from the real one than a random sample of a hundred of its "
        "rows is on average, whatever its size; a poll of so few leaves a share open by 10 points "
        "and a mean by a fifth of a standard deviation, which is called a small effect",
    ),
    "fidelity.mean_table": Threshold(
        1000,
        "real rows: on average as far from the real table as a random sample of a thousand of its "
        "rows, the size of an ordinary opinion poll (3 points at 95 % confidence)",
    ),
    "fidelity.fresh_auc": Threshold(
        0.5,
        "AUC of a score that tells nothing, as for fresh real rows; surely below it a model takes "
        "real rows for synthetic ones, which only copies among these teach it",
    ),
    "fidelity.fresh_distance": Threshold(
        1.0,
        "share of the distance that fresh real rows have: a table surely closer than fresh rows "
        "repeats the noise of its training rows",
    ),
    "fidelity.clear_correlation": Threshold(
        0.1,
        "correlation on both sides from which a turned sign is counted: below it one column "
        "tells less than 1 % of the variance of the other, so there is no sign to keep",
    ),
    "fidelity.least_coefficient_variance": Threshold(
        0.25,
        "variance of a coefficient times rows below which no pair of columns is taken to be: that "
        "of a correlation of .71; a function of a column has none, and any difference, however "
        "small, would be too far",
    ),
    "fidelity.rows_apart": Threshold(
        0.5,
        "share of rows by which a model surely tells the tables apart: more than half would have "
        "to be made anew; tables that share half of their rows reach an AUC of .875 at most",
    ),
    "coverage.lost_mass": Threshold(
        0.001,
        "share of real rows whose level is gone: one in a thousand, the rarest class that an "
        "analysis of rare events (fraud) is asked to keep",
    ),
    "coverage.lost_tail": Threshold(
        0.1,
        "share of a tail (the outermost 0.1, 1 or 5 % of the real values) that must be left: nine "
        "of ten extreme cases gone is no tail any more",
    ),
    "coverage.unseen_tail": Threshold(
        0.025,
        "share of real rows of a tail that must be missed if it were gone: what a range of 95 % "
        "leaves out at each end",
    ),
    "coverage.lost_case": Threshold(
        0.1,
        "share of its expected rate at which a declared edge case counts as lost: with nine of "
        "ten gone a test meets it by luck alone",
    ),
    "coverage.faded_level": Threshold(
        0.1,
        "share of its real rate below which a level or a group of rows counts as gone: nine of "
        "ten of its rows are",
    ),
    "coverage.near_floor": Threshold(
        250.0,
        "real rows: a table that comes near no more real rows than 250 of them do, which a pilot "
        "study brings",
    ),
    "coverage.near_goal": Threshold(
        1_000.0,
        "real rows: a table that comes near as many real rows as 1,000 of them do, a hundred for "
        "each of ten columns",
    ),
    "coverage.halved": Threshold(
        0.5,
        "ratio to the real rate: with half of its cases gone every count and cost of a rare "
        "event is off by the factor two",
    ),
    "coverage.doubled": Threshold(
        2.0,
        "ratio to the real rate: with twice the cases every count and cost of a rare event is "
        "off by the factor two",
    ),
    "coverage.empty_groups": Threshold(
        0.5,
        "share of real rows in groups that so few synthetic rows leave empty by chance: once "
        "that is half of them, nothing was looked at",
    ),
    "coverage.missing_rows": Threshold(
        0.01,
        "share of real rows missing in groups of similar rows that have become rarer: one in a "
        "hundred, as many as may repeat another without reason",
    ),
    "coverage.unseen_mode": Threshold(
        0.1,
        "largest share of real rows that may still be missing where nothing was seen: a mode of "
        "one row in ten",
    ),
    "coverage.chance_absence": Threshold(
        3.0,
        "times the share of cells that as many fresh real rows leave empty: three times that is "
        "no chance any more",
    ),
    "coverage.chance_repeats": Threshold(
        3.0,
        "standard errors of the number of repeats that fresh real rows have: one honest table "
        "in about seven hundred lies beyond",
    ),
    "coverage.halved_rows": Threshold(
        0.5,
        "share of its rows that a table is worth: with half of them every interval computed from "
        "it is too short by a factor of 1.4, and one of 95 % holds the truth in 83 %",
    ),
    "coverage.repeated_rows": Threshold(
        0.01,
        "share of rows that repeat another without reason: one in a hundred moves a rare "
        "combination by as much as its own share",
    ),
    # Numbers, not shares: a share of a small table is a handful of rows that any table beats, and
    # the same loss would pass on a small one that fails on a large one.
    "utility.floor": Threshold(
        250.0,
        "real rows: a model no better than one trained on 250 of them, which a pilot study brings",
    ),
    "utility.go": Threshold(
        1_000.0,
        "real rows: a model as good as one trained on 1,000 of them, a hundred for each of ten "
        "columns; a smaller table cannot be shown to be as good",
    ),
    "utility.negligible_loss": Threshold(
        0.01,
        "share of what a model gains over no model: about the difference that another seed of "
        "the same model makes; matters only where more real rows hardly help",
    ),
    "utility.lost_gain": Threshold(
        0.5,
        "share of what as many real rows gain over no model: a model of few rows that may be one "
        "of shuffled labels is called so once it is nearer to none than to a real one",
    ),
    "utility.calibration_loss": Threshold(
        0.10,
        "share of a model's gain over predicting the prevalence that wrong probabilities lose; "
        "1 (no model would have done as well) fails, a tenth of it is the limit of a pass",
    ),
    "utility.calibration_ruin": Threshold(
        1.0,
        "share of a model's gain over predicting the prevalence that wrong probabilities lose: "
        "with all of it lost, no model would have done as well",
    ),
    "utility.no_ranking": Threshold(
        0.5, "area under the ROC curve of a ranking by chance: nothing was learned"
    ),
    "utility.absent_classes": Threshold(
        0.0,
        "classes of the target that real rows have and, beyond chance, no synthetic row: a model "
        "can never predict them",
    ),
    "utility.readable_targets": Threshold(
        1.0, "synthetic rows with a readable target: without one there is nothing to train on"
    ),
    "utility.mixing_gain": Threshold(0.0, "no change over real rows alone"),
    "utility.opposite_signs": Threshold(
        0.0,
        "coefficients surely above zero in one table and surely below it in the other: a single "
        "one turns a conclusion around",
    ),
    "utility.lost_columns": Threshold(
        0.5,
        "share of the predictable columns that are lost as a target: with more than half of them "
        "gone it is the table that fails, not one use of it",
    ),
    "utility.seen_holdout": Threshold(
        0.0,
        "share of holdout rows in the synthetic table beyond that of real rows: a generator that "
        "saw the real rows alone repeats those at least as often",
    ),
    "utility.trained_holdout": Threshold(
        0.0,
        "share of holdout rows that are real rows beyond the share of real rows that are repeated: "
        "models would be tested on what they have learned",
    ),
    "utility.split_entities": Threshold(
        0.0,
        "identifiers with several rows each that lie on both sides of the split: what is known of "
        "one row of an entity tells its other rows",
    ),
    "utility.giveaway": Threshold(
        0.999,
        "area under the ROC curve of a single column: with one pair of rows in a thousand in the "
        "wrong order it is a copy of the target rather than a cause",
    ),
    "utility.false_alarm": Threshold(
        0.001,
        "chance of a false alarm where one alarm overthrows everything else that is said, or "
        "where dozens of numbers are looked at: one in a thousand",
    ),
    "privacy.copied_records": Threshold(
        0.0,
        "share of training records copied beyond chance; one copied person is a disclosure, so "
        "only the interval stands between",
    ),
    "privacy.hidden_copies": Threshold(
        0.01,
        "largest copied share that may still hide behind chance matches for copies to count as "
        "looked for; above it the table is too small or too coarse to tell",
    ),
    "privacy.membership_tail": Threshold(
        0.01,
        "share of training records an attacker recognises beyond chance at a false alarm rate "
        "of 1 %: one person in a hundred, nearly for sure",
    ),
    "privacy.isolated_records": Threshold(
        0.05,
        "share of the most isolated training records (1 %, of small tables the 200 that stand out "
        "most) recognised beyond chance: one unusual person in twenty; less is too few people to "
        "be sure of at ordinary sizes",
    ),
    "privacy.far_nearer": Threshold(
        0.1,
        "relative distance of an isolated training record, as a share of the smallest that any "
        "unseen record has: a single one ten times nearer is no proof, but is looked at",
    ),
    "privacy.closer_share": Threshold(
        0.5, "one half: which side a record fell to was decided by chance before training"
    ),
    "privacy.membership_area": Threshold(
        0.5,
        "area under the curve of an attack that cannot tell training records from unseen ones: "
        "they are ranked at random",
    ),
    "privacy.proved_excess": Threshold(
        0.0,
        "chance stands in the interval already, so a whole interval above zero is a leak, however "
        "small",
    ),
    "privacy.hidden_excess": Threshold(
        0.05,
        "largest share of training records that may still hide in the noise for an attack to "
        "count as run; above it there are too few records to tell",
    ),
    "privacy.attribute_inference": Threshold(
        0.05,
        "share of training records whose secret is guessed beyond the share of unseen records: "
        "one person in twenty exposed by having taken part",
    ),
    "privacy.singling_out": Threshold(
        0.05,
        "share of isolating predicates beyond those that isolate in unseen records; one guess in "
        "twenty",
    ),
    "privacy.linkability": Threshold(
        0.05, "share of training records linked beyond unseen ones: one person in twenty"
    ),
    "privacy.near_copies": Threshold(
        0.01,
        "excess share of training records with a synthetic row nearer than 99 % of unseen "
        "records have",
    ),
}
"""Margins by name: the dimension, a point, and what the margin is about."""

IN_ROWS = frozenset(
    {
        "fidelity.worst_table", "fidelity.mean_table", "coverage.near_floor", "coverage.near_goal",
        "utility.floor", "utility.go",
    }
)  # fmt: skip
"""Margins that are numbers of real rows; in earlier files some of them are shares."""
