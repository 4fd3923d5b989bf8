"""Rules between numbers or dates: one never exceeds the other, or two are equal.

A rule says something only where chance does not keep it: were the two columns independent,
rows would break it often. That rate is told from quantiles of each column, so it does not
depend on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.data.table import Table
from synth_eval.rules.derived.relations import (
    ALPHA,
    MAX_EXCEPTIONS,
    MAX_PAIRS,
    MIN_SUPPORT,
    MIN_SURPRISE,
    Search,
    chance_of_so_few,
)
from synth_eval.rules.derived.totals import total_rules
from synth_eval.rules.rule import Rule
from synth_eval.rules.tally import Tally

__all__ = ["arithmetic_rules"]

_GRID = 400
"""Quantiles that stand for a column, whatever the order of its rows."""

Floats = npt.NDArray[np.float64]
Relation = Callable[[Floats, Floats], npt.NDArray[np.bool_]]


def arithmetic_rules(real: Table, search: Search) -> Iterator[Rule]:
    """Candidate order, equality and sum rules of the real table."""
    kinds = [
        [c.name for c in real.schema.compared if c.kind == kind and _usable(real, c.name)]
        for kind in ("numerical", "datetime")
    ]
    for names in kinds:
        grids = {name: _grid(real.number_column(name).values) for name in names}
        pairs = list(combinations(names, 2))[:MAX_PAIRS]
        search.complete &= len(names) * (len(names) - 1) // 2 <= MAX_PAIRS
        search.pairs += len(pairs)
        search.tests += 3 * len(pairs)
        for first, second in pairs:
            yield from _pair_rules(real, grids, (first, second), 3 * len(pairs))
    yield from total_rules(real, kinds[0], search)


def _usable(real: Table, name: str) -> bool:
    column = real.column(name)
    odd = column.stored.startswith(("time32", "time64", "duration"))
    return not odd and int((~column.missing).sum()) >= MIN_SUPPORT


def _grid(values: Floats) -> Floats:
    """The column told by equally likely values."""
    points = np.quantile(values[~np.isnan(values)], (np.arange(_GRID) + 0.5) / _GRID,
                         method="inverted_cdf")  # fmt: skip
    return np.asarray(points, np.float64)


def _pair_rules(
    real: Table, grids: Mapping[str, Floats], names: tuple[str, str], tests: int
) -> Iterator[Rule]:
    """Equality where it holds, else the order that holds."""
    first, second = names
    if _holds(real, grids, names, np.equal, tests):
        yield Rule(
            "expect_column_pair_values_to_be_equal",
            {"column_A": first, "column_B": second, "ignore_row_if": "either_value_is_missing",
             "mostly": None},
            f"{first} = {second}",
            "equality: the two hold the same value",
            lambda table: _exceptions(table, names, np.equal),
        )  # fmt: skip
        return
    for low, high in (names, names[::-1]):
        if _holds(real, grids, (low, high), np.less_equal, tests):
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


def _holds(
    real: Table,
    grids: Mapping[str, Floats],
    names: tuple[str, str],
    relation: Relation,
    tests: int,
) -> bool:
    """Whether a relation means something and real rows keep it."""
    a, b = grids[names[0]], grids[names[1]]
    surprise = 1 - float(relation(a[:, None], b[None, :]).mean())
    # A relation of rows is one of quantiles, too: where even these break it, rows need not be read.
    if surprise < MIN_SURPRISE or float(relation(a, b).mean()) < 0.9:
        return False
    whole = _exceptions(real, names, relation)
    return (
        whole.judged >= MIN_SUPPORT
        and whole.broken <= MAX_EXCEPTIONS * whole.judged
        and chance_of_so_few(whole.judged, whole.broken, surprise) * tests <= ALPHA
    )


def _exceptions(table: Table, names: tuple[str, str], relation: Relation) -> Tally:
    a, b = (table.number_column(name).values for name in names)
    there = ~(np.isnan(a) | np.isnan(b))
    return Tally(int(there.sum()), int((~relation(a[there], b[there])).sum()))
