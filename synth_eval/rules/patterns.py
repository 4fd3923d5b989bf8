"""What the violations of a rule look like, told in patterns and counts, never in rows.

A value is named only where at least `small_cell` real rows have it, or no real row at all;
cells that cannot be read are told by their shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.table import NumberColumn, Table

__all__ = ["patterns_of"]

_MOST = 3  # patterns told of one rule, the commonest first


def patterns_of(entry: Mapping[str, Any], table: Table, real: Table, small_cell: int) -> str:
    """The commonest violations of a rule in words; empty where there is nothing safe to say."""
    describe = _DESCRIBE.get(str(entry["type"]))
    if describe is None:
        return ""
    kwargs = entry["kwargs"]
    names = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    if not all(isinstance(name, str) and name in table.schema for name in names):
        return ""
    counts = describe(kwargs, table, real, small_cell)
    return "; ".join(f"{words}: {count:,}" for words, count in counts.most_common(_MOST) if count)


def _words(table: Table, name: str) -> list[str | None]:
    words: list[str | None] = table.strings(name).to_pylist()
    return words


def _safe(name: str, real: Table, small_cell: int) -> dict[str | None, str]:
    """Names that values may go by; a value that is not among them is one of few real rows."""
    if name not in real.stored_names:
        return {}
    counted = real.strings(name).drop_null().value_counts()
    words, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    few = {word for word, count in zip(words, counts, strict=True) if count < small_cell}
    return dict.fromkeys(few, "a rare value")


def _told(word: str | None, rare: Mapping[str | None, str]) -> str:
    return rare.get(word, "missing" if word is None else word[:40])


def _levels(kwargs: Mapping[str, Any], table: Table, real: Table, small_cell: int) -> Counter[str]:
    """Values outside the set, among the rows that a simple condition selects."""
    name = kwargs["column"]
    allowed = {str(value).lower() for value in kwargs.get("value_set") or ()}
    rows = _selected(kwargs.get("row_condition"), table)
    if rows is None:
        return Counter()
    rare = _safe(name, real, small_cell)
    words = np.array(_words(table, name), dtype=object)[rows]
    wrong = [word for word in words if word is not None and word.lower() not in allowed]
    return Counter(f"{name} = {_told(word, rare)}" for word in wrong)


def _selected(condition: Any, table: Table) -> Any:
    """Flags of the rows with a given level; None for conditions of another kind."""
    if condition is None:
        return np.ones(table.num_rows, bool)
    if not isinstance(condition, Mapping) or condition.get("operator") != "==":
        return None
    name = condition["column"]["name"]
    if name not in table.schema:
        return None
    wanted = str(condition["parameter"]).lower()
    return np.array([word is not None and word.lower() == wanted for word in _words(table, name)])


def _pairs(kwargs: Mapping[str, Any], table: Table, real: Table, small_cell: int) -> Counter[str]:
    first, second = kwargs["column_A"], kwargs["column_B"]
    allowed = {(str(a), str(b)) for a, b in kwargs.get("value_pairs_set") or ()}
    rare = (_safe(first, real, small_cell), _safe(second, real, small_cell))
    pairs = zip(_words(table, first), _words(table, second), strict=True)
    counted = Counter(pair for pair in pairs if None not in pair and pair not in allowed)
    counts: Counter[str] = Counter()
    for (a, b), count in counted.items():
        counts[f"{first} = {_told(a, rare[0])} with {second} = {_told(b, rare[1])}"] += count
    return counts


def _range(kwargs: Mapping[str, Any], table: Table, real: Table, small_cell: int) -> Counter[str]:
    del real, small_cell
    column = table.column(kwargs["column"])
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if not isinstance(column, NumberColumn) or column.spec.kind != "numerical":
        return Counter()
    counts: Counter[str] = Counter()
    if isinstance(low, int | float):
        counts[f"below {low}"] = int((column.values < low).sum())
    if isinstance(high, int | float):
        counts[f"above {high}"] = int((column.values > high).sum())
    return counts


def _shapes(kwargs: Mapping[str, Any], table: Table, real: Table, small_cell: int) -> Counter[str]:
    """Cells that cannot be read, with 0 for every digit and a for every letter."""
    del real, small_cell
    column = table.column(kwargs["column"])
    if not (column.spec.is_continuous or column.spec.is_discrete) or not column.unparseable:
        return Counter()
    words = table.strings(kwargs["column"])
    bad = words.filter(pa.array(column.missing)).drop_null()
    bad = pc.replace_substring_regex(bad, pattern="[0-9]", replacement="0")
    bad = pc.replace_substring_regex(bad, pattern="[A-Za-z]", replacement="a")
    return Counter(f"looks like {word[:40]}" for word in bad.to_pylist())


def _totals(kwargs: Mapping[str, Any], table: Table, real: Table, small_cell: int) -> Counter[str]:
    """How many of several columns of true and false are true, where not exactly one is."""
    del real, small_cell
    names = [name for name in kwargs.get("column_list") or () if name in table.schema]
    if kwargs.get("sum_total") != 1 or any(table.schema[n].kind != "boolean" for n in names):
        return Counter()
    total = np.zeros(table.num_rows, int)
    for name in names:
        total += np.array([str(word).lower() in ("true", "1") for word in _words(table, name)])
    return Counter(f"{count} of them true" for count in total.tolist() if count != 1)


_DESCRIBE = {
    "expect_multicolumn_sum_to_equal": _totals,
    "expect_column_values_to_be_in_set": _levels,
    "expect_column_pair_values_to_be_in_set": _pairs,
    "expect_column_values_to_be_between": _range,
    "expect_column_values_to_be_in_type_list": _shapes,
    "expect_column_values_to_match_strftime_format": _shapes,
}
