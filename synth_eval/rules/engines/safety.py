"""What an expectation of a suite may ask for, and what is refused.

A suite is data: whoever runs one from a stranger must not run the stranger's code. Refused is
what an engine would run as code or fetch from elsewhere: conditions as free text, queries,
other tables, schemas that refer to files or addresses, parameters filled in while running.
Arguments that would make Great Expectations hand out rows are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synth_eval.errors import UsageError
from synth_eval.rules.engines.conditions import Dialect, rewritten

__all__ = ["vetted"]

_DROPPED = frozenset(
    {"result_format", "catch_exceptions", "batch_id", "rendered_content", "condition_parser"}
)
_ELSEWHERE = ("query", "data_source", "other_table")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_PARSERS = ("pandas", "spark")
_MOST_CONDITIONS = 100  # joined by and; people write a handful


def vetted(entry: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """The same expectation, fit to be handed to an engine.

    Parameters
    ----------
    entry : mapping
        Expectation as plain Great Expectations JSON, sound in form.
    dialect : Dialect
        How the engine writes conditions.

    Raises
    ------
    UsageError
        The expectation asks for something that is not run, and what.
    """
    kind, kwargs = str(entry["type"]), dict(entry["kwargs"])
    _refuse_elsewhere(kind, kwargs)
    if any("$PARAMETER" in part for part in _mappings(kwargs)):
        raise UsageError("parameters ($PARAMETER) are not filled in; write the value itself")
    for part in _mappings(kwargs):
        for key in _REFERENCES:
            if not str(part.get(key, "#")).startswith("#"):
                raise UsageError(f"a JSON schema may refer to itself only, not to {part[key]!r}")
    condition = kwargs.get("row_condition")
    if condition is not None:
        parser = kwargs.get("condition_parser")
        kwargs["row_condition"] = _condition(condition, parser, dialect)
    arguments = {key: value for key, value in kwargs.items() if key not in _DROPPED}
    return {**entry, "kwargs": arguments}


def _refuse_elsewhere(kind: str, kwargs: Mapping[str, Any]) -> None:
    if kind.startswith("unexpected_rows") or any(word in kind for word in _ELSEWHERE):
        raise UsageError(f"{kind} is not run: a suite may not hold queries or name other tables")
    for key in kwargs:
        if any(word in str(key) for word in _ELSEWHERE):
            raise UsageError(f"{kind}: {key!r} is not run: a suite may not hold queries")


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object inside a value; without recursion, because a stranger sets the depth."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, Mapping):
            yield item
            left.extend(item.values())
        elif isinstance(item, list | tuple):
            left.extend(item)


def _condition(condition: Any, parser: Any, dialect: Dialect) -> dict[str, Any]:
    if isinstance(condition, str):
        if parser not in _PARSERS:
            raise UsageError(
                "a row condition as text needs condition_parser 'pandas' or 'spark'; better write "
                'it as an object, {"type": "comparison", "column": {"name": ...}, ...}'
            )
        condition = {"type": "pass_through", "pass_through_filter": condition}
    if not isinstance(condition, Mapping):
        raise UsageError(f"a row condition must be an object, not {type(condition).__name__}")
    parts = [part for part in _mappings(condition) if "type" in part]
    if len(parts) > _MOST_CONDITIONS:
        raise UsageError(f"a row condition may have at most {_MOST_CONDITIONS} parts")
    return _part(condition, dialect)


def _part(condition: Any, dialect: Dialect) -> dict[str, Any]:
    kind = condition.get("type") if isinstance(condition, Mapping) else None
    if kind == "pass_through":
        text = rewritten(str(condition.get("pass_through_filter", "")), dialect)
        return {"type": kind, "pass_through_filter": text}
    if kind in ("and", "or") and isinstance(condition.get("conditions"), list):
        parts = [_part(part, dialect) for part in condition["conditions"]]
        return {"type": kind, "conditions": parts}
    if kind in ("comparison", "nullity"):
        _check_simple(condition)
        return dict(condition)
    raise UsageError(
        "a row condition must be a comparison, a nullity, or several of them with and / or"
    )


def _check_simple(condition: Mapping[str, Any]) -> None:
    column = condition.get("column")
    if not isinstance(column, Mapping) or not isinstance(column.get("name"), str):
        raise UsageError('a row condition needs a column, {"column": {"name": ...}}')
    parameter = condition.get("parameter")
    values = parameter if isinstance(parameter, list) else [parameter]
    if not all(value is None or isinstance(value, str | int | float) for value in values):
        raise UsageError("a row condition compares with words, numbers, or lists of them")
