"""Who may import whom, what importing costs, how long files and functions may grow."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import synth_eval

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "synth_eval"
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION, MOST_NAMES = 400, 40, 19

HEAVY = (
    "great_expectations", "jinja2", "numpy", "pandas", "papermill", "plotly", "pyarrow",
    "scipy", "sdmetrics", "sklearn", "tqdm",
)  # fmt: skip
HOMES = {
    "great_expectations": {"synth_eval.rules"},
    "ipykernel": {"synth_eval.job.kernel"},
    "jinja2": {"synth_eval.report"},
    "jupyter_client": {"synth_eval.job.kernel"},
    "nbclient": {"synth_eval.job.notebook"},
    "nbformat": {"synth_eval.job.notebook"},
    "papermill": {"synth_eval.job.notebook"},
    "plotly": {"synth_eval.figures"},
    "polars": set(),
    "sdmetrics": {"synth_eval.others.sdmetrics_scores"},
    "sklearn": {"synth_eval.stats"},
    "tqdm": {"synth_eval.job.progress"},
}
"""Libraries that one place of the package imports, and which."""

PANDAS = {
    "synth_eval.comparing.comparison",
    "synth_eval.evaluation",
    "synth_eval.rules",
    "synth_eval.others.sdmetrics_scores",
}
"""Where pandas is demanded: the frames people ask for, and two libraries."""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Modules a file imports when it runs; those for type checkers alone are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_heavy_libraries_have_one_home(path: Path) -> None:
    homes = {**HOMES, "pandas": PANDAS}
    for module, line in imports(path):
        library = module.partition(".")[0]
        if library in homes:
            allowed = any(f"{name_of(path)}.".startswith(f"{home}.") for home in homes[library])
            assert allowed, f"{path.name}:{line} imports {module}"


@pytest.mark.parametrize(
    "path", [path for path in FILES if "checks" in path.parts and path.stem != "__init__"],
    ids=name_of,
)  # fmt: skip
def test_checks_import_no_other_check(path: Path) -> None:
    """A leading underscore marks what checks of one dimension, or of several, share."""
    for module, line in imports(path):
        if module.startswith("synth_eval.checks"):
            folder, _, name = module.rpartition(".")
            shared = (name_of(path).rpartition(".")[0], "synth_eval.checks")
            assert folder in shared, f"{path.name}:{line}: {module}"
            assert name.startswith("_"), f"{path.name}:{line}: {module}"


def test_import_contracts() -> None:
    """The contracts of pyproject.toml."""
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        [str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "0 kept" not in done.stdout


def measure(*words: str) -> tuple[float, set[str]]:
    """CPU seconds and loaded modules of a Python process, the cheapest of three."""
    look = (
        "import json, sys, time\n"
        "begun = time.process_time()\n"
        "sys.argv = ['synth-eval', *{words!r}]\n"
        "try:\n"
        "    {statement}\n"
        "except SystemExit:\n"
        "    pass\n"
        "print(json.dumps([time.process_time() - begun, sorted(sys.modules)]))"
    )
    statement = "import synth_eval"
    if words:
        statement = "from synth_eval.command.main import main; main()"
    found = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", look.format(words=words, statement=statement)],
            cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(seconds for seconds, _ in found), set(found[0][1])


@pytest.mark.parametrize(
    ("words", "most"), [((), 0.1), (("--version",), 0.15), (("report", "--help"), 0.15)]
)
def test_start_is_light(words: tuple[str, ...], most: float) -> None:
    seconds, loaded = measure(*words)
    assert not loaded & set(HEAVY)
    assert seconds < most


def test_public_names() -> None:
    assert synth_eval.__all__ == sorted(synth_eval.__all__)
    assert len(synth_eval.__all__) <= MOST_NAMES
    assert set(synth_eval.__all__) == set(synth_eval._HOMES)
    for name in synth_eval.__all__:
        public = getattr(synth_eval, name)
        assert (public.__doc__ or "").strip(), name
        assert public.__name__ == name
        assert name in dir(synth_eval)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        synth_eval.nothing  # noqa: B018


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_module_lists_its_names(path: Path) -> None:
    if path.name == "__main__.py" or not path.read_text(encoding="utf-8").strip():
        return
    module = importlib.import_module(name_of(path))
    assert (module.__doc__ or "").strip(), "a module says what it is for"
    for name in getattr(module, "__all__", []):  # ruff keeps them sorted
        assert hasattr(module, name)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = body_lines(node)
            assert lines <= LONGEST_FUNCTION, f"{node.name} has {lines} lines"


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function behind its signature and its docstring."""
    body = node.body
    if ast.get_docstring(node) is not None:
        body = body[1:]
    if not body or node.end_lineno is None:
        return 0
    return node.end_lineno - body[0].lineno + 1
