"""A small evaluation with every status, and one whose names try to break out."""

from __future__ import annotations

from typing import Any

import pytest

from synth_eval.evaluation import Evaluation
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.judging.versions import items_of_rows

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "\"quoted\" 'names' `code`",
    "{{ 7 * 7 }}{% raw %}",
    "${alert(4)}",
    "naïve 🙂 <b>&amp;</b>",
    "]]><!--",
    "=HYPERLINK(1)|pipe",
    "\u2028line\u2029separator\x1b[31m",
)


def column_row(name: str, estimate: float, status: str) -> dict[str, Any]:
    return {
        "column": name,
        "estimate": estimate,
        "low": max(estimate - 0.01, 0.0),
        "high": estimate + 0.01,
        "reference": 0.0123456789,
        "expected": 0.011,
        "worth": min(0.0002 / estimate**2, 8.0),
        "status": status,
    }


def profile(name: str, kind: str) -> dict[str, Any]:
    if kind == "categorical":
        return {
            "column": name,
            "kind": kind,
            "labels": ["yes", f"no {name}", "other", "missing"],
            "edges": None,
            "real": [0.5, 0.4, 0.1, 0.0],
            "synthetic": [0.6, 0.3, 0.1, 0.0],
            "holdout": None,
        }
    return {
        "column": name,
        "kind": kind,
        "labels": ["0 to 1", "1 to 3", "beyond", "missing"],
        "edges": [0.0, 1.0, 3.0],
        "real": [0.4, 0.5, 0.05, 0.05],
        "synthetic": [0.3, 0.6, 0.1, 0.0],
        "holdout": [0.41, 0.49, 0.05, 0.05],
    }


def build(names: list[str], tables: dict[str, Any] | None = None) -> Evaluation:
    """Evaluation over columns of these names, with every status and every kind of figure."""
    statuses = ["fail", "inconclusive", *["pass"] * len(names)]
    columns = [
        column_row(name, 0.2 / (place + 1), statuses[place]) for place, name in enumerate(names)
    ]
    pairs = [
        {"first": a, "second": b, "estimate": 0.3 / (i + j + 1), "worth": 0.01, "status": "fail"}
        for i, a in enumerate(names)
        for j, b in enumerate(names[:i])
    ]
    margin = Threshold(0.05, "mean distance of a 10 % real sample")
    quadruple: dict[str, Any] = {
        "estimate": Estimate(0.0671234, 0.0651, 0.0702),
        "reference": Reference("holdout against real", 0.0112, n=4000),
        "threshold": margin,
        "direction": Direction.LOWER,
        "n": 5000,
    }
    arms = [
        {"arm": "synthetic rows", "estimate": 0.81, "low": 0.8, "high": 0.82},
        {"arm": "real rows, as many", "estimate": 0.9, "low": 0.89, "high": 0.91},
        {"arm": "no model", "estimate": 0.5, "low": 0.5, "high": 0.5},
    ]
    levels = [{"column": names[0], "level": names[-1], "estimate": 0.01, "expected": 0.02}]
    results = [
        _result("V001", "validity", Status.PASS, "Every column is there.", **quadruple),
        _result(
            "F001", "fidelity", Status.FAIL, f"worst {names[0]}: 0.2", "distribution", columns,
            **quadruple,
        ),
        _result("F004", "fidelity", Status.WARN, "pairs", "heatmap", pairs, **quadruple),
        _result("C001", "coverage", Status.INCONCLUSIVE, "levels", "bars", levels, **quadruple),
        _result("U001", "utility", Status.PASS, "AUC 0.81", "arms", arms, **quadruple),
        _result("P001", "privacy", Status.NOT_APPLICABLE, "no holdout: run `synth-eval split`"),
        _result("P999", "privacy", Status.ERROR, "the check could not run: ValueError: boom"),
    ]  # fmt: skip
    provenance = {
        "created": "2026-03-01T12:00:00+00:00",
        "seed": 0,
        "packages": {"numpy": "2.3"},
        "settings": {"alpha": 0.05},
        "tables": tables
        or {
            role: {"name": f"{role}.csv", "rows": 5000, "columns": 4, "sha256": role[0] * 64}
            for role in ("real", "synthetic", "holdout")
        },
    }
    kinds = ["numerical", "categorical"] * len(names)
    profiles = [profile(name, kind) for name, kind in zip(names, kinds, strict=False)]
    scores = [
        {"tool": "SDMetrics", "version": "0.32.0", "name": "Quality", "synthetic": 0.91,
         "holdout": None, "note": ""}
    ]  # fmt: skip
    return Evaluation(results, provenance, profiles, scores, {})


def _result(
    code: str, dimension: str, status: Status, message: str, figure: str | None = None,
    details: list[dict[str, Any]] | None = None, **quadruple: Any,
) -> Result:  # fmt: skip
    return Result(
        code, f"{code.lower()}_name", dimension, status, message, figure=figure,
        items=items_of_rows(details or ()), **quadruple,
    )  # fmt: skip


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    names = ["age", "income", "hours", "sex", "race", "education", "occupation"]
    return build(names)


@pytest.fixture(scope="session")
def many_columns() -> Evaluation:
    return build([f"column {place:03d}" for place in range(200)])


@pytest.fixture(scope="session")
def hostile_names() -> tuple[str, ...]:
    return HOSTILE


@pytest.fixture(scope="session")
def hostile() -> Evaluation:
    tables = {"real": {"name": HOSTILE[0], "rows": 1, "columns": 2, "sha256": HOSTILE[1]}}
    return build(list(HOSTILE), tables)
