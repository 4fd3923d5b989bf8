"""Distances of tables of cells, counted here or before, and their judgement."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
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
from synth_eval.judging.check import Context
from synth_eval.judging.results import Item, Result
from synth_eval.stats.distances import (
    Distance,
    total_variation_distance,
    total_variation_distances,
)
from synth_eval.stats.worth import SampleCurve, total_variation_curves

__all__ = ["Cells", "result_of_cells", "result_of_counts"]

CountArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cells:
    """One derived table: the cell of every row, in each table of the data.

    Parameters
    ----------
    item : Item
        What the table is about.
    size : int
        Number of cells.
    rows : callable
        Role of a table in, cell of each of its rows out, shape (rows,).
    """

    item: Item
    size: int
    rows: Callable[[str], npt.NDArray[np.integer[Any]]]


def result_of_cells(ctx: Context, tables: Iterable[Cells], noun: str) -> Result:
    """Judge tables that are counted here, all rows of each, one table at a time."""
    error, compared, counts_of_all = MeanError(ctx), [], []
    for table in tables:
        counts: dict[str, CountArray] = {}
        sampled: dict[str, npt.NDArray[np.integer[Any]]] = {}
        for role in ctx.data.tables:  # one at a time: the cells of all rows are large
            cells = table.rows(role)
            counts[role] = np.bincount(cells, minlength=table.size)
            if role != "holdout":
                sampled[role] = cells[error.rows(role)]
        distance = total_variation_distance(counts["real"], counts["synthetic"])
        error.add(distance, sampled)
        compared.append((table.item, distance))
        counts_of_all.append(counts)
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
    return list(map(Distance, values.tolist(), errors.tolist())), signs
