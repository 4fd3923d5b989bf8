"""F012: slices of rows that differ most."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None, **options):
    return run(se.load(real, synthetic, holdout, **options), select_checks=["F012"])[0]


def make(rng, rows=6000):
    """Three groups, two sexes, and two numbers that depend on neither."""
    return {
        "group": rng.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2]),
        "sex": rng.choice(["f", "m"], rows),
        "height": rng.normal(size=rows),
        "weight": rng.normal(size=rows),
    }


def test_fresh_rows_pass(people):
    found = result(people["real"], people["fresh"], people["holdout"])
    assert found.status == "pass"
    assert found.gating is False
    assert not {row["status"] for row in found.rows()} & {"warn", "fail"}


@pytest.mark.parametrize("depth", [1, 2])
def test_the_spoilt_slice_is_named(depth):
    rng = np.random.default_rng(depth)
    real, fresh, holdout = make(rng), make(rng), make(rng)
    spoilt = fresh["group"] == "c"
    if depth == 2:
        spoilt &= fresh["sex"] == "f"
    for name in ("height", "weight"):
        fresh[name] = np.where(spoilt, fresh[name] + 3, fresh[name])
    found = result(*(pa.table(table) for table in (real, fresh, holdout)))
    assert found.status in ("warn", "fail")
    worst = found.rows()[0]
    expected = ["group = c", "sex = f"][:depth]
    assert all(part in worst["what"] for part in expected)
    assert worst["differs_most_in"] in ("height", "weight")
    assert worst["what"] in found.message
    assert worst["reference"] < worst["limit"] < worst["low"]


def test_lost_dependence_is_found_in_slices_though_columns_agree():
    rng = np.random.default_rng(3)
    table = make(rng)
    table["height"] = np.where(table["group"] == "a", table["height"] + 2, table["height"])
    shuffled = {name: rng.permutation(values) for name, values in table.items()}
    found = result(pa.table(table), pa.table(shuffled))
    assert found.status in ("warn", "fail")
    assert any("group" in row["what"] for row in found.rows()[:5])


def test_a_sample_of_few_rows_repeated_is_worth_so_many():
    rng = np.random.default_rng(4)
    few = {name: np.tile(values, 10) for name, values in make(rng, 600).items()}
    found = result(pa.table(make(rng)), pa.table(few))
    single = [row["worth"] for row in found.rows() if row["n"] > 1500]
    assert np.median(single) == pytest.approx(0.1, rel=0.4)


def test_small_slices_and_extremes_are_not_told():
    rng = np.random.default_rng(5)
    real, fresh = make(rng), make(rng)
    real["group"] = np.where(np.arange(6000) < 9, "secret", real["group"])
    real["height"][17] = 987654.0
    text = json.dumps(result(pa.table(real), pa.table(fresh)).to_dict())
    assert "secret" not in text
    assert "9.88e+05" not in text
    assert "987654" not in text


def test_slices_that_are_gone_are_counted():
    rng = np.random.default_rng(6)
    fresh = pa.table(make(rng))
    fresh = fresh.filter(pa.compute.not_equal(fresh["group"], "c"))
    found = result(pa.table(make(rng)), fresh)
    assert "were not compared" in found.message
    assert not any("group = c" in row["what"] for row in found.rows())


def test_roles_come_first_where_there_are_many_columns():
    rng = np.random.default_rng(7)
    columns = {f"c{i:03}": rng.normal(size=3000) for i in range(120)}
    target = rng.choice(["no", "yes"], 3000)
    fresh = {name: rng.normal(size=3000) + (target == "yes") for name in columns}
    found = result(pa.table(columns | {"y": target}), pa.table(fresh | {"y": target}), target="y")
    assert found.status in ("warn", "fail")
    assert any(row["what"].startswith("y = yes") for row in found.rows())


def test_one_column_or_few_rows_are_not_judged():
    one = pa.table({"x": np.arange(500.0)})
    assert result(one, one).status == "not_applicable"
    tiny = pa.table({"x": np.arange(20.0), "y": list("ab" * 10)})
    assert "no slice" in result(tiny, tiny).message


@pytest.mark.parametrize("name", ["mode_collapse", "indep_marginals"])
def test_collapsed_modes_and_independent_columns_fail(planted, name):
    assert planted(name, "F012")["F012"].status == "fail"


def test_without_an_alarm_the_estimates_decide_and_items_keep_their_doubt():
    rng = np.random.default_rng(0)
    found = result(pa.table(make(rng, 15_000)), pa.table(make(rng, 15_000)))
    assert "inconclusive" in {row["status"] for row in found.rows()}
    assert found.status == "pass"
    (decision,) = found.decisions
    assert (decision.clear, decision.aim) == (None, found.items[0].limit)


def test_a_level_keeps_its_parentheses():
    rng = np.random.default_rng(8)
    real, fresh = make(rng), make(rng)
    for table in (real, fresh):
        table["group"] = np.where(table["group"] == "c", "age (5 to 9)", table["group"])
    fresh["height"] += 3 * (fresh["group"] == "age (5 to 9)")
    found = result(pa.table(real), pa.table(fresh))
    assert found.items[0].label.startswith("group = age (5 to 9)")
    assert found.items[0].label in found.summary
