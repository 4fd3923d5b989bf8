"""Committed notebooks are thin, clean and run as they are."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import synth_eval
from synth_eval.demo import demo_tables
from synth_eval.job.notebook import make_report

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CELLS, MOST_LINES = 12, 8
BANNED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.Lambda)

QUICK = {"expectations.ipynb"}
"""Run in fast tests; the others are run there on small tables, or by tests of their own."""

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def is_parameters(cell: dict[str, Any]) -> bool:
    return "parameters" in cell["metadata"].get("tags", [])


def test_there_is_one() -> None:
    assert ROOT / "notebooks" / "evaluate.ipynb" in NOTEBOOKS


@each_notebook
def test_no_outputs(path: Path) -> None:
    for cell in code_cells(path):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        assert set(cell["metadata"]) <= {"tags"}


@each_notebook
def test_metadata_names_no_machine(path: Path) -> None:
    content = read(path)
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    assert content["metadata"]["language_info"] == {"name": "python"}


@each_notebook
def test_thin(path: Path) -> None:
    cells = code_cells(path)
    assert len(cells) <= MOST_CELLS
    for cell in cells:
        tree = ast.parse(source(cell))
        assert not [node for node in ast.walk(tree) if isinstance(node, BANNED)], source(cell)
        if not is_parameters(cell):
            assert len(source(cell).splitlines()) <= MOST_LINES, source(cell)


@each_notebook
def test_parameters_are_annotated_plain_and_explained(path: Path) -> None:
    [cell] = [cell for cell in code_cells(path) if is_parameters(cell)]
    for line in source(cell).splitlines():
        [statement] = ast.parse(line).body
        assert isinstance(statement, ast.AnnAssign), line
        assert statement.value is not None
        assert ast.unparse(statement.annotation) in ("str", "int", "float", "bool", "list[str]")
        ast.literal_eval(statement.value)
        assert re.search(r"  # .{10,}$", line), f"not explained: {line}"


@each_notebook
def test_public_names_alone(path: Path) -> None:
    tree = ast.parse("\n".join(source(cell) for cell in code_cells(path)))
    imported = {
        name.name: name.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported == {"synth_eval": "se"}
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "se"
    }
    assert used
    assert used <= set(synth_eval.__all__)


@each_notebook
def test_every_code_cell_that_shows_something_is_introduced(path: Path) -> None:
    cells = read(path)["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert sum(cell["cell_type"] == "markdown" for cell in cells) >= len(code_cells(path)) // 2


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.name, marks=[pytest.mark.slow] * (path.name not in QUICK))
        for path in NOTEBOOKS
    ],
)
def test_runs_as_it_is_on_demo_data(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTH_EVAL_CACHE", str(tmp_path / "cache"))  # no fetched table: simulated
    monkeypatch.chdir(tmp_path)
    make_report({}, tmp_path / "out", notebook=path, quiet=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert errors_of(tmp_path / "out") == []


@pytest.mark.parametrize("name", ["fidelity.ipynb", "utility.ipynb"])
def test_runs_on_small_tables(name: str, tmp_path: Path) -> None:
    given = {"target": "approved", "config": str(tmp_path / "small.toml")}
    (tmp_path / "small.toml").write_text("model_rows = 500\nneighbour_rows = 300\n")
    for role, table in demo_tables("simulated").items():
        given[role] = str(tmp_path / f"{role}.parquet")
        pq.write_table(table[:800], given[role])
    if name == "utility.ipynb":
        given["depth"] = "fast"
    make_report(given, tmp_path / "out", notebook=ROOT / "notebooks" / name, quiet=True)
    assert errors_of(tmp_path / "out") == []


def errors_of(out: Path) -> list[dict[str, Any]]:
    """What cells complained of, in the record of a run."""
    record = read(out / "evaluate.ipynb")
    return [
        output
        for cell in record["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] in ("stream", "error")
    ]
