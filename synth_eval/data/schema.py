"""What the columns are: kind and roles, inferred from the real table, shown, overridable.

A schema holds no value of the data, so it can be kept beside a report and put under
version control. It reads and writes the metadata of SDV and SDMetrics.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
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
from synth_eval.data.source import Source, is_vector_type, nested_column, plain_array, vector_width
from synth_eval.errors import UsageError
from synth_eval.words import counted, percent

__all__ = [
    "KINDS",
    "ROLES",
    "Column",
    "Doubt",
    "Schema",
    "Unread",
    "doubts",
    "infer_schema",
    "settled_by_roles",
    "unread",
]

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

_SDV_KINDS = tuple(kind for kind in KINDS if kind != "vector")
"""Kinds that SDV has a word for, the same one."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the kind of a column is a guess, and what it would be otherwise.

    Parameters
    ----------
    why : str
        A sentence of counts, without values.
    otherwise : mapping
        Entry of a schema that corrects the guess.
    """

    why: str
    otherwise: Mapping[str, Any]

    def line(self, name: str) -> str:
        """The schema that corrects the guess, as JSON.

        Examples
        --------
        >>> Doubt("It is a guess.", {"kind": "id"}).line("zip")
        '{"columns": [{"name": "zip", "kind": "id"}]}'
        """
        return json.dumps({"columns": [{"name": name, **self.otherwise}]}, ensure_ascii=False)


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
    decimal : str, optional
        Decimal mark of numbers stored as text, where a column does not tell: ``"."`` unless
        it is ``","``.
    missing : tuple of str, optional
        Words that stand for a missing cell; by default those that are known, such as ``?``,
        unless they are levels of the real table.
    digits : int, optional
        Digits of codes with leading zeros, which a table that stores them as numbers has lost.
    doubt : Doubt, optional
        Why the kind is a guess.

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
    decimal: str | None = None
    missing: tuple[str, ...] | None = None
    digits: int | None = None
    doubt: Doubt | None = field(default=None, compare=False)

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
        if self.decimal not in (None, ".", ","):
            raise UsageError(f"column {self.name!r}: decimal is '.' or ',', not {self.decimal!r}")
        if self.missing is not None:
            object.__setattr__(self, "missing", _word_tuple(self.name, self.missing))

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
            unknown = set(change) - _ENTRIES
            if unknown:
                raise UsageError(f"column {name!r}: unknown entry {sorted(unknown)[0]!r}")
        return Schema(
            tuple(_overridden(column, changes.get(column.name, {})) for column in self.columns)
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
                | ({"decimal": column.decimal} if column.decimal else {})
                | ({"missing": list(column.missing)} if column.missing is not None else {})
                | ({"digits": column.digits} if column.digits else {})
                | ({"doubt": _plain_doubt(column)} if column.doubt else {})
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


_ENTRIES = {
    "kind", "role", "roles", "integer", "datetime_format", "decimal", "missing", "digits", "doubt",
}  # fmt: skip
"""What an entry of a schema file may say beside the name."""


def _overridden(column: Column, change: Mapping[str, Any]) -> Column:
    """A column with what an entry of a schema says; who names its kind has no doubt about it."""
    change = {key: value for key, value in change.items() if key != "doubt"}
    told = {"kind", "datetime_format", "decimal"} & set(change)
    settled: dict[str, Any] = {"doubt": None} if told else {}
    if change.get("kind", column.kind) != column.kind:
        settled |= {"missing": None, "digits": None, "datetime_format": None}
    return replace(column, **(settled | _with_role_set(column.name, change)))


def _plain_doubt(column: Column) -> dict[str, str]:
    assert column.doubt is not None
    return {"why": column.doubt.why, "line": column.doubt.line(column.name)}


def _word_tuple(name: str, words: Any) -> tuple[str, ...]:
    """Words for missing cells, as they are compared: trimmed and in small letters."""
    if isinstance(words, str) or not isinstance(words, list | tuple | set | frozenset):
        raise UsageError(f"column {name!r}: missing is a list of words, not {words!r}")
    return tuple(str(word).strip().lower() for word in words)


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


def doubts(content: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Columns whose kind is a guess: name, kind, why, and the schema that would correct it.

    Parameters
    ----------
    content : mapping
        Plain form of a schema, as `Schema.to_dict` makes it; empty where there is none.

    Examples
    --------
    >>> guess = Doubt("It is a guess.", {"kind": "id"})
    >>> schema = Schema((Column("zip", "categorical", doubt=guess),))
    >>> doubts(schema.to_dict())[0][:3]
    ('zip', 'categorical', 'It is a guess.')
    """
    entries = content.get("columns", ())
    return [
        (entry["name"], entry["kind"], entry["doubt"]["why"], entry["doubt"]["line"])
        for entry in (() if isinstance(entries, Mapping) else entries)
        if entry.get("doubt")
    ]


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
