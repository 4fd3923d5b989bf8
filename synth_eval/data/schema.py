"""What the columns are: kind and roles, shown, overridable; `kinds` infers them.

A schema holds no value of the data, so it can be kept beside a report and put under
version control. It reads and writes the metadata of SDV and SDMetrics.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from synth_eval.errors import UsageError

__all__ = [
    "KINDS",
    "ROLES",
    "Column",
    "Doubt",
    "Schema",
    "Unread",
    "doubts",
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
