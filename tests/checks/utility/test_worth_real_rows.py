"""U006: how many real rows the synthetic ones are worth."""

import math

import pytest

from synth_eval.checks.utility.worth_real_rows import decisions
from synth_eval.judging.judge import overall
from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from synth_eval.stats.learning_curve import Worth
from tests.checks.utility.support import (
    assert_runs_only_if_asked_for,
    assert_survives_hostile_tables,
    curve,
    flipped,
    panels,
)


def test_not_run_unless_asked_for(check, people):
    assert_runs_only_if_asked_for(check, "U006", people)


@pytest.mark.parametrize("target", ["amount", pytest.param("label", marks=pytest.mark.slow)])
def test_fresh_rows_are_worth_about_as_many(full, people, target):
    result = full("U006", people(2), target)
    # Of 2,000 rows it may stay open whether they are worth 1,000.
    assert result.status in (Status.PASS, Status.INCONCLUSIVE)
    assert result.estimate.low <= 2000 <= result.estimate.high
    curve = [row["n"] for row in result.rows()[1:]]
    assert curve == sorted(curve, reverse=True)
    assert curve[0] == 2000
    assert result.threshold.value == 1000  # in rows, like the estimate
    assert [item.side for item in result.items[:2]] == ["synthetic", "real"]


@pytest.mark.parametrize(
    ("low", "high", "status"),
    [
        (2000, math.inf, Status.PASS),
        (1000, 4000, Status.PASS),
        (300, 4000, Status.INCONCLUSIVE),  # neither shown to be worth the goal nor not to be
        (300, 900, Status.WARN),
        (50, 4000, Status.INCONCLUSIVE),
        (50, 300, Status.WARN),  # surely no pass, perhaps a failure
        (30, 90, Status.FAIL),
    ],
)
def test_status_follows_from_the_interval_in_rows_whatever_the_size_of_the_table(low, high, status):
    rows = (low + min(high, 10_000)) / 2
    assert overall(decisions(Config(), Worth(rows, low, high, False))) is status


@pytest.mark.slow
def test_worth_falls_with_noise_in_the_labels(full, people):
    clean, noisy = (full("U006", flipped(people(2), share)) for share in (0.0, 0.8))
    assert noisy.estimate.value < clean.estimate.value / 2
    assert noisy.estimate.high < 2000


def test_fine_learning_curve(full, people):
    result = full("U006", people(2), "amount")
    panel = panels(result)["learning_curve"]
    assert len(curve(panel, "real rows").x) == len(result.rows()) - 1
    assert panel.y.startswith("R²")


@pytest.mark.slow
def test_hostile_tables_never_crash(full, people):
    assert_survives_hostile_tables(full, "U006", people)
