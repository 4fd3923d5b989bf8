"""Fréchet distance: closed forms and its bias."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.frechet import frechet_distance, normal_frechet_distance


def test_shift_and_scale_of_four_dimensions() -> None:
    found = normal_frechet_distance(np.zeros(4), np.eye(4), np.full(4, 0.5), 4 * np.eye(4))
    assert found == pytest.approx(4 * 0.25 + 4 * 1)


def test_covariances_that_do_not_commute_agree_with_the_matrix_square_root() -> None:
    from scipy.linalg import sqrtm

    rng = np.random.default_rng(0)
    a, b = (factor @ factor.T for factor in rng.normal(size=(2, 5, 5)))
    expected = np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert normal_frechet_distance(np.zeros(5), a, np.zeros(5), b) == pytest.approx(expected)


def test_bias_of_the_same_distribution_falls_with_the_rows() -> None:
    rng = np.random.default_rng(1)

    def bias(rows: int) -> float:
        pairs = rng.normal(size=(60, 2, rows, 4))
        return float(np.mean([frechet_distance(*pair) for pair in pairs]))

    few, many = bias(50), bias(200)
    assert few > 0
    assert few / many == pytest.approx(4, rel=0.25)
