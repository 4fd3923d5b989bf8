"""Resolution of moments and of whole numbers: whole days or seconds, multiples of 500.

A column of timestamps that are all at midnight is a column of days; a generator that draws
moments at random puts a time of day into it. (Dates written as text have a form instead, which
sets their resolution.) So do amounts that come in steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from synth_eval.data.schema import Column
from synth_eval.data.table import Table
from synth_eval.rules.derived.relations import ALPHA, MAX_EXCEPTIONS, MIN_SUPPORT
from synth_eval.rules.engines.conditions import quoted
from synth_eval.rules.rule import Rule
from synth_eval.rules.tally import Tally

__all__ = ["resolution_rules", "step_rules"]

_SECOND = 1_000_000  # microseconds
_UNITS = {
    "D": ("days", 86_400 * _SECOND),
    "h": ("hours", 3_600 * _SECOND),
    "min": ("minutes", 60 * _SECOND),
    "s": ("seconds", _SECOND),
}
_STEPS = (1_000_000, 100_000, 10_000, 5_000, 1_000, 500, 250, 100, 50, 25, 20, 12, 10, 5, 4, 3, 2)
"""Steps that people price, pack and round by, where the step common to all is broken by a few."""

_MIN_DISTINCT = 10
"""Different numbers that tell a step: of fewer, all even ones are no wonder."""

_MOST = 2.0**53
"""Whole numbers up to here are exact in a float."""

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
    values = table.number_column(name).values
    values = values[np.isfinite(values)]
    return Tally(len(values), int((np.mod(values, length) != 0).sum()))


def step_rules(real: Table, spec: Column) -> Iterator[Rule]:
    """The largest round step that (nearly) all whole numbers of a column are multiples of."""
    if spec.kind != "numerical" or not spec.integer:
        return
    values = real.number_column(spec.name).values
    distinct = np.unique(values[np.isfinite(values) & (values != 0)])
    if len(distinct) < _MIN_DISTINCT or float(np.abs(distinct).max()) >= _MOST:
        return
    exact = int(np.gcd.reduce(np.abs(distinct).astype(np.int64)))
    for step in sorted({exact, *_STEPS} - {1}, reverse=True):
        tally = _off_step(real, spec.name, step)
        if tally.judged >= MIN_SUPPORT and tally.broken <= MAX_EXCEPTIONS * tally.judged:
            # Ten different numbers are all multiples of 2 by chance once in a thousand columns.
            if float(step) ** -len(distinct) * len(_STEPS) * len(real.schema.columns) <= ALPHA:
                yield _step_rule(spec.name, step)
            return


def _step_rule(name: str, step: int) -> Rule:
    condition = {
        "type": "pass_through",
        "pass_through_filter": f"abs({quoted(name)} % {step}) > 0",
    }
    return Rule(
        "expect_table_row_count_to_equal",
        {"value": 0, "row_condition": condition},
        f"{name}: multiples of {step}",
        f"steps: the numbers of the real table are multiples of {step}; told as the number of "
        "rows that break it",
        lambda table: _off_step(table, name, step),
    )


def _off_step(table: Table, name: str, step: int) -> Tally:
    values = table.number_column(name).values
    values = values[~np.isnan(values)]
    with np.errstate(invalid="ignore"):
        off = np.abs(np.fmod(values, step)) > 0
    return Tally(len(values), int(off.sum()))
