"""Counts add up, whatever the order and number of batches."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_eval as se
from synth_eval.data import counts as counts_module
from synth_eval.data import source as source_module
from synth_eval.data import states as states_module
from synth_eval.data import table as table_module
from synth_eval.data.codes import CodeBlock, Plan, encode
from synth_eval.data.counts import Counts, TripleCounts
from synth_eval.data.load import Data
from synth_eval.data.states import PlanCounts, StateSpec, counts_of, filled

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


def test_levels_that_real_lacks_are_in_groups_of_their_hash(data: Data) -> None:
    plan = data.plans[position := data.compared.index("b")]
    assert data.counts["synthetic"].one_way(position)[len(plan.own) : -1].sum() == ROWS


def test_blocks_of_rows(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states_module, "_BLOCK_ROWS", 7)
    assert_same(filled(data.real, [counts_of(data.plans)])[0], data.counts["real"])


def test_column_order_changes_nothing_but_the_order(data: Data) -> None:
    turned = filled(data.real, [counts_of(data.plans[::-1])])[0]
    for position in range(len(data.plans)):
        np.testing.assert_array_equal(
            turned.one_way(len(data.plans) - 1 - position), data.counts["real"].one_way(position)
        )


def test_no_columns() -> None:
    counts = Counts([])
    counts.update([])
    assert (counts.rows, counts.pairs) == (0, [])


def random_block(plans: list[Plan], rows: int, seed: int = 0) -> list[CodeBlock]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, plan.cells, rows).astype(np.uint8) for plan in plans]


@pytest.mark.parametrize("columns", [1, 2, 3, 6, 7])
@pytest.mark.parametrize("rows", [1, 40, 4_000])
def test_four_pairs_at_once_are_each_pair_alone(
    monkeypatch: pytest.MonkeyPatch, columns: int, rows: int
) -> None:
    rng = np.random.default_rng(columns)
    real = pa.table({f"c{i}": rng.integers(0, 3 + 4 * i, 500) for i in range(columns)})
    plans = se.load(real, real).plans
    block = random_block(plans, rows)
    alone, fused = Counts(plans), Counts(plans)
    monkeypatch.setattr(counts_module, "_FUSED_ROWS", np.inf)
    alone.update(block)
    monkeypatch.setattr(counts_module, "_FUSED_ROWS", 0)
    fused.update(block)
    assert_same(alone, fused)
    assert sum(fused.two_way(pair).sum() for pair in range(len(fused.pairs))) == rows * len(
        fused.pairs
    )


def test_blocks_of_pairs_are_the_pairs(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_module, "_PAIR_BLOCK", 4)
    counts = data.counts["real"]
    blocks = list(counts.two_way_blocks())
    assert [len(block) for _, block in blocks] == [4, 2]
    together = np.concatenate([block for _, block in blocks])
    for pair in range(len(counts.pairs)):
        np.testing.assert_array_equal(together[pair], counts.two_way(pair))


def test_counts_beyond_four_bytes_are_exact(data: Data) -> None:
    many = Counts(data.plans)
    block = [encode(data.real.column(plan.name), plan) for plan in data.plans]
    many.update(block)
    doublings = 24  # 300 rows times 2 ** 24 are five thousand million
    for _ in range(doublings):
        copy = Counts(data.plans)
        copy.merge(many)
        many.merge(copy)
    once = data.counts["real"]
    assert many.rows == ROWS << doublings
    np.testing.assert_array_equal(many.one_way(0), once.one_way(0) << doublings)
    for pair in range(len(once.pairs)):
        np.testing.assert_array_equal(many.two_way(pair), once.two_way(pair) << doublings)


@pytest.fixture(scope="module")
def awkward() -> pa.Table:
    """Columns of every kind, among them those that need all their cells to be read."""
    rng = np.random.default_rng(4)
    rows = 5_000
    days = np.array("2020-01-01", "datetime64[D]") + rng.integers(0, 900, rows)
    words = rng.choice(["b", "a", "ä", "c"], rows, p=[0.5, 0.3, 0.1, 0.1])
    return pa.table(
        {
            "number": pa.array(rng.normal(size=rows), mask=rng.random(rows) < 0.1),
            "count": rng.integers(0, 9, rows),
            "word": pa.array(words, mask=rng.random(rows) < 0.1),
            "coded": pa.array(words).dictionary_encode(),
            "flag": pa.array(rng.random(rows) < 0.3, mask=rng.random(rows) < 0.1),
            "yes": rng.choice(["Yes", "no"], rows),
            "moment": days.astype("datetime64[us]"),
            "dates": pa.array([str(day) for day in days]),
            "offsets": pa.array([f"{day}T10:00:00+02:00" for day in days]),
            "grade": rng.integers(0, 2, rows) + rng.choice([0.0, 0.5], rows),
            "text_number": pa.array([str(n) for n in rng.integers(0, 50, rows)]),
        }
    )


def test_batches_of_a_file_give_the_counts_of_the_table(
    awkward: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(awkward, path, row_group_size=1_200)
    schema = {
        "columns": [
            {"name": "grade", "kind": "categorical"},
            {"name": "yes", "kind": "boolean"},
            {"name": "count", "kind": "categorical"},
        ]
    }
    kept = se.load(awkward, awkward, schema=schema).counts
    monkeypatch.setattr(table_module, "_CACHE_BYTES", 0)
    monkeypatch.setattr(source_module, "_WHOLE_BYTES", 0)
    monkeypatch.setattr(source_module, "BATCH_ROWS", 700)
    for table in (path, awkward):
        batched = se.load(table, table, schema=schema)
        assert not batched.real.is_kept(batched.compared)
        for role in ("real", "synthetic"):
            assert_same(batched.counts[role], kept[role])


def test_batches_of_a_table_that_lacks_columns(
    awkward: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = awkward.select(["word", "number"])
    kept = se.load(awkward, other).counts["synthetic"]
    monkeypatch.setattr(table_module, "_CACHE_BYTES", 0)
    assert_same(se.load(awkward, other).counts["synthetic"], kept)


def test_batches_where_every_column_has_to_be_read_whole(
    awkward: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    dates = awkward.select(["offsets"])
    kept = se.load(dates, dates).counts["real"]
    monkeypatch.setattr(table_module, "_CACHE_BYTES", 0)
    assert_same(se.load(dates, dates).counts["real"], kept)
    assert kept.rows == awkward.num_rows


def test_triples_add_up_whatever_the_batches_and_agree_with_counting_by_hand(data: Data) -> None:
    columns = [encode(data.real.column(plan.name), plan) for plan in data.plans]
    maps = [(np.arange(plan.cells) % 3).astype(np.uint16) for plan in data.plans]
    triples = [(0, 1, 2), (0, 1, 3), (1, 2, 3)]
    whole = TripleCounts(maps, triples)
    whole.update(columns)
    order = np.random.default_rng(3).permutation(ROWS)
    parts = [TripleCounts(maps, triples) for _ in range(2)]
    for own, start, stop in ((1, 150, ROWS), (0, 0, 7), (1, 7, 150)):
        parts[own].update([cells[order[start:stop]] for cells in columns])
    parts[0].merge(parts[1])
    assert parts[0].rows == whole.rows == ROWS
    np.testing.assert_array_equal(parts[0].value(), whole.value())

    expected = np.zeros((3, 3, 3), np.int64)
    for row in range(ROWS):
        expected[tuple(int(maps[i][columns[i][row]]) for i in (1, 2, 3))] += 1
    np.testing.assert_array_equal(whole.three_way(2), expected.ravel())


def test_triples_of_a_file_read_in_batches_are_those_of_the_kept_table(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = [(np.arange(plan.cells) % 4).astype(np.uint16) for plan in data.plans]
    plans = data.plans
    spec = StateSpec("t", lambda: PlanCounts(plans, TripleCounts(maps, [(0, 2, 3)])))
    [kept] = filled(data.real, [spec])
    monkeypatch.setattr(table_module, "_CACHE_BYTES", 0)
    [read] = filled(data.real, [spec])
    np.testing.assert_array_equal(kept.value(), read.value())
