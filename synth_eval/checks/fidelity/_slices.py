"""Slices of a table and their names for people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth_eval.data.codes import Plan
from synth_eval.data.pair import Pair

__all__ = ["Slice", "slice_label"]


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows in one coarse cell of each of one or two columns.

    Parameters
    ----------
    columns, cells : tuple of int
        Positions of the columns among the plans, and their cells.
    """

    columns: tuple[int, ...]
    cells: tuple[int, ...]


def slice_label(data: Pair, part: Slice) -> str:
    """Name of a slice; outer bins are open, so that no smallest or largest value is told."""
    parts = [
        _cell_label(data, data.plans[position], cell)
        for position, cell in zip(part.columns, part.cells, strict=True)
    ]
    return " & ".join(parts)


def _cell_label(data: Pair, plan: Plan, cell: int) -> str:
    column = data.schema[plan.name]
    if not column.is_continuous:
        return f"{plan.name} = {plan.level_cell(cell, data.real.levels(plan.name))}"
    special = {plan.coarse + 1: "unseen", plan.coarse + 2: "missing"}
    if cell in special:
        return f"{plan.name} = {special[cell]}"
    inside = np.flatnonzero(plan.to_coarse[: plan.fine] == cell)
    low, high = float(plan.edges[inside[0]]), float(plan.edges[inside[-1] + 1])
    first, last = _value(low, column.kind), _value(high, column.kind)
    if plan.coarse == 1:
        return f"{plan.name} known"
    if cell == 0:
        return f"{plan.name} up to {last}"
    if cell == plan.coarse - 1:
        return f"{plan.name} above {first}"
    return f"{plan.name} about {last}" if first == last else f"{plan.name} {first} to {last}"


def _value(value: float, kind: str) -> str:
    """Three digits of a number, the day of a moment."""
    if kind == "datetime":
        return str(np.datetime64(int(value), "us").astype("datetime64[D]"))
    return f"{value:.3g}"
