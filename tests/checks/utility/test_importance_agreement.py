"""U008: whether models lean on the same features."""

import numpy as np
import pytest

from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from tests.checks.utility.support import (
    assert_runs_only_if_asked_for,
    assert_survives_hostile_tables,
    curve,
    panels,
)


def test_not_run_unless_asked_for(check, people):
    assert_runs_only_if_asked_for(check, "U008", people)


@pytest.mark.slow
def test_importances_agree_on_fresh_rows_and_not_on_shuffled_columns(full, people, replaced):
    fresh = full("U008", people(2))
    assert fresh.status is Status.PASS
    table = people(2)
    jobs = np.random.default_rng(0).permutation(np.array(table["job"].to_pylist()))
    broken = full("U008", replaced(table, "job", jobs))
    assert broken.estimate.value < fresh.estimate.value
    row = next(row for row in broken.rows() if row["column"] == "job")
    assert row["estimate"] < row["reference"] / 2


@pytest.mark.slow
def test_importances_side_by_side(check, people):
    result = check("U008", people(2), target="label", config=Config(depth="full", model_rows=4000))
    panel = panels(result)["importances"]
    assert set(panel.x_ticks) == {row["column"] for row in result.rows()}
    for row in result.rows():
        place = list(panel.x_ticks).index(row["column"])
        assert curve(panel, "synthetic").y[place] == pytest.approx(row["estimate"])
        assert curve(panel, "real").y[place] == pytest.approx(row["reference"])


@pytest.mark.slow
def test_hostile_tables_never_crash(full, people):
    assert_survives_hostile_tables(full, "U008", people)
