"""The arms that every score is set beside: what is fitted on which rows, and of how many."""

import pytest

from synth_eval.judging.results import Status
from tests.checks.utility.support import FAST, arm


@pytest.mark.parametrize(
    ("code", "target"),
    [("U001", "label"), pytest.param("U002", "amount", marks=pytest.mark.slow)],
)
def test_every_arm_is_there_with_its_paired_difference(check, code, target, people):
    """Half as many synthetic rows as real ones: equal and full size are two arms."""
    result = check(code, people(2, 1000), target=target)
    sizes = {row["arm"]: row["n"] for row in result.rows()}
    assert sizes["synthetic rows"] == sizes["real rows, as many"] == 1000
    assert sizes["all real rows"] == 2000
    for row in result.rows()[1:5]:
        assert row["gap"] == pytest.approx(result.estimate.value - row["estimate"])
        assert row["gap_low"] <= row["gap"] <= row["gap_high"]
    gain = result.reference.value - result.facts["no_model"]
    share = (result.estimate.value - result.facts["no_model"]) / gain
    assert result.facts["share_of_gain"] == pytest.approx(share)
    assert result.facts["share_of_gain_low"] < share < result.facts["share_of_gain_high"]
    trts = arm(result, "real rows, tested on synthetic rows")
    tsts = arm(result, "synthetic rows, tested on other synthetic rows")
    assert trts["low"] <= result.reference.value <= trts["high"]
    assert tsts["low"] <= result.reference.value <= tsts["high"]
    sides = {item.label: item.side for item in result.items}
    assert sides["synthetic rows"] == "synthetic"
    assert sides["synthetic rows, tested on other synthetic rows"] == "synthetic"
    assert sides["no model"] == "neutral"
    trained_on_real = "real rows, as many", "250 real rows", "real rows, tested on synthetic rows"
    for name in trained_on_real:
        assert sides[name] == "real"


def test_more_synthetic_than_real_rows_are_an_arm_of_their_own(check, people):
    result = check("U001", people(2, 4000), target="label")
    assert arm(result, "all synthetic rows")["n"] == 4000
    assert result.n == 2000
    assert not any(row["arm"] == "all real rows" for row in result.rows())


@pytest.mark.parametrize(("code", "target"), [("U001", "label"), ("U002", "amount")])
@pytest.mark.parametrize("rows", [1, 5, 20, 49])
def test_a_few_fresh_rows_never_fail_and_it_is_said_how_many_are_needed(
    check, code, target, people, rows
):
    result = check(code, people(2, rows), target=target, config=FAST)
    assert result.status is Status.NOT_APPLICABLE
    assert result.skipped.cause == "rows"
    assert result.skipped.remedy == (
        "give at least 50, for a verdict 1,000 real and synthetic ones"
    )


@pytest.mark.parametrize(("code", "target"), [("U001", "label"), ("U002", "amount")])
def test_a_table_smaller_than_the_goal_cannot_be_told(check, code, target, people):
    """Nor does it fail for being small: fresh rows are all that so few rows can be."""
    result = check(code, people(2, 100), target=target, config=FAST)
    assert result.status is Status.INCONCLUSIVE
    assert "A pass takes 1,000 rows of either table." in result.message
    assert result.facts["rows_needed"] == 1000
