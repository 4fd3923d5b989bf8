"""Single numbers of a result that something else reads, each under one name.

A check puts them into `synth_eval.judging.results.Result.facts`; verdicts, the release-safe
page and the list of copied rows read them there.
"""

from __future__ import annotations

from collections.abc import Sequence

from synth_eval.judging.results import Result, Status
from synth_eval.words import percent

__all__ = [
    "NEAR_DISTANCE",
    "NO_MODEL",
    "POSSIBLE_EPSILON",
    "RECORDS_ATTACKED",
    "ROWS_NEEDED",
    "SHARE_OF_GAIN",
    "SMALLEST_FAULT",
    "SMALLEST_VISIBLE",
    "power_of",
]

POSSIBLE_EPSILON = "possible_epsilon"
"""Largest lower bound on epsilon that a perfect attack would have shown."""

SMALLEST_FAULT = "smallest_fault"
"""Smallest share of rows, at fault or gone, that would have raised an alarm."""

SMALLEST_VISIBLE = "smallest_visible_copies"
"""Fewest copied records that would have been seen, of so many `RECORDS_ATTACKED`."""

RECORDS_ATTACKED = "records_attacked"
"""Training records that could be told from chance matches."""

NEAR_DISTANCE = "near_distance"
"""Distance to the nearest synthetic row that one unseen record in a hundred falls below."""

NO_MODEL = "no_model"
"""Score of no model at all, on the rows that models were tested on."""

ROWS_NEEDED = "rows_needed"
"""Rows of each table that an inconclusive result takes, as far as that can be told."""

SHARE_OF_GAIN = "share_of_gain"
"""What models gain over no model, as a share of what those of as many real rows gain."""


def power_of(results: Sequence[Result]) -> str:
    """What the attacks could have seen, so that nothing found is not read as nothing there.

    Empty where no result says anything about it.
    """
    facts: dict[str, float] = {}
    for result in results:
        facts |= result.facts
    parts = []
    if POSSIBLE_EPSILON in facts:
        parts.append(f"epsilon up to {facts[POSSIBLE_EPSILON]:.1f} could have been shown")
    if SMALLEST_VISIBLE in facts and facts.get(RECORDS_ATTACKED):
        copies, records = facts[SMALLEST_VISIBLE], facts[RECORDS_ATTACKED]
        parts.append(
            f"{copies:,.0f} copied records ({percent(copies / records, 2)}) would have been seen"
        )
    silent = [
        r.name.replace("_", " ")
        for r in results
        if r.status is Status.INCONCLUSIVE and not r.gating
    ]
    if silent:
        parts.append(f"not answered, for that more rows are needed: {', '.join(silent)}")
    return "; ".join(parts)
