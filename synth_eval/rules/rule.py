"""A rule: one Great Expectations expectation, what it says to a person, and how to count it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synth_eval.data.table import Table
from synth_eval.rules.tally import Tally, pooled, upper_bound

__all__ = [
    "CRITICAL_BOUND",
    "META_KEY",
    "Derived",
    "Rule",
    "comparison",
    "limit_of",
    "nullity",
]

META_KEY = "synth_eval"
"""Key of our part of an expectation's ``meta``; its presence marks a derived rule."""

CRITICAL_BOUND = 0.001
"""A rule is critical only where real rows break it at most this often, at 95 % confidence."""

Counter = Callable[[Table], Tally]


@dataclass(frozen=True, slots=True)
class Rule:
    """A candidate rule.

    Parameters
    ----------
    type, kwargs : str, mapping
        The expectation as Great Expectations writes it.
    text : str
        The rule in words.
    why : str
        What in the real table it was derived from.
    count : callable
        Counts judged and broken rows of a table, without Great Expectations.
    form : bool
        Whether the rule is about how cells are written. Real rows keep such a rule because
        their schema was made from them, so hardly any exception is allowed.
    """

    type: str
    kwargs: Mapping[str, Any]
    text: str
    why: str
    count: Counter
    form: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """A rule with its exact tallies in the real tables, which stay in memory."""

    rule: Rule
    real: Tally
    holdout: Tally | None

    @property
    def severity(self) -> str:
        """Critical only where both tables together vouch for it."""
        together = pooled([self.real, self.holdout])
        vouched = together.judged > 0 and upper_bound(together) <= CRITICAL_BOUND
        return "critical" if vouched else "warning"

    def to_dict(self, margin: float, small_cell: int) -> dict[str, Any]:
        """The expectation as plain Great Expectations JSON, without identifiers."""
        real = self.real.shown(small_cell)
        holdout = self.holdout and self.holdout.shown(small_cell)
        ours: dict[str, Any] = {
            "why": self.rule.why,
            "support": self.real.judged,
            "real": real.to_dict(),
        }
        if holdout is not None:
            ours["holdout"] = holdout.to_dict()
        if self.rule.form:
            ours["form"] = True
        kwargs = dict(self.rule.kwargs)
        if "mostly" in kwargs:
            limit = limit_of(pooled([real, holdout]), margin, 0.95, form=self.rule.form)
            kwargs["mostly"] = max(round(1 - limit - 5e-6, 5), 0.0)
        return {
            "type": self.rule.type,
            "description": self.rule.text,
            "severity": self.severity,
            "kwargs": kwargs,
            "meta": {META_KEY: ours},
        }


def limit_of(real: Tally, margin: float, level: float, *, form: bool = False) -> float:
    """Violation rate that is no finding.

    What real rows do and the margin, or the upper bound of what they do where they are too
    few to tell. Of cells that cannot be read a tenth of the margin is allowed, because a few
    of them turn a whole column into text, and no bound where no real cell is among them.

    Examples
    --------
    >>> limit_of(Tally(10_000, 10), 0.001, 0.95)
    0.002
    >>> round(limit_of(Tally(100, 0), 0.001, 0.95), 3)
    0.03
    >>> limit_of(Tally(100, 0), 0.001, 0.95, form=True)
    0.0001
    """
    margin = margin / 10 if form else margin
    limit = (real.rate or 0.0) + margin
    if real.judged and not (form and real.broken == 0):
        limit = max(limit, upper_bound(real, level))
    return min(limit, 1.0)


def comparison(column: str, operator: str, parameter: Any) -> dict[str, Any]:
    """Row condition that compares a column with a value."""
    return {
        "type": "comparison",
        "column": {"name": column},
        "operator": operator,
        "parameter": parameter,
    }


def nullity(column: str, *, is_null: bool) -> dict[str, Any]:
    """Row condition on a cell being missing or not."""
    return {"type": "nullity", "column": {"name": column}, "is_null": is_null}
