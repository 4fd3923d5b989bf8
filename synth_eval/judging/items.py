"""What a result is made of: one item per column, pair, rule, attack, model, group.

What an item is *about* are fields: its kind, its names (data, never words of ours) and the
table it was measured on. Nothing has to be read out of a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from synth_eval.judging.judge import Decision, Status, overall

__all__ = ["SLOTS", "Item", "Side"]


class Side(StrEnum):
    """The table that a number was measured on, or that a line of a picture stands for."""

    REAL = "real"
    SYNTHETIC = "synthetic"
    HOLDOUT = "holdout"
    NEUTRAL = "neutral"


SLOTS: Mapping[str, tuple[str, ...]] = {
    "column": ("column",),
    "pair": ("first", "second"),
    "triple": ("first", "second", "third"),
    "level": ("column", "level"),
    "tail": ("column", "tail"),
    "part": ("column", "part"),
    "secret": ("column", "arm"),
    "class": ("level", "arm"),
    "slice": ("what",),
    "measure": ("what",),
    "tables": ("what",),
    "group": ("group",),
    "case": ("case",),
    "rule": ("rule",),
    "table": ("table",),
    "arm": ("arm",),
}
"""Kinds of items, and what each of an item's names is: the columns of a frame of items."""

_NUMBERS = ("estimate", "low", "high", "reference", "expected", "limit", "worth")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a result.

    Parameters
    ----------
    kind : str
        A key of `SLOTS`: what the item is about.
    names : tuple of str
        Its names, one for each slot of its kind: ``("age", "income")`` for a pair.
    side : Side
        Table the estimate was measured on; neutral where it is none of them.
    estimate, low, high : float or None
        The number and its confidence interval.
    reference : float or None
        The same number for the real holdout.
    expected : float or None
        The same number for fresh real rows, computed.
    limit : float or None
        The margin it is held against.
    worth : float or None
        Size of the real sample that is as far from the real table, as a share of its rows.
    decisions : tuple of Decision
        The numbers its status follows from; empty for an item that is only shown.
    told : Status or None
        Status of an item without decisions: ``error`` or ``not_applicable`` where it could not
        be judged at all, or what a file of version 1 says.
    n : int or None
        Rows the number rests on.
    more : mapping of str to number, word or None
        Further numbers of this check, by name.

    Examples
    --------
    >>> item = Item("pair", ("age", "income"), estimate=0.2)
    >>> item.label, item.row()
    ('age × income', {'first': 'age', 'second': 'income', 'estimate': 0.2})
    """

    kind: str
    names: tuple[str, ...]
    side: Side = Side.SYNTHETIC
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    expected: float | None = None
    limit: float | None = None
    worth: float | None = None
    decisions: tuple[Decision, ...] = ()
    told: Status | None = None
    n: int | None = None
    more: Mapping[str, float | int | str | bool | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in SLOTS:
            raise ValueError(f"unknown kind of item {self.kind!r}; one of {', '.join(SLOTS)}")
        if len(self.names) != len(SLOTS[self.kind]):
            raise ValueError(f"an item of kind {self.kind} has the names {SLOTS[self.kind]}")

    @property
    def status(self) -> Status | None:
        """Derived from the decisions; None where nothing was judged."""
        if self.told is not None:
            return self.told
        return overall(self.decisions) if self.decisions else None

    @property
    def severity(self) -> int:
        """Rank of the status, 0 is best or not judged."""
        return 0 if self.status is None else self.status.severity

    def name(self, slot: str) -> str | None:
        """One of its names by slot, such as ``"column"``; None where its kind has no such slot."""
        slots = SLOTS[self.kind]
        return self.names[slots.index(slot)] if slot in slots else None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it is about."""
        slots = zip(SLOTS[self.kind], self.names, strict=True)
        return tuple(name for slot, name in slots if slot in _COLUMN_SLOTS)

    @property
    def label(self) -> str:
        """Name for people.

        Examples
        --------
        >>> [Item("level", ("sex", "F")).label, Item("tail", ("age", "high")).label]
        ['sex = F', 'age · high']
        """
        match self.kind:
            case "pair" | "triple":
                return " × ".join(self.names)
            case "level":
                return " = ".join(self.names)
            case "class":
                level, arm = self.names
                return f"{arm} = {level}" if arm else level
            case "group":
                return f"group {self.names[0]}"
        return " · ".join(name for name in self.names if name)

    def has(self, number: str) -> bool:
        """Whether a number of this name is there and finite, typed or among `more`."""
        value = getattr(self, number) if number in _NUMBERS else self.more.get(number)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return math.isfinite(value)

    def number(self, name: str) -> float:
        """A number by name, typed or among `more`.

        Raises
        ------
        KeyError
            There is no such number, see `has`.
        """
        if not self.has(name):
            raise KeyError(name)
        value = getattr(self, name) if name in _NUMBERS else self.more[name]
        assert isinstance(value, int | float)
        return value

    def row(self) -> dict[str, Any]:
        """One tidy row: a column for each name, the numbers there are, the status."""
        row: dict[str, Any] = dict(zip(SLOTS[self.kind], self.names, strict=True))
        row |= {name: getattr(self, name) for name in _NUMBERS if getattr(self, name) is not None}
        row |= self.more
        if self.n is not None:
            row["n"] = self.n
        if self.status is not None:
            row["status"] = str(self.status)
        return row

    def replaced(self, **changes: Any) -> Item:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Plain form; what there is not is left out."""
        record: dict[str, Any] = {
            "kind": self.kind,
            "names": list(self.names),
            "side": str(self.side),
            "status": None if self.status is None else str(self.status),
        }
        record |= {name: getattr(self, name) for name in _NUMBERS}
        record["n"] = self.n
        if self.decisions:
            record["decisions"] = [decision.to_dict() for decision in self.decisions]
        if self.more:
            record["more"] = dict(self.more)
        return {name: value for name, value in record.items() if value is not None}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Item:
        """Inverse of `to_dict`."""
        values = dict(record)
        status = values.pop("status", None)
        values["names"] = tuple(values["names"])
        values["side"] = Side(values["side"])
        values["decisions"] = tuple(map(Decision.from_dict, values.get("decisions", ())))
        if status is not None and not values["decisions"]:
            values["told"] = Status(status)
        return cls(**values)


_COLUMN_SLOTS = ("column", "first", "second", "third")
