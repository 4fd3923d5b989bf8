"""All rules of a run as one finding: a sentence, and the numbers of the worst rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synth_eval.judging.items import Item
from synth_eval.judging.judge import Direction, Status
from synth_eval.judging.results import Estimate, Reference, Threshold
from synth_eval.words import counted

__all__ = ["finding"]

_LONGEST_RULE = 90  # characters of a rule in a message; the table has the whole of it


def finding(items: Sequence[Item], margin: Threshold) -> dict[str, Any]:
    """Arguments of `synth_eval.judging.check.Check.judged`.

    Parameters
    ----------
    items : sequence of Item
        Judged rules, worst first, see `synth_eval.rules.judge.judge_rules`.
    margin : Threshold
        Violation rate allowed beyond that of real rows.

    Returns
    -------
    dict
        ``message``, ``summary``, ``items``, and where a rule has a rate ``estimate``,
        ``reference``, ``threshold``, ``direction`` and ``n`` of the worst one.
    """
    words = {
        "message": _message(items),
        "summary": _summary(items),
        "items": items,
        "items_decide": True,
    }
    worst = next((item for item in items if item.estimate is not None), None)
    if worst is None or worst.limit is None:
        return words
    has_holdout = worst.reference is not None
    real = worst.reference if has_holdout else worst.number("real") if worst.has("real") else None
    basis = f"worst rule: what real rows do and the margin ({margin.basis})"
    return {
        **words,
        "estimate": Estimate(
            worst.number("estimate"), worst.low, worst.high, worst.number("confidence")
        ),
        "reference": Reference(
            f"rate of the same rule in the {'holdout' if has_holdout else 'real'} table", real
        ),
        "threshold": Threshold(worst.limit, basis),
        "direction": Direction.LOWER,
        "n": worst.n,
    }


def _by_status(items: Sequence[Item], statuses: set[Status]) -> list[Item]:
    """The items in one of the statuses; they stand worst first."""
    return [item for item in items if item.status in statuses]


def _summary(items: Sequence[Item]) -> str:
    broken = _by_status(items, {Status.FAIL, Status.WARN})
    if broken:
        return f"{counted(len(broken), 'rule')} broken, worst: {_short(broken[0])}"
    failed = _by_status(items, {Status.ERROR})
    if failed:
        return f"{counted(len(failed), 'rule')} could not be run, first: {_short(failed[0])}"
    unsure = _by_status(items, {Status.INCONCLUSIVE})
    if unsure:
        return (
            f"too few rows to tell for {counted(len(unsure), 'rule')}, worst: {_short(unsure[0])}"
        )
    return "rules are kept as well as by real rows"


def _message(items: Sequence[Item]) -> str:
    """How many rules are broken and the worst of them; the table has the others."""
    broken = _by_status(items, {Status.FAIL, Status.WARN})
    failed = _by_status(items, {Status.ERROR})
    unsure = _by_status(items, {Status.INCONCLUSIVE})
    parts = []
    if broken:
        are = "is" if len(broken) == 1 else "are"
        which = "" if broken[0].status is Status.FAIL else " (warnings only)"
        head = f"{len(broken)} of {len(items)} rules {are} broken more often than by real rows"
        parts.append(f"{head}{which}; worst: {_named(broken[0])}")
    if failed:
        head = f"{len(failed)} of {len(items)} rules could not be run"
        parts.append(f"{head}; first: {_short(failed[0])} ({failed[0].more['why']})")
    if not parts and unsure:
        parts.append(
            f"{len(unsure)} of {len(items)} rules may be broken more often than by real rows, the "
            f"rows are too few to tell; worst: {_named(unsure[0])}"
        )
    if not parts:
        passed = len(_by_status(items, {Status.PASS}))
        return f"{passed} of {len(items)} rules are kept as well as by real rows"
    return ". ".join(parts)


def _short(item: Item) -> str:
    rule = item.label
    return rule if len(rule) <= _LONGEST_RULE else rule[: _LONGEST_RULE - 1] + "…"


def _named(item: Item) -> str:
    if item.estimate is None:
        return _short(item)
    percent = 100 * item.estimate
    rate = f"{percent:.2g}" if percent < 99.5 else "100"  # two digits would write 1e+02
    return f"{_short(item)} ({rate} % of {item.n:,} rows)"
