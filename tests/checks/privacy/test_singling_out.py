"""P008: descriptions read off the synthetic table, tried on members and on controls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from synth_eval.checks.privacy.singling_out import Term, excess_of_isolated
from synth_eval.judging.results import Result, Status
from synth_eval.judging.settings import Config
from tests.checks.privacy.support import Rows, judge

Patients = tuple[Rows, Rows, Rows]


def result(real: Rows, synthetic: Rows, holdout: Rows, **roles: Any) -> Result:
    found = judge(real, synthetic, holdout, "P008", config=Config(neighbour_rows=1500), **roles)
    return found["P008"]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("==", [False, True, False, False]), ("<=", [True, True, False, False]),
     (">=", [False, True, True, False])],
)  # fmt: skip
def test_a_term_fits_and_a_missing_value_fits_nothing(operator: str, expected: list[bool]) -> None:
    rows = {"pay": np.array([1.0, 2.0, 3.0, np.nan])}
    assert Term("pay", operator, 2.0).fits(rows).tolist() == expected


def test_a_copy_singles_out(patients: Patients) -> None:
    real, holdout, _ = patients
    found = result(real, real, holdout, sensitive="ill")
    assert found.status in (Status.FAIL, Status.WARN)
    assert found.estimate is not None
    assert found.estimate.low > 0.3  # type: ignore[operator]


def test_fresh_rows_isolate_both_sides_alike(patients: Patients) -> None:
    real, holdout, fresh = patients
    found = result(real, fresh, holdout)
    judged = [row for row in found.rows() if "at_least" in row]
    assert len(judged) == 2
    for row in judged:
        assert row["at_least"] <= 0
    assert found.status is Status.PASS, found.message
    assert found.only_alarms
    assert "clears nothing" in found.summary
    assert found.estimate is not None
    assert found.estimate.low <= 0 <= found.estimate.high  # type: ignore[operator]


def test_many_descriptions_of_one_person_prove_nothing() -> None:
    """Which side a person fell to is one throw of a coin, however many descriptions fit."""
    alone = excess_of_isolated(np.zeros(1500, np.int64), np.full(1500, -1), 0.95)
    assert alone.low < 0 < alone.high
    everybody = excess_of_isolated(np.arange(1500), np.full(1500, -1), 0.95)
    assert everybody.low > 0.9
    nobody = excess_of_isolated(np.full(40, -1), np.full(40, -1), 0.95)
    assert nobody.low < 0 < nobody.high


def test_one_synthetic_row_is_too_few(patients: Patients) -> None:
    real, holdout, fresh = patients
    one = {name: values[:1] for name, values in fresh.items()}
    found = result(real, one, holdout)
    assert found.status is Status.NOT_APPLICABLE
    assert "at least 40" in found.message


def test_single_values_that_are_repeated_are_a_true_finding_and_named(patients: Patients) -> None:
    """A column drawn from the values of the training rows gives their owners away."""
    real, holdout, fresh = patients
    drawn = fresh | {"pay": np.random.default_rng(8).choice(real["pay"], len(real["pay"]))}
    found = result(real, drawn, holdout)
    assert found.status is Status.WARN
    assert "most in pay" in found.message
    assert result(real, fresh, holdout).status is not Status.WARN
