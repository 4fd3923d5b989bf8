"""U007: whether a model can be chosen on synthetic rows."""

import pytest

from synth_eval.judging.results import Status
from tests.checks.utility.support import (
    assert_runs_only_if_asked_for,
    assert_survives_hostile_tables,
)


def test_not_run_unless_asked_for(check, people):
    assert_runs_only_if_asked_for(check, "U007", people)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["label", "amount"])
def test_models_rank_alike_on_fresh_rows(full, people, target):
    result = full("U007", people(2), target)
    assert result.status in (Status.PASS, Status.INCONCLUSIVE)
    assert len(result.rows()) >= 6
    assert -1 <= result.estimate.low <= result.estimate.value <= result.estimate.high <= 1
    assert {"reference", "tested_on_synthetic", "real_tested_on_synthetic"} <= set(result.rows()[0])
    least = 0.6 if target == "label" else 0.2
    assert all(row["estimate"] > least for row in result.rows())


@pytest.mark.slow
def test_hostile_tables_never_crash(full, people):
    assert_survives_hostile_tables(full, "U007", people)
