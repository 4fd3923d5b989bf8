"""Density and coverage: the null in closed form, dropped modes, ties."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.density_coverage import density_coverage, expected_coverage, squared_radii
from synth_eval.stats.neighbours import MixedSpace


def measured(real, other, neighbours=5):
    """Numbers and levels of both samples, each as (columns of numbers, columns of levels)."""
    space = MixedSpace(real[0], len(real[1]))
    first, second = space.encode(*real), space.encode(*other)
    radii = squared_radii(first, space.grid, neighbours)
    return density_coverage(first, second, space.grid, radii, neighbours), radii


def normal(rng, rows, columns=3):
    return list(rng.normal(size=(columns, rows))), []


@pytest.mark.parametrize(
    ("real", "other"), [(500, 500), (500, 50), pytest.param(300, 900, marks=pytest.mark.slow)]
)
def test_same_distribution(real, other):
    rng = np.random.default_rng(0)
    found = [measured(normal(rng, real), normal(rng, other))[0] for _ in range(60)]
    for numbers, expected in (
        ([one.coverage for one in found], expected_coverage(real, other, 5)),
        ([one.density for one in found], 1.0),
    ):
        assert np.mean(numbers) == pytest.approx(expected, abs=4 * np.std(numbers) / 60**0.5)


def test_closed_form():
    assert expected_coverage(500, 500, 5) == pytest.approx(0.9692, abs=1e-4)
    assert expected_coverage(10**6, 10**6, 5) == pytest.approx(1 - 2**-5, abs=1e-5)


def test_half_of_the_modes_dropped():
    """Where rows are, they are twice as dense: coverage .5 (1 - 3^-5) = .498."""
    rng = np.random.default_rng(1)
    modes, kept = np.repeat(np.arange(20), 25), np.repeat(np.arange(10), 50)
    found = [
        measured(([rng.normal(size=500)], [modes]), ([rng.normal(size=500)], [kept]))[0].coverage
        for _ in range(20)
    ]
    assert np.mean(found) == pytest.approx(0.498, abs=0.006)


def test_identical_copy_of_levels_is_covered_whole():
    levels = np.random.default_rng(2).integers(0, 4, 200)
    found, radii = measured(([], [levels]), ([], [levels]))
    assert found.coverage == 1.0
    assert (radii == 0).all()


def test_every_row_at_one_point_covers_little():
    rng = np.random.default_rng(3)
    real = normal(rng, 500)
    one = [np.full(500, column[0]) for column in real[0]], []
    assert measured(real, one)[0].coverage < 0.1


def test_rows_on_one_ray_with_the_right_radii():
    """Distances from the centre alone would call them as good as fresh ones."""
    rng = np.random.default_rng(4)
    real = rng.normal(size=(6, 800))
    radii = np.linalg.norm(rng.normal(size=(6, 800)), axis=0)
    ray = np.outer(np.ones(6) / np.sqrt(6), radii)
    assert measured((list(real), []), (list(ray), []))[0].coverage < 0.3
