"""P006: secrets guessed of members and of controls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from synth_eval.judging.results import Result, Status
from synth_eval.judging.settings import Config
from tests.checks.privacy.support import Rows, judge, make_patients

Patients = tuple[Rows, Rows, Rows]


def result(real: Rows, synthetic: Rows, holdout: Rows, **roles: Any) -> Result:
    return judge(real, synthetic, holdout, "P006", config=Config(neighbour_rows=1500), **roles)[
        "P006"
    ]


def test_a_copy_reveals_every_secret(patients: Patients) -> None:
    real, holdout, _ = patients
    found = result(real, real, holdout, sensitive="ill")
    assert found.status is Status.FAIL, found.message
    assert found.rows()[0]["column"] == "ill"
    assert found.rows()[0]["estimate"] == pytest.approx(1.0, abs=0.01)


def test_fresh_rows_reveal_nothing_beyond_control(patients: Patients) -> None:
    real, holdout, fresh = patients
    found = result(real, fresh, holdout, sensitive="ill")
    assert found.status not in (Status.FAIL, Status.ERROR), found.message
    assert found.estimate is not None
    assert found.estimate.low <= 0.02  # type: ignore[operator]


def test_what_the_population_tells_is_no_leak(patients: Patients) -> None:
    """Retired follows from age for everybody: success is total on both sides."""
    real, holdout, fresh = patients
    found = result(real, fresh, holdout, sensitive="retired", quasi_identifiers="age")
    assert found.status is Status.PASS
    assert "population inference" in found.message
    row = found.rows()[0]
    assert row["estimate"] > 0.98
    assert row["reference"] > 0.98
    assert row["at_least"] <= 0 <= row["at_most"]


def test_declared_columns_are_the_ones_used(patients: Patients) -> None:
    real, holdout, fresh = patients
    found = result(real, fresh, holdout, sensitive="ill", quasi_identifiers=["age", "town"])
    assert {row["column"] for row in found.rows()} == {"ill"}


def test_model_sees_what_the_nearest_row_does_not() -> None:
    """A generator that overfits one secret by a column that everybody varies in."""
    rng = np.random.default_rng(3)
    real, holdout, made = (make_patients(rng) for _ in range(3))
    real["ill"] = np.where(real["pay"] > np.median(real["pay"]), "yes", "no")
    made["ill"] = np.where(made["pay"] > np.median(made["pay"]), "yes", "no")
    found = result(real, made, holdout, sensitive="ill")
    by_way = {row["arm"]: row for row in found.rows()}
    assert found.status is Status.INCONCLUSIVE  # the split itself is not random
    assert "INVALID SPLIT" in found.message
    assert by_way["model trained on synthetic rows"]["estimate"] > 0.95
    assert (
        by_way["nearest synthetic row"]["estimate"]
        < by_way["model trained on synthetic rows"]["estimate"]
    )


def test_population_inference_is_told_apart_from_leakage(patients: Patients) -> None:
    real, holdout, fresh = patients
    found = result(real, fresh, holdout, sensitive="retired")
    assert found.status is Status.PASS
    assert "What works on unseen people is population inference" in found.message
    assert "leakage is the difference" in found.message
    assert {row["arm"] for row in found.rows()} == {
        "nearest synthetic row",
        "model trained on synthetic rows",
    }
    model = next(row for row in found.rows() if row["arm"].startswith("model"))
    assert model["reference"] > 0.98 > model["commonest_value"]
    assert model["at_least"] <= 0 <= model["at_most"]


def test_number_as_a_secret_is_predicted_within_the_tolerance() -> None:
    rng = np.random.default_rng(5)

    def rows() -> Rows:
        size = rng.normal(size=2500)
        return {"size": size, "weight": 3 * size + 1, "other": rng.normal(size=2500)}

    found = result(rows(), rows(), rows(), sensitive="weight", quasi_identifiers="size")
    model = next(row for row in found.rows() if row["arm"].startswith("model"))
    assert model["estimate"] > 0.9
    assert model["reference"] > 0.9


def test_a_secret_may_have_any_name(patients: Patients) -> None:
    name = "ill by the nearest synthetic row (2020)"
    real, holdout, _ = (
        {name if column == "ill" else column: values for column, values in rows.items()}
        for rows in patients
    )
    found = result(real, real, holdout, sensitive=name)
    worst = found.items[0]
    assert worst.columns == (name,)
    assert worst.names[1] in ("nearest synthetic row", "model trained on synthetic rows")
    assert worst.status is found.status is Status.FAIL
    assert name in found.summary
    assert found.message.startswith(f"{name}, guessed by the {worst.names[1]}:")
