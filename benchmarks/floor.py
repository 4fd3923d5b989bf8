"""The least that any program must do to compare two Parquet tables, in one thread.

Read both tables, one sort per column of numbers or dates, one bincount per column of
levels, one two-dimensional histogram per pair of columns.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_BINS = 20


class NoPandas:
    """Keeps pyarrow from importing pandas, which nothing here needs."""

    @staticmethod
    def find_spec(name: str, *_: Any) -> None:
        if name == "pandas":
            raise ImportError(name)


def cells(column: pa.ChunkedArray, edges: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Small integers of a column; edges of the first table serve the second one."""
    if pa.types.is_string(column.type) or pa.types.is_boolean(column.type):
        coded = column.combine_chunks().dictionary_encode()
        codes = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
        np.bincount(codes)
        return np.minimum(codes, _BINS - 1).astype(np.intp)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    values = column.to_numpy().astype(np.float64)
    ordered = np.sort(values)
    if name not in edges:
        known = ordered[: len(ordered) - int(np.isnan(values).sum())]
        steps = np.linspace(0, len(known) - 1, _BINS)[1:-1].astype(int)
        edges[name] = known[steps]
    return np.searchsorted(edges[name], values).astype(np.intp)


def main(paths: list[str]) -> None:
    edges: dict[str, np.ndarray] = {}
    for path in paths:
        table = pq.ParquetFile(path).read(use_threads=False)
        coded = [cells(table.column(name), edges, name) for name in table.column_names]
        for i, first in enumerate(coded):
            for second in coded[i + 1 :]:
                np.bincount(first * _BINS + second, minlength=_BINS * _BINS)


if __name__ == "__main__":
    sys.meta_path.insert(0, NoPandas)
    pa.set_cpu_count(1)
    main(sys.argv[1:])
