"""C002: combinations of two columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run
from tests.checks import shapes as families


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["C002"])[0]


def draw(rng, n, hole=False):
    x, y = rng.integers(0, 5, n), rng.integers(0, 5, n)
    if hole:
        y = np.where((x == 3) & (y == 4), 0, y)
    return pa.table({"x": [f"x{v}" for v in x], "y": [f"y{v}" for v in y]})


def test_lost_combination_is_found_while_every_level_is_there():
    rng = np.random.default_rng(0)
    real, holed = draw(rng, 8000), draw(rng, 8000, hole=True)
    found = run(se.load(real, holed), select_checks=["C001", "C002"])
    by_code = {r.code: r for r in found}
    assert by_code["C001"].status == "pass"
    assert by_code["C002"].status == "fail"
    assert by_code["C002"].estimate.value == pytest.approx(0.04, abs=0.008)
    assert by_code["C002"].rows()[0]["lost_cells"] == 1


def test_fresh_rows_pass():
    rng = np.random.default_rng(1)
    found = result(draw(rng, 8000), draw(rng, 4000), draw(rng, 4000))
    assert (found.status, found.reference.value) == ("pass", 0.0)


def test_too_few_rows_are_inconclusive():
    rng = np.random.default_rng(2)
    assert result(draw(rng, 8000), draw(rng, 10)).status == "inconclusive"


def test_one_column_is_not_applicable():
    table = pa.table({"x": ["a", "b"]})
    assert result(table, table).status == "not_applicable"


def returns(n, rng):
    """Sales of which one in ten is sent back, for some amount."""
    rows = families.sales(n, rng)
    amount = np.round(rows.amount * rng.random(n), 2)
    return rows.assign(returned=np.where(rng.random(n) < 0.1, amount, 0.0))


@pytest.mark.parametrize(
    ("family", "column", "group"),
    [(families.claims, "claim", ("group", "c")), (returns, "returned", ("region", "b"))],
)
def test_amounts_that_vanish_in_one_of_eight_groups_are_found(family, column, group):
    real, fresh, holdout = families.three(family, 3000, 3)
    broken = fresh.copy()
    broken.loc[fresh[group[0]] == group[1], column] = 0.0
    found = families.result("C002", real, broken, holdout)
    assert (found.status, found.items[0].names) == ("fail", (column, group[0]))
    assert families.result("C002", real, fresh, holdout).status == "pass"


def test_spending_that_vanishes_in_a_group_of_a_published_table_is_found(shared_data):
    draw = families.published(shared_data, "space_titanic")
    real, fresh, holdout = families.three(draw, 1500, 0)
    broken = fresh.copy()
    broken.loc[fresh.HomePlanet == "Mars", "VRDeck"] = 0.0
    found = families.result("C002", real, broken, holdout)
    assert found.status == "fail"
    assert found.items[0].names[0] == "VRDeck"
    assert families.result("C002", real, fresh, holdout).status == "pass"


@pytest.mark.parametrize("rows", [1, 20, 400])
def test_fresh_rows_are_no_alarm_at_any_size(rows):
    real, _, holdout = families.three(families.claims, 1500, 5)
    for seed in range(4):
        _, fresh, _ = families.three(families.claims, rows, 10 + seed)
        assert families.result("C002", real, fresh, holdout).status != "fail"


@pytest.mark.slow
@pytest.mark.parametrize("family", [returns, families.claims, families.places])
def test_fresh_rows_raise_an_alarm_at_most_at_the_stated_rate(family):
    found = families.statuses("C002", family, 1000, 50)
    assert found["fail"] + found["warn"] <= 6, found  # a rate of 5 % gives more once in 50
