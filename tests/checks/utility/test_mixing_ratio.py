"""U009: how much synthetic data to mix into real rows."""

import pytest

from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from tests.checks.utility.support import (
    assert_runs_only_if_asked_for,
    assert_survives_hostile_tables,
    curve,
    flipped,
    panels,
)


def test_not_run_unless_asked_for(check, people):
    assert_runs_only_if_asked_for(check, "U009", people)


@pytest.mark.slow
def test_mixing_fresh_rows_helps_and_shuffled_labels_harm(check, people):
    tables = {"target": "label", "config": Config(depth="full"), "holdout": people(1, 8000)}
    good = check("U009", people(2, 12_000), **tables)
    assert good.estimate.value > 0
    assert good.status is Status.PASS
    bad = check("U009", flipped(people(2, 12_000), 1.0), **tables)
    worst = next(row for row in bad.rows() if "5 times" in row["arm"])
    assert worst["gain_high"] < 0
    names = [row["arm"] for row in bad.rows()]
    assert "real rows twice" in names
    assert "real rows, rarer classes drawn again" in names
    assert "real rows, rarer classes weighing more" in names
    assert sum("replaced" in name for name in names) == 3


@pytest.mark.slow
def test_mixing_and_replacing_curves(check, people):
    result = check(
        "U009", people(2, 4000), target="label", config=Config(depth="full", model_rows=4000)
    )
    found = panels(result)
    assert list(curve(found["mixing_curve"], "real and").x) == [0, 0.25, 0.5, 1, 2]
    assert list(curve(found["replacing_curve"], "real and").x) == [0, 0.25, 0.5, 0.75]
    rival = result.reference.what.removeprefix("best control: ")
    assert curve(found["mixing_curve"], rival)


@pytest.mark.slow
def test_hostile_tables_never_crash(full, people):
    assert_survives_hostile_tables(full, "U009", people)
