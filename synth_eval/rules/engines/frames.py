"""Tables as pandas frames, the way a rule engine should see them.

Two views. *Coerced*: every column as the real one is stored, cells that cannot be read are
missing; ranges, levels and relations are judged on it. *Stored*: what cannot be read is still
there as text; types, missing cells and the forms of strings are judged on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.table import AnyColumn, LevelColumn, NumberColumn, Table
from synth_eval.rules.derived.columns import literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["coerced_frame", "stored_frame"]

_NS_PER_US = 1000  # pandas keeps moments in nanoseconds, our tables in microseconds
_NS_LIMIT = 9_214_646_400_000_000.0
"""Microseconds (year 2261) that still fit nanoseconds; later moments are cut to it."""


def coerced_frame(table: Table, real: Table) -> pd.DataFrame:
    """All columns that the table has, as the real table stores them.

    Parameters
    ----------
    table : Table
        The table to show.
    real : Table
        The real table, which decides between 1, 1.0, ``"1"`` and true.
    """
    import pandas as pd  # what Great Expectations works on

    columns = {name: _coerced(table, real, name) for name in table.stored_names}
    return pd.DataFrame(columns, copy=False)


def stored_frame(table: Table, real: Table, names: list[str]) -> pd.DataFrame:
    """The named columns with the cells as they were stored, where they could not be read."""
    import pandas as pd  # what Great Expectations works on

    columns = {name: _stored(table, real, name) for name in names if name in table.stored_names}
    return pd.DataFrame(columns, copy=False)


def _coerced(table: Table, real: Table, name: str) -> Any:
    if name not in table.schema or table.schema[name].kind == "vector":
        return table.source.column(name).to_pandas()
    spec = table.schema[name]
    if spec.is_continuous:
        column = table.number_column(name)
        stored = _real_type(real, name)
        is_clock = stored.startswith(("time32", "time64", "duration"))
        if spec.kind == "datetime" and not is_clock:
            return _moments(column.values, zoned="tz=" in stored)
        return _numbers(column.values, whole=spec.integer)
    if spec.is_discrete:
        return _levels(table, real, name)
    return _plain(table, real, name)


def _real_type(real: Table, name: str) -> str:
    return real.column(name).stored if name in real.stored_names else "string"


def _numbers(values: npt.NDArray[np.float64], *, whole: bool) -> npt.NDArray[Any]:
    """Whole numbers as integers where no cell is missing, like every reader of tables."""
    if whole and np.isfinite(values).all() and (values == np.floor(values)).all():
        return values.astype(np.int64) if np.abs(values).max(initial=0) < 2**53 else values
    return values


def _moments(values: npt.NDArray[np.float64], *, zoned: bool) -> Any:
    import pandas as pd  # what Great Expectations works on

    bounded = np.clip(values, -_NS_LIMIT, _NS_LIMIT)
    gone = np.isnan(bounded)
    whole = np.where(gone, 0, bounded).astype(np.int64) * _NS_PER_US
    moments = whole.view("datetime64[ns]")
    moments[gone] = np.datetime64("NaT")
    series = pd.Series(moments)
    return series.dt.tz_localize("UTC") if zoned else series


def _levels(table: Table, real: Table, name: str) -> Any:
    """Levels as categories, so that a rule looks at each level once, not at each row."""
    import pandas as pd  # what Great Expectations works on

    spec, stored = table.schema[name], _real_type(real, name)
    if spec.kind == "boolean":
        column = table.level_column(name)
        # Behind the levels of the real table comes the code of what it lacks.
        words = [*column.levels, *sorted({"false", "true"} - set(column.levels))]
        cells = np.array([*(_value(word, spec, stored) for word in words), None], dtype=object)
        cells = cells[column.codes]
        # Plain values, because flags may be added up.
        return pd.Series(cells if column.missing.any() else cells.tolist())
    coded = table.strings(name).dictionary_encode()
    words = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    values = [_value(word, spec, stored) for word in words]
    if len(set(map(repr, values))) < len(values):  # "1" and "1.0" in one column
        lookup = np.array([*values, None], dtype=object)
        return pd.Series(lookup[codes], dtype="category")
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(values, dtype=object)))


def _value(word: str, spec: Any, stored: str) -> Any:
    try:
        value = literal(word, spec, stored)
    except ValueError:  # a level that does not read as the real column's type
        return word
    return word if value is None else value


def _plain(table: Table, real: Table, name: str) -> Any:
    """Identifiers and texts; those the real table stores as numbers stay numbers."""
    words = table.strings(name)
    stored = _real_type(real, name)
    if stored.startswith(("int", "uint")) and not words.null_count:
        try:
            return words.cast(pa.int64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:
            pass
    return words.to_pandas()


def _stored(table: Table, real: Table, name: str) -> Any:
    spec = table.schema[name] if name in table.schema.names else None
    if spec is not None and spec.kind == "vector":
        return table.source.column(name).to_pandas()
    if spec is not None and spec.kind == "boolean":
        return _flags(table, table.level_column(name), _real_type(real, name))
    if spec is None or not spec.is_continuous:
        return table.strings(name).to_pandas()
    column = table.number_column(name)
    if column.spec.kind == "datetime" and "string" in _real_type(real, name):
        return _date_words(table, column)
    coerced = _coerced(table, real, name)
    if column.unparseable == 0 and not _broken_integers(column):
        if column.spec.integer and column.missing.any():
            return _nullable_integers(column)
        return coerced
    return _mixed(table, column, coerced)


def _flags(table: Table, column: LevelColumn, stored: str) -> Any:
    """True and false, as Python values where cells are missing or cannot be read."""
    import pandas as pd  # what Great Expectations works on

    values = [_value(word, column.spec, stored) for word in column.levels]
    cells = np.array([*values, None, None], dtype=object)[column.codes]
    if not column.missing.any() and len(values) > int(column.codes.max(initial=0)):
        return pd.Series(cells.astype(type(values[0])) if stored != "string" else cells)
    return pd.Series(_with_unread(table, column, cells), dtype=object)


def _broken_integers(column: NumberColumn) -> bool:
    if column.spec.kind != "numerical" or not column.spec.integer:
        return False
    present = column.values[~column.missing]
    return bool((~np.isfinite(present) | (present != np.floor(present))).any())


def _nullable_integers(column: NumberColumn) -> Any:
    import pandas as pd  # what Great Expectations works on

    whole = np.where(column.missing, 0, column.values).astype(np.int64)
    return pd.Series(pd.arrays.IntegerArray(whole, column.missing.copy()))


def _mixed(table: Table, column: NumberColumn, coerced: Any) -> Any:
    """Python values, and text where a cell could not be read."""
    import pandas as pd  # what Great Expectations works on

    cells = np.array(pd.Series(coerced).astype(object), dtype=object)
    if column.spec.kind == "numerical":
        values = column.values
        finite = np.isfinite(values)
        if column.spec.integer:
            whole = finite & (values == np.floor(np.where(finite, values, 0)))
            cells[whole] = [int(value) for value in values[whole]]
    return pd.Series(_with_unread(table, column, cells), dtype=object)


def _with_unread(table: Table, column: AnyColumn, cells: Any) -> Any:
    words = table.strings(column.spec.name)
    unread = column.missing & ~words.is_null().to_numpy(zero_copy_only=False)
    cells[column.missing] = None
    cells[unread] = words.filter(pa.array(unread)).to_pylist()
    return cells


def _date_words(table: Table, column: NumberColumn) -> Any:
    """Dates as text in the form of the real table; what could not be read stays as it was."""
    words = table.strings(column.spec.name)
    if "string" in column.stored:
        return words.to_pandas()
    moments = pa.array(
        np.where(column.missing, 0, column.values).astype(np.int64), mask=column.missing
    ).cast(pa.timestamp("us"))
    text = pc.strftime(moments, format=column.spec.datetime_format)
    return pc.coalesce(text, words).to_pandas()
