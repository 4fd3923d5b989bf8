"""Columns of a design: which of them say something of their own."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.design import independent_columns, orthogonal_columns


def test_columns_that_say_the_same_count_once():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(300, 2))
    twice = np.column_stack([x, x[:, 0] * 3 - 1, x.sum(axis=1), np.ones(300)])
    assert orthogonal_columns(twice).shape == (300, 3)
    assert orthogonal_columns(np.ones((10, 2))).shape == (10, 1)


def test_constants_count_once_whatever_their_value():
    rng = np.random.default_rng(6)
    design = np.column_stack([np.full(50, 0.1), rng.normal(size=50), np.full(50, 1e9 / 3)])
    assert orthogonal_columns(design).shape == (50, 2)
    assert independent_columns(design, 0.05) == [1]


def test_orthogonal_columns_span_what_the_design_spans():
    rng = np.random.default_rng(7)
    design = rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6)) + 100
    columns = orthogonal_columns(design)
    assert columns.shape == (200, 7)
    assert columns.T @ columns / 200 == pytest.approx(np.eye(7), abs=1e-9)
    rest = design - columns @ (columns.T @ design) / 200
    assert np.abs(rest).max() < 1e-9


def test_rank_is_that_of_numpy_on_coded_tables():
    """Indicators of levels, products of codes and what follows from them."""
    rng = np.random.default_rng(8)
    codes = rng.integers(0, 4, size=(3, 500))
    columns = [(own == level).astype(float) for own in codes for level in range(4)]
    columns += [codes[0] * codes[1], codes[0] * 1.0, (codes[0] == 1) * (codes[1] == 2) * 1.0]
    design = np.column_stack(columns)
    full = np.column_stack([np.ones(500), design])
    assert orthogonal_columns(design).shape[1] == np.linalg.matrix_rank(full)
    assert len(independent_columns(design, 1e-4)) == np.linalg.matrix_rank(full) - 1


def test_of_two_columns_that_say_the_same_the_first_stays():
    """What is left of a dropped column does not speak for later ones."""
    rng = np.random.default_rng(9)
    first, other = rng.normal(size=(2, 4000))
    design = np.column_stack([first, first + 0.03 * other, other, 3 - 2 * first])
    assert independent_columns(design, 0.05) == [0, 2]
    assert independent_columns(design[:, ::-1], 0.05) == [0, 1]


def test_nothing_is_independent_where_there_is_nothing():
    assert independent_columns(np.empty((5, 0)), 0.05) == []
    assert orthogonal_columns(np.empty((5, 0))).tolist() == [[1.0]] * 5
