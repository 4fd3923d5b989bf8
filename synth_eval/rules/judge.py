"""From counts to findings: one item per rule, with its rate, its reference and a decision.

A rule fails only where the lower bound of its violation rate, at a level corrected for the
number of rules, is above the rate allowed. Allowed is what real rows do, training and holdout
together, plus the margin; or the upper bound of what they do, at the same level, where they
are too few to tell better.

A derived rule of few real rows is only a warning in a suite, because they cannot vouch that it
is a law. Whether synthetic rows break it more often than they is another question, and an
exact test answers it at any number of rows: such a rule fails where no more real rows break it
than the margin allows and the excess is surely above the margin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Status
from synth_eval.rules.engines.engine import Outcome
from synth_eval.rules.engines.kwargs import columns_of
from synth_eval.rules.rule import META_KEY, limit_of
from synth_eval.rules.suite import flaw_of, is_derived
from synth_eval.rules.tally import Tally, pooled
from synth_eval.stats.intervals import excess_members, wilson

__all__ = ["MARGIN", "Case", "JudgedRule", "judge_rules"]

MARGIN = "validity.rule_violations"
"""The margin that rules are judged by."""

_LONGEST_RULE = 300
"""Characters of what a suite says: a page must not hold whatever somebody wrote into a file."""


@dataclass(frozen=True, slots=True)
class Case:
    """A rule and what became of it in each table; None where it was not run there."""

    entry: Any
    synthetic: Outcome
    real: Outcome | None = None
    holdout: Outcome | None = None


@dataclass(frozen=True, slots=True)
class JudgedRule:
    """The item of a rule in a result, and the rule itself as Great Expectations writes it."""

    item: Item
    entry: Any


def judge_rules(
    cases: Sequence[Case], *, margin: float, alpha: float, small_cell: int
) -> list[JudgedRule]:
    """One judged rule per case, worst first.

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
    list of JudgedRule
        Each with its item: the violation rate as estimate, the rate in the holdout as
        reference, the rate allowed as limit; among ``more`` the ``severity``, the number of
        ``violations``, the rate in the ``real`` table, the ``patterns`` of what breaks it (to
        be filled in), ``why`` the rule is there, its ``columns`` and ``type`` and the
        ``confidence`` of its interval.
    """
    counted = sum(case.synthetic.tally is not None for case in cases)
    level = 1 - alpha / max(counted, 1)
    rules = [JudgedRule(_judged(case, margin, level, small_cell), case.entry) for case in cases]
    return sorted(
        rules,
        key=lambda rule: (
            -rule.item.severity,
            (rule.item.limit or 0.0) - (rule.item.estimate or 0.0),
        ),
    )


def _judged(case: Case, margin: float, level: float, small_cell: int) -> Item:
    item = _described(case.entry)
    tally, severity = case.synthetic.tally, str(item.more["severity"])
    item = item.replaced(
        reference=_shown_rate(case.holdout, small_cell),
        more={**item.more, "real": _shown_rate(case.real, small_cell)},
    )
    if case.synthetic.error is not None:
        why = _printable(case.synthetic.error)
        return item.replaced(told=Status.ERROR, more={**item.more, "why": why})
    if tally is None:
        return _whole_table(item, case, severity)
    item = item.replaced(n=tally.judged, more={**item.more, "violations": tally.broken})
    if tally.judged == 0:
        return item.replaced(
            told=Status.NOT_APPLICABLE, more={**item.more, "why": "no row to judge"}
        )
    allowed = allowed_rate(case, margin, level, small_cell)
    _, low, high = wilson(tally.broken, tally.judged, level)
    rate = tally.broken / tally.judged
    return item.replaced(
        estimate=rate,
        low=low,
        high=high,
        limit=allowed,
        decisions=(
            _decision(severity, rate, low, high, allowed),
            *_excess(case, severity, margin, level, small_cell),
        ),
        more={**item.more, "confidence": level},
    )


def _decision(severity: str, rate: float, low: float, high: float, allowed: float) -> Decision:
    """A critical rule must be shown to be kept; others only raise an alarm where it is shown."""
    subject, margins = "rows that break the rule", (MARGIN,)
    if severity == "warning":
        return Decision(subject, rate, low, high, warn=allowed, otherwise=Status.PASS,
                        margins=margins)  # fmt: skip
    if severity == "info":
        return Decision(subject, rate, low, high, otherwise=Status.PASS, margins=margins)
    return Decision(subject, rate, low, high, fail=allowed, aim=allowed, margins=margins)


def _excess(
    case: Case, severity: str, margin: float, level: float, small_cell: int
) -> tuple[Decision, ...]:
    """Exact test of a derived rule that real rows keep and are too few to vouch for."""
    tally, real = case.synthetic.tally, _of_real_rows(case, small_cell)
    assert tally is not None
    if severity != "warning" or not is_derived(case.entry) or (real.rate or 0.0) > margin:
        return ()
    if not real.judged or not tally.broken:
        return ()
    rows = excess_members(tally.broken, tally.judged, real.broken, real.judged, level)
    value, low, high = (number / tally.judged for number in rows)
    return (
        Decision("rows that break the rule beyond chance", value, low, high, fail=margin,
                 otherwise=Status.PASS, margins=(MARGIN,)),
    )  # fmt: skip


def _of_real_rows(case: Case, small_cell: int) -> Tally:
    """What real and holdout rows do together, without the count of a few of them."""
    outcomes = [outcome for outcome in (case.real, case.holdout) if outcome is not None]
    return pooled([outcome.tally for outcome in outcomes]).shown(small_cell)


def _described(entry: Any) -> Item:
    """What a rule says, whatever state its entry is in."""
    is_mapping = isinstance(entry, Mapping)
    sound = flaw_of(entry) is None
    columns = columns_of(entry) if sound else []
    kind = str(entry.get("type", "")) if is_mapping else ""
    text = entry.get("description") if is_mapping else None
    if not text:
        words = kind.removeprefix("expect_").replace("_", " ") or "an expectation without a type"
        text = f"{', '.join(columns)}: {words}" if columns else words
    meta = entry.get("meta") or {} if sound else {}
    ours = meta.get(META_KEY)
    why = str(ours.get("why", "")) if isinstance(ours, Mapping) else "written by hand"
    return Item(
        "rule",
        (_printable(str(text)),),
        more={
            "severity": str(entry.get("severity") or "critical") if sound else "critical",
            "violations": None,
            "patterns": "",
            "real": None,
            "why": _printable(why),
            "columns": _printable(", ".join(columns)),
            "type": _printable(kind),
            "confidence": None,
        },
    )


def _printable(text: str) -> str:
    """A suite may hold anything; what reaches a page or a shell is one line of bounded length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_RULE else line[: _LONGEST_RULE - 1] + "…"


def _shown_rate(outcome: Outcome | None, small_cell: int) -> float | None:
    if outcome is None or outcome.tally is None:
        return None
    return outcome.tally.shown(small_cell).rate


def allowed_rate(case: Case, margin: float, level: float, small_cell: int) -> float:
    """Rate of violations that is no finding; it gives no count of a few real rows away."""
    real = _of_real_rows(case, small_cell)
    ours = (case.entry.get("meta") or {}).get(META_KEY)
    # Few rows make a schema that fresh ones break: a count that was never above 1 looks like yes
    # and no. Hardly any exception is allowed only where they can vouch for the form.
    is_vouched = case.entry.get("severity") != "warning"
    form = is_vouched and isinstance(ours, Mapping) and ours.get("form") is True
    allowed = limit_of(real, margin, level, form=form)
    mostly = case.entry["kwargs"].get("mostly")
    if not is_derived(case.entry) and isinstance(mostly, int | float):
        allowed = max(allowed, 1 - mostly)
    return min(allowed, 1.0)


def _whole_table(item: Item, case: Case, severity: str) -> Item:
    """An expectation about the table as a whole has no rate, only kept (0) or broken (1)."""
    broken = 0.0 if case.synthetic.success else 1.0
    for name, outcome in (("real", case.real), ("holdout", case.holdout)):
        if broken and outcome is not None and outcome.success is False and outcome.error is None:
            # What real rows break too is no fault of the synthetic ones.
            more = {**item.more, "why": f"the {name} table breaks it too"}
            both = Decision("the table beside one that breaks it too", 0.0, 0.0, 0.0, aim=0.0,
                            margins=(MARGIN,))  # fmt: skip
            return item.replaced(decisions=(both,), more=more)
    return item.replaced(decisions=(_decision(severity, broken, broken, broken, 0.0),))
