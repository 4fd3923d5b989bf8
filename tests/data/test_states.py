"""States of counts: one pass, any batches, any partitions, the same integers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_eval.data import states as states_module
from synth_eval.data.counts import TripleCounts
from synth_eval.data.load import load
from synth_eval.data.states import (
    CellTable,
    MissingCounts,
    PlanCounts,
    StateSpec,
    ValueSample,
    counts_of,
    facts_of,
    filled,
    hashes_of,
    level_table,
    plan_table,
    values_of,
)
from synth_eval.judging.check import Context
from synth_eval.judging.registry import available_checks
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

ROWS = 700


@pytest.fixture(scope="module")
def pair():
    rng = np.random.default_rng(3)
    age = rng.normal(40, 12, ROWS)
    age[rng.random(ROWS) < 0.1] = np.nan
    age[5], age[600] = np.inf, -np.inf
    region = np.array(["North", "South", "West", None], object)[rng.integers(0, 4, ROWS)]
    table = pa.table(
        {
            "age": pa.array(age, from_pandas=True),
            "region": pa.array(region.tolist(), pa.string()),
            "count": rng.integers(0, 9, ROWS),
            "is_new": rng.random(ROWS) < 0.3,
            "note": [f"a note of its own, number {row}, in words" for row in range(ROWS)],
        }
    )
    return load(table, table.slice(0, 500))


def specs(pair) -> list[StateSpec]:
    rows = np.array([0, 3, 350, 699])
    maps = [np.minimum(np.arange(plan.cells), 4).astype(np.uint16) for plan in pair.plans]
    names = pair.schema.names
    return [
        counts_of(pair.plans),
        hashes_of(names),
        StateSpec("triples", lambda: PlanCounts(pair.plans, TripleCounts(maps, [(0, 1, 2)]))),
        level_table(pair.real.levels("region"), "region").counts(),
        *(plan_table(plan).sample("real", rows, "test") for plan in pair.plans),
        StateSpec("sample", lambda: ValueSample("age", rows)),
        StateSpec("missing", lambda: MissingCounts(names)),
        values_of("age"),
        *map(facts_of, names),
    ]


def plain(value: Any) -> Any:
    """Integers and values of a state, to be compared."""
    match value:
        case np.ndarray():
            return value.astype(object).tolist() if value.dtype.kind == "i" else value.tobytes()
        case tuple():
            return [plain(part) for part in value]
    if hasattr(value, "cumulative"):
        return [value.values.tolist(), value.cumulative.tolist()]
    if hasattr(value, "two_way"):
        ones = [value.one_way(i).tolist() for i in range(len(value.plans))]
        return [value.rows, ones, [value.two_way(i).tolist() for i in range(len(value.pairs))]]
    if hasattr(value, "three_way"):
        return [value.rows, value.value().tolist()]
    return value


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 400))
def test_partitions_and_blocks_give_the_same_integers(pair, parts, block):
    whole = [plain(value) for value in filled(pair.real, specs(pair), parts=1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states_module, "_BLOCK_ROWS", block)
        split = filled(pair.real, specs(pair), parts=parts)
    assert [plain(value) for value in split] == whole


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, ROWS - 1), unique=True, max_size=6), st.randoms())
def test_parts_dealt_at_random_are_merged_to_the_same_integers(pair, cuts, random):
    ends = [0, *sorted(cuts), ROWS]
    columns = {name: pair.real.column(name) for name in pair.schema.names}
    whole = [plain(value) for value in filled(pair.real, specs(pair), parts=1)]
    dealt = []
    for start, end in pairwise(ends):
        batch = {name: column.take(slice(start, end)) for name, column in columns.items()}
        part = [spec.make() for spec in specs(pair)]
        for state in part:
            state.update(batch, start)
        dealt.append(part)
    random.shuffle(dealt)
    first, *others = dealt
    for part in others:
        for state, other in zip(first, part, strict=True):
            state.merge(other)
    assert [plain(state.value()) for state in first] == whole


def test_a_table_that_is_read_in_batches_is_counted_the_same(pair, monkeypatch):
    whole = [plain(value) for value in filled(pair.real, specs(pair))]
    monkeypatch.setattr(type(pair.real), "is_kept", lambda *_: False)
    assert [plain(value) for value in filled(pair.real, specs(pair))] == whole


def test_counts_by_hand():
    table = pa.table({"x": [1.0, None, 3.5, float("inf")], "y": ["a", "b", None, "a"]})
    data = load(table, table)
    rows, both = data.state(StateSpec("m", lambda: MissingCounts(["x", "y"])), "real")
    assert (rows, both.tolist()) == (4, [[1, 0], [0, 1]])
    facts = data.state(facts_of("x"), "real")
    assert (facts.rows, facts.missing, facts.infinite, facts.fractional) == (4, 1, 1, 1)
    parity = CellTable("parity", ("x",), 3, lambda c: np.where(c.values == 1, 0, 1))
    assert data.state(parity.counts(), "real").tolist() == [1, 3, 0]


def test_unreadable_cells_count_once_in_however_many_parts(monkeypatch):
    """Dates in text of no fixed form are read whole and cut; their count is of the whole."""
    real = pa.table({"day": ["2020-01-01", "2020-02-01"] * 60})
    synthetic = pa.table({"day": ["2020-01-01", "soon", "x"] * 40})
    data = load(real, synthetic)
    monkeypatch.setattr(states_module, "_BLOCK_ROWS", 7)
    for parts in (1, 3):
        [facts] = filled(data.synthetic, [facts_of("day")], parts=parts)
        assert (facts.unparseable, facts.rows) == (80, 120)


def test_a_run_fills_every_declared_state_in_one_pass_a_table(people, copula_rows, monkeypatch):
    passes = []
    original = states_module.filled

    def count(table, specs, parts=None):
        specs = list(specs)
        passes.append((table.name, len(specs)))
        return original(table, specs, parts)

    for module in ("synth_eval.data.pair", "synth_eval.data.baseline"):
        monkeypatch.setattr(f"{module}.filled", count)
    data = load(people["real"], copula_rows, people["holdout"], target="approved")
    wanted = [code for code, spec in available_checks().items() if spec.states is not None]
    assert len(wanted) >= 14
    config = Config(seed=1)
    declared = {
        spec.key
        for code in wanted
        for spec in available_checks()[code].states(Context(data, config, available_checks()[code]))
    }
    passes.clear()
    results = run(data, config=config, select_checks=wanted)
    assert {result.status for result in results} & {"error"} == set()
    assert len(declared) > 50
    assert [name for name, _ in passes].count("synthetic table") == 1
    assert all(data.has(("state", key, "synthetic")) for key in declared if key == "counts")


def test_known_levels_new_ones_and_missing_cells_are_counted_apart():
    real = pa.table({"level": ["a", "a", "a", "b", None]})
    made = pa.table({"level": ["b", "b", "new", "newer", None, None, None]})
    pair = load(real, made)
    spec = level_table(pair.real.levels("level"), "level").counts()
    assert pair.state(spec, "real").tolist() == [3, 1, 0, 1]
    assert pair.state(spec, "synthetic").tolist() == [0, 2, 2, 3]
