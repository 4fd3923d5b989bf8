"""C005: repeated rows and effective number of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run
from tests.checks.shapes import modes, published, sales, three
from tests.checks.shapes import result as shape_result


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


def from_few(rows, few, share, seed):
    """A share of the rows are copies of a few of them."""
    rng = np.random.default_rng(seed)
    kept = rows.iloc[: round(len(rows) * (1 - share))]
    copied = rows.iloc[rng.integers(0, few, len(rows) - len(kept))]
    return pd.concat([kept, copied], ignore_index=True)


@pytest.mark.parametrize("few_and_share", [(25, 0.3), (30, 0.97)])
@pytest.mark.parametrize("family", [sales, modes])
def test_repeats_of_few_rows_fail(family, few_and_share):
    real, fresh, holdout = three(family, 1000, 0)
    found = shape_result("C005", real, from_few(fresh, *few_and_share, 1), holdout)
    assert found.status == "fail"
    assert [decision.margins for decision in found.decisions if decision.status == "fail"] == [
        ("coverage.halved_rows",)
    ]


@pytest.mark.parametrize("rows", [20, 800])
def test_repeats_of_few_rows_of_a_published_table_fail_at_any_size(shared_data, rows):
    real, fresh, holdout = three(published(shared_data, "bank"), rows, 0)
    assert shape_result("C005", real, from_few(fresh, 2, 0.97, 1), holdout).status == "fail"
    assert shape_result("C005", real, fresh, holdout).status == "pass"


@pytest.mark.parametrize(
    ("levels", "known", "rows"), [(300, 40, 400), (3, 300, 15), (30, 300, 300)]
)
def test_fresh_rows_of_coarse_tables_are_no_alarm(levels, known, rows):
    """Records that few real rows hold once repeat in many fresh rows."""
    shares = 1 / np.arange(1, levels + 1)
    shares /= shares.sum()

    def coarse(rng, n):
        return pa.table({"a": rng.choice(levels, n, p=shares).astype(str),
                         "b": rng.integers(0, 3, n).astype(str)})  # fmt: skip

    for seed in range(12):
        rng = np.random.default_rng(seed)
        assert result(coarse(rng, known), coarse(rng, rows)).status == "pass"


def test_errors_beyond_chance_are_those_of_dealing_rows():
    """Of records that all tables hold three times, chance gives two thirds of three repeats."""
    from synth_eval.checks.coverage.duplicate_rows import _errors_beyond_chance, _Rows

    rng = np.random.default_rng(8)
    errors = []
    for _ in range(400):
        side = rng.permutation(600) < 300
        record = np.repeat(np.arange(200), 3)
        own = [np.bincount(record[on], minlength=200) for on in (side, ~side)]
        errors.append(_errors_beyond_chance(*(_Rows(t, np.ones(200, np.int64)) for t in own)))
    assert abs(np.mean(errors)) < 0.1
    assert np.std(errors) < 1.05, "dealing as many rows to both sides makes less spread"
