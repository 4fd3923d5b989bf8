"""V004: whether the holdout is a holdout."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, holdout):
    return run(se.load(real, real, holdout), select_checks=["V004"])[0]


def draw(rng, n, shift=0.0):
    return pa.table({"x": rng.normal(shift, size=n), "k": rng.choice(["a", "b"], n)})


def test_random_split_passes():
    rng = np.random.default_rng(0)
    found = result(draw(rng, 4000), draw(rng, 2000))
    assert found.status == "pass"


def test_rows_of_both_tables_are_found_and_make_the_split_invalid():
    rng = np.random.default_rng(1)
    real, fresh = draw(rng, 4000), draw(rng, 1900)
    found = result(real, pa.concat_tables([fresh, real.slice(0, 100)]))
    assert found.status == "fail"
    assert found.estimate.value == 1.0
    assert found.reference.value == pytest.approx(2 * 4000 * 2000 / (6000 * 5999))


def test_records_repeated_by_chance_are_no_finding():
    """Coarse rows repeat on both sides; a random split puts them there at a known rate."""
    rng = np.random.default_rng(2)
    table = pa.table({"a": rng.integers(0, 90, 3000), "b": rng.integers(0, 90, 3000)})
    assert result(table.slice(0, 1500), table.slice(1500)).status == "pass"


def test_drifted_holdout_warns_and_names_the_column():
    rng = np.random.default_rng(3)
    found = result(draw(rng, 4000), draw(rng, 4000, shift=0.5))
    assert found.status == "warn"
    assert "in x" in found.message


def test_without_a_holdout_it_is_not_applicable():
    rng = np.random.default_rng(4)
    found = run(se.load(draw(rng, 50), draw(rng, 50)), select_checks=["V004"])[0]
    assert found.status == "not_applicable"
    assert "no holdout" in found.message
