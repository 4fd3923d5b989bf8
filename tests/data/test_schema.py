"""Kinds and roles: inferred, overridden, written, read."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.data.kinds import infer_schema
from synth_eval.data.schema import KINDS, ROLES, Column, Schema, doubts, parse_overrides, unread
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


def without_a_doubt(values: Any) -> str:
    column = inferred(values)
    assert column.doubt is None
    return column.kind


@pytest.mark.parametrize("tables", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_kinds_survive_being_written_as_text(tables: int) -> None:
    """Random columns of clean numbers, dates and levels keep their kind, and none is a guess."""
    for seed in range(tables):
        rng = np.random.default_rng(seed)
        rows = int(rng.integers(30, 400))
        digits = int(rng.integers(0, 5))
        numbers = np.round(rng.normal(rng.normal(0, 50), 10 ** rng.uniform(-1, 4), rows), digits)
        levels = [f"level {n}" for n in rng.integers(0, rng.integers(2, 30), rows)]
        days = np.datetime64("1950-01-01") + rng.integers(0, 30_000, rows)
        holes = rng.random(rows) < rng.choice([0.0, 0.2])
        for kind, values, words in (
            ("numerical", numbers.tolist(), [str(number) for number in numbers.tolist()]),
            ("categorical", levels, levels),
            ("datetime", days.astype("datetime64[us]").tolist(), days.astype(str).tolist()),
        ):
            for cells in (values, words):
                with_holes = [
                    None if gone else cell for gone, cell in zip(holes, cells, strict=True)
                ]
                if len({*with_holes} - {None}) > 2:
                    assert without_a_doubt(pa.array(with_holes)) == kind, (seed, kind)


@pytest.mark.parametrize(
    ("slips", "kind", "says"),
    [(1, "numerical", "1 of 200 cells (0.50 %) cannot be read as numerical"),
     (10, "numerical", "10 of 200 cells (5.00 %) cannot be read as numerical"),
     (11, "categorical", "189 of 200 cells (94.5 %) read as numerical, too few"),
     (100, "categorical", "100 of 200 cells (50.0 %) read as numerical, too few"),
     (101, "categorical", None)],
)  # fmt: skip
def test_nearly_all_cells_decide_and_the_rest_is_said(
    slips: int, kind: str, says: str | None
) -> None:
    words = [*["slip"] * slips, *(str(row % 40 / 2) for row in range(200 - slips))]
    column = inferred(words)
    assert column.kind == kind
    if says is None:
        assert column.doubt is None
        return
    assert says in column.doubt.why
    other = "categorical" if kind == "numerical" else "numerical"
    assert json.loads(column.doubt.line("x")) == {"columns": [{"name": "x", "kind": other}]}


@pytest.mark.parametrize(
    ("values", "kind", "integer"),
    [
        (["True", "False", None, "TRUE"], "boolean", False),
        (["true", "false", "unknown"], "categorical", False),
        (["yes", "no"], "categorical", False),
        ([1.0, None, 0.0], "boolean", False),
        ([1.0, float("nan"), 0.0], "boolean", False),
        ([1.0, 0.0, float("inf")], "numerical", True),
        ([2.0, None, 7.0], "numerical", True),
        (["2.0", "7.0", "9.0", "?"] * 20, "numerical", True),
        (["001", "002", "117"], "categorical", False),
        ([f"{row:04d}" for row in range(100)], "id", False),
        ([str(row) for row in range(300)], "id", False),
        (["10", "20", "30", "07"] * 2000 + ["5"], "categorical", False),
        (["10", "20", "30", "40"] * 2000 + ["05"], "numerical", True),
        (["0.5", "0.25", "00.75"], "numerical", False),
        (["10:30", "11:45"] * 30, "categorical", False),
        (["1.2.3", "1.2.4", "2.0.0"] * 20, "categorical", False),
        (["10.0.0.1", "10.0.0.2", "192.168.1.1"] * 20, "categorical", False),
        (["555-1234", "555-9876", "555-0000"] * 20, "categorical", False),
        (["1-5", "6-10", "11-15"] * 20, "categorical", False),
        (["< 5", "5", "6", "7"] * 20, "categorical", False),
        (["Mar", "Apr", "May"] * 20, "categorical", False),
    ],
)
def test_kinds_of_words(values: list[Any], kind: str, integer: bool) -> None:
    column = inferred(values)
    assert (column.kind, column.integer) == (kind, integer)


@pytest.mark.parametrize(
    ("name", "rows", "entities", "kind"),
    [("customer_id", 1000, 300, "id"), ("customer_id", 1000, 40, "categorical"),
     ("customer_id", 100, 40, "id"), ("amount", 1000, 300, "numerical"),
     ("mass_index", 1000, 300, "numerical"), ("key", 1000, 12, "numerical")],
)  # fmt: skip
@pytest.mark.parametrize("as_float", [False, True])
def test_keys_of_entities(name: str, rows: int, entities: int, kind: str, as_float: bool) -> None:
    numbers = [1_000 + 7 * (row % entities) for row in range(rows)]
    cells = [None, *map(float, numbers[1:])] if as_float else numbers
    column = infer_schema(open_source(pa.table({name: cells}), "real"))[name]
    assert column.kind == kind
    assert (column.doubt is None) == (kind == "numerical")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [([1, 2] * 50, "categorical"), ([1.0, 2.0, None] * 30, "categorical"),
     (["1", "2", "3"] * 30, "categorical"), (list(range(1, 11)) * 5, "categorical"),
     (list(range(1, 11)) * 4, "numerical"), (list(range(1, 12)) * 20, "numerical"),
     ([1.5, 2.5] * 50, "numerical"), ([1, 1, 1] * 20, "numerical"), ([0, 1] * 30, "boolean")],
)  # fmt: skip
def test_targets_of_few_whole_numbers_are_classes(cells: list[Any], kind: str) -> None:
    rows = pa.table({"y": pa.array(cells)})
    schema = se.load(rows, rows, target="y").schema
    assert schema["y"].kind == kind
    if kind == "categorical":
        assert "taken for classes" in schema["y"].doubt.why
        told = {"columns": [{"name": "y", "kind": "numerical"}]}
        assert se.load(rows, rows, target="y", schema=told).schema["y"].kind == "numerical"
        assert se.load(rows, rows).schema["y"].kind == "numerical"


def test_whole_numbers_that_name_entities_are_identifiers() -> None:
    rows = pa.table({"who": [row % 30 for row in range(300)], "x": [0.5] * 300})
    assert se.load(rows, rows).schema["who"].kind == "numerical"
    assert se.load(rows, rows, entity="who").schema["who"].kind == "id"
    assert se.load(rows, rows, entity="x").schema["x"].kind == "numerical"


def test_what_was_guessed_is_written_and_settled_by_saying_it() -> None:
    rows = pa.table({"x": ["?", "slip", *map(str, range(3, 150))], "zip": ["00501", "10001"] * 74
                     + ["00502"]})  # fmt: skip
    schema = se.load(rows, rows).schema
    (name, kind, why, line) = doubts(schema.to_dict())[0]
    assert (name, kind) == ("x", "numerical")
    assert why.startswith("1 of 148 cells (0.68 %) cannot be read as numerical")
    assert "slip" not in json.dumps(schema.to_dict())
    corrected = se.load(rows, rows, schema=json.loads(line)).schema
    assert corrected["x"].kind == "categorical"
    assert not doubts(corrected.to_dict())
    confirmed = se.load(rows, rows, schema=json.loads(json.dumps(schema.to_dict()))).schema
    assert confirmed == schema
    assert not doubts(confirmed.to_dict())
    assert confirmed["zip"].digits == 5
    assert doubts({}) == []
    assert doubts(SCHEMA.to_sdv()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [({"decimal": ";"}, "decimal is '.' or ',', not ';'"),
     ({"missing": "?"}, "missing is a list of words, not '?'")],
)  # fmt: skip
def test_bad_words_for_numbers(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        SCHEMA.override({"age": change})
