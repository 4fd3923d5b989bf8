"""Files of earlier versions, read into the form of today.

Version 1 told items as rows of whatever keys a check had, a reason as one sentence, and facts
as rows with a certain name; all of that is found again here, once, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from synth_eval.judging.facts import POSSIBLE_EPSILON, RECORDS_ATTACKED, SMALLEST_VISIBLE
from synth_eval.judging.items import SLOTS, Item, Side
from synth_eval.judging.judge import Status

__all__ = ["items_of_rows", "upgraded_result"]

_POSSIBLE_EPSILON = "largest bound on epsilon that could have been shown"
_SMALLEST_VISIBLE = "fewest copies that would have been seen"
_EVIDENCE = {"membership_inference": "attack", "differential_privacy": "guarantee"}


def upgraded_result(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Plain form of a result as `synth_eval.judging.results.Result.from_dict` takes it."""
    if "details" not in record:
        return record
    values = dict(record)
    rows = values.pop("details")
    values["items"] = [item.to_dict() for item in items_of_rows(rows)]
    values["facts"] = _facts(rows)
    values["evidence"] = _EVIDENCE.get(values["name"], "")
    return values


def _facts(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    facts: dict[str, float] = {}
    for row in rows:
        if row.get("arm") == _POSSIBLE_EPSILON:
            facts[POSSIBLE_EPSILON] = float(row["value"])
        if row.get("arm") == _SMALLEST_VISIBLE and row.get("hits") is not None:
            facts[SMALLEST_VISIBLE] = float(row["hits"])
            facts[RECORDS_ATTACKED] = float(row["records"])
    return facts


def items_of_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Items of the tidy rows that files of version 1 hold.

    Examples
    --------
    >>> items_of_rows([{"column": "sex", "level": "F", "estimate": 0.1, "status": "pass"}])[0].label
    'sex = F'
    """
    return tuple(map(_item_of_row, rows))


_KIND_BY_NAMES = (
    ("triple", {"third"}), ("pair", {"second"}), ("level", {"column", "level"}),
    ("tail", {"column", "tail"}), ("part", {"column", "part"}), ("secret", {"column", "arm"}),
    ("class", {"level", "arm"}), ("column", {"column"}), ("rule", {"rule"}), ("arm", {"arm"}),
    ("case", {"case"}), ("table", {"table"}), ("group", {"group"}), ("slice", {"what"}),
)  # fmt: skip
"""Names that a row of version 1 must have for each kind; the first kind that fits is taken."""


def _item_of_row(row: Mapping[str, Any]) -> Item:
    there = {name for name, value in row.items() if value is not None}
    kind = next((kind for kind, names in _KIND_BY_NAMES if names <= there), "arm")
    values = dict(row)
    names = tuple(str(values.pop(slot, "")) for slot in SLOTS[kind])
    status = values.pop("status", None)
    numbers = {name: values.pop(name) for name in (*_ITEM_NUMBERS, "n") if name in values}
    told = None if status is None else Status(status)
    side = Side.SYNTHETIC
    if "arm" in SLOTS[kind]:  # version 1 told the table of an arm in its words, nowhere else
        arm = names[-1].lower()
        side = next((s for word, s in _SIDE_BY_WORD.items() if word in arm), Side.NEUTRAL)
    return Item(kind, names, side, told=told, more=values, **numbers)


_SIDE_BY_WORD = {  # the first word found decides
    "no synthetic": Side.NEUTRAL,
    "shuffled": Side.NEUTRAL,
    "synthetic": Side.SYNTHETIC,
    "unseen": Side.HOLDOUT,
    "holdout": Side.HOLDOUT,
    "real": Side.REAL,
    "training": Side.REAL,
}


_ITEM_NUMBERS = ("estimate", "low", "high", "reference", "expected", "limit", "worth")
