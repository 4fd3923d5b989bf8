"""Three small generators that fail in known ways, so that a report can be seen to notice.

They are references for the evaluation, not tools for making synthetic data. Each takes the
real rows, a number of rows and a random generator, and keeps column types and, up to
chance, the share of missing cells. Identifiers are numbered anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.kinds import infer_schema
from synth_eval.data.source import nested_column, open_source

__all__ = ["SYNTHESIZERS", "Synthesizer", "copula", "leaky", "marginals"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Synthesizer = Callable[[pa.Table, int, np.random.Generator], pa.Table]

_EXACT_SHARE = 0.2  # of the rows, leaked as they are
_JITTER = 0.03
"""Standard deviation of the noise on leaked numbers, in interquartile ranges."""
_SHARED_BY = 0.03
"""A number that at least this share of the rows has is a heap: noise on it would show in its
column and hide nobody, so it is leaked as it is."""
_MOST_DECIMALS = 6  # that numbers are rounded to; beyond them floats are not exact
_FEW_NUMBERS = 20
"""Columns of at most so many different numbers are leaked as they are."""


def marginals(real: pa.Table, rows: int, rng: np.random.Generator) -> pa.Table:
    """Draw every column with replacement on its own: each perfect, no dependence between them.

    Must be NO-GO on fidelity and useless for models; copies no row beyond chance.
    """

    def draw(column: pa.Array) -> pa.Array:
        return column.take(pa.array(rng.integers(0, len(column), rows)))

    return _build(real, rows, {name: draw(column) for name, column in _columns(real).items()})


def copula(real: pa.Table, rows: int, rng: np.random.Generator) -> pa.Table:
    """Join the marginals by a Gaussian copula whose correlations are those of normal scores.

    Numbers are interpolated between order statistics, so they stay inside the real range.
    Levels are put in the order of the number that tells them apart best and cut from
    cumulative frequencies; that a number is missing has a score of its own. Keeps
    monotone dependence of pairs; loses rules and every other dependence; copies nobody.

    Source: Nelsen, An Introduction to Copulas (2nd edition, 2006), sections 2.9 and 5.1.
    """
    columns = _columns(real)
    numbers = {name for name, column in columns.items() if _is_number(column.type)}
    scores = {name: _number_scores(_numbers(columns[name])) for name in columns if name in numbers}
    levels = {
        name: _ordered_levels(column, list(scores.values()))
        for name, column in columns.items()
        if name not in numbers
    }
    for name, ordered in levels.items():
        scores[name] = _normal_scores(_codes(columns[name], ordered).astype(np.float64))
    gaps = {
        name: _normal_scores(_missing(columns[name]).astype(np.float64))
        for name in columns
        if name in numbers and columns[name].null_count
    }
    drawn = _sample_alike([*scores.values(), *gaps.values()], rows, rng)
    uniform = dict(zip(scores, drawn, strict=False))
    gap = dict(zip(gaps, drawn[len(scores) :], strict=True))
    made = {
        name: _interpolate(column, uniform[name], gap.get(name))
        if name in numbers
        else _cut_levels(column, levels[name], uniform[name])
        for name, column in columns.items()
    }
    return _build(real, rows, made)


def leaky(real: pa.Table, rows: int, rng: np.random.Generator) -> pa.Table:
    """Give out training rows, a fifth of them as they are, the others with noise on the numbers.

    Looks excellent in every number of fidelity and gives everybody away: must be NO-GO on
    privacy. Rows are used once before any is used twice.
    """
    picked = np.resize(rng.permutation(real.num_rows), rows)
    exact = rng.random(rows) < _EXACT_SHARE
    made = {}
    for name, column in _columns(real).items():
        copies = column.take(pa.array(picked))
        if _is_number(column.type) and pc.count_distinct(column).as_py() > _FEW_NUMBERS:
            noise = _noise(_numbers(column), picked, rng)
            noise[exact] = 0.0
            real_numbers = _numbers(column)
            lowest, highest = np.nanmin(real_numbers), np.nanmax(real_numbers)
            values = np.clip(_numbers(copies) + noise, lowest, highest)
            copies = _restore(values, _missing(copies), column)
        made[name] = copies
    return _build(real, rows, made)


SYNTHESIZERS: Mapping[str, Synthesizer] = {
    "copula": copula,
    "leaky": leaky,
    "marginals": marginals,
}
"""The reference synthesizers by name."""


def _columns(real: pa.Table) -> dict[str, pa.Array]:
    """Columns that carry information about people: all but identifiers."""
    source = open_source(real, "real")
    schema = infer_schema(source)
    for column in schema.columns:
        if column.kind == "vector":
            raise nested_column(source.name, column.name, real.schema.field(column.name).type)
    names = [column.name for column in schema.columns if column.kind != "id"]
    columns = {}
    for name in names:
        flat = pa.concat_arrays(real.column(name).chunks)
        is_coded = pa.types.is_dictionary(flat.type)
        columns[name] = flat.cast(flat.type.value_type) if is_coded else flat
    return columns


def _build(real: pa.Table, rows: int, made: Mapping[str, pa.Array]) -> pa.Table:
    """Table in the form of the real one, with new identifiers where none were made."""
    columns = []
    for field in real.schema:
        column = made.get(field.name)
        if column is None:
            column = pa.array(np.arange(1, rows + 1))
        columns.append(column.cast(field.type))
    return pa.Table.from_arrays(columns, names=real.column_names)


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_temporal(kind)
    )


def _missing(column: pa.Array) -> Flags:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False), bool)


def _numbers(column: pa.Array) -> Floats:
    """Numbers, or ticks of a date; NaN where missing."""
    if pa.types.is_temporal(column.type):
        column = column.cast(_ticks(column.type))
    values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.asarray(values, np.float64)


def _ticks(kind: pa.DataType) -> pa.DataType:
    return pa.int32() if kind.bit_width == 32 else pa.int64()


def _restore(values: Floats, missing: Flags, column: pa.Array) -> pa.Array:
    """Inverse of `_numbers`, with the type and as many decimals as the column has."""
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        decimals = _decimals(_numbers(column.drop_null()))
        rounded = values if decimals is None else np.round(values, decimals)
        return pa.array(rounded, mask=missing).cast(kind, safe=False)
    whole = np.where(missing, 0.0, np.rint(values)).astype(np.int64)
    ticks = _ticks(kind) if pa.types.is_temporal(kind) else kind
    return pa.array(whole, mask=missing).cast(ticks).cast(kind)


def _decimals(values: Floats) -> int | None:
    """Number of decimals all values are rounded to; None where they are not."""
    fitting = (d for d in range(_MOST_DECIMALS + 1) if (np.round(values, d) == values).all())
    return next(fitting, None)


def _normal_scores(values: Floats) -> Floats:
    """Mean of a standard normal variable over the share of the ranks that a value takes up."""
    from scipy.special import ndtri  # at use, see `synth_eval.stats`

    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    bounds = ndtri(np.concatenate([[0], np.cumsum(counts)]) / len(values))
    density = np.exp(-(bounds**2) / 2) / np.sqrt(2 * np.pi)
    means = -np.diff(density) * len(values) / counts
    return np.asarray(means[codes], np.float64)


def _number_scores(values: Floats) -> Floats:
    """Normal scores of the present values; a missing one scores in the middle."""
    scores = np.zeros(len(values))
    present = ~np.isnan(values)
    if present.any():
        scores[present] = _normal_scores(values[present])
    return scores


def _ordered_levels(column: pa.Array, scores: list[Floats]) -> pa.Array:
    """Levels (a missing one among them) by their mean on the score that differs most.

    The score is the one whose means explain most variance between the levels; without any
    numbers the most frequent level comes first.
    """
    counted = column.value_counts()
    levels, counts = counted.field("values"), counted.field("counts").to_numpy()
    codes = _codes(column, levels)
    means = [np.bincount(codes, score, len(levels)) / counts for score in scores]
    explained = [(counts * mean**2).sum() for mean in means]
    order = means[int(np.argmax(explained))] if means else -counts
    return levels.take(pa.array(np.argsort(order, kind="stable")))


def _codes(column: pa.Array, levels: pa.Array) -> npt.NDArray[np.int64]:
    positions = pc.index_in(column, value_set=levels).to_numpy(zero_copy_only=False)
    return np.asarray(positions, np.int64)


def _sample_alike(scores: list[Floats], rows: int, rng: np.random.Generator) -> Floats:
    """Uniform numbers, shape (scores, rows), whose normal quantiles correlate as given.

    Scores are means of normal variables over intervals, so their variance is below one;
    dividing by it recovers the correlation of the variables behind them.
    """
    from scipy.special import ndtr  # at use, see `synth_eval.stats`

    normal_scores = np.array(scores)
    covariance = normal_scores @ normal_scores.T / normal_scores.shape[1]
    spread = np.maximum(np.diag(covariance), 1e-12)
    correlation = np.clip(covariance / np.outer(spread, spread), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    root /= np.linalg.norm(root, axis=1, keepdims=True)
    return np.asarray(ndtr(root @ rng.standard_normal((len(scores), rows))), np.float64)


def _cut_levels(column: pa.Array, levels: pa.Array, uniform: Floats) -> pa.Array:
    counts = np.bincount(_codes(column, levels), minlength=len(levels))
    bounds = np.cumsum(counts)[:-1] / len(column)
    return levels.take(pa.array(np.searchsorted(bounds, uniform)))


def _interpolate(column: pa.Array, uniform: Floats, gap: Floats | None) -> pa.Array:
    """Quantiles of the column; missing where `gap` is in the upper share that real cells are."""
    ordered = np.sort(_numbers(column.drop_null()))
    if len(ordered) == 0:
        return pa.nulls(len(uniform), column.type)
    values = np.interp(uniform * (len(ordered) - 1), np.arange(len(ordered)), ordered)
    gone = np.zeros(len(values), bool) if gap is None else gap > len(ordered) / len(column)
    return _restore(values, gone, column)


def _noise(values: Floats, picked: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Noise for the picked rows; numbers that many rows share get none."""
    present = values[~np.isnan(values)]
    distinct, counts = np.unique(present, return_counts=True)
    shared = distinct[counts >= _SHARED_BY * len(values)]
    free = present[~np.isin(present, shared)]
    low, high = np.quantile(free, [0.25, 0.75]) if len(free) else (0.0, 0.0)
    spread = _JITTER * (high - low)
    if (present == np.rint(present)).all():
        spread = max(spread, 1.0) if spread > 0.5 else 0.0  # less than a step is no noise
    noise = rng.normal(0.0, spread, len(picked))
    noise[np.isin(values[picked], shared)] = 0.0
    return np.asarray(noise, np.float64)
