"""Checks of whole rows (F008 to F012, C008): fresh rows stay quiet, planted faults do not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synth_eval as se
from synth_eval.demo import simulated_table
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

CODES = ["F008", "F009", "F010", "F011", "F012", "C008"]


@pytest.mark.slow
def test_fresh_rows_raise_no_alarm_beyond_the_stated_rate():
    """20 random splits: a check with alpha .05 alarms on more than 3 of them once in 60 times."""
    table = simulated_table(6_000, seed=3)
    alarms: Counter[str] = Counter()
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(table.num_rows)
        parts = [table.take(part) for part in np.array_split(order, 3)]
        data = se.load(*parts, target="approved")
        for found in run(data, config=Config(seed=seed), select_checks=CODES):
            alarms[found.code] += found.status in ("fail", "warn", "error", "not_applicable")
    assert {code: count for code, count in alarms.items() if count > 3} == {}


@pytest.fixture(scope="module")
def planted(shared_data):
    real = shared_data / "mostly2023" / "adult_trn.csv.gz"
    holdout = pq.read_table(shared_data / "planted" / "adult_control.parquet")

    def results(name, codes):
        table = shared_data / "planted" / f"adult_{name}.parquet"
        found = run(se.load(real, table, holdout, target="income"), select_checks=codes)
        return {entry.code: entry for entry in found}

    return results


@pytest.mark.slow
def test_unseen_real_rows_pass_everywhere(planted):
    found = planted("ideal_holdout", CODES)
    assert {code: str(entry.status) for code, entry in found.items()} == dict.fromkeys(
        CODES, "pass"
    )


def test_an_exact_copy_is_no_better_than_unseen_rows(planted):
    found = planted("exact_copy", ["F008"])["F008"]
    assert found.status == "warn"
    assert found.estimate.high < 0.45
    grouped = found.rows()[1]
    assert grouped["low"] < 0.5 < grouped["high"]


def test_mode_collapse_is_named_by_the_rows_one_by_one(planted):
    """200 real rows repeated: grouping hides it, coverage counts the rows."""
    found = planted("mode_collapse", ["F008", "F012", "C008"])
    one_by_one, grouped = found["F008"].rows()[:2]
    assert one_by_one["low"] > 0.97
    assert grouped["estimate"] < 0.7
    coverage = found["C008"].rows()[0]
    assert coverage["worth"] * coverage["n"] == pytest.approx(200, rel=0.15)
    assert found["F012"].status == "fail"


def test_independent_columns_are_told_apart_by_whole_rows(planted):
    found = planted("indep_marginals", ["F008", "F009", "F012"])
    assert found["F008"].estimate.low > 0.95
    main, products = found["F009"].rows()[:2]
    assert main["high"] < main["limit"]
    assert products["low"] > products["limit"]
    assert found["F012"].status == "fail"


def test_rows_on_one_ray_fail_though_their_radii_are_right():
    """Any number made of distances from the centre alone calls them perfect."""
    rng = np.random.default_rng(0)
    real = rng.normal(size=(3000, 6))
    radii = np.linalg.norm(rng.normal(size=(3000, 6)), axis=1)
    ray = np.outer(radii, np.ones(6) / np.sqrt(6))
    tables = [pa.table({f"c{i}": rows[:, i] for i in range(6)}) for rows in (real, ray)]
    for found in run(se.load(*tables), select_checks=CODES):
        assert found.status in ("warn", "fail"), found.code


def test_monotone_transformations_and_units_change_little():
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(2, 2000, 3))
    fake[:, 0] += 0.5

    def found(transform):
        tables = [
            pa.table({f"c{i}": transform(rows[:, i]) for i in range(3)}) for rows in (real, fake)
        ]
        return run(se.load(*tables), select_checks=CODES)

    for plain, other in zip(found(lambda x: x), found(lambda x: 1000 * x + 7), strict=True):
        assert plain.estimate.value == pytest.approx(other.estimate.value, rel=1e-3, abs=1e-6)
        assert plain.status == other.status
