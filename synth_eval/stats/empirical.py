"""Empirical distribution functions: one sort, from which all exact one-column numbers follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["EmpiricalDistribution", "merged_steps"]

FloatArray = npt.NDArray[np.float64]

_HUGE = 1e300  # differences of smaller numbers are finite
_MERGE_STEPS = 1 << 16  # a choice: half a megabyte an array, however many steps there are


@dataclass(frozen=True, slots=True)
class EmpiricalDistribution:
    """Distinct values of a sample and how many rows lie at or below each of them.

    Parameters
    ----------
    values : ndarray of float64, shape (steps,)
        Distinct values, rising; infinities are ordered like numbers.
    cumulative : ndarray of int64 or int32, shape (steps,)
        Rows at or below each value; the last one is the number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> steps = EmpiricalDistribution.of(np.array([3.0, 1.0, 1.0, 2.0]))
    >>> steps.values, steps.cumulative
    (array([1., 2., 3.]), array([2, 3, 4], dtype=int32))
    """

    values: FloatArray
    cumulative: npt.NDArray[np.signedinteger[Any]]

    @classmethod
    def of(cls, sample: FloatArray | EmpiricalDistribution) -> EmpiricalDistribution:
        """Sort a sample, shape (rows,), without missing values."""
        if isinstance(sample, EmpiricalDistribution):
            return sample
        ordered = np.sort(sample)
        last = np.ones(len(ordered), bool)
        np.not_equal(ordered[1:], ordered[:-1], out=last[:-1])
        # Half the memory wherever the number of rows allows it.
        kind = np.int32 if len(ordered) < 2**31 else np.int64
        ranks: npt.NDArray[Any] = np.arange(1, len(ordered) + 1, dtype=kind)
        return cls(ordered, ranks) if last.all() else cls(ordered[last], ranks[last])

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.cumulative[-1]) if len(self.cumulative) else 0

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return int(self.values.nbytes + self.cumulative.nbytes)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Rows of each distinct value, shape (steps,)."""
        return np.diff(self.cumulative, prepend=0).astype(np.int64)

    def sample(self) -> FloatArray:
        """The values as rows, rising, shape (rows,)."""
        return np.asarray(np.repeat(self.values, self.counts))

    def finite(self) -> EmpiricalDistribution:
        """The distribution of the finite values alone."""
        first = int(np.searchsorted(self.values, -np.inf, side="right"))
        end = int(np.searchsorted(self.values, np.inf, side="left"))
        if end - first == len(self.values):
            return self
        below = self.cumulative[first - 1] if first else 0
        return EmpiricalDistribution(self.values[first:end], self.cumulative[first:end] - below)

    def without(self, values: FloatArray) -> EmpiricalDistribution:
        """The distribution of the other values."""
        if len(values) == 0:
            return self
        keep = ~np.isin(self.values, values)
        return EmpiricalDistribution(self.values[keep], np.cumsum(self.counts[keep]))

    def blocks(self) -> Iterator[slice]:
        """Steps in blocks that bound the memory of what is computed from them."""
        for start in range(0, len(self.values), _MERGE_STEPS):
            yield slice(start, start + _MERGE_STEPS)

    def divided_by(self, unit: float) -> EmpiricalDistribution:
        """The same rows in another, positive unit."""
        return EmpiricalDistribution(self.values / unit, self.cumulative)

    def quantiles(self, shares: FloatArray) -> FloatArray:
        """Linear quantiles of finite values, to the last bit those of `numpy.quantile`."""
        place = np.asarray(shares) * (self.rows - 1)
        below = np.floor(place)
        weight = place - below
        low, high = self._at(below), self._at(np.minimum(below + 1, self.rows - 1))
        # A quarter keeps the difference of two huge numbers finite.
        scale = 0.25 if np.abs(self.values[[0, -1]]).max() > _HUGE else 1.0
        step = high * scale - low * scale
        lower = weight < 0.5
        part = np.where(lower, weight, weight - 1)
        return np.asarray(np.where(lower, low, high) + step * part / scale, np.float64)

    def _at(self, ranks: FloatArray) -> FloatArray:
        """Values of the rows of these ranks, counted from 0."""
        return self.values[np.searchsorted(self.cumulative, ranks, side="right")]


def merged_steps(
    first: EmpiricalDistribution, second: EmpiricalDistribution
) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
    """Both distribution functions at the distinct values of both samples, in rising blocks.

    Yields
    ------
    values, first, second : ndarray of float64, shape (steps,)
        Values and the shares of each sample at or below them. Blocks bound the memory.
    """
    done_first = done_second = 0
    while done_first < len(first.values) or done_second < len(second.values):
        ends = (done_first + _MERGE_STEPS, done_second + _MERGE_STEPS)
        cut = min(
            (side.values[end] for end, side in zip(ends, (first, second), strict=True)
             if end < len(side.values)),
            default=np.inf,
        )  # fmt: skip
        end_first = int(np.searchsorted(first.values, cut, side="right"))
        end_second = int(np.searchsorted(second.values, cut, side="right"))
        yield _merge(first, slice(done_first, end_first), second, slice(done_second, end_second))
        done_first, done_second = end_first, end_second


def _merge(
    first: EmpiricalDistribution, of_first: slice, second: EmpiricalDistribution, of_second: slice
) -> tuple[FloatArray, FloatArray, FloatArray]:
    both = np.concatenate([first.values[of_first], second.values[of_second]])
    order = np.argsort(both, kind="stable")  # two rising runs: one pass
    grid = both[order]
    passed = np.cumsum(order < of_first.stop - of_first.start)
    last = np.append(grid[1:] != grid[:-1], True)
    passed_first, grid = passed[last], grid[last]
    passed_second = np.flatnonzero(last) + 1 - passed_first
    return (
        grid,
        _reached(first, of_first)[passed_first] / first.rows,
        _reached(second, of_second)[passed_second] / second.rows,
    )


def _reached(side: EmpiricalDistribution, block: slice) -> npt.NDArray[np.int64]:
    """Rows at or below 0, 1, 2, ... values of the block."""
    before = side.cumulative[block.start - 1] if block.start else 0
    return np.concatenate([[before], side.cumulative[block]])
