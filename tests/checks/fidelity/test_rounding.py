"""F015: rounding and last digits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.checks.fidelity.rounding import _decimals, _last_digits
from synth_eval.judging.run import run


def result(real, synthetic):
    return run(se.load(real, synthetic), select_checks=["F015"])[0]


def test_decimals_and_last_digits_of_single_numbers():
    values = np.array([3.0, 2.5, 0.1, 1.234567, 1 / 3, np.nan, np.inf, 1e300, -0.25])
    assert _decimals(values).tolist() == [0, 1, 1, 6, 7, 8, 8, 8, 2]
    assert _last_digits(np.array([40.0, -17.0, 2.5, np.nan])).tolist() == [0, 7, 10, 11]


def test_lost_preference_for_round_hours_is_seen():
    rng = np.random.default_rng(0)
    round_hours = rng.choice([20, 30, 35, 40, 50, 60], 5000)
    found = result(pa.table({"h": round_hours}), pa.table({"h": rng.integers(20, 60, 5000)}))
    assert found.status == "fail"
    assert found.rows()[0]["part"] == "last digit"
    assert found.estimate.value == pytest.approx(0.4, abs=0.03)  # .8 of digits, no decimals


def test_invented_decimals_are_seen():
    rng = np.random.default_rng(1)
    real = pa.table({"price": np.round(rng.gamma(2, 50, 4000), 2)})
    found = result(real, pa.table({"price": rng.gamma(2, 50, 4000)}))
    assert found.status == "fail"
    assert found.rows()[0]["part"] == "decimals"


def test_fresh_rows_pass():
    rng = np.random.default_rng(2)
    draws = [pa.table({"p": np.round(rng.gamma(2, 50, 4000), 2)}) for _ in range(2)]
    assert result(*draws).status == "pass"
