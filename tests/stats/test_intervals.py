"""Intervals and exact tests: known answers, references, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from synth_eval.stats.intervals import (
    auc_interval,
    clopper_pearson,
    excess_members,
    hypergeometric_tail,
    newcombe,
    poisson_ratio,
    residual_risk,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "low", "high"),
    [(0, 0.0, 0.0370), (50, 0.4038, 0.5962), (25, 0.1755, 0.3430)],
)
def test_wilson_known_answers(successes: int, low: float, high: float) -> None:
    found = wilson(successes, 100)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_wilson_centre_of_zero_hits() -> None:
    found = wilson(0, 100)
    assert (found.low + found.high) / 2 == pytest.approx(0.0185, abs=5e-5)


def test_wilson_is_symmetric_and_refuses_nonsense() -> None:
    assert wilson(3, 10).low == pytest.approx(1 - wilson(7, 10).high)
    for successes, n in ((1, 0), (-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="successes"):
            wilson(successes, n)


@pytest.mark.parametrize("successes", [0, 1, 7, 40])
def test_clopper_pearson_equals_scipy(successes: int) -> None:
    expected = stats.binomtest(successes, 40).proportion_ci(0.9, "exact")
    found = clopper_pearson(successes, 40, 0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_newcombe_published_example() -> None:
    """Newcombe (1998), table II, method 10: 56/70 against 48/80."""
    found = newcombe(56, 70, 48, 80)
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_residual_risk_known_answers() -> None:
    assert residual_risk(50, 100, 25, 100) == pytest.approx((0.325, 0.174, 0.476), abs=5e-4)
    equal = residual_risk(30, 100, 30, 100)
    assert equal is not None
    assert equal.value == 0.0
    assert residual_risk(100, 100, 100, 100) is None


def test_disclosure_counting_known_answer() -> None:
    """Ten matches, all in the training half of 20: p = 1 / C(20, 10) one-sided."""
    assert hypergeometric_tail(10, 10, 10, 20) == pytest.approx(1 / 184_756)


@pytest.mark.parametrize(
    ("hits", "draws", "successes", "population"),
    [(3, 5, 4, 12), (60, 24_384, 80, 36_572), (0, 5, 2, 9), (5, 5, 9, 10), (7, 10, 6, 20)],
)
def test_hypergeometric_tail_equals_scipy(
    hits: int, draws: int, successes: int, population: int
) -> None:
    expected = stats.hypergeom.sf(hits - 1, population, successes, draws)
    found = hypergeometric_tail(hits, draws, successes, population)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


def _excess_by_trying_all(hits: int, members: int, control_hits: int, controls: int) -> list[int]:
    kept = []
    for k in range(hits + 1):
        law = stats.hypergeom(members - k + controls, hits - k + control_hits, members - k)
        if law.sf(hits - k - 1) > 0.025 and law.cdf(hits - k) > 0.025:
            kept.append(k)
    return kept


@pytest.mark.parametrize(
    "case",
    [
        (9, 60, 4, 40),
        (30, 50, 20, 50),
        (5, 24, 0, 12),
        (0, 30, 3, 30),
        (40, 40, 0, 7),
        (2, 9, 9, 9),
    ],
)
def test_excess_members_holds_every_number_not_rejected(case: tuple[int, int, int, int]) -> None:
    kept = _excess_by_trying_all(*case)
    found = excess_members(*case)
    if kept:
        assert (found.low, found.high) == (min(kept), max(kept))
    assert found.low <= found.value <= found.high


def test_excess_members_covers_the_truth_at_unequal_sizes() -> None:
    rng = np.random.default_rng(5)
    copied, covered, alarms = 12, 0, 0
    for _ in range(400):
        chance = rng.permutation(np.arange(600) < 30)  # 30 of 600 records hit by chance
        members, controls = chance[:400], chance[400:]
        with_copies = members.copy()
        with_copies[:copied] = True
        found = excess_members(int(with_copies.sum()), 400, int(controls.sum()), 200)
        covered += found.low <= copied <= found.high
        alarms += excess_members(int(members.sum()), 400, int(controls.sum()), 200).low > 0
    assert covered >= 0.93 * 400
    assert alarms <= 0.045 * 400


def test_auc_of_ties_and_order() -> None:
    by_hand = auc_interval(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0]))
    assert by_hand.value == pytest.approx(6.5 / 9)
    flat = auc_interval(np.zeros(50), np.zeros(60))
    assert flat.value == 0.5
    perfect = auc_interval(np.arange(10.0) + 100, np.arange(10.0))
    assert perfect.value == 1.0
    assert perfect.low < 1.0
    with pytest.raises(ValueError, match="two rows"):
        auc_interval(np.zeros(1), np.zeros(5))


def test_auc_interval_of_a_nearly_perfect_separation_stays_near_one() -> None:
    """Neither a point nor everything: rule of three, 1 - 3.7 / 750, and wider by at most two."""
    positives, negatives = np.arange(750.0) + 1_000, np.arange(750.0)
    perfect = auc_interval(positives, negatives)
    negatives[-1] = 1_005.5  # above six of the positives
    near = auc_interval(positives, negatives)
    for found in (perfect, near):
        assert 1 - 2 * 3.7 / 750 < found.low < 1 - 3.7 / 750
    assert auc_interval(negatives, positives).high == pytest.approx(1 - near.low)


def test_auc_interval_covers_an_area_close_to_one() -> None:
    rng = np.random.default_rng(3)
    shift = 4.37  # an area of .999: the normal distribution function at shift / √2
    runs = [auc_interval(rng.normal(shift, 1, 150), rng.normal(0, 1, 150)) for _ in range(400)]
    assert np.mean([found.low <= 0.999 <= found.high for found in runs]) >= 0.93
    assert np.mean([found.low for found in runs]) > 0.95


def test_auc_interval_covers_half_under_the_null() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(300):
        found = auc_interval(rng.normal(size=80), rng.normal(size=120))
        inside += found.low <= 0.5 <= found.high
    assert inside >= 0.915 * 300


def test_auc_known_answer_of_shifted_normals() -> None:
    rng = np.random.default_rng(2)
    found = auc_interval(rng.normal(1, 1, 20_000), rng.normal(0, 1, 20_000))
    assert found.low < stats.norm.cdf(1 / np.sqrt(2)) < found.high
    assert found.high - found.low < 0.012


@pytest.mark.parametrize(("count", "control"), [(20, 20), (3, 40), (40, 3), (0, 12), (12, 0)])
def test_ratio_of_rates_is_the_exact_binomial_interval(count: int, control: int) -> None:
    """Given their sum, the first count is binomial: Clopper and Pearson's limits, as odds."""
    from scipy.stats import binomtest

    rows, control_rows = 1_000, 4_000
    low, high = poisson_ratio(count, rows, control, control_rows, 0.05)
    exact = binomtest(count, count + control).proportion_ci(0.95, method="exact")
    scale = control_rows / rows
    assert low == pytest.approx(exact.low / (1 - exact.low) * scale)
    if control:
        assert high == pytest.approx(exact.high / (1 - exact.high) * scale)
    else:
        assert high > 1e9
