"""U010: whether a regression tells the same story."""

import pytest

from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from tests.checks.utility.support import (
    assert_runs_only_if_asked_for,
    assert_survives_hostile_tables,
)


def test_not_run_unless_asked_for(check, people):
    assert_runs_only_if_asked_for(check, "U010", people)


@pytest.mark.parametrize("target", ["label", "amount"])
def test_coefficients_agree_on_fresh_rows_and_flip_with_the_label(full, people, replaced, target):
    table = people(2)
    fresh = full("U010", table, target)
    assert fresh.status is Status.PASS
    assert fresh.estimate.value > 0.4
    turned = (
        ["no" if label == "yes" else "yes" for label in table["label"].to_pylist()]
        if target == "label"
        else -table["amount"].to_numpy()
    )
    broken = full("U010", replaced(table, target, turned), target)
    assert broken.status is Status.WARN
    assert broken.rows()[0]["opposite_sign"]
    assert "95 %" in broken.message


def test_declared_regression_is_run_at_any_depth(check, people, replaced):
    config = Config(regression="amount ~ age + job")
    fresh = check("U010", people(2), target=None, config=config)
    assert fresh.status is Status.PASS
    assert {row["column"] for row in fresh.rows()} == {"age", "job"}
    assert "too narrow" in fresh.message
    assert "83 %" in fresh.message
    broken = replaced(people(2), "amount", -people(2)["amount"].to_numpy())
    result = check("U010", broken, target=None, config=config)
    assert result.status is Status.WARN
    assert any(row["opposite_sign"] for row in result.rows())
    classes = check("U010", people(2), target=None, config=Config(regression="plan ~ age"))
    assert classes.status is Status.NOT_APPLICABLE


@pytest.mark.slow
def test_hostile_tables_never_crash(full, people):
    assert_survives_hostile_tables(full, "U010", people)
