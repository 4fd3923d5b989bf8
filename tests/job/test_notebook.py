"""Notebooks as jobs: strict parameters, an own kernel, a record without paths, all or nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synth_eval.errors import InputError, NotebookError, UsageError
from synth_eval.job import kernel
from synth_eval.job.notebook import check_parameters, make_report, notebook_path
from synth_eval.stats.cpus import available_cpus
from tests.processes import started

ROOT = Path(__file__).resolve().parents[2]
FILES = ("report.html", "results.json", "schema.json")
DONE = f"from pathlib import Path\nfor name in {FILES}:\n    Path(out, name).write_text('new')"

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def notebook(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook with the parameters of the real one and other cells."""

    def write(*sources: str) -> Path:
        content = json.loads(notebook_path().read_text(encoding="utf-8"))
        content["cells"] = [cell for cell in content["cells"] if "parameters" in tags(cell)]
        for number, source in enumerate(sources):
            cell = {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": []}
            content["cells"].append({**cell, "execution_count": None, "source": source})
        path = tmp_path / "small.ipynb"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture
def short_folder() -> Iterator[str]:
    """A folder for temporary files of killed processes, with a name short enough for sockets."""
    with tempfile.TemporaryDirectory() as name:
        yield name


def tags(cell: dict[str, Any]) -> list[str]:
    found: list[str] = cell["metadata"].get("tags", [])
    return found


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"reel": "a.csv"},
            "evaluate.ipynb has no parameter 'reel'; it has .*config",
        ),
        ({"real": 1}, "parameter 'real' must be str, not int"),
        ({"seed": "1"}, "parameter 'seed' must be int, not str"),
        ({"seed": True}, "parameter 'seed' must be int, not bool"),
        ({"seed": 1.0}, "parameter 'seed' must be int, not float"),
        ({"select": "P"}, r"parameter 'select' must be list\[str\], not str"),
        ({"select": ["P", 1]}, r"parameter 'select' must be list\[str\], not list"),
        ({"reference_scores": 0}, "parameter 'reference_scores' must be bool, not int"),
        ({"real": "postgresql://ann:geheim@host/db"}, "'real' seems to hold a password"),
        ({"real": "https://host/t.csv?token=geheim"}, "'real' seems to hold a password"),
        ({"sensitive": ["a", "PWD=geheim"]}, "'sensitive' seems to hold a password"),
    ],
)
def test_parameters_are_strict(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence) as caught:
        check_parameters(notebook_path(), given)
    assert "geheim" not in str(caught.value)


def test_parameters_that_fit_pass() -> None:
    given = {"real": "a b@c:d.csv", "seed": 3, "select": ["P", "F001"], "reference_scores": False}
    check_parameters(notebook_path(), given)


def test_untyped_parameter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.ipynb"
    content = json.loads(notebook_path().read_text(encoding="utf-8"))
    cell = next(cell for cell in content["cells"] if "parameters" in tags(cell))
    cell["source"] = "limit = 3  # how many"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UsageError, match="parameter 'limit' has no type"):
        check_parameters(path, {"limit": 3})


def test_record_says_what_ran_and_names_no_folder(
    tmp_path: Path, notebook: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    news = (
        "from synth_eval.job.progress import default_progress\nshow = default_progress()\n"
        "show(0, 2, 'F001 first')\nshow(1, 2, 'F002 second')\nshow(2, 2, 'done')"
    )
    given = {"real": str(tmp_path / "private" / "real.csv"), "select": ["F"], "seed": 3}
    out = tmp_path / "reports" / "new"
    page = make_report(given, out, notebook=notebook(news, "(real, seed)[1]", DONE))
    assert page == out / "report.html"
    assert sorted(path.name for path in out.iterdir()) == ["evaluate.ipynb", *FILES]
    assert list(out.parent.iterdir()) == [out]
    text = (out / "evaluate.ipynb").read_text(encoding="utf-8")
    record = json.loads(text)
    assert str(tmp_path) not in text
    assert "private" not in text
    assert "first" not in json.dumps([cell.get("outputs") for cell in record["cells"]])
    injected = next(cell for cell in record["cells"] if "injected-parameters" in tags(cell))
    assert 'real = "real.csv"' in "".join(injected["source"])
    assert 'out = "new"' in "".join(injected["source"])
    assert record["metadata"]["papermill"]["parameters"]["seed"] == 3
    assert "input_path" not in record["metadata"]["papermill"]
    assert record["cells"][3]["outputs"][0]["data"]["text/plain"] == ["3"]
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err == "[1/2] F001 first\n[2/2] F002 second\n"


def test_kernel_does_not_depend_on_the_machine(
    tmp_path: Path, notebook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No kernel registered, an odd kernel name in the notebook, a stray module beside."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("numpy.py").write_text("raise RuntimeError('the wrong numpy')")
    look = (
        "import os, sys, numpy, synth_eval\n"
        "[sys.executable, os.environ['OMP_WAIT_POLICY'], os.environ['OMP_NUM_THREADS'],\n"
        " os.environ['GX_ANALYTICS_ENABLED'], os.environ['SDMETRICS_PLOTLY_RENDERER']]"
    )
    path = notebook(look, DONE)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["kernelspec"]["name"] = "conda-env-of-somebody"
    path.write_text(json.dumps(content), encoding="utf-8")
    make_report({}, tmp_path / "out", notebook=path, quiet=True)
    record = json.loads((tmp_path / "out" / "evaluate.ipynb").read_text(encoding="utf-8"))
    seen = "".join(record["cells"][2]["outputs"][0]["data"]["text/plain"])
    cpus = str(available_cpus())
    assert seen.replace("\n", "") == repr(
        [sys.executable, "PASSIVE", cpus, "false", "plotly_mimetype"]
    )
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        ("from synth_eval.errors import *\nraise InputError('real: no rows')", InputError, "^real"),
        (
            "from synth_eval.errors import *\nraise UsageError('no column')",
            UsageError,
            "^no column",
        ),
        ("1 / 0", NotebookError, "ZeroDivisionError: division by zero.*error.log"),
        ("import os\nos._exit(1)", NotebookError, "the kernel died.*memory"),
    ],
)
def test_failed_run_leaves_what_was_there(
    source: str,
    error: type[Exception],
    sentence: str,
    tmp_path: Path,
    notebook: Callable[..., Path],
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("old")
    with pytest.raises(error, match=sentence):
        make_report({}, out, notebook=notebook(DONE, source), quiet=True)
    assert (out / "report.html").read_text() == "old"
    left = {path.name for path in out.iterdir()}
    assert left - {"error.log"} == {"report.html"}
    assert ("error.log" in left) >= ("log" in sentence)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "small.ipynb"]
    if "log" in sentence:
        assert "1 / 0" in (out / "error.log").read_text()


def test_good_run_replaces_its_own_files_alone(
    tmp_path: Path, notebook: Callable[..., Path]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("report.html", "notes.txt", "error.log"):
        (out / name).write_text("old")
    make_report({}, out, notebook=notebook(DONE), quiet=True)
    assert (out / "report.html").read_text() == "new"
    assert (out / "notes.txt").read_text() == "old"
    assert not (out / "error.log").exists()


def test_timeout(tmp_path: Path, notebook: Callable[..., Path]) -> None:
    started = time.monotonic()
    with pytest.raises(NotebookError, match="given up after 3 seconds"):
        make_report(
            {}, tmp_path / "out", notebook=notebook("import time\ntime.sleep(60)"), timeout=3
        )
    assert time.monotonic() - started < 20
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("out", ["small.ipynb", "small.ipynb/deeper"])
def test_out_that_cannot_be_a_folder(
    out: str, tmp_path: Path, notebook: Callable[..., Path]
) -> None:
    with pytest.raises(UsageError, match=r"is a file; give a folder|cannot write into"):
        make_report({}, tmp_path / out, notebook=notebook(DONE))


SCRIPT = """
import sys
from pathlib import Path
from synth_eval.command import main as cli
from synth_eval.job import notebook
notebook.notebook_path = lambda: Path("small.ipynb")
sys.exit(cli.main(["report", "real.csv", "real.csv", "--out", "out"]))
"""


@posix
@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        (signal.SIGINT, 130, "synth-eval: interrupted; nothing was written\n"),
        (signal.SIGTERM, 143, ""),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_stopped_run_leaves_no_report_and_no_kernel(
    sent: signal.Signals,
    code: int,
    words: str,
    tmp_path: Path,
    short_folder: str,
    notebook: Callable[..., Path],
) -> None:
    busy = (
        "import os\nfrom pathlib import Path\nPath(out, 'report.html').write_text('half')\n"
        "Path('pid').write_text(str(os.getpid()))\nwhile True: pass"
    )
    notebook(busy)
    (tmp_path / "real.csv").write_text("a\n1\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": short_folder}
    with started(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
        process.send_signal(sent)
        printed, complained = process.communicate(timeout=30)
        assert (process.returncode, printed, complained) == (code, "", words)
        assert not (tmp_path / "out").exists()
        if sent is not signal.SIGKILL:
            assert not list(tmp_path.glob(".out*"))
            assert not list(Path(short_folder).iterdir())
        wait_for(lambda: not is_running(int((tmp_path / "pid").read_text())))


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # a zombie that nobody has collected does not run
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def test_slow_formats_are_skipped_only_where_nobody_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "rfc3987_syntax"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(kernel.importlib.util, "find_spec", lambda _: None)
    kernel.skip_slow_formats()
    assert name not in sys.modules
    monkeypatch.setattr(kernel.importlib.util, "find_spec", lambda _: object())
    kernel.skip_slow_formats()
    assert sys.modules.pop(name) is None
    loaded = object()
    monkeypatch.setitem(sys.modules, name, loaded)
    kernel.skip_slow_formats()
    assert sys.modules[name] is loaded
