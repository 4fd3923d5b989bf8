"""What the columns are: kind and roles, inferred from the real table, shown, overridable.

A schema holds no value of the data, so it can be kept beside a report and put under
version control. It reads and writes the metadata of SDV and SDMetrics.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.parse import parse_datetimes, parse_numbers
from synth_eval.data.source import Source, is_vector_type, nested_column, plain_array, vector_width
from synth_eval.errors import UsageError

__all__ = ["KINDS", "ROLES", "Column", "Schema", "Unread", "infer_schema", "unread"]

KINDS = ("numerical", "categorical", "boolean", "datetime", "id", "text", "vector")
ROLES = ("target", "secret", "quasi_identifier", "group", "entity", "order", "key")

_SINGLE_ROLES = ("target", "entity", "order")
"""Roles that one column of a table has at most."""

_OLDER_ROLES = {"sensitive": ("secret",), "feature": ()}
"""Words of schema files of version 1, which gave every column one role."""

_UNREAD_KINDS = {
    "text": "No check reads free text yet; only its form is checked, and whether rows repeat.",
    "vector": "No check reads vectors yet; only whether they are there and can be read is checked.",
}
_UNREAD_ROLES = {
    "group": "No check compares groups yet; the role changes no result.",
    "entity": "No check keeps the rows of one entity together yet; all results take rows as "
    "independent of each other.",
    "order": "No check reads the order of rows yet; the role changes no result.",
}

_TEXT_WORDS = 4.0
"""Mean number of words from which strings that hardly repeat are text, not identifiers."""

_ID_NAME = re.compile(r"(?i:(^|[_\W])(id|uuid|guid|key|index|idx))$|[a-z]I[dD]$")
_KEY = frozenset({"key"})
_ID_ROWS_BY_NAME = 20
_ID_ROWS = 200

_SDV_KINDS = tuple(kind for kind in KINDS if kind != "vector")
"""Kinds that SDV has a word for, the same one."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind and roles.

    Parameters
    ----------
    name : str
        Column name.
    kind : str
        One of `KINDS`.
    roles : frozenset of str
        Those of `ROLES` that the column has; a column without any is a plain feature.
    integer : bool
        Whether numbers are whole.
    datetime_format : str, optional
        Form of dates stored as text.

    Examples
    --------
    >>> sorted(Column("sex", "categorical", frozenset({"target", "group"})).roles)
    ['group', 'target']
    """

    name: str
    kind: str
    roles: frozenset[str] = field(default=frozenset())
    integer: bool = False
    datetime_format: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(
                f"column {self.name!r}: unknown kind {self.kind!r}; known: {', '.join(KINDS)}"
                + _meant(self.kind, KINDS)
            )
        object.__setattr__(self, "roles", _role_set(self.name, self.roles))
        if "order" in self.roles and not self.is_continuous:
            raise UsageError(
                f"order column {self.name!r} is of kind {self.kind}, but rows are ordered by "
                "numbers or dates; name such a column, or override the kind in the schema"
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
        """Names of the columns that have a role, among others perhaps."""
        return [column.name for column in self.columns if role in column.roles]

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

        Roles that are named replace those of the column; entries of schema files of version 1
        (``"role": "sensitive"``) are understood.

        Raises
        ------
        UsageError
            A column that is not in the table, or an unknown kind or role.
        """
        for name, change in changes.items():
            if name not in self:
                raise UsageError(
                    f"the schema names column {name!r}, which the real table lacks"
                    + _meant(name, self.names)
                )
            unknown = set(change) - {"kind", "role", "roles", "integer", "datetime_format"}
            if unknown:
                raise UsageError(f"column {name!r}: unknown entry {sorted(unknown)[0]!r}")
        return Schema(
            tuple(
                replace(column, **_with_role_set(column.name, changes.get(column.name, {})))
                for column in self.columns
            )
        )

    def give_role(self, names: str | Iterable[str] | None, role: str) -> Schema:
        """Copy with the role given to the named columns beside the roles they have.

        A role of one column only (target, entity, order) moves to the named one.

        Raises
        ------
        UsageError
            A column that is not in the table or cannot have the role, an unknown role, or
            several columns for a role of one.
        """
        names = [names] if isinstance(names, str) else list(names or ())
        for name in names:
            if name not in self:
                known = ", ".join(repr(known) for known in self.names[:20])
                raise UsageError(
                    f"{role} column {name!r} is not in the real table; it has {known}"
                    + _meant(name, self.names)
                )
        if role in _SINGLE_ROLES and len(names) > 1:
            raise UsageError(f"{role} names {len(names)} columns; give one")
        moves = bool(names) and role in _SINGLE_ROLES
        return Schema(
            tuple(
                replace(column, roles=column.roles | {role})
                if column.name in names
                else replace(column, roles=column.roles - {role} if moves else column.roles)
                for column in self.columns
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain form, as written to ``schema.json``; no value of the data is in it."""
        return {
            "schema_version": 2,
            "columns": [
                {"name": column.name, "kind": column.kind, "roles": sorted(column.roles)}
                | ({"integer": True} if column.integer else {})
                | ({"datetime_format": column.datetime_format} if column.datetime_format else {})
                for column in self.columns
            ],
        }

    def to_sdv(self) -> dict[str, Any]:
        """Metadata of SDV and SDMetrics for one table.

        Columns of vectors are left out, because SDV has no word for them. Of the roles it
        knows the key, the entity (where it is an identifier) and the order within it.
        """
        columns: dict[str, dict[str, Any]] = {}
        for column in self.columns:
            if column.kind not in _SDV_KINDS:
                continue
            entry: dict[str, Any] = {"sdtype": column.kind}
            if column.datetime_format:
                entry["datetime_format"] = column.datetime_format
            columns[column.name] = entry
        metadata: dict[str, Any] = {"columns": columns, "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1"}
        keys = [name for name in self.with_role("key") if name in columns]
        if keys:
            metadata["primary_key"] = keys[0]
        entities = [name for name in self.with_role("entity") if self[name].kind == "id"]
        if entities:
            metadata["sequence_key"] = entities[0]
            for name in self.with_role("order"):
                metadata["sequence_index"] = name
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
            return _from_sdv(columns, content)
        return {
            entry["name"]: {key: value for key, value in entry.items() if key != "name"}
            for entry in columns
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            'schema: give {"columns": [{"name": ..., "kind": ...}]}, as `synth-eval schema` '
            "writes it, or the metadata of SDV"
        ) from error


_SDV_ROLES = {"primary_key": "key", "sequence_key": "entity", "sequence_index": "order"}


def _from_sdv(columns: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """SDV's semantic types (email, ssn, ...) that are not ours are identifiers."""
    overrides = {}
    for name, entry in columns.items():
        sdtype = entry["sdtype"]
        change: dict[str, Any] = {"kind": sdtype if sdtype in _SDV_KINDS else "id"}
        if entry.get("datetime_format"):
            change["datetime_format"] = entry["datetime_format"]
        roles = [role for key, role in _SDV_ROLES.items() if metadata.get(key) == name]
        roles += _roles_of_entry(name, entry)
        if roles:
            change["roles"] = sorted(roles)
        overrides[name] = change
    return overrides


def _with_role_set(name: str, change: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a schema file as arguments of `Column`."""
    if "role" not in change and "roles" not in change:
        return dict(change)
    rest = {key: value for key, value in change.items() if key not in ("role", "roles")}
    return {**rest, "roles": _role_set(name, _roles_of_entry(name, change))}


def _roles_of_entry(name: str, entry: Mapping[str, Any]) -> list[str]:
    if "role" in entry and "roles" in entry:
        raise UsageError(f"column {name!r}: give roles alone; role is their older form")
    roles = entry.get("roles", entry.get("role", ()))
    if isinstance(roles, str):
        return [roles]
    if not isinstance(roles, list | tuple | set | frozenset):
        raise UsageError(f"column {name!r}: roles are a list of words, not {roles!r}")
    return list(roles)


def _role_set(name: str, roles: str | Iterable[str]) -> frozenset[str]:
    """Roles by their words of today.

    Raises
    ------
    UsageError
        A role is unknown.
    """
    settled: set[str] = set()
    for role in [roles] if isinstance(roles, str) else roles:
        words = _OLDER_ROLES.get(role, (role,)) if isinstance(role, str) else (role,)
        for word in words:
            if word not in ROLES:
                raise UsageError(
                    f"column {name!r}: unknown role {word!r}; known: {', '.join(ROLES)}"
                    + _meant(word, ROLES)
                )
        settled.update(words)
    return frozenset(settled)


def _meant(word: Any, known: Sequence[str]) -> str:
    """The known word that looks most like another, as the end of a sentence."""
    nearest = get_close_matches(str(word), known, n=1)
    return f"; did you mean {nearest[0]!r}?" if nearest else ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Columns that say something which no check reads yet.

    Parameters
    ----------
    what : str
        Kind or role in words.
    why : str
        What it means for the results.
    columns : tuple of str
        Their names.
    """

    what: str
    why: str
    columns: tuple[str, ...]


def unread(content: Mapping[str, Any]) -> list[Unread]:
    """Kinds and roles of a schema that no check reads yet.

    Parameters
    ----------
    content : mapping
        Plain form of a schema, as `Schema.to_dict` makes it; empty where there is none.

    Examples
    --------
    >>> schema = Schema((Column("sex", "categorical", frozenset({"group"})),))
    >>> [(entry.what, entry.columns) for entry in unread(schema.to_dict())]
    [('Role group', ('sex',))]
    """
    changes = parse_overrides(content) if content else {}
    columns = {name: _with_role_set(name, change) for name, change in changes.items()}
    by_kind = [
        Unread(
            f"{kind.capitalize()} columns",
            why,
            tuple(name for name, entry in columns.items() if entry.get("kind") == kind),
        )
        for kind, why in _UNREAD_KINDS.items()
    ]
    by_role = [
        Unread(
            f"Role {role}",
            why,
            tuple(name for name, entry in columns.items() if role in entry.get("roles", ())),
        )
        for role, why in _UNREAD_ROLES.items()
    ]
    return [entry for entry in [*by_kind, *by_role] if entry.columns]


def infer_schema(source: Source) -> Schema:
    """Infer the schema from the real table.

    Rules, in order: booleans and numbers that are only 0 and 1 are boolean; whole numbers
    that never repeat and number the rows are identifiers; other numbers are numerical;
    timestamps, dates and text that reads as ISO dates are datetimes; text that reads as
    numbers is numerical; text that (almost) never repeats is an identifier, or text where it
    has several words; all other text is categorical. Lists of numbers, all of one length, are
    vectors.

    Raises
    ------
    InputError
        A column of lists whose lengths differ.
    """
    return Schema(tuple(_infer(str(name), source) for name in source.schema.names))


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
        return Column(name, "numerical", integer=_is_whole(values))
    return _infer_string(name, values)


def _infer_integer(name: str, values: pa.Array) -> Column:
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    if distinct == 2 and set(pc.unique(values).drop_null().to_pylist()) == {0, 1}:
        return Column(name, "boolean")
    if distinct == len(values) and _is_numbering(name, values):
        return Column(name, "id", roles=_KEY)
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
        return Column(name, "id", roles=_KEY if len(unique) == len(values) else frozenset())
    mean_words = pc.mean(pc.count_substring(words, " ")).as_py() + 1
    if mean_words >= 2 * _TEXT_WORDS and len(unique) > 0.5 * len(words):
        return Column(name, "text")
    return Column(name, "categorical")
