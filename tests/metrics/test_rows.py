"""Public functions of whole rows: known answers, all libraries, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from synth_eval.errors import InputError, UsageError
from synth_eval.metrics import rows as row_metrics


def table(rows: np.ndarray) -> pa.Table:
    return pa.table({f"c{i}": column for i, column in enumerate(rows.T)})


@pytest.mark.parametrize("make", [np.asarray, table, pd.DataFrame, lambda rows: pl.DataFrame(rows)])
def test_every_library_gives_the_same_numbers(make) -> None:
    rng = np.random.default_rng(0)
    real, synthetic = rng.normal(size=(60, 3)), rng.normal(0.5, 1, size=(50, 3))
    for metric in (
        row_metrics.energy_distance,
        row_metrics.maximum_mean_discrepancy,
        row_metrics.frechet_distance,
        row_metrics.kernel_distance,
    ):
        assert metric(make(real), make(synthetic)) == pytest.approx(metric(real, synthetic))


def test_shifted_normals_have_the_closed_forms() -> None:
    rng = np.random.default_rng(1)
    real, shifted = rng.normal(size=(3000, 1)), rng.normal(1, 1, size=(3000, 1))
    assert row_metrics.energy_distance(real, shifted) == pytest.approx(0.54181, abs=0.06)
    found = row_metrics.maximum_mean_discrepancy(real, shifted, bandwidth=1.0)
    assert found == pytest.approx(0.17727, abs=0.02)


def test_kernel_distance_is_zero_on_average_under_the_null_and_sees_a_shift() -> None:
    rng = np.random.default_rng(2)
    nulls = np.array(
        [row_metrics.kernel_distance(*rng.normal(size=(2, 80, 4))) for _ in range(200)]
    )
    assert abs(nulls.mean()) < 4 * nulls.std() / np.sqrt(200)
    assert (nulls < 0).any()
    assert (
        row_metrics.kernel_distance(rng.normal(size=(200, 4)), rng.normal(1, 1, size=(200, 4)))
        > 0.5
    )


def test_default_bandwidth_is_the_median_distance_of_real_rows() -> None:
    from scipy.spatial.distance import pdist

    rng = np.random.default_rng(3)
    real, synthetic = rng.normal(size=(101, 2)), rng.normal(size=(40, 2))
    expected = row_metrics.maximum_mean_discrepancy(
        real, synthetic, bandwidth=np.median(pdist(real))
    )
    assert row_metrics.maximum_mean_discrepancy(real, synthetic) == pytest.approx(expected)


@pytest.mark.parametrize(("columns", "fresh"), [(1, 0.333), (3, 0.41)])
def test_authenticity_of_fresh_and_copied_rows(columns: int, fresh: float) -> None:
    rng = np.random.default_rng(4)
    real, other = rng.normal(size=(2, 1500, columns))

    def share(rows: np.ndarray) -> float:
        return row_metrics.authenticity(table(real), table(rows))

    assert share(other) == pytest.approx(fresh, abs=0.04)
    assert share(real) == 0.0
    assert share(np.concatenate([real[:750], other[:750]])) == pytest.approx(fresh / 2, abs=0.03)
    assert share(np.repeat(real[:1], 1000, axis=0)) == 0.0


def test_authenticity_of_fresh_rows_is_that_of_plain_distances() -> None:
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(5)
    real, fresh = rng.normal(size=(2, 1500, 3))
    search = NearestNeighbors(n_neighbors=2).fit(real)
    far, row = search.kneighbors(fresh, 1)
    own = search.kneighbors(real)[0][:, 1][row[:, 0]]
    assert row_metrics.authenticity(table(real), table(fresh)) == pytest.approx(
        (far[:, 0] > own).mean(), abs=0.03
    )


@pytest.mark.parametrize(
    ("real", "synthetic", "words"),
    [
        ([[0.0], [1.0]], [[0.0, 1.0], [1.0, 2.0]], "1 columns, synthetic rows 2"),
        ([[0.0]], [[0.0], [1.0]], "at least two rows"),
        ([["a"], ["b"]], [[0.0], [1.0]], "numbers are needed"),
        ([[np.nan], [1.0]], [[0.0], [1.0]], "missing or infinite"),
    ],
)
def test_bad_input_is_one_clear_sentence(real, synthetic, words) -> None:
    with pytest.raises(InputError, match=words):
        row_metrics.energy_distance(real, synthetic)


def test_a_bandwidth_must_be_positive() -> None:
    with pytest.raises(UsageError, match="positive"):
        row_metrics.maximum_mean_discrepancy([[0.0], [1.0]], [[0.0], [1.0]], bandwidth=0)


def test_one_row_has_no_neighbour() -> None:
    with pytest.raises(InputError, match="at least two"):
        row_metrics.authenticity(pa.table({"x": [1.0]}), pa.table({"x": [1.0, 2.0]}))


def test_numbers_in_text_are_numbers() -> None:
    words = pa.table({"x": ["$1,000", "2", "3.5"], "y": ["1", "0", "1"]})
    numbers = pa.table({"x": [1000, 2, 3.5], "y": [True, False, True]})
    assert row_metrics.energy_distance(words, words) == row_metrics.energy_distance(
        numbers, numbers
    )
    with pytest.raises(InputError, match="numbers are needed in every column"):
        row_metrics.energy_distance(pa.table({"x": ["a", "b", "c"]}), numbers.select(["x"]))
