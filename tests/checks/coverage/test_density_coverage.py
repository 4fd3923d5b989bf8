"""C008: whether synthetic rows lie among all real ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["C008"])[0]


def table(rows):
    return pa.table({f"c{i}": rows[:, i] for i in range(rows.shape[1])})


def test_fresh_rows_and_holdout_have_the_expected_coverage(people):
    found = result(people["real"], people["fresh"], people["holdout"])
    assert found.status == "pass"
    for row in found.rows():
        assert row["estimate"] == pytest.approx(row["expected"], abs=0.015)
        assert row["density"] == pytest.approx(1, abs=0.1)


def test_few_rows_repeated_are_worth_as_many():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(3000, 5))
    few = np.repeat(rng.normal(size=(600, 5)), 5, axis=0)
    found = result(table(real), table(few))
    assert found.status == "warn"
    assert found.rows()[0]["worth"] == pytest.approx(0.2, rel=0.25)
    fewer = np.repeat(rng.normal(size=(150, 5)), 20, axis=0)  # less than the 250 of the floor
    found = result(table(real), table(fewer))
    assert found.status == "fail"
    assert found.rows()[0]["worth"] == pytest.approx(0.05, rel=0.25)


def test_invented_rows_lower_density():
    rng = np.random.default_rng(1)
    real, fresh = rng.normal(size=(2, 2000, 5))
    fresh[:1000] += 20
    found = result(table(real), table(fresh))
    assert found.rows()[0]["density"] == pytest.approx(0.5, abs=0.05)


def test_repeated_rows_are_refused_and_never_called_uncovered():
    rng = np.random.default_rng(2)
    levels = pa.table({"x": [f"l{i}" for i in rng.integers(0, 4, 500)]})
    found = result(levels, levels)
    assert found.status == "not_applicable"
    assert "identical" in found.message


def test_tiny_tables_are_not_judged():
    tiny = pa.table({"x": np.arange(20.0)})
    assert result(tiny, tiny).status == "not_applicable"


def test_all_columns_are_shown_on_one_plane_without_small_cells():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(3000, 4))
    real[:, 1] += 2 * real[:, 0]
    collapsed = np.where(real[:, :1] > 0, real, rng.normal(size=(3000, 4)) * 0.1)
    [panel] = result(table(real), table(collapsed), table(real[::-1])).panels
    assert [grid.name for grid in panel.grids] == [
        "real",
        "holdout",
        "synthetic",
        "synthetic minus real",
    ]
    for grid in panel.grids[:3]:
        shown = np.array([value for line in grid.z for value in line if value is not None])
        assert (np.round(shown * 3000) >= 11).all()
        assert 0.7 < shown.sum() <= 1
    assert panel.grids[0].z == panel.grids[1].z
    assert "c0" in panel.x
    assert "c1" in panel.x


def test_one_column_has_no_plane():
    assert result(table(np.arange(500.0)[:, None]), table(np.arange(500.0)[:, None])).panels == ()


@pytest.mark.parametrize("columns", [1, pytest.param(2, marks=pytest.mark.slow), 5])
def test_intervals_of_fresh_rows_hold_the_expected_coverage(columns):
    held = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        found = result(*(table(rng.normal(size=(1500, columns))) for _ in range(3)))
        held += [row["low"] <= row["expected"] <= row["high"] for row in found.rows()]
        for row in found.rows():
            assert row["density"] == pytest.approx(1, abs=0.1)
    assert sum(held) >= 16  # of 20; at 95 % sixteen or fewer come once in sixty runs


def test_collapsed_modes_are_worth_the_rows_that_are_left(planted):
    """200 real rows repeated."""
    coverage = planted("mode_collapse", "C008")["C008"].rows()[0]
    assert coverage["worth"] * coverage["n"] == pytest.approx(200, rel=0.15)


def test_gaps_of_several_numbers_are_named_on_the_axes():
    """Marks of missing numbers are columns of the plane too: C008 broke on them."""
    rng = np.random.default_rng(3)
    tables = []
    for _ in range(3):
        rows = rng.normal(size=(400, 4))
        gaps = rng.random(400) < 0.4
        rows[gaps, :3] = np.nan  # gaps of several columns at once: the widest axis
        tables.append(table(rows))
    found = result(*tables)
    assert found.status not in ("error", "not_applicable")
    (panel,) = found.panels
    assert "gaps of c" in panel.x


def test_a_broken_picture_is_named_and_the_result_stays(monkeypatch, people):
    def broken(*_):
        raise IndexError("a cell of the table")

    monkeypatch.setattr("synth_eval.checks.coverage.density_coverage._embedding", broken)
    found = result(people["real"].slice(0, 500), people["fresh"].slice(0, 500))
    assert found.status == "pass"
    (panel,) = found.panels
    assert panel.caption == "This picture could not be made (IndexError). No number depends on it."
    page = se.evaluate(
        se.load(people["real"].slice(0, 500), people["fresh"].slice(0, 500)),
        select=["C008"], reference_scores=False, progress=False,
    ).to_html()  # fmt: skip
    assert "This picture could not be made (IndexError)" in page
    assert "a cell of the table" not in page
