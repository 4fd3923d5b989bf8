"""Counts that chance exceeds but rarely, beside those of scipy."""

from __future__ import annotations

import pytest
from scipy.stats import betabinom, binom

from synth_eval.stats.upper_counts import beta_binomial_most, binomial_most


@pytest.mark.parametrize("tail", [0.025, 0.001])
@pytest.mark.parametrize(
    ("trials", "first", "second"),
    [(1, 2, 9), (20, 2, 5), (200, 2, 199), (200, 1, 1), (1000, 101, 900), (3000, 3000, 1),
     (50, 2, 9999), (100_000, 2, 499)],
)  # fmt: skip
def test_beta_binomial_as_in_scipy(trials: int, first: int, second: int, tail: float) -> None:
    assert beta_binomial_most(trials, first, second, tail) == pytest.approx(
        betabinom.isf(tail, trials, first, second), abs=1
    )


@pytest.mark.parametrize(
    ("trials", "rate"), [(1, 0.5), (50, 0.001), (1000, 0.2), (200_000, 0.001), (10, 0.999)]
)
def test_binomial_as_in_scipy(trials: int, rate: float) -> None:
    assert binomial_most(trials, rate, 0.01) == binom.isf(0.01, trials, rate)
