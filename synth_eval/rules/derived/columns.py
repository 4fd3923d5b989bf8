"""Rules on one column: type, missing cells, range, levels, uniqueness, shape, length, format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.schema import Column
from synth_eval.data.table import AnyColumn, NumberColumn, Table
from synth_eval.rules.derived.bounds import iso_moment, safe_bounds
from synth_eval.rules.rule import Rule
from synth_eval.rules.tally import Tally
from synth_eval.words import percent

__all__ = ["column_rules", "literal"]

_DAY = 86_400_000_000.0  # microseconds

_DAYS_TO_9999 = 2_900_000
"""Days from 1970 to the last years that ISO dates have four digits for."""

_MANY_DAYS = 5 * 365
"""Spans from here on have ends in whole years, as people set such limits."""

_MAX_LEVELS = 200
"""Levels that one rule lists; of more nobody reads the list."""

_LISTED = 4
"""Levels that the words of a rule name."""

_SHAPE_COVER = 0.999
"""Share of the values that have a shape for it to be a rule: a few may be garbled."""

_MAX_SHAPE_TOKENS = 16
"""Parts of a shape; longer ones are sentences rather than identifiers."""

_WHOLE = (
    "int", "int64", "int32", "int16", "int8", "Int64Dtype", "LongType", "IntegerType", "ShortType",
    "ByteType", "BIGINT", "INTEGER", "SMALLINT",
)  # fmt: skip
_REAL = (
    "float", "float64", "float32", "DoubleType", "FloatType", "DecimalType", "DOUBLE_PRECISION",
    "DOUBLE", "FLOAT", "REAL", "NUMERIC", "DECIMAL",
)  # fmt: skip
_FLAG = ("bool", "BooleanType", "BOOLEAN")
_MOMENT = (
    "datetime64[ns]", "datetime64[us]", "datetime64[ms]", "datetime64[s]", "DatetimeTZDtype",
    "Timestamp", "date", "DateType", "TimestampType", "TimestampNTZType", "DATE", "DATETIME",
    "TIMESTAMP",
)  # fmt: skip


def column_rules(real: Table, spec: Column, small_cell: int) -> Iterator[Rule]:
    """Candidate rules on one column of the real table."""
    if spec.name not in real.stored_names or spec.kind == "vector":
        return
    yield from _type_rules(real, spec)
    yield from _missing_rules(real, spec)
    if spec.is_continuous:
        yield from _range_rules(real, spec, small_cell)
    elif spec.is_discrete:
        yield from _level_rules(real, spec, small_cell)
    else:
        yield from _string_rules(real, spec, small_cell)
    if "key" in spec.roles:

        def repeated(table: Table) -> Tally:
            words = table.strings(spec.name).drop_null()
            counts = words.value_counts().field("counts").to_numpy()
            return Tally(len(words), int(counts[counts > 1].sum()))

        yield Rule(
            "expect_column_values_to_be_unique",
            {"column": spec.name, "mostly": None},
            f"{spec.name}: no value occurs twice",
            "the key of the real table",
            repeated,
        )


def literal(word: str, spec: Column, stored: str) -> Any:
    """A level as the stored column holds it; None where the words of the level are not known."""
    if spec.kind == "boolean":
        if stored == "bool":
            return word == "true"
        return None if "string" in stored else int(word == "true")
    if stored.startswith(("int", "uint")):
        return int(word)
    if stored in ("float", "double", "halffloat") or stored.startswith("decimal"):
        number = float(word)
        return int(number) if number.is_integer() else number
    return word == "true" if stored == "bool" else word


def _type_rules(real: Table, spec: Column) -> Iterator[Rule]:
    column = real.column(spec.name)
    if spec.kind == "datetime" and "string" in column.stored and spec.datetime_format:
        yield Rule(
            "expect_column_values_to_match_strftime_format",
            {"column": spec.name, "strftime_format": spec.datetime_format, "mostly": None},
            f"{spec.name}: dates are written as {spec.datetime_format}",
            "the form that reads every date of the real table; it sets the resolution too",
            lambda table: _readable(table, table.schema[spec.name]),
            form=True,
        )
        return
    types, words = _types(column)
    if types:
        yield Rule(
            "expect_column_values_to_be_in_type_list",
            {"column": spec.name, "type_list": list(types), "mostly": None},
            f"{spec.name}: every cell reads as {words}",
            f"stored as {column.stored} in the real table",
            lambda table: _readable(table, spec),
            form=True,
        )


def _types(column: AnyColumn) -> tuple[tuple[str, ...], str]:
    """Names of the types of all engines that hold such a column, and the kind in words."""
    spec, stored = column.spec, column.stored
    if spec.kind == "numerical" and spec.integer:
        # With gaps, pandas keeps whole numbers as floats.
        return (*_WHOLE, "float64") if column.missing.any() else _WHOLE, "whole numbers"
    if spec.kind == "numerical":
        return (*_WHOLE, *_REAL), "numbers"
    if spec.kind == "datetime" and stored.startswith(("date", "timestamp")) and "tz=" not in stored:
        return _MOMENT, "dates"  # zoned ones have no type that Great Expectations can compare
    if spec.kind == "boolean" and "string" not in stored:
        return (_FLAG if stored == "bool" else (*_FLAG, *_WHOLE, *_REAL)), "true or false"
    return (), ""


def _readable(table: Table, spec: Column) -> Tally:
    """Cells that are there, and those of them that cannot be read as the column's kind."""
    column = table.column(spec.name)
    there = table.num_rows - int(column.missing.sum()) + column.unparseable
    broken = column.unparseable
    if spec.kind == "datetime" and "string" in column.stored:
        broken += column.restyled
    if isinstance(column, NumberColumn) and spec.kind == "numerical" and spec.integer:
        present = column.values[~column.missing]
        broken += int((~np.isfinite(present) | (present != np.floor(present))).sum())
    return Tally(0 if column.absent else there, broken)


def _missing_rules(real: Table, spec: Column) -> Iterator[Rule]:
    tally = _missing(real, spec.name)
    if tally.broken == tally.judged:
        yield Rule(
            "expect_column_values_to_be_null",
            {"column": spec.name, "mostly": None},
            f"{spec.name}: always missing",
            "no cell of the real table has a value",
            lambda table: Tally(table.num_rows, table.num_rows - _missing(table, spec.name).broken),
        )
        return
    seldom = "never missing" if tally.broken == 0 else "not missing more often than in real rows"
    yield Rule(
        "expect_column_values_to_not_be_null",
        {"column": spec.name, "mostly": None},
        f"{spec.name}: {seldom}",
        "no cell of the real table is missing"
        if tally.broken == 0
        else "the share of missing cells of the real table is what is allowed",
        lambda table: _missing(table, spec.name),
    )


def _missing(table: Table, name: str) -> Tally:
    if name not in table.stored_names:
        return Tally(0, 0)
    column = table.column(name)
    if column.spec.is_continuous or column.spec.is_discrete:
        return Tally(table.num_rows, int(column.missing.sum()) - column.unparseable)
    return Tally(table.num_rows, int(table.strings(name).null_count))


def _range_rules(real: Table, spec: Column, small_cell: int) -> Iterator[Rule]:
    column = real.number_column(spec.name)
    if spec.kind == "datetime" and column.stored.startswith(("time32", "time64", "duration")):
        return
    limits = _dates(column, small_cell) if spec.kind == "datetime" else _numbers(column, small_cell)
    if limits is None:
        return
    (low, high), ends = limits
    words = [str(end).removesuffix("T00:00:00") for end in ends]

    def outside(table: Table) -> Tally:
        values = table.number_column(spec.name).values
        values = values[~np.isnan(values)]
        return Tally(len(values), int(((values < low) | (values > high)).sum()))

    yield Rule(
        "expect_column_values_to_be_between",
        {"column": spec.name, "min_value": ends[0], "max_value": ends[1], "mostly": None},
        f"{spec.name}: from {words[0]} to {words[1]}",
        f"at least {small_cell} real rows reach each end; an end that is not a limit shared by "
        "many rows is moved outward and rounded",
        outside,
    )


_Range = tuple[tuple[float, float], tuple[Any, Any]]


def _numbers(column: NumberColumn, small_cell: int) -> _Range | None:
    bounds = safe_bounds(column.values, small_cell, float(column.spec.integer))
    if bounds is None:
        return None
    whole = column.spec.integer and max(map(abs, bounds)) < 2**53
    return bounds, (int(bounds[0]), int(bounds[1])) if whole else bounds


def _dates(column: NumberColumn, small_cell: int) -> _Range | None:
    """Bounds in whole days, in whole years where the dates span many."""
    days = safe_bounds(column.values / _DAY, small_cell, 1.0)
    if days is None or max(map(abs, days)) > _DAYS_TO_9999:
        return None
    first, last = (np.datetime64(int(np.floor(day)), "D") for day in days)
    last += np.timedelta64(1, "D")  # up to the end of the day
    if days[1] - days[0] > _MANY_DAYS:
        first = first.astype("datetime64[Y]").astype("datetime64[D]")
        last = (last.astype("datetime64[Y]") + np.timedelta64(1, "Y")).astype("datetime64[D]")
    low, high = (float(day.astype(np.int64)) * _DAY for day in (first, last))
    zoned = "tz=" in column.stored
    return (low, high), (iso_moment(low, zoned=zoned), iso_moment(high, zoned=zoned))


def _level_rules(real: Table, spec: Column, small_cell: int) -> Iterator[Rule]:
    column = real.level_column(spec.name)
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    named = int((counts >= small_cell).sum())
    values = [literal(word, spec, column.stored) for word in column.levels[:named]]
    if spec.kind == "boolean" or not 0 < named <= _MAX_LEVELS or None in values:
        return
    rare = int(counts[named:].sum())
    left_out = Tally(int(counts.sum()), rare).shown(small_cell)
    why = f"levels of at least {small_cell} real rows"
    if left_out.rate:
        why += (
            f"; rarer ones are not named, up to {percent(left_out.rate, 2)} of the rows have them"
        )
    more = f" and {named - _LISTED} more" if named > _LISTED else ""

    def other_levels(table: Table) -> Tally:
        codes = table.level_column(spec.name).codes
        return Tally(int((codes >= 0).sum()), int((codes >= named).sum()))

    yield Rule(
        "expect_column_values_to_be_in_set",
        {"column": spec.name, "value_set": sorted(values, key=str), "mostly": None},
        f"{spec.name}: one of {', '.join(map(str, values[:_LISTED]))}{more}",
        why,
        other_levels,
    )


def _string_rules(real: Table, spec: Column, small_cell: int) -> Iterator[Rule]:
    """Shape of identifiers, length of texts; identifiers stored as numbers have neither."""
    words = real.strings(spec.name).drop_null()
    stored = str(real.source.schema.field(spec.name).type)
    if len(words) < 10 * small_cell or "string" not in stored:
        return
    shape = common_shape(words) if spec.kind == "id" else None
    if shape is not None:

        def misshapen(table: Table) -> Tally:
            words = table.strings(spec.name).drop_null()
            matched = int(pc.sum(pc.match_substring_regex(words, shape)).as_py() or 0)
            return Tally(len(words), len(words) - matched)

        yield Rule(
            "expect_column_values_to_match_regex",
            {"column": spec.name, "regex": shape, "mostly": None},
            f"{spec.name}: has the shape {shape}",
            f"the shape of at least {percent(_SHAPE_COVER)} of the real values",
            misshapen,
        )
        return
    bounds = safe_bounds(
        pc.utf8_length(words).to_numpy(zero_copy_only=False).astype(np.float64), small_cell, 1.0
    )
    if bounds is not None:
        low, high = int(bounds[0]), int(bounds[1])

        def odd_lengths(table: Table) -> Tally:
            words = table.strings(spec.name).drop_null()
            lengths = pc.utf8_length(words).to_numpy(zero_copy_only=False)
            return Tally(len(lengths), int(((lengths < low) | (lengths > high)).sum()))

        yield Rule(
            "expect_column_value_lengths_to_be_between",
            {"column": spec.name, "min_value": low, "max_value": high, "mostly": None},
            f"{spec.name}: between {low} and {high} characters",
            f"at least {small_cell} real rows reach each end, or it is moved outward",
            odd_lengths,
        )


def common_shape(words: pa.Array) -> str | None:
    r"""Regular expression of the shape that (nearly) all words share, if there is one.

    Letters and digits are told by class only; other characters are kept, because every word
    has them.

    Examples
    --------
    >>> common_shape(pa.array([f"AB-{number:05d}" for number in range(2000)]))
    '^[A-Z]{2}-[0-9]{5}$'
    """
    exact = words
    for pattern, sign in (("[0-9]", "0"), ("[A-Z]", "A"), ("[a-z]", "a")):
        exact = pc.replace_substring_regex(exact, pattern=pattern, replacement=sign)
    loose = exact
    for sign in "0Aa":
        loose = pc.replace_substring_regex(loose, pattern=f"{sign}+", replacement=sign)
    counted = pc.value_counts(loose)
    place = int(np.argmax(counted.field("counts").to_numpy()))
    best = counted.field("values")[place].as_py()
    if counted.field("counts")[place].as_py() < _SHAPE_COVER * len(words):
        return None
    if len(best) > _MAX_SHAPE_TOKENS or not best.isascii():
        return None
    shapes = pc.unique(exact.filter(pc.equal(loose, best)))
    fixed = len(shapes) == 1
    tokens = re.findall(r"0+|A+|a+|[^0Aa]", shapes[0].as_py()) if fixed else list(best)
    classes = {"0": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}
    parts = [
        classes[token[0]] + (f"{{{len(token)}}}" if fixed else "+")
        if token[0] in classes
        else re.escape(token)
        for token in tokens
    ]
    return "^" + "".join(parts).replace("\\-", "-") + "$"
