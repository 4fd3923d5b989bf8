"""Nearest training and holdout rows of published tables, to the unit."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synth_eval.stats.neighbours import EncodedRows, MixedSpace, nearest

CASES = [
    pytest.param("adult", "synthpop", marks=pytest.mark.slow),
    pytest.param("adult", "flip10", marks=pytest.mark.slow),
    pytest.param("adult", "flip90", marks=pytest.mark.slow),
    pytest.param("adult", "mostly", marks=pytest.mark.slow),
    pytest.param("bank-marketing", "synthpop", marks=pytest.mark.slow),
]


def _cells(column: pd.Series) -> np.ndarray:
    """100 quantile bins of all tables together, closed on the right; levels as they are."""
    if not pd.api.types.is_numeric_dtype(column):
        return np.asarray(pd.factorize(column)[0])
    values = column.to_numpy()
    edges = np.unique(np.quantile(values, np.linspace(0, 1, 101)))
    return np.maximum(np.searchsorted(edges, values, side="left") - 1, 0)


@pytest.mark.parametrize(("table", "name"), CASES)
def test_published_counts_to_the_unit(shared_data: Path, table: str, name: str) -> None:
    folder = shared_data / "platzer2021"
    parts = [pd.read_csv(folder / f"{table}_{part}.csv.gz") for part in ("trn", "val", name)]
    stacked = pd.concat(parts, ignore_index=True)
    space = MixedSpace([], stacked.shape[1])
    rows = space.encode([], [_cells(stacked[column]) for column in parts[0].columns])
    real, holdout, synthetic = _cut(rows, [len(part) for part in parts])
    to_real = nearest(synthetic, real, space.grid).distances[:, 0]
    to_holdout = nearest(synthetic, holdout, space.grid).distances[:, 0]
    found = {
        "n_closer": int((to_real < to_holdout).sum()),
        "n_further": int((to_real > to_holdout).sum()),
        "n_equal": int((to_real == to_holdout).sum()),
    }
    published = pd.read_csv(folder / "published" / "privacy_c100.csv")
    expected = published[(published.dataset == table) & (published.synthesizer == name)]
    assert found == expected[list(found)].iloc[0].to_dict()


def _cut(rows: EncodedRows, sizes: list[int]) -> list[EncodedRows]:
    ends = np.cumsum([0, *sizes])
    return [rows.take(slice(start, stop)) for start, stop in pairwise(ends)]
