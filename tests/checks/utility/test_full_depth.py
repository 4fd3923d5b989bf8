"""U006 to U009: what is only run at depth full."""

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.errors import UsageError
from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config

CODES = ("U006", "U007", "U008", "U009", "U010")
FULL = Config(depth="full")


def flipped(table, share, seed=0):
    """A share of the labels drawn anew: a relation that is there, but weaker."""
    rng = np.random.default_rng(seed)
    labels = np.array(table["label"].to_pylist())
    gone = rng.random(len(labels)) < share
    labels[gone] = rng.permutation(labels)[gone]
    return table.set_column(table.column_names.index("label"), "label", pa.array(labels))


@pytest.fixture
def full(check):
    return lambda code, synthetic, target="label": check(
        code, synthetic, target=target, config=FULL
    )


@pytest.mark.parametrize("code", CODES)
def test_not_run_unless_asked_for(check, people, code):
    result = check(code, people(2), target="label")
    assert result.status is Status.NOT_APPLICABLE
    assert "depth" in result.message


def test_unknown_depth_is_refused():
    with pytest.raises(UsageError, match="depth"):
        Config(depth="deep")


@pytest.mark.parametrize("target", ["amount", pytest.param("label", marks=pytest.mark.slow)])
def test_fresh_rows_are_worth_about_as_many(full, people, target):
    result = full("U006", people(2), target)
    assert result.status in (Status.PASS, Status.WARN)
    assert result.estimate.low <= 2000 <= result.estimate.high
    curve = [row["n"] for row in result.rows()[1:]]
    assert curve == sorted(curve, reverse=True)
    assert curve[0] == 2000


@pytest.mark.slow
def test_worth_falls_with_noise_in_the_labels(full, people):
    clean, noisy = (full("U006", flipped(people(2), share)) for share in (0.0, 0.8))
    assert noisy.estimate.value < clean.estimate.value / 2
    assert noisy.estimate.high < 2000


@pytest.mark.slow
@pytest.mark.parametrize("target", ["label", "amount"])
def test_models_rank_alike_on_fresh_rows(full, people, target):
    result = full("U007", people(2), target)
    assert result.status in (Status.PASS, Status.INCONCLUSIVE)
    assert len(result.rows()) >= 6
    assert -1 <= result.estimate.low <= result.estimate.value <= result.estimate.high <= 1
    assert {"reference", "tested_on_synthetic", "real_tested_on_synthetic"} <= set(result.rows()[0])
    least = 0.6 if target == "label" else 0.2
    assert all(row["estimate"] > least for row in result.rows())


@pytest.mark.slow
def test_importances_agree_on_fresh_rows_and_not_on_shuffled_columns(full, people, replaced):
    fresh = full("U008", people(2))
    assert fresh.status is Status.PASS
    table = people(2)
    jobs = np.random.default_rng(0).permutation(np.array(table["job"].to_pylist()))
    broken = full("U008", replaced(table, "job", jobs))
    assert broken.estimate.value < fresh.estimate.value
    row = next(row for row in broken.rows() if row["column"] == "job")
    assert row["estimate"] < row["reference"] / 2


@pytest.mark.slow
def test_mixing_fresh_rows_helps_and_shuffled_labels_harm(check, people):
    tables = {"target": "label", "config": FULL, "holdout": people(1, 8000)}
    good = check("U009", people(2, 12_000), **tables)
    assert good.estimate.value > 0
    assert good.status is Status.PASS
    bad = check("U009", flipped(people(2, 12_000), 1.0), **tables)
    worst = next(row for row in bad.rows() if "5 times" in row["arm"])
    assert worst["gain_high"] < 0
    names = [row["arm"] for row in bad.rows()]
    assert "real rows twice" in names
    assert "real rows, rarer classes drawn again" in names
    assert "real rows, rarer classes weighing more" in names
    assert sum("replaced" in name for name in names) == 3


@pytest.mark.parametrize("target", ["label", "amount"])
def test_coefficients_agree_on_fresh_rows_and_flip_with_the_label(full, people, replaced, target):
    table = people(2)
    fresh = full("U010", table, target)
    assert fresh.status is Status.PASS
    assert fresh.estimate.value > 0.4
    turned = (
        ["no" if label == "yes" else "yes" for label in table["label"].to_pylist()]
        if target == "label"
        else -table["amount"].to_numpy()
    )
    broken = full("U010", replaced(table, target, turned), target)
    assert broken.status is Status.WARN
    assert broken.rows()[0]["opposite_sign"]
    assert "95 %" in broken.message


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_hostile_tables_never_crash(full, people, code):
    table = people(2)
    gone = table.filter(pa.compute.equal(table["label"], "no"))
    assert full(code, gone).status is Status.FAIL
    assert full(code, people(2, 1)).status in (
        Status.FAIL, Status.NOT_APPLICABLE, Status.INCONCLUSIVE
    )  # fmt: skip
    age = table["age"].to_numpy().copy()
    age[:3] = [np.inf, 1e308, -np.inf]
    hostile = table.set_column(0, "age", pa.array(age)).drop_columns(["job"])
    assert full(code, hostile).status is not Status.ERROR
