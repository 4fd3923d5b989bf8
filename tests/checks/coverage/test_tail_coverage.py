"""C003: tails of numbers and dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run
from tests.checks.shapes import claims, clipped, modes, published, sales, statuses, three
from tests.checks.shapes import result as shape_result


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["C003"])[0]


@pytest.fixture(scope="module")
def real():
    return np.random.default_rng(0).normal(size=60_000)


def test_clipped_tail_is_lost(real):
    rng = np.random.default_rng(1)
    clipped = np.minimum(rng.normal(size=60_000), 2.5)
    found = result(pa.table({"x": real}), pa.table({"x": clipped}))
    assert found.status == "fail"
    assert (found.rows()[0]["tail"], found.rows()[0]["ratio"]) == ("high", 0.0)
    assert "0.00 times" in found.message


def test_thinned_and_thickened_tails_are_limits(real):
    rng = np.random.default_rng(2)
    thick = rng.normal(0, 1.2, size=40_000)
    found = result(pa.table({"x": real}), pa.table({"x": thick}))
    assert found.status == "warn"
    assert found.rows()[0]["ratio"] > 2


def test_fresh_tails_pass_with_the_holdout_beside(real):
    rng = np.random.default_rng(3)
    fresh, holdout = (pa.table({"x": rng.normal(size=40_000)}) for _ in range(2))
    found = result(pa.table({"x": real}), fresh, holdout)
    assert found.status == "pass"
    assert found.reference.value == pytest.approx(1.0, abs=0.6)
    assert found.estimate.low < 1 < found.estimate.high


def test_few_synthetic_rows_are_inconclusive_not_good_but_many_without_a_tail_fail(real):
    few = result(pa.table({"x": real}), pa.table({"x": [0.0] * 60}))
    assert few.status == "inconclusive"
    assert "too few rows" in few.message
    found = result(pa.table({"x": real}), pa.table({"x": [0.0] * 300}))
    assert found.status == "fail"


def test_caps_are_no_tails_and_small_tables_have_none():
    rng = np.random.default_rng(4)
    capped = pa.table({"x": np.minimum(rng.exponential(size=20_000), 2.0)})
    assert [row["tail"] for row in result(capped, capped).rows()] == ["low"]
    few = pa.table({"x": rng.normal(size=200)})
    assert result(few, few).status == "not_applicable"


def testpoisson_ratio_hold_their_level():
    from synth_eval.stats.intervals import poisson_ratio

    rng = np.random.default_rng(5)
    counts = rng.poisson([20, 40], size=(2000, 2))
    inside = [low <= 1 <= high for low, high in
              (poisson_ratio(c, 20_000, r, 40_000, 0.05) for c, r in counts)]  # fmt: skip
    assert 0.95 <= np.mean(inside) <= 0.99


@pytest.mark.parametrize("family", [sales, claims])
def test_tails_clipped_at_one_percent_are_found_from_a_thousand_rows(family):
    real, fresh, holdout = three(family, 1000, 0)
    found = shape_result("C003", real, clipped(fresh), holdout)
    assert found.status == "fail"
    assert "of the real rows lie" in found.message
    assert shape_result("C003", real, fresh, holdout).status == "pass"


@pytest.mark.parametrize("name", ["bank", "space_titanic"])
def test_clipped_tails_of_published_tables_are_found(shared_data, name):
    real, fresh, holdout = three(published(shared_data, name), 1500, 0)
    assert shape_result("C003", real, clipped(fresh), holdout).status == "fail"
    assert shape_result("C003", real, fresh, holdout).status == "pass"


def test_amounts_that_are_all_their_mean_have_no_tail():
    real, fresh, holdout = three(claims, 1000, 1)
    some = fresh.claim > 0
    fresh.loc[some, "claim"] = round(fresh.claim[some].mean(), 2)
    found = shape_result("C003", real, fresh, holdout)
    assert (found.status, found.items[0].names) == ("fail", ("claim", "high"))


@pytest.mark.parametrize(("family", "rows"), [(sales, 1), (sales, 20), (claims, 300)])
def test_fresh_rows_are_no_alarm_at_any_size(family, rows):
    real, _, holdout = three(family, 600, 5)
    for seed in range(8):
        _, fresh, _ = three(family, rows, 10 + seed)
        assert shape_result("C003", real, fresh, holdout).status not in ("fail", "warn")


@pytest.mark.slow
@pytest.mark.parametrize("family", [sales, claims, modes])
def test_fresh_rows_raise_an_alarm_at_most_at_the_stated_rate(family):
    found = statuses("C003", family, 700, 100)
    assert found["fail"] + found["warn"] <= 10, found  # a rate of 5 % gives more once in 90
