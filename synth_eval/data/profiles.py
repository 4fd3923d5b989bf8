"""What figures of a column are drawn from: shares of few cells, safe to publish.

Outer edges are not the smallest and largest value of the real table but values with enough
rows beyond them, and cells of few real rows are merged, so that no profile points at a person.
"""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.pair import Pair
from synth_eval.data.schema import Column
from synth_eval.data.table import NumberColumn

__all__ = ["profiles"]

logger = logging.getLogger(__name__)

_BINS = 30
_LEVELS = 20
_STEPS = 40


def profiles(data: Pair, small_cell: int) -> list[dict[str, Any]]:
    """Shares of the cells of every compared column in each table.

    Parameters
    ----------
    data : Pair
        The tables.
    small_cell : int
        Cells of fewer real rows are merged with others.

    Returns
    -------
    list of dict
        ``column``, ``kind``, ``labels`` of the cells, ``edges`` (numbers and dates), and the
        ``real``, ``synthetic`` and ``holdout`` shares; the last cells are everything beyond
        the edges, other levels, and missing values. Numbers and dates also have
        ``quantiles``: by table the means of equal shares of the sorted values, each of at
        least `small_cell` rows, as many outermost values left out at either end.
    """
    made = []
    for column in data.schema.compared:
        try:
            made.append(_profile(data, column, small_cell))
        except Exception:  # pictures never take the results with them
            logger.debug("no profile of a column", exc_info=True)
    return made


def _profile(data: Pair, column: Column, small_cell: int) -> dict[str, Any]:
    name, edges, quantiles = column.name, np.empty(0), None
    if column.is_continuous:
        numbers = {role: table.number_column(name) for role, table in data.tables.items()}
        edges = _edges(numbers["real"].values, small_cell)
        labels = [*_interval_labels(edges, column), "beyond", "missing"]
        counts = {role: _count_numbers(entry, edges) for role, entry in numbers.items()}
        quantiles = _quantiles(numbers, small_cell)
    else:
        coded = {role: table.level_column(name) for role, table in data.tables.items()}
        codes, levels = coded["real"].codes, coded["real"].levels
        real = np.bincount(codes[codes >= 0], minlength=len(levels))
        kept = int(min((real >= small_cell).sum(), _LEVELS))
        labels = [*levels[:kept], "other", "missing"]
        counts = {
            role: np.bincount(
                np.where(entry.codes < 0, kept + 1, np.minimum(entry.codes, kept)),
                minlength=kept + 2,
            )
            for role, entry in coded.items()
        }
    return {
        "column": column.name,
        "kind": column.kind,
        "labels": labels,
        "edges": [float(edge) for edge in edges] if column.is_continuous else None,
        **{
            role: [float(share) for share in counts[role] / max(counts[role].sum(), 1)]
            if role in counts
            else None
            for role in ("real", "synthetic", "holdout")
        },
        "quantiles": quantiles,
    }


def _quantiles(tables: dict[str, NumberColumn], small_cell: int) -> dict[str, list[float]] | None:
    """Means of as many steps in each table; None where the real one has too few values."""
    values = {role: np.sort(own.values[np.isfinite(own.values)]) for role, own in tables.items()}
    fewest = min(len(own) for own in values.values())
    steps = min(_STEPS, (fewest - 2 * small_cell) // max(small_cell, 1))
    real = values["real"]
    if steps < 4 or real[small_cell] == real[-small_cell - 1]:
        return None
    return {role: _step_means(own, steps, small_cell) for role, own in values.items()}


def _step_means(ordered: npt.NDArray[np.float64], steps: int, small_cell: int) -> list[float]:
    inner = ordered[small_cell : len(ordered) - small_cell]
    scale = max(float(np.abs(inner).max()), 1.0)  # sums of numbers near 1e308 overflow
    return [float((part / scale).mean() * scale) for part in np.array_split(inner, steps)]


def _edges(values: npt.NDArray[np.float64], small_cell: int) -> npt.NDArray[np.float64]:
    """Edges of about equal width between inner quantiles, every bin with enough real rows."""
    finite = np.sort(values[np.isfinite(values)])
    if len(finite) < 2 * small_cell + 1:
        return np.empty(0)
    low, high = finite[small_cell], finite[-small_cell - 1]
    trimmed = np.quantile(finite, [0.005, 0.995])
    low, high = max(low, trimmed[0]), min(high, trimmed[1])
    if not low < high:
        return np.empty(0)
    low, high = low / 2, high / 2  # the range of numbers near 1e308 has no number itself
    edges = 2 * np.linspace(low, high, _BINS + 1)
    if np.all(finite == np.floor(finite)) and high - low < _BINS:
        edges = np.unique(np.floor(edges)) - 0.5 if 2 * (high - low) < _BINS else np.floor(edges)
        edges = np.unique(edges)
    return _merge_small(finite, edges, small_cell)


def _merge_small(
    finite: npt.NDArray[np.float64], edges: npt.NDArray[np.float64], small_cell: int
) -> npt.NDArray[np.float64]:
    kept = [edges[0]]
    start = np.searchsorted(finite, edges[0])
    for edge in edges[1:]:
        end = np.searchsorted(finite, edge)
        if end - start >= small_cell:
            kept.append(edge)
            start = end
    if len(kept) > 1 and edges[-1] > kept[-1]:
        kept[-1] = edges[-1]
    return np.array(kept) if len(kept) > 1 else np.empty(0)


def _count_numbers(column: NumberColumn, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    values, missing = column.values, column.missing
    if len(edges) == 0:
        return np.array([(~missing).sum(), missing.sum()])
    places = np.searchsorted(edges, values[~missing], side="right") - 1
    inside = (places >= 0) & (places < len(edges) - 1)
    cells = np.bincount(places[inside], minlength=len(edges) - 1)
    return np.concatenate([cells, [(~inside).sum(), missing.sum()]])


def _interval_labels(edges: npt.NDArray[np.float64], column: Column) -> list[str]:
    if column.kind == "datetime":
        days = edges.astype("datetime64[us]").astype("datetime64[D]").astype(str)
        return [f"{first} to {last}" for first, last in pairwise(days)]
    return [f"{first:.6g} to {last:.6g}" for first, last in pairwise(edges)]
