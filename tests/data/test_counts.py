"""Counts add up, whatever the order and number of batches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_eval as se
from synth_eval.data import counts as counts_module
from synth_eval.data.codes import encode
from synth_eval.data.counts import Counts, count_table
from synth_eval.data.load import Data

ROWS = 300


@pytest.fixture(scope="module")
def data() -> Data:
    rng = np.random.default_rng(0)
    real = pa.table(
        {
            "a": pa.array(rng.normal(size=ROWS), mask=rng.random(ROWS) < 0.1),
            "b": rng.choice(list("uvw"), ROWS),
            "c": rng.integers(0, 40, ROWS),
            "d": rng.random(ROWS) < 0.5,
        }
    )
    synthetic = real.set_column(1, "b", pa.array(["new"] * ROWS))
    return se.load(real, synthetic)


def assert_same(first: Counts, second: Counts) -> None:
    assert first.rows == second.rows
    for position in range(len(first.plans)):
        np.testing.assert_array_equal(first.one_way(position), second.one_way(position))
    for pair in range(len(first.pairs)):
        np.testing.assert_array_equal(first.two_way(pair), second.two_way(pair))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    cuts=st.lists(st.integers(0, ROWS), max_size=6),
    machines=st.integers(1, 3),
)
def test_order_batches_and_merging_change_nothing(
    data: Data, seed: int, cuts: list[int], machines: int
) -> None:
    columns = [encode(data.real.column(plan.name), plan) for plan in data.plans]
    order = np.random.default_rng(seed).permutation(ROWS)
    states = [Counts(data.plans) for _ in range(machines)]
    bounds = [0, *sorted(cuts), ROWS]
    for number, (start, end) in enumerate(pairwise(bounds)):
        states[number % machines].update([cells[order[start:end]] for cells in columns])
    merged = states[0]
    for state in states[1:]:
        merged.merge(state)
    assert_same(merged, data.counts["real"])


def test_counts_agree_with_counting_by_hand(data: Data) -> None:
    counts = data.counts["real"]
    columns = [encode(data.real.column(plan.name), plan) for plan in data.plans]
    for position, cells in enumerate(columns):
        expected = [int((cells == cell).sum()) for cell in range(data.plans[position].cells)]
        assert counts.one_way(position).tolist() == expected
    for pair, (first, second) in enumerate(counts.pairs):
        table = np.zeros((counts.width, counts.width), int)
        left = data.plans[first].to_coarse[columns[first]]
        right = data.plans[second].to_coarse[columns[second]]
        np.add.at(table, (left, right), 1)
        np.testing.assert_array_equal(counts.two_way(pair).reshape(table.shape), table)


def test_pairs_add_up_to_their_margins(data: Data) -> None:
    for counts in data.counts.values():
        for pair, (first, second) in enumerate(counts.pairs):
            table = counts.two_way(pair).reshape(counts.width, counts.width)
            for position, margin in ((first, table.sum(axis=1)), (second, table.sum(axis=0))):
                plan = counts.plans[position]
                coarse = np.zeros(counts.width, int)
                np.add.at(coarse, plan.to_coarse, counts.one_way(position))
                np.testing.assert_array_equal(margin, coarse)


def test_unseen_levels_have_their_cell(data: Data) -> None:
    position = data.compared.index("b")
    unseen = data.plans[position].fine + 1
    assert data.counts["synthetic"].one_way(position)[unseen] == ROWS
    assert data.counts["real"].one_way(position)[unseen] == 0


def test_blocks_of_rows(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_module, "_BLOCK_ROWS", 7)
    assert_same(count_table(data.real, data.plans), data.counts["real"])


def test_column_order_changes_nothing_but_the_order(data: Data) -> None:
    turned = count_table(data.real, data.plans[::-1])
    for position in range(len(data.plans)):
        np.testing.assert_array_equal(
            turned.one_way(len(data.plans) - 1 - position), data.counts["real"].one_way(position)
        )


def test_no_columns() -> None:
    counts = Counts([])
    counts.update([])
    assert (counts.rows, counts.pairs) == (0, [])
