"""One judgement for every attack: fail, warn, pass and inconclusive follow from an interval."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from synth_eval.checks.privacy._beyond_control import (
    decide,
    difference,
    excess,
    largest,
    levels,
    threshold_of,
    worst,
)
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


def test_upper_ends_are_one_sided_and_need_no_correction() -> None:
    lower, upper = levels(context(), 20)
    assert lower == pytest.approx(1 - 0.05 / 20)
    assert upper == pytest.approx(0.9)
    both = difference("a", 100, 1000, 100, 1000, lower, upper)
    wide, narrow = (difference("a", 100, 1000, 100, 1000, level) for level in (lower, upper))
    assert both.excess.low == wide.excess.low
    assert both.excess.high == narrow.excess.high < wide.excess.high
    exact = excess("a", 10, 1000, 10, 1000, lower, upper)
    assert exact.excess.low == 0 <= exact.excess.value <= exact.excess.high


def test_interval_of_the_largest_excess_holds() -> None:
    """Ten attacks, one of them with an excess of 5 points: 400 draws of the whole set.

    Above the upper end it may lie in 5 % of the draws, below the lower one in 2.5 %; without
    any excess an alarm may be raised in 2.5 %.
    """
    rng, rows = np.random.default_rng(5), 500
    ends = levels(context(), 10)
    above, below, alarms, draws = 0, 0, 0, 400
    for _ in range(draws):
        hits = rng.binomial(rows, 0.4, (2, 10))
        quiet = [difference("a", *_counts(h, c, rows), *ends) for h, c in hits.T]
        alarms += largest(quiet).low > 0
        hits[0, 3] = rng.binomial(rows, 0.45)
        loud = largest(difference("a", *_counts(h, c, rows), *ends) for h, c in hits.T)
        above, below = above + (loud.high < 0.05), below + (loud.low > 0.05)
    error = (draws * 0.05 * 0.95) ** 0.5
    assert above <= 0.05 * draws + 3 * error
    assert max(alarms, below) <= 0.025 * draws + 3 * error


def _counts(hits: int, control_hits: int, rows: int) -> tuple[int, int, int, int]:
    return int(hits), rows, int(control_hits), rows
