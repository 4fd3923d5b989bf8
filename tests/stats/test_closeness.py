"""Distances in units of fresh rows: known factors, and chance."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.closeness import (
    TableSet,
    closeness_ratio,
    fitted_factor,
    ratio_of_fresh_rows,
)

SHARES = np.random.default_rng(0).dirichlet(np.full(12, 5.0), size=30)


def counts(rng: np.random.Generator, shares: np.ndarray, rows: int) -> np.ndarray:
    return np.stack([rng.multinomial(rows, own) for own in shares])


def test_fresh_rows_have_one_and_a_copy_has_none() -> None:
    rng = np.random.default_rng(1)
    real, fresh, holdout = (counts(rng, SHARES, 5000) for _ in range(3))
    assert closeness_ratio(TableSet(real, fresh, real + holdout)) == pytest.approx(1, abs=0.1)
    assert closeness_ratio(TableSet(real, real, real + holdout)) == 0.0


@pytest.mark.parametrize(("n", "m"), [(20_000, 20_000), (20_000, 60_000), (60_000, 20_000)])
def test_rows_drawn_from_fitted_shares_are_closer_by_the_closed_form(n: int, m: int) -> None:
    rng = np.random.default_rng(2)
    real, pooled = counts(rng, SHARES, n), counts(rng, SHARES, 1_000_000)
    drawn = counts(rng, real / n, m)
    tables = TableSet(real, drawn, pooled)
    expected = np.sqrt((1 / m) / (1 / m + 1 / n))
    assert fitted_factor(tables) == pytest.approx(expected, rel=0.02)
    assert closeness_ratio(tables) == pytest.approx(expected, rel=0.1)


def test_chance_is_that_of_repeated_deals() -> None:
    rng = np.random.default_rng(3)
    rows = [rng.choice(12, 9000, p=own) for own in SHARES]
    mean, spread = ratio_of_fresh_rows(rows, 12, (3000, 3000, 3000), 200, rng)
    assert mean == pytest.approx(1, abs=0.03)
    found = []
    for _ in range(100):
        real, holdout, fresh = (counts(rng, SHARES, 3000) for _ in range(3))
        found.append(closeness_ratio(TableSet(real, fresh, real + holdout)))
    assert spread == pytest.approx(np.std(found), rel=0.3)
