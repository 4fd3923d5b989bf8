"""What F010 and F011 share: samples, references, and the judgement in rows of real data."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

CODES = ["F010", "F011"]


def results(real, synthetic, holdout=None, config=None):
    data = se.load(real, synthetic, holdout)
    return run(data, select_checks=CODES, config=config or Config(neighbour_rows=1_500))


def table(rows):
    return pa.table({f"c{i}": rows[:, i] for i in range(rows.shape[1])})


def test_fresh_rows_pass_beside_the_holdout(people):
    for found in results(people["real"], people["fresh"], people["holdout"]):
        assert found.status == "pass"
        assert found.reference.low < found.threshold.value / 10
        assert found.estimate.low < 0 < found.estimate.high
        assert found.gating is False


def test_without_holdout_the_reference_is_the_permutation_null(people):
    for found in results(people["real"], people["fresh"]):
        assert "permuted" in found.reference.what
        assert found.reference.low < 0 < found.reference.high


def test_a_tenth_of_the_rows_repeated_is_worth_a_tenth():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(3000, 6))
    worths = []
    for _ in range(3):
        few = np.repeat(rng.normal(size=(300, 6)), 10, axis=0)
        worths.append([found.rows()[0]["worth"] for found in results(table(real), table(few))])
    assert np.mean(worths, axis=0) == pytest.approx([0.1, 0.1], rel=0.3)


def test_changed_levels_and_missing_values_are_seen(people):
    real, fresh = people["real"], people["fresh"]
    at = fresh.schema.get_field_index("region")
    moved = fresh.set_column(at, "region", pa.array(["North"] * fresh.num_rows))
    gone = fresh.drop_columns(["region", "sex", "age"])
    for other in (moved, gone):
        for found in results(real, other, people["holdout"]):
            assert found.status in ("warn", "fail")


def test_units_and_order_do_not_matter():
    rng = np.random.default_rng(2)
    real, other = rng.normal(size=(2, 500, 3))
    for plain, scaled in zip(
        results(table(real), table(other)),
        results(table(real * [1, 1000, 0.01]), table(other * [1, 1000, 0.01])),
        strict=True,
    ):
        assert plain.estimate.value == pytest.approx(scaled.estimate.value, abs=1e-6)


def test_the_sample_stands_in_the_result(people):
    config = Config(neighbour_rows=400)
    for found in results(people["real"], people["fresh"], config=config):
        assert (found.n, found.sampled) == (400, 400)


def test_tiny_and_constant_tables_are_not_judged():
    constant = pa.table({"x": np.ones(100)})
    tiny = pa.table({"x": np.arange(5.0)})
    for rows in (constant, tiny):
        assert {found.status for found in results(rows, rows)} == {"not_applicable"}
