"""Who may import whom, what importing costs, and that every check has its test."""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import synth_eval
from synth_eval.judging.registry import available_checks
from tests.processes import finished

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "synth_eval"
FILES = sorted(PACKAGE.rglob("*.py"))
MOST_NAMES = 19

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


def test_heavy_libraries_have_one_home() -> None:
    homes = {**HOMES, "pandas": PANDAS}
    astray = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in FILES
        for module, line in imports(path)
        if (library := module.partition(".")[0]) in homes
        and not any(f"{name_of(path)}.".startswith(f"{home}.") for home in homes[library])
    ]
    assert astray == []


def test_checks_import_no_other_check() -> None:
    """A leading underscore marks what checks of one dimension, or of several, share."""
    astray = []
    for path in FILES:
        if "checks" not in path.parts or path.stem == "__init__":
            continue
        shared = (name_of(path).rpartition(".")[0], "synth_eval.checks")
        for module, line in imports(path):
            folder, _, name = module.rpartition(".")
            if module.startswith("synth_eval.checks") and not (
                folder in shared and name.startswith("_")
            ):
                astray.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert astray == []


def test_every_check_has_its_test_file() -> None:
    """One check, one file, one test of its name: tests/checks/<dimension>/test_<file>.py."""
    checks = {spec.function.__module__ for spec in available_checks().values()}
    wanted = {
        Path("tests", "checks", dimension, f"test_{name}.py")
        for _, _, dimension, name in (module.split(".") for module in checks)
    }
    assert [str(path) for path in sorted(wanted) if not (ROOT / path).is_file()] == []


def test_import_contracts() -> None:
    """The contracts of pyproject.toml."""
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed")
    done = finished([command, "--no-cache"], cwd=ROOT)
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
        done = finished(
            [sys.executable, "-c", look.format(words=words, statement=statement)],
            check=True,
            cwd=ROOT,
            # Without the measuring of coverage, which would be measured too.
            env={k: v for k, v in os.environ.items() if not k.startswith("COV")}
            | {"PYTHONPATH": str(ROOT)},
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(seconds for seconds, _ in found), set(found[0][1])


@pytest.mark.parametrize(
    ("words", "most"), [((), 0.1), (("--version",), 0.15), (("report", "--help"), 0.15)]
)
def test_start_is_light(words: tuple[str, ...], most: float) -> None:
    seconds, loaded = measure(*words)
    assert not loaded & set(HEAVY)
    assert seconds < most


RENAMED = {"Data": "Pair"}  # the old public name of what `load` returns keeps working


def test_public_names() -> None:
    assert synth_eval.__all__ == sorted(synth_eval.__all__)
    assert len(synth_eval.__all__) <= MOST_NAMES
    assert set(synth_eval.__all__) == set(synth_eval._HOMES)
    for name in synth_eval.__all__:
        public = getattr(synth_eval, name)
        assert (public.__doc__ or "").strip(), name
        assert public.__name__ == RENAMED.get(name, name)
        assert name in dir(synth_eval)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        synth_eval.nothing  # noqa: B018


def test_every_module_says_what_it_is_for_and_has_the_names_it_lists() -> None:
    odd = []
    for path in FILES:
        if path.name == "__main__.py" or not path.read_text(encoding="utf-8").strip():
            continue
        module = importlib.import_module(name_of(path))
        if not (module.__doc__ or "").strip():
            odd.append(f"{name_of(path)} has no docstring")
        odd += [
            f"{name_of(path)} lists {name}, which it lacks"
            for name in getattr(module, "__all__", [])  # ruff keeps them sorted
            if not hasattr(module, name)
        ]
    assert odd == []
