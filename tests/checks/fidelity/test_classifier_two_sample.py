"""F008: whether a model tells synthetic from real rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run
from tests.checks import shapes as families


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["F008"])[0]


def arm(found, start):
    return next(row for row in found.rows() if str(row.get("arm", "")).startswith(start))


ROW_BY_ROW, GROUPED = "synthetic against real, row", "synthetic against real, identical"


def test_fresh_rows_pass_beside_the_holdout(people):
    found = result(people["real"], people["fresh"], people["holdout"])
    assert found.status == "pass"
    assert found.reference.low <= 0.5 <= found.reference.high
    assert found.gating, "rows that give themselves away decide"


def test_without_holdout_the_reference_is_scores_that_tell_nothing(people):
    found = result(people["real"], people["fresh"])
    assert found.reference.value == 0.5
    assert found.reference.low == pytest.approx(1 - found.reference.high)


def test_exact_copy_is_an_alarm_and_no_better_than_fresh_rows(people):
    rng = np.random.default_rng(0)
    real = people["real"]
    found = result(real, real.take(rng.permutation(real.num_rows)), people["holdout"])
    assert found.status == "warn"
    assert "Copies" in found.message
    assert found.estimate.high < 0.5
    assert arm(found, GROUPED)["low"] < 0.5 < arm(found, GROUPED)["high"]


def test_mode_collapse_is_seen_row_by_row_and_hidden_by_grouping(people):
    rng = np.random.default_rng(1)
    collapsed = people["real"].take(rng.integers(0, 40, 3000))
    found = result(people["real"], collapsed, people["holdout"])
    assert found.status == "fail"
    assert arm(found, ROW_BY_ROW)["low"] > 0.9
    assert arm(found, GROUPED)["estimate"] < arm(found, ROW_BY_ROW)["low"]
    assert found.estimate.value == arm(found, ROW_BY_ROW)["estimate"]
    assert "give themselves away" in found.message


def test_copies_do_not_hide_bad_rows():
    """Half copies, half shifted rows: grouped, the shifted ones stand out."""
    rng = np.random.default_rng(2)
    real = rng.normal(size=(6000, 3))
    half = np.concatenate([real[:3000], rng.normal(1.5, 1, (3000, 3))])
    tables = [pa.table({f"c{i}": rows[:, i] for i in range(3)}) for rows in (real, half)]
    found = result(*tables)
    assert arm(found, GROUPED)["estimate"] > arm(found, ROW_BY_ROW)["estimate"]
    assert found.status == "warn"


def test_the_column_at_fault_is_named(people):
    fresh = people["fresh"]
    at = fresh.schema.get_field_index("bmi")
    higher = fresh.set_column(at, "bmi", pa.array(fresh["bmi"].to_numpy() * 1.3))
    found = result(people["real"], higher, people["holdout"])
    assert found.status == "fail"
    assert next(row for row in found.rows() if "column" in row)["column"] == "bmi"
    assert "bmi" in found.message


def test_the_worst_table_there_is_is_no_open_question():
    """Every row gives itself away; near 1 the interval of the AUC once reached down to 0."""
    rng = np.random.default_rng(5)
    real, far = pa.table({"x": rng.normal(size=900)}), pa.table({"x": rng.normal(99, 1, 900)})
    found = result(real, far)
    assert found.estimate.value > 0.9999
    assert found.estimate.low > 0.9
    assert found.status == "fail"
    assert "most by x" in found.summary


def test_few_rows_are_not_judged():
    table = pa.table({"x": np.arange(30.0)})
    found = result(table, table)
    assert found.status == "not_applicable"
    assert "40" in found.message


def test_constant_tables_are_not_judged():
    table = pa.table({"x": np.ones(500), "y": ["a"] * 500})
    found = result(table, table)
    assert found.status == "not_applicable"
    assert "varies" in found.message


def test_the_sample_stands_in_the_result():
    from synth_eval.judging.settings import Config

    rng = np.random.default_rng(3)
    tables = [pa.table({"x": rng.normal(size=2000)}) for _ in range(2)]
    found = run(se.load(*tables), select_checks=["F008"], config=Config(model_rows=500))[0]
    assert (found.n, found.sampled) == (500, 500)


def test_scores_and_telling_columns_are_shown_as_aggregates():
    rng = np.random.default_rng(0)
    real = {"a": rng.normal(size=3000), "b": rng.normal(size=3000)}
    found = result(pa.table(real), pa.table({"a": real["a"][::-1], "b": real["b"] + 9}))
    scores, columns = found.panels
    for curve in scores.lines:
        shares = np.array(curve.y[:-1])
        assert 0.9 < shares.sum() <= 1
        assert set(np.round(shares[shares > 0] * 1500) >= 11) == {True}
    real_scores, synthetic_scores = (np.array(curve.y[:-1]) for curve in scores.lines)
    assert real_scores[:10].sum() > 0.9
    assert synthetic_scores[10:].sum() > 0.9
    assert columns.y_ticks[0] == "b"


def test_an_exact_copy_is_no_better_than_unseen_rows(planted):
    found = planted("exact_copy", "F008")["F008"]
    assert found.status == "warn"
    assert found.estimate.high < 0.45
    grouped = found.rows()[1]
    assert grouped["low"] < 0.5 < grouped["high"]


def test_mode_collapse_is_named_by_the_rows_one_by_one(planted):
    """200 real rows repeated: grouping hides it."""
    one_by_one, grouped = planted("mode_collapse", "F008")["F008"].rows()[:2]
    assert one_by_one["low"] > 0.97
    assert grouped["estimate"] < 0.7


def test_independent_columns_are_told_apart(planted):
    assert planted("indep_marginals", "F008")["F008"].estimate.low > 0.95


def test_both_alarms_are_decisions_and_the_line_of_each_is_a_margin(people):
    rng = np.random.default_rng(0)
    real = people["real"]
    found = result(real, real.take(rng.permutation(real.num_rows)), people["holdout"])
    apart, copied, given_away = found.decisions
    assert (apart.status, copied.status, given_away.status) == ("pass", "warn", "pass")
    assert given_away.margins == ("fidelity.rows_apart",)
    assert apart.warn == apart.clear == found.threshold.value
    assert copied.warn == 0.5 > copied.high
    assert copied.margins == ("fidelity.fresh_auc",)
    assert "takes real rows for synthetic ones" in found.summary


@pytest.mark.parametrize(
    ("family", "rows"), [(families.sales, 400), (families.modes, 400), (families.claims, 1000)]
)
def test_rows_that_give_themselves_away_fail(family, rows):
    real, fresh, holdout = families.three(family, rows, 0)
    broken = fresh.copy()
    for name in fresh.select_dtypes("number"):
        broken[name] = fresh[name] + 0.37 * fresh[name].std()
    found = families.result("F008", real, broken, holdout)
    assert found.status == "fail"
    assert found.estimate.value > 0.9
    assert "give themselves away" in found.message
    # Of 400 rows nobody can tell whether they are as near as a thousand.
    quiet = ("pass", "inconclusive") if rows < 1000 else ("pass",)
    assert families.result("F008", real, fresh, holdout).status in quiet


@pytest.mark.parametrize(
    ("folder", "table", "generator", "status"),
    [
        ("mostly2023", "adult", "gaussian_copula", "fail"),
        ("mostly2023", "adult", "synthpop", "pass"),
        ("platzer2021", "bank-marketing", "mostly", "pass"),
    ],
)
def test_published_generators(shared_data, folder, table, generator, status):
    """Of a copula nearly all rows are told apart (AUC .99), of two others none."""
    real, rows, holdout = (
        pd.read_csv(shared_data / folder / f"{table}_{which}.csv.gz").sample(1500, random_state=1)
        for which in ("trn", generator, "val")
    )
    assert families.result("F008", real, rows, holdout).status == status


def test_what_the_holdout_gives_away_too_is_no_failure():
    """A batch that tells the holdout from the real rows as well says nothing of the generator."""
    rng = np.random.default_rng(6)
    real, synthetic, holdout = (
        pa.table({"x": rng.normal(size=600), "batch": rng.normal(centre, 0.1, 600)})
        for centre in (0, 3, 3)
    )
    alone, beside = result(real, synthetic), result(real, synthetic, holdout)
    assert (alone.status, beside.status) == ("fail", "pass")  # the holdout is V004's to tell
