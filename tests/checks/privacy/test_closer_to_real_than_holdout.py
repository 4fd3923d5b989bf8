"""P002: the share of synthetic rows nearer to training rows than to unseen ones."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.checks.privacy.closer_to_real_than_holdout import closer_share
from synth_eval.judging.results import Result, Status
from synth_eval.judging.settings import Config
from synth_eval.stats.neighbours import Neighbours
from tests.checks.privacy.support import as_table, jittered, judge, make_staff

ROWS = 3000


def result(real: object, synthetic: object, holdout: object) -> Result:
    return judge(real, synthetic, holdout, "P002", config=Config())["P002"]


def test_share_counts_ties_half_and_records_once() -> None:
    def found(distances: list[float], rows: list[int]) -> Neighbours:
        return Neighbours(np.array(distances)[:, None], np.array(rows)[:, None])

    share = closer_share(found([1, 2, 3, 4], [0, 1, 2, 3]), found([2, 1, 3, 5], [0, 1, 2, 3]))
    assert share.value == pytest.approx(2.5 / 4)
    lonely = closer_share(found([1] * 400, [7] * 400), found([2] * 400, list(range(400))))
    many = closer_share(
        found([1, 2] * 200, list(range(400))), found([2, 1] * 200, list(range(400)))
    )
    assert lonely.value == 1.0
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.01)


def test_share_interval_covers_one_half_over_splits_though_queries_crowd() -> None:
    """Queries around few records: a binomial interval would be far too narrow."""
    rng = np.random.default_rng(6)
    inside = 0
    for _ in range(200):
        centres = rng.normal(size=40)
        queries = np.repeat(centres, 100)
        pool = rng.normal(size=200)
        real, holdout = pool[:100], pool[100:]
        sides = []
        for side in (real, holdout):
            gaps = np.abs(queries[:, None] - side[None])
            sides.append(Neighbours(gaps.min(axis=1)[:, None], gaps.argmin(axis=1)[:, None]))
        share = closer_share(*sides)
        inside += share.low <= 0.5 <= share.high
    assert inside >= 0.9 * 200


def test_copies_with_jitter_are_nearer_and_fresh_rows_are_not() -> None:
    rng = np.random.default_rng(31)
    real, holdout = make_staff(rng), make_staff(rng)
    assert result(real, jittered(real, rng), holdout).status is Status.WARN
    fresh = result(real, make_staff(rng, 5000), holdout)
    assert fresh.status is Status.PASS
    assert "clears nothing" in fresh.message
    assert fresh.estimate is not None
    assert fresh.threshold is not None
    # It only looks for alarms: an interval across one half passes, and the basis says so.
    assert fresh.estimate.low < fresh.threshold.value < fresh.estimate.high  # type: ignore[operator]
    assert "only an interval wholly above it warns" in fresh.threshold.basis
    assert fresh.items[0].decisions[0].otherwise is Status.PASS
    assert not fresh.gating


def test_half_the_holdout_does_not_shift_the_share() -> None:
    """Fresh rows have a share of .59 against a holdout of half the size; equal sizes mend it."""
    rng = np.random.default_rng(31)
    real, holdout = make_staff(rng), make_staff(rng)
    found = result(real, make_staff(rng), as_table(holdout).slice(0, ROWS // 2))
    assert found.estimate is not None
    assert found.estimate.low is not None
    assert found.estimate.low < 0.5 < found.estimate.value + 0.05
    assert found.rows()[0]["rows_searched_per_side"] == ROWS // 2
