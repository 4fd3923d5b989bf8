"""Distances of tables of cells, counted here or before, and their judgement."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._as_far_as import (
    ItemDistance,
    curve_sizes,
    result_of_distances,
)
from synth_eval.checks.fidelity._standard_errors import MeanError
from synth_eval.data.states import CellTable, StateSpec, plan_table
from synth_eval.judging.check import Context
from synth_eval.judging.results import Item, Result
from synth_eval.stats.distances import (
    Distance,
    total_variation_distance,
    total_variation_distances,
)
from synth_eval.stats.worth import SampleCurve, total_variation_curves

__all__ = [
    "CountedCells",
    "counted_cells",
    "plan_samples",
    "result_of_cells",
    "result_of_counts",
    "sampled_cells",
    "states_of_cells",
]

_SIDES = ("real", "synthetic")

CountArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CountedCells:
    """One derived table, counted on all rows, and the cells of the sampled rows.

    Parameters
    ----------
    item : Item
        What it is about.
    counts : mapping of str to ndarray of int64, shape (cells,)
        Rows per cell, by role of a table of the data.
    sampled : mapping of str to ndarray of int, shape (sample,)
        Cells of the rows of `MeanError.rows`, by role.
    """

    item: Item
    counts: Mapping[str, CountArray]
    sampled: Mapping[str, npt.NDArray[np.integer[Any]]]


def sampled_cells(ctx: Context, table: CellTable, error: MeanError, role: str) -> StateSpec:
    """The cells of a derived table in the sampled rows of a table of the data."""
    return table.sample(role, error.rows(role), (ctx.check.code, ctx.config.seed))


def states_of_cells(ctx: Context, tables: Iterable[CellTable]) -> Iterator[StateSpec]:
    """What `counted_cells` asks for, to be declared."""
    error = MeanError(ctx)
    for table in tables:
        yield table.counts()
        yield from (sampled_cells(ctx, table, error, role) for role in _SIDES)


def plan_samples(ctx: Context, error: MeanError) -> Iterator[StateSpec]:
    """The fine cells of the sampled rows, of all compared columns."""
    for plan in ctx.data.plans:
        yield from (sampled_cells(ctx, plan_table(plan), error, role) for role in _SIDES)


def counted_cells(ctx: Context, item: Item, table: CellTable, error: MeanError) -> CountedCells:
    """A derived table with its counts and its sampled cells."""
    counts = {role: ctx.counts(table, role) for role in ctx.data.tables}
    sampled = {role: ctx.state(sampled_cells(ctx, table, error, role), role) for role in _SIDES}
    return CountedCells(item, counts, sampled)


def result_of_cells(
    ctx: Context, tables: Iterable[CountedCells], error: MeanError, noun: str
) -> Result:
    """Judge derived tables of cells."""
    compared, counts_of_all = [], []
    for cells in tables:
        distance = total_variation_distance(cells.counts["real"], cells.counts["synthetic"])
        error.add(distance, cells.sampled)
        compared.append((cells.item, distance))
        counts_of_all.append(cells.counts)
    pooled = [counts["real"] + counts.get("holdout", 0) for counts in counts_of_all]
    curves = total_variation_curves(pooled, ctx.data.real.num_rows, curve_sizes(ctx))
    distances = [
        ItemDistance(
            item,
            distance,
            total_variation_distance(counts["real"], counts["holdout"])
            if "holdout" in counts
            else None,
            curve,
        )
        for (item, distance), counts, curve in zip(compared, counts_of_all, curves, strict=True)
    ]
    return result_of_distances(ctx, distances, error, noun)


def result_of_counts(
    ctx: Context,
    items: Sequence[Item],
    blocks: Iterable[Mapping[str, CountArray]],
    error: MeanError,
    cells: Callable[[int], Mapping[str, npt.NDArray[np.intp]]],
    noun: str,
) -> Result:
    """Judge tables that were counted before, many at once.

    Parameters
    ----------
    items : sequence of Item
        What each table is about, in the order of the counts.
    blocks : iterable of mapping
        Counts by role of a table of the data, shape (tables of the block, cells).
    error : MeanError
        Receives the sampled rows.
    cells : callable
        Number of a table in, cells of the sampled rows by role out.
    """
    distances: list[ItemDistance] = []
    sizes, rows = curve_sizes(ctx), ctx.data.real.num_rows
    key = ("curves", rows, *sizes, *(item.names for item in items))
    for number, counts in enumerate(blocks):
        real, holdout = counts["real"], counts.get("holdout")
        pooled = real if holdout is None else real + holdout
        curves = _curves(ctx, (*key, number), pooled, rows, sizes)
        of_synthetic, signs = _distances(real, counts["synthetic"])
        of_holdout = None if holdout is None else _distances(real, holdout)[0]
        for i, (distance, curve) in enumerate(zip(of_synthetic, curves, strict=True)):
            table = len(distances)
            error.add_signs(signs[i], cells(table))
            unseen = None if of_holdout is None else of_holdout[i]
            distances.append(ItemDistance(items[table], distance, unseen, curve))
    return result_of_distances(ctx, distances, error, noun)


def _curves(
    ctx: Context,
    key: tuple[Hashable, ...],
    pooled: CountArray,
    rows: int,
    sizes: npt.NDArray[np.float64],
) -> list[SampleCurve]:
    """What real samples would show: of real rows alone, but for their sizes."""
    return ctx.once(key, lambda: total_variation_curves(list(pooled), rows, sizes))


def _distances(real: CountArray, other: CountArray) -> tuple[list[Distance], npt.NDArray[np.int8]]:
    values, errors, signs = total_variation_distances(real, other)
    both = zip(values.tolist(), errors.tolist(), strict=True)
    return [Distance(value, error, most=1.0) for value, error in both], signs
