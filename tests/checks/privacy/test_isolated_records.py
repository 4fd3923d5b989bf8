"""P005: the most isolated training records."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from synth_eval.checks.privacy._beyond_control import decide, levels
from synth_eval.checks.privacy.isolated_records import Isolated, _tail
from synth_eval.data.load import Data
from synth_eval.judging.check import Context
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import VerdictWord
from tests.checks.privacy.support import judge, normal_rows, word


def test_a_smell_is_a_member_ten_times_nearer_than_every_control() -> None:
    members = np.array([0.004, 0.0051, 0.5, 2.0])
    found = Isolated(members, np.array([0.3, 1.0]), members, smallest=0.05, others={})
    assert found.far_nearer(0.1) == 1
    assert found.far_nearer(0.05) == 0


def test_one_copied_outlier_is_smelled_though_averages_are_blind() -> None:
    rng = np.random.default_rng(6)
    real, holdout, synthetic = (normal_rows(rng, 5000) for _ in range(3))
    real[7] = [9.0, -8.0, 9.0, -9.0]
    clean = judge(real, synthetic, holdout)
    synthetic[11] = real[7] * 1.00001
    leaky = judge(real, synthetic, holdout)
    # Two hundred isolated records: 5 % of them given away would have been seen.
    estimate = clean["P005"].estimate
    assert estimate is not None
    assert estimate.low == 0
    assert estimate.high <= 0.05  # type: ignore[operator]
    assert clean["P005"].status is Status.PASS, clean["P005"].message
    assert word(clean) is VerdictWord.LIMITS
    # A smell is shown, though of the group as a whole nothing is.
    assert leaky["P005"].status is Status.WARN
    assert "1 isolated training record has" in leaky["P005"].message
    smell = leaky["P005"].items[-1]
    assert smell.label == "far nearer than any unseen record"
    assert (smell.status, smell.more["records"]) == (Status.WARN, 1)
    assert leaky["P005"].items[0].status is Status.PASS
    assert leaky["P002"].status is clean["P002"].status
    assert word(leaky) is VerdictWord.LIMITS


def test_a_copy_gives_isolated_records_away_and_the_strata_are_drawn() -> None:
    rng = np.random.default_rng(7)
    real, holdout = normal_rows(rng, 5000), normal_rows(rng, 5000)
    found = judge(real, real, holdout, "P005")["P005"]
    assert found.status is Status.FAIL, found.message
    [strata] = found.panels
    assert strata.x_ticks[-1] == "most isolated 6 %"  # 200 of the 3,333 unseen records
    assert len(strata.lines[0].y) == 4


def test_few_isolated_records_are_not_compared() -> None:
    rng = np.random.default_rng(8)
    found = judge(*(normal_rows(rng, 500) for _ in range(3)), "P005")["P005"]
    assert found.status is Status.NOT_APPLICABLE
    assert "too few" in found.message


@pytest.mark.parametrize(("records", "least", "most"), [(57, 0.2, 0.4), (200, 0.0, 0.1)])
def test_too_few_isolated_records_are_no_pass(records: int, least: float, most: float) -> None:
    """Fresh rows: in a third of the draws 5 % given away hide in 57 records, rarely in 200."""
    ctx = Context(cast(Data, None), Config(), available_checks()["P005"])
    rng = np.random.default_rng(0)
    statuses = []
    for _ in range(200):
        tail = _tail(
            "isolated", (rng.normal(size=records), rng.normal(size=records)), rng, levels(ctx)
        )
        decision = decide(ctx, "isolated", tail.excess, "privacy.isolated_records")
        assert (decision.status is Status.PASS) == (tail.excess.low <= 0 and decision.high <= 0.05)
        statuses.append(decision.status)
    assert least * 200 <= statuses.count(Status.INCONCLUSIVE) <= most * 200
    assert statuses.count(Status.FAIL) + statuses.count(Status.WARN) <= 11  # 2.5 % is 5
