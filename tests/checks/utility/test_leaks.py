"""U012: leaks are flagged, and only leaks."""

import pyarrow as pa
import pytest

from synth_eval.results import Status


def test_fresh_rows_pass(check, people):
    assert check("U012", people(2), target="label").status is Status.PASS


def test_copies_of_the_real_rows_are_no_leak_of_the_holdout(check, people):
    assert check("U012", people(0), target="label").status is Status.PASS


def test_holdout_rows_in_the_synthetic_table_fail(check, people):
    mixed = pa.concat_tables([people(2, 1900), people(1).slice(0, 100)])
    result = check("U012", mixed, target="label")
    assert result.status is Status.FAIL
    assert result.estimate.value == pytest.approx(0.05, abs=0.005)
    assert "seen the holdout" in result.message


def test_column_derived_from_the_target_warns(check, people):
    def derived(seed):
        table = people(seed)
        code = [7.0 if label == "yes" else 3.0 for label in table["label"].to_pylist()]
        return table.append_column("code", pa.array(code))

    result = check("U012", derived(2), target="label", real=derived(0), holdout=derived(1))
    assert result.status is Status.WARN
    assert [row["column"] for row in result.details] == ["code"]


def test_number_targets_are_served_too(check, people):
    assert check("U012", people(2), target="amount").status is Status.PASS
