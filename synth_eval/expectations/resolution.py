"""Resolution of moments stored as such: whole days, hours, minutes or seconds.

A column of timestamps that are all at midnight is a column of days; a generator that draws
moments at random puts a time of day into it. (Dates written as text have a form instead, which
sets their resolution.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from synth_eval.data.schema import Column
from synth_eval.data.table import Table
from synth_eval.expectations.conditions import quoted
from synth_eval.expectations.relations import MAX_EXCEPTIONS, MIN_SUPPORT
from synth_eval.expectations.rule import Rule
from synth_eval.expectations.tally import Tally

__all__ = ["resolution_rules"]

_SECOND = 1_000_000
_UNITS = {
    "D": ("days", 86_400 * _SECOND),
    "h": ("hours", 3_600 * _SECOND),
    "min": ("minutes", 60 * _SECOND),
    "s": ("seconds", _SECOND),
}
_SAME_IN_ALL_ZONES = ("min", "s")


def resolution_rules(real: Table, spec: Column) -> Iterator[Rule]:
    """The coarsest unit of time that (nearly) all moments of a column are whole numbers of."""
    stored = real.column(spec.name).stored
    if spec.kind != "datetime" or not stored.startswith("timestamp"):
        return
    for unit, (words, length) in _UNITS.items():
        if "tz=" in stored and unit not in _SAME_IN_ALL_ZONES:
            continue
        tally = _finer(real, spec.name, length)
        if tally.judged >= MIN_SUPPORT and tally.broken <= MAX_EXCEPTIONS * tally.judged:
            yield _rule(spec.name, unit, words, length)
            return


def _rule(name: str, unit: str, words: str, length: int) -> Rule:
    finer = f'{quoted(name)} > {quoted(name)}.dt.floor("{unit}")'
    condition: dict[str, Any] = {"type": "pass_through", "pass_through_filter": finer}
    return Rule(
        "expect_table_row_count_to_equal",
        {"value": 0, "row_condition": condition},
        f"{name}: whole {words}",
        f"resolution: no finer time than {words} in the real table; told as the number of rows "
        "that break it",
        lambda table: _finer(table, name, length),
    )


def _finer(table: Table, name: str, length: int) -> Tally:
    """Moments that are not a whole number of a unit, given in microseconds."""
    values = table.column(name).values
    values = values[np.isfinite(values)]
    return Tally(len(values), int((np.mod(values, length) != 0).sum()))
