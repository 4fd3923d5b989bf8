"""The judge: the one place where numbers become a status.

A check hands over *decisions*: a number with its interval, and the lines it is held against.
`judge` reads the status of one decision off these numbers, `overall` that of several. Nothing
else in the package writes a status, so whoever reads a status in a file can derive it again
from the numbers beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

__all__ = ["Decision", "Direction", "Status", "judge", "overall", "worst_first"]


class Status(StrEnum):
    """Outcome of one check; every check that was asked for has exactly one."""

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"

    @property
    def severity(self) -> int:
        """Rank for sorting, 0 is best; an error ranks with a failure."""
        return _SEVERITY[self]


_SEVERITY = {
    Status.PASS: 0,
    Status.NOT_APPLICABLE: 1,
    Status.INCONCLUSIVE: 2,
    Status.WARN: 3,
    Status.ERROR: 4,
    Status.FAIL: 5,
}


class Direction(StrEnum):
    """Which way of the estimate is better."""

    LOWER = "lower is better"
    HIGHER = "higher is better"
    REFERENCE = "closer to the reference is better"


@dataclass(frozen=True, slots=True)
class Decision:
    """A number with its interval and the lines it is held against.

    Parameters
    ----------
    subject : str
        What is judged, in words: ``"mean over the columns"``.
    value, low, high : float
        The number and the interval that decides; the same three for an exact count.
    direction : Direction
        Which way of the number is better, lower or higher.
    fail, warn : float or None
        Lines beyond which the *whole interval* must lie for a failure or a warning.
    clear : float or None
        Line within which the whole interval must lie for a pass. Where a test must have had
        the power to see something, this is the largest thing that may still hide.
    aim : float or None
        Line within which the number itself must lie for a pass.
    otherwise : Status
        What follows where no line decides: inconclusive (more rows are needed), a warning
        (not shown to be good enough), or a pass for a check that only looks for alarms.
    margins : tuple of str
        Names of the margins that the lines come from, see `synth_eval.judging.settings`.
    void : str
        Why the comparison itself says nothing, such as a split that is none; then nothing
        can be concluded whatever the numbers are.

    Examples
    --------
    >>> judge(Decision("excess", 0.02, 0.01, 0.03, fail=0.05, warn=0.0, clear=0.05))
    <Status.WARN: 'warn'>
    """

    subject: str
    value: float
    low: float
    high: float
    direction: Direction = Direction.LOWER
    fail: float | None = None
    warn: float | None = None
    clear: float | None = None
    aim: float | None = None
    otherwise: Status = Status.INCONCLUSIVE
    margins: tuple[str, ...] = ()
    void: str = ""

    def __post_init__(self) -> None:
        if self.direction is Direction.REFERENCE:
            raise ValueError("a decision is one-sided; use two, one for each side")
        for name in ("value", "low", "high"):
            if math.isnan(getattr(self, name)):
                raise ValueError(f"{name} of a decision must be a number")
        if not self.low <= self.high:
            raise ValueError(f"interval is upside down: {self.low} > {self.high}")

    @property
    def status(self) -> Status:
        """What `judge` says."""
        return judge(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain form; lines that there are not are left out, an open end of an interval too."""
        record: dict[str, Any] = {"status": str(self.status)}
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, StrEnum):
                value = str(value)
            if isinstance(value, tuple):
                value = list(value)
            if isinstance(value, float) and not math.isfinite(value):
                value = None
            if value not in (None, "", []):
                record[part.name] = value
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Decision:
        """Inverse of `to_dict`."""
        values = {name: value for name, value in record.items() if name != "status"}
        values.setdefault("low", -math.inf)
        values.setdefault("high", math.inf)
        values["direction"] = Direction(values["direction"])
        values["otherwise"] = Status(values["otherwise"])
        values["margins"] = tuple(values.get("margins", ()))
        return cls(**values)


def judge(decision: Decision) -> Status:
    """Status of one decision: alarms first, then the pass, then what follows otherwise.

    Beyond a line is strictly beyond it; within a line includes it.

    Examples
    --------
    >>> line = {"fail": 0.1, "clear": 0.1}
    >>> [str(judge(Decision("d", v, v - 0.01, v + 0.01, **line))) for v in (0.05, 0.1, 0.2)]
    ['pass', 'inconclusive', 'fail']
    """
    if decision.void:
        return Status.INCONCLUSIVE
    if _beyond(decision, decision.fail):
        return Status.FAIL
    if _beyond(decision, decision.warn):
        return Status.WARN
    if _passes(decision):
        return Status.PASS
    return decision.otherwise


def _beyond(decision: Decision, line: float | None) -> bool:
    if line is None:
        return False
    if decision.direction is Direction.LOWER:
        return decision.low > line
    return decision.high < line


def _passes(decision: Decision) -> bool:
    is_lower = decision.direction is Direction.LOWER
    if decision.clear is None and decision.aim is None:
        return False
    is_clear = decision.clear is None or (
        decision.high <= decision.clear if is_lower else decision.low >= decision.clear
    )
    is_aimed = decision.aim is None or (
        decision.value <= decision.aim if is_lower else decision.value >= decision.aim
    )
    return is_clear and is_aimed


def overall(decisions: Iterable[Decision]) -> Status:
    """Status of several decisions: the gravest of them.

    A warning that only says "not shown to be good enough" (`Decision.otherwise`) gives way to
    a decision that could not be taken: of that nobody knows whether it is a failure. Where the
    whole interval is beyond the line of a pass, the warning is shown: surely no pass, perhaps a
    failure is at least a warning.

    Raises
    ------
    ValueError
        There is no decision: absence of evidence is no pass.

    Examples
    --------
    >>> unsure = Decision("floor", 0.1, -0.1, 0.3, Direction.HIGHER, fail=0.0, clear=0.0)
    >>> short = Decision("goal", -0.1, -0.3, 0.1, Direction.HIGHER, clear=0.0,
    ...                  otherwise=Status.WARN)
    >>> str(overall([unsure, short])), str(overall([short]))
    ('inconclusive', 'warn')
    >>> surely = Decision("goal", -0.2, -0.3, -0.1, Direction.HIGHER, clear=0.0,
    ...                   otherwise=Status.WARN)
    >>> str(overall([unsure, surely]))
    'warn'
    """
    ranked = [(_gravity(decision), decision.status) for decision in decisions]
    if not ranked:
        raise ValueError("a status needs at least one decision")
    return max(ranked, key=lambda pair: pair[0])[1]


def _gravity(decision: Decision) -> int:
    """Rank among several decisions; see `overall` for the two kinds of warning."""
    status = decision.status
    lines = (decision.warn, decision.clear, decision.aim)
    is_shown = any(_beyond(decision, line) for line in lines) and not decision.void
    if status is Status.WARN and not is_shown:
        return 1
    return {Status.PASS: 0, Status.INCONCLUSIVE: 2, Status.WARN: 3, Status.FAIL: 4}[status]


def worst_first(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions in the order in which `overall` weighs them."""
    return sorted(decisions, key=_gravity, reverse=True)
