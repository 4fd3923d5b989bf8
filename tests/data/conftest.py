"""One table with every kind of column, and the forms it can be handed over in."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

ROWS = 300


def every_kind(rows: int = ROWS, seed: int = 0) -> pa.Table:
    """Numbers, levels, flags and dates, with missing cells and awkward names."""
    rng = np.random.default_rng(seed)
    gone = rng.random((4, rows)) < 0.1
    moments = rng.integers(0, 2_000_000_000, rows)
    words = np.array(["north", "Süd", 'a "quoted", word', "<b>bold</b>", "👋🏽"])
    return pa.table(
        {
            "größe 📏": pa.array(rng.normal(170, 10, rows), mask=gone[0]),
            "<script>": pa.array(rng.integers(-5, 90, rows), mask=gone[1]),
            "level, with comma": pa.array(rng.choice(words, rows), mask=gone[2]),
            "flag": pa.array(rng.random(rows) < 0.3, mask=gone[3]),
            "date": pa.array((moments // 86_400).astype(np.int32), pa.int32()).cast(pa.date32()),
            "moment": pa.array(moments, pa.timestamp("s")),
            "zoned": pa.array(moments * 1_000_000, pa.timestamp("us", tz="UTC")),
        }
    )


class Stream:
    """Anything with the Arrow C stream interface."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


def _csv(table: pa.Table, folder: Path) -> Path:
    csv.write_csv(table, folder / "table.csv")
    return folder / "table.csv"


def _csv_gz(table: pa.Table, folder: Path) -> Path:
    path = folder / "table.csv.gz"
    path.write_bytes(gzip.compress(_csv(table, folder).read_bytes()))
    return path


def _pandas_csv(table: pa.Table, folder: Path) -> Path:
    table.to_pandas().to_csv(folder / "pandas.csv", index=False)
    return folder / "pandas.csv"


def _parquet(table: pa.Table, folder: Path) -> Path:
    pq.write_table(table, folder / "table.parquet", row_group_size=70)
    return folder / "table.parquet"


FORMS: dict[str, Callable[[pa.Table, Path], Any]] = {
    "csv": _csv,
    "csv.gz": _csv_gz,
    "csv by pandas": _pandas_csv,
    "parquet": _parquet,
    "path as text": lambda table, folder: str(_parquet(table, folder)),
    "pandas": lambda table, _: table.to_pandas(),
    "pandas on arrow": lambda table, _: table.to_pandas(types_mapper=_arrow_backed),
    "polars": lambda table, _: pl.DataFrame(table),
    "arrow in chunks": lambda table, _: pa.Table.from_batches(table.to_batches(max_chunksize=37)),
    "record batch": lambda table, _: table.combine_chunks().to_batches()[0],
    "arrow stream": lambda table, _: Stream(table),
}


def _arrow_backed(kind: pa.DataType) -> Any:
    import pandas as pd

    return pd.ArrowDtype(kind)


@pytest.fixture(params=FORMS)
def in_form(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[pa.Table], Any]:
    """Function that hands a table over in one of the forms."""
    return lambda table: FORMS[request.param](table, tmp_path)


@pytest.fixture
def mixed() -> pa.Table:
    """Table with every kind of column."""
    return every_kind()
