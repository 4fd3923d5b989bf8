"""What the distances share: one judgement in rows of real data, and the words for it."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.checks.fidelity import _as_far_as as module
from synth_eval.checks.fidelity._as_far_as import ItemDistance, result_of_distances
from synth_eval.checks.fidelity._margin_lines import MarginLines
from synth_eval.checks.fidelity._standard_errors import FixedError, MeanError
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Status
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.stats.distances import Distance
from synth_eval.stats.worth import SampleCurve, sample_sizes

ROWS = 1_000
SIZES = sample_sizes(ROWS, ROWS)
CURVE = SampleCurve(SIZES, 1 / np.sqrt(SIZES))  # a hundred rows are .1 away, a thousand .032
CONSTANT = SampleCurve(SIZES, np.zeros_like(SIZES))
MARGINS = ("fidelity.worst_table", "fidelity.mean_table")


@pytest.fixture(scope="module")
def context() -> Context:
    table = pa.table({"x": np.arange(float(ROWS))})
    return Context(se.load(table, table), Config(), available_checks()["F002"])


def judged(context, *distances, mean_error=0.001):
    """Result of distances given as (name, value, error) or (name, value, error, curve)."""
    entries = [
        ItemDistance(Item("column", (name,)), Distance(value, error), None, *(curve or (CURVE,)))
        for name, value, error, *curve in distances
    ]
    return result_of_distances(context, entries, FixedError(mean_error, len(entries)), "columns")


def test_an_item_fails_at_the_joint_level_and_passes_at_the_plain_one(context):
    result = judged(context, ("x", 0.05, 0.02), *((f"c{i}", 0.0, 0.02) for i in range(99)))
    x = next(item for item in result.items if item.names == ("x",))
    (decision,) = x.decisions
    assert x.low == decision.low == pytest.approx(max(0.05 - 3.48 * 0.02, 0), abs=1e-3)
    assert x.high == pytest.approx(0.05 + 3.48 * 0.02, abs=1e-3), "what is shown is joint"
    assert decision.high == pytest.approx(0.05 + 1.645 * 0.02, abs=1e-3)
    assert decision.high < decision.clear < x.high
    assert x.status is Status.PASS


def test_one_item_too_far_fails_whatever_the_mean(context):
    result = judged(context, ("x", 0.5, 0.01), *((f"c{i}", 0.0, 0.01) for i in range(99)))
    assert result.status is Status.FAIL
    assert result.summary.startswith("Worst: x, as far from the real table as 4 real rows")
    assert "1 of 100 too far" in result.summary
    assert result.items[0].decisions[0].margins == ("fidelity.worst_table",)


def test_a_mean_surely_beyond_warns_though_an_item_cannot_be_told(context):
    """Surely not a pass, perhaps a fail, is at least a warning."""
    unsure = ("x", 0.3, 0.2)
    assert judged(context, unsure, ("y", 0.02, 0.001), mean_error=0.1).status == "inconclusive"
    result = judged(context, unsure, ("y", 0.02, 0.001), mean_error=0.001)
    assert result.items[0].status is Status.INCONCLUSIVE
    assert result.status is Status.WARN
    assert result.derived_status() is Status.WARN


def test_the_mean_passes_by_its_estimate_inside_the_margin_of_the_worst(context):
    near = [("x", 0.03, 0.001), ("y", 0.03, 0.001)]
    assert judged(context, *near, mean_error=0.03).status is Status.PASS
    assert judged(context, *near, mean_error=0.5).status is Status.INCONCLUSIVE
    far = [("x", 0.06, 0.001), ("y", 0.06, 0.001)]
    assert judged(context, *far, mean_error=0.02).status is Status.INCONCLUSIVE
    assert judged(context, *far, mean_error=0.001).status is Status.WARN


def test_lines_are_real_rows_whatever_the_size_of_the_table_and_never_what_chance_is(context):
    """A fault of one size gets one verdict; below the lines small tables show nothing."""
    large, small, tiny = (MarginLines.of(context, rows) for rows in (100_000, 200, 39))
    assert (large.fail, large.near, large.warn, large.aim) == (100, 100, 1_000, 1_000)
    assert (small.fail, small.near, small.warn, small.aim) == (50, 100, 100, 1_000)
    assert not small.void
    assert tiny.void


@pytest.mark.parametrize(
    "rows",
    [1, 5, 20, *(pytest.param(rows, marks=pytest.mark.slow) for rows in (2, 3, 10, 15))],
)
def test_no_check_of_fidelity_fails_on_few_fresh_rows(rows):
    """Findings of 2026-11-22: 23 of 24 tables of five rows or fewer were NO-GO."""
    rng = np.random.default_rng(rows)
    made = [
        pa.table({"x": rng.normal(size=rows), "y": rng.choice(["a", "b", "c"], rows),
                  "z": rng.exponential(size=rows), "k": ["same"] * (rows - 1) + [f"own {i}"]})
        for i in range(3)
    ]  # fmt: skip
    schema = {
        "columns": [{"name": "y", "kind": "categorical"}, {"name": "k", "kind": "categorical"}]
    }
    said = run(se.load(made[0], made[1], made[2], schema=schema), select_checks=["F"])
    wrong = [
        (result.code, result.message) for result in said
        if result.status in ("fail", "warn", "error", "pass") and result.code != "F007"
    ]  # fmt: skip
    assert not wrong
    by_code = {result.code: result for result in said}
    assert "40" in by_code["F002"].summary


def test_what_the_holdout_shows_as_well_is_no_fault():
    """Real rows in clusters of one customer each: fresh rows are as far as the holdout is."""
    rng = np.random.default_rng(5)
    customers = [rng.normal(0, 1, (20, 1)) + rng.normal(0, 0.1, (20, 200)) for _ in range(3)]
    tables = [pa.table({"x": rows.ravel()}) for rows in customers]
    without = run(se.load(tables[0], tables[1]), select_checks=["F001", "F002"])
    beside = run(se.load(*tables), select_checks=["F001", "F002"])
    assert [result.status for result in without] == ["fail", "fail"]
    assert not {"fail", "warn"} & {str(result.status) for result in beside}


@pytest.mark.parametrize(
    ("value", "error", "status"),
    [(0.5, 0.01, Status.FAIL), (0.001, 0.001, Status.PASS), (0.0, 0.0, Status.PASS)],
)
def test_of_a_constant_column_any_difference_that_is_shown_is_too_far(
    context, value, error, status
):
    result = judged(context, ("x", value, error, CONSTANT), ("y", 0.01, 0.001))
    x = next(item for item in result.items if item.names == ("x",))
    assert x.status is status
    assert x.decisions[0].fail == 0
    assert x.worth == (0 if value > 0 else 1)


def test_items_that_are_not_shown_decide_too(context, monkeypatch):
    """The worst by worth is one of a constant column, with a difference that is not shown."""
    monkeypatch.setattr(module, "_LISTED", 1)
    distances = [("c", 0.001, 0.001, CONSTANT), ("x", 0.5, 0.01), ("y", 0.01, 0.001)]
    result = judged(context, *distances)
    assert [item.names for item in result.items] == [("c",)]
    assert result.items[0].status is Status.PASS
    assert result.status is Status.FAIL
    assert result.decisions[1].subject == "x"
    assert result.summary.startswith("Worst: x,"), "the cause is named, not the first in the list"


def test_names_of_data_stay_whole_in_the_words():
    rng = np.random.default_rng(0)
    real = pa.table({"income (2020)": rng.normal(size=2000), "b": rng.normal(size=2000)})
    other = pa.table({"income (2020)": rng.normal(9, 1, 2000), "b": rng.normal(size=2000)})
    for result in run(se.load(real, other), select_checks=["F002", "F014"]):
        assert "income (2020)" in result.summary
        assert "income (2020)" in result.message
        assert result.items[0].name("column") == "income (2020)"


def test_one_absurd_value_that_no_sample_of_rows_holds_makes_the_mean_unsure():
    rng = np.random.default_rng(1)
    real, synthetic = rng.normal(size=(2, 20_000))
    data = se.load(pa.table({"x": real}), pa.table({"x": synthetic}))
    error = MeanError(Context(data, Config(), available_checks()["F003"]))
    outside = np.setdiff1d(np.arange(20_000), error.rows("synthetic"))
    synthetic[outside[0]] = 1e9
    absurd = se.load(pa.table({"x": real}), pa.table({"x": synthetic}))
    (result,) = run(absurd, select_checks=["F003"])
    assert result.status is Status.INCONCLUSIVE
    assert result.estimate.low == 0


@pytest.fixture(scope="module")
def everything(people, copula_rows) -> list[Result]:
    synthetic = copula_rows.set_column(
        copula_rows.schema.get_field_index("bmi"),
        "bmi",
        pa.array(copula_rows["bmi"].to_numpy(zero_copy_only=False) + 40),
    )
    data = se.load(people["real"], synthetic, people["holdout"], target="approved")
    return run(data, config=Config(neighbour_rows=500, model_rows=1_500), select_checks=["F"])


def test_every_status_of_the_dimension_follows_from_numbers_and_named_margins(everything):
    known = Config().margins
    said = [result for result in everything if result.skipped is None]
    assert len(said) >= 14
    assert {"fail", "pass"} <= {str(result.status) for result in said}
    for result in said:
        decisions = [*result.decisions, *(d for item in result.items for d in item.decisions)]
        assert result.derived_status() is result.status, result.code
        assert decisions, result.code
        for decision in decisions:
            assert set(decision.margins) <= known.keys(), result.code
            assert decision.margins, result.code
        again = Result.from_dict(result.to_dict())
        assert again.derived_status() is result.status, result.code


def test_every_summary_is_short_and_names_no_interval(everything):
    for result in everything:
        assert 0 < len(result.summary.split()) <= 25, (result.code, result.summary)
        assert not re.search(r"\d to \d", result.summary), result.summary
    by_code = {result.code: result for result in everything}
    for code in ("F001", "F002", "F003", "F004", "F005", "F014"):
        assert "bmi" in by_code[code].summary, by_code[code].summary


def test_items_say_on_which_table_they_were_measured(everything):
    by_code = {result.code: result for result in everything}
    for code in ("F008", "F009", "F010", "F011"):
        arms = {item.names[0]: item for item in by_code[code].items if item.kind == "arm"}
        for name, item in arms.items():
            expected = Side.HOLDOUT if name.startswith("holdout") else Side.SYNTHETIC
            assert item.side is expected, (code, name)
        assert any(item.side is Side.HOLDOUT for item in arms.values()), code
        if code != "F008":
            assert all(
                bool(item.decisions) == (item.side is Side.SYNTHETIC) for item in arms.values()
            )


def test_tables_are_compared_by_triples_else_pairs_else_columns():
    checks = available_checks()
    on_axis = {
        code: spec.axis for code, spec in checks.items() if code.startswith("F") and spec.axis
    }
    assert {code: axis.rank for code, axis in on_axis.items()} == {"F005": 0, "F004": 1, "F002": 2}
    assert on_axis["F005"].what == "mean total variation distance of triples of columns"
