"""U002: known answers and hostile tables."""

import numpy as np
import pytest

from synth_eval.judging.results import Status
from tests.checks.utility.support import FAST, arm, curve, panels


def test_fresh_real_rows_pass(check, people):
    result = check("U002", people(2), target="amount")
    assert result.status is Status.PASS
    assert result.reference.low <= result.estimate.value <= result.reference.high
    assert result.estimate.low < result.estimate.value < result.estimate.high
    assert result.n == 2000
    assert arm(result, "no model")["estimate"] == pytest.approx(0, abs=0.02)


def test_shuffled_target_fails_and_lies_inside_the_null(check, people, replaced):
    shuffled = np.random.default_rng(0).permutation(people(2)["amount"].to_numpy())
    result = check("U002", replaced(people(2), "amount", shuffled), target="amount")
    assert result.status is Status.FAIL
    null = arm(result, "synthetic rows, labels shuffled")
    assert null["low"] <= result.estimate.value <= null["high"]
    assert null["seeds"] >= 12
    assert arm(result, "real rows, tested on synthetic rows")["low"] <= 0.0


def test_what_is_no_number_is_not_applicable(check, people):
    result = check("U002", people(2), target="label")
    assert result.status is Status.NOT_APPLICABLE
    assert "not a number" in result.message
    assert check("U002", people(2), target="day").status is Status.NOT_APPLICABLE


def test_absent_target_fails_in_one_sentence(check, people):
    result = check("U002", people(2).drop_columns(["amount"]), target="amount")
    assert result.status is Status.FAIL
    assert "amount" in result.message


def test_hostile_cells_never_crash(check, people, replaced):
    table = people(2)
    age, amount = (table[name].to_numpy().copy() for name in ("age", "amount"))
    age[:4] = amount[:4] = [np.inf, -np.inf, 1e308, np.nan]
    table = replaced(replaced(table, "age", age), "job", ["<b>unseen</b>"] * 2000)
    result = check("U002", replaced(table, "amount", amount), target="amount", config=FAST)
    assert result.status is not Status.ERROR
    assert "3 synthetic" in result.message


def test_coarse_learning_curve(check, people):
    result = check("U002", people(2), target="amount")
    panel = panels(result)["learning_curve"]
    real, synthetic = curve(panel, "real rows"), curve(panel, "2,000 synthetic")
    assert list(real.x) == [250, 1000, 2000]
    assert real.y[-1] == result.reference.value
    assert set(synthetic.y) == {result.estimate.value}
