"""F009: how well a logistic regression tells synthetic rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["F009"])[0]


def table(rows):
    return pa.table({f"c{i}": rows[:, i] for i in range(rows.shape[1])})


MAIN, PRODUCTS = 0, 1


def test_fresh_rows_have_ratio_one_and_pass(people):
    found = result(people["real"], people["fresh"], people["holdout"])
    assert found.status == "pass"
    assert found.estimate.low < 1 < found.estimate.high
    assert found.reference.low < 1 < found.reference.high


def test_both_nulls_are_named_a_factor_of_two_apart(people):
    for row in result(people["real"], people["fresh"]).rows():
        assert row["independent_samples_null"] == pytest.approx(2 * row["fitted_model_null"])
        assert row["estimate"] == pytest.approx(
            row["propensity_mse"] / row["independent_samples_null"]
        )
        k, n = row["coefficients"], row["n"]
        assert row["independent_samples_null"] == pytest.approx((k - 1) / (4 * n))


def test_copy_has_ratio_zero(people):
    found = result(people["real"], people["real"], people["holdout"])
    assert [row["estimate"] for row in found.rows()[:2]] == pytest.approx([0, 0], abs=1e-9)


def test_shuffled_columns_escape_main_effects_and_not_products():
    rng = np.random.default_rng(0)
    x = rng.normal(size=4000)
    rows = np.column_stack([x, x + 0.5 * rng.normal(size=4000)])
    shuffled = np.column_stack([x, rng.permutation(rows[:, 1])])
    found = result(table(rows), table(shuffled))
    assert found.rows()[MAIN]["estimate"] == pytest.approx(0.0, abs=1e-9)
    assert found.rows()[PRODUCTS]["estimate"] > 10
    assert found.status in ("warn", "fail")
    assert "products" in found.message


def test_a_tenth_of_the_rows_repeated_is_worth_a_tenth():
    rng = np.random.default_rng(1)
    real = rng.normal(size=(6000, 12))
    few = np.tile(rng.normal(size=(600, 12)), (10, 1))
    found = result(table(real), table(few))
    assert found.rows()[MAIN]["worth"] == pytest.approx(0.1, rel=0.25)
    assert found.rows()[MAIN]["limit"] == pytest.approx(1 + 3000 * (1 / 1000 - 1 / 6000))


def test_a_shifted_column_fails_and_a_lost_one_too(people):
    rng = np.random.default_rng(2)
    real, fresh = rng.normal(size=(2, 4000, 4))
    shifted = fresh.copy()
    shifted[:, 2] += 3
    assert result(table(real), table(shifted)).status == "fail"
    assert result(table(real), table(fresh).drop_columns(["c1"])).status == "fail"


def test_constant_and_tiny_tables_are_not_judged():
    constant = pa.table({"x": np.ones(500)})
    assert result(constant, constant).status == "not_applicable"
    tiny = pa.table({"x": np.arange(6.0), "y": list("abcdef")})
    assert result(tiny, tiny).status == "not_applicable"


def test_independent_columns_are_told_apart_by_products_alone(planted):
    main, products = planted("indep_marginals", "F009")["F009"].rows()[:2]
    assert main["high"] < main["limit"]
    assert products["low"] > products["limit"]


def test_tables_that_cannot_be_fitted_say_so():
    few = pa.table({"x": np.arange(4.0)})
    assert "too few rows" in result(few, few).message
    constant = pa.table({"x": np.ones(300)})
    assert "no column that varies" in result(constant, constant).message
    text = pa.table({"note": [f"a note of its own, number {i}, in words" for i in range(300)]})
    assert "no column to compare" in result(text, text).message


def test_of_many_columns_and_many_levels_some_are_looked_at():
    rng = np.random.default_rng(3)

    def drawn():
        wide = {f"n{i}": rng.normal(size=1_500) for i in range(70)}
        levels, shares = list("abcdefghijkl"), 0.5 ** np.arange(1, 13)
        wide |= {f"l{i}": rng.choice(levels, 1_500, p=shares / shares.sum()) for i in range(70)}
        return pa.table(wide)

    found = result(drawn(), drawn())
    assert found.status in ("pass", "inconclusive")
    for row in found.rows():  # 140 columns of up to 12 cells would ask for a thousand
        assert row["n"] >= 9 * row["coefficients"]
