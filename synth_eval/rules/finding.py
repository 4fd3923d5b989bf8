"""All rules of a run as one finding: a status, a sentence, and the numbers of the worst rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synth_eval.judging.results import Direction, Estimate, Reference, Status, Threshold

__all__ = ["finding"]

_LONGEST_RULE = 90


def finding(rows: Sequence[Mapping[str, Any]], margin: Threshold) -> dict[str, Any]:
    """Arguments of a result.

    Parameters
    ----------
    rows : sequence of mapping
        Judged rules, worst first, see `synth_eval.rules.judge.judge_rules`.
    margin : Threshold
        Violation rate allowed beyond that of real rows.

    Returns
    -------
    dict
        ``status``, ``message``, ``details``, and where a rule has a rate ``estimate``,
        ``reference``, ``threshold``, ``direction`` and ``n`` of the worst one.
    """
    told = {"status": _status(rows), "message": _message(rows), "details": rows}
    worst = next((row for row in rows if row["estimate"] is not None), None)
    if worst is None:
        return told
    table, beside = ("holdout", "reference") if worst["reference"] is not None else ("real", "real")
    basis = f"worst rule: what real rows do and the margin ({margin.basis})"
    return {
        **told,
        "estimate": Estimate(worst["estimate"], worst["low"], worst["high"], worst["confidence"]),
        "reference": Reference(f"rate of the same rule in the {table} table", worst[beside]),
        "threshold": Threshold(worst["limit"], basis),
        "direction": Direction.LOWER,
        "n": worst["n"],
    }


def _status(rows: Sequence[Mapping[str, Any]]) -> Status:
    status = max((Status(row["status"]) for row in rows), key=lambda one: one.severity)
    if status is Status.NOT_APPLICABLE and any(row["status"] == "pass" for row in rows):
        return Status.PASS
    return status


def _message(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many rules are broken and the worst of them; the table has the others."""
    found = {word: [row for row in rows if row["status"] == word] for word in Status}
    broken = [*found[Status.FAIL], *found[Status.WARN]]
    parts = []
    if broken:
        are = "is" if len(broken) == 1 else "are"
        which = "" if found[Status.FAIL] else " (warnings only)"
        head = f"{len(broken)} of {len(rows)} rules {are} broken more often than by real rows"
        parts.append(f"{head}{which}; worst: {_named(broken[0])}")
    if found[Status.ERROR]:
        first, count = found[Status.ERROR][0], len(found[Status.ERROR])
        head = f"{count} of {len(rows)} rules could not be run"
        parts.append(f"{head}; first: {_short(first)} ({first['why']})")
    if not parts and found[Status.INCONCLUSIVE]:
        doubtful = found[Status.INCONCLUSIVE]
        parts.append(
            f"{len(doubtful)} of {len(rows)} rules may be broken more often than by real rows, the "
            f"rows are too few to tell; worst: {_named(doubtful[0])}"
        )
    if not parts:
        return f"{len(found[Status.PASS])} of {len(rows)} rules are kept as well as by real rows"
    return ". ".join(parts)


def _short(row: Mapping[str, Any]) -> str:
    rule = str(row["rule"])
    return rule if len(rule) <= _LONGEST_RULE else rule[: _LONGEST_RULE - 1] + "…"


def _named(row: Mapping[str, Any]) -> str:
    if row["estimate"] is None:
        return _short(row)
    percent = 100 * row["estimate"]
    told = f"{percent:.2g}" if percent < 99.5 else "100"  # two digits would write 1e+02
    return f"{_short(row)} ({told} % of {row['n']:,} rows)"
