"""Attribute inference, disclosure, singling out and linkability, on members against controls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

ROWS = 2500
CODES = ["P006", "P007", "P008", "P009"]


def _people(rng: np.random.Generator, rows: int = ROWS) -> dict[str, np.ndarray]:
    age = rng.integers(18, 90, rows)
    return {
        "age": age,
        "pay": rng.lognormal(10, 1, rows).round(2),
        "height": rng.normal(170, 10, rows).round(1),
        "town": rng.choice([f"town {i}" for i in range(40)], rows),
        "retired": np.where(age > 66, "yes", "no"),
        "ill": rng.choice(["yes", "no"], rows, p=[0.4, 0.6]),
    }


def _judge(
    real: dict[str, Any], synthetic: dict[str, Any], holdout: dict[str, Any], **roles: Any
) -> dict[str, Result]:
    data = load(pa.table(real), pa.table(synthetic), pa.table(holdout), **roles)
    config = Config(neighbour_rows=1500)
    return {r.code: r for r in run(data, config=config, select_checks=CODES)}


@pytest.fixture(scope="module")
def parts() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    rng = np.random.default_rng(12)
    return _people(rng), _people(rng), _people(rng)


def test_copy_reveals_secrets_and_links_halves(
    parts: tuple[dict[str, np.ndarray], ...],
) -> None:
    real, holdout, _ = parts
    found = _judge(real, real, holdout, sensitive="ill")
    for code in ("P006", "P007", "P009"):
        assert found[code].status is Status.FAIL, found[code].message
    assert found["P008"].status in (Status.FAIL, Status.WARN)
    assert found["P006"].rows()[0]["column"] == "ill"
    assert found["P006"].rows()[0]["estimate"] == pytest.approx(1.0, abs=0.01)


def test_fresh_rows_reveal_nothing_beyond_control(
    parts: tuple[dict[str, np.ndarray], ...],
) -> None:
    real, holdout, fresh = parts
    found = _judge(real, fresh, holdout, sensitive="ill")
    for code in CODES:
        assert found[code].status not in (Status.FAIL, Status.ERROR), found[code].message
        assert found[code].estimate is not None
        assert found[code].estimate.low <= 0.02  # type: ignore[operator]


def test_what_the_population_tells_is_no_leak(parts: tuple[dict[str, np.ndarray], ...]) -> None:
    """Retired follows from age for everybody: success is total on both sides."""
    real, holdout, fresh = parts
    found = _judge(real, fresh, holdout, sensitive="retired", quasi_identifiers="age")
    result = found["P006"]
    assert result.status is Status.PASS
    assert "population inference" in result.message
    row = result.rows()[0]
    assert row["estimate"] > 0.98
    assert row["reference"] > 0.98
    assert row["at_least"] <= 0 <= row["at_most"]


def test_declared_columns_are_the_ones_used(parts: tuple[dict[str, np.ndarray], ...]) -> None:
    real, holdout, fresh = parts
    found = _judge(real, fresh, holdout, sensitive="ill", quasi_identifiers=["age", "town"])
    keys = {row["key"] for row in found["P007"].rows() if "key" in row}
    assert keys == {"age, town"}
    assert {row["column"] for row in found["P006"].rows()} == {"ill"}


def test_odd_names_change_nothing(parts: tuple[dict[str, np.ndarray], ...]) -> None:
    real, holdout, fresh = parts
    odd = {name: f' {name}\'s "ü" {{x}} <b>' for name in real}

    def renamed(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {odd[name]: column for name, column in table.items()}

    plain = _judge(real, fresh, holdout, sensitive="ill")
    other = _judge(renamed(real), renamed(fresh), renamed(holdout), sensitive=odd["ill"])
    for code in CODES:
        assert plain[code].estimate == other[code].estimate, code


def test_random_descriptions_isolate_both_sides_alike(
    parts: tuple[dict[str, np.ndarray], ...],
) -> None:
    real, holdout, fresh = parts
    judged = [row for row in _judge(real, fresh, holdout)["P008"].rows() if "at_least" in row]
    assert judged
    for row in judged:
        assert row["at_least"] <= 0 <= row["at_most"]


def test_no_record_is_in_the_details(parts: tuple[dict[str, np.ndarray], ...]) -> None:
    real, holdout, fresh = parts
    found = _judge(real, fresh, holdout)
    for result in found.values():
        assert len(result.rows()) < 40
        text = str(result.to_dict())
        assert "town 3" not in text
        assert str(real["pay"].max()) not in text


def test_model_sees_what_the_nearest_row_does_not() -> None:
    """A generator that overfits one secret by a column that everybody varies in."""
    rng = np.random.default_rng(3)
    real, holdout, made = (_people(rng) for _ in range(3))
    real["ill"] = np.where(real["pay"] > np.median(real["pay"]), "yes", "no")
    made["ill"] = np.where(made["pay"] > np.median(made["pay"]), "yes", "no")
    found = _judge(real, made, holdout, sensitive="ill")["P006"]
    by_way = {row["arm"]: row for row in found.rows()}
    assert found.status is Status.INCONCLUSIVE  # the split itself is not random
    assert "INVALID SPLIT" in found.message
    assert by_way["model trained on synthetic rows"]["estimate"] > 0.95
    assert (
        by_way["nearest synthetic row"]["estimate"]
        < by_way["model trained on synthetic rows"]["estimate"]
    )


def test_population_inference_is_told_apart_from_leakage(
    parts: tuple[dict[str, np.ndarray], ...],
) -> None:
    real, holdout, fresh = parts
    found = _judge(real, fresh, holdout, sensitive="retired")["P006"]
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

    def rows() -> dict[str, np.ndarray]:
        size = rng.normal(size=ROWS)
        return {"size": size, "weight": 3 * size + 1, "other": rng.normal(size=ROWS)}

    found = _judge(rows(), rows(), rows(), sensitive="weight", quasi_identifiers="size")["P006"]
    model = next(row for row in found.rows() if row["arm"].startswith("model"))
    assert model["estimate"] > 0.9
    assert model["reference"] > 0.9


def test_single_values_that_are_repeated_are_a_true_finding_and_named(
    parts: tuple[dict[str, np.ndarray], ...],
) -> None:
    """A column drawn from the values of the training rows gives their owners away."""
    real, holdout, fresh = parts
    drawn = fresh | {"pay": np.random.default_rng(8).choice(real["pay"], ROWS)}
    found = _judge(real, drawn, holdout)["P008"]
    assert found.status is Status.WARN
    assert "most in pay" in found.message
    assert _judge(real, fresh, holdout)["P008"].status is not Status.WARN
