"""One number for two columns or two tables: the pure functions behind the checks.

They take pandas, polars, pyarrow or numpy, and give a plain float without interval,
reference or verdict; `synth_eval.evaluate` gives those. Cells are read as `evaluate` reads
them: ``True`` is ``"True"``, ``"$1,200"`` is 1200, a ``"?"`` among numbers is missing.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_eval.data.codes import bin_cells, cell_edges, quantile_edges
from synth_eval.data.kinds import infer_schema
from synth_eval.data.schema import Column, Schema
from synth_eval.data.source import Source, open_source
from synth_eval.data.table import AnyColumn, LevelColumn, NumberColumn, Table
from synth_eval.errors import InputError, UsageError
from synth_eval.stats import distances
from synth_eval.stats.empirical import EmpiricalDistribution, merged_steps

__all__ = [
    "jensen_shannon_distance",
    "ks_distance",
    "marginal_distance",
    "total_variation_distance",
    "wasserstein_distance",
]

FloatArray = npt.NDArray[np.float64]

_DAY = 86_400e6  # microseconds


def ks_distance(real: Any, synthetic: Any) -> float:
    """Kolmogorov-Smirnov distance: the largest gap between two distribution functions.

    Exact on all rows; missing values are left out. 0 is the same distribution, 1 no overlap.
    It sees shifts in the bulk; a lost tail or a lost spike can stay below it.

    Parameters
    ----------
    real, synthetic : pandas, polars or pyarrow column, numpy array or sequence, shape (rows,)
        Numbers or dates, in any order.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    InputError
        The columns are not numbers or dates, or one has no value.

    References
    ----------
    Kolmogorov (1933); Smirnov (1948).

    Examples
    --------
    >>> ks_distance([1, 2, 3, 4], [3, 4, 5, 6])
    0.5
    """
    first, second = _number_pair(real, synthetic)
    return distances.ks_distance(first, second).value


def wasserstein_distance(real: Any, synthetic: Any) -> float:
    """Wasserstein-1 distance: how far a value has to move on average.

    Exact on all rows; missing values are left out. It sees far tails that the
    Kolmogorov-Smirnov distance does not, and one absurd value can dominate it, as it
    dominates a mean.

    Parameters
    ----------
    real, synthetic : pandas, polars or pyarrow column, numpy array or sequence, shape (rows,)
        Numbers or dates, in any order.

    Returns
    -------
    float
        In the units of the numbers; days for dates.

    Raises
    ------
    InputError
        The columns are not numbers or dates, one has no value, or a value is infinite.

    References
    ----------
    Kantorovich (1942).

    Examples
    --------
    >>> wasserstein_distance([0, 1, 3], [5, 6, 8])
    5.0
    """
    first, second = _numbers(*_column_pair(real, synthetic))
    unit = _DAY if first.spec.kind == "datetime" else 1.0
    sides = [side.divided_by(unit) for side in _distributions(first, second)]
    if not all(np.isfinite(side.values[[0, -1]]).all() for side in sides):
        raise InputError("an infinite value is infinitely far away; remove infinities first")
    return distances.wasserstein_distance(*sides).value


def total_variation_distance(real: Any, synthetic: Any, *, bins: int | None = 100) -> float:
    """Total variation distance: the share of rows that would have to move.

    Missing values are a cell like any other, so a changed missing rate counts. 0 is the same
    distribution, 1 nothing in common.

    Parameters
    ----------
    real, synthetic : pandas, polars or pyarrow column, numpy array or sequence, shape (rows,)
        Levels, numbers or dates. Levels are compared one by one.
    bins : int or None
        Numbers and dates of more distinct real values are cut at the quantiles of the real
        column, frequent values kept apart and values outside the real range in a cell of
        their own. None compares every distinct value; columns that never repeat are then 1.

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    Gibbs, Su (2002), On choosing and bounding probability metrics.

    Examples
    --------
    >>> total_variation_distance(["a", "a", "b", "b"], ["a", "a", "a", "b"])
    0.25
    >>> total_variation_distance([True, False], ["True", "False"])
    0.0
    >>> round(total_variation_distance([1.0] * 9 + [None], [1.0] * 10), 9)
    0.1
    """
    p, q = _shares(*_column_pair(real, synthetic), bins)
    return float(0.5 * np.abs(p - q).sum())


def jensen_shannon_distance(real: Any, synthetic: Any, *, bins: int | None = 100) -> float:
    """Jensen-Shannon distance with logarithms to base 2: root of the divergence.

    Cells as in `total_variation_distance`. 0 is the same distribution, 1 nothing in common.
    Rare cells weigh more than in the total variation distance.

    Parameters
    ----------
    real, synthetic : pandas, polars or pyarrow column, numpy array or sequence, shape (rows,)
        Levels, numbers or dates.
    bins : int or None
        Cells of numbers and dates.

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    Lin (1991); Endres, Schindelin (2003), A new metric for probability distributions.

    Examples
    --------
    >>> round(jensen_shannon_distance(["a", "a", "b", "b"], ["a", "a", "a", "b"]) ** 2, 5)
    0.04879
    """
    return distances.jensen_shannon_distance(*_shares(*_column_pair(real, synthetic), bins))


def marginal_distance(
    real: Any, synthetic: Any, k: int = 3, *, bins: int = 5, levels: int = 5
) -> float:
    """Mean total variation distance over all sets of k columns, by the published protocol.

    Numbers and dates are cut at quantiles of the real table (distinct ones; bins closed on
    the right, the lowest value included), other columns keep their most frequent real levels,
    words such as ``?`` among them. All other levels and values outside the real range share one
    cell; missing is a cell of its own. The published figures use 100 bins and levels for
    ``k=1``, 10 for ``k=2`` and 5 for ``k=3``.

    It shrinks with the size of the tables even where nothing is wrong: compare with the
    distance of a holdout, or use `synth_eval.evaluate`, whose checks also keep other and
    unseen cells apart and give heaps of equal numbers a cell of their own.

    Parameters
    ----------
    real, synthetic : path, pandas, polars or pyarrow table
        Tables; columns are matched by name, additional synthetic ones are left out.
    k : int
        Columns per set.
    bins, levels : int
        Cells of numbers and of other columns.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    InputError
        A table cannot be read, or the synthetic one lacks a column.
    UsageError
        `k` is not between 1 and the number of columns.

    References
    ----------
    Platzer, Reutterer (2021), Holdout-based empirical assessment of mixed-type synthetic data.

    Examples
    --------
    >>> import pyarrow as pa
    >>> real = pa.table({"x": ["a", "a", "b", "b"], "y": ["c", "d", "c", "d"]})
    >>> synthetic = pa.table({"x": ["a", "a", "b", "b"], "y": ["c", "c", "d", "d"]})
    >>> [marginal_distance(real, synthetic, k=k) for k in (1, 2)]
    [0.0, 0.5]
    """
    sources = open_source(real, "real"), open_source(synthetic, "synthetic")
    # The protocol knows no words for missing cells: they are levels.
    typed = _typed_schema(sources[0]).columns
    schema = Schema(tuple(replace(c, missing=()) if c.is_discrete else c for c in typed))
    absent = sorted(set(schema.names) - set(map(str, sources[1].schema.names)))
    if absent:
        raise InputError(f"{sources[1].name}: column {absent[0]!r} is missing")
    if not 1 <= k <= len(schema.names):
        raise UsageError(f"k={k}: give a number between 1 and the {len(schema.names)} columns")
    table = Table(sources[0], schema)
    tables = table, Table(sources[1], schema, table)
    width = max(bins, levels) + 2
    coded = [_protocol_cells(name, tables, bins, levels) for name in schema.names]
    sets = list(combinations(coded, k))
    return float(np.mean([_joint_distance(chosen, width) for chosen in sets]))


def _joint_distance(columns: Any, width: int) -> float:
    shares = []
    for side in range(2):
        joint = np.zeros(len(columns[0][side]), np.intp)
        for cells in columns:
            joint = joint * width + cells[side]
        shares.append(np.bincount(joint, minlength=width ** len(columns)) / len(joint))
    return float(0.5 * np.abs(shares[0] - shares[1]).sum())


def _protocol_cells(
    name: str, tables: tuple[Table, Table], bins: int, levels: int
) -> list[npt.NDArray[np.intp]]:
    """Cells of one column in both tables: bins or levels, then other, then missing."""
    if not tables[0].schema[name].is_continuous:
        coded = [table.level_column(name) for table in tables]
        inside = min(levels, len(coded[0].levels))
        cells = [np.minimum(column.codes, inside).astype(np.intp) for column in coded]
    else:
        numbers = [table.number_column(name) for table in tables]
        edges = quantile_edges(numbers[0].values, bins)
        inside = max(len(edges) - 1, 1)
        cells = [bin_cells(column.values, edges, inside).astype(np.intp) for column in numbers]
    for table, codes in zip(tables, cells, strict=True):
        codes[table.column(name).missing] = inside + 1
    return cells


def _shares(first: AnyColumn, second: AnyColumn, bins: int | None) -> tuple[FloatArray, FloatArray]:
    """Shares of the cells of two columns, missing cells last."""
    cells: list[npt.NDArray[Any]]
    missing = [side.missing.mean() for side in (first, second)]
    if isinstance(first, LevelColumn) and isinstance(second, LevelColumn):
        cells = [side.codes[~side.missing] for side in (first, second)]
    else:
        sides = _numbers(first, second)
        real, other = _distributions(*sides, empty=True)
        if bins is None or len(real.values) <= bins or real.finite().rows == 0:
            grids = [np.stack(block[1:]) for block in merged_steps(real, other)]
            steps = np.diff(np.concatenate(grids, axis=1), prepend=0.0)
            return _with_missing(steps[0], missing[0]), _with_missing(steps[1], missing[1])
        edges = cell_edges(real, bins)
        cells = [bin_cells(side.values[~side.missing], edges, len(edges)) for side in sides]
    width = max((int(codes.max(initial=0)) for codes in cells), default=0) + 1
    counts = [np.bincount(codes, minlength=width) / max(len(codes), 1) for codes in cells]
    return _with_missing(counts[0], missing[0]), _with_missing(counts[1], missing[1])


def _with_missing(shares: FloatArray, missing: float) -> FloatArray:
    return np.append(shares * (1 - missing), missing)


def _number_pair(real: Any, synthetic: Any) -> tuple[EmpiricalDistribution, EmpiricalDistribution]:
    return _distributions(*_numbers(*_column_pair(real, synthetic)))


def _numbers(first: AnyColumn, second: AnyColumn) -> tuple[NumberColumn, NumberColumn]:
    if not isinstance(first, NumberColumn) or not isinstance(second, NumberColumn):
        held = "levels" if first.spec.is_discrete else f"{first.spec.kind}s"
        raise InputError(f"the columns hold {held}; give numbers or dates")
    return first, second


def _distributions(
    first: NumberColumn, second: NumberColumn, *, empty: bool = False
) -> tuple[EmpiricalDistribution, EmpiricalDistribution]:
    sides = [EmpiricalDistribution.of(side.values[~side.missing]) for side in (first, second)]
    for side, role in zip(sides, ("real", "synthetic"), strict=True):
        if side.rows == 0 and not empty:
            raise InputError(f"{role} column: no value that can be read")
    return sides[0], sides[1]


def _column_pair(real: Any, synthetic: Any) -> tuple[AnyColumn, AnyColumn]:
    """Two columns of any library under the kind of the real one."""
    sources = [
        open_source(_one_column(column, role), role)
        for column, role in ((real, "real"), (synthetic, "synthetic"))
    ]
    schema = _typed_schema(sources[0])
    table = Table(sources[0], schema)
    name = schema.names[0]
    first, second = table.column(name), Table(sources[1], schema, table).column(name)
    if second.unparseable:
        raise InputError(
            f"synthetic column: {second.unparseable:,} cells cannot be read as "
            f"{first.spec.kind}, which the real column is"
        )
    return first, second


def _one_column(column: Any, role: str) -> Any:
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return pa.table({"column": column})
    if hasattr(column, "to_frame") and type(column).__module__.partition(".")[0] == "pandas":
        return column.to_frame("column")
    if hasattr(column, "__arrow_c_stream__"):
        return pa.table({"column": pa.chunked_array(column)})
    values: Any = column if isinstance(column, list | tuple) else np.asarray(column)
    if getattr(values, "ndim", 1) != 1:
        raise InputError(f"{role} column: give one column, not {values.ndim} dimensions")
    try:
        return pa.table({"column": pa.array(values, from_pandas=True)})
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(f"{role} column: cells of several types cannot be compared") from error


def _typed_schema(source: Source) -> Schema:
    """Kinds for comparing: those by which tables are read, but every number is a number.

    No column is left out for being an identifier or text: its words are levels.
    """

    def settled(column: Column, stored: pa.DataType) -> Column:
        numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
        if any(test(stored) for test in numbers):
            return Column(column.name, "numerical", integer=column.integer)
        return replace(column, kind="categorical") if column.kind in ("id", "text") else column

    columns = infer_schema(source).columns
    return Schema(tuple(settled(*pair) for pair in zip(columns, source.schema.types, strict=True)))
