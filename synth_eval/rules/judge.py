"""From counts to findings: one row per rule, with its rate, its reference and a status.

A rule fails only where the lower bound of its violation rate, at a level corrected for the
number of rules, is above the rate allowed. Allowed is what real rows do, training and holdout
together, plus the margin; or the upper bound of what they do, at the same level, where they
are too few to tell better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_eval.judging.results import Status
from synth_eval.rules.engines.engine import Outcome
from synth_eval.rules.engines.kwargs import columns_of
from synth_eval.rules.rule import META_KEY, limit_of
from synth_eval.rules.suite import flaw_of, is_derived
from synth_eval.rules.tally import Tally, pooled
from synth_eval.stats.intervals import wilson

__all__ = ["Case", "judge_rules"]

_LONGEST_RULE = 300
_FAILED = {"critical": Status.FAIL, "warning": Status.WARN, "info": Status.PASS}


@dataclass(frozen=True, slots=True)
class Case:
    """A rule and what became of it in each table; None where it was not run there."""

    entry: Any
    synthetic: Outcome
    real: Outcome | None = None
    holdout: Outcome | None = None


def judge_rules(
    cases: Sequence[Case], *, margin: float, alpha: float, small_cell: int
) -> list[dict[str, Any]]:
    """One tidy row per rule, worst first.

    Parameters
    ----------
    cases : sequence of Case
        Rules with their outcomes.
    margin : float
        Violation rate allowed beyond that of real rows.
    alpha : float
        Chance that any rule of a table of fresh real rows fails.
    small_cell : int
        Counts of fewer real rows are told as one below it.

    Returns
    -------
    list of dict
        ``rule``, ``status``, ``estimate`` (violation rate) with ``low`` and ``high`` at
        ``confidence``, ``reference`` (rate in the holdout), ``limit`` (rate allowed),
        ``severity``, ``violations`` of ``n`` rows, ``patterns`` (to be filled in), ``real``
        (rate in the real table), ``why``, ``columns``, ``type`` and the ``entry`` itself.
    """
    counted = sum(case.synthetic.tally is not None for case in cases)
    level = 1 - alpha / max(counted, 1)
    rows = [_judge(case, margin, level, small_cell) for case in cases]
    return sorted(rows, key=_badness)


def _badness(row: Mapping[str, Any]) -> tuple[int, float]:
    excess = (row["estimate"] or 0.0) - (row["limit"] or 0.0)
    return -Status(row["status"]).severity, -excess


def _judge(case: Case, margin: float, level: float, small_cell: int) -> dict[str, Any]:
    row = _described(case.entry)
    tally = case.synthetic.tally
    row.update(
        reference=_shown_rate(case.holdout, small_cell),
        real=_shown_rate(case.real, small_cell),
    )
    if case.synthetic.error is not None:
        return {**row, "status": str(Status.ERROR), "why": _printable(case.synthetic.error)}
    if tally is None:
        return _whole_table(row, case)
    row.update(n=tally.judged, violations=tally.broken)
    if tally.judged == 0:
        return {**row, "status": str(Status.NOT_APPLICABLE), "why": "no row to judge"}
    allowed = allowed_rate(case, margin, level, small_cell)
    _, low, high = wilson(tally.broken, tally.judged, level)
    status = _status(tally, low, allowed, row["severity"])
    row.update(estimate=tally.rate, low=low, high=high, confidence=level, limit=allowed)
    return {**row, "status": str(status)}


def _described(entry: Any) -> dict[str, Any]:
    """What a rule says, whatever state its entry is in."""
    known = isinstance(entry, Mapping)
    sound = flaw_of(entry) is None
    columns = columns_of(entry) if sound else []
    kind = str(entry.get("type", "")) if known else ""
    text = (entry.get("description") if known else None) or _fallback(kind, columns)
    meta = entry.get("meta") or {} if sound else {}
    ours = meta.get(META_KEY)
    why = str(ours.get("why", "")) if isinstance(ours, Mapping) else "written by hand"
    return {
        "rule": _printable(str(text)),
        "status": str(Status.ERROR),
        "estimate": None,
        "low": None,
        "high": None,
        "reference": None,
        "limit": None,
        "severity": str(entry.get("severity") or "critical") if sound else "critical",
        "violations": None,
        "n": None,
        "patterns": "",
        "real": None,
        "why": _printable(why),
        "columns": _printable(", ".join(columns)),
        "type": _printable(kind),
        "confidence": None,
        "entry": entry,
    }


def _printable(text: str) -> str:
    """A suite may hold anything; what reaches a page or a shell is one line of bounded length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_RULE else line[: _LONGEST_RULE - 1] + "…"


def _fallback(kind: str, columns: Sequence[str]) -> str:
    words = kind.removeprefix("expect_").replace("_", " ") or "an expectation without a type"
    return f"{', '.join(columns)}: {words}" if columns else words


def _shown_rate(outcome: Outcome | None, small_cell: int) -> float | None:
    if outcome is None or outcome.tally is None:
        return None
    return outcome.tally.shown(small_cell).rate


def allowed_rate(case: Case, margin: float, level: float, small_cell: int) -> float:
    """Rate of violations that is no finding; it gives no count of a few real rows away."""
    outcomes = [outcome for outcome in (case.real, case.holdout) if outcome is not None]
    real = pooled([outcome.tally for outcome in outcomes]).shown(small_cell)
    ours = (case.entry.get("meta") or {}).get(META_KEY)
    form = isinstance(ours, Mapping) and ours.get("form") is True
    allowed = limit_of(real, margin, level, form=form)
    mostly = case.entry["kwargs"].get("mostly")
    if not is_derived(case.entry) and isinstance(mostly, int | float):
        allowed = max(allowed, 1 - mostly)
    return min(allowed, 1.0)


def _status(tally: Tally, low: float, allowed: float, severity: str) -> Status:
    if low > allowed:
        return _FAILED.get(severity, Status.FAIL)
    if severity == "critical" and (tally.rate or 0.0) > allowed:
        return Status.INCONCLUSIVE
    return Status.PASS


def _whole_table(row: dict[str, Any], case: Case) -> dict[str, Any]:
    """An expectation about the table as a whole has no rate, only a word."""
    if case.synthetic.success:
        return {**row, "status": str(Status.PASS)}
    for name, outcome in (("real", case.real), ("holdout", case.holdout)):
        if outcome is not None and outcome.success is False and outcome.error is None:
            return {**row, "status": str(Status.PASS), "why": f"the {name} table breaks it too"}
    return {**row, "status": str(_FAILED.get(row["severity"], Status.FAIL))}
