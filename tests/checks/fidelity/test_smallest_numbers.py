"""Numbers near the smallest and the largest float end no check, and no number is beyond reach."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run

ROWS = 300
CODES = ["F001", "F002", "F003", "F004", "F006", "F010", "F011", "F014", "F017", "P004"]
SMALLEST = 5e-324


def numbers(kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "whole multiples of the smallest":
        return rng.integers(0, 50, ROWS) * SMALLEST
    if kind == "denormal":
        return rng.normal(size=ROWS) * 1e-310
    if kind == "smallest and largest":
        return np.where(rng.random(ROWS) < 0.5, 1e-310, 1e308) * rng.choice([-1, 1], ROWS)
    return rng.normal(size=ROWS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("whole multiples of the smallest", "whole multiples of the smallest"),
        ("denormal", "ordinary"),
        ("smallest and largest", "smallest and largest"),
    ],
)
def test_no_check_ends_in_an_error(kind: str, other: str) -> None:
    rng = np.random.default_rng(0)
    tables = [
        pa.table(
            {"x": numbers(own, rng), "y": numbers(own, rng), "c": rng.choice(["a", "b"], ROWS)}
        )
        for own in (kind, other, kind)
    ]
    for result in run(se.load(*tables), select_checks=CODES):
        assert result.status != "error", (result.code, result.message)
        for item in result.items:
            shown = (item.estimate, item.low, item.high, item.reference, item.expected)
            assert all(math.isfinite(number) for number in shown if number is not None), item
