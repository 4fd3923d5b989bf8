"""What a distance is worth in rows of real data.

A distance means little by itself: it shrinks with the size of the tables even where nothing
is wrong. Here it is turned into the size of a real sample that would, on average, be as far
from the real table: "as good as a 12 % sample of the real rows". The expected distance of a
real sample of ``s`` rows follows from the counts of the real table alone, so the curve is
deterministic and costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.stats.empirical import EmpiricalDistribution

__all__ = [
    "SampleCurve",
    "expected_absolute_difference",
    "expected_at",
    "kolmogorov_curve",
    "mean_curve",
    "rows_at",
    "sample_sizes",
    "total_variation_curves",
    "wasserstein_curve",
]

FloatArray = npt.NDArray[np.float64]
Sample = FloatArray | EmpiricalDistribution

_BLOCK_CELLS = 1 << 15  # a choice: 12 MB of expectations at 48 sizes
_NORMAL_FROM = 10.0  # the normal approximation of an absolute difference is .6 % too large there
_BRIDGES, _BRIDGE_STEPS = 400, 256  # a choice: the mean of their largest gap is within 1.5 %
_POISSON_TERMS = 45  # a mean of ten exceeds these counts with probability 5e-16


@dataclass(frozen=True, slots=True)
class SampleCurve:
    """Expected distance of a real sample from the real table, by the size of the sample.

    Parameters
    ----------
    sizes : ndarray of float64, shape (points,)
        Rows of the sample, rising.
    expected : ndarray of float64, shape (points,)
        Expected distance, falling.
    """

    sizes: FloatArray
    expected: FloatArray

    def at(self, size: float) -> float:
        """Expected distance of a real sample of `size` rows."""
        return float(np.interp(np.log(size), np.log(self.sizes), self.expected))

    def rows(self, distance: float) -> float:
        """Rows of the real sample that is as far on average; clipped to the ends of the curve."""
        falling = self.expected[::-1]
        return float(np.exp(np.interp(distance, falling, np.log(self.sizes)[::-1])))


def sample_sizes(rows: int, other: int) -> FloatArray:
    """Sizes a curve is computed at: from two rows to eight times the larger table."""
    return np.geomspace(2.0, 8.0 * max(rows, other, 2), 48)


def expected_absolute_difference(shares: FloatArray, n: float, m: float) -> FloatArray:
    """Expected absolute difference of a cell's share in two real samples.

    From Poisson counts below ten expected rows, brought to binomial spread, normal above.

    Parameters
    ----------
    shares : ndarray of float64, shape (cells,)
        True shares of the cells.
    n, m : float
        Rows of the two samples.
    """
    first, second = shares * n, shares * m
    big = shares * (1 - shares) * (1 / n + 1 / m)
    result = np.sqrt(2 / np.pi * np.maximum(big, 0.0))
    few_first, few_second = first < _NORMAL_FROM, second < _NORMAL_FROM
    both = few_first & few_second
    terms = np.arange(_POISSON_TERMS)
    gaps = np.abs(terms[:, None] / n - terms[None, :] / m)
    counts = _poisson(first[both]), _poisson(second[both])
    result[both] = np.einsum("ci,cj,ij->c", *counts, gaps)
    one = few_second & ~few_first
    result[one] = _one_few(shares[one], second[one], n, m)
    one = few_first & ~few_second
    result[one] = _one_few(shares[one], first[one], m, n)
    few = few_first | few_second
    result[few] *= np.sqrt(1 - shares[few])  # a share of all rows varies less than a rare one
    return result


def _poisson(mean: FloatArray) -> FloatArray:
    """Probabilities of 0, 1, ... events, shape (cells, terms)."""
    steps = mean[:, None] / np.arange(1, _POISSON_TERMS)
    products = np.cumprod(np.concatenate([np.ones((len(mean), 1)), steps], axis=1), axis=1)
    return np.asarray(products * np.exp(-mean)[:, None])


def _erf(values: FloatArray) -> FloatArray:
    """Of the standard library: a run that only counts need not load `scipy.special`."""
    result = np.sign(values)
    open_values = np.abs(values) < 6  # from there on 1, to the last digit of a float
    result[open_values] = [math.erf(value) for value in values[open_values].tolist()]
    return result


def _one_few(shares: FloatArray, mean: FloatArray, n: float, m: float) -> FloatArray:
    """One count is Poisson, the other sample's share normal around its mean (rows `n`)."""
    center = shares[:, None] - np.arange(_POISSON_TERMS)[None, :] / m
    spread = np.sqrt(np.maximum(shares * (1 - shares), 1e-300) / n)[:, None]
    ratio = center / spread
    inside = spread * np.sqrt(2 / np.pi) * np.exp(-0.5 * ratio**2)
    folded = inside + center * _erf(ratio / np.sqrt(2))
    return np.asarray((_poisson(mean) * folded).sum(axis=1))


def total_variation_curves(
    tables: Sequence[npt.NDArray[np.int64]], n: int, sizes: FloatArray
) -> list[SampleCurve]:
    """Curves of the total variation distance, one per table of counts.

    Cells with equal counts have equal expectations, so the work is done once per distinct
    count over all tables.

    Parameters
    ----------
    tables : sequence of ndarray of int, shape (cells,)
        Counts of the real table, or of real and holdout together.
    n : int
        Rows of the real table in the comparison.
    sizes : ndarray of float64, shape (points,)
        Sizes of the sample.
    """
    if not tables:
        return []
    distinct = _distinct(tables)
    shares = distinct / float(tables[0].sum())
    by_count = np.stack([expected_absolute_difference(shares, n, size) for size in sizes], axis=1)
    expected = np.empty((len(tables), len(sizes)))
    for start in range(0, len(tables), block := max(_BLOCK_CELLS // len(tables[0]), 1)):
        part = tables[start : start + block]
        cells, owner = np.concatenate(part), np.repeat(range(len(part)), [*map(len, part)])
        owner, cells = owner[cells > 0], cells[cells > 0]  # an empty cell is expected empty
        each = by_count[np.searchsorted(distinct, cells)]
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        expected[start : start + block] = 0.5 * np.add.reduceat(each, first, axis=0)
    # A fresh row can always bring a cell nobody has seen: as if one more row held it. Without
    # it any difference would be infinitely far from a table with a single filled cell.
    one = np.array([1 / float(tables[0].sum())])
    unseen = np.concatenate([expected_absolute_difference(one, n, size) for size in sizes])
    return [SampleCurve(sizes, own + 0.5 * unseen) for own in expected]


def _distinct(tables: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Counts other than zero that occur in any of the tables, rising."""
    top = max(int(table.max()) for table in tables)
    if top > sum(map(len, tables)):
        occurring = np.unique(np.concatenate(tables))
        return np.asarray(occurring[occurring > 0])
    seen = np.zeros(top + 1, bool)
    for table in tables:
        seen[table] = True
    seen[0] = False
    return np.flatnonzero(seen)


def kolmogorov_curve(
    values: Sample, n: int, sizes: FloatArray, rng: np.random.Generator
) -> SampleCurve:
    """Curve of the Kolmogorov-Smirnov distance of a variable, ties included.

    The expected largest gap of a Brownian bridge over the distribution function's own
    steps: for a continuous variable .869·sqrt(1/n + 1/s), less where values repeat.
    """
    distribution = EmpiricalDistribution.of(values)
    cumulative = distribution.cumulative / distribution.rows
    if len(cumulative) > _BRIDGE_STEPS:
        even = np.linspace(0, 1, _BRIDGE_STEPS + 1)[1:]
        cumulative = cumulative[np.unique(np.searchsorted(cumulative, even))]
    cumulative = cumulative[cumulative < 1.0]
    if len(cumulative) == 0:  # a single value
        return SampleCurve(sizes, np.zeros(len(sizes)))
    steps = np.sqrt(np.diff(cumulative, prepend=0.0))
    motion = np.cumsum(rng.standard_normal((_BRIDGES, len(steps))) * steps, axis=1)
    rest = rng.standard_normal((_BRIDGES, 1)) * np.sqrt(1 - cumulative[-1])
    bridges = motion - cumulative * (motion[:, -1:] + rest)
    constant = float(np.abs(bridges).max(axis=1).mean())
    if len(cumulative) > 200:  # the grid misses the peaks between its points
        constant = max(constant, 0.8687)  # sqrt(π/2)·ln 2, of a whole bridge
    return SampleCurve(sizes, constant * np.sqrt(1 / n + 1 / sizes))


def wasserstein_curve(values: Sample, n: int, sizes: FloatArray) -> SampleCurve:
    """Curve of the Wasserstein-1 distance: sqrt(2/π·(1/n + 1/s)) times the area of sqrt(F(1-F))."""
    distribution = EmpiricalDistribution.of(values)
    area = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for block in distribution.blocks():
            width = np.diff(distribution.values[block.start : block.stop + 1])
            share = distribution.cumulative[block][: len(width)] / distribution.rows
            area += float((np.sqrt(share * (1 - share)) * width).sum())
    area = area if np.isfinite(area) else float(np.finfo(np.float64).max) / 16
    return SampleCurve(sizes, area * np.sqrt(2 / np.pi * (1 / n + 1 / sizes)))


def expected_at(curves: Sequence[SampleCurve], size: float) -> FloatArray:
    """`SampleCurve.at` of many curves over the same sizes, shape (curves,)."""
    sizes = np.log(curves[0].sizes)
    end = int(np.clip(np.searchsorted(sizes, np.log(size)), 1, len(sizes) - 1))
    weight = (np.clip(np.log(size), sizes[0], sizes[-1]) - sizes[end - 1]) / (
        sizes[end] - sizes[end - 1]
    )
    low = np.array([curve.expected[end - 1] for curve in curves])
    high = np.array([curve.expected[end] for curve in curves])
    return np.asarray(low + weight * (high - low))


def rows_at(curves: Sequence[SampleCurve], distances: FloatArray) -> FloatArray:
    """`SampleCurve.rows` of many curves over the same sizes, each at its own distance."""
    sizes = np.log(curves[0].sizes)
    expected = np.stack([curve.expected for curve in curves])
    end = np.clip((expected > distances[:, None]).sum(axis=1), 1, len(sizes) - 1)
    each = np.arange(len(curves))
    above, below = expected[each, end - 1], expected[each, end]
    drop = np.where(above > below, above - below, 1.0)
    weight = np.clip((above - distances) / drop, 0.0, 1.0)
    return np.asarray(np.exp(sizes[end - 1] + weight * (sizes[end] - sizes[end - 1])))


def mean_curve(curves: Sequence[SampleCurve]) -> SampleCurve:
    """Curve of the mean distance over several tables."""
    return SampleCurve(curves[0].sizes, np.mean([curve.expected for curve in curves], axis=0))
