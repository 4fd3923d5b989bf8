"""Exact nearest neighbours of rows with numbers and levels, by blocked matrix products.

Numbers are put on the scale of the reference table's ranks, so that a distance of .1 means
"a tenth of the reference rows lies between", whatever the unit. Each level that differs
counts as much as two numbers from opposite ends. All coordinates are rounded to a grid of
integers small enough for the products to be exact in floating point: distances, ties and
neighbours do not depend on block sizes, threads or the matrix library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from synth_eval.stats.cpus import available_cpus, calm_threads

__all__ = [
    "EncodedRows",
    "MixedSpace",
    "Neighbours",
    "nearest",
    "squared_blocks",
    "thinned",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TAIL = 0.01
"""Share of reference rows on each side beyond which ranks give way to a straight line.

A choice: ranks say nothing of how far out an outlier is, lines let one stretch a scale."""

_STRETCH = 0.5
"""How far the straight line goes, in units of the whole scale: an outlier never counts as more
than two levels that differ (a choice)."""

_NARROW = 8
"""Tables of up to so many columns get the fine grid of double precision."""

_QUERY_ROWS, _BASE_ROWS = 128, 4096  # a choice: 2 to 4 MB a block of distances, which caches hold
_FINE_GRID = 1 << 20  # finer than the ranks of a million rows
_EXACT_BITS: dict[type[np.floating], int] = {np.float32: 24, np.float64: 53}  # of whole numbers
_KNOTS = np.linspace(0, 1, 101)  # a choice: the hundred steps of `thinned`
_HUGE = float(np.finfo(np.float64).max)  # spans that overflow are taken for this


@dataclass(frozen=True, slots=True)
class _Scale:
    """Ranks in the body of the reference, a straight line in its tails."""

    values: FloatArray
    ranks: FloatArray
    inner: tuple[float, float]
    unit: float

    @classmethod
    def fit(cls, reference: FloatArray) -> _Scale:
        finite = reference[np.isfinite(reference)]
        if len(finite) == 0:
            return cls(np.zeros(1), np.full(1, 0.5), (0.0, 0.0), 1.0)
        values, counts = np.unique(finite, return_counts=True)
        ranks = (np.cumsum(counts) - counts / 2) / len(finite)
        low, high = np.quantile(finite, [_TAIL, 1 - _TAIL])
        with np.errstate(over="ignore"):
            unit = float(high - low) or float(values[-1] - values[0]) or 1.0
        return cls(values, ranks, (float(low), float(high)), min(unit, _HUGE))

    def __call__(self, values: FloatArray) -> FloatArray:
        """Positions from about 0 to 1, up to half as far again beyond; missing in the middle."""
        low, high = self.inner
        known = np.where(np.isnan(values), low, values)
        inner = np.clip(known, low, high)
        with np.errstate(over="ignore", invalid="ignore"):
            inside = np.interp(inner, self.values, self.ranks)
        # Between neighbours as close as the smallest floats a slope is infinite.
        steep = ~np.isfinite(inside)
        if steep.any():
            place = np.searchsorted(self.values, inner[steep])
            inside[steep] = self.ranks[np.minimum(place, len(self.ranks) - 1)]
        with np.errstate(over="ignore"):
            beyond = np.maximum(known - high, 0.0) - np.maximum(low - known, 0.0)
            position = inside + np.clip(beyond / self.unit, -_STRETCH, _STRETCH)
        return np.where(np.isnan(values), 0.5, position)


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """Rows as a search reads them.

    Parameters
    ----------
    numbers : ndarray of float32 or float64, shape (rows, numbers)
        Whole numbers on the grid, centred.
    codes : ndarray of uint8, uint16 or int32, shape (codes, rows)
        One array per column of levels; equal codes are equal levels.
    """

    numbers: npt.NDArray[np.floating]
    codes: npt.NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: IntArray | slice) -> EncodedRows:
        """Some of the rows."""
        codes = self.codes[:, rows]  # numpy may lay a selection out by rows: slow to compare
        return EncodedRows(
            self.numbers[rows], codes if isinstance(rows, slice) else codes.copy("C")
        )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Result of a search.

    Parameters
    ----------
    distances : ndarray of float64, shape (queries, k)
        Distances to the k nearest rows, nearest first; one level apart is 1.
    rows : ndarray of int64, shape (queries, k)
        Which rows they are; of equally near ones the first.
    within : ndarray of int64, shape (queries,)
        How many rows lie within the radius of each query, the limit included; empty where no
        radii were given.
    """

    distances: FloatArray
    rows: IntArray
    within: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))


def thinned(values: FloatArray) -> FloatArray:
    """A hundred quantiles of a column in place of its values, for scales learned from one table.

    Ranks of every value would lay the rows of that table out evenly, as those of no other
    table are, and its rows would lie nearer to everything than fresh ones.

    Parameters
    ----------
    values : ndarray of float64, shape (rows,)
        Numbers; what is not finite is left out.
    """
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return finite
    return np.quantile(finite, _KNOTS, method="inverted_cdf")


class MixedSpace:
    """How rows with numbers and levels are encoded: learned from a reference table.

    Parameters
    ----------
    numbers : sequence of ndarray of float64, shape (rows,)
        Columns of numbers of the reference; NaN is missing.
    n_codes : int
        Number of columns of levels.
    """

    def __init__(self, numbers: Sequence[FloatArray], n_codes: int) -> None:
        self._scales = [_Scale.fit(values) for values in numbers]
        self.n_codes = n_codes
        columns = len(numbers) + n_codes
        self.dtype: type[np.floating] = np.float64 if columns <= _NARROW else np.float32
        # A squared distance is at most (1 + 2 · stretch)² per number and 1 per level or
        # missing mark; it must stay below the first whole number that the type skips.
        largest = (1 + 2 * _STRETCH) ** 2 * len(numbers) + n_codes + len(numbers) + 1
        limit = np.sqrt(2.0 ** _EXACT_BITS[self.dtype] / (2 * largest))
        self.grid = int(min(limit, _FINE_GRID))

    def encode(self, numbers: Sequence[FloatArray], codes: Sequence[IntArray]) -> EncodedRows:
        """Encode the rows of a table.

        Parameters
        ----------
        numbers : sequence of ndarray of float64, shape (rows,)
            Columns of numbers in the order of the reference; NaN is missing.
        codes : sequence of ndarray of int, shape (rows,)
            Columns of levels; any whole numbers, missing as a level of its own.
        """
        if len(numbers) != len(self._scales) or len(codes) != self.n_codes:
            raise ValueError("the columns differ from those of the reference")
        rows = len((*numbers, *codes)[0]) if self._scales or self.n_codes else 0
        positions = np.empty((rows, len(self._scales)), self.dtype)
        for place, (scale, values) in enumerate(zip(self._scales, numbers, strict=True)):
            positions[:, place] = np.rint((scale(values) - 0.5) * self.grid)
        marks = [np.isnan(values).astype(np.int64) for values in numbers]
        levels = [np.asarray(column, np.int64) + 1 for column in codes]
        return EncodedRows(positions, _stack([*levels, *marks], rows))


def _stack(columns: Sequence[IntArray], rows: int) -> npt.NDArray[np.integer]:
    """Columns of whole numbers from 0, as the smallest type that holds them."""
    top = max((int(column.max(initial=0)) for column in columns), default=0)
    kind: type[np.integer] = np.uint8 if top < 256 else np.uint16 if top < 65_536 else np.int32
    stacked = np.empty((len(columns), rows), kind)
    for place, column in enumerate(columns):
        stacked[place] = column
    return stacked


def nearest(
    queries: EncodedRows,
    base: EncodedRows,
    grid: int,
    k: int = 1,
    radii: FloatArray | None = None,
) -> Neighbours:
    """Exact k nearest rows of `base` for every query row.

    Time is proportional to queries × rows of `base` × columns (about 3 ns for 15 columns),
    memory to one block of it.

    Parameters
    ----------
    queries, base : EncodedRows
        Rows of one `MixedSpace`.
    grid : int
        Grid of the space.
    k : int
        Neighbours per query, at most the rows of `base`.
    radii : ndarray of float64, shape (queries,), optional
        A distance per query, in units of one differing level: also count the rows within it.

    Returns
    -------
    Neighbours
        Distances in units of one differing level, and rows.

    Examples
    --------
    >>> import numpy as np
    >>> space = MixedSpace([np.arange(100.0)], 1)
    >>> rows = space.encode([np.arange(100.0)], [np.zeros(100, int)])
    >>> found = nearest(rows.take(np.array([7])), rows, space.grid, k=2)
    >>> found.rows[0].tolist(), found.distances[0].round(2).tolist()
    ([7, 6], [0.0, 0.01])
    """
    if not 1 <= k <= len(base):
        raise ValueError(f"cannot find {k} neighbours among {len(base)} rows")
    best = np.full((len(queries), k), np.inf)
    rows = np.zeros((len(queries), k), np.int64)
    limits = None if radii is None else np.rint((radii * grid) ** 2)
    within = np.zeros(0 if radii is None else len(queries), np.int64)

    def search(part: slice) -> None:
        for query, start, squares in squared_blocks(queries.take(part), base, grid):
            inside = None
            if limits is not None:
                inside = limits[part][query].astype(squares.dtype), within[part][query]
            _merge(best[part][query], rows[part][query], squares, start, inside)

    # The processors share the queries, with one matrix thread each: threads of the matrix library
    # would wait for every small block in a busy loop.
    threads = max(min(available_cpus(), len(queries) // _QUERY_ROWS), 1)
    step = max(-(-len(queries) // threads), 1)
    parts = [
        slice(start, min(start + step, len(queries))) for start in range(0, len(queries), step)
    ]
    with calm_threads(), ThreadPoolExecutor(threads) as pool:
        list(pool.map(search, parts))
    return Neighbours(np.sqrt(best) / grid, rows, within)


def squared_blocks(
    queries: EncodedRows, base: EncodedRows, grid: int
) -> Iterator[tuple[slice, int, npt.NDArray[np.floating]]]:
    """Blocks of squared distances in grid units: query rows, first row of base, values.

    The array is overwritten by the next block.
    """
    left, right = _augmented(queries.numbers, base.numbers)
    kind = left.dtype
    informative = [
        (codes, others)
        for codes, others in zip(queries.codes, base.codes, strict=True)
        if not (codes == others[0]).all() or not (others == others[0]).all()
    ]
    width = min(_BASE_ROWS, len(base))
    values = np.empty((_QUERY_ROWS, width), kind)
    scaled = np.empty_like(values)
    differs = np.empty(values.shape, np.bool_)
    narrow: type[np.integer] = np.uint8 if len(informative) < 256 else np.uint16
    count = np.empty(values.shape, narrow)
    for first in range(0, len(queries), _QUERY_ROWS):
        query = slice(first, min(first + _QUERY_ROWS, len(queries)))
        for start in range(0, len(base), width):
            found = slice(start, min(start + width, len(base)))
            here = (slice(0, query.stop - first), slice(0, found.stop - start))
            block = values[here]
            np.matmul(left[query], right[found].T, out=block)
            if informative:
                count[here] = 0
                for codes, others in informative:
                    np.not_equal(codes[query, None], others[None, found], out=differs[here])
                    np.add(count[here], differs[here].view(np.uint8), out=count[here])
                np.multiply(count[here], kind.type(grid) ** 2, out=scaled[here])
                block += scaled[here]
            yield query, start, block


def _augmented(
    queries: npt.NDArray[np.floating], base: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
    """Rows whose products are squared distances: ``-2ab + |a|² + |b|²``."""

    def squares(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        return np.asarray(np.einsum("ij,ij->i", rows, rows)[:, None])

    def ones(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        return np.ones((len(rows), 1), rows.dtype)

    two = queries.dtype.type(2)
    return (
        np.hstack([-two * queries, squares(queries), ones(queries)]),
        np.hstack([base, ones(base), squares(base)]),
    )


def _merge(
    best: FloatArray,
    rows: IntArray,
    squares: npt.NDArray[np.floating],
    start: int,
    inside: tuple[npt.NDArray[np.floating], IntArray] | None,
) -> None:
    """Put the rows of a block that are nearer than the k-th so far into the lists, in place.

    With limits and counts, `inside`, rows within the limit of each query are counted on the way.
    """
    k, width = best.shape[1], squares.shape[1]
    if k == 1:
        at = squares.argmin(axis=1)
        found = squares[np.arange(len(squares)), at]
        nearer = found < best[:, 0]
        best[nearer, 0] = found[nearer]
        rows[nearer, 0] = at[nearer] + start
        if inside is not None:
            # Places of the few that are within take a quarter of the time of a sum of truths.
            within = np.flatnonzero(squares <= inside[0][:, None])
            inside[1][:] += np.bincount(within // width, minlength=len(best))
        return
    limit = best[:, -1].astype(squares.dtype)
    is_first = not np.isfinite(limit).all() and width > k
    if is_first:
        limit = np.minimum(limit, np.partition(squares, k - 1, axis=1)[:, k - 1])
    # One look at all distances of the block; what follows is about the few that are near.
    bound = limit if inside is None else np.maximum(limit, inside[0])
    query, column = np.divmod(np.flatnonzero(squares <= bound[:, None]), width)
    if len(query) == 0:
        return
    near = squares[query, column]
    if inside is not None:
        inside[1][:] += np.bincount(query[near <= inside[0][query]], minlength=len(best))
    nearer = near <= limit[query] if is_first else near < limit[query]
    query, column, near = query[nearer], column[nearer], near[nearer]
    if len(query) == 0:
        return
    values = np.concatenate([best.ravel(), near])
    owner = np.concatenate([np.repeat(np.arange(len(best)), k), query])
    place = np.concatenate([rows.ravel(), column + start])
    order = np.lexsort((place, values, owner))
    first = np.searchsorted(owner[order], np.arange(len(best)))
    chosen = order[first[:, None] + np.arange(k)]
    best[...] = values[chosen]
    rows[...] = place[chosen]
