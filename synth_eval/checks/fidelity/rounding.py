"""Rounding and last digits of numbers.

What it measures
    How numbers are written: how many decimals they carry (up to six) and, for whole numbers
    with at least two digits, which last digit they end in. Both as total variation distance.

How to read it
    Real hours of work end in 0 and 5, prices in 9; a smooth generator gives every digit its
    tenth. The distance is small for honest rows and large where rounding was lost or invented.

Formula
    D = ½ · Σ |pᵢ − qᵢ| over the numbers of decimals, or the last digits, i; p real shares, q
    synthetic shares. The estimate is the mean of D over all these tables.

When it misleads
    A column of measurements has no preferred digit to lose and passes trivially.

Source
    Digit preference is a standard check of survey and clinical data.
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

_Part = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.intp]]

_DECIMALS = 6
"""Decimals told apart: with six before the point, a double keeps three beyond these."""

_LARGEST = 1e12
"""Beyond this a double has too few digits left for its last ones to mean anything."""


@check(
    "F015",
    "rounding",
    dimension="fidelity",
    title="Rounding and last digits of numbers",
    figure="intervals",
    gating=False,
    states=lambda ctx: states_of_cells(ctx, (table for _, table in _tables(ctx))),
)
def rounding(ctx: Context) -> Result:
    """Compare the number of decimals and the last digits."""
    error = MeanError(ctx)
    tables = [counted_cells(ctx, item, table, error) for item, table in _tables(ctx)]
    if not tables:
        raise NotApplicable("the schema has no numerical column")
    return result_of_cells(ctx, tables, error, "digit tables")


def _tables(ctx: Context) -> Iterator[tuple[Item, CellTable]]:
    for column in ctx.data.schema.compared:
        if column.kind != "numerical":
            continue
        for part, size, function in _PARTS:
            if part == "last digit" and not _has_two_digits(ctx, column.name):
                continue

            def cells(column: NumberColumn, function: _Part = function) -> npt.NDArray[np.intp]:
                return function(column.values)

            key = ("digits", part, column.name)
            yield Item("part", (column.name, part)), CellTable(key, (column.name,), size, cells)


def _has_two_digits(ctx: Context, name: str) -> bool:
    """Whether at least half of the real values have two digits before the point."""

    def look() -> bool:
        real = ctx.data.real.number_column(name).values
        finite = np.abs(real[np.isfinite(real)])
        # Of the halves, since two numbers near 1e308 have no sum to take the middle of.
        return len(finite) > 0 and bool(np.median(finite / 2) >= 5)

    return ctx.once(("two digits", name), look)


def _usable(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.isfinite(values) & (np.abs(values) < _LARGEST))


def _decimals(values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Fewest decimals that give the value back; cell 7 is more than six, cell 8 no number."""
    usable = _usable(values)
    numbers = np.where(usable, values, 0.0)
    cells = np.full(len(values), _DECIMALS + 1, np.intp)
    for places in range(_DECIMALS, -1, -1):
        exact = np.abs(np.round(numbers, places) - numbers) <= 1e-12 * np.maximum(
            np.abs(numbers), 1.0
        )
        cells[exact] = places
    cells[~usable] = _DECIMALS + 2
    return cells


def _last_digits(values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Last digit of whole numbers; cell 10 is a number with decimals, cell 11 no number."""
    usable = _usable(values)
    numbers = np.where(usable, values, 0.0)
    whole = numbers == np.floor(numbers)
    cells = np.where(whole, np.abs(numbers).astype(np.int64) % 10, 10)
    cells[~usable] = 11
    return cells.astype(np.intp)


_PARTS = (("decimals", _DECIMALS + 3, _decimals), ("last digit", 12, _last_digits))
