"""Columns as the sides of a rule between columns: levels that can be named, and missingness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.schema import Column
from synth_eval.data.table import Table
from synth_eval.rules.derived.columns import literal
from synth_eval.rules.rule import comparison, nullity

__all__ = ["MAX_LEVELS", "LevelView", "MissingView", "View", "views_of"]

MAX_LEVELS = 50
"""Levels of a column that rules between columns are told in, the most frequent first."""

_MIN_SUPPORT = 100
"""Real rows that are missing, and that are not, for missingness to be a side of a rule."""

Codes = npt.NDArray[np.int64]


class View:
    """A column told in a few named states.

    Parameters
    ----------
    name : str
        Column.
    states : int
        Number of states that may be named. ``codes`` gives the state of each row; `states` is
        any other value and ``states + 1`` a missing one.
    """

    def __init__(self, name: str, states: int) -> None:
        self.name = name
        self.states = states
        self._codes: dict[int, tuple[Table, Codes]] = {}

    def codes(self, table: Table) -> Codes:
        """State of each row of a table, kept for the tables of one derivation."""
        entry = self._codes.get(id(table))
        if entry is None:
            entry = self._codes[id(table)] = (table, self._encode(table))
        return entry[1]

    def condition(self, state: int) -> dict[str, Any]:
        """Row condition that selects a state."""
        raise NotImplementedError

    def demand(self, state: int) -> tuple[str, dict[str, Any]]:
        """Type and arguments of the expectation that a row is in a state."""
        raise NotImplementedError

    def words(self, state: int) -> str:
        """The state in words."""
        raise NotImplementedError

    def _encode(self, table: Table) -> Codes:
        raise NotImplementedError


class LevelView(View):
    """Levels of at least `small_cell` real rows, the most frequent first."""

    def __init__(self, name: str, literals: list[Any], positions: Codes | None = None) -> None:
        super().__init__(name, len(literals))
        self.literals = literals
        self._numbers = None if positions is None else np.array(literals, np.float64)

    def condition(self, state: int) -> dict[str, Any]:
        """Row condition that selects a state."""
        return comparison(self.name, "==", self.literals[state])

    def demand(self, state: int) -> tuple[str, dict[str, Any]]:
        """Expectation that a row is in a state."""
        return "expect_column_values_to_be_in_set", {
            "column": self.name,
            "value_set": [self.literals[state]],
        }

    def words(self, state: int) -> str:
        """The state in words."""
        return f"{self.name} = {self.literals[state]}"

    def _encode(self, table: Table) -> Codes:
        if self._numbers is None:
            column = table.level_column(self.name)
            codes = np.minimum(column.codes, self.states).astype(np.int64)
            codes[column.codes < 0] = self.states + 1
            return codes
        values = table.number_column(self.name).values
        order = np.argsort(self._numbers)
        ranked = self._numbers[order]
        place = np.minimum(np.searchsorted(ranked, values), self.states - 1)
        codes = np.where(ranked[place] == values, order[place], self.states)
        codes[np.isnan(values)] = self.states + 1
        return codes.astype(np.int64)


class MissingView(View):
    """Whether a cell is there (state 0) or missing (state 1)."""

    def __init__(self, name: str) -> None:
        super().__init__(name, 2)

    def condition(self, state: int) -> dict[str, Any]:
        """Row condition that selects a state."""
        return nullity(self.name, is_null=state == 1)

    def demand(self, state: int) -> tuple[str, dict[str, Any]]:
        """Expectation that a row is in a state."""
        wanted = "be_null" if state == 1 else "not_be_null"
        return f"expect_column_values_to_{wanted}", {"column": self.name}

    def words(self, state: int) -> str:
        """The state in words."""
        return f"{self.name} is {'missing' if state == 1 else 'there'}"

    def _encode(self, table: Table) -> Codes:
        column = table.column(self.name)
        return column.missing.astype(np.int64)


def views_of(real: Table, small_cell: int) -> list[View]:
    """The sides a rule may have, in the order of the columns."""
    views: list[View] = []
    for spec in real.schema.compared:
        if spec.name not in real.stored_names:
            continue
        levels = _level_view(real, spec, small_cell)
        if levels is not None:
            views.append(levels)
        missing = int(real.column(spec.name).missing.sum())
        if _MIN_SUPPORT <= missing <= real.num_rows - _MIN_SUPPORT:
            views.append(MissingView(spec.name))
    return views


def _level_view(real: Table, spec: Column, small_cell: int) -> LevelView | None:
    if spec.is_discrete:
        column = real.level_column(spec.name)
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
        states = min(int((counts >= small_cell).sum()), MAX_LEVELS)
        literals = [literal(word, spec, column.stored) for word in column.levels[:states]]
        return LevelView(spec.name, literals) if states > 1 and None not in literals else None
    if spec.kind != "numerical" or not spec.integer:
        return None
    numbers = real.number_column(spec.name)
    values = numbers.values[~numbers.missing]
    if len(values) == 0 or not np.isfinite(values).all():
        return None
    if len(np.unique(values[: 20 * MAX_LEVELS])) > MAX_LEVELS:
        return None  # a look at some rows spares sorting columns of many values
    distinct, counts = np.unique(values, return_counts=True)
    common = distinct[counts >= small_cell]
    if not 1 < len(common) <= len(distinct) <= MAX_LEVELS or np.abs(distinct).max() >= 2**53:
        return None
    order = np.argsort(-counts[counts >= small_cell], kind="stable")
    return LevelView(spec.name, [int(value) for value in common[order]], order)


def pairs_of(views: list[View], most: int) -> Iterator[tuple[View, View]]:
    """Pairs of views of different columns, at most so many, in the order of the columns."""
    count = 0
    for place, first in enumerate(views):
        for second in views[place + 1 :]:
            if first.name == second.name:
                continue
            if count == most:
                return
            count += 1
            yield first, second
