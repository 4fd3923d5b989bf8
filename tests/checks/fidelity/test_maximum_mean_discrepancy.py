"""F010: maximum mean discrepancy of whole rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run


def result(real: pa.Table, synthetic: pa.Table) -> Result:
    return run(se.load(real, synthetic), select_checks=["F010"])[0]


def test_levels_that_changed_places_worked_out_by_hand() -> None:
    """Forty levels in turn: the median distance is one, so unlike rows count exp(-1/2).

    Real, each level once; synthetic, the first twenty levels twice. Pairs of different rows that
    are alike: none within real, 40 of 1,560 within synthetic, 40 of 1,600 across.
    """
    levels = [f"level {i}" for i in range(40)]
    found = result(pa.table({"level": levels}), pa.table({"level": levels[:20] * 2}))
    unlike = np.exp(-0.5)
    within, across = 40 / (40 * 39), 40 / 1600
    expected = unlike + (within + (1 - within) * unlike) - 2 * (across + (1 - across) * unlike)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(expected, abs=1e-6)


def test_shift_fails_and_lost_dependence_is_seen() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=4000)
    real = {"x": x, "y": x, "z": rng.normal(size=4000)}
    shifted = {"x": x + 2, "y": x + 2, "z": real["z"]}
    shuffled = {name: rng.permutation(column) for name, column in real.items()}
    assert result(pa.table(real), pa.table(shifted)).status is Status.FAIL
    assert result(pa.table(real), pa.table(shuffled)).status in (Status.WARN, Status.FAIL)


def test_without_a_bandwidth_it_is_not_judged() -> None:
    table = pa.table({"level": ["a"] * 90 + ["b"] * 10})
    found = result(table, table)
    assert found.status is Status.NOT_APPLICABLE
    assert "bandwidth" in found.message
