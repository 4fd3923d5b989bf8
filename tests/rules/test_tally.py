"""Bounds of violation rates."""

from __future__ import annotations

import pytest

from synth_eval.rules.tally import Tally, upper_bound


@pytest.mark.parametrize("rows", [1, 50, 3_000, 10_000_000])
@pytest.mark.parametrize("level", [0.95, 0.9999])
def test_without_a_violation_the_bound_is_the_rule_of_three(rows: int, level: float) -> None:
    """The rate at which so many rows without a violation have the chance 1 - level."""
    bound = upper_bound(Tally(rows, 0), level)
    assert (1 - bound) ** rows == pytest.approx(1 - level, rel=1e-6)


def test_nothing_is_excluded_where_all_rows_break_a_rule_or_none_is_judged() -> None:
    assert upper_bound(Tally(7, 7)) == 1
    assert upper_bound(Tally(0, 0)) == 1


def test_the_bound_is_exact() -> None:
    """Of 10 rows at most 3 break the rule with probability .05 at the bound, by summation."""
    bound = upper_bound(Tally(10, 3))
    terms = ((1, 0), (10, 1), (45, 2), (120, 3))
    chance = sum(ways * bound**k * (1 - bound) ** (10 - k) for ways, k in terms)
    assert chance == pytest.approx(0.05)
