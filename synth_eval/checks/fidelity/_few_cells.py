"""Columns on a few cells each, coarse enough for tables of three."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import few_level_cells
from synth_eval.data.counts import TripleCounts
from synth_eval.data.hashing import level_hashes
from synth_eval.data.states import PlanCounts, StateSpec, counts_of
from synth_eval.judging.check import Context

__all__ = ["count_triples", "few_cell_maps", "triples_of"]

_CELLS = 5
"""Eight of a column with missing and what is rare or unseen, and 512 of a triple: enough to see a
dependence of three, and few enough to count thousands of triples."""


def few_cell_maps(ctx: Context) -> list[npt.NDArray[np.uint16]]:
    """Per column a map of fine cells to five, and three for what is missing, rare or unseen."""
    return ctx.once(
        "few cells", lambda: [_merge(ctx, column) for column in range(len(ctx.data.plans))]
    )


def triples_of(
    ctx: Context,
    maps: Sequence[npt.NDArray[np.uint16]],
    triples: Sequence[tuple[int, int, int]],
) -> StateSpec:
    """The state that counts the cells of triples of columns, shape (triples, cells)."""
    plans = ctx.data.plans
    return StateSpec(
        ("triples", tuple(triples)), lambda: PlanCounts(plans, TripleCounts(maps, triples))
    )


def count_triples(
    ctx: Context,
    role: str,
    maps: Sequence[npt.NDArray[np.uint16]],
    triples: Sequence[tuple[int, int, int]],
) -> npt.NDArray[np.int64]:
    """Counts of the cells of triples of columns in one table, shape (triples, cells)."""
    counts: TripleCounts = ctx.state(triples_of(ctx, maps, triples), role)
    return counts.value()


def _merge(ctx: Context, column: int) -> npt.NDArray[np.uint16]:
    """Neighbours of about equal mass, or frequent levels and groups of the others."""
    plan = ctx.data.plans[column]
    if plan.groups:
        real = ctx.data.real
        hashes = level_hashes(real.levels(plan.name))
        return few_level_cells(plan, real.level_counts(plan.name), hashes, _CELLS)
    if len(plan.edges):
        # Of the real table alone: this is asked before the one pass over the others.
        counts = ctx.state(counts_of(ctx.data.plans), "real").one_way(column)
        mass = np.cumsum(counts[: plan.fine]) - counts[: plan.fine] / 2
        ordinary = np.minimum(mass / max(counts[: plan.fine].sum(), 1) * _CELLS, _CELLS - 1)
    else:
        ordinary = np.zeros(0)
    special = _CELLS + np.arange(3)
    return np.concatenate([ordinary.astype(np.uint16), special.astype(np.uint16)])
