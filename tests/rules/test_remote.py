"""The same suite gives the same counts where the rows are: Spark, SQLite, PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synth_eval.data.load import Data
from synth_eval.errors import UsageError
from synth_eval.rules import derive_suite
from synth_eval.rules.engines.engine import Outcome, run_on_table
from synth_eval.rules.engines.remote import is_remote, run_on_spark, run_on_sql

TYPE = "expect_column_values_to_be_in_type_list"


def entries_of(data: Data) -> list[dict[str, Any]]:
    entries = derive_suite(data)["expectations"]
    broken = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "nowhere"}}
    unknown = {"type": "expect_the_impossible", "kwargs": {}}
    return [*entries, broken, unknown]


def assert_same_counts(
    data: Data, entries: list[dict[str, Any]], run: Callable[[Any], list[Outcome]]
) -> None:
    """Types are of whole columns elsewhere, so only what is broken is compared."""
    for entry, here, there in zip(
        entries, run_on_table(entries, data.synthetic, data.real), run(entries), strict=True
    ):
        words = entry.get("description", entry["type"])
        assert (here.error is None) == (there.error is None), (words, there.error)
        if here.tally is None or entry["type"] == TYPE:
            assert here.success == there.success, words
        else:
            assert there.tally is not None, words
            assert there.tally.broken == here.tally.broken, words
        if here.tally is not None and "rows" not in entry["type"] and entry["type"] != TYPE:
            assert there.tally == here.tally, words


def to_database(data: Data, url: str) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(url)
    frame = data.synthetic.source.column  # column by column, as stored
    import pandas as pd

    columns = {name: frame(name).to_pandas() for name in data.synthetic.stored_names}
    pd.DataFrame(columns).to_sql("people", engine, if_exists="replace", index=False)
    engine.dispose()


def test_sqlite(simulated: Data, tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    url = f"sqlite:///{tmp_path / 'people.db'}"
    to_database(simulated, url)
    entries = entries_of(simulated)
    assert_same_counts(simulated, entries, lambda given: run_on_sql(given, url, "people").outcomes)
    with pytest.raises(UsageError, match="cannot reach table 'nothing'"):
        run_on_sql(entries, url, "nothing")


def test_postgresql(simulated: Data, postgres: str) -> None:
    to_database(simulated, postgres)
    entries = entries_of(simulated)
    assert_same_counts(
        simulated, entries, lambda given: run_on_sql(given, postgres, "people").outcomes
    )


def test_postgresql_gets_no_new_table(simulated: Data, postgres: str) -> None:
    import sqlalchemy

    to_database(simulated, postgres)
    engine = sqlalchemy.create_engine(postgres)
    before = sqlalchemy.inspect(engine).get_table_names()
    run_on_sql(entries_of(simulated), postgres, "people")
    assert sqlalchemy.inspect(engine).get_table_names() == before
    engine.dispose()


@pytest.mark.filterwarnings("ignore")  # of pyspark's own reading of pandas
def test_spark(simulated: Data, spark: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = tmp_path / "people.parquet"
    import pyarrow as pa

    columns = {n: simulated.synthetic.source.column(n) for n in simulated.synthetic.stored_names}
    pq.write_table(pa.table(columns), path)
    frame = spark.read.parquet(str(path))
    assert is_remote(frame)
    assert_same_counts(
        simulated, entries_of(simulated), lambda given: run_on_spark(given, frame).outcomes
    )


def test_a_database_hands_out_counts_and_no_rows(simulated: Data, tmp_path: Path) -> None:
    """Every query of a run is asked again: none has more than the one row of its counts."""
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    path = tmp_path / "people.db"
    to_database(simulated, f"sqlite:///{path}")
    asked: list[tuple[str, Any]] = []

    def listen(*given: Any) -> None:
        asked.append((given[2], given[3]))

    sqlalchemy.event.listen(sqlalchemy.engine.Engine, "before_cursor_execute", listen)
    try:
        run_on_sql(entries_of(simulated), f"sqlite:///{path}", "people")
    finally:
        sqlalchemy.event.remove(sqlalchemy.engine.Engine, "before_cursor_execute", listen)
    queries = [(text, values) for text, values in asked if "people" in text and "SELECT" in text]
    assert len(queries) > 10
    with sqlite3.connect(path) as connection:
        for text, values in queries:
            if "sqlite_master" not in text:  # the names of tables, not their rows
                assert len(connection.execute(text, values).fetchall()) <= 1, text


def test_duckdb_is_refused_with_the_way_round() -> None:
    with pytest.raises(UsageError, match=r"cannot run on DuckDB.*Arrow"):
        run_on_sql([], "duckdb:///people.db", "people")


def test_a_password_is_in_no_message() -> None:
    pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    url = "postgresql+psycopg2://me:secret@127.0.0.1:1/x"
    with pytest.raises(UsageError) as caught:
        run_on_sql([], url, "people")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
