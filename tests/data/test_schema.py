"""Kinds and roles: inferred, overridden, written, read."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.data.schema import KINDS, Column, Schema, infer_schema, parse_overrides
from synth_eval.data.source import open_source
from synth_eval.errors import UsageError


def inferred(values: Any) -> Column:
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    return infer_schema(open_source(pa.table({"x": array}), "real"))["x"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False, None], "boolean"),
        ([0, 1, None, 1], "boolean"),
        ([1, 1, 1], "numerical"),
        ([1, 2, 1], "numerical"),
        ([1.5, None, 2], "numerical"),
        ([decimal.Decimal("1.50"), None], "numerical"),
        (pa.array([1.5, 2.5], pa.float32()), "numerical"),
        (["1", "2.5", "3"], "numerical"),
        (["1", "2", "x"], "categorical"),
        (["a", "b", "a"], "categorical"),
        (["a", "b", "a"] * 20, "categorical"),
        (pa.array(["a", "b"]).dictionary_encode(), "categorical"),
        (pa.array([1, 2, 5]).dictionary_encode(), "numerical"),
        (pa.array([b"\xff", b"a"]), "categorical"),
        ([dt.date(2020, 1, 1)], "datetime"),
        ([dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], "datetime"),
        ([dt.time(1, 2)], "datetime"),
        ([dt.timedelta(1)], "datetime"),
        (["2020-01-01", None], "datetime"),
        (["2020-01-01 10:00:00.5+01:00"], "datetime"),
        (["2020-01-01", "soon"], "categorical"),
        (list(range(300)), "id"),
        (list(range(300))[::-1], "id"),
        (list(range(1_000, 1_900, 3)), "id"),
        ([2**62 + number for number in range(300)], "id"),
        ([number * 2**55 - 2**63 for number in range(300)], "id"),
        (pa.array([2**64 - 1 - number for number in range(300)], pa.uint64()), "id"),
        (list(range(100)), "numerical"),
        ([number**3 for number in range(300)], "numerical"),
        ([*range(299), None], "numerical"),
        ([f"person {number}" for number in range(100)], "id"),
        ([f"this is story number {number}" for number in range(100)], "text"),
        ([None, None], "categorical"),
        (pa.nulls(3, pa.float64()), "numerical"),
        (pa.nulls(3, pa.string()), "categorical"),
        ([float("nan"), float("inf")], "numerical"),
    ],
)
def test_kinds(values: Any, kind: str) -> None:
    assert inferred(values).kind == kind


@pytest.mark.parametrize(
    ("values", "integer"),
    [([1, 2, 5], True), ([1.0, None, 7.0], True), ([1.0, 2.5], False), (["1", "2", "3"], True),
     ([float("inf"), 1.0], True), ([float("nan")], False)],
)  # fmt: skip
def test_whole_numbers(values: Any, integer: bool) -> None:
    assert inferred(values).integer is integer


def test_roles_of_identifiers() -> None:
    assert inferred(list(range(300))).role == "key"
    assert inferred([f"person {number}" for number in range(100)]).role == "key"
    assert inferred(["person 0", *(f"person {number}" for number in range(99))]).role == "feature"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("id", "id"), ("person_id", "id"), ("customerID", "id"), ("ID", "id"), ("row index", "id"),
     ("paid", "numerical"), ("idea", "numerical"), ("monkey", "numerical")],
)  # fmt: skip
def test_names_of_identifiers(name: str, kind: str) -> None:
    distinct = [number**3 for number in range(30)]
    schema = infer_schema(open_source(pa.table({name: distinct}), "real"))
    assert schema[name].kind == kind
    repeating = infer_schema(open_source(pa.table({name: [5, *distinct, 5]}), "real"))
    assert repeating[name].kind == "numerical"


def test_pattern_of_dates_is_kept() -> None:
    assert inferred(["2020/01/02"]).datetime_format == "%Y/%m/%d"


def test_schema_of_the_simulated_table() -> None:
    schema = infer_schema(open_source(se.demo_data("simulated").real.source._table, "real"))
    kinds: dict[str, list[str]] = {}
    for column in schema.columns:
        kinds.setdefault(column.kind, []).append(column.name)
    assert kinds["id"] == ["person_id"]
    assert kinds["datetime"] == ["start_date", "end_date"]
    assert kinds["boolean"] == ["has_car"]
    assert kinds["categorical"] == [
        "sex", "relationship", "region", "education", "fraud", "approved",
    ]  # fmt: skip
    assert len(kinds["numerical"]) == 6


SCHEMA = Schema(
    (
        Column("id", "id", role="key"),
        Column("age", "numerical", integer=True),
        Column("born", "datetime", datetime_format="%Y-%m-%d"),
        Column("sex", "categorical", role="sensitive"),
        Column("income", "boolean", role="target"),
        Column("story", "text"),
    )
)


def test_look_ups() -> None:
    assert SCHEMA.target == "income"
    assert SCHEMA.with_role("sensitive") == ["sex"]
    assert [column.name for column in SCHEMA.compared] == ["age", "born", "sex", "income"]
    assert "age" in SCHEMA
    assert "height" not in SCHEMA
    with pytest.raises(KeyError):
        SCHEMA["height"]


def test_plain_form_and_back(tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA.to_dict()), "utf-8")
    plain = Schema(tuple(Column(name, "text") for name in SCHEMA.names))
    read = plain.override(Schema.read_overrides(path))
    assert read.to_dict() == SCHEMA.to_dict()


def test_metadata_of_sdv_and_back() -> None:
    metadata = SCHEMA.to_sdv()
    assert metadata["primary_key"] == "id"
    assert metadata["columns"]["born"] == {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"}
    changes = parse_overrides(metadata)
    assert {name: change["kind"] for name, change in changes.items()} == {
        column.name: column.kind for column in SCHEMA.columns
    }
    assert changes["id"]["role"] == "key"
    assert parse_overrides({"tables": {"people": metadata}}) == changes


def test_other_semantic_types_of_sdv_are_identifiers() -> None:
    changes = parse_overrides({"columns": {"mail": {"sdtype": "email"}}})
    assert changes == {"mail": {"kind": "id"}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"height": {"kind": "text"}}, "names column 'height', which the real table lacks"),
        ({"age": {"kind": "number"}}, f"unknown kind 'number'; known: {', '.join(KINDS)}"),
        ({"age": {"role": "boss"}}, "unknown role 'boss'"),
        ({"age": {"kind": "text", "colour": "red"}}, "unknown entry 'colour'"),
    ],
)
def test_bad_overrides(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        SCHEMA.override(change)


@pytest.mark.parametrize("content", ["[", "[]", "{}", '{"columns": 3}', '{"columns": [1]}', "3",
                                     '{"columns": {"a": 1}}', '{"tables": {}}'])  # fmt: skip
def test_bad_schema_files(content: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"schema\.json"):
        Schema.read_overrides(path)


def test_absent_schema_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read schema"):
        Schema.read_overrides(tmp_path / "none.json")


def test_roles_from_arguments() -> None:
    rows = pa.table({"a": ["x", "y"], "b": ["u", "v"], "c": [1.5, 2.5]})
    data = se.load(rows, rows, target="c", sensitive=["a"], quasi_identifiers="b")
    assert [column.role for column in data.schema.columns] == [
        "sensitive", "quasi_identifier", "target",
    ]  # fmt: skip


@pytest.mark.parametrize("argument", ["target", "sensitive", "quasi_identifiers"])
def test_absent_column_in_a_role(argument: str) -> None:
    rows = pa.table({"a": ["x", "y"]})
    with pytest.raises(UsageError, match="column 'b' is not in the real table; it has 'a'"):
        se.load(rows, rows, **{argument: "b"})


@pytest.mark.parametrize(
    "schema", [{}, {"age": "numerical"}, {"columns": [{"kind": "id"}]}, {"columns": ["age"]}]
)
def test_a_mapping_that_is_no_schema_is_refused_in_one_sentence(schema):
    with pytest.raises(UsageError, match="as `synth-eval schema` writes it"):
        se.load(pa.table({"age": [1.5, 2.5]}), pa.table({"age": [1.5, 2.5]}), schema=schema)
