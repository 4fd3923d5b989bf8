"""What the columns of the real table are, by what nearly all of their cells read as."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.arrow import (
    filled_codes,
    flags,
    is_missing,
    number_scalar,
    of_flags,
    of_rows,
    text_array,
)
from synth_eval.data.parse import (
    CODE_CELLS,
    decimal_mark,
    has_leading_zero,
    is_marker,
    likely_kinds,
    other_order,
    parse_datetimes,
    read_numbers,
)
from synth_eval.data.schema import Column, Doubt, Schema
from synth_eval.data.source import Source, is_vector_type, nested_column, plain_array, vector_width
from synth_eval.words import counted, percent

__all__ = ["infer_schema", "settled_by_roles"]

_TEXT_WORDS = 4.0
"""Mean number of words from which strings that hardly repeat are text, not identifiers."""

_ID_NAME = re.compile(r"(?i:(^|[_\W])(id|uuid|guid|key|index|idx))$|[a-z]I[dD]$")
_ENTITY_NAME = re.compile(r"(?i:(^|[_\W])(id|uuid|guid))$|[a-z]I[dD]$")
"""Names of the keys of entities, which repeat: an index or a key that repeats may be a measure."""

_KEY = frozenset({"key"})
_ID_ROWS_BY_NAME = 20
_ID_ROWS = 200

_FEW_KEYS = 50
_ROWS_PER_LEVEL = 20
"""Keys of at most so many entities that have so many rows each are levels (shops, wards)."""

_NEARLY_ALL = 0.95
"""Share of the cells that read as numbers or dates from which a column of text is one of them.

With what is left out, at most one cell in twenty, no share of the column is off by more than
that; and it is counted as a finding.
"""

_HALF = 0.5
"""Share from which a column that is not a number or a date by `_NEARLY_ALL` may be meant as one."""

_LOOKED_AT = 100
"""Cells that tell whether it is worth reading a whole column as numbers or as dates."""

_CLASSES = 10
"""Distinct whole numbers up to which a target is a set of classes."""

_ROWS_PER_CLASS = 5
"""Real rows per distinct whole number from which the numbers repeat as classes do."""


def infer_schema(source: Source) -> Schema:
    """Infer the schema from the real table.

    Rules, in order: booleans and numbers that are only 0 and 1 are boolean; whole numbers
    that never repeat and number the rows are identifiers, and so are those that repeat and are
    named as identifiers are; other numbers are numerical; timestamps and dates are datetimes.
    Text is what nearly all of its cells read as, words for missing cells aside: true or false,
    numbers, dates; the rest cannot be read and is counted. Numbers with leading zeros are
    codes. Text that (almost) never repeats is an identifier, or text where it has several
    words; all other text is categorical. Lists of numbers, all of one length, are vectors.

    A kind that is a guess carries a `Doubt`.

    Raises
    ------
    InputError
        A column of lists whose lengths differ.
    """
    columns = [_infer(str(name), source) for name in source.schema.names]
    return Schema(tuple(_in_one_order(columns, source)))


def settled_by_roles(schema: Schema, real: Source, declared: Iterable[str] = ()) -> Schema:
    """Schema with the kinds that follow from the roles.

    A target of few whole numbers is a set of classes; whole numbers that name entities are
    identifiers.

    Parameters
    ----------
    schema : Schema
        Inferred kinds, and roles.
    real : Source
        The real table.
    declared : iterable of str
        Columns whose kind was declared and stays as it is.
    """
    fixed = set(declared)
    return Schema(
        tuple(
            column if column.name in fixed else _settled_by_role(column, real)
            for column in schema.columns
        )
    )


def _settled_by_role(column: Column, real: Source) -> Column:
    if column.kind != "numerical" or not column.integer or not column.roles & {"target", "entity"}:
        return column
    if "entity" in column.roles:
        return column if "order" in column.roles else replace(column, kind="id", doubt=None)
    values = plain_array(real.column(column.name))
    if not pa.types.is_integer(values.type):
        values = _numbers_of(values, column)
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    if not 1 < distinct <= _CLASSES or len(values) < _ROWS_PER_CLASS * distinct:
        return column
    why = (
        f"The target has {counted(distinct, 'distinct whole number')}, which are taken for "
        "classes, not for a quantity."
    )
    return replace(column, kind="categorical", doubt=Doubt(why, {"kind": "numerical"}))


def _numbers_of(values: pa.Array, column: Column) -> pa.Array:
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        words = values.cast(pa.string())
        return read_numbers(words, otherwise=column.decimal or ".")[0]
    numbers = values.cast(pa.float64())
    return numbers.filter(pc.is_finite(numbers))


def _in_one_order(columns: Sequence[Column], source: Source) -> list[Column]:
    """Dates that do not tell whether the day comes first follow those of the table that do."""
    sure = {
        column.datetime_format.startswith("%d")
        for column in columns
        if column.datetime_format
        and other_order(column.datetime_format)
        and not _order_is_open(column)
    }
    settled = []
    for column in columns:
        turned = other_order(column.datetime_format)
        if turned is None or not _order_is_open(column) or len(sure) != 1:
            settled.append(column)
            continue
        form = turned if turned.startswith("%d") in sure else column.datetime_format
        cells = plain_array(source.column(column.name))
        settled.append(_infer_string(column.name, cells, form))
    return settled


def _order_is_open(column: Column) -> bool:
    """Whether dates do not tell if the day or the month comes first."""
    return column.doubt is not None and "datetime_format" in column.doubt.otherwise


def _infer(name: str, source: Source) -> Column:
    values = plain_array(source.column(name))
    kind = values.type
    if is_vector_type(kind):
        if vector_width(values) is None:
            raise nested_column(source.name, name, kind)
        return Column(name, "vector")
    if pa.types.is_boolean(kind):
        return Column(name, "boolean")
    if pa.types.is_temporal(kind):
        return Column(name, "datetime")
    if pa.types.is_integer(kind):
        return _infer_integer(name, values)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _infer_float(name, values)
    return _infer_string(name, values)


def _infer_integer(name: str, values: pa.Array) -> Column:
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    if distinct == 2 and set(pc.unique(values).drop_null().to_pylist()) == {0, 1}:
        return Column(name, "boolean")
    if distinct == len(values) and _is_numbering(name, values):
        if _ID_NAME.search(name):
            return Column(name, "id", roles=_KEY)
        why = (
            f"The {len(values):,} whole numbers never repeat and are spread evenly, so they are "
            "taken for the numbers of rows, not for a measure."
        )
        return Column(name, "id", roles=_KEY, doubt=Doubt(why, {"kind": "numerical", "roles": []}))
    return _entity_key(name, len(values), distinct) or Column(name, "numerical", integer=True)


def _infer_float(name: str, values: pa.Array) -> Column:
    """Floats; those that are whole, as a missing cell makes of integers, count as integers."""
    if not _is_whole(values):
        return Column(name, "numerical")
    numbers = pc.unique(values.cast(pa.float64())).drop_null()
    there = numbers.filter(pc.invert(pc.is_nan(numbers)))
    has_gaps = values.null_count > 0 or len(there) < len(numbers)
    if has_gaps and len(there) == 2 and set(there.to_pylist()) == {0, 1}:
        return Column(name, "boolean")
    key = _entity_key(name, len(values), len(there))
    return key or Column(name, "numerical", integer=True)


def _entity_key(name: str, rows: int, distinct: int) -> Column | None:
    """Whole numbers that repeat and are named as keys are: those of entities, or of levels."""
    if rows < _ID_ROWS_BY_NAME or distinct < 2 or not _ENTITY_NAME.search(name):
        return None
    is_level = distinct <= _FEW_KEYS and rows >= _ROWS_PER_LEVEL * distinct
    kind, what = ("categorical", "are levels") if is_level else ("id", "name entities")
    why = f"By the name of the column its {distinct:,} whole numbers {what} and measure nothing."
    return Column(name, kind, doubt=Doubt(why, {"kind": "numerical"}))


def _is_numbering(name: str, values: pa.Array) -> bool:
    """Whether distinct whole numbers number the rows: their name says so, or their even spread.

    Running numbers, and any part of them, are spread evenly between the first and the last;
    measurements that never repeat are not.
    """
    rows = len(values)
    if _ID_NAME.search(name) and rows >= _ID_ROWS_BY_NAME:
        return True
    if rows < _ID_ROWS:
        return False
    ordered = np.sort(values.to_numpy(zero_copy_only=False))
    # Differences of whole numbers are exact modulo 2**64, where floats round long numbers.
    steps = (ordered.astype(np.uint64) - ordered[:1].astype(np.uint64)).astype(np.float64)
    gap = np.abs(steps / steps[-1] - np.linspace(0, 1, rows)).max()
    return bool(gap < 1.63 / rows**0.5)


def _is_whole(values: pa.Array) -> bool:
    """Floats that are whole numbers, as a missing value makes of integers."""
    numbers = values.cast(pa.float64()).drop_null()
    finite = numbers.filter(pc.is_finite(numbers))
    return len(finite) > 0 and bool(pc.all(pc.equal(finite, pc.floor(finite))).as_py())


@dataclass(frozen=True, slots=True)
class _Words:
    """Distinct words of a column and how many cells have each, words for missing ones aside."""

    unique: pa.Array
    counts: npt.NDArray[np.int64]

    @property
    def cells(self) -> int:
        return int(self.counts.sum())

    def cells_of(self, read: pa.Array) -> int:
        """Cells whose word was read, by what was read of the distinct words."""
        return int(self.counts[~is_missing(read)].sum())

    def without(self, markers: npt.NDArray[np.bool_]) -> _Words:
        if not markers.any():
            return self
        return _Words(self.unique.filter(of_flags(~markers)), self.counts[~markers])


_Read = tuple[Column | None, int]
"""What a column would be, and how many cells read as that."""


def _infer_string(name: str, values: pa.Array, date_order: str | None = None) -> Column:
    words = values.cast(pa.string()).drop_null()
    counted = words.value_counts()
    stored = _Words(
        counted.field("values"), filled_codes(counted.field("counts"), 0).astype(np.int64)
    )
    told = stored.without(is_marker(stored.unique))
    readers: dict[str, Callable[[], _Read]] = {
        "boolean": lambda: _truth(name, told),
        "numerical": lambda: _number(name, told, len(values)),
        "datetime": lambda: _date(name, told, date_order),
    }
    likely: list[tuple[int, Column]] = []
    for kind in likely_kinds(_some_of(words)):
        column, cells = readers[kind]()
        if column is not None and cells >= _NEARLY_ALL * told.cells:
            rest = told.cells - cells
            return _with_rest(column, rest, told.cells) if rest else column
        if column is not None and cells >= _HALF * told.cells:
            likely.append((cells, column))
    column = _levels_or_text(name, stored, len(values))
    if not likely:
        return column
    return _unlikely(column, *max(likely, key=lambda pair: pair[0]), told.cells)


def _some_of(words: pa.Array) -> list[str]:
    """Cells from all over a column."""
    step = max(len(words) // _LOOKED_AT, 1)
    some: list[str] = words.take(of_rows(np.arange(0, len(words), step))).to_pylist()
    return some


def _with_rest(column: Column, rest: int, cells: int) -> Column:
    why = (
        f"{rest:,} of {cells:,} cells ({percent(rest / cells, 2)}) cannot be read as "
        f"{column.kind} and count as missing."
    )
    if column.doubt is not None:
        why = f"{column.doubt.why} {why}"
    otherwise = {"kind": "categorical"} if column.doubt is None else column.doubt.otherwise
    return replace(column, doubt=Doubt(why, otherwise))


def _unlikely(column: Column, read: int, as_column: Column, cells: int) -> Column:
    why = (
        f"{read:,} of {cells:,} cells ({percent(read / cells)}) read as {as_column.kind}, too few "
        f"for that kind, so the column is {column.kind}."
    )
    otherwise: dict[str, Any] = {"kind": as_column.kind}
    if as_column.datetime_format:
        otherwise["datetime_format"] = as_column.datetime_format
    return replace(column, doubt=Doubt(why, otherwise))


def _is_truth(words: pa.Array) -> pa.Array:
    short = pc.less_equal(pc.binary_length(words), number_scalar(len("false")))
    lower = pc.utf8_lower(pc.if_else(short, words, pa.nulls(len(words), pa.string())))
    return pc.is_in(lower, value_set=text_array(["true", "false"]))


def _truth(name: str, told: _Words) -> _Read:
    """True and false as words; other pairs of words are levels.

    Nothing but them: a third word is a level more often than a slip.
    """
    whole = bool(pc.all(_is_truth(told.unique)).as_py())
    return (Column(name, "boolean"), told.cells) if whole else (None, 0)


def _number(name: str, told: _Words, rows: int) -> _Read:
    numbers, restyled = read_numbers(told.unique)
    distinct, cells = len(numbers) - numbers.null_count, told.cells_of(numbers)
    codes = _codes(name, told, cells, rows)
    if codes is not None:
        return codes, cells
    if distinct <= 2:
        return None, 0  # two words are levels, whatever they look like
    named = _ENTITY_NAME.search(name) is not None
    if (distinct == rows or named) and _is_whole(numbers) and _all_digits(told.unique):
        if distinct == rows:
            key: Column | None = _infer_integer(name, told.unique.cast(pa.int64()))
        else:
            key = _entity_key(name, rows, distinct)
        if key is not None and key.kind != "numerical":
            return key, cells
    mark, is_open = decimal_mark(told.unique) if restyled else (".", False)
    doubt = None
    if is_open:
        why = (
            "Its words do not tell whether the comma is a decimal one; it is taken to set "
            "thousands apart."
        )
        doubt = Doubt(why, {"decimal": ","})
    integer, decimal = _is_whole(numbers), "," if mark == "," else None
    return Column(name, "numerical", integer=integer, decimal=decimal, doubt=doubt), cells


def _all_digits(words: pa.Array) -> bool:
    return bool(pc.all(pc.match_substring_regex(words, r"^-?\d{1,18}$")).as_py())


def _codes(name: str, told: _Words, read: int, rows: int) -> Column | None:
    """Levels or identifiers, where digits with leading zeros are among the cells."""
    zeros = has_leading_zero(told.unique)
    if not zeros.any():
        return None
    digits = flags(pc.match_substring_regex(told.unique, r"^\d+$"))
    if told.counts[zeros].sum() < CODE_CELLS * told.cells:
        return None
    if told.counts[digits].sum() < _NEARLY_ALL * read:
        return None
    lengths = filled_codes(pc.utf8_length(told.unique.filter(of_flags(digits))), 0)
    width = int(lengths.max()) if (lengths == lengths.max()).all() else None
    return replace(_levels_or_text(name, told, rows), digits=width)


def _date(name: str, told: _Words, order: str | None) -> _Read:
    moments, _, pattern = parse_datetimes(told.unique, order)
    cells = told.cells_of(moments)
    if cells == 0:
        return None, 0
    turned, doubt = other_order(pattern), None
    if turned is not None and order is None:
        other, _, _ = parse_datetimes(told.unique, turned)
        if told.cells_of(other) == cells:
            first, second = ("day", "month") if str(pattern).startswith("%d") else ("month", "day")
            why = (
                f"Its dates do not tell whether the day or the month comes first; they are read "
                f"as {first} before {second}."
            )
            doubt = Doubt(why, {"datetime_format": turned})
    if doubt is None and pattern is not None and "%y" in pattern:
        why = "Its years have two digits and are read as 1969 to 2068."
        doubt = Doubt(why, {"kind": "categorical"})
    return Column(name, "datetime", datetime_format=pattern, doubt=doubt), cells


def _levels_or_text(name: str, stored: _Words, rows: int) -> Column:
    if stored.cells == 0:
        return Column(name, "categorical")
    # A word such as ? that the real table has is a level like any other: a cell apart either
    # way, and rules that name it hold. Where the real table lacks it, it is a missing cell.
    missing = () if is_marker(stored.unique, levels=True).any() else None
    unique, cells = stored.unique, stored.cells
    spaces = filled_codes(pc.count_substring(unique, " "), 0)
    if len(unique) > 0.9 * cells and cells >= 50:
        if spaces.mean() + 1 >= _TEXT_WORDS:
            return Column(name, "text", missing=missing)
        roles = _KEY if len(unique) == rows else frozenset[str]()
        return Column(name, "id", roles=roles, missing=missing)
    mean_words = float((spaces * stored.counts).sum()) / cells + 1
    if mean_words >= 2 * _TEXT_WORDS and len(unique) > 0.5 * cells:
        return Column(name, "text", missing=missing)
    return Column(name, "categorical", missing=missing)
