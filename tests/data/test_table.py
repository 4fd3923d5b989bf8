"""A table coerced to the schema of the real one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.data.load import Data

NAN = float("nan")


def load(real: Any, synthetic: Any, **kind: Any) -> Data:
    """Data of one column, of the given kind where one is given."""
    changes = {"columns": [{"name": "x", **kind}]} if kind else None
    tables = [pa.table({"x": values}) for values in (real, synthetic)]
    return se.load(*tables, schema=changes)


@pytest.mark.parametrize(
    ("synthetic", "values", "unparseable"),
    [
        ([1, 2, None], [1, 2, NAN], 0),
        ([1.5, np.inf, NAN], [1.5, np.inf, NAN], 0),
        (["1", "2.5", "x"], [1, 2.5, NAN], 1),
        (pa.array(["1", "2"]).dictionary_encode(), [1, 2], 0),
        ([True, False, None], [1, 0, NAN], 0),
        ([1e308, -1e308], [1e308, -1e308], 0),
        (pa.array([1, 2]).cast(pa.decimal128(22, 3)), [1, 2], 0),
        (pa.nulls(2), [NAN, NAN], 0),
        ([dt.date(2020, 1, 1), None], [NAN, NAN], 1),
        (pa.array([2**64 - 1], pa.uint64()), [2.0**64], 0),
    ],
)
def test_numbers(synthetic: Any, values: list[float], unparseable: int) -> None:
    column = load([1.5, 2.5], synthetic).synthetic.column("x")
    np.testing.assert_array_equal(column.values, values)
    assert column.unparseable == unparseable
    np.testing.assert_array_equal(column.missing, np.isnan(values))


DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("synthetic", "values", "unparseable"),
    [
        ([dt.date(1970, 1, 2), None], [DAY, NAN], 0),
        ([dt.datetime(1970, 1, 1, 0, 0, 1)], [1_000_000], 0),
        (pa.array([1], pa.timestamp("ns")), [0], 0),
        (pa.array([2], pa.timestamp("s", tz="Asia/Tokyo")), [2_000_000], 0),
        (["1970-01-02", "soon", None], [DAY, NAN, NAN], 1),
        ([5, None], [NAN, NAN], 1),
        ([dt.time(0, 0, 1)], [1_000_000], 0),
        ([dt.timedelta(days=1)], [DAY], 0),
        (pa.nulls(1), [NAN], 0),
    ],
)
def test_datetimes(synthetic: Any, values: list[float], unparseable: int) -> None:
    column = load([dt.date(2020, 1, 1), None], synthetic).synthetic.column("x")
    np.testing.assert_array_equal(column.values, values)
    assert column.unparseable == unparseable


def test_zones_are_one_moment() -> None:
    utc = pd.to_datetime(["2020-01-01 00:00", "2020-06-01 12:00"], utc=True)
    data = load(utc, utc.tz_convert("Europe/Berlin"))
    np.testing.assert_array_equal(
        data.real.number_column("x").values, data.synthetic.number_column("x").values
    )
    words = [moment.isoformat() for moment in utc.tz_convert("Europe/Berlin")]
    column = load(utc, words).synthetic.column("x")
    np.testing.assert_array_equal(column.values, data.real.number_column("x").values)


def test_levels_by_frequency_then_name() -> None:
    column = load(["c", "b", "b", "a", None], ["a"]).real.column("x")
    assert column.levels == ("b", "a", "c")
    assert column.codes.tolist() == [2, 0, 0, 1, -1]


def test_levels_are_numbered_by_the_real_table() -> None:
    data = load(["b", "b", "a"], ["new", "a", None, "b", "newer", "new"])
    column = data.synthetic.column("x")
    assert column.codes.tolist() == [2, 1, -1, 0, 2, 2]
    assert column.levels == ("b", "a")


@pytest.mark.parametrize(
    ("synthetic", "codes"),
    [
        ([1, 2, None], [0, 1, -1]),
        ([1.0, 2.0, NAN], [0, 1, -1]),
        ([1.0, 2.5], [0, 2]),
        (["1", "2", "3"], [0, 1, 2]),
        ([1.0, np.inf], [0, 2]),
        (pa.array([1, 2], pa.uint8()), [0, 1]),
    ],
)
def test_levels_that_are_numbers(synthetic: Any, codes: list[int]) -> None:
    data = load([1, 1, 2], synthetic, kind="categorical")
    assert data.synthetic.level_column("x").codes.tolist() == codes


def test_infinity_and_nan_as_levels() -> None:
    column = load([1.0, 1.0, np.inf, NAN, None], [1.0], kind="categorical").real.column("x")
    assert column.levels == ("1", "inf")
    assert column.codes.tolist() == [0, 0, 1, -1, -1]


@pytest.mark.parametrize(
    "synthetic",
    [[True, False, None], [1, 0, None], [1.0, 0.0, NAN], ["Yes", "no", None], ["T", "F", None]],
)
def test_booleans_of_any_spelling(synthetic: Any) -> None:
    data = load([True, True, False], synthetic)
    assert data.synthetic.level_column("x").codes.tolist() == [0, 1, -1]
    assert data.synthetic.column("x").unparseable == 0


def test_booleans_that_are_none() -> None:
    column = load([True, False], ["maybe", "true", "2"]).synthetic.column("x")
    assert column.unparseable == 2
    assert column.missing.tolist() == [True, False, True]


@pytest.mark.parametrize("real", [[1.5, 2.5], ["a", "b"], [True, False], [dt.date(2020, 1, 1)]])
def test_absent_column_is_all_missing(real: Any) -> None:
    data = se.load(pa.table({"x": real}), pa.table({"y": [1, 2, 3]}))
    column = data.synthetic.column("x")
    assert column.absent
    assert column.stored == "absent"
    assert column.missing.tolist() == [True] * 3
    assert data.synthetic.strings("x").null_count == 3


def test_order_and_extra_columns_do_not_matter() -> None:
    real = pa.table({"a": [1.5, 2.5], "b": ["u", "v"]})
    other = pa.table({"extra": [0, 0], "b": ["v", "u"], "a": [3.5, 4.5]})
    data = se.load(real, other)
    assert data.schema.names == ["a", "b"]
    assert data.synthetic.number_column("a").values.tolist() == [3.5, 4.5]
    assert data.synthetic.level_column("b").codes.tolist() == [1, 0]


def test_taking_rows() -> None:
    data = se.load(*[pa.table({"a": [1.5, 2.5, 3.5], "b": ["u", "v", "u"]})] * 2)
    rows = np.array([2, 0])
    assert data.real.number_column("a").take(rows).values.tolist() == [3.5, 1.5]
    assert data.real.level_column("b").take(rows).codes.tolist() == [0, 0]


VECTORS = [[1.5, 2.5], None, [3.5, 4.5]]


@pytest.mark.parametrize(
    ("synthetic", "matrix", "unparseable"),
    [
        ([[5, 6], None], [[5, 6], [NAN, NAN]], 0),
        ([[5.5, 6.5], [1.5], [1.5, 2.5, 3.5], []], [[5.5, 6.5], *[[NAN, NAN]] * 3], 3),
        ([[5.5, None], [NAN, 1.5], [np.inf, 1.5]], [[NAN, NAN], [NAN, NAN], [np.inf, 1.5]], 2),
        (["[5, 6]", None], [[NAN, NAN]] * 2, 1),
        ([5.5, 6.5], [[NAN, NAN]] * 2, 2),
        (pa.array([None, [1, 2]], pa.list_(pa.int8(), 2)), [[NAN, NAN], [1, 2]], 0),
        (pa.array([[9, 9], [5, 6]], pa.list_(pa.float32(), 2))[1:], [[5, 6]], 0),
        (pa.array([[1, 2, 3]], pa.list_(pa.float32(), 3)), [[NAN, NAN]], 1),
    ],
)
def test_vectors(synthetic: Any, matrix: list[list[float]], unparseable: int) -> None:
    column = load(VECTORS, synthetic).synthetic.vector_column("x")
    np.testing.assert_array_equal(column.matrix, matrix)
    assert column.unparseable == unparseable
    assert column.missing.tolist() == [bool(np.isnan(row[-1])) for row in matrix]


def test_vectors_keep_their_precision_and_rows() -> None:
    data = load(pa.array([[1, 2], [3, 4]], pa.list_(pa.float32())), [[1.5, 2.5]])
    column = data.real.vector_column("x")
    assert column.matrix.dtype == np.float32
    assert column.nbytes == 2 * 2 * 4 + 2
    assert column.take(np.array([1, 0])).matrix.tolist() == [[3, 4], [1, 2]]
    assert data.real.is_kept(["x"])


def test_vectors_where_the_real_table_has_none() -> None:
    none = pa.nulls(2, pa.list_(pa.float64()))
    column = load(none, [[1.5], []]).synthetic.vector_column("x")
    assert column.matrix.shape == (2, 0)
    assert column.unparseable == 2
    absent = se.load(pa.table({"x": VECTORS}), pa.table({"y": [1]})).synthetic.vector_column("x")
    assert absent.absent
    assert absent.missing.tolist() == [True]
    assert absent.matrix.shape == (1, 2)


@pytest.mark.parametrize("kind", ["numerical", "categorical", "boolean", "text", "id", "datetime"])
def test_vectors_read_as_another_kind(kind: str) -> None:
    data = load([[1.5], [2.5]], [[1.5], None], kind=kind)
    column = data.synthetic.column("x")
    if kind in ("categorical", "text", "id"):
        assert data.synthetic.strings("x").to_pylist() == ["[1.5]", None]
        assert column.unparseable == 0
    else:
        assert column.missing.all()
        assert column.unparseable == 1


def test_levels_and_numbers_read_as_vectors_are_unreadable() -> None:
    for values in (["a", "b"], [1.5, 2.5]):
        column = load(values, values, kind="vector").real.vector_column("x")
        assert column.missing.all()
        assert column.unparseable == 2


def test_texts_are_read_when_they_are_asked_for() -> None:
    words = [f"this is story number {number}" for number in range(100)]
    data = load([*words, None], [None, "short"])
    assert data.schema["x"].kind == "text"
    column = data.synthetic.text_column("x")
    assert column.missing.tolist() == [True, False]
    assert column.strings.to_pylist() == [None, "short"]
    assert column.nbytes == 2
    assert column.take(np.array([1])).strings.to_pylist() == ["short"]
    assert data.real.text_column("x").take(slice(99, 101)).strings.to_pylist() == [words[99], None]


@pytest.mark.parametrize("values", [[1, 2, 2], ["u", "v", "v"], [[1.5]] * 3, [1.5, None, 2.5]])
def test_batches_are_the_column(values: list[Any]) -> None:
    for kind in ("numerical", "categorical", "id", "vector"):
        table = load(values, values, kind=kind).synthetic
        parts = [batch[0] for batch in table.batches(["x"])]
        whole = table.column("x")
        assert [type(part) for part in parts] == [type(whole)]
        assert parts[0].missing.tolist() == whole.missing.tolist()


def test_a_column_of_another_form_is_refused() -> None:
    table = load(["a", "b"], ["a"]).real
    assert table.level_column("x").levels == ("a", "b")
    for ask in (table.number_column, table.text_column, table.vector_column):
        with pytest.raises(TypeError, match="column 'x' is categorical"):
            ask("x")


def test_sample_of_rows() -> None:
    data = load(list(np.arange(100) / 7), [1.5])
    rng = np.random.default_rng(0)
    assert data.sample_rows("real", 100, rng).tolist() == list(range(100))
    rows = data.sample_rows("real", 30, rng)
    assert len(set(rows.tolist())) == 30
    assert (np.diff(rows) > 0).all()
