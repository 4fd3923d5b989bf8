"""Tables as attacks see them: order, small noise, names and kinds of columns do not matter."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from tests.checks.privacy.support import Rows, judge

INFERENCE = ["P006", "P007", "P008", "P009"]


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
    return judge(real, synthetic, holdout, config=Config(neighbour_rows=1_000))


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


def test_odd_names_change_nothing(patients: tuple[Rows, Rows, Rows]) -> None:
    real, holdout, fresh = patients
    odd = {name: f' {name}\'s "ü" {{x}} <b>' for name in real}
    config = Config(neighbour_rows=1500)

    def renamed(table: Rows) -> Rows:
        return {odd[name]: column for name, column in table.items()}

    plain = judge(real, fresh, holdout, *INFERENCE, config=config, sensitive="ill")
    other = judge(
        *(renamed(table) for table in (real, fresh, holdout)),
        *INFERENCE,
        config=config,
        sensitive=odd["ill"],
    )
    for code in INFERENCE:
        assert plain[code].estimate == other[code].estimate, code


def test_no_record_is_in_the_details(patients: tuple[Rows, Rows, Rows]) -> None:
    real, holdout, fresh = patients
    found = judge(real, fresh, holdout, *INFERENCE, config=Config(neighbour_rows=1500))
    for result in found.values():
        assert len(result.rows()) < 40
        text = str(result.to_dict())
        assert "town 3" not in text
        assert str(real["pay"].max()) not in text
