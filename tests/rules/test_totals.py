"""Sums of any number of columns and products of two: found where they are, not by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load
from synth_eval.rules import derive_suite, run_suite
from synth_eval.rules.derived.totals import MAX_PARTS
from tests.conftest import replace_column

ROWS = 4_000


def found(columns: dict[str, Any]) -> list[str]:
    rows = pa.table(columns)
    texts = [entry["description"] for entry in derive_suite(load(rows, rows))["expectations"]]
    return [text for text in texts if " = " in text and "implies" not in text]


def amounts(count: int, seed: int = 0, rows: int = ROWS) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {f"p{i}": rng.integers(1, 900, rows) for i in range(count)}


@pytest.mark.parametrize("parts", [2, 3, 4, 6, MAX_PARTS])
def test_a_total_of_many_parts_is_one_rule(parts: int) -> None:
    columns = amounts(parts)
    total = sum(columns.values())
    assert found({**columns, "total": total}) == ["total = " + " + ".join(columns)]
    assert found({"total": total, **columns}) == ["total = " + " + ".join(columns)]


def test_longer_sums_than_the_cap_are_left_out() -> None:
    columns = amounts(MAX_PARTS + 1)
    assert found({**columns, "total": sum(columns.values())}) == []


def test_a_difference_is_told_as_a_sum() -> None:
    c = amounts(3)
    net = c["p0"] + 3_000 - c["p1"] - c["p2"]
    assert found({"gross": c["p0"] + 3_000, "tax": c["p1"], "fee": c["p2"], "net": net}) == [
        "gross = tax + fee + net"
    ]


def test_a_sum_of_sums_is_told_step_by_step() -> None:
    c = amounts(4)
    part = c["p0"] + c["p1"] + c["p2"]
    assert sorted(found({**c, "part": part, "total": part + c["p3"]})) == [
        "part = p0 + p1 + p2",
        "total = p3 + part",
    ]


def test_cents_are_no_exception() -> None:
    rng = np.random.default_rng(1)
    c = {f"p{i}": rng.lognormal(3, 1, ROWS).round(2) for i in range(4)}
    assert found({**c, "total": np.sum(list(c.values()), axis=0)}) == ["total = p0 + p1 + p2 + p3"]


def test_a_few_real_rows_may_break_a_sum() -> None:
    c = amounts(4)
    total = sum(c.values())
    total[::400] += 5
    assert found({**c, "total": total}) == ["total = p0 + p1 + p2 + p3"]
    total[::20] += 5
    assert found({**c, "total": total}) == []


def test_a_part_that_is_nearly_always_zero_is_no_part() -> None:
    c = amounts(3)
    rare = np.where(np.arange(ROWS) % 100 == 0, 7, 0)
    assert found({**c, "rare": rare, "total": sum(c.values())}) == ["total = p0 + p1 + p2"]


def test_a_product_is_found_rounded_too() -> None:
    rng = np.random.default_rng(2)
    price, quantity = rng.lognormal(2, 1, ROWS).round(3), rng.integers(1, 20, ROWS)
    columns = {"price": price, "quantity": quantity, "amount": (price * quantity).round(2)}
    assert found(columns) == ["amount = price * quantity"]
    whole = {"price": np.ceil(price), "quantity": quantity, "amount": np.ceil(price) * quantity}
    assert found(whole) == ["amount = price * quantity"]


def test_a_factor_that_is_nearly_always_one_is_no_factor() -> None:
    rng = np.random.default_rng(3)
    price = rng.lognormal(2, 1, ROWS)
    factor = np.where(np.arange(ROWS) % 100 == 0, 2, 1)
    assert not [
        text for text in found({"p": price, "f": factor, "a": price * factor}) if "*" in text
    ]


@pytest.mark.parametrize("kind", ["normal", "few values", "flags", "skewed", "correlated"])
@pytest.mark.parametrize("seed", range(4))
def test_random_columns_have_no_totals(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = rng.normal(size=ROWS)
    draw = {
        "normal": lambda: rng.normal(size=ROWS),
        "few values": lambda: rng.integers(0, 4, ROWS),
        "flags": lambda: rng.integers(0, 2, ROWS) + (rng.random(ROWS) < 0.001),
        "skewed": lambda: rng.zipf(2.0, ROWS),
        "correlated": lambda: (100 * (base + 0.05 * rng.normal(size=ROWS))).round(),
    }[kind]
    assert found({f"c{i}": draw() for i in range(25)}) == []


def test_violations_are_counted() -> None:
    c = amounts(3)
    real = pa.table({**c, "total": sum(c.values())})
    suite = derive_suite(load(real, real))
    total = real.column("total").to_numpy().copy()
    total[:37] += 1
    (row,) = [
        row for row in run_suite(suite, replace_column(real, "total", total)) if "+" in row["rule"]
    ]
    assert (row["violations"], row["n"], row["status"]) == (37, ROWS, "fail")
