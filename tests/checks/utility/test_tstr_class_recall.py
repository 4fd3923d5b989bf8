"""U005: recall and precision of every class."""

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.judging.results import Status
from tests.checks.utility.support import curve, panels, rare_table


def test_fresh_rows_pass_with_recall_precision_and_budgets_without_small_cells(rare):
    result = rare("U005", rare_table(2, 6000))
    assert result.status is Status.PASS
    kinds = {row["arm"] for row in result.rows()}
    assert {"recall", "precision", "recall if 1 % of the rows are flagged"} <= kinds
    recalls = [row for row in result.rows() if row["arm"] == "recall"]
    assert all(row["real_rows"] is None or row["real_rows"] >= 11 for row in recalls)
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in result.rows())


@pytest.mark.slow
def test_shuffled_labels_find_nothing(rare):
    table = rare_table(2, 6000)
    shuffled = np.random.default_rng(0).permutation(np.array(table["fraud"].to_pylist()))
    result = rare("U005", table.set_column(4, "fraud", pa.array(shuffled)))
    assert result.status is Status.WARN


def test_absent_class_fails(rare):
    result = rare("U005", rare_table(2, 6000, prevalence=0.0))
    assert result.status is Status.FAIL
    assert "'yes'" in result.message


def test_recall_by_class(check, people):
    result = check("U005", people(2), target="plan")
    panel = panels(result)["recall_by_class"]
    assert set(panel.x_ticks) == {"small", "medium", "large"}
    recalls = {row["level"]: row for row in result.rows() if row["arm"] == "recall"}
    for place, level in enumerate(panel.x_ticks):
        assert curve(panel, "synthetic").y[place] == recalls[level]["estimate"]
        assert curve(panel, "as many real").y[place] == recalls[level]["reference"]


def test_regression_targets_are_refused(check, people):
    assert check("U005", people(2), target="amount").status is Status.NOT_APPLICABLE
