"""Every form of a table is read alike; what cannot be read is one clear sentence."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synth_eval as se
from synth_eval.data.fingerprint import fingerprints
from synth_eval.data.source import open_source, plain_array
from synth_eval.data.table import LevelColumn, NumberColumn
from synth_eval.errors import InputError


def test_every_form_gives_the_same_arrays_and_counts(
    mixed: pa.Table, in_form: Callable[[pa.Table], Any]
) -> None:
    expected = se.load(mixed, mixed)
    given = in_form(mixed)
    found = se.load(given, given)
    kinds = [
        (column.name, column.kind, column.roles, column.integer) for column in found.schema.columns
    ]
    assert kinds == [
        (column.name, column.kind, column.roles, column.integer)
        for column in expected.schema.columns
    ]
    for name in expected.schema.names:
        first, second = expected.real.column(name), found.real.column(name)
        assert type(first) is type(second)
        np.testing.assert_array_equal(first.missing, second.missing)
        if isinstance(first, NumberColumn):
            np.testing.assert_array_equal(first.values, second.values)
        elif isinstance(first, LevelColumn):
            np.testing.assert_array_equal(first.codes, second.codes)
            assert first.levels == second.levels
        else:
            assert first.strings.to_pylist() == second.strings.to_pylist()
        assert second.unparseable == 0
    for position in range(len(expected.plans)):
        np.testing.assert_array_equal(
            expected.counts["real"].one_way(position), found.counts["real"].one_way(position)
        )
    for pair in range(len(expected.counts["real"].pairs)):
        np.testing.assert_array_equal(
            expected.counts["real"].two_way(pair), found.counts["real"].two_way(pair)
        )
    np.testing.assert_array_equal(expected.row_hashes["real"], found.row_hashes["real"])


def test_forms_can_be_mixed(mixed: pa.Table, in_form: Callable[[pa.Table], Any]) -> None:
    data = se.load(mixed, in_form(mixed))
    names = data.schema.names
    np.testing.assert_array_equal(
        fingerprints(data.real, names), fingerprints(data.synthetic, names)
    )


def test_batches_hold_all_rows_in_order(
    mixed: pa.Table, in_form: Callable[[pa.Table], Any]
) -> None:
    source = open_source(in_form(mixed), "real")
    column = "größe 📏"
    batches = list(source.batches([column]))
    assert all(batch.schema.names == [column] for batch in batches)
    joined = pa.Table.from_batches(batches).column(column).to_pylist()
    assert joined == pytest.approx(mixed.column(column).to_pylist(), nan_ok=True)


def test_inputs_stay_unchanged(mixed: pa.Table) -> None:
    frame, copy = mixed.to_pandas(), mixed.to_pandas()
    data = se.load(frame, frame)
    assert data.counts
    assert data.row_hashes
    pd.testing.assert_frame_equal(frame, copy)


def parquet_with(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "table.parquet").write_bytes(content)
        return folder / "table.parquet"

    return write


def csv_with(content: str | bytes, name: str = "table.csv") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        content_bytes = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(content_bytes)
        return folder / name

    return write


def truncated_parquet(folder: Path) -> Path:
    path = folder / "table.parquet"
    pq.write_table(pa.table({"a": np.arange(10_000)}), path)
    path.write_bytes(path.read_bytes()[:-2_000])
    return path


def twice(names: list[Any]) -> pd.DataFrame:
    return pd.DataFrame([[1, 2]], columns=names)


BAD: dict[str, tuple[Any, str]] = {
    "no file": (lambda folder: folder / "none.csv", "real table: no such file: .*none.csv"),
    "folder": (lambda folder: folder, "is a folder; give a CSV or Parquet file"),
    "unknown ending": (csv_with("a\n1\n", "table.txt"), "table.txt: unknown kind of file"),
    "truncated parquet": (truncated_parquet, "table.parquet: cannot be read, is the file complete"),
    "empty parquet": (parquet_with(b""), "table.parquet: the file is empty"),
    "text as parquet": (parquet_with(b"a,b\n1,2\n" * 10), "table.parquet: cannot be read"),
    "empty csv": (csv_with(""), "real table table.csv: the file is empty"),
    "header alone": (csv_with("a,b\n"), "table.csv: the table has no rows"),
    "ragged csv": (csv_with("a,b\n1,2\n3\n"), "table.csv: cannot be read.*Expected 2 columns"),
    "latin-1 csv": (csv_with("a,b\nå,1\n".encode("latin-1")), "'a' is not UTF-8 text"),
    "truncated gzip": (
        csv_with(gzip.compress(b"a,b\n" + bytes(range(33, 127)) * 999)[:90], "table.csv.gz"),
        "table.csv.gz: cannot be read",
    ),
    "no gzip": (csv_with("a,b\n1,2\n", "table.csv.gz"), "table.csv.gz: cannot be read"),
    "twice in csv": (csv_with("a,a\n1,2\n"), "column name 'a' occurs more than once"),
    "twice in pandas": (twice(["a", "a"]), "column name 'a' occurs more than once"),
    "twice as text": (twice([1, "1"]), "column name '1' occurs more than once"),
    "twice in arrow": (
        pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]),
        "column name 'a' occurs more than once",
    ),
    "no rows": (pd.DataFrame({"a": []}), "real table: the table has no rows"),
    "no rows, polars": (pl.DataFrame({"a": []}), "real table: the table has no rows"),
    "no columns": (pd.DataFrame(), "real table: the table has no columns"),
    "series": (pd.Series([1]), "give a data frame, not Series"),
    "list": ([1, 2], "cannot read list; give a path"),
    "lists of several lengths": (
        pa.table({"a": [[1], [2, 3]]}),
        r"real table: column 'a' is nested \(list<.*\); flatten it first",
    ),
    "lists of nothing": (pa.table({"a": [[], []]}), "column 'a' is nested"),
    "empty lists": (
        pa.table({"a": pa.array([[], []], pa.list_(pa.float64()))}),
        "column 'a' is nested",
    ),
    "lists of text": (pa.table({"a": [["x"], ["y"]]}), "column 'a' is nested"),
    "lists of lists": (pa.table({"a": [[[1]], [[2]]]}), "column 'a' is nested"),
    "struct": (pa.table({"a": [{"b": 1}]}), "column 'a' is nested"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_sentence(case: str, tmp_path: Path) -> None:
    given, message = BAD[case]
    if callable(given):
        given = given(tmp_path)
    with pytest.raises(InputError, match=message) as caught:
        se.load(given, given)
    assert "\n" not in str(caught.value)


VECTORS = [[1.0, 2.0], [3.0, 4.5]]


def vectors_in_form(form: str, folder: Path) -> Any:
    if form == "arrow":
        return pa.table({"x": VECTORS})
    if form == "arrow, fixed":
        return pa.table({"x": pa.array(VECTORS, pa.list_(pa.float32(), 2))})
    if form == "numpy in pandas":
        return pd.DataFrame({"x": [np.array(row) for row in VECTORS]})
    if form == "lists in pandas":
        return pd.DataFrame({"x": VECTORS})
    if form == "polars":
        return pl.DataFrame({"x": VECTORS})
    if form == "polars, fixed":
        return pl.DataFrame({"x": VECTORS}, schema={"x": pl.Array(pl.Float64, 2)})
    kind = pa.list_(pa.float64(), 2) if form == "parquet, fixed" else pa.list_(pa.float64())
    pq.write_table(pa.table({"x": pa.array(VECTORS, kind)}), folder / "x.parquet")
    return folder / "x.parquet"


@pytest.mark.parametrize(
    "form",
    ["arrow", "arrow, fixed", "numpy in pandas", "lists in pandas", "polars", "polars, fixed",
     "parquet", "parquet, fixed"],
)  # fmt: skip
def test_vectors_of_every_form_are_one_matrix(form: str, tmp_path: Path) -> None:
    given = vectors_in_form(form, tmp_path)
    data = se.load(given, given)
    assert data.schema["x"].kind == "vector"
    for table in (data.real, data.synthetic):
        assert table.vector_column("x").matrix.tolist() == VECTORS
        assert not table.vector_column("x").missing.any()


def test_no_row_in_an_error_message(tmp_path: Path) -> None:
    path = csv_with("name,age\nAda,36\nConfidential Person,41,extra\n")(tmp_path)
    with pytest.raises(InputError) as caught:
        open_source(path, "real")
    assert "Confidential" not in str(caught.value)


def test_damaged_pages_are_found_when_read(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": np.arange(10_000)}), path)
    content = bytearray(path.read_bytes())
    content[100:5_000] = b"\xff" * 4_900
    path.write_bytes(bytes(content))
    source = open_source(path, "real")
    with pytest.raises(InputError, match="cannot be read"):
        source.column("a")
    with pytest.raises(InputError, match="cannot be read"):
        list(source.batches())


def test_type_that_changes_late_in_a_csv_becomes_text(tmp_path: Path) -> None:
    path = csv_with("a,b\n" + "1,2\n" * 300_000 + "x,3\n")(tmp_path)
    schema = se.load(path, path).schema
    assert (schema["a"].kind, schema["b"].kind) == ("categorical", "numerical")


@pytest.mark.parametrize("word", ["", "NA", "NaN", "null", "None", "N/A"])
def test_words_for_missing(tmp_path: Path, word: str) -> None:
    path = csv_with(f"a,b\n1,x\n{word},{word}\n3,y\n")(tmp_path)
    data = se.load(path, path)
    for name in "ab":
        assert data.real.column(name).missing.tolist() == [False, True, False]


def test_bytes_mark_quotes_and_line_ends(tmp_path: Path) -> None:
    path = csv_with('\ufeffa,b\r\n1,"two\r\nlines"\r\n2,"a ""b"""\r\n')(tmp_path)
    data = se.load(path, path)
    assert data.schema.names == ["a", "b"]
    assert data.real.levels("b") == ('a "b"', "two\r\nlines")


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ([1, "a", None, 2.5, dt.date(2020, 1, 1)], ("1", "2.5", "2020-01-01", "a")),
        (["\ud800", "b"], ("\\ud800", "b")),
        (pd.interval_range(0, 2), ("(0, 1]", "(1, 2]")),
        (pd.period_range("2020", periods=2, freq="M"), ("2020-01", "2020-02")),
        ([1 + 2j, 3j], ("(1+2j)", "3j")),
    ],
)
def test_objects_become_text(values: Any, levels: tuple[str, ...]) -> None:
    frame = pd.DataFrame({"x": values})
    assert se.load(frame, frame).real.levels("x") == levels


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array(["a", "b"]).cast(pa.string_view()), pa.string()),
        (
            pa.DictionaryArray.from_arrays(
                pa.array([1, 0], pa.uint32()), pa.array(["b", "a"]).cast(pa.string_view())
            ),
            pa.string(),
        ),
        (pa.array(["a", "b"]).dictionary_encode(), pa.string()),
        (pa.chunked_array([["a"], ["b"]]), pa.string()),
        (pa.array([b"a", b"b"]), pa.string()),
    ],
)
def test_plain_array(array: Any, kind: pa.DataType) -> None:
    plain = plain_array(array)
    assert isinstance(plain, pa.Array)
    assert plain.type == kind
    expected = ["61", "62"] if pa.types.is_binary(array.type) else ["a", "b"]
    assert plain.to_pylist() == expected


def test_hash_of_a_file(tmp_path: Path) -> None:
    path = csv_with("a\n1\n")(tmp_path)
    assert open_source(path, "real").sha256() == (
        "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc"
    )
    assert open_source(pa.table({"a": [1]}), "real").sha256() is None


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_codes_of_a_csv_keep_their_leading_zeros(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table{ending}"
    lines = [
        "zip,age,slip,mixed",
        *(f'"{7 * row:05d}",{row},{row},{row % 9:02d}' for row in range(2_000)),
    ]
    lines[500] = '"00501",40,07,x'
    text = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(text) if ending.endswith("gz") else text)
    source = open_source(path, "real")
    kinds = {field.name: str(field.type) for field in source.schema}
    assert kinds == {"zip": "string", "age": "int64", "slip": "int64", "mixed": "string"}
    assert source.column("zip")[1].as_py() == "00007"
    plain = tmp_path / f"plain{ending}"
    text = b"a,b\n1,10:05\n2,0.5\n0,00\n"
    plain.write_bytes(gzip.compress(text) if ending.endswith("gz") else text)
    assert str(open_source(plain, "real").schema.field("a").type) == "int64"
