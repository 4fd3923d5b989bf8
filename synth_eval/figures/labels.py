"""Words on figures: names of items, numbers for people, and text that stays text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["IDENTITY", "item_label", "number", "plain", "share"]

IDENTITY = (
    "column", "first", "second", "third", "level", "rule", "arm", "table", "part", "tail", "what",
    "group",
)  # fmt: skip
"""Keys of a detail row that say what the row is about, in the order of a table."""

_NOISE = 1e-12  # what floating point leaves of a difference of equal numbers
_SETS = ("first", "second", "third")
_NAMES = ("column", "rule", "arm", "table", "part", "tail", "what")
_PERCENT = "\u00a0%"  # a space that no line breaks at


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


def number(value: float | None) -> str:
    """Number with three significant digits, whole counts in full.

    Examples
    --------
    >>> number(0.0123456), number(48842), number(None), number(0.0000123)
    ('0.0123', '48,842', '–', '1.23e-5')
    """
    if value is None:
        return "–"
    if abs(value) < _NOISE:
        return "0"
    if isinstance(value, int) or 1000 <= abs(value) < 1e12:
        return f"{value:,.0f}"
    return f"{value:.3g}".replace("e-0", "e-").replace("e+", "e")


def share(value: float | None) -> str:
    r"""Share as a percentage with three significant digits.

    Examples
    --------
    >>> [share(value).replace("\u00a0", " ") for value in (0.01234, 0.0, 2.0)]
    ['1.23 %', '0 %', '200 %']
    """
    return "–" if value is None else number(100.0 * value) + _PERCENT


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
