"""Weekday, hour, month and resolution of dates.

What it measures
    For every datetime column the total variation distance of its weekdays, months, hours and
    of its resolution (whole days, hours, minutes, seconds, or finer).

How to read it
    Sales that stop on Sundays, deliveries at night, timestamps at full seconds: a date that
    is handled as one number loses all of that while its distribution function looks right.

Formula
    D = ½ · Σ |pᵢ − qᵢ| over the weekdays, months, hours or resolutions i of a column; p real
    shares, q synthetic shares. The estimate is the mean of D over all these tables.

When it misleads
    Zoned times are compared in UTC, naive ones as written.

Source
    Calendar effects are periodic; the Kolmogorov-Smirnov distance (F001) cannot see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._cells import counted_cells, result_of_cells, states_of_cells
from synth_eval.checks.fidelity._standard_errors import MeanError
from synth_eval.data.states import CellTable
from synth_eval.data.table import NumberColumn
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result

Micros = npt.NDArray[np.int64]
_Part = Callable[[Micros], Micros]

_DAY = 86_400_000_000
_HOUR = 3_600_000_000
_RESOLUTIONS = (_DAY, _HOUR, 60_000_000, 1_000_000)  # in microseconds, to the second


def _weekday(moments: Micros) -> Micros:
    return np.asarray((moments // _DAY + 3) % 7)


def _hour(moments: Micros) -> Micros:
    return np.asarray(moments % _DAY // _HOUR)


def _month(moments: Micros) -> Micros:
    return moments.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) % 12


def _resolution(moments: Micros) -> Micros:
    """Coarsest unit that divides a moment: 0 days, 1 hours, 2 minutes, 3 seconds, 4 finer."""
    cells = np.full(len(moments), len(_RESOLUTIONS), np.int64)
    for place in range(len(_RESOLUTIONS) - 1, -1, -1):
        cells[moments % _RESOLUTIONS[place] == 0] = place
    return cells


_PARTS: tuple[tuple[str, int, Callable[[Micros], Micros]], ...] = (
    ("weekday", 7, _weekday),
    ("month", 12, _month),
    ("hour", 24, _hour),
    ("resolution", 5, _resolution),
)


@check(
    "F016",
    "datetime_parts",
    dimension="fidelity",
    title="Weekday, hour, month and resolution of dates",
    figure="intervals",
    states=lambda ctx: states_of_cells(ctx, (table for _, table in _tables(ctx))),
)
def datetime_parts(ctx: Context) -> Result:
    """Compare the calendar parts of every datetime column."""
    error = MeanError(ctx)
    tables = [counted_cells(ctx, item, table, error) for item, table in _tables(ctx)]
    if not tables:
        raise NotApplicable("the schema has no datetime column")
    return result_of_cells(ctx, tables, error, "calendar tables")


def _tables(ctx: Context) -> Iterator[tuple[Item, CellTable]]:
    for column in ctx.data.schema.compared:
        if column.kind != "datetime":
            continue
        for part, size, function in _PARTS:

            def cells(
                column: NumberColumn, size: int = size, function: _Part = function
            ) -> npt.NDArray[np.intp]:
                present = np.isfinite(column.values) & (np.abs(column.values) < 2.0**62)
                parts = np.full(len(column.values), size, np.intp)
                parts[present] = function(column.values[present].astype(np.int64))
                return parts

            key = ("calendar", part, column.name)
            yield Item("part", (column.name, part)), CellTable(key, (column.name,), size + 1, cells)
