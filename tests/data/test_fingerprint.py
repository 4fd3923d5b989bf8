"""Fingerprints of rows: the same content, the same hash; nothing else matters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_eval as se
from synth_eval.data.fingerprint import fingerprints
from synth_eval.data.hashing import hash_text


def hashes(table: pa.Table, real: pa.Table | None = None) -> np.ndarray:
    data = se.load(table if real is None else real, table)
    return fingerprints(data.synthetic, data.schema.names)


def test_hash_of_a_text_is_fixed() -> None:
    # Written into manifests and reports: it must not change between versions or machines.
    assert hash_text("age") == 9128788457636358107
    assert hash_text("größe 📏") != hash_text("größe")
    assert hash_text("\ud800") != hash_text("")


def test_order_of_rows_and_columns_does_not_matter(mixed: pa.Table) -> None:
    expected = hashes(mixed)
    order = np.random.default_rng(0).permutation(mixed.num_rows)
    np.testing.assert_array_equal(hashes(mixed.take(pa.array(order))), expected[order])
    np.testing.assert_array_equal(hashes(mixed.select(mixed.column_names[::-1])), expected)


def test_every_cell_matters(mixed: pa.Table) -> None:
    expected = hashes(mixed)
    for position, name in enumerate(mixed.column_names):
        moved = pa.chunked_array([mixed.column(name)[1:].combine_chunks(),
                                  mixed.column(name)[:1].combine_chunks()])  # fmt: skip
        found = hashes(mixed.set_column(position, name, moved), mixed)
        before, after = mixed.column(name).to_pylist(), moved.to_pylist()
        same = np.array([first == second for first, second in zip(before, after, strict=True)])
        np.testing.assert_array_equal(found == expected, same)


def test_values_belong_to_their_column() -> None:
    real = pa.table({"a": [1.5, 2.5], "b": [2.5, 1.5]})
    first, second = hashes(real)
    assert first != second


def test_missing_in_one_column_is_not_missing_in_another() -> None:
    real = pa.table({"a": [None, 1.5], "b": [1.5, None]})
    first, second = hashes(real)
    assert first != second


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ([1, 2], [1.0, 2.0], "numerical"),
        ([0.0, 1.5], [-0.0, 1.5], "numerical"),
        ([1.5, None], [1.5, float("nan")], "numerical"),
        ([1, 2], ["1", "2"], "numerical"),
        ([1, 2], [1.0, 2.0], "categorical"),
        ([1, 2], ["1", "2"], "categorical"),
        (["a", None], pa.array(["a", None]).dictionary_encode(), "categorical"),
        ([True, None], ["yes", None], "boolean"),
        ([True, False], [1, 0], "boolean"),
        (["2020-01-01"], pa.array([18_262], pa.int32()).cast(pa.date32()), "datetime"),
    ],
)
def test_storage_does_not_matter(first: Any, second: Any, kind: str) -> None:
    changes = {"columns": [{"name": "x", "kind": kind}]}
    data = se.load(pa.table({"x": first}), pa.table({"x": second}), schema=changes)
    np.testing.assert_array_equal(
        fingerprints(data.real, ["x"]), fingerprints(data.synthetic, ["x"])
    )


def test_unreadable_flag_is_no_known_flag() -> None:
    data = se.load(pa.table({"x": [True, True]}), pa.table({"x": [False, True]}))
    real, synthetic = (fingerprints(table, ["x"]) for table in (data.real, data.synthetic))
    assert synthetic[0] not in real
    assert synthetic[1] in real


def test_flags_have_one_hash_in_every_table() -> None:
    only_true = se.load(*[pa.table({"x": [True]})] * 2)
    both = se.load(*[pa.table({"x": [False, False, True]})] * 2)
    assert fingerprints(only_true.real, ["x"])[0] == fingerprints(both.real, ["x"])[2]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=False), st.sampled_from(["", "a", "A", "a ", "ä", "👋"])
        ),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_rows_are_equal_where_their_hashes_are(rows: list[tuple[float, str]]) -> None:
    real = pa.table({"x": [row[0] for row in rows], "y": [row[1] for row in rows]})
    found = hashes(real)
    codes = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    numbers = np.array([codes[row] for row in rows])
    np.testing.assert_array_equal(
        found[:, None] == found[None, :], numbers[:, None] == numbers[None, :]
    )


def test_hundred_thousand_rows_do_not_collide() -> None:
    rows = np.arange(100_000)
    table = pa.table({"x": rows // 400 + 0.5, "y": rows % 400 + 0.5})
    assert len(np.unique(hashes(table))) == 100_000


def test_identifiers_are_left_out() -> None:
    rows = 60
    real = pa.table({"id": range(rows), "x": np.linspace(0, 1, rows)})
    copy = pa.table({"id": range(1_000, 1_000 + rows), "x": np.linspace(0, 1, rows)})
    data = se.load(real, copy)
    np.testing.assert_array_equal(data.row_hashes["real"], data.row_hashes["synthetic"])


def test_only_shared_columns_count() -> None:
    real = pa.table({"x": [1.5, 2.5], "y": ["a", "b"]})
    data = se.load(real, real.select(["x"]))
    np.testing.assert_array_equal(data.row_hashes["real"], data.row_hashes["synthetic"])
