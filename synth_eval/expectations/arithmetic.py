"""Rules between numbers or dates: one never exceeds the other, two are equal, one is the sum.

Candidates are found on a seeded sample of real rows and then counted on all of them. A rule
says something only where chance does not keep it: shuffled rows must break it often.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.data.table import Table
from synth_eval.expectations.relations import (
    MAX_EXCEPTIONS,
    MAX_PAIRS,
    MIN_SUPPORT,
    MIN_SURPRISE,
    Search,
    chance_of_so_few,
)
from synth_eval.expectations.rule import Rule
from synth_eval.expectations.tally import Tally

__all__ = ["arithmetic_rules"]

_SAMPLE = 2_000
_PROBE = 200
_MAX_SUM_COLUMNS = 60
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ .\-]*")

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Sample:
    """Values of some real rows, and the same values out of order."""

    values: dict[str, Floats]
    shuffled: dict[str, Floats]

    @classmethod
    def of(cls, real: Table, names: list[str]) -> _Sample:
        rng = np.random.default_rng(0)
        size = min(_SAMPLE, real.num_rows)
        rows = np.sort(rng.choice(real.num_rows, size, replace=False))
        values = {name: real.column(name).values[rows] for name in names}
        return cls(values, {name: column[rng.permutation(size)] for name, column in values.items()})


def arithmetic_rules(real: Table, search: Search) -> Iterator[Rule]:
    """Candidate order, equality and sum rules of the real table."""
    kinds = [
        [c.name for c in real.schema.compared if c.kind == kind and _usable(real, c.name)]
        for kind in ("numerical", "datetime")
    ]
    sample = _Sample.of(real, [name for names in kinds for name in names])
    for names in kinds:
        pairs = list(combinations(names, 2))
        search.complete &= len(pairs) <= MAX_PAIRS
        search.pairs += len(pairs[:MAX_PAIRS])
        search.tests += 3 * len(pairs[:MAX_PAIRS])
        for first, second in pairs[:MAX_PAIRS]:
            yield from _pair_rules(real, sample, first, second, 3 * len(pairs))
    yield from _sum_rules(real, sample, kinds[0], search)


def _usable(real: Table, name: str) -> bool:
    column = real.column(name)
    odd = column.stored.startswith(("time32", "time64", "duration"))
    return not odd and int((~column.missing).sum()) >= MIN_SUPPORT


def _pair_rules(
    real: Table, sample: _Sample, first: str, second: str, tests: int
) -> Iterator[Rule]:
    """Equality where it holds, else the order that holds."""
    if _holds(real, sample, (first, second), np.equal, tests):
        yield Rule(
            "expect_column_pair_values_to_be_equal",
            {"column_A": first, "column_B": second, "ignore_row_if": "either_value_is_missing",
             "mostly": None},
            f"{first} = {second}",
            "equality: the two hold the same value",
            lambda table: _exceptions(table, (first, second), np.equal),
        )  # fmt: skip
        return
    for low, high in ((first, second), (second, first)):
        if _holds(real, sample, (low, high), np.less_equal, tests):
            yield _order_rule(low, high)


def _order_rule(low: str, high: str) -> Rule:
    return Rule(
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": high, "column_B": low, "or_equal": True,
         "ignore_row_if": "either_value_is_missing", "mostly": None},
        f"{low} <= {high}",
        "order: pairs of values from different rows would often break it",
        lambda table: _exceptions(table, (low, high), np.less_equal),
    )  # fmt: skip


Relation = Callable[[Floats, Floats], npt.NDArray[np.bool_]]


def _holds(
    real: Table, sample: _Sample, names: tuple[str, str], relation: Relation, tests: int
) -> bool:
    """Whether a relation holds in the sample, means something, and holds in all rows."""
    a, b = names
    quick = _count(sample.values[a], sample.values[b], relation)
    if quick.judged < MIN_SUPPORT / 2 or quick.broken > 4 * MAX_EXCEPTIONS * quick.judged:
        return False
    by_chance = _count(sample.values[a], sample.shuffled[b], relation)
    surprise = by_chance.rate or 0.0
    if surprise < MIN_SURPRISE:
        return False
    whole = _exceptions(real, names, relation)
    return (
        whole.judged >= MIN_SUPPORT
        and whole.broken <= MAX_EXCEPTIONS * whole.judged
        and chance_of_so_few(whole.judged, whole.broken, surprise) * tests <= 0.05
    )


def _count(a: Floats, b: Floats, relation: Relation) -> Tally:
    there = ~(np.isnan(a) | np.isnan(b))
    return Tally(int(there.sum()), int((~relation(a[there], b[there])).sum()))


def _exceptions(table: Table, names: tuple[str, str], relation: Relation) -> Tally:
    return _count(table.column(names[0]).values, table.column(names[1]).values, relation)


def _sum_rules(real: Table, sample: _Sample, names: list[str], search: Search) -> Iterator[Rule]:
    """Columns that are the sum of two others; rarely zero, so that it is no plain equality."""
    search.complete &= len(names) <= _MAX_SUM_COLUMNS
    names = [
        name for name in names[:_MAX_SUM_COLUMNS]
        if _PLAIN_NAME.fullmatch(name) and _varies(sample.values[name])
    ]  # fmt: skip
    if len(names) < 3:
        return
    there = ~np.isnan(np.column_stack([sample.values[name] for name in names])).any(axis=1)
    rows = np.flatnonzero(there)[:_PROBE]
    if len(rows) < _PROBE / 4:
        return
    block = np.column_stack([sample.values[name][rows] for name in names])
    tolerance = _tolerance(block)
    for i, j in combinations(range(len(names)), 2):
        search.tests += len(names) - 2
        gap = np.abs(block - (block[:, i] + block[:, j])[:, None])
        close = (gap <= tolerance).mean(axis=0) >= 1 - 4 * MAX_EXCEPTIONS
        for k in np.flatnonzero(close):
            if k not in (i, j):
                rule = _sum_rule(names[k], (names[i], names[j]), float(tolerance[k]))
                tally = rule.count(real)
                if tally.judged >= MIN_SUPPORT and (tally.rate or 0) <= MAX_EXCEPTIONS:
                    yield rule


def _varies(values: Floats) -> bool:
    present = values[np.isfinite(values)]
    if len(present) == 0:
        return False
    return float((present != 0).mean()) >= MIN_SURPRISE and float(np.ptp(present)) > 0


def _tolerance(block: Floats) -> Floats:
    """Rounding errors of sums: none for whole numbers, else a millionth of the usual size."""
    whole = (block == np.floor(block)).all(axis=0)
    size = np.median(np.abs(block), axis=0)
    rough = 10.0 ** np.ceil(np.log10(np.maximum(size, 1e-12)) - 6)
    return np.asarray(np.where(whole, 0.0, rough), np.float64)


def _sum_rule(total: str, parts: tuple[str, str], tolerance: float) -> Rule:
    a, b = parts
    gap = f"abs(`{total}` - (`{a}` + `{b}`)) > {tolerance!r}"
    return Rule(
        "expect_table_row_count_to_equal",
        {"value": 0, "row_condition": {"type": "pass_through", "pass_through_filter": gap}},
        f"{total} = {a} + {b}",
        "sum: told as the number of rows that break it, because Great Expectations compares "
        "sums of columns with constants only",
        lambda table: _wrong_sums(table, total, parts, tolerance),
    )


def _wrong_sums(table: Table, total: str, parts: tuple[str, str], tolerance: float) -> Tally:
    whole = table.column(total).values
    gap = np.abs(whole - (table.column(parts[0]).values + table.column(parts[1]).values))
    judged = gap[~np.isnan(gap)]
    return Tally(len(judged), int((judged > tolerance).sum()))
