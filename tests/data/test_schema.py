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
from synth_eval.data.schema import (
    KINDS,
    ROLES,
    Column,
    Schema,
    infer_schema,
    parse_overrides,
    unread,
)
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
        ([[1.5, 2.5], None, [3.5, 4.5]], "vector"),
        ([[1], [2]], "vector"),
        ([[decimal.Decimal("1.5")]], "vector"),
        (pa.array([[1, 2]], pa.list_(pa.float32(), 2)), "vector"),
        (pa.array([[1, 2]], pa.large_list(pa.float16())), "vector"),
        (pa.nulls(2, pa.list_(pa.float64())), "vector"),
        (
            pa.ExtensionArray.from_storage(
                pa.fixed_shape_tensor(pa.float32(), [2]),
                pa.array([[1, 2]], pa.list_(pa.float32(), 2)),
            ),
            "vector",
        ),
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
    assert inferred(list(range(300))).roles == {"key"}
    assert inferred([f"person {number}" for number in range(100)]).roles == {"key"}
    assert inferred(["person 0", *(f"person {number}" for number in range(99))]).roles == set()


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
    # What repeats under the name of an identifier names entities; an index may be a measure.
    of_entities = kind == "id" and name != "row index"
    assert repeating[name].kind == ("id" if of_entities else "numerical")
    assert repeating[name].roles == set()


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
        Column("id", "id", frozenset({"key"})),
        Column("age", "numerical", integer=True),
        Column("born", "datetime", datetime_format="%Y-%m-%d"),
        Column("sex", "categorical", frozenset({"secret", "group"})),
        Column("income", "boolean", frozenset({"target", "secret"})),
        Column("story", "text"),
        Column("face", "vector"),
    )
)


def test_look_ups() -> None:
    assert SCHEMA.target == "income"
    assert SCHEMA.with_role("secret") == ["sex", "income"]
    assert SCHEMA.with_role("group") == ["sex"]
    assert SCHEMA.with_role("entity") == []
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
    assert read == SCHEMA
    assert read.to_dict() == SCHEMA.to_dict()
    assert SCHEMA.to_dict()["schema_version"] == 2
    assert SCHEMA.to_dict()["columns"][3] == {
        "name": "sex", "kind": "categorical", "roles": ["group", "secret"],
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_written_and_read(role: str) -> None:
    real = pa.table({"a": [1.5, 2.5], "b": [3.5, 4.5]})
    given = {"quasi_identifier": "quasi_identifiers"}.get(role, role)
    if role == "key":
        data = se.load(real, real, schema={"columns": [{"name": "a", "roles": ["key"]}]})
    else:
        data = se.load(real, real, **{given: "a"})
    assert data.schema["a"].roles == {role}
    assert data.schema["b"].roles == set()
    again = se.load(real, real, schema=json.loads(json.dumps(data.schema.to_dict())))
    assert again.schema == data.schema
    assert se.load(real, real, schema=data.schema).schema == data.schema


OLDER = {
    "schema_version": 1,
    "columns": [
        {"name": "a", "kind": "id", "role": "feature"},
        {"name": "b", "kind": "categorical", "role": "sensitive"},
        {"name": "c", "kind": "numerical", "role": "target", "integer": True},
        {"name": "d", "kind": "categorical", "role": "quasi_identifier"},
    ],
}


def test_schema_files_of_version_1_are_read(tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(OLDER), "utf-8")
    real = pa.table(
        {"a": [f"person {i}" for i in range(60)], "b": ["x", "y"] * 30, "c": [1, 2, 3] * 20,
         "d": ["u", "v"] * 30}
    )  # fmt: skip
    assert se.load(real, real).schema["a"].roles == {"key"}
    schema = se.load(real, real, schema=path).schema
    assert [column.roles for column in schema.columns] == [
        set(), {"secret"}, {"target"}, {"quasi_identifier"},
    ]  # fmt: skip


def test_a_column_keeps_every_role_it_is_given() -> None:
    rows = pa.table({"d": ["x", "y"], "e": [1.5, 2.5]})
    data = se.load(rows, rows, target="d", sensitive="d", group="d", quasi_identifiers=["d", "e"])
    assert data.schema["d"].roles == {"target", "secret", "group", "quasi_identifier"}
    assert data.schema.target == "d"
    assert data.schema["e"].roles == {"quasi_identifier"}


def test_secret_and_its_older_name_are_one_role() -> None:
    rows = pa.table({"a": ["x", "y"], "b": ["u", "v"]})
    for given in (
        {"secret": ["a", "b"]},
        {"sensitive": ["a", "b"]},
        {"secret": "a", "sensitive": "b"},
    ):
        assert se.load(rows, rows, **given).schema.with_role("secret") == ["a", "b"]


def test_roles_of_one_column_move_to_the_one_that_is_named() -> None:
    rows = pa.table({"a": ["x", "y"], "b": ["u", "v"]})
    written = {"columns": [{"name": "a", "roles": ["target", "secret"]}]}
    schema = se.load(rows, rows, target="b", secret="b", schema=written).schema
    assert schema.target == "b"
    assert schema["a"].roles == {"secret"}
    assert schema["b"].roles == {"target", "secret"}
    with pytest.raises(UsageError, match="entity names 2 columns; give one"):
        schema.give_role(["a", "b"], "entity")


@pytest.mark.parametrize("values", [["x", "y"], [True, False], [[1.5], [2.5]]])
def test_rows_are_ordered_by_numbers_or_dates_alone(values: list[Any]) -> None:
    rows = pa.table({"a": values})
    with pytest.raises(UsageError, match=r"order column 'a' is of kind .* numbers or dates"):
        se.load(rows, rows, order="a")
    with pytest.raises(UsageError, match="numbers or dates"):
        se.load(rows, rows, schema={"columns": [{"name": "a", "roles": ["order"]}]})


def test_what_no_check_reads_is_named() -> None:
    named = {entry.what: entry.columns for entry in unread(SCHEMA.to_dict())}
    assert named == {
        "Text columns": ("story",),
        "Vector columns": ("face",),
        "Role group": ("sex",),
    }
    assert unread({}) == []
    assert unread(OLDER) == []


def test_metadata_of_sdv_and_back() -> None:
    metadata = SCHEMA.to_sdv()
    assert metadata["primary_key"] == "id"
    assert metadata["columns"]["born"] == {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"}
    changes = parse_overrides(metadata)
    assert {name: change["kind"] for name, change in changes.items()} == {
        column.name: column.kind for column in SCHEMA.columns if column.kind != "vector"
    }
    assert changes["id"]["roles"] == ["key"]
    assert parse_overrides({"tables": {"people": metadata}}) == changes


def test_sequences_of_sdv_are_entities_in_order() -> None:
    schema = Schema(
        (
            Column("person", "id", frozenset({"entity"})),
            Column("day", "datetime", frozenset({"order"})),
        )
    )
    metadata = schema.to_sdv()
    assert (metadata["sequence_key"], metadata["sequence_index"]) == ("person", "day")
    plain = Schema((Column("person", "id"), Column("day", "datetime")))
    assert plain.override(parse_overrides(metadata)) == schema


def test_roles_are_read_from_metadata_too() -> None:
    metadata = {"columns": {"a": {"sdtype": "categorical", "role": "sensitive"}}}
    rows = pa.table({"a": ["x", "y"]})
    assert se.load(rows, rows, schema=metadata).schema["a"].roles == {"secret"}


def test_other_semantic_types_of_sdv_are_identifiers() -> None:
    changes = parse_overrides({"columns": {"mail": {"sdtype": "email"}}})
    assert changes == {"mail": {"kind": "id"}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"height": {"kind": "text"}}, "names column 'height', which the real table lacks"),
        ({"age": {"kind": "number"}}, f"unknown kind 'number'; known: {', '.join(KINDS)}"),
        ({"age": {"role": "boss"}}, "unknown role 'boss'"),
        ({"age": {"roles": ["key", "groups"]}}, "unknown role 'groups'.*; did you mean 'group'"),
        ({"age": {"roles": [3]}}, "unknown role 3"),
        ({"age": {"roles": 3}}, "roles are a list of words, not 3"),
        ({"age": {"roles": [], "role": "key"}}, "give roles alone; role is their older form"),
        ({"agee": {"kind": "text"}}, "real table lacks; did you mean 'age'"),
        ({"age": {"kind": "numeric"}}, "unknown kind 'numeric'.*; did you mean 'numerical'"),
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
    assert [column.roles for column in data.schema.columns] == [
        {"secret"}, {"quasi_identifier"}, {"target"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "argument",
    ["target", "secret", "sensitive", "quasi_identifiers", "group", "entity", "order"],
)
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
