"""Answers that can be computed without any of this code, and controls that must not differ."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.checks.privacy._attacks import blind_baseline
from synth_eval.data.load import load
from synth_eval.evaluation import Evaluation
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.stats.intervals import auc_interval
from synth_eval.stats.membership import judged_epsilon
from synth_eval.stats.neighbours import MixedSpace, nearest

CONFIG = Config(neighbour_rows=1_000)


def _people(rng: np.random.Generator, rows: int = 2_000) -> dict[str, np.ndarray]:
    size = rng.normal(size=rows)
    pay = rng.lognormal(10, 1, rows).round(2)
    pay[rng.random(rows) < 0.05] = np.nan
    return {
        "height": 170 + 10 * size,
        "weight": 70 + 9 * size + rng.normal(0, 8, rows),
        "pay": pay,
        "days": rng.integers(0, 9_000, rows).astype(float),
        "member": rng.random(rows) < 0.3,
        "job": rng.choice(["clerk", "cook", "nurse"], rows),
    }


def _judge(real: pa.Table, synthetic: pa.Table, holdout: pa.Table) -> dict[str, Result]:
    found = run(load(real, synthetic, holdout), config=CONFIG, select_checks=["P"])
    return {result.code: result for result in found}


def test_independent_generator_is_at_one_half_and_proves_no_epsilon() -> None:
    """A synthetic table made from a third sample knows nobody; 100 runs of two attacks.

    The standard error of the area is sqrt((n + m + 1) / (12 n m)).
    """
    n, runs = 300, 100
    inside, silent = 0, 0
    half = 1.96 * np.sqrt((2 * n + 1) / (12 * n * n))
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        space = MixedSpace([rng.normal(size=2 * n) for _ in range(3)], 0)
        members, controls, synthetic, reference = (
            space.encode([rng.normal(size=n) for _ in range(3)], []) for _ in range(4)
        )
        scores = []
        for rows in (members, controls):
            near, around = (
                nearest(rows, base, space.grid).distances[:, 0] for base in (synthetic, reference)
            )
            scores.append([-near, np.log(around + 1e-6) - np.log(near + 1e-6)])
        area = auc_interval(scores[0][0], scores[1][0]).value
        inside += abs(area - 0.5) <= half
        folds = (rng.permutation(n) % 2 == 0, rng.permutation(n) % 2 == 0)
        silent += judged_epsilon(scores[0], scores[1], folds).epsilon == 0
    error = (runs * 0.05 * 0.95) ** 0.5
    assert inside >= 0.95 * runs - 3 * error
    assert silent >= 0.95 * runs - 3 * error


def test_blind_baseline_of_groups_one_standard_deviation_apart() -> None:
    """Phi(1 / sqrt 2) = .7602: the area of telling them apart without any synthetic row."""
    rng = np.random.default_rng(1)
    members, controls = rng.normal(size=5_000), rng.normal(1.0, 1, 5_000)
    space = MixedSpace([np.concatenate([members, controls])], 0)
    sides = [space.encode([values], []) for values in (members, controls)]
    found = blind_baseline(sides[0], sides[1], rng)
    assert found.value == pytest.approx(0.7602, abs=4 * 0.0048)
    assert found.low > 0.7


def test_order_shuffle_and_jitter_of_a_copy_fail_alike() -> None:
    rng = np.random.default_rng(5)
    real, holdout = _people(rng), pa.table(_people(rng))
    jittered = {
        name: values * (1 + 1e-4 * rng.normal(size=len(values)))
        if values.dtype == float
        else values
        for name, values in real.items()
    }
    table = pa.table(real)
    copies = {
        "in order": table,
        "shuffled": table.take(rng.permutation(table.num_rows)),
        "jittered": pa.table(jittered),
        "jittered and shuffled": pa.table(jittered).take(rng.permutation(table.num_rows)),
    }
    found = {name: _judge(table, copy, holdout) for name, copy in copies.items()}
    for name, results in found.items():
        for code in ("P003", "P004", "P006", "P009"):
            assert results[code].status is Status.FAIL, (name, results[code].message)
            first = found["in order"][code].estimate
            other = results[code].estimate
            assert first is not None
            assert other is not None
            assert other.value == pytest.approx(first.value, abs=0.05), (name, code)
    exact = {name: results["P001"].estimate for name, results in found.items()}
    assert exact["in order"] == exact["shuffled"]
    assert found["jittered"]["P001"].status is Status.PASS  # no cell survives; P003 sees them


def test_moments_truths_and_odd_names_are_attacked_as_plain_columns_are() -> None:
    rng = np.random.default_rng(7)
    tables = [_people(rng) for _ in range(3)]
    tables[1] = {
        name: np.concatenate([tables[0][name][:400], values[400:]])
        for name, values in tables[1].items()
    }
    start = datetime(2001, 1, 1)

    def plain(rows: dict[str, np.ndarray]) -> pa.Table:
        truths = np.where(rows["member"], "true", "false")
        return pa.table({name: truths if name == "member" else rows[name] for name in rows})

    def odd(rows: dict[str, np.ndarray]) -> pa.Table:
        moments = [start + timedelta(days=float(day)) for day in rows["days"]]
        columns = {
            'the "height"': rows["height"],
            " weight ": rows["weight"],
            "pay, größe {x}": rows["pay"],
            "it's days": pa.array(moments, pa.timestamp("us")),
            "member?": rows["member"],
            "🎲 <b>": rows["job"],
        }
        return pa.table(columns)

    first = _judge(*(plain(rows) for rows in tables))
    second = _judge(*(odd(rows) for rows in tables))
    for code in ("P001", "P003", "P004", "P005", "P007", "P009"):
        assert first[code].estimate == second[code].estimate, code
        assert first[code].status is second[code].status, code
    assert first["P001"].status is Status.FAIL
    arms = [
        {(row["arm"]): row["leakage"] for row in found["P006"].rows() if row["leakage"] > 0.05}
        for found in (first, second)
    ]
    assert arms[0] == arms[1] != {}


def test_same_seed_same_bytes_and_another_seed_within_the_interval() -> None:
    rng = np.random.default_rng(9)
    tables = [pa.table(_people(rng)) for _ in range(3)]
    tables[1] = pa.concat_tables([tables[1], tables[0].slice(0, 200)])

    def numbers(seed: int) -> dict[str, Result]:
        config = Config(neighbour_rows=500, seed=seed)
        return {r.code: r for r in run(load(*tables), config=config, select_checks=["P"])}

    first, again, other = numbers(3), numbers(3), numbers(4)
    for code, result in first.items():
        texts = [{**found[code].to_dict(), "seconds": 0} for found in (first, again)]
        assert texts[0] == texts[1], code
        if result.estimate is not None and result.estimate.low is not None:
            estimate = other[code].estimate
            assert estimate is not None
            assert estimate.low <= result.estimate.high, code  # type: ignore[operator]
            assert result.estimate.low <= estimate.high, code  # type: ignore[operator]


def test_calling_everyone_a_member_stands_on_the_page() -> None:
    """F1 of two thirds without any attack: whoever reads an F1 must see it."""
    rng = np.random.default_rng(11)
    found = _judge(*(pa.table(_people(rng, 900)) for _ in range(3)))["P004"]
    page = Evaluation([found]).to_html()
    assert "calling everyone a member" in page
    assert "0.667" in page
    guess = next(row for row in found.rows() if row["arm"] == "calling everyone a member, F1")
    assert guess["value"] == pytest.approx(0.667, abs=5e-4)
    assert "F1" not in found.message
