"""The worst columns, pairs, slices, groups and attacks, over all checks that did not pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_eval.figures.labels import item_label
from synth_eval.judging.results import Result, Status
from synth_eval.report.page.explanations import title

__all__ = ["WorstItem", "worst_items"]

_MOST = 4
_LONGEST = 32
_SETS = ("first", "second", "third")
_BAD = (Status.FAIL, Status.ERROR, Status.WARN, Status.INCONCLUSIVE)
_KINDS: Sequence[tuple[str, str]] = (  # the first key that a row has says what it is about
    ("rule", "rules"),
    ("third", "triples"),
    ("second", "pairs"),
    ("level", "levels"),
    ("tail", "tails"),
    ("group", "groups"),
    ("column", "columns"),
    ("what", "slices"),
)
_ORDER = (
    "columns", "pairs", "triples", "slices", "groups", "levels", "tails", "rules", "attacks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorstItem:
    """An item by name, the check that holds it, and how many checks it did not pass."""

    label: str
    code: str
    checks: int


def worst_items(results: Sequence[Result]) -> dict[str, list[WorstItem]]:
    """Items that did not pass by kind, those of most checks first.

    Parameters
    ----------
    results : sequence of Result
        All results; those that passed count for nothing.

    Returns
    -------
    dict of str to list of WorstItem
        Kinds without an item are left out.
    """
    found: dict[str, dict[str, list[tuple[int, int, str]]]] = {}
    for result in results:
        if result.status not in _BAD:
            continue
        for place, row in enumerate(result.rows()):
            kind = _kind(result, row)
            if kind:
                entry = (-Status(row["status"]).severity, place, result.code)
                found.setdefault(kind, {}).setdefault(_label(row, kind), []).append(entry)
    worst = {kind: _ranked(found[kind]) for kind in _ORDER if kind in found}
    attacks = _attacks(results)
    return worst | ({"attacks": attacks} if attacks else {})


def _kind(result: Result, row: Mapping[str, Any]) -> str:
    """What a row that did not pass is about; nothing where it passed or has no verdict."""
    if result.dimension == "privacy" or str(row.get("status")) not in {str(s) for s in _BAD}:
        return ""
    return next((kind for key, kind in _KINDS if row.get(key) is not None), "")


def _label(row: Mapping[str, Any], kind: str) -> str:
    """Name of the item; long names of a pair or triple are cut, so that each is told."""
    if kind == "columns":
        return str(row["column"])
    return item_label({**row} | {key: _cut(row[key]) for key in _SETS if row.get(key) is not None})


def _cut(name: object) -> str:
    text = str(name)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def _ranked(items: Mapping[str, list[tuple[int, int, str]]]) -> list[WorstItem]:
    """Most checks first, then the gravest and highest place in one of them."""
    order = sorted(items, key=lambda label: (-len({e[2] for e in items[label]}), min(items[label])))
    return [
        WorstItem(label, min(items[label])[2], len({entry[2] for entry in items[label]}))
        for label in order[:_MOST]
    ]


def _attacks(results: Sequence[Result]) -> list[WorstItem]:
    """Attacks that went beyond their control; each is a check of its own."""
    bad = [r for r in results if r.dimension == "privacy" and r.status in _BAD]
    bad.sort(key=lambda result: (-result.status.severity, result.code))
    return [WorstItem(title(result), result.code, 1) for result in bad[:_MOST]]
