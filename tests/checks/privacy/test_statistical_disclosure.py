"""P007: keys and secrets looked up, against a table worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from synth_eval.judging.results import Result, Status
from synth_eval.judging.settings import Config
from tests.checks.privacy.support import Rows, judge

Patients = tuple[Rows, Rows, Rows]


def result(real: Rows, synthetic: Rows, holdout: Rows, **roles: Any) -> Result:
    found = judge(real, synthetic, holdout, "P007", config=Config(neighbour_rows=1500), **roles)
    return found["P007"]


def test_shares_of_keys_worked_out_by_hand() -> None:
    """A hundred people live alone in their towns on each side, two hundred in two large ones.

    The synthetic table repeats sixty of the single training people and the large towns, where
    secrets differ: 60 of 300 training keys are unique on both sides, and their secret is right;
    no town of a single unseen person is in it.
    """
    rng = np.random.default_rng(4)

    def rows(prefix: str, singles: int) -> Rows:
        town = [f"{prefix}{i}" for i in range(singles)] + ["big", "small"] * 100
        ill = ["yes", "no"] * (singles // 2) + list(rng.choice(["yes", "no"], 200))
        return {"town": np.array(town), "ill": np.array(ill)}

    real, holdout = rows("a", 100), rows("b", 100)
    synthetic = {name: np.concatenate([column[:60], column[100:]]) for name, column in real.items()}
    found = result(real, synthetic, holdout, sensitive="ill", quasi_identifiers="town")
    found_by_arm = {row["arm"]: row for row in found.rows()}
    for measure in ("repU", "DiSCO"):
        assert found_by_arm[f"{measure}: training"]["estimate"] == pytest.approx(60 / 300)
        assert found_by_arm[f"{measure}: unseen"]["estimate"] == 0.0
    assert found_by_arm["DiSCO: training"]["column"] == "ill"
    assert found.estimate is not None
    assert found.reference is not None
    assert found.estimate.value == pytest.approx(60 / 300)
    assert found.reference.value == 0.0


def test_a_copy_discloses(patients: Patients) -> None:
    real, holdout, _ = patients
    found = result(real, real, holdout, sensitive="ill")
    assert found.status is Status.FAIL, found.message


def test_fresh_rows_disclose_nothing_beyond_control(patients: Patients) -> None:
    real, holdout, fresh = patients
    found = result(real, fresh, holdout, sensitive="ill")
    assert found.status not in (Status.FAIL, Status.ERROR), found.message
    assert found.estimate is not None
    assert found.estimate.low <= 0.02  # type: ignore[operator]


def test_declared_quasi_identifiers_are_the_key(patients: Patients) -> None:
    real, holdout, fresh = patients
    found = result(real, fresh, holdout, sensitive="ill", quasi_identifiers=["age", "town"])
    assert {row["key"] for row in found.rows() if "key" in row} == {"age, town"}


def test_a_key_needs_a_column_beside_the_secret() -> None:
    one = {"ill": np.array(["yes", "no"] * 50)}
    assert result(one, one, one).status is Status.NOT_APPLICABLE
