"""Seeded pairs of Parquet tables to measure on.

Columns are cut from a few common factors, so they depend on each other; in the synthetic
table the factors count for less, categories below one row in two thousand are dropped, and
one row in two hundred is an exact copy of a real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["SHAPES", "Shape", "write_pair"]

FloatArray = npt.NDArray[np.float64]

_CHUNK_ROWS = 250_000
_FACTORS = 4
_MISSING = 0.02
_COPIED = 0.005
_RARE = 0.0005
_DAMPING = 0.8


@dataclass(frozen=True)
class Shape:
    """Rows, and the form of every column."""

    name: str
    rows: int
    forms: tuple[str, ...]


_NUMBERS = ("normal", "lognormal", "zeros", "age", "uniform", "pareto")
_CATEGORIES = ("levels 2", "levels 3", "levels 5", "levels 8", "levels 20", "levels 50",
               "levels 500")  # fmt: skip
_MIXED = (*_NUMBERS, *_CATEGORIES, "label", "moment", "flag")


def _cycle(forms: tuple[str, ...], length: int) -> tuple[str, ...]:
    return tuple(forms[i % len(forms)] for i in range(length))


_WIDE = (*_cycle(_NUMBERS, 120), *_cycle(_CATEGORIES, 69), "label", *["moment"] * 6, *["flag"] * 4)
_LONG = (*_cycle(_NUMBERS, 5), "levels 5", "levels 20", "levels 500", "moment", "flag")

SHAPES = {
    shape.name: shape
    for shape in (
        Shape("10k x 16", 10_000, _MIXED),
        Shape("100k x 16", 100_000, _MIXED),
        Shape("1M x 16", 1_000_000, _MIXED),
        Shape("20k x 200", 20_000, _WIDE),
        Shape("5k x 500", 5_000, _cycle(_MIXED, 500)),
        Shape("10M x 10", 10_000_000, _LONG),
    )
}


def write_pair(shape: Shape, folder: Path, seed: int = 7) -> tuple[Path, Path]:
    """Write ``real.parquet`` and ``synthetic.parquet`` unless they are there already."""
    folder = folder / f"{shape.rows}x{len(shape.forms)}-{seed}"
    paths = folder / "real.parquet", folder / "synthetic.parquet"
    if all(path.is_file() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    partial = [path.with_suffix(".partial") for path in paths]
    writers: list[Any] = []
    for pair in _chunks(shape, seed):
        for number, table in enumerate(pair):
            if len(writers) <= number:
                writers.append(pq.ParquetWriter(partial[number], table.schema))
            writers[number].write_table(table)
    for writer, unfinished, path in zip(writers, partial, paths, strict=True):
        writer.close()
        unfinished.rename(path)
    return paths


def _chunks(shape: Shape, seed: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    rng = np.random.default_rng(seed)
    loadings = rng.uniform(-0.45, 0.45, (len(shape.forms), _FACTORS))
    for start in range(0, shape.rows, _CHUNK_ROWS):
        rows = min(_CHUNK_ROWS, shape.rows - start)
        real = _table(shape, loadings, rows, rng)
        synthetic = _table(shape, loadings * _DAMPING, rows, rng, made=True)
        copies = max(int(rows * _COPIED), 1)
        yield real, pa.concat_tables([real.slice(0, copies), synthetic.slice(copies)])


def _table(
    shape: Shape, loadings: FloatArray, rows: int, rng: np.random.Generator, made: bool = False
) -> pa.Table:
    factors = rng.standard_normal((rows, _FACTORS))
    columns = {}
    for number, form in enumerate(shape.forms):
        own = loadings[number]
        latent = factors @ own + rng.standard_normal(rows) * np.sqrt(1 - own @ own)
        missing = rng.random(rows) < _MISSING
        columns[f"{form.replace(' ', '_')}_{number}"] = _column(form, latent, missing, made)
    return pa.table(columns)


def _column(
    form: str, latent: FloatArray, missing: npt.NDArray[np.bool_], made: bool
) -> pa.Array | pa.DictionaryArray:
    if form in _NUMBERS:
        return pa.array(_number(form, latent), mask=missing)
    if form == "moment":
        seconds = (1.6e9 + 3e7 * latent).astype(np.int64)
        return pa.array(seconds, mask=missing).cast(pa.timestamp("s"))
    if form == "flag":
        return pa.array(latent > 0.3, mask=missing)
    shares = np.array([0.9, 0.099, 0.001]) if form == "label" else _zipf(int(form.split()[1]))
    if made and form != "label":
        shares = np.where(shares < _RARE, 0.0, shares)
    codes = np.searchsorted(np.cumsum(shares / shares.sum())[:-1], _normal_cdf(latent))
    levels = pa.array([f"level {number}" for number in range(len(shares))])
    return levels.take(pa.array(codes, mask=missing))


def _number(form: str, latent: FloatArray) -> npt.NDArray[Any]:
    if form == "lognormal":
        return np.round(np.exp(8 + 1.2 * latent), 2)
    if form == "zeros":
        return np.where(latent < 0.8, 0.0, np.round(1_000 * np.exp(latent), 0))
    if form == "age":
        return np.clip(45 + 16 * latent, 17, 95).astype(np.int64)
    if form == "uniform":
        return _normal_cdf(latent)
    if form == "pareto":
        return (1 - _normal_cdf(latent)) ** -0.5
    return latent


def _zipf(levels: int) -> FloatArray:
    weights = 1 / np.arange(1, levels + 1)
    return weights / weights.sum()


def _normal_cdf(latent: FloatArray) -> FloatArray:
    """Logistic approximation of the normal distribution function; only its shape matters."""
    return 1 / (1 + np.exp(-1.702 * latent))
