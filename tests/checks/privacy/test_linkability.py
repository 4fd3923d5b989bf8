"""P009: halves of a record linked through the synthetic table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from synth_eval.judging.results import Result, Status
from synth_eval.judging.settings import Config
from tests.checks.privacy.support import Rows, judge

Patients = tuple[Rows, Rows, Rows]


def result(real: Any, synthetic: Any, holdout: Any, **roles: Any) -> Result:
    found = judge(real, synthetic, holdout, "P009", config=Config(neighbour_rows=1500), **roles)
    return found["P009"]


def test_a_copy_links_halves(patients: Patients) -> None:
    real, holdout, _ = patients
    found = result(real, real, holdout, sensitive="ill")
    assert found.status is Status.FAIL, found.message


def test_distinct_numbers_of_a_copy_link_always_and_others_by_chance() -> None:
    """Two independent columns of distinct numbers: a half leads to its own row among five.

    A training record links always. An unseen one links where two draws of five of 1,000 rows
    meet: 1 - C(995, 5) / C(1000, 5) = .0248.
    """
    rng = np.random.default_rng(2)
    real, holdout = rng.normal(size=(2, 1000, 2))
    found = result(real, real, holdout)
    assert found.status is Status.FAIL
    assert found.estimate is not None
    assert found.reference is not None
    control = found.reference.value
    assert control == pytest.approx(0.0248, abs=4 * 0.006)  # 667 unseen records
    assert found.estimate.value == pytest.approx(1 - control)


def test_fresh_rows_link_nothing_beyond_control(patients: Patients) -> None:
    real, holdout, fresh = patients
    found = result(real, fresh, holdout, sensitive="ill")
    assert found.status not in (Status.FAIL, Status.ERROR), found.message
    assert found.estimate is not None
    assert found.estimate.low <= 0.02  # type: ignore[operator]


def test_one_column_has_no_halves(patients: Patients) -> None:
    one = {"age": patients[0]["age"]}
    assert result(one, one, one).status is Status.NOT_APPLICABLE
