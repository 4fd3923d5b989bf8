"""Classifier two-sample test: known areas, its null, and what splitting does to copies."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.intervals import auc_interval
from synth_eval.stats.two_sample import (
    classifier_two_sample,
    identical_rows,
    largest_auc,
    null_error,
)


def numeric(columns):
    return np.zeros(columns, bool)


def test_shifted_gaussian_reaches_what_the_best_classifier_can():
    """Shift 1: area Phi(1/sqrt 2) = .7602, balanced accuracy Phi(1/2) = .6915."""
    rng = np.random.default_rng(0)
    real, shifted = rng.normal(size=(4000, 1)), rng.normal(1, 1, size=(4000, 1))
    test = classifier_two_sample(real, shifted, numeric(1), rng)
    assert test.auc().value == pytest.approx(0.7602, abs=0.03)
    assert test.share_apart().value == pytest.approx(2 * 0.6915 - 1, abs=0.05)
    assert test.auc().value <= largest_auc(2 * 0.6915 - 1) + 4 * null_error(2000, 2000)


def test_null_error_is_the_spread_of_areas_of_random_scores():
    rng = np.random.default_rng(1)
    areas = [auc_interval(rng.random(100), rng.random(80)).value for _ in range(2000)]
    assert np.std(areas) == pytest.approx(null_error(100, 80), rel=0.07)
    assert null_error(1000, 1000) == pytest.approx(0.01291, abs=1e-5)


def test_size_of_the_test_at_five_percent():
    """One honest half: its share of false alarms is the nominal one."""
    rng = np.random.default_rng(2)
    splits = 100
    outside = 0
    for _ in range(splits):
        real, fresh = rng.normal(size=(2, 100, 3))
        test = classifier_two_sample(real, fresh, numeric(3), rng)
        outside += abs(test.auc().value - 0.5) > 1.96 * null_error(50, 50)
    assert outside / splits <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / splits)


def test_copies_fall_below_a_half_until_grouped():
    rng = np.random.default_rng(3)
    real = rng.normal(size=(4000, 4))
    copy = real[rng.permutation(4000)]
    below = classifier_two_sample(real, copy, numeric(4), rng).auc()
    assert below.value < 0.5 - 5 * null_error(2000, 2000)
    groups = identical_rows(np.concatenate([real, copy]))
    test = classifier_two_sample(real, copy, numeric(4), rng, groups=groups)
    assert test.auc().value == pytest.approx(0.5, abs=4 * null_error(2000, 2000))


def test_repeated_rows_stand_out_until_grouped():
    rng = np.random.default_rng(4)
    real = rng.normal(size=(4000, 4))
    collapsed = real[rng.integers(0, 40, 4000)]
    assert classifier_two_sample(real, collapsed, numeric(4), rng).auc().low > 0.9
    groups = identical_rows(np.concatenate([real, collapsed]))
    test = classifier_two_sample(real, collapsed, numeric(4), rng, groups=groups)
    assert test.auc().value < 0.8


def test_shuffled_columns_are_told_apart_only_where_they_depend():
    rng = np.random.default_rng(5)
    x = rng.normal(size=6000)
    real = np.column_stack([x, x + 0.3 * rng.normal(size=6000)])
    shuffled = np.column_stack([real[:, 0], rng.permutation(real[:, 1])])
    assert classifier_two_sample(real, shuffled, numeric(2), rng).auc().low > 0.7
    independent = rng.normal(size=(6000, 2))
    shuffled = np.column_stack([independent[:, 0], rng.permutation(independent[:, 1])])
    test = classifier_two_sample(independent, shuffled, numeric(2), rng)
    assert test.auc().low < 0.5


def test_the_column_that_tells_is_found():
    rng = np.random.default_rng(6)
    real, fake = rng.normal(size=(2, 3000, 5))
    fake[:, 3] *= 2
    test = classifier_two_sample(real, fake, numeric(5), rng)
    drops = test.auc_drops(1000, rng)
    assert drops.argmax() == 3
    assert drops[3] > 5 * np.abs(np.delete(drops, 3)).max()


def test_rows_are_identical_up_to_the_kind_of_zero_and_of_missing():
    odd = -np.nan
    rows = np.array([[0.0, np.nan], [-0.0, odd], [0.0, 1.0]])
    assert identical_rows(rows).tolist() == [0, 0, 1]


def test_one_distinct_row_cannot_be_split():
    rows = np.ones((50, 2))
    with pytest.raises(ValueError, match="fewer than two rows"):
        classifier_two_sample(
            rows, rows, numeric(2), np.random.default_rng(0), groups=np.zeros(100, int)
        )
