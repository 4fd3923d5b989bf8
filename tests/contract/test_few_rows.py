"""A handful of fresh rows is no fault: nothing fails on it, and no verdict is a GO."""

from __future__ import annotations

import pytest

import synth_eval as se
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import VerdictWord, verdicts

CONFIG = Config(model_rows=1_000, neighbour_rows=300, depth="fast")


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 2, 5, 10, 20])
def test_nothing_fails_on_a_few_fresh_rows(people, rows: int) -> None:
    found = []
    for start in (0, 100, 200):
        synthetic = people["fresh"].slice(start, rows)
        data = se.load(people["real"], synthetic, people["holdout"], target="approved")
        found = run(data, config=CONFIG, select_checks=["utility", "validity", "C008"])
        loud = {entry.code: entry.message for entry in found if entry.status in ("fail", "error")}
        assert loud == {}
        for name in ("utility", "validity"):
            verdict = verdicts(found)[name]
            assert verdict.word == VerdictWord.UNKNOWN
            assert "give at least" in verdict.remedy
