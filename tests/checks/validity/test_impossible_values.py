"""V002: values outside what the real table shows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["V002"])[0]


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(0)

    def draw(n):
        return pa.table({"x": rng.normal(size=n), "sex": rng.choice(["f", "m"], n)})

    return draw(3000), draw(3000), draw(3000)


def test_fresh_rows_pass_although_some_leave_the_range(tables):
    real, fresh, holdout = tables
    assert result(real, fresh).status == "pass"
    assert result(real, fresh, holdout).status == "pass"


def test_invented_level_fails_with_its_share(tables):
    real, fresh, holdout = tables
    words = fresh["sex"].to_pylist()
    words[:30] = ["x"] * 30
    found = result(real, fresh.set_column(1, "sex", pa.array(words)), holdout)
    assert found.status == "fail"
    assert found.rows()[0]["column"] == "sex"
    assert found.estimate.value == pytest.approx(0.01)
    assert found.reference.value == 0.0


def test_values_beyond_the_range_fail_and_the_range_is_not_told(tables):
    real, fresh, _ = tables
    found = result(real, fresh.set_column(0, "x", pa.array(np.full(3000, 77.0))))
    assert found.status == "fail"
    assert found.estimate.value == 1.0
    top = max(real["x"].to_pylist())
    assert f"{top:.4}" not in str(found.to_dict())


def test_expected_rate_of_a_continuous_column_is_two_in_n_plus_one():
    rng = np.random.default_rng(1)
    real, fresh = (pa.table({"x": rng.normal(size=99)}) for _ in range(2))
    assert result(real, fresh).reference.value == pytest.approx(0.02)


def test_levels_seen_once_make_unseen_levels_expected():
    """A hundred levels of one row each: as many fresh rows bring new ones."""
    words = [f"w{i}" for i in range(100)] + ["common"] * 900
    fresh = [f"v{i}" for i in range(100)] + ["common"] * 900
    schema = {"columns": [{"name": "word", "kind": "categorical"}]}
    data = se.load(pa.table({"word": words}), pa.table({"word": fresh}), schema=schema)
    assert run(data, select_checks=["V002"])[0].status == "pass"


def test_tables_without_a_common_column_are_not_applicable():
    assert result(pa.table({"x": [1.5, 2]}), pa.table({"y": [1.5]})).status == "not_applicable"


def many_normals(rng, rows, columns=10):
    return pa.table({f"x{k}": rng.normal(size=rows) for k in range(columns)})


@pytest.mark.parametrize("rows", [1, 5, 20])
def test_a_few_fresh_rows_never_fail_and_it_is_said_how_many_are_needed(rows):
    rng = np.random.default_rng(0)
    for _ in range(5):
        found = result(many_normals(rng, 50), many_normals(rng, rows))
        assert (found.status, found.skipped.cause) == ("not_applicable", "rows")
        assert found.skipped.remedy == "give at least 21"


def test_tied_ends_are_left_as_well():
    """Whole numbers: the largest of a hundred is seldom the largest there is."""
    rng = np.random.default_rng(5)
    for _ in range(10):
        tables = [pa.table({f"n{k}": rng.poisson(3, 100) for k in range(8)}) for _ in range(2)]
        assert result(*tables).status in ("pass", "warn")


@pytest.mark.slow
@pytest.mark.parametrize("with_holdout", [True, False])
def test_the_range_of_few_rows_is_random_too(with_holdout):
    """Ten columns of 200 normal rows: 5 of 60 failed, without a holdout 17 of 60."""
    rng, statuses = np.random.default_rng(1), []
    for _ in range(60):
        tables = [many_normals(rng, 200) for _ in range(3 if with_holdout else 2)]
        statuses.append(result(*tables).status)
    assert statuses.count("fail") == 0
    assert statuses.count("pass") >= 55


def test_a_fault_of_one_in_fifty_is_seen_in_a_few_hundred_rows():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=400)
    rows[:20] = 99.0
    assert result(many_normals(rng, 400, 1), pa.table({"x0": rows})).status == "fail"
