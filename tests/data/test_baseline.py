"""What follows from real rows alone is made once for all synthetic tables beside them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.data import baseline as baseline_module
from synth_eval.data import pair as pair_module
from synth_eval.data.load import load_baseline
from synth_eval.data.pair import Pair


@pytest.fixture
def calls(monkeypatch) -> list[str]:
    """Names of the tables that were counted or hashed, in order."""
    names: list[str] = []
    for module in (baseline_module, pair_module):
        original = module.filled

        def wrapped(table, *given, _original=original):
            names.append(f"filled {table.name}")
            return _original(table, *given)

        monkeypatch.setattr(module, "filled", wrapped)
    monkeypatch.setattr(
        baseline_module,
        "column_plan",
        lambda *given, _original=baseline_module.column_plan: (
            names.append("column_plan") or _original(*given)
        ),
    )
    return names


def ask(pair: Pair) -> None:
    assert set(pair.counts) == set(pair.tables)
    assert pair.multiplicities.rows("synthetic") == pair.synthetic.num_rows
    for column in pair.schema.compared:
        if column.is_continuous:
            for role in pair.tables:
                pair.distribution(role, column.name)


def test_the_public_name_is_an_alias():
    assert se.Data is Pair


def test_real_rows_are_read_once(people, copula_rows, calls):
    first = se.load(people["real"], copula_rows, people["holdout"])
    ask(first)
    seen = set(calls)
    assert {
        "filled real table",
        "filled holdout table",
    } <= seen
    calls.clear()
    ask(first)
    assert calls == []
    ask(first.with_synthetic(people["fresh"]))
    assert {call.split(maxsplit=1)[1] for call in calls} == {"synthetic table"}


def test_tables_of_other_columns_have_hashes_of_their_own(people, copula_rows, calls):
    first = se.load(people["real"], copula_rows, people["holdout"])
    ask(first)
    name = first.compared[0]
    calls.clear()
    second = first.with_synthetic(copula_rows.drop_columns([name]))
    assert second.multiplicities.rows("real") == first.real.num_rows
    assert "filled real table" in calls
    assert second.row_hashes["real"][0] != first.row_hashes["real"][0]
    alone = se.load(people["real"], copula_rows.drop_columns([name]), people["holdout"])
    for role, hashes in alone.row_hashes.items():
        np.testing.assert_array_equal(hashes, second.row_hashes[role])


def test_a_pair_is_its_baseline_and_a_table(people, copula_rows):
    baseline = load_baseline(people["real"], people["holdout"], target="approved")
    pair = Pair.of(baseline, copula_rows)
    assert pair.with_synthetic(people["fresh"]).baseline is baseline
    assert list(pair.tables) == ["real", "synthetic", "holdout"] == list(pair.counts)
    assert pair.schema.target == "approved"
    assert pair.plans is baseline.plans
    loaded = se.load(people["real"], copula_rows, people["holdout"], target="approved")
    assert loaded.schema == pair.schema
    assert list(Pair.of(load_baseline(people["real"]), copula_rows).tables) == ["real", "synthetic"]


def test_the_unit_is_the_entity():
    rows = pa.table({"person": [1, 1, 2], "age": [30.0, 30.5, 41.0]})
    assert load_baseline(rows).unit is None
    assert load_baseline(rows, entity="person").unit == "person"


def test_values_of_a_pair_are_not_those_of_the_next(people, copula_rows):
    first = se.load(people["real"], copula_rows)
    second = first.with_synthetic(people["fresh"])
    assert first.once("a", lambda: 1) == 1
    assert second.once("a", lambda: 2) == 2
    assert first.baseline.once("a", lambda: 3) == second.baseline.once("a", lambda: 4) == 3
