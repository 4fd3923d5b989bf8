"""Principal plane: the axes of the largest variance, whatever the units and labels."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.embedding import principal_plane


def test_axes_are_those_of_the_singular_vectors() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(500, 2))
    numbers = np.column_stack(
        [base[:, 0], base[:, 0] * 3 + 0.1 * base[:, 1], base[:, 1], rng.normal(size=500)]
    )
    plane = principal_plane(numbers, [])
    scaled = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    _, _, right = np.linalg.svd(scaled, full_matrices=False)
    assert np.abs(plane.axes.T @ right[:2].T) == pytest.approx(np.eye(2), abs=1e-9)
    assert plane.place(numbers, []) == pytest.approx(scaled @ plane.axes)


def test_units_and_numbers_of_levels_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 4, 400)
    numbers = np.column_stack([codes + rng.normal(size=400), rng.normal(size=400)])
    one = principal_plane(numbers, [codes])
    other = principal_plane(numbers * [1000, 0.01], [np.array([2, 0, 3, 1])[codes]])
    placed = one.place(numbers, [codes])
    again = other.place(numbers * [1000, 0.01], [np.array([2, 0, 3, 1])[codes]])
    assert np.abs(again) == pytest.approx(np.abs(placed), abs=1e-6)
    assert set(one.columns_of(0)[:2]) == {0, 2}


def test_rows_of_another_table_are_placed_in_the_same_plane() -> None:
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 3, 300)
    numbers = np.column_stack([codes * 2.0, rng.normal(size=300)])
    plane = principal_plane(numbers, [codes])
    assert plane.place(numbers[:5], [codes[:5]]) == pytest.approx(plane.place(numbers, [codes])[:5])
    assert np.isfinite(plane.place(numbers[:1], [np.array([99])])).all()


def test_what_does_not_vary_has_no_plane() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        principal_plane(np.column_stack([np.arange(9.0), np.ones(9)]), [np.zeros(9, int)])
