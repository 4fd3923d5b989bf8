"""F014: moments and quantiles."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["F014"])[0]


def parts(found):
    return {row["part"]: row for row in found.rows()}


def test_shares_below_real_quantiles_and_moments_in_interquartile_ranges():
    rng = np.random.default_rng(0)
    real, other = rng.normal(100, 10, 50_000), rng.normal(105, 10, 50_000)
    found = parts(result(pa.table({"x": real}), pa.table({"x": other})))
    iqr = np.subtract(*np.quantile(real, [0.75, 0.25]))
    assert found["mean"]["estimate"] == pytest.approx((other.mean() - real.mean()) / iqr)
    below = (other <= np.quantile(real, 0.5)).mean()
    assert found["below the 50.0 % quantile"]["synthetic"] == pytest.approx(below)


def test_lost_tail_is_the_worst_item():
    rng = np.random.default_rng(1)
    real, other = rng.normal(size=40_000), rng.normal(size=40_000)
    found = result(pa.table({"x": real}), pa.table({"x": np.minimum(other, 2.2)}))
    row = parts(found)["below the 99.9 % quantile"]
    assert (row["real"], row["synthetic"]) == (pytest.approx(0.999, abs=1e-4), 1.0)
    assert row["status"] == "pass", "one in a thousand is not worth a failure here; see C003"
    assert row["worth"] < 1


def test_tails_of_few_rows_are_not_shown():
    rng = np.random.default_rng(2)
    table = pa.table({"x": rng.normal(size=1000)})
    assert "below the 0.1 % quantile" not in parts(result(table, table))
    assert "below the 5.0 % quantile" in parts(result(table, table))


def test_fresh_rows_pass_and_a_wider_column_fails():
    rng = np.random.default_rng(3)
    real, fresh = (pa.table({f"c{i}": rng.normal(size=10_000) for i in range(5)}) for _ in range(2))
    assert result(real, fresh).status == "pass"
    wide = pa.table({f"c{i}": rng.normal(0, 3, size=10_000) for i in range(5)})
    assert result(real, wide).status == "fail"


def test_infinite_and_constant_columns_do_not_break_it():
    constant = pa.table({"x": [5.0] * 200})
    assert result(constant, constant).status == "not_applicable"
    values = np.random.default_rng(4).normal(size=500)
    values[:5] = np.inf
    found = result(pa.table({"x": values}), pa.table({"x": np.append(values[:-1], 1e308)}))
    assert found.status != "error"
