"""U003, U004 and U005: rare classes are found, probabilities come true."""

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.judging.results import Status


def rare_table(seed, rows, prevalence=0.05):
    rng = np.random.default_rng(seed)
    fraud = rng.random(rows) < prevalence
    features = {f"x{k}": rng.normal(size=rows) + 0.8 * fraud for k in range(4)}
    return pa.table({**features, "fraud": np.where(fraud, "yes", "no")})


@pytest.fixture(scope="module")
def world():
    return rare_table(0, 6000), rare_table(1, 12_000)


@pytest.fixture
def run(check, world):
    real, holdout = world
    return lambda code, synthetic: check(
        code, synthetic, target="fraud", real=real, holdout=holdout
    )


def test_fresh_rows_pass(run):
    fresh = rare_table(2, 6000)
    results = {code: run(code, fresh) for code in ("U001", "U003", "U004", "U005")}
    assert {result.status for result in results.values()} == {Status.PASS}
    dummy = results["U003"].rows()[-1]
    assert dummy["estimate"] == pytest.approx(0.05, abs=0.01)
    assert results["U003"].estimate.value > 3 * dummy["estimate"]


def test_rebalanced_table_ranks_well_and_fails_calibration(run):
    table = rare_table(2, 60_000)
    rare = np.flatnonzero(np.array(table["fraud"].to_pylist()) == "yes")[:2900]
    common = np.flatnonzero(np.array(table["fraud"].to_pylist()) == "no")[:2900]
    balanced = table.take(np.sort(np.concatenate([rare, common])))
    assert run("U001", balanced).status is Status.PASS
    assert run("U003", balanced).status is Status.PASS
    result = run("U004", balanced)
    assert result.status is Status.FAIL
    intercept = next(row for row in result.rows() if row.get("rule") == "calibration intercept")
    assert intercept["synthetic"] == pytest.approx(np.log(0.05 / 0.95), abs=0.35)
    assert intercept["real"] == pytest.approx(0, abs=0.3)


@pytest.mark.slow
def test_shuffled_labels_find_nothing(run):
    table = rare_table(2, 6000)
    shuffled = np.random.default_rng(0).permutation(np.array(table["fraud"].to_pylist()))
    table = table.set_column(4, "fraud", pa.array(shuffled))
    result = run("U003", table)
    assert result.status is Status.FAIL
    assert result.estimate.low <= 0.05 <= result.estimate.high + 0.02
    assert run("U004", table).status is Status.NOT_APPLICABLE
    assert run("U005", table).status is Status.WARN


def test_absent_class_fails_everywhere(run):
    only = rare_table(2, 6000, prevalence=0.0)
    for code in ("U003", "U004", "U005"):
        result = run(code, only)
        assert result.status is Status.FAIL
        assert "'yes'" in result.message


def test_too_few_positives_are_not_judged(check, world):
    real, _ = world
    holdout = rare_table(1, 400)
    result = check("U003", rare_table(2, 6000), target="fraud", real=real, holdout=holdout)
    assert result.status is Status.NOT_APPLICABLE


def test_details_hold_recall_precision_and_budgets_without_small_cells(run):
    result = run("U005", rare_table(2, 6000))
    kinds = {row["arm"] for row in result.rows()}
    assert {"recall", "precision", "recall if 1 % of the rows are flagged"} <= kinds
    recalls = [row for row in result.rows() if row["arm"] == "recall"]
    assert all(row["real_rows"] is None or row["real_rows"] >= 11 for row in recalls)
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in result.rows())


def test_regression_targets_are_refused(check, people):
    for code in ("U003", "U004", "U005"):
        assert check(code, people(2), target="amount").status is Status.NOT_APPLICABLE
