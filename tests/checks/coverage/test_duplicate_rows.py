"""C005: repeated rows and effective number of rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["C005"])[0]


def numbers(rng, n):
    return pa.table({"x": rng.normal(size=n), "y": rng.normal(size=n)})


def test_quarter_of_repeated_rows_warns_with_its_share():
    rng = np.random.default_rng(0)
    own = numbers(rng, 3000)
    repeated = pa.concat_tables([own, own.slice(0, 1000)])
    found = result(numbers(rng, 4000), repeated)
    assert found.status == "warn"
    assert found.estimate.value == pytest.approx(0.25)


def test_collapse_fails_and_tells_the_effective_number_of_rows():
    rng = np.random.default_rng(1)
    rows = numbers(rng, 20).take(rng.integers(0, 20, 5000))
    found = result(numbers(rng, 5000), rows)
    assert found.status == "fail"
    assert "as often as among 20 different ones" in found.message


def test_natural_repeats_of_a_coarse_table_are_no_finding():
    rng = np.random.default_rng(2)

    def coarse(n):
        return pa.table({"a": rng.integers(0, 20, n), "b": rng.integers(0, 30, n)})

    found = result(coarse(5000), coarse(20_000), coarse(5000))
    assert found.status == "pass"
    assert found.reference.value == pytest.approx(1 - 600 / 20_000, abs=0.01)


def test_expected_repeats_are_those_of_fresh_samples():
    from synth_eval.checks.coverage.duplicate_rows import _expected_repeats, _Rows

    rng = np.random.default_rng(3)
    shares = rng.dirichlet(np.full(300, 0.5))

    def draw(n):
        return rng.choice(300, n, p=shares).astype(np.uint64)

    found = np.mean([1000 - len(np.unique(draw(1000))) for _ in range(200)])
    real = _Rows(*np.unique(np.unique(draw(20_000), return_counts=True)[1], return_counts=True))
    assert _expected_repeats(real, 1000) == pytest.approx(found, rel=0.03)
