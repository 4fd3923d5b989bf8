"""One judgement for every attack: fail, warn, pass and inconclusive follow from an interval."""

from __future__ import annotations

from typing import cast

import pytest

from synth_eval.checks.privacy._beyond_control import decide, difference, threshold_of, worst
from synth_eval.data.load import Data
from synth_eval.judging.check import Context
from synth_eval.judging.items import Side
from synth_eval.judging.judge import Status
from synth_eval.judging.registry import available_checks
from synth_eval.judging.settings import Config
from synth_eval.stats.intervals import Interval

MARGIN = "privacy.membership_tail"  # .01, below the .05 that may hide


def context() -> Context:
    return Context(cast(Data, None), Config(), available_checks()["P004"])


@pytest.mark.parametrize(
    ("excess", "status"),
    [
        (Interval(0.04, 0.02, 0.06), Status.FAIL),
        (Interval(0.04, 0.01, 0.06), Status.WARN),  # on the margin is not beyond it
        (Interval(0.005, 0.001, 0.01), Status.WARN),
        (Interval(0.01, 0.0, 0.05), Status.PASS),  # nothing proved, and 5 % would have been seen
        (Interval(0.01, -0.2, 0.051), Status.INCONCLUSIVE),
    ],
)
def test_status_of_an_excess(excess: Interval, status: Status) -> None:
    assert decide(context(), "excess", excess, MARGIN).status is status


def test_an_excess_that_only_limits_never_fails() -> None:
    decision = decide(context(), "excess", Interval(0.5, 0.4, 0.6), MARGIN, can_fail=False)
    assert decision.status is Status.WARN


def test_every_line_is_a_margin_with_a_basis() -> None:
    ctx = context()
    decision = decide(ctx, "excess", Interval(0.0, 0.0, 0.0), MARGIN)
    margins = [ctx.config.margin(name) for name in decision.margins]
    assert {decision.fail, decision.warn, decision.clear} == {margin.value for margin in margins}
    assert threshold_of(ctx, MARGIN).value == decision.fail
    assert "nothing found passes where 5 % or more" in threshold_of(ctx, MARGIN).basis


def test_a_column_called_training_is_a_name_and_not_a_side() -> None:
    """Which table a number was measured on is a field: names of columns may be any word."""
    outcome = difference("lookup", 5, 10, 2, 10, 0.95, column="training: unseen")
    member, control = outcome.items()
    assert (member.side, control.side) == (Side.REAL, Side.HOLDOUT)
    assert member.columns == control.columns == ("training: unseen",)
    assert member.row()["at_least"] == outcome.excess.low
    assert "at_least" not in control.row()


def test_what_is_proved_comes_before_what_is_suggested() -> None:
    weak, strong = difference("a", 6, 10, 1, 10, 0.95), difference("b", 500, 1000, 100, 1000, 0.95)
    assert weak.excess.value > strong.excess.value
    assert [outcome.arm for outcome in worst([weak, strong])] == ["b", "a"]
