"""F004: total variation of each pair of columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def results(real, synthetic, holdout=None):
    found = run(se.load(real, synthetic, holdout), select_checks=["F002", "F004"])
    return {entry.code: entry for entry in found}


def levels(codes):
    return [f"l{code}" for code in codes]


def test_shuffled_columns_pass_alone_and_fail_in_pairs():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, 6000)
    real = pa.table({"x": levels(x), "y": levels((x + (rng.random(6000) < 0.1)) % 4)})
    shuffled = pa.table({"x": real["x"], "y": real["y"].take(rng.permutation(6000))})
    found = results(real, shuffled)
    assert found["F002"].estimate.value == 0.0
    assert found["F002"].status == "pass"
    assert found["F004"].status == "fail"
    assert {"x", "y"} == {found["F004"].rows()[0][side] for side in ("first", "second")}


def test_invented_dependence_is_seen_as_lost_dependence_is():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 50_000))
    found = results(pa.table({"x": x, "y": y}), pa.table({"x": x, "y": x}))
    assert found["F004"].status == "fail"
    assert found["F004"].estimate.value == pytest.approx(0.9, abs=0.03)


def test_pairs_of_exclusive_or_agree():
    """The three columns together differ completely; that takes triples to see."""
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 2, (2, 20_000))
    real = pa.table({"x": levels(x), "y": levels(y), "z": levels(x ^ y)})
    coins = pa.table({name: levels(rng.integers(0, 2, 20_000)) for name in "xyz"})
    assert results(real, coins)["F004"].status == "pass"


def test_every_pair_is_counted_on_all_rows():
    rng = np.random.default_rng(3)
    table = pa.table({f"c{i}": rng.normal(size=500) for i in range(12)})
    found = results(table, table)["F004"]
    assert len(found.rows()) == 66
    assert found.n == 500
    assert found.sampled is None
    assert found.estimate.value == 0.0


def test_zero_inflated_column_is_not_one_bin():
    """Deciles of a column that is nine tenths zero are all zero; the rest must still be cut."""
    rng = np.random.default_rng(4)
    gain = np.where(rng.random(8000) < 0.92, 0.0, rng.lognormal(8, 1, 8000))
    rich = np.where(gain > 0, "yes", "no")
    lost = pa.table({"gain": gain, "rich": rich[rng.permutation(8000)]})
    assert results(pa.table({"gain": gain, "rich": rich}), lost)["F004"].status == "fail"


def test_one_column_is_not_applicable():
    table = pa.table({"x": [1.0, 2.0, 3.0]})
    assert results(table, table)["F004"].status == "not_applicable"


def test_worst_pairs_are_shown_without_small_cells():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, 4000)
    b = np.where(np.arange(4000) < 5, (a + 1) % 3, a)
    real = pa.table({"a": levels(a), "b": levels(b)})
    synthetic = pa.table({"a": levels(a), "b": levels(rng.permutation(b))})
    found = results(real, synthetic)["F004"]
    [panel] = found.panels
    assert panel.name == "a × b"
    table = np.zeros((3, 3), int)
    np.add.at(table, (a, b), 1)
    shares = [value for line in panel.grids[0].z for value in line if value is not None]
    assert sum(shares) == pytest.approx(table[table >= 11].sum() / 4000)
    assert len(shares) == 3
    assert [grid.is_difference for grid in panel.grids] == [False, False, True]
    assert sum(value or 0 for line in panel.grids[2].z for value in line) == pytest.approx(
        1 - sum(shares), abs=1e-9
    )


def test_no_column_takes_all_the_pictures():
    rng = np.random.default_rng(0)
    columns = {f"c{i}": levels(rng.integers(0, 3, 2000)) for i in range(6)}
    found = results(pa.table(columns), pa.table({**columns, "c0": ["l0"] * 2000}))["F004"]
    shown = [name for panel in found.panels for name in panel.name.split(" × ")]
    assert len(found.panels) > 3
    assert max(shown.count(name) for name in columns) <= 3


def test_cells_of_numbers_name_no_extreme():
    x = np.r_[np.arange(2000.0), 123456.0]
    real = pa.table({"x": x, "y": np.arange(2001) % 7 * 1.0})
    [panel] = results(real, real)["F004"].panels
    assert not any("123" in tick for tick in [*panel.x_ticks, *panel.y_ticks])
    assert panel.y_ticks[0].startswith("up to")
    assert panel.y_ticks[-1].startswith("above")
    assert len(set(panel.x_ticks)) == len(panel.x_ticks)
