"""What a dimension would have seen at this size, and how many rows a doubt takes.

Where a decision has the line of a pass, its whole interval lies within: a fault beyond the line
would have been seen, else the decision is inconclusive and so is the verdict. What is told here
is how large a fault must be to have rung the alarm, as the interval is, and by how much an
inconclusive one would have to shrink.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from synth_eval.judging.dimensions import Sight
from synth_eval.judging.facts import ROWS_NEEDED, SMALLEST_FAULT
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.results import Result
from synth_eval.words import listed, percent

__all__ = ["rows_needed", "rows_would_do", "seen", "smallest_fault"]

_MOST_ROWS = 1e8  # more are no advice
_SAID = (Status.PASS, Status.WARN, Status.INCONCLUSIVE)


def smallest_fault(decision: Decision) -> float | None:
    """How far beyond the right number it must be for an alarm; None where none can ring.

    Examples
    --------
    >>> round(smallest_fault(Decision("distance", 0.1, 0.07, 0.13, fail=0.2)), 2)
    0.23
    >>> loss = Decision("score less that of the goal", 0.02, 0.01, 0.03, Direction.HIGHER, warn=0.0)
    >>> round(smallest_fault(loss), 2)
    0.01
    """
    line = decision.fail if decision.warn is None else decision.warn
    is_lower = decision.direction is Direction.LOWER
    error = decision.value - decision.low if is_lower else decision.high - decision.value
    if line is None or decision.void or not math.isfinite(error):
        return None
    return line + error if is_lower else error - line


def rows_needed(decisions: Iterable[Decision], rows: int) -> float:
    """Rows at which what is inconclusive would pass, did the numbers stay; 0 if none can be told.

    Intervals shrink with the square root of the rows.

    Examples
    --------
    >>> rows_needed([Decision("distance", 0.1, 0.0, 0.3, fail=0.2, clear=0.2)], 500)
    2000.0
    """
    most = 0.0
    for decision in decisions:
        line = decision.aim if decision.clear is None else decision.clear
        if decision.status is not Status.INCONCLUSIVE:
            continue
        if line is None or decision.void:
            return 0.0
        is_lower = decision.direction is Direction.LOWER
        room = line - decision.value if is_lower else decision.value - line
        error = decision.high - decision.value if is_lower else decision.value - decision.low
        if room <= 0.0 or not math.isfinite(error):
            return 0.0
        most = max(most, round(rows * max(error / room, 1.0) ** 2, 3))
    return most if most < _MOST_ROWS else 0.0


def rows_would_do(results: Iterable[Result]) -> str:
    """How many rows it takes to settle what is inconclusive, as the results say themselves."""
    most = max((result.facts.get(ROWS_NEEDED, 0.0) for result in results), default=0.0)
    if not most:
        return ""
    step = 10.0 ** math.floor(math.log10(most))
    return f"it takes about {math.ceil(most / step) * step:,.0f} rows of each table"


def seen(results: Sequence[Result], sights: Sequence[Sight]) -> str:
    """The smallest faults that would have been seen, as the dimension words them."""
    said = [result for result in results if result.status in _SAID]
    parts = []
    for sight in sights:
        own = [result for result in said if result.code == sight.code]
        if not own:
            continue
        if sight.unit == "rows":  # the check has worked it out
            share = own[0].facts.get(SMALLEST_FAULT)
            if share is not None:
                parts.append(sight.fault.format(percent(share, 1 if share >= 0.01 else 2)))
            continue
        faults = [smallest_fault(part) for part in _decisions(own[0]) if part.low < part.high]
        sizes = [fault for fault in faults if fault is not None]
        if sizes:  # of many columns the one in the middle: few cells are seen best, many worst
            size = median(sizes)
            told = f"{size:.3f}" if sight.unit == "score" else percent(min(size, 1.0))
            parts.append(sight.fault.format(told))
    return f"{listed(parts)} would have been seen" if parts else ""


def _decisions(result: Result) -> list[Decision]:
    of_items = [part for item in result.items for part in item.decisions]
    return [*result.decisions, *(of_items if result.items_decide else [])]
