"""Suites as files: plain Great Expectations JSON in a stable order, read, written and merged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth_eval.data.files import write_text
from synth_eval.errors import UsageError
from synth_eval.rules.rule import META_KEY
from synth_eval.words import counted

__all__ = ["changes", "flaw_of", "is_derived", "merge_suites", "read_suite", "write_suite"]

_ORDER = ("type", "description", "severity", "kwargs", "notes", "meta")
_SEVERITIES = ("critical", "warning", "info")


def read_suite(path: str | Path) -> dict[str, Any]:
    """Read a suite that `write_suite` or Great Expectations wrote.

    Entries that cannot be run stay in the suite; `flaw_of` says what is wrong with one.

    Raises
    ------
    UsageError
        The file is absent, is not JSON, or is not a suite.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read expectations {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"expectations {path} are not valid JSON: {error}") from error
    except RecursionError:
        raise UsageError(f"expectations {path} are nested too deeply") from None
    if not isinstance(content, dict) or not isinstance(content.get("expectations"), list):
        raise UsageError(
            f'expectations {path}: expected {{"name": ..., "expectations": [...]}}, the form '
            "Great Expectations writes"
        )
    name = content.get("name") or content.get("expectation_suite_name") or path.stem
    entries = [_current(entry) for entry in content["expectations"]]
    return {**content, "name": str(name), "expectations": entries}


def _current(entry: Any) -> Any:
    """Entries of Great Expectations before 1.0 call their type otherwise."""
    if isinstance(entry, dict) and "type" not in entry and "expectation_type" in entry:
        return {**entry, "type": entry["expectation_type"]}
    return entry


def flaw_of(entry: Any) -> str | None:
    """What is wrong with the form of an entry, in one sentence; None where nothing is.

    Examples
    --------
    >>> flaw_of({"type": "expect_column_to_exist"})
    'expect_column_to_exist: "kwargs" must be an object'
    """
    if not isinstance(entry, Mapping):
        return f"an expectation must be an object, not {type(entry).__name__}"
    if not isinstance(entry.get("type"), str):
        return 'an expectation needs a "type", like "expect_column_values_to_be_between"'
    if not isinstance(entry.get("kwargs"), Mapping):
        return f'{entry["type"]}: "kwargs" must be an object'
    if entry.get("severity", "critical") not in _SEVERITIES:
        return f"{entry['type']}: severity must be one of {', '.join(_SEVERITIES)}"
    if not isinstance(entry.get("meta") or {}, Mapping):
        return f'{entry["type"]}: "meta" must be an object'
    return None


def is_derived(entry: Any) -> bool:
    """Whether a rule was derived and not taken over by a person."""
    return isinstance(entry, Mapping) and META_KEY in (entry.get("meta") or {})


def merge_suites(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A newly derived suite that keeps what people wrote into the old one.

    Derived rules of the old suite make way for the new ones. Every other entry is kept as it
    is, custom types included, and where it speaks of the same thing as a derived rule, the
    derived rule is left out: to take a rule over, remove ``synth_eval`` from its ``meta``.

    Examples
    --------
    >>> mine = {"type": "t", "kwargs": {"column": "a", "mostly": 0.9}}
    >>> theirs = {"type": "t", "kwargs": {"column": "a"}, "meta": {"synth_eval": {}}}
    >>> merge_suites({"expectations": [mine]}, {"expectations": [theirs]})["expectations"]
    [{'type': 't', 'kwargs': {'column': 'a', 'mostly': 0.9}}]
    """
    written = [entry for entry in old["expectations"] if not is_derived(entry)]
    taken = {_subject(entry) for entry in written}
    derived = [entry for entry in new["expectations"] if _subject(entry) not in taken]
    extra = {key: value for key, value in old.items() if key not in ("expectations", "meta", "id")}
    meta = {**(old.get("meta") or {}), **(new.get("meta") or {})}
    return {**new, **extra, "expectations": derived + written, "meta": meta}


def _subject(entry: Any) -> str:
    """What a rule is about: its type, its columns and its condition, not its numbers."""
    if flaw_of(entry) is not None:
        return json.dumps(entry, sort_keys=True, default=str)
    kwargs = entry["kwargs"]
    about = {
        key: value
        for key, value in kwargs.items()
        if key.startswith("column") or key == "row_condition"
    }
    if "row_condition" in about:  # two implications of one condition may differ in their result
        about["value_set"] = kwargs.get("value_set")
    return json.dumps([entry["type"], about], sort_keys=True, default=str)


def changes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[str]:
    """What a derivation did to a suite, in lines for a person.

    Examples
    --------
    >>> rule = {"type": "t", "kwargs": {"column": "a"}, "description": "a: never missing"}
    >>> changes({"expectations": []}, {"expectations": [rule]})
    ['1 rule, 1 of them critical, 1 written by hand', '+ a: never missing']
    """
    after = {_subject(entry): entry for entry in new["expectations"]}
    total = len(new["expectations"])
    critical = sum(_severity(entry) == "critical" for entry in new["expectations"])
    by_hand = sum(not is_derived(entry) for entry in new["expectations"])
    lines = [f"{counted(total, 'rule')}, {critical} of them critical, {by_hand} written by hand"]
    if old is None:
        return lines
    before = {_subject(entry): entry for entry in old["expectations"]}
    lines += [f"+ {_told(entry)}" for key, entry in after.items() if key not in before]
    lines += [f"- {_told(entry)}" for key, entry in before.items() if key not in after]
    for key, entry in after.items():
        if key in before and _meaning(before[key]) != _meaning(entry):
            was, now = _told(before[key]), _told(entry)
            lines.append(f"~ {now}" + (f" (was {was})" if was != now else ""))
    return lines


def _severity(entry: Any) -> Any:
    return entry.get("severity", "critical") if isinstance(entry, Mapping) else None


def _told(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)[:80]
    words = f"{entry.get('description') or entry.get('type')}"
    return f"{words} [{entry['severity']}]" if entry.get("severity") else words


def _meaning(entry: Any) -> Any:
    """What a rule demands, without the rate that every sample of real rows moves a little."""
    if flaw_of(entry) is not None:
        return entry
    kwargs = {key: value for key, value in entry["kwargs"].items() if key != "mostly"}
    return kwargs, _severity(entry)


def write_suite(suite: Mapping[str, Any], path: str | Path) -> None:
    """Write a suite so that two derivations of one table differ in no line.

    No generated identifiers, keys in a fixed order, one argument a line, lists of values on
    one line.

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    write_text(path, suite_text(suite))


def suite_text(suite: Mapping[str, Any]) -> str:
    """JSON text of a suite."""
    entries = []
    for entry in suite["expectations"]:
        if isinstance(entry, Mapping):
            first = {key: entry[key] for key in _ORDER if key in entry}
            left = {key: value for key, value in sorted(entry.items()) if key not in (*first, "id")}
            entry = {**first, **left}
        entries.append(entry)
    plain = {"name": suite["name"], "expectations": entries}
    rest = {key: value for key, value in suite.items() if key not in (*plain, "id")}
    return _layout({**plain, **rest}, 0) + "\n"


def _layout(value: Any, depth: int) -> str:
    """JSON with objects and lists of objects unfolded, and lists of values on one line."""
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, Mapping) and value and (depth < 4 or len(json.dumps(value)) > 80):
        parts = [
            f"{pad}{_plain(str(key))}: {_layout(item, depth + 1)}" for key, item in value.items()
        ]
        return "{\n" + ",\n".join(parts) + f"\n{end}}}"
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        parts = [f"{pad}{_layout(item, depth + 1)}" for item in value]
        return "[\n" + ",\n".join(parts) + f"\n{end}]"
    return _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
