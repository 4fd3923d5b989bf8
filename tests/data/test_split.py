"""A split is complete, disjoint, seeded, entity-wise, and recorded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_eval as se
from synth_eval.errors import InputError, UsageError


def numbered(rows: int) -> pa.Table:
    return pa.table({"row": range(rows), "person": [row // 3 for row in range(rows)]})


def rows_of(table: pa.Table) -> list[int]:
    return table.column("row").to_pylist()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(2, 200),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32 - 1),
    by_person=st.booleans(),
)
def test_parts_are_complete_disjoint_and_of_the_asked_size(
    rows: int, share: float, seed: int, by_person: bool
) -> None:
    if by_person and rows < 4:
        rows = 4  # two persons
    table = numbered(rows)
    real, holdout = se.split(table, holdout=share, seed=seed, by="person" if by_person else None)
    assert sorted(rows_of(real) + rows_of(holdout)) == rows_of(table)
    assert rows_of(real) == sorted(rows_of(real))
    assert real.num_rows > 0
    assert holdout.num_rows > 0
    slack = 3 if by_person else 1
    assert abs(holdout.num_rows - share * rows) <= slack
    if by_person:
        people = [set(part.column("person").to_pylist()) for part in (real, holdout)]
        assert not people[0] & people[1]


def test_seed_decides() -> None:
    table = numbered(100)
    first, again, other = (se.split(table, seed=seed)[1] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_every_row_is_held_out_equally_often() -> None:
    table = numbered(20)
    times = np.zeros(20)
    for seed in range(400):
        times[rows_of(se.split(table, holdout=0.25, seed=seed)[1])] += 1
    expected, spread = 400 * 0.25, np.sqrt(400 * 0.25 * 0.75)
    assert np.abs(times - expected).max() < 4 * spread


def test_every_kind_of_table_splits_alike(tmp_path: Path) -> None:
    table = numbered(50)
    pq.write_table(table, tmp_path / "all.parquet")
    table.to_pandas().to_csv(tmp_path / "all.csv", index=False)
    expected = rows_of(se.split(table)[1])
    frames = [table.to_pandas(), pl.DataFrame(table)]
    for given_table in [*frames, tmp_path / "all.parquet", str(tmp_path / "all.csv")]:
        assert rows_of(se.split(given_table)[1]) == expected


@pytest.mark.parametrize(
    "people",
    [
        pa.array(["a", "b", "c", "d"] * 10),
        pa.array(["a", "b", "c", "d"] * 10).dictionary_encode(),
        pa.array([1.5, 2.5, 3.5, 4.5] * 10),
        pa.chunked_array([["a", "b"] * 10, ["c", "a"] * 10]),
    ],
)
def test_entities_of_any_type_stay_together(people: pa.Array) -> None:
    real, holdout = se.split(pa.table({"person": people}), by="person")
    sides = [set(part.column("person").to_pylist()) for part in (real, holdout)]
    assert not sides[0] & sides[1]


def test_manifest_records_the_split(tmp_path: Path) -> None:
    source = tmp_path / "all.parquet"
    pq.write_table(numbered(40), source)
    real, holdout = se.split(source, holdout=0.25, seed=7, by="person", out=tmp_path / "out")
    text = (tmp_path / "out" / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    for role, part in (("real", real), ("holdout", holdout)):
        entry = manifest["files"][role]
        path = tmp_path / "out" / entry["file"]
        assert path.name == f"{role}.parquet"
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert entry["rows"] == part.num_rows
        assert pq.read_table(path).equals(part)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert manifest["source"] == {"file": "all.parquet", "sha256": digest, "rows": 40}
    assert (manifest["seed"], manifest["by"], manifest["holdout"]) == (7, "person", 0.25)
    assert "entities" in manifest["method"]
    assert str(tmp_path) not in text
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "holdout.parquet",
        "manifest.json",
        "real.parquet",
    ]


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    frame = numbered(40).to_pandas()  # whose index must not enter the files
    for name in ("one", "two"):
        se.split(frame, seed=3, out=tmp_path / name)
    for name in ("real.parquet", "holdout.parquet", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_earlier_split_is_not_replaced_unasked(tmp_path: Path) -> None:
    se.split(numbered(40), seed=1, out=tmp_path)
    before = (tmp_path / "real.parquet").read_bytes()
    with pytest.raises(UsageError, match="a generator may be trained on it"):
        se.split(numbered(40), seed=2, out=tmp_path)
    assert (tmp_path / "real.parquet").read_bytes() == before
    se.split(numbered(40), seed=2, out=tmp_path, overwrite=True)
    assert (tmp_path / "real.parquet").read_bytes() != before


def test_source_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "real.parquet"
    pq.write_table(numbered(40), source)
    before = source.read_bytes()
    with pytest.raises(UsageError, match="is the table to split"):
        se.split(source, out=tmp_path, overwrite=True)
    assert source.read_bytes() == before


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, True, float("nan")])
def test_bad_shares(share: float) -> None:
    with pytest.raises(UsageError, match="share between 0 and 1"):
        se.split(numbered(10), holdout=share)


def test_unknown_entity_column() -> None:
    with pytest.raises(UsageError, match=r"no column 'household'.*'row', 'person'"):
        se.split(numbered(10), by="household")


def test_vectors_name_no_entity() -> None:
    with pytest.raises(UsageError, match="kept together by 'v', whose cells are lists"):
        se.split(pa.table({"v": [[1.5], [2.5]]}), by="v")


def test_vectors_are_split_like_any_column() -> None:
    table = pa.table({"v": pa.array([[1, 2]] * 10, pa.list_(pa.float32(), 2))})
    real, holdout = se.split(table)
    assert real.schema == holdout.schema == table.schema


def test_rows_without_entity() -> None:
    with pytest.raises(InputError, match="1 rows have no 'person'"):
        se.split(pd.DataFrame({"person": ["a", None, "b"]}), by="person")


@pytest.mark.parametrize(("by", "thing"), [(None, "row"), ("person", "entity")])
def test_too_small(by: str | None, thing: str) -> None:
    rows = 1 if by is None else 2
    with pytest.raises(InputError, match=f"one {thing} has no two parts"):
        se.split(numbered(rows), by=by)


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        se.split(numbered(10), out=tmp_path / "file" / "out")


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="is a file; give a folder"):
        se.split(numbered(10), out=tmp_path / "out")
