"""Strips, tables and explanations: the decisions behind the templates."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from synth_eval.evaluation import Evaluation
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import (
    Cause,
    Direction,
    Estimate,
    Reference,
    Result,
    Skipped,
    Status,
    Threshold,
)
from synth_eval.judging.verdicts import shortened, verdicts
from synth_eval.judging.versions import items_of_rows
from synth_eval.report.page.explanations import parse
from synth_eval.report.page.gaps import not_evaluated
from synth_eval.report.page.html import render_page
from synth_eval.report.page.strips import strip
from synth_eval.report.page.tables import CELLS, ROWS, allowed_rows, items_table
from synth_eval.report.page.view import headline
from synth_eval.report.page.worst import worst_items


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
    table = items_table(
        items_of_rows(
            [
                {
                    "worth": 0.5,
                    "odd_key": 7,
                    "estimate": 0.123456,
                    "low": 0.1,
                    "high": 0.2,
                    "case": "r",
                },
                {"worth": 3.0, "odd_key": None, "estimate": None, "case": "s", "empty": None},
            ]
        ),
        ROWS,
    )
    assert [column.key for column in table.columns] == [
        "case",
        "estimate",
        "interval",
        "worth",
        "odd_key",
    ]
    first, second = table.rows
    assert [cell.text for cell in first.cells] == ["r", "0.123", "0.1 to 0.2", "50\u00a0%", "7"]
    assert first.cells[1].exact == "0.123456"
    assert [cell.text for cell in second.cells] == ["s", "", "", "≥ 100\u00a0%", ""]


def test_table_says_how_many_rows_there_are() -> None:
    table = items_table(items_of_rows({"column": str(place)} for place in range(9)), 4)
    assert (len(table.rows), table.total) == (4, 9)


def test_tables_together_stay_within_the_budget() -> None:
    wide = items_of_rows([{"column": "x"} | {str(key): 0 for key in range(19)}] * 1000)
    limit = allowed_rows([wide] * 30)
    assert 20 <= limit < ROWS
    assert limit * 20 * 30 <= CELLS
    assert allowed_rows([wide[:10]]) == ROWS


def test_explanations_of_all_checks_have_parts() -> None:
    for spec in available_checks().values():
        found = parse(spec.explanation)
        assert found.summary, spec.code
        heads = [head for head, _ in found.parts]
        order = ["What it measures", "How to read it", "Formula", "When it misleads", "Source"]
        assert heads == order, spec.code
        assert all(text for _, text in found.parts)
        formula = dict(found.parts)["Formula"]
        assert " = " in formula, spec.code
        assert len(formula) <= 300, spec.code


def test_headline_names_the_worst_first(evaluation: Evaluation) -> None:
    assert headline(evaluation) == (
        "NO-GO for fidelity; CANNOT TELL for validity, coverage and privacy; GO for utility."
    )


def page_text(page: str) -> str:
    """What a person reads, tags and line breaks aside."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def test_reason_is_one_plain_sentence_with_its_checks_aside() -> None:
    failed = [
        Result(
            "F001", "a", "fidelity", Status.FAIL, "far: 0.2 (0.1 to 0.3)", summary="column x is far"
        ),
        Result("F002", "b", "fidelity", Status.FAIL, "far too"),
    ]
    verdict = verdicts(failed)["fidelity"]
    assert [because.code for because in verdict.because] == ["F001", "F002"]
    assert (verdict.sentence, verdict.others) == ("Column x is far.", 1)
    assert verdict.reason == "F001 far: 0.2 (0.1 to 0.3) (and 1 more check)"
    core = [Result(f"F00{k}", "a", "fidelity", Status.PASS, "near") for k in (2, 4, 5)]
    passed = verdicts(core)["fidelity"]
    assert (passed.sentence, passed.because) == ("3 checks passed.", ())


@pytest.mark.parametrize("name", ["column 'income (2020)'", "level 'age (5 to 9)'"])
def test_names_keep_their_parentheses(name: str) -> None:
    failed = Result("F001", "a", "fidelity", Status.FAIL, f"{name} is lost")
    assert name in verdicts([failed])["fidelity"].sentence.lower()
    assert f"{name} is lost"[1:] in page_text(render_page(Evaluation([failed])))


def test_without_a_holdout_the_first_screen_says_why_and_what_to_do() -> None:
    skipped = Skipped(Cause.NEED, "no holdout", "give real rows the generator never saw")
    results = [
        Result(code, "a", "utility", Status.NOT_APPLICABLE, skipped.sentence, skipped=skipped)
        for code in ("U001", "U002")
    ]
    verdict = verdicts(results)["utility"]
    assert (verdict.sentence, verdict.remedy) == ("Not assessable: no holdout.", skipped.remedy)
    page = render_page(Evaluation(results))
    screen = page[page.index('<section class="summary"') : page.index("</section>")]
    assert "Not assessable: no holdout. Give real rows the generator never saw." in page_text(
        screen
    )


def test_sentences_are_short_and_names_stay_whole() -> None:
    long = "one two " * 20 + "end"
    assert len(shortened(long).split()) == 25
    assert shortened(long).endswith("…")
    assert shortened("worst income (EUR): 0.5") == "Worst income (EUR): 0.5."


def test_worst_items_are_those_of_most_checks() -> None:
    def found(code: str, dimension: str, *details: dict[str, Any]) -> Result:
        return Result(code, "a_check", dimension, Status.FAIL, "m", items=items_of_rows(details))

    worst = worst_items(
        [
            found("V009", "validity", {"column": "b", "status": "fail"}),
            found(
                "F009",
                "fidelity",
                {"column": "a", "status": "fail"},
                {"column": "b", "status": "inconclusive"},
                {"column": "c", "status": "pass"},
                {"first": "a", "second": "b", "status": "fail"},
            ),
            found("F008", "fidelity", {"what": "a = x", "status": "warn"}),
            found("P099", "privacy", {"arm": "guessing", "estimate": 0.2}),
            Result(
                "C001", "x", "coverage", Status.PASS, "m", items=items_of_rows([{"column": "z"}])
            ),
        ]
    )
    assert {kind: [item.label for item in items] for kind, items in worst.items()} == {
        "columns": ["b", "a"],
        "pairs": ["a × b"],
        "slices": ["a = x"],
        "attacks": ["A check"],
    }
    assert worst["columns"][0].checks == 2
    assert worst["columns"][0].code == "V009"


def test_what_was_not_evaluated_is_grouped_by_what_would_bring_it() -> None:
    def skipped(code: str, message: str, cause: Cause = Cause.DATA) -> Result:
        return Result(
            code, "x_y", "utility", Status.NOT_APPLICABLE, message, skipped=Skipped(cause, message)
        )

    gaps = not_evaluated(
        Evaluation(
            [
                skipped("U001", "no target was named"),
                skipped("U003", "no target was named"),
                skipped("U006", "the curve is not asked for", Cause.DEPTH),
                skipped("U009", "mixing is not asked for", Cause.DEPTH),
                skipped("U012", "no holdout"),
            ]
        )
    )
    first, second, third, *_, last = gaps
    assert (first.what, len(first.parts)) == ("2 checks of full depth", 2)
    assert "`--depth full`" in first.why
    assert (second.what, second.why, len(second.parts)) == ("2 checks", "No target was named.", 2)
    assert third.what.startswith("U012")
    assert last.what == "Fairness, text, sequences and relations"
    assert last.why == "Their checks do not exist yet."


def test_short_tables_have_few_columns_and_pairs_one_name() -> None:
    rows = [
        {"first": "a", "second": "b", "coefficient": "V", "estimate": 0.1, "limit": 0.2, "n": 9,
         "worth": 0.01, "status": "pass"}
    ]  # fmt: skip
    table = items_table(items_of_rows(rows), 10, short=True)
    assert [column.heading for column in table.columns] == [
        "Columns",
        "Status",
        "Estimate",
        "Worth",
    ]
    assert table.rows[0].cells[0].text == "a × b"
    assert len(items_table(items_of_rows(rows), 10).columns) == 7
    assert items_table(items_of_rows([{"odd": 1}]), 10, short=True).rows[0].cells[0].text == "1"


def test_rows_open_the_figures_of_their_pair_or_column() -> None:
    rows = [{"first": "a", "second": "b"}, {"column": "c"}, {"column": "d"}]
    table = items_table(items_of_rows(rows), 10, {"a × b": ("k",), "c": ("l", "m")})
    assert [tuple(row.figures) for row in table.rows] == [("k",), ("l", "m"), ()]


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
    table = items_table(items_of_rows([row, error]), ROWS)
    assert [column.heading for column in table.columns] == [
        "Rule", "Status", "Rate", "Violations", "Real", "Holdout", "Allowed", "Severity",
    ]  # fmt: skip
    first, second = table.rows
    assert [(cell.text, cell.note) for cell in first.cells][:4] == [
        ("start <= end", "below 0: 61"),
        ("fail", ""),
        ("1.22\u00a0%", "0.81\u00a0% to 1.84\u00a0%"),
        ("61", "of 4,992"),
    ]
    assert (second.cells[0].text, second.cells[0].note) == ("x", "no such column")


def test_columns_and_pairs_of_one_table_stand_under_one_heading() -> None:
    rows = [{"column": "a", "estimate": 0.2}, {"first": "a", "second": "b", "estimate": 0.1}]
    table = items_table(items_of_rows(rows), 10, {"a": ("k",)})
    assert [column.heading for column in table.columns] == ["Columns", "Estimate"]
    assert [row.cells[0].text for row in table.rows] == ["a", "a × b"]
    assert [tuple(row.figures) for row in table.rows] == [("k",), ()]


def test_every_long_name_of_a_pair_is_told() -> None:
    pair = {"first": "x" * 50 + "1", "second": "y" * 50 + "2", "status": "fail"}
    [item] = worst_items(
        [Result("F004", "n", "fidelity", Status.FAIL, "m", items=items_of_rows([pair]))]
    )["pairs"]
    assert "1 × y" in item.label
    assert len(item.label) <= 70
