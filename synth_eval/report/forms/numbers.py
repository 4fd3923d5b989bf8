"""All numbers of an evaluation in one tidy table: one row per number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from synth_eval.judging.results import Result, to_plain

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = ["COLUMNS", "number_rows"]

COLUMNS: Mapping[str, str] = {
    "check": "code of the check",
    "name": "name of the check",
    "dimension": "dimension it belongs to",
    "item": "column, pair, level, rule or arm; empty for the check as a whole",
    "quantity": "what the number is; `estimate` for the main one",
    "estimate": "the number",
    "low": "lower end of its interval",
    "high": "upper end of its interval",
    "reference": "the same number where nothing is wrong",
    "threshold": "margin the status was decided on",
    "n": "rows the number rests on",
    "status": "status of the item, or of the check",
}
"""Columns of the table and what they hold."""

_COMPANY = ("estimate", "low", "high", "reference", "limit", "n")


def number_rows(findings: Findings) -> list[dict[str, Any]]:
    """Rows with the keys of `COLUMNS`, in the order of checks and of their items."""
    return [row for result in findings.results for row in _of(result)]


def _of(result: Result) -> Iterator[dict[str, Any]]:
    about = {"check": result.code, "name": result.name, "dimension": result.dimension}
    estimate, reference, threshold = result.estimate, result.reference, result.threshold
    yield about | {
        "item": "",
        "quantity": "estimate",
        "estimate": _float(estimate and estimate.value),
        "low": _float(estimate and estimate.low),
        "high": _float(estimate and estimate.high),
        "reference": _float(reference and reference.value),
        "threshold": _float(threshold and threshold.value),
        "n": _float(result.n),
        "status": str(result.status),
    }
    for item in result.items:
        plain = to_plain(item.row())
        about["item"] = item.label
        status = str(item.status or result.status)
        for quantity, values in _numbers(plain):
            yield {**about, "quantity": quantity, **values, "status": status}


def _numbers(row: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, float | None]]]:
    """The estimate with its company, then each further number with its own interval."""
    values = {key: _float(value) for key, value in row.items()}
    n = values.get("n")
    if values.get("estimate") is not None:
        reference = values.get("reference")
        yield (
            "estimate",
            {
                "estimate": values["estimate"],
                "low": values.get("low"),
                "high": values.get("high"),
                "reference": values.get("expected") if reference is None else reference,
                "threshold": values.get("limit"),
                "n": n,
            },
        )
    for key, value in values.items():
        base = key.removesuffix("_low").removesuffix("_high")
        if value is None or key in _COMPANY or (base != key and base in values):
            continue
        low, high = values.get(f"{key}_low"), values.get(f"{key}_high")
        yield key, {"estimate": value, "low": low, "high": high, "reference": None,
                    "threshold": None, "n": n}  # fmt: skip


def _float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
