"""Public functions: known answers, all libraries, and SDMetrics where it is well defined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

import synth_eval as se
from synth_eval.errors import InputError, UsageError
from synth_eval.stats.association import pearson_correlation

LIBRARIES: dict[str, Callable[[list[Any]], Any]] = {
    "numpy": np.array,
    "pandas": pd.Series,
    "polars": pl.Series,
    "arrow": pa.array,
    "chunked": lambda values: pa.chunked_array([values[:3], values[3:]]),
    "list": list,
}


@pytest.fixture(params=LIBRARIES)
def column(request: pytest.FixtureRequest) -> Callable[[list[Any]], Any]:
    return LIBRARIES[request.param]


def test_two_coins(column: Callable[[list[Any]], Any]) -> None:
    for fair, loaded in (
        (["a", "a", "b", "b"], ["a", "b", "a", "a"]),
        ([0, 0, 1, 1], [0, 1, 0, 0]),
    ):
        assert se.total_variation_distance(column(fair), column(loaded)) == 0.25
        divergence = se.jensen_shannon_distance(column(fair), column(loaded)) ** 2
        assert divergence == pytest.approx(0.04879, abs=5e-6)


def test_disjoint_columns_are_one(column: Callable[[list[Any]], Any]) -> None:
    one, other = column(["a", "b", "c", "d"]), column(["e", "f", "e", "f"])
    assert se.total_variation_distance(one, other) == 1.0
    assert se.jensen_shannon_distance(one, other) == 1.0
    low, high = column([1.0, 2.0, 3.0, 4.0]), column([5.0, 6.0, 7.0, 8.0])
    assert se.ks_distance(low, high) == 1.0
    assert se.total_variation_distance(low, high) == 1.0
    assert se.wasserstein_distance(low, high) == 4.0


def test_wasserstein_of_three_values_and_of_dates() -> None:
    assert se.wasserstein_distance([0, 1, 3], [5, 6, 8]) == 5.0
    days = [dt.datetime(2026, 1, day) for day in (1, 2, 3)]
    later = [day + dt.timedelta(hours=36) for day in days]
    assert se.wasserstein_distance(pa.array(days), pa.array(later)) == 1.5
    assert se.ks_distance(pa.array(days), pa.array(later)) == pytest.approx(2 / 3)


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0])
def test_ks_of_shifted_normals_is_the_closed_form(shift: float) -> None:
    rng = np.random.default_rng(0)
    value = se.ks_distance(rng.normal(size=40_000), rng.normal(shift, 1, 40_000))
    expected = 2 * NormalDist().cdf(shift / 2) - 1
    assert value == pytest.approx(expected, abs=4 * 0.5 * sqrt(2 / 40_000))


def test_missing_is_a_cell() -> None:
    rng = np.random.default_rng(1)
    whole = rng.normal(size=10_000)
    holes = whole.copy()
    holes[:1_000] = np.nan
    for bins in (100, None):
        value = se.total_variation_distance(holes, np.tile(whole[1_000:], 2), bins=bins)
        assert value == pytest.approx(0.10, abs=1e-12)
    words = np.where(np.isnan(holes), None, "a")
    assert se.total_variation_distance(words, ["a"]) == pytest.approx(0.10, abs=1e-12)


def test_cells_of_many_bins_are_kept_apart() -> None:
    values = np.arange(5_000.0)
    assert se.total_variation_distance(values, values, bins=1_000) == 0.0
    assert se.total_variation_distance(values, values[:2_500], bins=1_000) == pytest.approx(0.5)
    real, half = pa.table({"x": values}), pa.table({"x": values[:2_500]})
    assert se.marginal_distance(real, half, k=1, bins=1_000) == pytest.approx(0.5)
    assert se.marginal_distance(real, real, k=1, bins=1_000) == 0.0


def test_exclusive_or_is_seen_by_triples_only() -> None:
    first = np.tile([0, 0, 1, 1], 500)
    second = np.tile([0, 1, 0, 1], 500)
    names = np.array(["no", "yes"])
    real = pa.table({"x": names[first], "y": names[second], "z": names[first ^ second]})
    independent = [np.tile(side, 2) for side in (first, second)]
    synthetic = pa.table({
        "x": names[independent[0]], "y": names[independent[1]],
        "z": names[np.repeat([0, 1], 2_000)],
    })  # fmt: skip
    assert se.marginal_distance(real, synthetic, k=1) == 0.0
    assert se.marginal_distance(real, synthetic, k=2) == 0.0
    assert se.marginal_distance(real, synthetic, k=3) == 0.5


def test_marginals_do_not_depend_on_rows_order_or_library() -> None:
    rng = np.random.default_rng(2)
    real = pd.DataFrame({"x": rng.normal(size=300), "y": rng.choice(list("abc"), 300)})
    synthetic = pd.DataFrame({"y": rng.choice(list("abd"), 200), "x": rng.normal(0.3, 1, 200)})
    value = se.marginal_distance(real, synthetic, k=2, bins=10, levels=10)
    assert 0 < value < 1
    shuffled = synthetic.sample(frac=1, random_state=0)
    for one, other in (
        (real, shuffled),
        (pl.from_pandas(real), pl.from_pandas(synthetic)),
        (pa.Table.from_pandas(real), pa.Table.from_pandas(synthetic)),
    ):
        assert se.marginal_distance(one, other, k=2, bins=10, levels=10) == value


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(InputError, match="levels"):
        se.ks_distance(["a", "b"], ["a", "b"])
    with pytest.raises(InputError, match="no value"):
        se.ks_distance([1.0, 2.0], [np.nan, np.nan])
    with pytest.raises(InputError, match="cannot be read as numerical"):
        se.total_variation_distance([1.0, 2.0], ["a", "b"])
    with pytest.raises(InputError, match="infinit"):
        se.wasserstein_distance([1.0, 2.0], [1.0, np.inf])
    with pytest.raises(InputError, match="dimensions"):
        se.ks_distance(np.ones((2, 2)), np.ones(2))
    with pytest.raises(InputError, match="several types"):
        se.ks_distance([1, "a"], [1, 2])
    table = pa.table({"x": [1, 2], "y": [1, 2]})
    with pytest.raises(InputError, match="'y' is missing"):
        se.marginal_distance(table, table.select(["x"]))
    with pytest.raises(UsageError, match="between 1 and the 2 columns"):
        se.marginal_distance(table, table, k=3)


@pytest.fixture(scope="module")
def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(3)
    made = []
    for rows, shift in ((900, 0.0), (700, 0.4)):
        z = rng.normal(shift, 1, rows)
        frame = pd.DataFrame(
            {
                "number": np.round(z, 2),
                "count": rng.poisson(np.exp(0.3 * z) + 1).astype(float),
                "level": np.array(list("abcd"))[np.clip(np.round(z + 1.5), 0, 3).astype(int)],
                "other": rng.choice(["x", "y", "z"], rows),
            }
        )
        frame.loc[rng.random(rows) < 0.1, "number"] = np.nan
        made.append(frame)
    return made[0], made[1]


def test_column_shapes_are_those_of_sdmetrics(frames: Any) -> None:
    from sdmetrics.single_column import KSComplement, TVComplement

    real, synthetic = frames
    for name in ("number", "count"):
        expected = KSComplement.compute(real[name], synthetic[name])
        assert 1 - se.ks_distance(real[name], synthetic[name]) == pytest.approx(expected, abs=1e-9)
    for name in ("level", "other"):
        expected = TVComplement.compute(real[name], synthetic[name])
        value = 1 - se.total_variation_distance(real[name], synthetic[name])
        assert value == pytest.approx(expected, abs=1e-9)


def test_pairs_of_levels_are_those_of_sdmetrics_from_our_own_counts(frames: Any) -> None:
    from sdmetrics.column_pairs import ContingencySimilarity

    from synth_eval.stats.distances import total_variation_distance

    real, synthetic = (frame[["level", "other"]] for frame in frames)
    expected = ContingencySimilarity.compute(real, synthetic)
    counts = se.load(real, synthetic).counts
    distance = total_variation_distance(counts["real"].two_way(0), counts["synthetic"].two_way(0))
    assert 1 - distance.value == pytest.approx(expected, abs=1e-9)
    assert 1 - se.marginal_distance(real, synthetic, k=2) == pytest.approx(expected, abs=1e-9)


def test_correlations_are_those_of_sdmetrics(frames: Any) -> None:
    from sdmetrics.column_pairs import CorrelationSimilarity

    real, synthetic = (frame[["number", "count"]] for frame in frames)
    expected = CorrelationSimilarity.compute(real, synthetic)
    values = []
    for frame in (real, synthetic):
        x, y = frame.dropna().to_numpy().T
        own = pearson_correlation(
            np.array(float(len(x))),
            (x.sum(), y.sum()),
            ((x * x).sum(), (y * y).sum(), (x * y).sum()),
        )
        assert float(own) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
        values.append(float(own))
    assert 1 - abs(values[0] - values[1]) / 2 == pytest.approx(expected, abs=1e-9)


def test_sdmetrics_does_not_see_missing_values_and_we_do(frames: Any) -> None:
    from sdmetrics.single_column import TVComplement

    real, _ = frames
    emptied = real["level"].where(np.arange(len(real)) % 2 == 0)
    assert TVComplement.compute(real["level"], emptied) > 0.9
    assert se.total_variation_distance(real["level"], emptied) == pytest.approx(0.5, abs=0.01)


def test_columns_of_vectors_are_refused() -> None:
    vectors = pa.array([[1.5, 2.5], [3.5, 4.5]])
    for metric in (se.wasserstein_distance, se.total_variation_distance):
        with pytest.raises(InputError, match="the columns hold vectors; give numbers or dates"):
            metric(vectors, vectors)


@pytest.mark.parametrize(
    ("real", "synthetic"),
    [
        ([True, False], ["True", "False"]),
        (["True", "False"], [True, False]),
        ([True, False, None], [1.0, 0.0, None]),
        ([1, 0], [True, False]),
        ([1, 2, 3], ["1", "2", "3"]),
        (["1", "2", "3"], [1, 2, 3]),
        (["1", "2"], [1.0, 2.0]),
        (["$1,200", "$5", "$6.50", "?"], [1200, 5, 6.5, None]),
        ([1200, 5, 6.5, None], ["1.200,0 €", "5,00 €", "6,5 €", "n/a"]),
        (["12%", "7%", "9.5%"], [12, 7, 9.5]),
        ([dt.date(2020, 1, 31), dt.date(2020, 2, 1)], ["31/01/2020", "01/02/2020"]),
        (["31 Jan 2020", "01 Feb 2020"], ["2020-01-31", "2020-02-01"]),
        (["007", "012"] * 3, [7, 12]),
        (["a", None, "b"], ["a", "?", "b"]),
        ([f"person {n}" for n in range(60)], [f"person {n}" for n in range(60)]),
    ],
)
def test_cells_are_read_as_tables_read_them(real: list[Any], synthetic: list[Any]) -> None:
    assert se.total_variation_distance(real, synthetic) == 0
    assert se.jensen_shannon_distance(real, synthetic) == 0


def test_numbers_in_text_have_distances_of_numbers() -> None:
    assert se.ks_distance(["1", "2", "3"], [3, 4, 5]) == pytest.approx(2 / 3)
    assert se.wasserstein_distance(["$1,000.00", "$2.50", "$3"], [1000, 2.5, 3]) == 0
    assert se.wasserstein_distance(["01/02/2020", "13/02/2020"], ["2020-02-02", "2020-02-14"]) == 1
