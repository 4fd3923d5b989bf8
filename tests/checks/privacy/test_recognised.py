"""What privacy rests on: attacks on whole records, their power, and what they cover for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synth_eval.checks.privacy import _recognised
from synth_eval.checks.privacy._recognised import Recognised, aside_if_covered
from synth_eval.data.load import load
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import VerdictWord, verdicts
from tests.checks.privacy.support import as_table, judge, make_patients, normal_rows, word

SIZE = 1_000


def coarse_rows(rng: np.random.Generator, rows: int = SIZE) -> dict[str, np.ndarray]:
    """Three columns of few levels: every record has dozens of twins in any table."""
    return {f"c{place}": rng.choice(["a", "b", "c"], rows) for place in range(3)}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("make", [make_patients, normal_rows])
def test_a_thousand_fresh_rows_are_told(make: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = judge(*(make(rng, SIZE) for _ in range(3)), config=Config())
    assert word(found) is VerdictWord.LIMITS, [r.message for r in found.values()]
    assert not [r for r in found.values() if r.status is Status.INCONCLUSIVE and r.gating]


@pytest.mark.parametrize("make", [pytest.param(make_patients, marks=pytest.mark.slow), normal_rows])
def test_a_leak_of_one_in_twenty_is_no_go(make: Any) -> None:
    rng = np.random.default_rng(3)
    real, holdout, fresh = (as_table(make(rng, SIZE)) for _ in range(3))
    leak = as_table(
        {name: [*real[name][:50].to_pylist(), *fresh[name][50:].to_pylist()]
         for name in real.column_names}
    )  # fmt: skip
    found = judge(real, leak, holdout, config=Config())
    assert word(found) is VerdictWord.NO_GO
    assert found["P003"].status is found["P004"].status is Status.FAIL


def test_where_copies_could_not_be_seen_nothing_is_passed() -> None:
    """All 27 kinds of people are in every table: a copy looks like anybody."""
    rng = np.random.default_rng(4)
    found = judge(*(coarse_rows(rng) for _ in range(3)), "P001", "P004", config=Config())
    leak = next(item for item in found["P004"].items if "given away whole" in item.label)
    assert leak.more["recognised_if_copied"] < 0.3
    assert leak.status is Status.INCONCLUSIVE
    assert found["P004"].status is Status.INCONCLUSIVE
    assert word(found) is VerdictWord.UNKNOWN


def test_power_is_told_for_records_that_are_all_different() -> None:
    rng = np.random.default_rng(5)
    found = judge(*(normal_rows(rng, SIZE) for _ in range(3)), "P004", config=Config())["P004"]
    leak = next(item for item in found.items if "given away whole" in item.label)
    assert leak.more["recognised_if_copied"] > 0.95
    assert leak.more["at_most"] <= 0.05
    assert "at most" in found.message


def _context() -> Context:
    table = as_table({"a": np.arange(10)})
    return Context(load(table, table, table), Config(), available_checks()["P009"])


def _result(ctx: Context, low: float, high: float, void: str = "") -> Result:
    decision = Decision("links", low, low, high, fail=0.05, warn=0.0, clear=0.05, void=void)
    return ctx.judged("Too few links.", decisions=[decision])


def _whole(high: float, leak: float, void: str = "") -> Recognised:
    line = {"clear": 0.05, "void": void}
    excess = Decision("whole", 0.0, 0.0, high, warn=0.0, **line)  # type: ignore[arg-type]
    return Recognised((), excess, Decision("leak", 0.0, 0.0, leak, **line), 1.0, 0.01)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("whole", "gates"),
    [
        (_whole(0.02, 0.03), False),
        (_whole(0.06, 0.03), True),  # an excess may hide
        (_whole(0.02, 0.06), True),  # copies would not have been noticed
        (_whole(0.02, 0.03, "no split"), True),
        (None, True),  # too few records
    ],
)
def test_an_attack_that_sees_nothing_stands_aside_only_for_a_strong_one(
    whole: Recognised | None, gates: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(ctx: Context) -> Recognised:
        if whole is None:
            raise NotApplicable("too few")
        return whole

    monkeypatch.setattr(_recognised, "recognised", told)
    ctx = _context()
    found = aside_if_covered(ctx, _result(ctx, 0.0, 0.2))
    assert found.status is Status.INCONCLUSIVE  # never a pass: it gives no evidence either way
    assert found.gating is gates
    assert ("Not decisive" in found.message) is not gates
    for low, high, void in ((0.1, 0.2, ""), (0.0, 0.01, ""), (0.0, 0.2, "no split")):
        result = _result(ctx, low, high, void)
        assert aside_if_covered(ctx, result) is result


def test_the_verdict_names_what_was_not_answered() -> None:
    ctx = _context()
    attack = replace(ctx.judged("Seen.", decisions=[Decision("a", 0, 0, 0, clear=0.05)]),
                     code="P004", name="membership_inference", evidence="attack")  # fmt: skip
    aside = replace(_result(ctx, 0.0, 0.2), gating=False)
    copies = replace(attack, code="P001", name="exact_copies", evidence="")
    verdict = verdicts([copies, attack, aside])["privacy"]
    assert verdict.word is VerdictWord.LIMITS
    assert "not answered" in verdict.power
    assert "linkability" in verdict.power
    assert "linkability" in verdict.reason
