"""The one door to the outside: whatever can hand over Arrow record batches.

Files (CSV, compressed CSV, Parquet) and tables in memory (pandas, polars, pyarrow,
anything with the Arrow C stream interface). No other module names a dataframe library.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.parse import CODE_CELLS, has_leading_zero
from synth_eval.data.paths import ELSEWHERE, check_path
from synth_eval.errors import InputError

__all__ = [
    "BATCH_ROWS",
    "Source",
    "is_spark_frame",
    "is_vector_type",
    "nested_column",
    "open_source",
    "plain_array",
    "vector_width",
]

BATCH_ROWS = 65_536

_WHOLE_BYTES = 64 << 20
_BLOCK_BYTES = 8 << 20

# What pandas reads as missing; two readers of one file must not disagree about it.
_NULL_WORDS = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip


class Source:
    """A named table that can be read column by column or batch by batch.

    Parameters
    ----------
    name : str
        How messages call the table: a file name, or "real", "synthetic", "holdout".
    """

    def __init__(self, name: str, *, path: Path | None = None) -> None:
        self.name = name
        self.path = path

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the table as stored."""
        raise NotImplementedError

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        raise NotImplementedError

    def column(self, name: str, *, coded: bool = False) -> pa.ChunkedArray:
        """One column, whole.

        With `coded`, text may come as a dictionary and indices into it, where that is cheaper.
        """
        raise NotImplementedError

    def batches(
        self, columns: Sequence[str] | None = None, *, coded: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Record batches of at most `BATCH_ROWS` rows; see `column` for `coded`."""
        raise NotImplementedError

    def sha256(self) -> str | None:
        """Hash of the file, None for a table in memory."""
        if self.path is None:
            return None
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


class _MemorySource(Source):
    def __init__(self, name: str, table: pa.Table, *, path: Path | None = None) -> None:
        super().__init__(name, path=path)
        self._table = table

    @property
    def schema(self) -> pa.Schema:
        return self._table.schema

    @property
    def num_rows(self) -> int:
        return int(self._table.num_rows)

    def column(self, name: str, *, coded: bool = False) -> pa.ChunkedArray:  # noqa: ARG002
        return self._table.column(name)

    def batches(
        self,
        columns: Sequence[str] | None = None,
        *,
        coded: bool = False,  # noqa: ARG002
    ) -> Iterator[pa.RecordBatch]:
        table = self._table if columns is None else self._table.select(list(columns))
        yield from table.to_batches(max_chunksize=BATCH_ROWS)


class _ParquetSource(Source):
    def __init__(self, name: str, path: Path) -> None:
        import pyarrow.parquet as pq  # only where a Parquet file is read

        super().__init__(name, path=path)
        self._file = pq.ParquetFile(path)

    @property
    def schema(self) -> pa.Schema:
        return self._file.schema_arrow

    @property
    def num_rows(self) -> int:
        return int(self._file.metadata.num_rows)

    @cached_property
    def _coded_file(self) -> Any:
        """The same file, its text read as it is stored: a dictionary and indices into it."""
        import pyarrow.parquet as pq  # only where a Parquet file is read

        texts = [field.name for field in self.schema if pa.types.is_string(field.type)]
        return pq.ParquetFile(self.path, metadata=self._file.metadata, read_dictionary=texts)

    @cached_property
    def _whole(self) -> pa.Table | None:
        """A small file at once: opening each column costs as much as reading it."""
        metadata = self._file.metadata
        groups = [metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)]
        return self._coded_file.read() if sum(groups) <= _WHOLE_BYTES else None

    def column(self, name: str, *, coded: bool = False) -> pa.ChunkedArray:
        try:
            if self._whole is None:
                file = self._coded_file if coded else self._file
                return file.read(columns=[name]).column(name)
            column = self._whole.column(name)
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(self.name, error) from error
        return column if coded else column.cast(self.schema.field(name).type)

    def batches(
        self, columns: Sequence[str] | None = None, *, coded: bool = False
    ) -> Iterator[pa.RecordBatch]:
        try:
            file = self._coded_file if coded else self._file
            yield from file.iter_batches(
                batch_size=BATCH_ROWS, columns=None if columns is None else list(columns)
            )
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(self.name, error) from error


def open_source(table: Any, name: str) -> Source:
    """Open a path or a table in memory as a `Source`.

    Parameters
    ----------
    table : str, Path, pandas, polars or pyarrow table, or any Arrow C stream
        What to read. Files are told apart by their ending.
    name : str
        Role of the table in messages, for example ``"real"``.

    Raises
    ------
    InputError
        The file is absent, truncated or of an unknown kind; the table has no rows or no
        columns, two columns of one name, or a nested one that is not a list of numbers.
    """
    source = _open_path(Path(table), name) if isinstance(table, str | Path) else _wrap(table, name)
    names = [str(column) for column in source.schema.names]
    repeated = sorted({column for column in names if names.count(column) > 1})
    if repeated:
        raise InputError(
            f"{source.name}: column name {repeated[0]!r} occurs more than once; rename the columns"
        )
    if not names:
        raise InputError(f"{source.name}: the table has no columns")
    for field in source.schema:
        is_nested = pa.types.is_nested(getattr(field.type, "storage_type", field.type))
        if is_nested and not is_vector_type(field.type):
            raise nested_column(source.name, field.name, field.type)
    if source.num_rows == 0:
        raise InputError(f"{source.name}: the table has no rows; nothing can be evaluated")
    return source


def _open_path(path: Path, role: str) -> Source:
    name = f"{role} table {path.name}"
    kind = check_path(path, role)
    try:
        if kind == "parquet":
            return _ParquetSource(name, path)
        return _MemorySource(name, _read_csv(path, name), path=path)
    except (OSError, pa.ArrowException, UnicodeDecodeError, EOFError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> InputError:
    # Arrow quotes the row it stumbled over; rows do not belong into messages.
    reason = re.sub(r"(got \d+): .*", r"\1", " ".join(str(error).split()))
    return InputError(f"{name}: cannot be read, is the file complete? ({reason[:200]})")


def _read_csv(path: Path, name: str) -> pa.Table:
    """Read a CSV; columns whose type changes along the file are read as text, not refused."""
    from pyarrow import csv  # only where a CSV is read

    options: dict[str, Any] = {"null_values": list(_NULL_WORDS), "strings_can_be_null": True}
    parse = csv.ParseOptions(newlines_in_values=True)
    try:
        table = csv.read_csv(
            path, parse_options=parse, convert_options=csv.ConvertOptions(**options)
        )
        for field in table.schema:
            # Arrow reads text that is not UTF-8 as bytes; levels made of bytes help nobody.
            if pa.types.is_binary(field.type):
                raise InputError(
                    f"{name}: column {field.name!r} is not UTF-8 text; save the file as UTF-8"
                )
        return _with_codes(table, path, parse, options)
    except pa.ArrowInvalid as error:
        if "conversion error" not in str(error):
            raise
    with csv.open_csv(path, parse_options=parse) as reader:
        names = reader.schema.names
    types = dict.fromkeys(names, pa.string())
    table = csv.read_csv(
        path,
        parse_options=parse,
        convert_options=csv.ConvertOptions(column_types=types, **options),
    )
    return pa.table({name: _narrow(table.column(name)) for name in names})


def _with_codes(table: pa.Table, path: Path, parse: Any, options: Mapping[str, Any]) -> pa.Table:
    """The table with digits that have leading zeros as text: as numbers they would lose them."""
    from pyarrow import csv  # only where a CSV is read

    whole = [field.name for field in table.schema if pa.types.is_integer(field.type)]
    if not whole or not _has_leading_zeros(path):
        return table
    convert = csv.ConvertOptions(
        include_columns=whole, column_types=dict.fromkeys(whole, pa.string()), **options
    )
    texts = csv.read_csv(path, parse_options=parse, convert_options=convert)
    for name in whole:
        if _are_codes(texts.column(name)):
            table = table.set_column(table.schema.get_field_index(name), name, texts.column(name))
    return table


def _are_codes(column: pa.ChunkedArray) -> bool:
    words = plain_array(column)
    return bool(has_leading_zero(words).sum() >= max(CODE_CELLS * len(words), 1))


def _has_leading_zeros(path: Path) -> bool:
    """Whether a cell of a CSV begins with a zero and another digit, as codes and times do."""
    zero, last = np.uint8(ord("0")), b"\n"
    with pa.input_stream(str(path), compression="detect") as file:
        while block := file.read(_BLOCK_BYTES):
            letters = np.frombuffer(last + block, np.uint8)
            is_digit = (letters - zero) < 10  # of bytes: what is below 0 wraps round
            places = np.flatnonzero((letters[1:-1] == zero) & is_digit[2:])
            if np.isin(letters[places], np.frombuffer(b',"\n\r', np.uint8)).any():
                return True
            last = (last + block)[-2:]
    return False


def _narrow(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if _are_codes(column):
        return column
    for kind in (pa.int64(), pa.float64()):
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            continue
    return column


def _wrap(table: Any, role: str) -> Source:
    name = f"{role} table"
    if isinstance(table, pa.Table):
        return _MemorySource(name, table)
    if isinstance(table, pa.RecordBatch):
        return _MemorySource(name, pa.Table.from_batches([table]))
    if type(table).__module__.partition(".")[0] == "pandas":
        return _MemorySource(name, _from_pandas(table, name))
    if is_spark_frame(table):
        raise InputError(f"{name}: a Spark DataFrame stays where it is; {ELSEWHERE}")
    if hasattr(table, "__arrow_c_stream__"):
        return _MemorySource(name, pa.table(table))
    raise InputError(
        f"{name}: cannot read {type(table).__name__}; give a path, or a pandas, polars or "
        "pyarrow table"
    )


def is_spark_frame(table: Any) -> bool:
    """Whether a table is a Spark DataFrame, told without importing Spark."""
    return type(table).__module__.partition(".")[0] == "pyspark"


def _from_pandas(frame: Any, name: str) -> pa.Table:
    """Convert column by column: one column of mixed objects must not sink the table."""
    if not hasattr(frame, "columns"):
        raise InputError(f"{name}: give a data frame, not {type(frame).__name__}")
    arrays, names = [], []
    for position, label in enumerate(frame.columns):
        values = frame.iloc[:, position]
        try:
            array = pa.Array.from_pandas(values)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            array = _as_objects(values)  # of several types
        if isinstance(array.type, pa.BaseExtensionType):
            array = _as_objects(values)  # periods, intervals
        arrays.append(array)
        names.append(str(label))
    return pa.Table.from_arrays(arrays, names=names)


def _as_objects(values: Any) -> pa.Array:
    """Any objects as the text they print as; missing ones stay missing."""
    words = [
        None if gone else str(item).encode("utf-8", "backslashreplace").decode("utf-8")
        for gone, item in zip(values.isna(), values, strict=True)
    ]
    return pa.array(words, pa.string())


def nested_column(table: str, name: str, kind: pa.DataType) -> InputError:
    """The error that says that a column of this type cannot be used."""
    return InputError(f"{table}: column {name!r} is nested ({kind}); flatten it first")


def is_vector_type(kind: pa.DataType) -> bool:
    """Whether cells of an Arrow type are lists of numbers, of one length or not.

    Examples
    --------
    >>> is_vector_type(pa.list_(pa.float32(), 3)), is_vector_type(pa.list_(pa.string()))
    (True, False)
    """
    kind = getattr(kind, "storage_type", kind)
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return any(test(kind) for test in lists) and any(test(kind.value_type) for test in numbers)


def vector_width(vectors: pa.Array) -> int | None:
    """Length of the lists of numbers: 0 where none is there, None where they have no one length.

    Examples
    --------
    >>> vector_width(pa.array([[1, 2], None])), vector_width(pa.array([[1, 2], [3]]))
    (2, None)
    """
    if pa.types.is_fixed_size_list(vectors.type):
        return int(vectors.type.list_size) or None
    shortest, longest = pc.min_max(pc.list_value_length(vectors)).as_py().values()
    if shortest is None:
        return 0
    return int(longest) if longest == shortest > 0 else None


def plain_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array of an ordinary type.

    Chunks are joined, dictionaries and extension types unpacked; bytes become text, in
    hexadecimal, because they need not be UTF-8.
    """
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(flat, pa.ChunkedArray):
        flat = pa.concat_arrays(flat.chunks)
    if isinstance(flat.type, pa.BaseExtensionType):
        flat = flat.storage
    if pa.types.is_dictionary(flat.type):
        flat = _as_string(flat.dictionary).take(flat.indices)
    if pa.types.is_binary(flat.type) or pa.types.is_large_binary(flat.type):
        words = [None if item is None else item.hex() for item in flat.to_pylist()]
        return pa.array(words, pa.string())
    return _as_string(flat)


def _as_string(flat: pa.Array) -> pa.Array:
    """Views of strings as strings, which all functions on text accept."""
    return flat.cast(pa.string()) if pa.types.is_string_view(flat.type) else flat
