"""U004: predicted probabilities come true."""

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.checks.utility.tstr_calibration import decisions, reliability_items
from synth_eval.judging.judge import overall
from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from tests.checks.utility.support import curve, panels, rare_table


def test_fresh_rows_pass(rare):
    assert rare("U004", rare_table(2, 6000)).status is Status.PASS


def test_a_rebalanced_table_fails_though_it_ranks_well(rare, rebalanced):
    result = rare("U004", rebalanced)
    assert result.status is Status.FAIL
    intercept = next(row for row in result.rows() if row.get("what") == "calibration intercept")
    assert intercept["synthetic"] == pytest.approx(np.log(0.05 / 0.95), abs=0.35)
    assert intercept["real"] == pytest.approx(0, abs=0.3)


@pytest.mark.slow
def test_probabilities_learned_from_shuffled_labels_are_not_judged(rare):
    table = rare_table(2, 6000)
    shuffled = np.random.default_rng(0).permutation(np.array(table["fraud"].to_pylist()))
    result = rare("U004", table.set_column(4, "fraud", pa.array(shuffled)))
    assert result.status is Status.NOT_APPLICABLE


def test_absent_class_fails(rare):
    result = rare("U004", rare_table(2, 6000, prevalence=0.0))
    assert result.status is Status.FAIL
    assert "'yes'" in result.message


@pytest.mark.parametrize(
    ("low", "high", "status"),
    [
        (0.02, 0.08, Status.PASS),
        (0.02, 0.1, Status.PASS),
        (0.02, 0.17, Status.PASS),  # within the margin, ruin excluded
        (0.02, 0.3, Status.INCONCLUSIVE),  # not shown to be beyond the margin, nor within
        (0.3, 0.9, Status.WARN),
        (0.02, 1.2, Status.INCONCLUSIVE),
        (0.9, 1.2, Status.WARN),  # surely no pass, perhaps a failure
        (1.1, 1.9, Status.FAIL),
    ],
)
def test_status_follows_from_the_interval_of_the_loss(low, high, status):
    assert overall(decisions(Config(), (low + high) / 2, low, high)) is status


def test_reliability_curve(check, people):
    result = check("U004", people(2), target="label")
    panel = panels(result)["reliability_curve"]
    synthetic = curve(panel, "trained on synthetic")
    assert list(synthetic.y) == [row["estimate"] for row in result.rows() if "arm" in row]
    assert list(curve(panel, "right").y) == [0.0, 1.0]


def test_small_groups_are_left_out_of_the_reliability_curve():
    few = np.linspace(0, 1, 60)  # ten groups of six rows
    assert reliability_items(few > 0.5, few, 11, 0.05) == []
    assert len(reliability_items(few > 0.5, few, 6, 0.05)) == 10
    many = np.repeat([0.1, 0.9], 100)
    positive = np.concatenate([np.arange(100) < 5, np.arange(100) < 80])  # five of one kind
    assert [item.estimate for item in reliability_items(positive, many, 11, 0.05)] == [0.8]
    assert len(reliability_items(positive, many, 5, 0.05)) == 2


def test_regression_targets_are_refused(check, people):
    assert check("U004", people(2), target="amount").status is Status.NOT_APPLICABLE
