"""Known answers of attacks: epsilon, tails, halves."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.intervals import auc_interval
from synth_eval.stats.membership import (
    coarse_steps,
    combined_scores,
    dealt_margin,
    epsilon_lower_bound,
    f1_of_guessing_member,
    judged_epsilon,
    largest_epsilon,
    largest_leak,
    mean_excess,
    one_run_epsilon,
    share_above,
    tail_hits,
    tail_threshold,
)


@pytest.mark.parametrize(
    ("n", "epsilon"),
    [(10, 0.807), (50, 2.570), (100, 3.281), (500, 4.906), (1000, 5.601), (10_000, 7.905)],
)
def test_perfect_attack_proves_so_much_epsilon(n: int, epsilon: float) -> None:
    assert largest_epsilon(n, n) == pytest.approx(epsilon, abs=6e-4)


@pytest.mark.parametrize(("epsilon", "bound"), [(1.0, 0.986), (3.0, 2.971)])
def test_randomised_response_is_bounded_from_below(epsilon: float, bound: float) -> None:
    n = 100_000
    hit = round(n * np.exp(epsilon) / (1 + np.exp(epsilon)))
    assert epsilon_lower_bound(hit, n, n - hit, n) == pytest.approx(bound, abs=1e-3)


@pytest.mark.parametrize(("right", "epsilon"), [(100, 3.493), (1000, 5.809)])
def test_one_run_known_answers(right: int, epsilon: float) -> None:
    assert one_run_epsilon(right, right) == pytest.approx(epsilon, abs=6e-4)
    assert one_run_epsilon(right // 2, right) == 0.0


def _folds(n: int, m: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.permutation(n) % 2 == 0, rng.permutation(m) % 2 == 0


@pytest.mark.parametrize("copied", [0.0, 0.1, 0.5, 1.0])
def test_partial_copy_of_continuous_rows(copied: float) -> None:
    """A fraction f copied gives AUC .5 + f/2 and a true positive rate of f at no false alarm."""
    rng = np.random.default_rng(3)
    n = 4000
    members, controls = -rng.exponential(size=n), -rng.exponential(size=n)
    members[: int(copied * n)] = 0.0
    area = auc_interval(members, controls)
    assert area.value == pytest.approx(0.5 + copied / 2, abs=4 * 0.0065)
    hits = tail_hits(members, controls, _folds(n, n, rng), 0.001)
    assert hits.member_hits / n == pytest.approx(copied, abs=0.004)
    assert hits.control_hits / n < 0.004


def test_independent_scores_prove_no_epsilon_in_95_percent_of_runs() -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(100):
        members, controls = rng.normal(size=(2, 3, 400))
        found = judged_epsilon(list(members), list(controls), _folds(400, 400, rng))
        alarms += found.epsilon > 0
    assert alarms <= 10


def test_copies_prove_epsilon_with_ties_at_the_top() -> None:
    rng = np.random.default_rng(5)
    members, controls = -rng.exponential(size=1000), -rng.exponential(size=1000)
    members[:600] = 0.0
    found = judged_epsilon([members], [controls], _folds(1000, 1000, rng))
    assert found.epsilon > 3.5
    assert found.correct == found.guesses


def test_threshold_never_lets_more_controls_through_than_allowed() -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        controls = rng.integers(0, 12, 300).astype(float)
        assert (controls > tail_threshold(controls, 0.05)).mean() <= 0.05


def test_everybody_a_member_has_f1_of_two_thirds() -> None:
    assert f1_of_guessing_member(50, 50) == pytest.approx(0.667, abs=5e-4)


def test_steps_of_a_curve_hold_eleven_records_of_each_side() -> None:
    rng = np.random.default_rng(7)
    for shift, ties in ((0.0, False), (1.0, False), (3.0, True)):
        members, controls = rng.normal(shift, 1, 500), rng.normal(size=700)
        if ties:
            members, controls = members.round(), controls.round()
        steps = coarse_steps(members, controls, 11)
        assert steps
        for step in steps:
            assert step.members == (members >= step.threshold).sum()
            assert step.controls == (controls >= step.threshold).sum()
        for side, size in (("members", 500), ("controls", 700)):
            counts = [0, *(getattr(step, side) for step in steps), size]
            assert min(np.diff(counts)) >= 11


def test_too_few_records_make_no_curve() -> None:
    assert coarse_steps(np.arange(15.0), np.arange(500.0), 11) == []
    assert coarse_steps(np.zeros(100), np.zeros(100), 11) == []


def test_a_rate_that_allows_a_part_of_a_control_allows_none_of_it():
    controls = np.arange(30.0)
    assert tail_threshold(controls, 0.05) == 28  # 1.5 of 30: one may lie beyond, not two
    assert tail_threshold(controls, 0.01) == 29


def test_a_record_that_every_attack_suspects_stands_first() -> None:
    rng = np.random.default_rng(4)
    members, controls = rng.normal(size=(3, 500)), rng.normal(size=(3, 500))
    members[:, 0] = 2.5  # never the first of an attack by itself
    own, others = combined_scores(list(zip(members, controls, strict=True)))
    assert own[0] > max(own[1:].max(), others.max())


def test_combining_keeps_members_and_controls_exchangeable() -> None:
    """Shares of all records know no sides: swapped sides give swapped scores."""
    rng = np.random.default_rng(5)
    attacks = [(rng.normal(size=60), rng.integers(0, 3, 60).astype(float)) for _ in range(3)]
    own, others = combined_scores(attacks)
    swapped = combined_scores([(control, member) for member, control in attacks])
    assert np.array_equal(own, swapped[1])
    assert np.array_equal(others, swapped[0])


def test_scores_of_other_records_are_judged_by_the_same_shares() -> None:
    members, controls = np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.5, 2.5])
    own, _, again = combined_scores([(members, controls)], [members])
    assert np.array_equal(own, again)


def test_share_above_is_that_of_the_tails() -> None:
    rng = np.random.default_rng(6)
    members, controls = rng.normal(1, 1, 400), rng.normal(size=400)
    folds = rng.permutation(400) % 2 == 0, rng.permutation(400) % 2 == 0
    hits = tail_hits(members, controls, folds, 0.05)
    assert share_above(members, controls, folds, 0.05) == hits.member_hits / 400


@pytest.mark.parametrize("sensitivity", [0.2, 0.6, 1.0])
def test_no_more_can_be_given_away_than_hits_allow(sensitivity: float) -> None:
    """As many records as said leave so few hits with 5 %, one more with less."""
    rng = np.random.default_rng(7)
    leaked = round(largest_leak(4, sensitivity, 2_000) * 2_000)
    few = (rng.binomial([[leaked], [leaked + 1]], sensitivity, (2, 40_000)) <= 4).mean(axis=1)
    assert few[0] > 0.045
    assert few[1] < 0.055


def test_hits_that_hang_together_are_one_throw() -> None:
    """Parts of very different weights on either side by chance: alarms in 2.5 % at most."""
    rng = np.random.default_rng(8)
    for weights in (np.ones(4), np.ones(30), rng.lognormal(0, 1.5, 40), np.array([50.0, 1, 1, 1])):
        signs = rng.choice([-1.0, 1.0], (4_000, len(weights)))
        high = (signs * weights).sum(axis=1) > dealt_margin(weights)
        assert high.mean() <= 0.025 + 3 * (0.025 * 0.975 / 4_000) ** 0.5
    assert dealt_margin(np.zeros(0)) == 0.0


def test_mean_of_shares_keeps_its_level_and_its_range() -> None:
    rng = np.random.default_rng(9)
    low = [
        mean_excess(*(rng.binomial(10, 0.3, 60) / 10 for _ in range(2)), 0.95).low > 0
        for _ in range(1_000)
    ]
    assert np.mean(low) <= 0.025 + 3 * (0.025 * 0.975 / 1_000) ** 0.5
    same = mean_excess(np.ones(50), np.ones(50))
    assert -1 <= same.low < same.value == 0 < same.high <= 1
