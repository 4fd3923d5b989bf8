"""The largest of many statistics: known extremes, and the rate it promises."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from synth_eval.stats.maximum import MaximumStatistic

ROWS = 1000


def critical(effects: np.ndarray, alpha: float = 0.05) -> float:
    """Critical value for statistics whose influences are the columns of two samples."""
    rng = np.random.default_rng(0)
    statistic = MaximumStatistic([(ROWS, 5000), (ROWS, 3000)], rng)
    for first, second in zip(*effects, strict=True):
        statistic.add([first, second])
    return statistic.critical(alpha)


def test_one_statistic_needs_the_plain_level() -> None:
    effects = np.random.default_rng(1).normal(size=(2, 1, ROWS))
    assert critical(effects) == pytest.approx(1.96, abs=0.2)


def test_copies_of_one_statistic_count_once_and_unrelated_ones_each() -> None:
    rng = np.random.default_rng(2)
    one = rng.normal(size=(2, 1, ROWS))
    assert critical(np.repeat(one, 300, axis=1)) == pytest.approx(critical(one), abs=0.2)
    unrelated = critical(rng.normal(size=(2, 300, ROWS)))
    expected = NormalDist().inv_cdf((1 + 0.95 ** (1 / 300)) / 2)
    assert unrelated == pytest.approx(expected, abs=0.2)


def test_the_promised_rate_is_kept_for_related_statistics() -> None:
    rng = np.random.default_rng(3)
    loadings = rng.normal(size=(40, 3))

    def draw(rows: int) -> np.ndarray:
        return rng.normal(size=(rows, 3)) @ loadings.T + 0.5 * rng.normal(size=(rows, 40))

    limit = critical(np.stack([draw(ROWS).T, draw(ROWS).T]))
    alarms = 0
    for _ in range(400):
        real, synthetic = draw(500), draw(300)
        error = np.sqrt(real.var(axis=0) / 500 + synthetic.var(axis=0) / 300)
        alarms += (np.abs(real.mean(axis=0) - synthetic.mean(axis=0)) / error).max() > limit
    assert alarms / 400 == pytest.approx(0.05, abs=0.035)


def test_constant_influences_are_left_out() -> None:
    effects = np.zeros((2, 5, ROWS))
    assert critical(effects) == pytest.approx(1.96, abs=1e-2)
