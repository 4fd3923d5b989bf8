"""Moments stored as such keep the resolution of the real table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load
from synth_eval.rules import derive_suite, run_suite, write_suite
from synth_eval.rules.derived.derive import derive_rules
from synth_eval.rules.engines.engine import Outcome, run_on_table
from synth_eval.rules.engines.remote import run_on_spark, run_on_sql
from tests.processes import finished

ROWS = 4_000
STEPS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def table(step: int, *, broken: int = 0, zone: str | None = None, unit: str = "us") -> pa.Table:
    """Moments in multiples of some seconds, some of them a little later, some missing."""
    rng = np.random.default_rng(step)
    seconds = 1_500_000_000 // step * step + step * rng.integers(0, 2_000, ROWS)
    moments = seconds * 1_000_000
    moments[:broken] += 250_000
    gaps = np.arange(ROWS) % 50 == 49
    stored = pa.array(moments, pa.timestamp("us", tz=zone), mask=gaps)
    return pa.table({"when": stored.cast(pa.timestamp(unit, tz=zone)), "x": rng.normal(size=ROWS)})


def resolutions(rows: pa.Table) -> list[str]:
    texts = [e["description"] for e in derive_suite(load(rows, rows))["expectations"]]
    return [text for text in texts if "whole" in text]


@pytest.mark.parametrize("words", STEPS)
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_the_coarsest_unit_is_found(words: str, unit: str) -> None:
    assert resolutions(table(STEPS[words], unit=unit)) == [f"when: whole {words}"]


def test_moments_with_parts_of_seconds_have_no_such_rule() -> None:
    assert resolutions(table(1, broken=ROWS)) == []


def test_a_few_exceptions_are_told() -> None:
    rows = table(86_400, broken=15)
    rules, _ = derive_rules(load(rows, rows).real)
    (rule,) = [rule for rule in rules if "whole" in rule.rule.text]
    assert (rule.real.judged, rule.real.broken) == (ROWS * 49 // 50, 15)
    assert resolutions(table(86_400, broken=100)) == []


def test_days_of_another_zone_are_not_told_in_days() -> None:
    assert resolutions(table(86_400, zone="Europe/Brussels")) == ["when: whole minutes"]


def test_columns_of_dates_need_no_such_rule() -> None:
    rows = table(86_400)
    rows = rows.set_column(0, "when", rows.column("when").cast(pa.date32()))
    assert resolutions(rows) == []


@pytest.mark.parametrize("words", STEPS)
def test_engines_count_alike(words: str) -> None:
    data = load(table(STEPS[words]), table(STEPS[words], broken=123))
    rules, _ = derive_rules(data.real)
    (rule,) = [rule for rule in rules if "whole" in rule.rule.text]
    (outcome,) = run_on_table([rule.to_dict(0.001, 11)], data.synthetic, data.real)
    assert outcome.tally == rule.rule.count(data.synthetic)
    assert outcome.tally is not None
    assert outcome.tally.broken == 123 - 123 // 50


def test_a_broken_resolution_is_a_finding() -> None:
    suite = derive_suite(load(table(86_400), table(86_400)))
    found = {row["rule"]: row for row in run_suite(suite, table(86_400, broken=200))}
    row = found["when: whole days"]
    assert (row["status"], row["violations"]) == ("fail", 196)


@pytest.mark.slow
def test_stock_great_expectations_runs_it(tmp_path: Path) -> None:
    data = load(table(86_400), table(86_400))
    write_suite(derive_suite(data), tmp_path / "suite.json")
    table(86_400, broken=40).to_pandas().to_pickle(tmp_path / "rows.pickle")
    code = (
        "import json, sys, pandas\n"
        "import great_expectations as gx\n"
        f"suite = gx.ExpectationSuite(**json.load(open({str(tmp_path / 'suite.json')!r})))\n"
        f"frame = pandas.read_pickle({str(tmp_path / 'rows.pickle')!r})\n"
        "context = gx.get_context(mode='ephemeral')\n"
        "asset = context.data_sources.add_pandas('p').add_dataframe_asset('a')\n"
        "batch = asset.add_batch_definition_whole_dataframe('b').get_batch({'dataframe': frame})\n"
        "for r in batch.validate(suite).results:\n"
        "    if 'whole' in r.expectation_config.description:\n"
        "        print('observed', r.result['observed_value'])\n"
    )
    done = finished([sys.executable, "-c", code], check=True)
    assert "observed 40" in done.stdout


def amounts(step: int, *, broken: int = 0) -> pa.Table:
    """Whole numbers in steps, negative ones too, some of them off the step, some missing."""
    values = step * np.random.default_rng(step).integers(-400, 2_000, ROWS)
    values[:broken] += 1
    gaps = np.arange(ROWS) % 50 == 49
    return pa.table(
        {"amount": pa.array(values, mask=gaps), "x": np.random.default_rng(0).random(ROWS)}
    )


def steps(rows: pa.Table) -> list[str]:
    texts = [e["description"] for e in derive_suite(load(rows, rows))["expectations"]]
    return [text for text in texts if "multiples" in text]


@pytest.mark.parametrize("step", [2, 5, 7, 12, 500])
def test_steps_of_whole_numbers(step: int) -> None:
    assert steps(amounts(step)) == [f"amount: multiples of {step}"]


def test_most_rows_in_steps_are_enough_and_few_are_not() -> None:
    assert steps(amounts(500, broken=15)) == ["amount: multiples of 500"]
    assert steps(amounts(500, broken=100)) == []
    assert steps(amounts(1)) == []


def test_a_few_numbers_are_multiples_by_chance() -> None:
    few = pa.table({"x": np.arange(ROWS) % 5 * 40, "y": np.random.default_rng(0).random(ROWS)})
    assert steps(few) == []


def test_engines_count_steps_alike() -> None:
    data = load(amounts(500), amounts(500, broken=123))
    rules, _ = derive_rules(data.real)
    (rule,) = [rule for rule in rules if "multiples" in rule.rule.text]
    (outcome,) = run_on_table([rule.to_dict(0.001, 11)], data.synthetic, data.real)
    assert outcome.tally == rule.rule.count(data.synthetic)
    assert outcome.tally is not None
    assert outcome.tally.broken == 123 - 123 // 50


def assert_same_steps(run: Callable[[Any], list[Outcome]]) -> None:
    rules, _ = derive_rules(load(amounts(500), amounts(500)).real)
    (rule,) = [rule for rule in rules if "multiples" in rule.rule.text]
    (outcome,) = run([rule.to_dict(0.001, 11)])
    assert outcome.tally is not None, outcome.error
    assert outcome.tally.broken == 123 - 123 // 50


def assert_same(run: Callable[[Any], list[Outcome]]) -> None:
    for words, step in STEPS.items():
        rules, _ = derive_rules(load(table(step), table(step)).real)
        (rule,) = [rule for rule in rules if "whole" in rule.rule.text]
        (outcome,) = run([rule.to_dict(0.001, 11)])
        assert outcome.tally is not None, outcome.error
        expected = rule.rule.count(load(table(step), table(3_600, broken=99)).synthetic)
        assert outcome.tally.broken == expected.broken, words


def integers(engine: Any) -> None:
    frame = amounts(500, broken=123).to_pandas().astype({"amount": "Int64"})
    frame.to_sql("amounts", engine, index=False, if_exists="replace")


def test_sqlite(tmp_path: Path) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    url = f"sqlite:///{tmp_path / 'moments.db'}"
    engine = sqlalchemy.create_engine(url)
    table(3_600, broken=99).to_pandas().to_sql("moments", engine, index=False)
    engine.dispose()
    assert_same(lambda entries: run_on_sql(entries, url, "moments").outcomes)
    engine = sqlalchemy.create_engine(url)
    integers(engine)
    engine.dispose()
    assert_same_steps(lambda entries: run_on_sql(entries, url, "amounts").outcomes)


def test_postgresql(postgres: str) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(postgres)
    frame = table(3_600, broken=99).to_pandas()
    frame.to_sql("moments", engine, index=False, if_exists="replace")
    engine.dispose()
    assert_same(lambda entries: run_on_sql(entries, postgres, "moments").outcomes)
    engine = sqlalchemy.create_engine(postgres)
    integers(engine)
    engine.dispose()
    assert_same_steps(lambda entries: run_on_sql(entries, postgres, "amounts").outcomes)


@pytest.mark.filterwarnings("ignore")  # of pyspark's own reading of pandas
def test_spark(spark: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table(3_600, broken=99), tmp_path / "moments.parquet")
    frame = spark.read.parquet(str(tmp_path / "moments.parquet"))
    assert_same(lambda entries: run_on_spark(entries, frame).outcomes)
    pq.write_table(amounts(500, broken=123), tmp_path / "amounts.parquet")
    frame = spark.read.parquet(str(tmp_path / "amounts.parquet"))
    assert_same_steps(lambda entries: run_on_spark(entries, frame).outcomes)
