"""The worst columns, pairs, slices, groups and attacks, over all checks that did not pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.items import Item
from synth_eval.judging.results import Result, Status
from synth_eval.report.page.explanations import title

__all__ = ["WorstItem", "worst_items"]

_MOST = 4
"""Items of one kind on the first screen, which has room for four lines of each."""

_LONGEST_NAME = 32
"""Characters of one name in a pair or triple, so that the others are seen, too."""

_BAD = (Status.FAIL, Status.ERROR, Status.WARN, Status.INCONCLUSIVE)
_PLURALS: Mapping[str, str] = {
    "column": "columns",
    "part": "columns",
    "secret": "columns",
    "pair": "pairs",
    "triple": "triples",
    "slice": "slices",
    "group": "groups",
    "level": "levels",
    "class": "levels",
    "tail": "tails",
    "rule": "rules",
}
"""Kinds of items that the first screen lists, in its order, and under which word."""


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
    # By plural and label: gravity, place in the result and code of the check.
    not_passed: dict[str, dict[str, list[tuple[int, int, str]]]] = {}
    for result in results:
        if result.status not in _BAD or _named_by_check(result):
            continue
        for place, item in enumerate(result.items):
            plural = _PLURALS.get(item.kind)
            if plural and item.status in _BAD:
                entry = (-item.severity, place, result.code)
                labels = not_passed.setdefault(plural, {})
                labels.setdefault(_label(item, plural), []).append(entry)
    order = dict.fromkeys(_PLURALS.values())
    worst = {plural: _ranked(not_passed[plural]) for plural in order if plural in not_passed}
    return worst | _by_check(results)


def _named_by_check(result: Result) -> str:
    """Word under which the checks of its dimension are listed, in place of their items."""
    dimension = dimensions().get(result.dimension)
    return "" if dimension is None else dimension.failures_as


def _label(item: Item, plural: str) -> str:
    """Name of the item; long names of a pair or triple are cut, so that each is told."""
    if plural == "columns":
        return item.columns[0]
    if item.kind in ("pair", "triple"):
        return replace(item, names=tuple(map(_cut, item.names))).label
    return item.label


def _cut(name: str) -> str:
    return (
        name
        if len(name) <= _LONGEST_NAME
        else f"{name[: _LONGEST_NAME // 2]}…{name[-_LONGEST_NAME // 2 :]}"
    )


def _ranked(items: Mapping[str, list[tuple[int, int, str]]]) -> list[WorstItem]:
    """Most checks first, then the gravest and highest place in one of them."""
    order = sorted(items, key=lambda label: (-len({e[2] for e in items[label]}), min(items[label])))
    return [
        WorstItem(label, min(items[label])[2], len({entry[2] for entry in items[label]}))
        for label in order[:_MOST]
    ]


def _by_check(results: Sequence[Result]) -> dict[str, list[WorstItem]]:
    """Checks that did not pass, where each is named by itself: an attack is no column."""
    worst: dict[str, list[WorstItem]] = {}
    for result in sorted(results, key=lambda result: (-result.status.severity, result.code)):
        plural = _named_by_check(result)
        if plural and result.status in _BAD and len(worst.setdefault(plural, [])) < _MOST:
            worst[plural].append(WorstItem(title(result), result.code, 1))
    return worst
