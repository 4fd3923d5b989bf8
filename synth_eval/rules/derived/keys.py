"""Keys that nobody declared: whole numbers, or pairs of columns, that never occur twice.

A table has such a rule only where chance would repeat values: by the birthday problem ten or
more repetitions were to be expected of values drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.data.fingerprint import fingerprints
from synth_eval.data.schema import Column
from synth_eval.data.table import Table
from synth_eval.rules.derived.relations import Search
from synth_eval.rules.rule import Rule
from synth_eval.rules.tally import Tally

__all__ = ["key_rules", "repeated_rows"]

_MIN_EXPECTED = 10.0
"""Repetitions that chance would have made: with ten, none at all is no chance (5 in 100,000)."""

_MAX_COLUMNS = 30
"""Columns looked at: each of their 435 pairs costs a pass over the rows."""

_MOST_KEYS = 3
"""Keys of two columns that become rules; nobody reads a longer list."""

_PROBE = 5_000
"""Rows looked at first, which tell of nearly every pair of columns that it is no key."""


def key_rules(real: Table, search: Search) -> Iterator[Rule]:
    """Candidate keys of a real table that declares none."""
    if real.schema.with_role("key"):
        return
    columns = [spec for spec in real.schema.columns if _may_be_key(real, spec)]
    search.complete &= len(columns) <= _MAX_COLUMNS
    columns = columns[:_MAX_COLUMNS]
    alone = [spec.name for spec in columns if _is_unique(real, [spec.name])]
    for spec in columns:
        if spec.name in alone and _expected_of_numbers(real, spec) >= _MIN_EXPECTED:
            yield _unique_numbers(spec.name)
    keys = 0  # of two columns
    chance = {c.name: _chance_of_repeat(real, c.name) for c in columns if c.name not in alone}
    for first, second in combinations(chance, 2):
        search.pairs += 1
        search.tests += 1
        expected = real.num_rows * (real.num_rows - 1) / 2 * chance[first] * chance[second]
        if expected < _MIN_EXPECTED or keys == _MOST_KEYS:
            continue
        if _is_unique(real, [first, second]):
            keys += 1
            yield _unique_pairs(first, second)


def _may_be_key(real: Table, spec: Column) -> bool:
    """Columns of whole values without gaps; doubles are unique by nature."""
    if spec.name not in real.stored_names or spec.kind in ("text", "boolean", "vector"):
        return False
    return (spec.kind != "numerical" or spec.integer) and bool(_there(real, spec.name).all())


def _there(table: Table, name: str) -> npt.NDArray[np.bool_]:
    return ~table.column(name).missing


def _is_unique(real: Table, names: list[str]) -> bool:
    hashes = fingerprints(real, names)
    few = hashes[:_PROBE]
    return len(np.unique(few)) == len(few) and len(np.unique(hashes)) == len(hashes)


def _expected_of_numbers(real: Table, spec: Column) -> float:
    """Repetitions to be expected of numbers drawn evenly from the span of the column."""
    if spec.kind != "numerical":
        return 0.0
    values = real.number_column(spec.name).values
    span = float(values.max() - values.min()) + 1 if np.isfinite(values).all() else np.inf
    return real.num_rows**2 / (2 * span)


def _chance_of_repeat(real: Table, name: str) -> float:
    """Share of the pairs of rows that have the same value."""
    counts = np.unique(fingerprints(real, [name]), return_counts=True)[1].astype(np.float64)
    pairs = real.num_rows * (real.num_rows - 1.0)
    return float((counts * (counts - 1)).sum() / max(pairs, 1.0))


def _unique_numbers(name: str) -> Rule:
    return Rule(
        "expect_column_values_to_be_unique",
        {"column": name, "mostly": None},
        f"{name}: no value occurs twice",
        "whole numbers drawn at random from the same span would repeat",
        lambda table: repeated_rows(table, [name]),
    )


def _unique_pairs(first: str, second: str) -> Rule:
    return Rule(
        "expect_compound_columns_to_be_unique",
        {
            "column_list": [first, second],
            "ignore_row_if": "any_value_is_missing",
            "mostly": None,
        },
        f"{first} and {second} together occur once",
        "key of two columns: drawn independently, pairs would repeat",
        lambda table: repeated_rows(table, [first, second]),
    )


def repeated_rows(table: Table, names: list[str]) -> Tally:
    """Rows whose values occur more than once, among rows without a gap in them."""
    there = np.logical_and.reduce([_there(table, name) for name in names])
    _, counts = np.unique(fingerprints(table, names)[there], return_counts=True)
    return Tally(int(there.sum()), int(counts[counts > 1].sum()))
