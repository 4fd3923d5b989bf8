"""Items of a result as a table for people: headings, rounded numbers, exact values beside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synth_eval.judging.items import SLOTS, Item
from synth_eval.judging.results import Status, to_plain
from synth_eval.words import number, share

__all__ = ["CellView", "ColumnView", "RowView", "TableView", "allowed_rows", "items_table"]

ROWS = 500
"""Most rows of one table in the page; the JSON twin has them all."""

CELLS = 25_000
"""Most cells of all tables in the page, which keeps it small at any number of columns."""

CHARACTERS = 600_000
"""Most characters of text in them, which keeps it small with long names, too."""

_IDENTITY = tuple(dict.fromkeys(slot for slots in SLOTS.values() for slot in slots))
"""Columns that say what a row is about."""

_CHOSEN = ("status", "estimate", "interval", "reference", "expected", "worth")
"""Columns of a short table, beside those that say what the row is about."""

_CELL_TEXT = 160
"""Most characters of a cell; the rest shows when it is pointed at."""

_CELL_TITLE = 400
"""Most characters of that, and of a note below a cell."""

_PROSE = 40
"""Characters from which words need a wide column and lines that break."""

_SAMPLED_ROWS = 50
"""Rows of a table by which its size is estimated."""

_FEWEST_ROWS = 20
"""Rows of a table that are shown whatever the size of the page: fewer tell no pattern."""

_ORDER = (
    *("item", *_IDENTITY, "status"),
    *("estimate", "auc_drop", "interval", "reference", "expected", "limit", "worth"),
)
_HEADINGS = {
    "item": "Columns",
    "what": "What",
    "worth": "Worth",
    "expected": "Expected",
    "limit": "Margin",
    "interval": "Interval",
    "n": "Rows",
}
_HELP = {
    "estimate": "the number of the synthetic table",
    "interval": "confidence interval of the estimate",
    "reference": "the same number for the real holdout",
    "expected": "the same number for fresh real rows, computed",
    "limit": "the margin the status was decided on",
    "worth": "size of the real sample that is as far from the real table, in shares of its rows",
    "n": "rows the number rests on",
}
_RULE_HEADINGS = {"estimate": "Rate", "reference": "Holdout", "limit": "Allowed"}
_RULE_HELP = {
    "estimate": "share of the synthetic rows that break the rule, among those it speaks about",
    "reference": "the same share of the holdout rows",
    "real": "the same share of the real rows",
    "limit": "the share allowed: what real rows do and the margin",
}
_RULE_ORDER = (
    "rule", "status", "estimate", "violations", "real", "reference", "limit", "severity",
)  # fmt: skip
"""Columns of a table of rules; what else there is of a rule is set small, or in results.json."""

_SHARE = re.compile(r"(^|_)(share|rate|worth)$")


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column: its key in the rows of the items, its heading, what it means, how it is set."""

    key: str
    heading: str
    help: str
    kind: str


@dataclass(frozen=True, slots=True)
class CellView:
    """What is shown, the exact value where that is rounded or cut, and a small line below."""

    text: str
    exact: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """Cells of one item and the keys of the figures it opens."""

    cells: Sequence[CellView]
    label: str
    figures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TableView:
    """Columns, the rows shown, and how many there are in all."""

    columns: Sequence[ColumnView]
    rows: Sequence[RowView]
    total: int


def items_table(
    items: Sequence[Item],
    rows: int,
    figures: Mapping[str, Sequence[str]] | None = None,
    *,
    short: bool = False,
) -> TableView:
    """Table of items, whatever numbers they have.

    Parameters
    ----------
    items : sequence of Item
        Those of a result, worst first.
    rows : int
        Most rows to show.
    figures : mapping of str to sequence of str, optional
        Keys of figures by name of the item, or of its column.
    short : bool
        Whether to show the few columns alone that a first look needs.
    """
    shown = items[:rows]
    has_sets = any(item.kind in ("pair", "triple") for item in shown)
    plain = [_plain_row(item, has_sets) for item in shown]
    is_rules = bool(shown) and shown[0].kind == "rule"
    columns = _rule_columns(plain) if is_rules else _columns(plain)
    cell = _rule_cell if is_rules else _cell
    if short:
        chosen = [column for column in columns if column.key in ("item", *_IDENTITY, *_CHOSEN)]
        columns = chosen or columns
    keys = figures or {}
    body = [
        RowView(
            [cell(row, column) for column in columns],
            item.label,
            keys.get(item.label) or keys.get(item.name("column") or "", ()),
        )
        for row, item in zip(plain, shown, strict=True)
    ]
    return TableView(columns, body, len(items))


def _plain_row(item: Item, has_sets: bool) -> Mapping[str, Any]:
    """The item as a row; beside pairs and triples, with the columns it is about as one name."""
    row: Mapping[str, Any] = to_plain(item.row())
    if not has_sets:
        return row
    names = SLOTS[item.kind] if item.kind in ("pair", "triple", "column") else ("column",)
    joined = item.label if len(names) > 1 else " × ".join(item.columns)
    return {"item": joined} | {key: value for key, value in row.items() if key not in names}


def allowed_rows(tables: Sequence[Sequence[Item]]) -> int:
    """Rows per table so that all tables together stay within `CELLS` and `CHARACTERS`."""
    rows_of = [[item.row() for item in items[:_SAMPLED_ROWS]] for items in tables if items]
    lengths = [len(items) for items in tables if items]
    sizes = [
        (length, len(rows[0]), _text_length(rows))
        for length, rows in zip(lengths, rows_of, strict=True)
    ]
    limit = ROWS
    while limit > _FEWEST_ROWS:
        cells = sum(min(rows, limit) * keys for rows, keys, _ in sizes)
        text = sum(min(rows, limit) * length for rows, _, length in sizes)
        if cells <= CELLS and text <= CHARACTERS:
            break
        limit = int(limit * 0.8)
    return limit


def _text_length(rows: Sequence[Mapping[str, Any]]) -> float:
    """Characters of text that a row takes on average: what is shown, and its title."""
    shown = (min(len(value), _CELL_TEXT + _CELL_TITLE) for row in rows for value in row.values()
             if isinstance(value, str))  # fmt: skip
    return sum(shown) / len(rows)


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[ColumnView]:
    keys = dict.fromkeys(
        key for row in rows for key, value in row.items() if value not in (None, "")
    )
    if "low" in keys or "high" in keys:
        keys = dict.fromkeys([*(k for k in keys if k not in ("low", "high")), "interval"])
    ordered = [key for key in _ORDER if key in keys]
    return [_column(key, rows) for key in [*ordered, *(key for key in keys if key not in ordered)]]


def _column(key: str, rows: Sequence[Mapping[str, Any]]) -> ColumnView:
    heading = _HEADINGS.get(key) or key.replace("_", " ").capitalize()
    values = [row[key] for row in rows if row.get(key) is not None]
    is_numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    statuses = {str(status) for status in Status}
    if key == "interval":
        kind = "interval"
    elif key == "status" and all(value in statuses for value in values):
        kind = "status"
    elif is_numeric:
        kind = "share" if _SHARE.search(key) else "number"
    else:
        is_long = any(len(_words(value)) > _PROSE for value in values)
        kind = "prose" if is_long else "text"
    return ColumnView(key, heading, _HELP.get(key, ""), kind)


def _rule_columns(rows: Sequence[Mapping[str, Any]]) -> list[ColumnView]:
    """Few and narrow: a row is told in words first, then by its shares."""
    columns = []
    for key in _RULE_ORDER:
        general = _column(key, rows)
        kind = "share" if key in _RULE_HELP else general.kind
        heading = _RULE_HEADINGS.get(key, general.heading)
        if key == "rule" or any(row.get(key) not in (None, "") for row in rows):
            columns.append(ColumnView(key, heading, _RULE_HELP.get(key, ""), kind))
    return columns


def _rule_cell(row: Mapping[str, Any], column: ColumnView) -> CellView:
    cell = _cell(row, column)
    if column.key == "rule":
        has_reason = row.get("status") in ("error", "not_applicable")
        note = str(row.get("patterns") or (row.get("why") if has_reason else "") or "")
    elif column.key == "estimate" and row.get("low") is not None:
        note = f"{share(row['low'])} to {share(row['high'])}"
    elif column.key == "violations" and row.get("n") is not None:
        note = f"of {number(row['n'])}"
    else:
        note = ""
    return replace(cell, note=note[:_CELL_TITLE])


def _cell(row: Mapping[str, Any], column: ColumnView) -> CellView:
    if column.kind == "interval":
        low, high = row.get("low"), row.get("high")
        if low is None and high is None:
            return CellView("")
        return CellView(f"{number(low)} to {number(high)}", f"{low} to {high}")
    value = row.get(column.key)
    if value is None:
        return CellView("")
    if column.kind == "number":
        return CellView(number(value), repr(value))
    if column.kind == "share":
        is_full = column.key == "worth" and value >= 1
        return CellView("≥ " + share(1.0) if is_full else share(value), repr(value))
    text = _words(value)
    return (
        CellView(text)
        if len(text) <= _CELL_TEXT
        else CellView(text[: _CELL_TEXT - 1] + "…", text[:_CELL_TITLE])
    )


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return str(value)
