"""Columns that are the sum of others, or the product of two.

Sums and products of two columns are tried out on some rows. Longer sums are found as linear
relations: columns are taken one after the other, and one that a least-squares fit tells exactly
by earlier ones, with coefficients of 1 and -1 alone, makes a sum. Rows that break it would spoil
the fit, so it is made on several small parts of the rows, of which one without such a row is
enough. What is proposed is then counted on all rows, corrected for the number of sums there
could have been, and dropped where a part of it could as well come from another row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.data.fingerprint import fingerprints
from synth_eval.data.table import Table
from synth_eval.rules.derived.relations import (
    ALPHA,
    MAX_EXCEPTIONS,
    MIN_SUPPORT,
    MIN_SURPRISE,
    Search,
    chance_of_so_few,
)
from synth_eval.rules.engines.conditions import quoted
from synth_eval.rules.rule import Rule
from synth_eval.rules.tally import Tally

__all__ = ["MAX_PARTS", "total_rules"]

MAX_PARTS = 8
"""Most columns that make a sum."""

_MAX_COLUMNS = 60
"""Columns looked at: each of their 1,770 pairs is tried as a sum and as a product of the others."""

_PROBE = 500
"""Rows that a sum is tried on before all are counted."""

_HUGE = 1e100
"""Numbers from here on are no measurements, and products of a few of them overflow."""

_CHUNKS = 6
"""Parts of the rows, of which one without a row that breaks the sum is enough."""

_EXACT = 1e-6
"""Share of the usual size that rounding may leave of a sum of floats."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Total:
    """A column and those it is made of, by their places."""

    total: int
    parts: tuple[int, ...]
    sign: str


def total_rules(real: Table, names: list[str], search: Search) -> Iterator[Rule]:
    """Candidate rules on columns that are sums or products of others.

    Parameters
    ----------
    real : Table
        The real table.
    names : list of str
        Its columns of numbers.
    search : Search
        Is told how much was looked at.
    """
    search.complete &= len(names) <= _MAX_COLUMNS
    names = [name for name in names[:_MAX_COLUMNS] if _varies(real.number_column(name).values)]
    if len(names) < 3:
        return
    # Some rows, chosen by their content and not by their place.
    rows = np.argsort(fingerprints(real, names), kind="stable")[:_PROBE]
    block = np.column_stack([real.number_column(name).values[rows] for name in names])
    tolerances = {"+": _sum_tolerance(block), "*": _product_tolerance(block)}
    # Sums of up to `MAX_PARTS` columns and products of two that there could be.
    others = len(names) - 1
    sums = sum(math.comb(others, parts) for parts in range(2, min(MAX_PARTS, others) + 1))
    tests = len(names) * (sums + math.comb(others, 2))
    search.tests += tests
    taken: set[int] = set()
    for relation in (*_pairs(block, tolerances), *_long_sums(block, tolerances["+"])):
        if len(relation.parts) > 2 and relation.total in taken:
            continue  # a sum of sums is told by its last step
        tolerance = float(tolerances[relation.sign][relation.total])
        surprises = (_surprise(block, relation, tolerance, part) for part in relation.parts)
        if min(surprises) < MIN_SURPRISE:
            continue  # a part could as well come from another row
        rule = _rule(relation, names, tolerance)
        if _is_kept(rule.count(real), block, relation, tolerance, tests):
            taken.add(relation.total)
            yield rule


def _varies(values: Floats) -> bool:
    """Whether a column may be part of a sum: finite, of a usual size, and rarely zero."""
    present = values[~np.isnan(values)]
    if len(present) < MIN_SUPPORT or float(np.abs(present).max()) > _HUGE:
        return False
    return float((present != 0).mean()) >= MIN_SURPRISE and bool((present != present[0]).any())


def _sum_tolerance(block: Floats) -> Floats:
    """Rounding errors of sums: none for whole numbers, else a millionth of the usual size."""
    size = np.nanmedian(np.abs(np.vstack([block, np.zeros(block.shape[1])])), axis=0)
    rough = 10.0 ** np.ceil(np.log10(np.maximum(size, 1e-12)) - 6)
    return np.asarray(np.where(_whole(block), 0.0, rough), np.float64)


def _product_tolerance(block: Floats) -> Floats:
    """Half the last decimal too, because products are rounded: 3 at 0.335 make 1.01."""
    tolerance = _sum_tolerance(block)
    for decimals in (4, 3, 2, 1):
        scaled = block * 10.0**decimals
        rounded = (np.isnan(scaled) | (np.abs(scaled - np.round(scaled)) < 1e-6)).all(axis=0)
        half = 0.5 * 10.0**-decimals * (1 + _EXACT)
        tolerance = np.where(rounded & ~_whole(block), np.maximum(tolerance, half), tolerance)
    return np.asarray(tolerance, np.float64)


def _whole(block: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(((block == np.floor(block)) | np.isnan(block)).all(axis=0), bool)


def _pairs(block: Floats, tolerances: dict[str, Floats]) -> Iterator[_Total]:
    for i, j in combinations(range(block.shape[1]), 2):
        for sign, made in (("+", block[:, i] + block[:, j]), ("*", block[:, i] * block[:, j])):
            for k in np.flatnonzero(_close(block, made, tolerances[sign])):
                if k not in (i, j):
                    yield _Total(int(k), (i, j), sign)


def _close(block: Floats, made: Floats, tolerance: Floats) -> npt.NDArray[np.bool_]:
    """Which columns are what was made in (nearly) all probed rows where both are there."""
    gap = np.abs(block - made[:, None])
    judged = (~np.isnan(gap)).sum(axis=0)
    holds = (gap <= tolerance).sum(axis=0)
    close = (judged >= MIN_SUPPORT / 4) & (holds >= (1 - 4 * MAX_EXCEPTIONS) * judged)
    return np.asarray(close, bool)


def _long_sums(block: Floats, tolerance: Floats) -> Iterator[_Total]:
    """Sums of three columns or more, among the columns with few gaps."""
    columns = np.flatnonzero(np.isnan(block).mean(axis=0) <= 0.1)
    rows = block[:, columns][~np.isnan(block[:, columns]).any(axis=1)]
    size = max(2 * len(columns), 30)
    chunks = [rows[start : start + size] for start in range(0, len(rows) - size + 1, size)]
    basis: list[int] = []
    for place in range(len(columns)):
        weights = _weights(chunks[:_CHUNKS], basis, place)
        if weights is None:
            basis.append(place)
            continue
        relation = _as_sum(weights, [int(columns[b]) for b in basis], int(columns[place]))
        if relation is None:
            continue
        made = block[:, list(relation.parts)].sum(axis=1)
        if _close(block, made, tolerance)[relation.total]:
            yield relation


def _weights(chunks: list[Floats], basis: list[int], place: int) -> Floats | None:
    """Weights that tell a column by the columns of the basis; None where nothing does."""
    if not basis:
        return None
    for chunk in chunks:
        size = np.sqrt(np.mean(chunk[:, [*basis, place]] ** 2, axis=0)) + 1e-300
        scaled = chunk[:, [*basis, place]] / size
        weights, *_ = np.linalg.lstsq(scaled[:, :-1], scaled[:, -1], rcond=None)
        if np.abs(scaled[:, :-1] @ weights - scaled[:, -1]).max() <= _EXACT:
            return np.asarray(weights * size[-1] / size[:-1], np.float64)
    return None


def _as_sum(weights: Floats, basis: list[int], place: int) -> _Total | None:
    """The relation with one column on one side, if all weights are 1, 0 or -1."""
    signs = np.round(weights)
    if np.abs(signs - weights).max() > 1e-3 or np.abs(signs).max() > 1:
        return None
    added = [b for b, sign in zip(basis, signs, strict=True) if sign == 1]
    taken_off = [b for b, sign in zip(basis, signs, strict=True) if sign == -1]
    if not taken_off:
        total, parts = place, added
    elif len(added) == 1:
        total, parts = added[0], [*taken_off, place]
    else:
        return None
    return _Total(total, tuple(sorted(parts)), "+") if 3 <= len(parts) <= MAX_PARTS else None


def _surprise(block: Floats, relation: _Total, tolerance: float, column: int) -> float:
    """Share of the rows that would break the rule with the column of another row."""
    moved = block.copy()
    moved[:, column] = np.roll(moved[:, column], 1)
    parts = moved[:, list(relation.parts)]
    made = parts.sum(axis=1) if relation.sign == "+" else parts.prod(axis=1)
    gap = np.abs(moved[:, relation.total] - made)
    gap = gap[~np.isnan(gap)]
    return float((gap > tolerance).mean()) if len(gap) else 0.0


def _is_kept(tally: Tally, block: Floats, relation: _Total, tolerance: float, tests: int) -> bool:
    if tally.judged < MIN_SUPPORT or tally.broken > MAX_EXCEPTIONS * tally.judged:
        return False
    surprise = _surprise(block, relation, tolerance, relation.total)
    return chance_of_so_few(tally.judged, tally.broken, surprise) * tests <= ALPHA


def _rule(relation: _Total, names: list[str], tolerance: float) -> Rule:
    total, parts = names[relation.total], [names[part] for part in relation.parts]
    made = f" {relation.sign} ".join(quoted(part) for part in parts)
    gap = f"abs({quoted(total)} - ({made})) > {tolerance!r}"
    word = "sum" if relation.sign == "+" else "product"
    return Rule(
        "expect_table_row_count_to_equal",
        {"value": 0, "row_condition": {"type": "pass_through", "pass_through_filter": gap}},
        f"{total} = {f' {relation.sign} '.join(parts)}",
        f"{word}: told as the number of rows that break it, because Great Expectations compares "
        "sums of columns with constants only",
        _counter(total, parts, np.add if relation.sign == "+" else np.multiply, tolerance),
    )


def _counter(
    total: str, parts: list[str], operation: np.ufunc, tolerance: float
) -> Callable[[Table], Tally]:
    def count(table: Table) -> Tally:
        made = table.number_column(parts[0]).values
        with np.errstate(over="ignore", invalid="ignore"):
            for part in parts[1:]:
                made = operation(made, table.number_column(part).values)
            gap = np.abs(table.number_column(total).values - made)
        judged = gap[~np.isnan(gap)]
        return Tally(len(judged), int((judged > tolerance).sum()))

    return count
