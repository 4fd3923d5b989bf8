"""Attacks on generators that know nobody, and on groups that differ without any generator."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.checks.privacy._attacks import blind_baseline
from synth_eval.stats.intervals import auc_interval
from synth_eval.stats.membership import judged_epsilon
from synth_eval.stats.neighbours import MixedSpace, nearest


def test_independent_generator_is_at_one_half_and_proves_no_epsilon() -> None:
    """A synthetic table made from a third sample knows nobody; 100 runs of two attacks.

    The standard error of the area is sqrt((n + m + 1) / (12 n m)).
    """
    n, runs = 300, 100
    inside, silent = 0, 0
    half = 1.96 * np.sqrt((2 * n + 1) / (12 * n * n))
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        space = MixedSpace([rng.normal(size=2 * n) for _ in range(3)], 0)
        members, controls, synthetic, reference = (
            space.encode([rng.normal(size=n) for _ in range(3)], []) for _ in range(4)
        )
        scores = []
        for rows in (members, controls):
            near, around = (
                nearest(rows, base, space.grid).distances[:, 0] for base in (synthetic, reference)
            )
            scores.append([-near, np.log(around + 1e-6) - np.log(near + 1e-6)])
        area = auc_interval(scores[0][0], scores[1][0]).value
        inside += abs(area - 0.5) <= half
        folds = (rng.permutation(n) % 2 == 0, rng.permutation(n) % 2 == 0)
        silent += judged_epsilon(scores[0], scores[1], folds).epsilon == 0
    error = (runs * 0.05 * 0.95) ** 0.5
    assert inside >= 0.95 * runs - 3 * error
    assert silent >= 0.95 * runs - 3 * error


def test_blind_baseline_of_groups_one_standard_deviation_apart() -> None:
    """Phi(1 / sqrt 2) = .7602: the area of telling them apart without any synthetic row."""
    rng = np.random.default_rng(1)
    members, controls = rng.normal(size=5_000), rng.normal(1.0, 1, 5_000)
    space = MixedSpace([np.concatenate([members, controls])], 0)
    sides = [space.encode([values], []) for values in (members, controls)]
    found = blind_baseline(sides[0], sides[1], rng)
    assert found.value == pytest.approx(0.7602, abs=4 * 0.0048)
    assert found.low > 0.7
