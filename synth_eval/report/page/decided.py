"""How a status came about, in words: the numbers that were judged and the lines they met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth_eval.judging.judge import Decision, Direction, Status, worst_first
from synth_eval.judging.results import Result
from synth_eval.words import counted, number

__all__ = ["DecisionView", "decision_views", "lines_of"]

_MOST = 3
"""Decisions told of one check: the gravest decide, the table of items has the others."""


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One decision as it stands beside its check.

    Parameters
    ----------
    status : Status
        What follows from it.
    subject : str
        What was judged; names of data among it.
    numbers : str
        The number and the interval that decides.
    lines : str
        What it was held against.
    """

    status: Status
    subject: str
    numbers: str
    lines: str


def decision_views(result: Result) -> list[DecisionView]:
    """What decided about a result, gravest first; of items the gravest ones alone."""
    named: list[tuple[str, Decision]] = [(d.subject, d) for d in result.decisions]
    if result.items_decide:
        named += [
            (f"{item.label}: {decision.subject}", decision)
            for item in result.items
            for decision in item.decisions
        ]
    by_decision = {id(decision): subject for subject, decision in named}
    gravest = worst_first(decision for _, decision in named)
    views = [
        DecisionView(d.status, by_decision[id(d)], _numbers(d), lines_of(d))
        for d in gravest[:_MOST]
    ]
    left = len(gravest) - len(views)
    if left:
        views.append(
            DecisionView(gravest[_MOST].status, counted(left, "more decision"), "", "none graver")
        )
    return views


def _numbers(decision: Decision) -> str:
    value = number(decision.value)
    if decision.low == decision.value == decision.high:
        return value
    return f"{value} ({number(decision.low)} to {number(decision.high)})"


def lines_of(decision: Decision) -> str:
    """The lines of a decision in words.

    Examples
    --------
    >>> lines_of(Decision("d", 0.2, 0.1, 0.3, fail=0.5, clear=0.4))
    'fails if all of it is above 0.5; passes if all of it is at most 0.4'
    """
    if decision.void:
        return decision.void
    is_lower = decision.direction is Direction.LOWER
    beyond, within = ("above", "at most") if is_lower else ("below", "at least")
    has_interval = decision.low != decision.high
    whole = "all of it is " if has_interval else ""
    parts: list[str] = []
    for verb, line in (("fails", decision.fail), ("warns", decision.warn)):
        if line is not None:
            parts.append(f"{verb} if {whole}{beyond} {number(line)}")
    inside: Sequence[str] = [
        words
        for words, line in (
            (f"{whole}{within}", decision.clear),
            (f"the number itself is {within}" if has_interval else within, decision.aim),
        )
        for words in ([f"{words} {number(line)}"] if line is not None else [])
    ]
    if inside:
        parts.append(f"passes if {' and '.join(inside)}")
    match decision.otherwise:
        case Status.PASS:
            parts.append("passes otherwise: it looks for an alarm alone")
        case Status.WARN:
            parts.append("warns otherwise")
    return "; ".join(parts)
