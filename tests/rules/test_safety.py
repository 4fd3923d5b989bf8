"""A suite from a stranger runs no code, opens no file and asks no address."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.errors import UsageError
from synth_eval.rules import run_suite
from synth_eval.rules.engines.conditions import DIALECTS, columns_in, rewritten
from synth_eval.rules.engines.remote import run_on_sql

NOT_NULL = "expect_column_values_to_not_be_null"
ROWS = pa.table({"age": np.arange(200), "text": ['{"a": 1}'] * 200, "a`b": np.arange(200)})


def outcome(entry: dict[str, Any]) -> dict[str, Any]:
    (found,) = run_suite({"name": "s", "expectations": [entry]}, ROWS)
    return found


def about_age(**kwargs: Any) -> dict[str, Any]:
    return {"type": NOT_NULL, "kwargs": {"column": "age", **kwargs}}


CODE = [
    "age.to_csv('{mark}') == age",
    "@data.to_csv('{mark}') == age",
    "@self.__class__ == age",
    "@pd.read_pickle('{mark}') == age",
    "__import__('os').system('touch {mark}') == 0",
    "abs.__self__.open('{mark}', 'w') == age",
    "[x for x in (1,)] == age",
    "(lambda: 1)() == age",
    "age.dt.floor(open('{mark}', 'w')) == age",
    "age.dt.strftime('%Y') == '2024'",
    "java_method('java.lang.Runtime', 'getRuntime') = age",
    "age > 1; drop table people",
    "age > (select count(*) from secrets)",
    "'''a'+(select 1)+'b''' == text",
    "f'{{age}}' == text",
    "not " * 2_000 + "age",
    "(" * 500 + "age" + ")" * 500,
]


@pytest.mark.parametrize("text", CODE)
@pytest.mark.parametrize("form", ["object", "text", "inside and"])
def test_a_condition_is_no_code(text: str, form: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = text.replace("{mark}", str(mark))
    condition: Any = {"type": "pass_through", "pass_through_filter": text}
    if form == "inside and":
        condition = {"type": "and", "conditions": [condition]}
    kwargs = {"row_condition": condition}
    if form == "text":
        kwargs = {"row_condition": text, "condition_parser": "pandas"}
    found = outcome(about_age(**kwargs))
    assert found["status"] == "error"
    assert "condition" in found["why"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "unexpected_rows_expectation",
         "kwargs": {"unexpected_rows_query": "SELECT * FROM {batch}"}},
        {"type": "unexpected_rows_counted",
         "kwargs": {"unexpected_rows_query": "SELECT pg_read_file('/etc/passwd')"}},
        {"type": "expect_query_results_to_match_comparison",
         "kwargs": {"base_query": "SELECT 1", "comparison_query": "SELECT 1",
                    "comparison_data_source_name": "x"}},
        {"type": "expect_table_row_count_to_equal_other_table",
         "kwargs": {"other_table_name": "secrets"}},
        about_age(min_value={"$PARAMETER": "9**9**9"}),
        about_age(row_condition={"type": "nullity", "column": "age", "is_null": True}),
        about_age(row_condition={"type": "comparison", "column": {"name": "age"},
                                 "operator": "==", "parameter": {"a": 1}}),
        about_age(row_condition={"type": "unheard of"}),
        about_age(row_condition="age > 1"),
        about_age(row_condition=5),
    ],
)  # fmt: skip
def test_queries_other_tables_and_parameters_are_refused(entry: dict[str, Any]) -> None:
    found = outcome(entry)
    assert found["status"] == "error"
    assert 10 < len(found["why"]) < 250


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:1/schema.json"])
def test_a_json_schema_fetches_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    schema = {"properties": {"a": {"$ref": address}}}
    kwargs = {"column": "text", "json_schema": schema}
    found = outcome({"type": "expect_column_values_to_match_json_schema", "kwargs": kwargs})
    assert found["status"] == "error"
    assert "itself only" in found["why"]


def test_a_json_schema_that_refers_to_itself_runs() -> None:
    schema = {"$defs": {"n": {"type": "number"}}, "properties": {"a": {"$ref": "#/$defs/n"}}}
    kwargs = {"column": "text", "json_schema": schema}
    found = outcome({"type": "expect_column_values_to_match_json_schema", "kwargs": kwargs})
    assert found["status"] == "pass"


def test_a_suite_cannot_ask_for_rows() -> None:
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["age"]}
    kwargs = {"column": "age", "min_value": 500, "result_format": wanted}
    found = outcome({"type": "expect_column_values_to_be_between", "kwargs": kwargs})
    assert (found["status"], found["violations"]) == ("fail", 200)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("age > 100", 99),
        ("100 < age <= 150 and not (age == 120)", 49),
        ("(age < 10) | (age >= 190)", 20),
        ("abs(age - 100) < 2.5", 5),
        ("`a``b` - age == 0", 200),
        ("age * 2 / 4 + 1 < -1e0 + 3", 2),
        ("text == 'x'", 0),
    ],
)
def test_plain_conditions_are_run_as_they_were_meant(text: str, rows: int) -> None:
    for kwargs in (
        {"row_condition": {"type": "pass_through", "pass_through_filter": text}},
        {"row_condition": text, "condition_parser": "pandas"},
    ):
        found = outcome(about_age(**kwargs))
        assert found["status"] == ("pass" if rows else "not_applicable"), found["why"]
        assert found["n"] == rows


def test_conditions_are_written_for_each_engine() -> None:
    text = 'not (`a"b`.dt.floor("D") == start)'
    assert rewritten(text, DIALECTS["pandas"]) == '(not (`a"b`.dt.floor("D") == `start`))'
    assert rewritten(text, DIALECTS["spark"]) == "(not (date_trunc('day', `a\"b`) == `start`))"
    assert rewritten(text, DIALECTS["sql"]) == """(not (date_trunc('day', "a""b") = "start"))"""
    assert sorted(columns_in("abs(`x y` - z) > `abs`")) == ["abs", "x y", "z"]


def test_a_column_may_be_called_like_a_function() -> None:
    assert columns_in("`abs` > 1") == ["abs"]
    assert rewritten("abs(`abs`) > 1", DIALECTS["sql"]) == '(abs("abs") > 1)'


def test_a_database_sees_no_text_of_a_suite(tmp_path: Path) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    url = f"sqlite:///{tmp_path / 'people.db'}"
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE TABLE people ("a :b" INT, "c%d{e}" INT)')
        connection.exec_driver_sql("INSERT INTO people VALUES (1, 2), (3, 3), (4, 4)")
    engine.dispose()

    def off(text: str) -> dict[str, Any]:
        condition = {"type": "pass_through", "pass_through_filter": text}
        kwargs = {"value": 0, "row_condition": condition}
        return {"type": "expect_table_row_count_to_equal", "kwargs": kwargs}

    entries = [off("`a :b` != `c%d{e}`"), off("`a :b` > (select 1)"), off("sqlite_version() > 1")]
    good, *bad = run_on_sql(entries, url, "people").outcomes
    assert good.tally is not None, good.error
    assert (good.tally.judged, good.tally.broken) == (3, 1)
    assert all("row condition" in str(one.error) for one in bad)


def test_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="at most"):
        rewritten("a" + " + a" * 3_000, DIALECTS["pandas"])
