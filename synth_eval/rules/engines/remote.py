"""Runs a suite where the rows are: on a Spark DataFrame or a table of a database.

Only counts come back. Nothing is written to the database, and nothing is cached in the
cluster unless the caller does it. What an engine cannot run (regular expressions in SQLite)
is an error of that rule.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from synth_eval.data.source import is_spark_frame
from synth_eval.errors import UsageError
from synth_eval.rules.engines.conditions import DIALECTS, Dialect
from synth_eval.rules.engines.engine import (
    SOURCE,
    Outcome,
    build,
    counts_violations,
    data_source,
    gx_context,
    validate_batch,
)
from synth_eval.rules.engines.kwargs import columns_of
from synth_eval.rules.engines.safety import vetted
from synth_eval.rules.tally import Tally

__all__ = ["Remote", "is_remote", "run_on_spark", "run_on_sql", "run_remotely"]

_KINDS = {"sqlite": "add_sqlite", "postgresql": "add_postgres", "postgres": "add_postgres"}
_NO_DUCKDB = (
    "Great Expectations cannot run on DuckDB (its driver fails on counting rows). Read the table "
    "as Arrow instead, connection.table(name).arrow(), and evaluate that"
)


@dataclass(frozen=True, slots=True)
class Remote:
    """What came back from where the rows are.

    Parameters
    ----------
    name : str
        What the table is called; neither user nor host of a database.
    rows, columns : int
        Its size.
    outcomes : list of Outcome
        One per expectation, in the same order.
    """

    name: str
    rows: int
    columns: int
    outcomes: list[Outcome]

    def described(self) -> dict[str, Any]:
        """Name and size for the record of a run; rows that stay elsewhere are not hashed."""
        return {"name": self.name, "rows": self.rows, "columns": self.columns, "sha256": None}


def is_remote(table: Any) -> bool:
    """Whether rows stay where they are: a Spark DataFrame, or a table of a database.

    Examples
    --------
    >>> is_remote("sqlite:///people.db#people"), is_remote("people.parquet")
    (True, False)
    """
    return is_spark_frame(table) or (isinstance(table, str) and "://" in table)


def run_remotely(entries: Sequence[Mapping[str, Any]], table: Any) -> Remote:
    """Run expectations on a table that `is_remote`.

    Parameters
    ----------
    entries : sequence of mapping
        Expectations as plain Great Expectations JSON.
    table : pyspark.sql.DataFrame or str
        Spark table, or connection string and name, ``postgresql://host/database#people`` or
        ``...#schema.people``.

    Raises
    ------
    UsageError
        No table is named, or as in `run_on_sql`.
    """
    if is_spark_frame(table):
        return run_on_spark(entries, table)
    url, _, place = table.rpartition("#")
    schema, _, name = place.rpartition(".")
    if not url or not name:
        raise UsageError(
            "name the table behind the connection string, like sqlite:///people.db#people"
        )
    return run_on_sql(entries, url, name, schema or None)


def run_on_spark(entries: Sequence[Mapping[str, Any]], frame: Any) -> Remote:
    """Run expectations on a Spark DataFrame.

    Parameters
    ----------
    entries : sequence of mapping
        Expectations as plain Great Expectations JSON.
    frame : pyspark.sql.DataFrame
        The table; cache it first where it is costly to compute.
    """
    flags = {name for name, kind in frame.dtypes if kind == "boolean"}
    sound, refused = _sorted_out(entries, DIALECTS["spark"], flags)
    with data_source("add_spark", persist=False) as source:
        asset = source.add_dataframe_asset(SOURCE)
        definition = asset.add_batch_definition_whole_dataframe(SOURCE)
        batch = definition.get_batch({"dataframe": frame})
        rows, outcomes = _run(list(sound.values()), batch, list(frame.columns))
    return Remote("Spark DataFrame", rows, len(frame.columns), _merged(refused, sound, outcomes))


def run_on_sql(
    entries: Sequence[Mapping[str, Any]], url: str, table: str, schema: str | None = None
) -> Remote:
    """Run expectations on a table of a database.

    Parameters
    ----------
    entries : sequence of mapping
        Expectations as plain Great Expectations JSON.
    url : str
        Connection string of SQLAlchemy, like ``sqlite:///people.db``.
    table : str
        Name of the table.
    schema : str, optional
        Schema of the database that holds it.

    Raises
    ------
    UsageError
        DuckDB, SQLAlchemy is not installed, or the table cannot be reached.
    """
    dialect = re.split(r"[+:]", url, maxsplit=1)[0].lower()
    if dialect == "duckdb":
        raise UsageError(_NO_DUCKDB)
    columns = _columns_in_database(url, table, schema)
    kind = _KINDS.get(dialect, "add_sql")
    words = DIALECTS["sqlite" if dialect == "sqlite" else "sql"]
    flags = {name for name, stored in columns.items() if stored.casefold().startswith("bool")}
    sound, refused = _sorted_out(entries, words, flags)
    with data_source(kind, connection_string=url, create_temp_table=False) as source:
        where = {} if schema is None else {"schema_name": schema}
        with warnings.catch_warnings():  # a schema is told in other ways in other databases
            warnings.simplefilter("ignore", DeprecationWarning)
            asset = source.add_table_asset(SOURCE, table_name=table, **where)
        batch = asset.add_batch_definition_whole_table(SOURCE).get_batch()
        queries = [_for_sql(entry) for entry in sound.values()]
        rows, outcomes = _run(queries, batch, list(columns))
    typed = [_typed(*pair, columns) for pair in zip(outcomes, sound.values(), strict=True)]
    return Remote(f"table {table}", rows, len(columns), _merged(refused, sound, typed))


def _sorted_out(
    entries: Sequence[Mapping[str, Any]], dialect: Dialect, flags: Collection[str]
) -> tuple[dict[int, Mapping[str, Any]], dict[int, Outcome]]:
    """Entries that may be run, by position, and the outcomes of those that may not."""
    sound: dict[int, Mapping[str, Any]] = {}
    refused: dict[int, Outcome] = {}
    for position, entry in enumerate(entries):
        try:
            numeric = _as_numbers(vetted(entry, dialect), dialect, flags)
            sound[position] = {**numeric, "columns": columns_of(entry)}
        except UsageError as refusal:
            refused[position] = Outcome(error=str(refusal))
    return sound, refused


def _as_numbers(
    entry: Mapping[str, Any], dialect: Dialect, flags: Collection[str]
) -> Mapping[str, Any]:
    """A sum of columns of true and false as a count of rows; engines add up numbers only."""
    kwargs = entry["kwargs"]
    names = kwargs.get("column_list")
    is_sum = entry["type"] == "expect_multicolumn_sum_to_equal" and isinstance(names, list)
    total = kwargs.get("sum_total")
    if not is_sum or not isinstance(total, int) or not set(names) <= set(flags):
        return entry
    added = " + ".join(f"cast({dialect.name(name)} as int)" for name in names)
    condition = {"type": "pass_through", "pass_through_filter": f"({added}) != {int(total)}"}
    return {
        **entry,
        "type": "expect_table_row_count_to_equal",
        "kwargs": {"value": 0, "row_condition": condition},
    }


def _merged(
    refused: Mapping[int, Outcome], sound: Mapping[int, Any], answers: Sequence[Outcome]
) -> list[Outcome]:
    outcomes = {**refused, **dict(zip(sound, answers, strict=True))}
    return [outcomes[position] for position in sorted(outcomes)]


def _typed(outcome: Outcome, entry: Mapping[str, Any], columns: Mapping[str, str]) -> Outcome:
    """A type by its name; Great Expectations knows few of the types of SQLite."""
    stored = columns.get(str(entry["kwargs"].get("column")), "").casefold()
    names = {str(name).casefold() for name in entry["kwargs"].get("type_list") or ()}
    if outcome.success is not False or outcome.tally is None or stored not in names:
        return outcome
    return replace(outcome, success=True, tally=Tally(outcome.tally.judged, 0))


def _columns_in_database(url: str, table: str, schema: str | None) -> dict[str, str]:
    """Names and types of the columns of a table."""
    try:
        sqlalchemy: Any = import_module("sqlalchemy")  # of the extra "sql"
    except ImportError as error:
        raise UsageError(
            'databases need SQLAlchemy: pip install "synth-eval-suite[sql]"'
        ) from error
    try:
        engine = sqlalchemy.create_engine(url)
        try:
            described = sqlalchemy.inspect(engine).get_columns(table, schema)
            return {str(column["name"]): type(column["type"]).__name__ for column in described}
        finally:
            engine.dispose()
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        reason = type(error).__name__  # its text may hold the password of the connection
        raise UsageError(f"cannot reach table {table!r} of the database: {reason}") from None


def _for_sql(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row condition in the words of pandas and Spark, told as a query."""
    condition = entry["kwargs"].get("row_condition")
    if not counts_violations(entry) or not isinstance(condition, Mapping):
        return entry
    wanted = str(condition.get("pass_through_filter", ""))
    # The query is yet to be formatted, and colons in it would be parameters.
    wanted = wanted.replace("{", "{{").replace("}", "}}").replace(":", "\\:")
    query = f"SELECT * FROM {{batch}} WHERE {wanted}"  # noqa: S608 - written by our own grammar
    return {
        **entry,
        "type": "unexpected_rows_counted",
        "kwargs": {"unexpected_rows_query": query},
    }


def _run(
    entries: Sequence[Mapping[str, Any]], batch: Any, columns: Sequence[str]
) -> tuple[int, list[Outcome]]:
    """Number of rows, and the outcomes."""
    gx_context()
    outcomes: list[Outcome] = [Outcome(error="Great Expectations gave no result")] * len(entries)
    rows = build({"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 0}}, -1)
    expectations = [rows]
    for position, entry in enumerate(entries):
        absent = [name for name in _needed(entry) if name not in columns]
        built = build(entry, position) if not absent else None
        if absent:
            outcomes[position] = Outcome(error=f"the table has no column {absent[0]!r}")
        elif isinstance(built, Outcome):
            outcomes[position] = built
        else:
            expectations.append(built)
    answers = dict(validate_batch(expectations, batch))
    total = answers.pop(-1).observed or 0
    for position, outcome in answers.items():
        outcomes[position] = _with_rows(outcome, entries[position], total)
    return total, outcomes


def _needed(entry: Mapping[str, Any]) -> list[str]:
    return list(entry.get("columns") or ())


def _with_rows(outcome: Outcome, entry: Mapping[str, Any], total: int) -> Outcome:
    """Rows where only a word or a single number came back; missing cells count as judged."""
    if outcome.error or outcome.tally is not None or not _needed(entry):
        return outcome
    if entry["type"] == "unexpected_rows_counted" or counts_violations(entry):
        broken = outcome.observed or 0
        return replace(outcome, tally=Tally(max(total, broken), broken))
    if "_type" in str(entry["type"]):
        return replace(outcome, tally=Tally(total, 0 if outcome.success else total))
    return outcome
