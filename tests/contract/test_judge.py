"""Every status follows from the numbers shown beside it, and only the judge writes one."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import pytest

from synth_eval.judging.judge import Decision, Direction, Status, judge, overall
from synth_eval.judging.results import Result
from synth_eval.judging.settings import Config

PACKAGE = Path(__file__).resolve().parents[2] / "synth_eval"
JUDGED = {"pass", "warn", "fail", "inconclusive"}


def by_hand(decision: dict[str, Any]) -> tuple[int, str]:
    """Gravity and status of a decision as ``results.json`` shows it, by the rules in words.

    Written anew from the words of the page, so that it cannot repeat a mistake of the judge.
    """
    if decision.get("void"):
        return 2, "inconclusive"
    sign = 1 if decision["direction"] == "lower is better" else -1
    ends = [
        decision.get(name, default) for name, default in (("low", -math.inf), ("high", math.inf))
    ]
    best, worst = sorted(sign * end for end in ends)
    lines = {
        name: None if decision.get(name) is None else sign * decision[name]
        for name in ("fail", "warn", "clear", "aim")
    }
    if lines["fail"] is not None and best > lines["fail"]:
        return 4, "fail"
    if lines["warn"] is not None and best > lines["warn"]:
        return 3, "warn"
    inside = [
        number <= line
        for number, line in (
            (worst, lines["clear"]),
            (sign * decision.get("value", math.inf), lines["aim"]),
        )
        if line is not None
    ]
    if inside and all(inside):
        return 0, "pass"
    otherwise = decision["otherwise"]
    is_surely_no_pass = any(
        lines[name] is not None and best > lines[name] for name in ("clear", "aim")
    )
    if otherwise == "warn" and is_surely_no_pass:
        return 3, otherwise
    return {"pass": 0, "warn": 1, "inconclusive": 2}[otherwise], otherwise


def gravest(decisions: list[dict[str, Any]]) -> str:
    return max(map(by_hand, decisions))[1]


def test_every_status_follows_from_the_numbers_beside_it(results: dict[str, Result]) -> None:
    judged = 0
    for code, result in results.items():
        record = result.to_dict()
        decisions = list(record["decisions"])
        for item in record["items"]:
            if item.get("decisions"):
                assert gravest(item["decisions"]) == item["status"], (code, item["names"])
            if record["items_decide"]:
                decisions += item.get("decisions", [])
        if record["skipped"] is not None:
            assert record["status"] == "not_applicable", code
            continue
        assert decisions, f"{code} has a status and shows no decision"
        assert gravest(decisions) == record["status"], code
        judged += 1
    assert judged > 35


def test_every_deciding_line_is_a_margin_with_a_basis(results: dict[str, Result]) -> None:
    margins = Config().margins
    for code, result in results.items():
        decisions = [*result.decisions, *(d for item in result.items for d in item.decisions)]
        for decision in decisions:
            assert decision.subject, code
            for name in decision.margins:
                assert name in margins, (code, name)
            assert decision.margins or result.threshold is not None, (code, decision.subject)
    for name, margin in margins.items():
        assert len(margin.basis) > 20, name


def test_nothing_but_the_judge_writes_a_status() -> None:
    """Elsewhere a status is compared, or stands as what a decision says otherwise."""
    offenders = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name == "judging":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Status"
                and node.attr.lower() in JUDGED
            ):
                continue
            parent = parents[node]
            while isinstance(parent, ast.IfExp):
                parent = parents[parent]
            is_listed = isinstance(
                parent, ast.Tuple | ast.List | ast.Set | ast.Dict | ast.MatchValue
            )
            is_otherwise = isinstance(parent, ast.keyword) and parent.arg == "otherwise"
            if not (isinstance(parent, ast.Compare) or is_listed or is_otherwise):
                offenders.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert offenders == []


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        ({"value": 0.5, "low": 0.4, "high": 0.6, "fail": 0.3, "clear": 0.3}, "fail"),
        ({"value": 0.3, "low": 0.2, "high": 0.4, "fail": 0.3, "clear": 0.3}, "inconclusive"),
        ({"value": 0.1, "low": 0.0, "high": 0.3, "fail": 0.3, "clear": 0.3}, "pass"),
        ({"value": 0.2, "low": 0.1, "high": 0.3, "fail": 0.4, "warn": 0.0, "clear": 0.4}, "warn"),
        ({"value": 0.2, "low": 0.0, "high": 0.3, "clear": 0.4, "aim": 0.1}, "inconclusive"),
        ({"value": 0.2, "low": 0.0, "high": 0.9, "aim": 0.3}, "pass"),
        ({"value": 0.2, "low": 0.0, "high": 0.9}, "inconclusive"),
        ({"value": 0.2, "low": 0.0, "high": 0.9, "otherwise": Status.PASS}, "pass"),
        ({"value": 9.0, "low": 8.0, "high": 9.5, "fail": 1.0, "void": "no split"}, "inconclusive"),
        ({"value": 0.2, "low": 0.1, "high": 0.3, "fail": 0.4, "clear": 0.0,
          "direction": Direction.HIGHER}, "fail"),
        ({"value": 0.6, "low": 0.5, "high": 0.7, "fail": 0.4, "clear": 0.5,
          "direction": Direction.HIGHER}, "pass"),
    ],
)  # fmt: skip
def test_the_rules_of_the_judge_by_hand(decision: dict[str, Any], status: str) -> None:
    made = Decision("x", **decision)
    assert judge(made) == status
    assert by_hand(made.to_dict())[1] == status
    assert Decision.from_dict(made.to_dict()) == made


def test_a_proved_warning_outweighs_doubt_and_doubt_outweighs_a_mere_want() -> None:
    doubt = Decision("x", 0.3, 0.2, 0.4, fail=0.3, clear=0.3)
    proved = Decision("x", 0.3, 0.2, 0.4, warn=0.1, clear=0.1)
    wanting = Decision("x", 0.3, 0.0, 0.4, clear=0.1, otherwise=Status.WARN)
    lacking = Decision("x", 0.3, 0.2, 0.4, clear=0.1, otherwise=Status.WARN)
    assert overall([doubt, proved]) == "warn"
    assert overall([doubt, wanting]) == "inconclusive"
    assert overall([doubt, lacking]) == "warn"  # surely no pass, perhaps a failure
    assert overall([wanting]) == "warn"
    with pytest.raises(ValueError, match="at least one decision"):
        overall([])


def test_a_result_cannot_contradict_its_numbers() -> None:
    decision = Decision("x", 0.5, 0.4, 0.6, fail=0.3)
    with pytest.raises(ValueError, match="status pass where the numbers say fail"):
        Result("F001", "x", "fidelity", Status.PASS, "m", decisions=(decision,))
