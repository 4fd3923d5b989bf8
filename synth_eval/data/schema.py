"""What the columns are: kind and role, inferred from the real table, shown, overridable.

A schema holds no value of the data, so it can be kept beside a report and put under
version control. It reads and writes the metadata of SDV and SDMetrics.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.source import Source, plain_array
from synth_eval.errors import UsageError

__all__ = ["KINDS", "ROLES", "Column", "Schema", "infer_schema"]

KINDS = ("numerical", "categorical", "boolean", "datetime", "id", "text")
ROLES = ("feature", "target", "sensitive", "quasi_identifier", "key")

_TEXT_WORDS = 4.0
"""Mean number of words from which strings that hardly repeat are text, not identifiers."""

_ID_NAME = re.compile(r"(?i:(^|[_\W])(id|uuid|guid|key|index|idx))$|[a-z]I[dD]$")
_ID_ROWS_BY_NAME = 20
_ID_ROWS = 200

_SDTYPES = {
    "numerical": "numerical",
    "categorical": "categorical",
    "boolean": "boolean",
    "datetime": "datetime",
    "id": "id",
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind and role."""

    name: str
    kind: str
    role: str = "feature"
    integer: bool = False
    datetime_format: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(
                f"column {self.name!r}: unknown kind {self.kind!r}; known: {', '.join(KINDS)}"
            )
        if self.role not in ROLES:
            raise UsageError(
                f"column {self.name!r}: unknown role {self.role!r}; known: {', '.join(ROLES)}"
            )

    @property
    def is_continuous(self) -> bool:
        """Whether values lie on a line (numbers and dates)."""
        return self.kind in ("numerical", "datetime")

    @property
    def is_discrete(self) -> bool:
        """Whether values are levels (categories and booleans)."""
        return self.kind in ("categorical", "boolean")


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns in the order of the real table."""

    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def names(self) -> list[str]:
        """Column names."""
        return [column.name for column in self.columns]

    def with_role(self, role: str) -> list[str]:
        """Names of the columns in a role."""
        return [column.name for column in self.columns if column.role == role]

    @property
    def target(self) -> str | None:
        """Name of the target column."""
        return next(iter(self.with_role("target")), None)

    @property
    def compared(self) -> list[Column]:
        """Columns whose distribution can be compared: all but identifiers and text."""
        return [column for column in self.columns if column.is_continuous or column.is_discrete]

    def override(self, changes: Mapping[str, Mapping[str, Any]]) -> Schema:
        """Copy with some columns changed, ``{"age": {"kind": "categorical"}}``.

        Raises
        ------
        UsageError
            A column that is not in the table, or an unknown kind or role.
        """
        for name, change in changes.items():
            if name not in self:
                raise UsageError(f"the schema names column {name!r}, which the real table lacks")
            unknown = set(change) - {"kind", "role", "integer", "datetime_format"}
            if unknown:
                raise UsageError(f"column {name!r}: unknown entry {sorted(unknown)[0]!r}")
        return Schema(
            tuple(replace(column, **changes.get(column.name, {})) for column in self.columns)
        )

    def set_role(self, names: str | Iterable[str] | None, role: str) -> Schema:
        """Copy with the role given to the named columns."""
        names = [names] if isinstance(names, str) else list(names or ())
        for name in names:
            if name not in self:
                known = ", ".join(repr(known) for known in self.names[:20])
                raise UsageError(f"{role} column {name!r} is not in the real table; it has {known}")
        return self.override({name: {"role": role} for name in names})

    def to_dict(self) -> dict[str, Any]:
        """Plain form, as written to ``schema.json``; no value of the data is in it."""
        return {
            "schema_version": 1,
            "columns": [
                {key: value for key, value in asdict(column).items() if value not in (None, False)}
                for column in self.columns
            ],
        }

    def to_sdv(self) -> dict[str, Any]:
        """Metadata of SDV and SDMetrics for one table."""
        columns: dict[str, dict[str, Any]] = {}
        for column in self.columns:
            entry: dict[str, Any] = {"sdtype": _SDTYPES[column.kind]}
            if column.datetime_format:
                entry["datetime_format"] = column.datetime_format
            columns[column.name] = entry
        metadata: dict[str, Any] = {"columns": columns, "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1"}
        keys = [column.name for column in self.columns if column.role == "key"]
        if keys:
            metadata["primary_key"] = keys[0]
        return metadata

    @staticmethod
    def read_overrides(path: str | Path) -> dict[str, dict[str, Any]]:
        """Column entries of a schema file, or of an SDV metadata file, as overrides.

        Raises
        ------
        UsageError
            The file is absent, is not JSON, or is neither of the two.
        """
        path = Path(path)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"cannot read schema {path}: {error.strerror}") from error
        except ValueError as error:
            raise UsageError(f"schema {path} is not valid JSON: {error}") from error
        try:
            return parse_overrides(content)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, UsageError):
                raise UsageError(f"schema {path}: {error}") from error
            raise UsageError(
                f'schema {path}: expected {{"columns": [{{"name", "kind"}}]}} or SDV metadata'
            ) from error


def parse_overrides(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Overrides from the plain form of a schema or of SDV metadata."""
    if isinstance(content.get("tables"), Mapping):
        tables = content["tables"]
        if len(tables) != 1:
            raise UsageError(f"metadata of {len(tables)} tables; give the metadata of one")
        content = next(iter(tables.values()))
    try:
        columns = content["columns"]
        if isinstance(columns, Mapping):
            return _from_sdv(columns, content.get("primary_key"))
        return {
            entry["name"]: {key: value for key, value in entry.items() if key != "name"}
            for entry in columns
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            'schema: give {"columns": [{"name": ..., "kind": ...}]}, as `synth-eval schema` '
            "writes it, or the metadata of SDV"
        ) from error


def _from_sdv(columns: Mapping[str, Any], key: str | None) -> dict[str, dict[str, Any]]:
    """SDV's semantic types (email, ssn, ...) that are not ours are identifiers."""
    kinds = {sdtype: kind for kind, sdtype in _SDTYPES.items()}
    overrides = {}
    for name, entry in columns.items():
        change = {"kind": kinds.get(entry["sdtype"], "id")}
        if entry.get("datetime_format"):
            change["datetime_format"] = entry["datetime_format"]
        if name == key:
            change["role"] = "key"
        overrides[name] = change
    return overrides


def infer_schema(source: Source) -> Schema:
    """Infer the schema from the real table.

    Rules, in order: booleans and numbers that are only 0 and 1 are boolean; whole numbers
    that never repeat and number the rows are identifiers; other numbers are numerical;
    timestamps, dates and text that reads as ISO dates are datetimes; text that reads as
    numbers is numerical; text that (almost) never repeats is an identifier, or text where it
    has several words; all other text is categorical.
    """
    return Schema(tuple(_infer(str(name), source.column(name)) for name in source.schema.names))


def _infer(name: str, stored: pa.ChunkedArray) -> Column:
    values = plain_array(stored)
    kind = values.type
    if pa.types.is_boolean(kind):
        return Column(name, "boolean")
    if pa.types.is_temporal(kind):
        return Column(name, "datetime")
    if pa.types.is_integer(kind):
        return _infer_integer(name, values)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Column(name, "numerical", integer=_is_whole(values))
    return _infer_string(name, values)


def _infer_integer(name: str, values: pa.Array) -> Column:
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    if distinct == 2 and set(pc.unique(values).drop_null().to_pylist()) == {0, 1}:
        return Column(name, "boolean")
    if distinct == len(values) and _is_numbering(name, values):
        return Column(name, "id", role="key")
    return Column(name, "numerical", integer=True)


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


def _infer_string(name: str, values: pa.Array) -> Column:
    from synth_eval.data.parse import parse_datetimes, parse_numbers  # cycle

    words = values.cast(pa.string()).drop_null()
    if len(words) == 0:
        return Column(name, "categorical")
    unique = pc.unique(words)
    numbers, failed = parse_numbers(unique)
    if failed == 0 and len(unique) > 2:
        return Column(name, "numerical", integer=_is_whole(numbers))
    moments, failed, pattern = parse_datetimes(unique)
    if failed == 0 and len(moments) > 0:
        return Column(name, "datetime", datetime_format=pattern)
    if len(unique) > 0.9 * len(words) and len(words) >= 50:
        spaces = pc.mean(pc.count_substring(unique, " ")).as_py()
        if spaces + 1 >= _TEXT_WORDS:
            return Column(name, "text")
        return Column(name, "id", role="key" if len(unique) == len(values) else "feature")
    mean_words = pc.mean(pc.count_substring(words, " ")).as_py() + 1
    if mean_words >= 2 * _TEXT_WORDS and len(unique) > 0.5 * len(words):
        return Column(name, "text")
    return Column(name, "categorical")
