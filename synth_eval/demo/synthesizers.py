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

from synth_eval.data.schema import infer_schema
from synth_eval.data.source import open_source

__all__ = ["SYNTHESIZERS", "Synthesizer", "copula", "leaky", "marginals"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Synthesizer = Callable[[pa.Table, int, np.random.Generator], pa.Table]

_EXACT_SHARE = 0.2
_JITTER = 0.03
"""Standard deviation of the noise on leaked numbers, in interquartile ranges."""
_SHARED_BY = 0.05
"""A number that at least this share of the rows has names nobody; it is leaked as it is."""
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

    Numbers are interpolated between order statistics, so they stay inside the real range;
    levels are cut from cumulative frequencies, the most frequent first; missing numbers
    have a score of their own. Keeps monotone dependence of pairs; loses rules and every
    other dependence; copies nobody.

    Source: Nelsen, An Introduction to Copulas (2nd edition, 2006), sections 2.9 and 5.1.
    """
    columns = _columns(real)
    numbers = {name for name, column in columns.items() if _is_number(column.type)}
    scores = {
        name: _number_scores(_numbers(column)) if name in numbers else _level_scores(column)
        for name, column in columns.items()
    }
    gaps = {
        name: _normal_scores(_missing(columns[name]).astype(np.float64))
        for name in columns
        if name in numbers and columns[name].null_count
    }
    latent = _sample_alike([*scores.values(), *gaps.values()], rows, rng)
    made = {}
    for uniform, (name, column) in zip(latent, columns.items(), strict=False):
        if name not in numbers:
            made[name] = _cut_levels(column, uniform)
            continue
        gone = np.zeros(rows, bool)
        if name in gaps:
            position = len(columns) + list(gaps).index(name)
            gone = latent[position] > 1 - column.null_count / len(column)
        made[name] = _interpolate(column, uniform, gone)
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
        kept = column.take(pa.array(picked))
        if _is_number(column.type) and pc.count_distinct(column).as_py() > _FEW_NUMBERS:
            noise = _noise(_numbers(column), picked, rng)
            noise[exact] = 0.0
            values = np.clip(_numbers(kept) + noise, *_range(column))
            kept = _restore(values, _missing(kept), column.type)
        made[name] = kept
    return _build(real, rows, made)


SYNTHESIZERS: Mapping[str, Synthesizer] = {
    "copula": copula,
    "leaky": leaky,
    "marginals": marginals,
}
"""The reference synthesizers by name."""


def _columns(real: pa.Table) -> dict[str, pa.Array]:
    """Columns that carry information about people: all but identifiers."""
    schema = infer_schema(open_source(real, "real"))
    names = [column.name for column in schema.columns if column.kind != "id"]
    return {name: _decoded(real.column(name)) for name in names}


def _decoded(column: pa.ChunkedArray) -> pa.Array:
    flat = pa.concat_arrays(column.chunks)
    return flat.cast(flat.type.value_type) if pa.types.is_dictionary(flat.type) else flat


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


def _restore(values: Floats, missing: Flags, kind: pa.DataType) -> pa.Array:
    """Inverse of `_numbers`; columns of whole numbers stay whole."""
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.array(values, mask=missing).cast(kind)
    whole = np.where(missing, 0.0, np.rint(values)).astype(np.int64)
    ticks = _ticks(kind) if pa.types.is_temporal(kind) else kind
    return pa.array(whole, mask=missing).cast(ticks).cast(kind)


def _range(column: pa.Array) -> tuple[float, float]:
    values = _numbers(column)
    return float(np.nanmin(values)), float(np.nanmax(values))


def _normal_scores(values: Floats) -> Floats:
    """Normal quantile of the mid-rank of each value."""
    from scipy.special import ndtri  # a quarter of a second

    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(values)
    return np.asarray(ndtri(middle)[codes], np.float64)


def _number_scores(values: Floats) -> Floats:
    """Normal scores of the present values; a missing one scores in the middle."""
    scores = np.zeros(len(values))
    present = ~np.isnan(values)
    if present.any():
        scores[present] = _normal_scores(values[present])
    return scores


def _by_frequency(column: pa.Array) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Levels (a missing one among them) and their counts, the most frequent first."""
    counted = column.value_counts()
    counts = counted.field("counts").to_numpy()
    order = np.argsort(-counts, kind="stable")
    return counted.field("values").take(pa.array(order)), counts[order]


def _level_scores(column: pa.Array) -> Floats:
    levels, _ = _by_frequency(column)
    codes = pc.index_in(column, value_set=levels).to_numpy(zero_copy_only=False)
    return _normal_scores(codes.astype(np.float64))


def _sample_alike(scores: list[Floats], rows: int, rng: np.random.Generator) -> Floats:
    """Uniform numbers, shape (scores, rows), with the correlation matrix of the scores."""
    from scipy.special import ndtr  # a quarter of a second

    centred = np.array([score - score.mean() for score in scores])
    spread = np.sqrt((centred**2).mean(axis=1))
    standard = centred / np.where(spread > 0, spread, 1.0)[:, None]
    correlation = standard @ standard.T / standard.shape[1]
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(ndtr(root @ rng.standard_normal((len(scores), rows))), np.float64)


def _cut_levels(column: pa.Array, uniform: Floats) -> pa.Array:
    levels, counts = _by_frequency(column)
    bounds = np.cumsum(counts)[:-1] / len(column)
    return levels.take(pa.array(np.searchsorted(bounds, uniform)))


def _interpolate(column: pa.Array, uniform: Floats, gone: Flags) -> pa.Array:
    ordered = np.sort(_numbers(column.drop_null()))
    if len(ordered) == 0:
        return pa.nulls(len(uniform), column.type)
    values = np.interp(uniform * (len(ordered) - 1), np.arange(len(ordered)), ordered)
    return _restore(values, gone, column.type)


def _noise(values: Floats, picked: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Noise for the picked rows; numbers that many rows share get none."""
    present = values[~np.isnan(values)]
    distinct, counts = np.unique(present, return_counts=True)
    shared = distinct[counts >= _SHARED_BY * len(values)]
    free = present[~np.isin(present, shared)]
    low, high = np.quantile(free, [0.25, 0.75]) if len(free) else (0.0, 0.0)
    spread = _JITTER * (high - low)
    if (present == np.rint(present)).all():
        spread = max(spread, 1.0)
    noise = rng.normal(0.0, spread, len(picked))
    noise[np.isin(values[picked], shared)] = 0.0
    return np.asarray(noise, np.float64)
