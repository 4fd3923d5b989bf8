"""U011: every column as a target."""

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config

SMALL = Config(model_rows=2000)


def shuffled(table, seed=0):
    rng = np.random.default_rng(seed)
    return pa.table(
        {name: table[name].take(rng.permutation(len(table))) for name in table.column_names}
    )


def test_fresh_rows_keep_what_real_rows_gain(check, people):
    result = check("U011", people(2), target=None, config=SMALL)
    assert result.status is Status.PASS
    assert result.estimate.value == pytest.approx(1, abs=0.3)
    assert {"label", "amount", "plan"} <= {row["column"] for row in result.rows()}


@pytest.mark.slow
def test_shuffled_columns_keep_nothing(check, people):
    result = check("U011", shuffled(people(2)), target=None, config=SMALL)
    assert result.status in (Status.FAIL, Status.WARN)
    assert result.estimate.value < 0.3


def test_with_a_target_it_is_only_run_in_depth(check, people):
    assert check("U011", people(2), target="label").status is Status.NOT_APPLICABLE


def test_one_row_and_nothing_to_predict_never_crash(check, people):
    assert check("U011", people(2, 1), target=None).status is not Status.ERROR
    bare = [people(seed).select(["day"]) for seed in range(3)]
    result = check("U011", bare[2], target=None, real=bare[0], holdout=bare[1])
    assert result.status is Status.NOT_APPLICABLE


def test_several_targets_are_screened_one_by_one(check, people):
    config = Config(targets=("label", "amount"), model_rows=4000)
    result = check("U011", people(2), target="plan", config=config)
    assert {row["column"] for row in result.rows()} == {"label", "amount"}
    assert {row["score"] for row in result.rows()} == {"AUC", "R²"}
