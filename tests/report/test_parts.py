"""Strips, tables and explanations: the decisions behind the templates."""

from __future__ import annotations

from typing import Any

import pytest

from synth_eval.evaluation import Evaluation
from synth_eval.registry import available_checks
from synth_eval.report.explanations import parse
from synth_eval.report.strips import strip
from synth_eval.report.tables import CELLS, ROWS, allowed_rows, details_table
from synth_eval.report.view import headline, split_reason
from synth_eval.results import Direction, Estimate, Reference, Result, Status, Threshold


def result(direction: Direction | None, **quadruple: Any) -> Result:
    return Result("F001", "x", "fidelity", Status.PASS, "m", direction=direction, **quadruple)


def test_strip_keeps_the_order_of_the_numbers() -> None:
    found = strip(
        result(
            Direction.LOWER,
            estimate=Estimate(0.03, 0.02, 0.04),
            reference=Reference("holdout", 0.01, 0.005, 0.015),
            threshold=Threshold(0.05, "b"),
        )
    )
    assert found is not None
    assert found.reference is not None
    assert found.margin is not None
    order = [
        found.reference_low,
        found.reference,
        found.reference_high,
        found.low,
        found.estimate,
        found.high,
        found.margin,
    ]
    assert order == sorted(order)
    assert order[0] >= 0
    assert found.zone_start == found.margin
    assert found.zone_start + found.zone_width == pytest.approx(100)
    assert found.ticks[0][1] == "0"


def test_zone_lies_below_the_margin_where_higher_is_better() -> None:
    found = strip(
        result(Direction.HIGHER, estimate=Estimate(0.9), threshold=Threshold(0.8, "basis"))
    )
    assert found is not None
    assert found.zone_start == 0
    assert found.zone_width == found.margin


def test_no_zone_where_only_nearness_to_the_reference_counts() -> None:
    found = strip(
        result(Direction.REFERENCE, estimate=Estimate(0.9), threshold=Threshold(0.8, "basis"))
    )
    assert found is not None
    assert found.zone_start is None


@pytest.mark.parametrize(
    "quadruple",
    [
        {},
        {"estimate": Estimate(0.0)},
        {"estimate": Estimate(0.0, 0.0, 0.0), "reference": Reference("same", 0.0)},
    ],
)
def test_no_strip_without_anything_beside_the_estimate(quadruple: dict[str, Any]) -> None:
    assert strip(result(Direction.LOWER, **quadruple)) is None


@pytest.mark.parametrize("value", [-3.0, 1e-12, 1e12, -1e300])
def test_strip_of_any_size_of_number(value: float) -> None:
    found = strip(result(Direction.LOWER, estimate=Estimate(value), threshold=Threshold(0.5, "b")))
    assert found is not None
    assert 0 <= found.estimate <= 100
    assert 1 <= len(found.ticks) <= 6


def test_table_takes_any_keys_in_a_fixed_order() -> None:
    table = details_table(
        [
            {
                "worth": 0.5,
                "odd_key": 7,
                "estimate": 0.123456,
                "low": 0.1,
                "high": 0.2,
                "rule": "r",
            },
            {"worth": 3.0, "odd_key": None, "estimate": None, "rule": "s", "empty": None},
        ],
        ROWS,
    )
    assert [column.key for column in table.columns] == [
        "rule",
        "estimate",
        "interval",
        "worth",
        "odd_key",
    ]
    first, second = table.rows
    assert [cell.text for cell in first.cells] == ["r", "0.123", "0.1 to 0.2", "50%", "7"]
    assert first.cells[1].exact == "0.123456"
    assert [cell.text for cell in second.cells] == ["s", "", "", "≥ 100%", ""]


def test_table_says_how_many_rows_there_are() -> None:
    table = details_table([{"column": str(place)} for place in range(9)], 4)
    assert (len(table.rows), table.total) == (4, 9)


def test_tables_together_stay_within_the_budget() -> None:
    wide = [{str(key): 0 for key in range(20)}] * 1000
    limit = allowed_rows([wide] * 30)
    assert 20 <= limit < ROWS
    assert limit * 20 * 30 <= CELLS
    assert allowed_rows([wide[:10]]) == ROWS


def test_explanations_of_all_checks_have_parts() -> None:
    for spec in available_checks().values():
        found = parse(spec.explanation)
        assert found.summary, spec.code
        assert [head for head, _ in found.parts][:2] == ["What it measures", "How to read it"]
        assert all(text for _, text in found.parts)


def test_headline_names_the_worst_first(evaluation: Evaluation) -> None:
    assert headline(evaluation) == (
        "NO-GO for fidelity; CANNOT TELL for coverage and privacy; GO for validity and utility."
    )


def test_reason_is_split_only_at_a_known_code(evaluation: Evaluation) -> None:
    assert split_reason("F001 too far", evaluation.results) == ("F001", "too far")
    assert split_reason("3 checks passed", evaluation.results) == ("", "3 checks passed")


def test_rules_are_told_in_words_and_few_narrow_columns() -> None:
    row = {
        "rule": "start <= end",
        "status": "fail",
        "estimate": 0.0122,
        "low": 0.0081,
        "high": 0.0184,
        "reference": 0.0,
        "limit": 0.001,
        "severity": "critical",
        "violations": 61,
        "n": 4992,
        "patterns": "below 0: 61",
        "real": 0.0,
        "why": "order",
        "columns": "start, end",
        "type": "t",
        "confidence": 0.999,
    }
    error = {**dict.fromkeys(row), "rule": "x", "status": "error", "why": "no such column"}
    table = details_table([row, error], ROWS)
    assert [column.heading for column in table.columns] == [
        "Rule", "Status", "Rate", "Violations", "Real", "Holdout", "Allowed", "Severity",
    ]  # fmt: skip
    first, second = table.rows
    assert [(cell.text, cell.note) for cell in first.cells][:4] == [
        ("start <= end", "below 0: 61"),
        ("fail", ""),
        ("1.22%", "0.81% to 1.84%"),
        ("61", "of 4,992"),
    ]
    assert (second.cells[0].text, second.cells[0].note) == ("x", "no such column")
