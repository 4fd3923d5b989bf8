"""P005: the most isolated training records."""

from __future__ import annotations

import numpy as np

from synth_eval.checks.privacy.isolated_records import Isolated
from synth_eval.judging.results import Status
from synth_eval.judging.verdicts import VerdictWord
from tests.checks.privacy.support import judge, normal_rows, word


def test_a_smell_is_a_member_ten_times_nearer_than_every_control() -> None:
    members = np.array([0.004, 0.0051, 0.5, 2.0])
    found = Isolated(members, np.array([0.3, 1.0]), smallest=0.05, others={})
    assert found.smells == 1


def test_one_copied_outlier_is_smelled_though_averages_are_blind() -> None:
    rng = np.random.default_rng(6)
    real, holdout, synthetic = (normal_rows(rng, 5000) for _ in range(3))
    real[7] = [9.0, -8.0, 9.0, -9.0]
    clean = judge(real, synthetic, holdout)
    synthetic[11] = real[7] * 1.00001
    leaky = judge(real, synthetic, holdout)
    assert clean["P005"].status is Status.PASS, clean["P005"].message
    assert leaky["P005"].status is Status.WARN
    assert "1 isolated training record has" in leaky["P005"].message
    assert leaky["P002"].status is clean["P002"].status
    assert word(leaky) is VerdictWord.LIMITS


def test_a_copy_gives_isolated_records_away_and_the_strata_are_drawn() -> None:
    rng = np.random.default_rng(7)
    real, holdout = normal_rows(rng, 5000), normal_rows(rng, 5000)
    found = judge(real, real, holdout, "P005")["P005"]
    assert found.status is Status.FAIL, found.message
    [strata] = found.panels
    assert strata.x_ticks[-1] == "most isolated 1 %"
    assert len(strata.lines[0].y) == 4


def test_few_isolated_records_are_not_compared() -> None:
    rng = np.random.default_rng(8)
    found = judge(*(normal_rows(rng, 500) for _ in range(3)), "P005")["P005"]
    assert found.status is Status.NOT_APPLICABLE
    assert "too few" in found.message
