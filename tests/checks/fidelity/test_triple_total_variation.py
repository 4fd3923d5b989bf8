"""F005: total variation of triples of columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.checks.fidelity import triple_total_variation as module
from synth_eval.judging.run import run


def results(real, synthetic, codes=("F002", "F004", "F005")):
    return {r.code: r for r in run(se.load(real, synthetic), select_checks=codes)}


def levels(codes):
    return [f"l{code}" for code in codes]


def test_exclusive_or_is_caught_by_triples_only():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (2, 20_000))
    real = pa.table({"x": levels(x), "y": levels(y), "z": levels(x ^ y)})
    coins = pa.table({name: levels(rng.integers(0, 2, 20_000)) for name in "xyz"})
    found = results(real, coins)
    assert (found["F002"].status, found["F004"].status) == ("pass", "pass")
    assert found["F005"].status == "fail"
    assert found["F005"].estimate.value == pytest.approx(0.5, abs=0.01)


def test_too_many_triples_are_sampled_with_the_seed_and_said(monkeypatch):
    rng = np.random.default_rng(1)
    table = pa.table({f"c{i}": rng.normal(size=1000) for i in range(10)})
    monkeypatch.setattr(module, "_BUDGET", 2_000 * 30)
    found = results(table, table, ["F005"])["F005"]
    assert len(found.rows()) == 30
    assert "30 of 120 triples" in found.message
    again = results(table, table, ["F005"])["F005"]
    assert again.rows() == found.rows()


def test_two_columns_are_not_applicable():
    table = pa.table({"x": [1.0, 2], "y": [1.0, 2]})
    assert results(table, table)["F005"].status == "not_applicable"
