"""F016: calendar parts of dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.checks.fidelity.datetime_parts import _hour, _month, _resolution, _weekday
from synth_eval.judging.run import run


def moments(*texts):
    return np.array(texts, "datetime64[us]").astype(np.int64)


def result(real, synthetic):
    return run(se.load(real, synthetic), select_checks=["F016"])[0]


def test_parts_of_known_moments_before_and_after_1970():
    known = moments(
        "2024-02-29T13:45:10", "1969-12-31T23:00:00", "2026-11-21", "2020-01-01T00:00:00.5"
    )
    assert _weekday(known).tolist() == [3, 2, 5, 2]  # Thursday, Wednesday, Saturday, Wednesday
    assert _month(known).tolist() == [1, 11, 10, 0]
    assert _hour(known).tolist() == [13, 23, 0, 0]
    assert _resolution(known).tolist() == [3, 1, 0, 4]


def days(rng, n, weekend):
    found = np.datetime64("2018-01-01") + rng.integers(0, 2000, 3 * n).astype("timedelta64[D]")
    if not weekend:
        found = found[np.is_busday(found)]
    return pa.table({"d": found[:n].astype("datetime64[us]")})


def test_invented_weekends_are_seen_by_the_weekday_and_not_by_the_distribution():
    rng = np.random.default_rng(0)
    data = se.load(days(rng, 5000, weekend=False), days(rng, 5000, weekend=True))
    found = {r.code: r for r in run(data, select_checks=["F001", "F016"])}
    assert found["F001"].status == "pass"
    assert found["F016"].status == "fail"
    worst = found["F016"].rows()[0]
    assert worst["part"] == "weekday"
    assert worst["estimate"] == pytest.approx(2 / 7, abs=0.02)


def test_invented_seconds_are_seen_by_the_resolution():
    rng = np.random.default_rng(1)
    real = days(rng, 3000, weekend=True)
    noise = rng.integers(0, 86_400_000_000, 3000).astype("timedelta64[us]")
    blurred = pa.table({"d": real["d"].to_numpy() + noise})
    found = result(real, blurred)
    assert found.status == "fail"
    assert {"resolution", "hour"} >= {row["part"] for row in found.rows()[:2]}


def test_fresh_days_pass():
    rng = np.random.default_rng(2)
    assert result(days(rng, 4000, weekend=True), days(rng, 4000, weekend=True)).status == "pass"


def test_table_without_dates_is_not_applicable():
    table = pa.table({"x": [1.0, 2.0]})
    assert result(table, table).status == "not_applicable"
