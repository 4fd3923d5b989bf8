"""One level told by several columns of true and false is one rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synth_eval.data.load import Data, load
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.rules import derive_suite
from synth_eval.rules.derived.derive import derive_rules
from synth_eval.rules.derived.dummies import dummy_blocks
from synth_eval.rules.derived.relations import Search
from synth_eval.rules.engines.engine import Outcome, run_on_table
from synth_eval.rules.engines.remote import run_on_spark, run_on_sql

ROWS = 4_000
SHARES = [0.4, 0.3, 0.2, 0.097, 0.003]


def block(name: str, kind: type, seed: int = 0, broken: int = 0) -> dict[str, Any]:
    level = np.random.default_rng(seed).choice(len(SHARES), ROWS, p=SHARES)
    columns = {f"{name}_{i}": (level == i).astype(kind) for i in range(len(SHARES))}
    columns[f"{name}_0"][:broken] = False  # some of them were false anyway
    return columns


def blocks_of(columns: dict[str, Any]) -> list[list[str]]:
    rows = pa.table(columns)
    return dummy_blocks(load(rows, rows).real, Search())


@pytest.mark.parametrize("kind", [int, bool])
def test_a_block_is_one_rule_and_no_implications(kind: type) -> None:
    columns = {**block("city", kind), "x": np.random.default_rng(1).normal(size=ROWS)}
    rows = pa.table(columns)
    texts = [entry["description"] for entry in derive_suite(load(rows, rows))["expectations"]]
    assert "exactly one of city_0, city_1, city_2, city_3 and 1 more is true" in texts
    assert not [text for text in texts if "implies" in text]


def test_two_blocks_are_told_apart_whatever_the_order_of_the_columns() -> None:
    columns = {**block("city", int, 1), **block("job", bool, 2)}
    names = np.random.default_rng(3).permutation(list(columns)).tolist()
    found = blocks_of({name: columns[name] for name in names})
    assert sorted(map(sorted, found)) == [
        [f"city_{i}" for i in range(5)],
        [f"job_{i}" for i in range(5)],
    ]


def test_random_flags_make_no_block() -> None:
    rng = np.random.default_rng(4)
    assert blocks_of({f"f{i}": rng.random(ROWS) < 0.3 for i in range(20)}) == []
    columns = block("city", int)
    del columns["city_3"]  # a tenth of the rows has none
    assert blocks_of(columns) == []


def data(kind: type) -> Data:
    return load(pa.table(block("c", kind)), pa.table(block("c", kind, 5, broken=300)))


@pytest.mark.parametrize("kind", [int, bool])
def test_rows_without_a_level_are_counted_and_told(kind: type) -> None:
    tables = data(kind)
    rules, _ = derive_rules(tables.real)
    (rule,) = [rule for rule in rules if "exactly one" in rule.rule.text]
    truth = sum(np.array(tables.synthetic.source.column(f"c_{i}")).astype(int) for i in range(5))
    expected = int((truth != 1).sum())
    assert 80 < expected < 160
    assert rule.rule.count(tables.synthetic).broken == expected
    (outcome,) = run_on_table([rule.to_dict(0.001, 11)], tables.synthetic, tables.real)
    assert outcome.tally == rule.rule.count(tables.synthetic)
    (result,) = run(tables, config=Config(), select_checks=["V003"])
    (row,) = [row for row in result.rows() if "exactly one" in row["rule"]]
    assert row["patterns"] == f"0 of them true: {expected}"
    assert row["status"] == "fail"


def assert_same(kind: type, run: Callable[[Any], list[Outcome]]) -> None:
    tables = data(kind)
    rules, _ = derive_rules(tables.real)
    (rule,) = [rule for rule in rules if "exactly one" in rule.rule.text]
    (outcome,) = run([rule.to_dict(0.001, 11)])
    assert outcome.error is None
    assert outcome.tally == rule.rule.count(tables.synthetic)


def to_database(url: str, kind: type) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    engine = sqlalchemy.create_engine(url)
    frame = pa.table(block("c", kind, 5, broken=300)).to_pandas()
    frame.to_sql("flags", engine, index=False, if_exists="replace")
    engine.dispose()


@pytest.mark.parametrize("kind", [int, bool])
def test_sqlite(kind: type, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'flags.db'}"
    to_database(url, kind)
    assert_same(kind, lambda entries: run_on_sql(entries, url, "flags").outcomes)


@pytest.mark.parametrize("kind", [int, bool])
def test_postgresql(kind: type, postgres: str) -> None:
    to_database(postgres, kind)
    assert_same(kind, lambda entries: run_on_sql(entries, postgres, "flags").outcomes)


@pytest.mark.filterwarnings("ignore")  # of pyspark's own reading of pandas
@pytest.mark.parametrize("kind", [int, bool])
def test_spark(kind: type, spark: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table(block("c", kind, 5, broken=300)), tmp_path / "flags.parquet")
    frame = spark.read.parquet(str(tmp_path / "flags.parquet"))
    assert_same(kind, lambda entries: run_on_spark(entries, frame).outcomes)
