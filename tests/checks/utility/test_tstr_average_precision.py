"""U003: rows of the rarest class are found."""

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.judging.results import Status
from tests.checks.utility.support import rare_table


def test_fresh_rows_pass_far_above_the_prevalence(rare):
    result = rare("U003", rare_table(2, 6000))
    assert result.status is Status.PASS
    dummy = result.rows()[-1]
    assert dummy["estimate"] == pytest.approx(0.05, abs=0.01)  # the prevalence
    assert result.estimate.value > 3 * dummy["estimate"]


def test_a_rebalanced_table_ranks_as_well(rare, rebalanced):
    assert rare("U001", rebalanced).status is Status.PASS
    assert rare("U003", rebalanced).status is Status.PASS


@pytest.mark.slow
def test_shuffled_labels_find_nothing(rare):
    table = rare_table(2, 6000)
    shuffled = np.random.default_rng(0).permutation(np.array(table["fraud"].to_pylist()))
    result = rare("U003", table.set_column(4, "fraud", pa.array(shuffled)))
    assert result.status is Status.FAIL
    assert result.estimate.low <= 0.05 <= result.estimate.high + 0.02


def test_absent_class_fails(rare):
    result = rare("U003", rare_table(2, 6000, prevalence=0.0))
    assert result.status is Status.FAIL
    assert "'yes'" in result.message


def test_too_few_positives_are_not_judged(check, world):
    real, _ = world
    holdout = rare_table(1, 400)
    result = check("U003", rare_table(2, 6000), target="fraud", real=real, holdout=holdout)
    assert result.status is Status.NOT_APPLICABLE


def test_regression_targets_are_refused(check, people):
    assert check("U003", people(2), target="amount").status is Status.NOT_APPLICABLE
