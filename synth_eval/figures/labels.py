"""Words on figures: names of items, numbers for people, and text that stays text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_eval.words import number, share

__all__ = ["IDENTITY", "item_label", "number", "plain", "share"]

IDENTITY = (
    "column", "first", "second", "third", "level", "rule", "arm", "table", "part", "tail", "what",
    "group",
)  # fmt: skip
"""Keys of a detail row that say what the row is about, in the order of a table."""

_SETS = ("first", "second", "third")
_NAMES = ("column", "rule", "arm", "table", "part", "tail", "what")


def item_label(row: Mapping[str, Any]) -> str:
    """Name of the item a detail row is about.

    Examples
    --------
    >>> item_label({"first": "age", "second": "income"})
    'age × income'
    >>> item_label({"column": "sex", "level": "F"})
    'sex = F'
    >>> item_label({"column": "age", "tail": "high"})
    'age · high'
    """
    joined = " × ".join(str(row[key]) for key in _SETS if row.get(key) is not None)
    names = [joined, *(str(row[key]) for key in _NAMES if row.get(key) is not None)]
    label = " · ".join(filter(None, names))
    if not label and row.get("group") is not None:
        return f"group {row['group']}"
    if row.get("level") is not None:
        label = f"{label} = {row['level']}" if label else str(row["level"])
    return label


def plain(text: object, limit: int = 60) -> str:
    """Text for a figure: plotly reads some HTML in labels, and data must never be markup.

    Examples
    --------
    >>> plain("<b>a & b</b>")
    '&lt;b&gt;a &amp; b&lt;/b&gt;'
    """
    line = " ".join(str(text).split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
