"""The columns an expectation speaks about: found, and renamed where a name trips an engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from synth_eval.rules.engines.conditions import columns_in, quoted

__all__ = ["columns_of", "rename_columns", "safe_names"]

_SINGLE = ("column", "column_A", "column_B")
_LISTS = ("column_list",)
_QUOTED = re.compile(r"`((?:[^`]|``)+)`")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .\-]*")


def columns_of(entry: Mapping[str, Any]) -> list[str]:
    """Names of the columns that must be there for an expectation to run.

    Examples
    --------
    >>> columns_of({"kwargs": {"column_A": "a", "column_B": "b", "mostly": 1}})
    ['a', 'b']
    """
    kwargs = entry["kwargs"]
    names = [kwargs[key] for key in _SINGLE if isinstance(kwargs.get(key), str)]
    for key in _LISTS:
        if isinstance(kwargs.get(key), list):
            names += [name for name in kwargs[key] if isinstance(name, str)]
    return list(dict.fromkeys([*names, *_in_condition(kwargs.get("row_condition"))]))


def _in_condition(condition: Any) -> list[str]:
    if not isinstance(condition, Mapping):
        return []
    names = [name for part in condition.get("conditions", ()) for name in _in_condition(part)]
    column = condition.get("column")
    if isinstance(column, Mapping) and isinstance(column.get("name"), str):
        names.append(column["name"])
    return names + columns_in(str(condition.get("pass_through_filter", "")))


def _requoted(condition: str, quote: Callable[[str], str]) -> str:
    """A row condition with its quoted column names written in another way.

    Examples
    --------
    >>> _requoted("`a b` > `c``d`", lambda name: f'"{name}"')
    '"a b" > "c`d"'
    """
    return _QUOTED.sub(lambda found: quote(found[1].replace("``", "`")), condition)


def safe_names(names: Iterable[Any]) -> dict[str, str]:
    """New names of the columns that a query in pandas cannot be written about.

    Examples
    --------
    >>> safe_names(["age", "education-num", "it's"])
    {"it's": 'synth_eval_column_2'}
    """
    words = [str(name) for name in names]
    stem = "synth_eval_column"
    while any(name.startswith(stem) for name in words):
        stem += "_"
    return {
        name: f"{stem}_{place}" for place, name in enumerate(words) if not _PLAIN.fullmatch(name)
    }


def rename_columns(entry: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """The same expectation about renamed columns."""
    if not names:
        return entry
    kwargs = dict(entry["kwargs"])
    for key in _SINGLE:
        if isinstance(kwargs.get(key), str):
            kwargs[key] = names.get(kwargs[key], kwargs[key])
    for key in (*_LISTS, "column_set"):
        if isinstance(kwargs.get(key), list):
            kwargs[key] = [names.get(name, name) for name in kwargs[key]]
    if isinstance(kwargs.get("row_condition"), Mapping):
        kwargs["row_condition"] = _renamed(kwargs["row_condition"], names)
    return {**entry, "kwargs": kwargs}


def _renamed(condition: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    changed = dict(condition)
    if isinstance(condition.get("column"), Mapping):
        name = condition["column"].get("name")
        changed["column"] = {"name": names.get(name, name)}
    if "pass_through_filter" in condition:
        changed["pass_through_filter"] = _requoted(
            str(condition["pass_through_filter"]), lambda name: quoted(names.get(name, name))
        )
    if "conditions" in condition:
        changed["conditions"] = [_renamed(part, names) for part in condition["conditions"]]
    return changed
