"""F006: association of pairs of columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import synth_eval as se
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["F006"])[0]


def normals(rng, n, rho):
    x, y = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n).T
    return pa.table({"x": x, "y": y, "k": np.where(x + rng.normal(size=n) > 0, "a", "b")})


def pair(found, first, second):
    return next(r for r in found.rows() if {r["first"], r["second"]} == {first, second})


def test_spearman_of_a_bivariate_normal_is_the_closed_form_and_scipys():
    rng = np.random.default_rng(0)
    real = normals(rng, 20_000, 0.6)
    row = pair(result(real, normals(rng, 20_000, 0.6)), "x", "y")
    assert row["real"] == pytest.approx(0.5819, abs=0.015)
    assert row["real"] == pytest.approx(stats.spearmanr(real["x"], real["y"]).statistic, abs=1e-9)
    assert row["pearson_real"] == pytest.approx(np.corrcoef(real["x"], real["y"])[0, 1])


def test_a_turned_sign_is_counted():
    rng = np.random.default_rng(1)
    found = result(normals(rng, 5000, 0.5), normals(rng, 5000, -0.5))
    assert found.status == "fail"
    assert pair(found, "x", "y")["sign_turned"]
    assert "1 clear signs turned" in found.message or "2 clear" in found.message


def test_error_is_the_spread_of_repeated_samples():
    rng = np.random.default_rng(2)
    gaps, widths = [], []
    for _ in range(60):
        row = pair(result(normals(rng, 1500, 0.4), normals(rng, 1000, 0.7)), "x", "y")
        gaps.append(row["estimate"])
        widths.append(row["high"] - row["estimate"])
    z = stats.norm.ppf(1 - 0.05 / 6)  # three pairs
    assert np.mean(widths) / z == pytest.approx(np.std(gaps), rel=0.3)


def test_fresh_rows_pass_and_functions_are_not_infinitely_far():
    rng = np.random.default_rng(8)
    real, fresh = (normals(rng, 6000, 0.5) for _ in range(2))
    assert result(real, fresh).status == "pass"
    twins = real.append_column("z", real["x"])
    noisy = fresh.append_column("z", pa.array(fresh["x"].to_numpy() + 0.01))
    found = result(twins, noisy)
    assert pair(found, "x", "z")["status"] == "pass"
    assert found.status != "fail"


def test_missing_values_and_constant_columns_are_left_out():
    rng = np.random.default_rng(4)
    table = normals(rng, 6000, 0.5)
    holes = pa.array(table["x"].to_numpy(), mask=rng.random(6000) < 0.3)
    other = table.set_column(0, "x", holes).append_column("c", pa.array([1.0] * 6000))
    real = table.append_column("c", pa.array([1.0] * 6000))
    found = result(real, other)
    assert found.status in ("pass", "inconclusive"), "2,000 rows pin no correlation to .08"
    assert pair(found, "x", "c")["real"] == pytest.approx(0.0, abs=1e-6)


def test_which_sign_is_clear_is_a_margin():
    rng = np.random.default_rng(1)
    data = se.load(normals(rng, 5000, 0.5), normals(rng, 5000, -0.5))
    margins = {"fidelity.clear_correlation": {"value": 0.9, "basis": "weak ones do not matter"}}
    (found,) = run(data, select_checks=["F006"], config=Config.from_mapping({"margins": margins}))
    assert "no clear sign turned" in found.message
