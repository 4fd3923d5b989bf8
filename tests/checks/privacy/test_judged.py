"""What holds for every check of privacy: statuses follow from numbers, facts and axis are told."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.judging.registry import select
from synth_eval.judging.results import Result, Side, Status, status_of
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import shortened
from tests.checks.privacy.support import judge, make_staff

CODES = [*select(["privacy"])]
CONFIG = Config(neighbour_rows=600, declared_epsilon=0.5)
ATTACKED = ("P001", "P003", "P004", "P006", "P009")  # estimates are shares of training records


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, Result]]:
    """Of a copy, of fresh rows, and of a copy beside a holdout of taller people."""
    # One honest table in forty raises an alarm of a check by chance; these rows raise none.
    rng = np.random.default_rng(23)
    real, holdout, fresh = (make_staff(rng, 4000) for _ in range(3))
    others = holdout | {"height": holdout["height"] + 5}
    return {
        "copy": judge(real, real, holdout, config=CONFIG),
        "fresh": judge(real, fresh, holdout, config=CONFIG),
        "no split": judge(real, real, others, config=CONFIG),
    }


@pytest.mark.parametrize("code", CODES)
def test_every_status_follows_from_the_decisions_shown(
    code: str, results: dict[str, dict[str, Result]]
) -> None:
    for kind, found in results.items():
        result = found[code]
        decided = [decision for item in result.items for decision in item.decisions]
        assert decided, (kind, result.message)
        assert result.status is status_of(decided), kind
        again = Result.from_dict(result.to_dict())
        assert again.status is result.status is again.derived_status(), kind
        for decision in decided:
            lines = {decision.fail, decision.warn, decision.clear} - {None}
            margins = {CONFIG.margin(name).value for name in decision.margins}
            assert lines <= margins | {0.0, CONFIG.declared_epsilon}, (kind, decision)


@pytest.mark.parametrize("code", CODES)
def test_a_copy_is_an_alarm_and_fresh_rows_are_none(
    code: str, results: dict[str, dict[str, Result]]
) -> None:
    assert results["copy"][code].status in (Status.FAIL, Status.WARN)
    assert results["fresh"][code].status in (Status.PASS, Status.INCONCLUSIVE)


@pytest.mark.parametrize("code", CODES)
def test_the_first_screen_gets_a_short_sentence(
    code: str, results: dict[str, dict[str, Result]]
) -> None:
    for found in results.values():
        summary = found[code].summary
        assert summary
        assert not shortened(summary).endswith("…"), summary
        assert not any(mark in summary for mark in (" to +", " to -", "±")), summary


@pytest.mark.parametrize("code", ["P003", "P004", "P005", "P006", "P007", "P008", "P009", "P010"])
def test_a_split_that_is_none_makes_alarms_void(
    code: str, results: dict[str, dict[str, Result]]
) -> None:
    result = results["no split"][code]
    assert result.status is Status.INCONCLUSIVE
    decided = [decision for item in result.items for decision in item.decisions]
    assert all("INVALID SPLIT" in decision.void for decision in decided)
    assert result.message == f"{decided[0].void}."
    assert "random split" in result.summary


@pytest.mark.parametrize("code", CODES)
def test_facts_that_are_declared_are_told_and_no_others(
    code: str, results: dict[str, dict[str, Result]]
) -> None:
    [spec] = select([code]).values()
    for found in results.values():
        assert set(found[code].facts) == set(spec.facts)


def test_attacks_on_training_records_stand_on_one_axis() -> None:
    on_axis = {code: spec.axis for code, spec in select(["privacy"]).items() if spec.axis}
    assert tuple(on_axis) == ATTACKED
    assert len({axis.what for axis in on_axis.values()}) == 1
    assert len({axis.rank for axis in on_axis.values()}) == len(ATTACKED)
    assert all(not axis.fact for axis in on_axis.values())


@pytest.mark.parametrize("code", CODES)
def test_side_is_that_of_the_table_measured(
    code: str, results: dict[str, dict[str, Result]]
) -> None:
    for item in results["copy"][code].items:
        arm = item.name("arm") or ""
        if arm.endswith(("training", "(members)")):
            assert item.side is Side.REAL, arm
        if arm.endswith(("unseen", "(controls)")):
            assert item.side is Side.HOLDOUT, arm
        if "blind baseline" in arm:
            assert item.side is Side.NEUTRAL, arm
