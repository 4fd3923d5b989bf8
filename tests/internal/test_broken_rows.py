"""Rows that break a rule: only where asked for, only synthetic, only in a page of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synth_eval as se
from synth_eval.command import main as cli
from synth_eval.evaluation import ROWS_FILE, Evaluation
from synth_eval.rules import derive_suite, write_suite


def people(rows: int, seed: int, secret: str) -> pa.Table:
    """Persons with a name that no rule speaks of."""
    rng = np.random.default_rng(seed)
    part, other = rng.integers(1, 500, rows), rng.integers(1, 500, rows)
    role = rng.choice(["Husband", "Wife"], rows)
    code = rng.integers(0, 9, rows)
    return pa.table(
        {
            "name": pa.array([f"{secret} {place}" for place in range(rows)]),
            "role": role,
            "sex": np.where(role == "Husband", "Male", "Female"),
            "code": code,
            "it's <b>area</b>": np.char.add("area ", (code // 3).astype(str)),
            "part": part,
            "other": other,
            "whole": part + other,
            "day": pa.array(1_700_006_400_000_000 + 86_400_000_000 * part, pa.timestamp("us")),
            "score": rng.normal(13, 2, rows).round(4),
        }
    )


def broken_people() -> pa.Table:
    """Every kind of rule is broken, in rows that are known."""
    columns = {name: column.to_pylist() for name, column in _columns(people(4_000, 3, "fake"))}
    for place in range(100, 200):
        columns["sex"][place] = "Male" if columns["role"][place] == "Wife" else "Female"
        columns["it's <b>area</b>"][place + 100] = "area 9"
        columns["whole"][place + 200] += 1
        columns["day"][place + 300] = columns["day"][place + 300].replace(hour=5)
    columns["score"] = [str(score) for score in columns["score"]]
    columns["score"][500:600] = ["13.9.5833333"] * 100
    return pa.table(columns)


def _columns(table: pa.Table) -> list[tuple[str, Any]]:
    return list(zip(table.column_names, table.columns, strict=True))


REAL, HOLDOUT = people(6_000, 1, "realperson"), people(3_000, 2, "realperson")
BROKEN = broken_people()


def evaluated(show_rows: int, **options: Any) -> Evaluation:
    return se.evaluate(
        se.load(REAL, BROKEN, HOLDOUT),
        select=["V003"],
        reference_scores=False,
        progress=False,
        show_rows=show_rows,
        **options,
    )


@pytest.fixture(scope="module")
def shown() -> Evaluation:
    return evaluated(4)


def test_by_default_there_are_none(tmp_path: Path) -> None:
    found = evaluated(0)
    assert found.examples == []
    (tmp_path / ROWS_FILE).write_text("of an earlier run", encoding="utf-8")
    assert [path.name for path in found.save(tmp_path)] == [
        "report.html", "results.json", "schema.json",
    ]  # fmt: skip
    assert not (tmp_path / ROWS_FILE).exists()


@pytest.mark.parametrize(
    ("rule", "first", "columns"),
    [
        ("role and sex determine", 100, ["role", "sex"]),
        ("code determines", 200, ["code", "it's <b>area</b>"]),
        ("whole = part + other", 300, ["whole", "part", "other"]),
        ("day: whole days", 400, ["day"]),
        ("score: every cell", 500, ["score"]),
    ],
)
def test_rows_of_every_kind_of_rule(
    shown: Evaluation, rule: str, first: int, columns: list[str]
) -> None:
    (example,) = [example for example in shown.examples if rule in example["rule"]]
    assert example["columns"] == columns
    assert example["violations"] == 100
    assert [row["row"] for row in example["rows"]] == [first + 1 + i for i in range(4)]
    for row in example["rows"]:
        stored = [str(BROKEN.column(name)[row["row"] - 1].as_py()) for name in columns]
        assert row["values"] == stored


def test_a_suite_shows_the_same_rows(shown: Evaluation, tmp_path: Path) -> None:
    write_suite(derive_suite(se.load(REAL, REAL, HOLDOUT)), tmp_path / "suite.json")
    found = evaluated(4, expectations=tmp_path / "suite.json")
    assert found.examples == shown.examples


def test_no_row_is_in_what_may_be_released(shown: Evaluation) -> None:
    plain = evaluated(0)
    for text in (shown.to_json(), shown.to_html(), shown.to_markdown(), repr(shown)):
        assert "realperson" not in text
        assert "fake" not in text
        assert "13.9.5833333" not in text
    assert shown._repr_html_() == plain._repr_html_()
    assert [r.to_dict()["items"] for r in shown.results] == [
        r.to_dict()["items"] for r in plain.results
    ]


def test_the_page_is_marked_and_holds_the_columns_of_the_rules_alone(
    shown: Evaluation, tmp_path: Path
) -> None:
    page = shown.save(tmp_path)[-1]
    assert page.name == ROWS_FILE
    text = page.read_text(encoding="utf-8")
    assert "<title>Not for release" in text
    assert "Not for release: synthetic rows that break a rule</h1>" in text
    assert "13.9.5833333" in text
    assert "realperson" not in text  # no real row
    assert "fake" not in text  # no column that no rule names
    assert "<b>area</b>" not in text  # escaped


@pytest.mark.slow
def test_the_command_makes_the_page_and_takes_it_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plugin = tmp_path / "own.py"
    plugin.write_text("import great_expectations\n", encoding="utf-8")
    for name, table in {"real": REAL, "synthetic": BROKEN, "holdout": HOLDOUT}.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    words = ["report", str(tmp_path / "real.parquet"), str(tmp_path / "synthetic.parquet")]
    words += ["--holdout", str(tmp_path / "holdout.parquet"), "--select", "V003"]
    words += ["--no-reference-scores", "--out", str(tmp_path / "out"), "--plugins", str(plugin)]
    assert cli.main([*words, "--show-rows", "2"]) == 1
    printed = capsys.readouterr().out
    assert f"Not for release: {tmp_path / 'out' / ROWS_FILE}" in printed
    page = (tmp_path / "out" / ROWS_FILE).read_text(encoding="utf-8")
    assert "2 of 100 rows that break it" in page
    record = json.loads((tmp_path / "out" / "evaluate.ipynb").read_text(encoding="utf-8"))
    assert record["metadata"]["papermill"]["parameters"]["plugins"] == ["own.py"]
    assert "13.9.5833333" not in json.dumps(record)
    cheap = ["V001" if word == "V003" else word for word in words]
    assert cli.main(cheap) == 1  # cells that cannot be read
    assert "Not for release" not in capsys.readouterr().out
    assert not (tmp_path / "out" / ROWS_FILE).exists()
