"""U012: leaks are flagged, and only leaks."""

import pyarrow as pa
import pytest

from synth_eval.data.load import load
from synth_eval.judging.results import Status
from synth_eval.judging.run import run
from synth_eval.judging.verdicts import verdicts


def test_fresh_rows_pass(check, people):
    result = check("U012", people(2), target="label")
    assert result.status is Status.PASS
    assert result.estimate.low < 0 < result.estimate.high  # it only looks for alarms, and says so
    assert result.only_alarms
    assert verdicts([result])["utility"].word == "CANNOT TELL"


def test_what_is_shown_is_what_decides(check, people):
    """Interval and margin of the result are those of its decision."""
    mixed = pa.concat_tables([people(2, 1900), people(1).slice(0, 100)])
    result = check("U012", mixed, target="label")
    decision = result.decisions[0]
    shown = (result.estimate.value, result.estimate.low, result.estimate.high)
    assert shown == (decision.value, decision.low, decision.high)
    assert result.threshold.value == decision.fail < result.estimate.low
    assert result.gating  # a holdout that was seen is a NO-GO
    assert verdicts([result])["utility"].word == "NO-GO"


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
    assert [row["column"] for row in result.rows()] == ["code"]


def test_number_targets_are_served_too(check, people):
    assert check("U012", people(2), target="amount").status is Status.PASS


def test_holdout_rows_that_are_training_rows_fail(check, people):
    """A copy of the real rows, tested on the rows it copies: every model looks perfect."""
    copied = check("U012", people(0), target="label", holdout=people(0))
    assert copied.status is Status.FAIL
    assert "100.00 % of the holdout rows are real rows" in copied.message
    some = pa.concat_tables([people(1), people(0, 2000).slice(0, 60)])
    result = check("U012", people(2), target="label", holdout=some)
    assert result.status is Status.FAIL
    assert "tested on what they have learned" in result.message


def test_rows_that_repeat_by_chance_are_no_leak(check, people):
    def coarse(seed):
        return people(seed).select(["job", "plan", "label"])

    result = check("U012", coarse(2), real=coarse(0), holdout=coarse(1), target="label")
    assert result.status is Status.PASS


@pytest.mark.parametrize(("first", "status"), [(500, Status.PASS), (400, Status.WARN)])
def test_entities_with_rows_on_both_sides_warn(people, first, status):
    def visits(seed, start):
        return people(seed).append_column("person", pa.array([start + k // 4 for k in range(2000)]))

    schema = {"columns": [{"name": "person", "kind": "id"}]}
    tables = visits(0, 0), visits(2, 9000), visits(1, first)
    data = load(*tables, target="label", schema=schema)
    [result] = run(data, select_checks=["U012"])
    assert result.status is status
    assert ("rows of one 'person' lie in both" in result.message) == (status is Status.WARN)
