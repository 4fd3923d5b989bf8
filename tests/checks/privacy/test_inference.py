"""Attribute inference, disclosure, singling out and linkability, on members against controls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.config import Config
from synth_eval.data.load import load
from synth_eval.results import Result, Status
from synth_eval.run import run

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
    assert found["P006"].details[0]["column"] == "ill"
    assert found["P006"].details[0]["estimate"] == pytest.approx(1.0, abs=0.01)


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
    row = result.details[0]
    assert row["estimate"] > 0.98
    assert row["reference"] > 0.98
    assert row["excess_low"] <= 0 <= row["excess_high"]


def test_declared_columns_are_the_ones_used(parts: tuple[dict[str, np.ndarray], ...]) -> None:
    real, holdout, fresh = parts
    found = _judge(real, fresh, holdout, sensitive="ill", quasi_identifiers=["age", "town"])
    keys = {row["key"] for row in found["P007"].details if "key" in row}
    assert keys == {"age, town"}
    assert [row["column"] for row in found["P006"].details] == ["ill"]


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
    for row in _judge(real, fresh, holdout)["P008"].details:
        assert row["excess_low"] <= 0 <= row["excess_high"]


def test_no_record_is_in_the_details(parts: tuple[dict[str, np.ndarray], ...]) -> None:
    real, holdout, fresh = parts
    found = _judge(real, fresh, holdout)
    for result in found.values():
        assert len(result.details) < 40
        text = str(result.to_dict())
        assert "town 3" not in text
        assert str(real["pay"].max()) not in text
