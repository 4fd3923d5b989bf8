"""C006: groups of similar rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.checks.coverage.rare_clusters import missing_share
from synth_eval.judging.run import run
from tests.checks import shapes as families


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["C006"])[0]


def modes(rng, n, drop=False):
    """Eight clouds at the corners of a cube, the last one rare: its columns are all common."""
    corner = rng.choice(8, n, p=[0.14] * 7 + [0.02])
    if drop:
        corner[corner == 7] = rng.integers(0, 7, (corner == 7).sum())
    bits = np.stack([corner >> i & 1 for i in range(3)], axis=1)
    values = bits * 10 + rng.normal(size=(n, 3))
    return pa.table({f"x{i}": values[:, i] for i in range(3)})


def test_lost_corner_of_a_cube_is_found_with_its_share():
    rng = np.random.default_rng(0)
    found = result(modes(rng, 20_000), modes(rng, 20_000, drop=True), modes(rng, 10_000))
    assert found.status == "fail"
    assert 0.004 < found.estimate.value < 0.03, "groups across its border are not lost whole"
    assert found.reference.value == 0.0


def test_collapse_to_forty_rows_fails():
    rng = np.random.default_rng(1)
    real = modes(rng, 10_000)
    assert result(real, real.take(rng.integers(0, 40, 10_000))).status == "fail"


def test_fresh_rows_pass_in_twelve_splits():
    statuses = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        statuses.append(result(modes(rng, 4000), modes(rng, 3000), modes(rng, 2000)).status)
    assert set(statuses) == {"pass"}


def test_groups_are_the_same_with_the_same_seed_and_one_row_cannot_fill_them():
    rng = np.random.default_rng(2)
    real, fresh = modes(rng, 5000), modes(rng, 5000)
    assert result(real, fresh).rows() == result(real, fresh).rows()
    assert result(real, fresh.slice(0, 1)).status == "inconclusive"


def test_levels_and_missing_values_make_groups_too():
    rng = np.random.default_rng(3)

    def draw(n, levels):
        x = pa.array(rng.normal(size=n), mask=rng.random(n) < 0.2)
        return pa.table({"k": rng.choice(levels, n), "x": x})

    found = result(draw(6000, ["a", "b", "c"]), draw(6000, ["a", "b"]))
    assert found.status == "fail"
    assert found.estimate.value == pytest.approx(1 / 3, abs=0.12)


def without_first_mode(n, rng, left=0.0):
    return families.modes(n, rng, (0.1 * left, 0.3, 0.3, 0.3))


def test_lost_cluster_of_a_tenth_fails_from_a_thousand_rows():
    real, fresh, holdout = families.three(families.modes, 1000, 0)
    broken = without_first_mode(1000, np.random.default_rng(1))
    found = families.result("C006", real, broken, holdout)
    assert found.status == "fail"
    assert 0.03 < found.estimate.value < 0.13
    assert families.result("C006", real, fresh, holdout).status == "pass"


def test_lost_cluster_of_a_published_table_fails(shared_data):
    """Young singles with a housing loan, a tenth of the rows, are other rows drawn again."""
    real, fresh, holdout = families.three(families.published(shared_data, "bank"), 3000, 0)
    young = (fresh.marital == "single") & (fresh.age < 38) & (fresh.housing == "yes")
    assert 0.07 < young.mean() < 0.15
    broken = fresh[~young].sample(len(fresh), replace=True, random_state=0)
    assert families.result("C006", real, broken, holdout).status in ("fail", "warn")
    assert families.result("C006", real, fresh, holdout).status == "pass"


def test_mode_that_lost_half_of_its_rows_is_a_limit():
    real, _, holdout = families.three(families.modes, 3000, 0)
    broken = families.modes(3000, np.random.default_rng(2), (0.1, 0.15, 0.3, 0.3))
    found = families.result("C006", real, broken, holdout)
    assert found.status == "warn"
    assert "have become rarer" in found.message


def test_what_is_missing_by_chance_is_no_finding():
    """Of fresh rows the interval leaves out zero hardly ever, whatever the number of groups."""
    rng = np.random.default_rng(4)
    for groups in (2, 8, 60):
        shares = rng.dirichlet(np.ones(groups))
        found = [
            missing_share(*(rng.multinomial(500, shares, 2) for _ in range(2))) for _ in range(300)
        ]
        assert np.mean([interval.low > 0 for interval in found]) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("family", [families.sales, families.claims, families.modes])
@pytest.mark.parametrize("rows", [20, 700])
def test_fresh_rows_raise_an_alarm_at_most_at_the_stated_rate(family, rows):
    found = families.statuses("C006", family, rows, 50)
    assert found["fail"] + found["warn"] <= 6, found  # a rate of 5 % gives more once in 50
