"""Runs a notebook as a job: strict parameters, a kernel of its own, a folder that is complete.

Papermill executes the notebook. What it leaves open is settled here: parameters are checked
against the names and types the notebook declares, the kernel is the running interpreter,
the record keeps no folder names, and results reach their final place only when all of them
are there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth_eval.errors import InputError, NotebookError, UsageError
from synth_eval.evaluation import ROWS_FILE
from synth_eval.job.kernel import kernel_environment, kernel_manager_class, skip_slow_formats
from synth_eval.job.progress import VARIABLE, watched
from synth_eval.judging.settings import RUN_OPTIONS, SETTINGS, TABLE_OPTIONS

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

__all__ = ["check_parameters", "execute", "make_comparison", "make_report", "notebook_path"]

RECORD, COMPARISON = "evaluate.ipynb", "compare.ipynb"
LOG = "error.log"
OPTIONS = (*TABLE_OPTIONS, *SETTINGS, *RUN_OPTIONS)
PATHS = frozenset(option.name for option in OPTIONS if option.is_path)
"""Parameters that are paths; the record keeps their last part only."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list[str]": (list,),
}
_SECRET = re.compile(
    r"://[^/\s@]*:[^/\s@]*@|(?:password|passwd|pwd|token|secret|api_?key|signature|sig)=",
    re.IGNORECASE,
)
_OURS = {error.__name__: error for error in (InputError, UsageError)}


def notebook_path(name: str = RECORD) -> Path:
    """Where a notebook of the package is: inside an installed wheel, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_notebooks", package.parent / "notebooks"):
        if (folder / name).is_file():
            return folder / name
    raise NotebookError(f"the installation is incomplete: {name} is missing; install it again")


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse parameters the notebook does not declare, of another type, or with a secret.

    Parameters
    ----------
    notebook : Path
        Notebook with a cell tagged ``parameters`` whose assignments are annotated.
    parameters : mapping
        Values by name.

    Returns
    -------
    dict
        The values under the names that the notebook has for them: a copy may be of a time
        when an option had another name.

    Raises
    ------
    UsageError
        The first parameter that does not fit, and what would.
    """
    skip_slow_formats()
    from papermill import inspect_notebook  # heavy, only for a run

    declared = inspect_notebook(str(notebook))
    values = {}
    for name, value in parameters.items():
        own_name = _name_in(declared, name)
        if own_name not in declared:
            names = ", ".join(sorted(declared))
            raise UsageError(f"{notebook.name} has no parameter {name!r}; it has {names}")
        kind = declared[own_name]["inferred_type_name"]
        if kind not in _TYPES:
            raise UsageError(f"{notebook.name}: parameter {name!r} has no type this runner checks")
        if not _fits(value, kind):
            raise UsageError(f"parameter {name!r} must be {kind}, not {type(value).__name__}")
        words = value if isinstance(value, list) else [value]
        if any(isinstance(word, str) and _SECRET.search(word) for word in words):
            raise UsageError(
                f"parameter {name!r} seems to hold a password or a token, which the record of "
                "the run would show; give a path to a local file"
            )
        values[own_name] = value
    return values


def _name_in(declared: Container[str], name: str) -> str:
    """What a notebook calls an option that has several names."""
    for option in OPTIONS:
        names = (option.name, *option.aliases)
        if name in names and name not in declared:
            return next((other for other in names if other in declared), name)
    return name


def _fits(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "bool"
    if kind == "list[str]" and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, _TYPES[kind])


def make_report(
    parameters: Mapping[str, Any],
    out: str | Path,
    *,
    notebook: Path | None = None,
    timeout: float | None = None,
    quiet: bool = False,
) -> Path:
    """Run the evaluation notebook and leave a complete folder.

    Parameters
    ----------
    parameters : mapping
        Parameters of the notebook, ``out`` aside.
    out : path
        Receives ``report.html``, ``results.json``, ``schema.json`` and ``evaluate.ipynb``,
        the executed notebook; other files in it are left alone.
    notebook : Path, optional
        Another notebook with the same parameters.
    timeout : float, optional
        Seconds after which the run is given up.
    quiet : bool
        Show no progress.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    UsageError, InputError
        The parameters or the tables do not fit; nothing is left behind.
    NotebookError
        The run broke; ``error.log`` in `out` says where, an earlier report stays as it was.
    """
    source = notebook or notebook_path()
    _run_into(Path(out), source, parameters, RECORD, timeout, quiet)
    return Path(out) / "report.html"


def make_comparison(
    parameters: Mapping[str, Any],
    out: str | Path,
    *,
    timeout: float | None = None,
    quiet: bool = False,
) -> Path:
    """Run the comparison notebook and leave a complete folder; see `make_report`.

    Returns
    -------
    Path
        ``compare.html``, beside ``comparison.json``, ``compare.ipynb`` and a folder with the
        report of each table.
    """
    source = notebook_path(COMPARISON)
    _run_into(Path(out), source, parameters, COMPARISON, timeout, quiet)
    return Path(out) / "compare.html"


def _run_into(
    out: Path,
    source: Path,
    parameters: Mapping[str, Any],
    record: str,
    timeout: float | None,
    quiet: bool,
) -> None:
    parameters = check_parameters(source, {**parameters, "out": str(out)})
    with _prepared_folder(out) as partial:
        try:
            executed = execute(
                source, {**parameters, "out": str(partial)}, timeout=timeout, quiet=quiet
            )
        except NotebookError as error:
            raise _logged(error, out) from error
        _add_notes(executed, partial)
        import nbformat  # heavy, only for a run

        nbformat.write(_without_paths(executed, parameters), partial / record)  # type: ignore[no-untyped-call]
        _publish(partial, out)
    (out / LOG).unlink(missing_ok=True)


def _add_notes(executed: Any, folder: Path) -> None:
    """Bring the cells tagged for it into the page and its JSON twin."""
    from dataclasses import replace

    from synth_eval.evaluation import Evaluation  # only for a run
    from synth_eval.report.page.notes import collect_notes  # jinja

    notes = collect_notes(executed.cells)
    numbers = folder / "results.json"
    if notes and numbers.is_file():
        evaluation = replace(Evaluation.from_json(numbers), notes=notes)
        evaluation.to_json(numbers)
        evaluation.to_html(folder / "report.html")


def execute(
    notebook: Path,
    parameters: Mapping[str, Any],
    *,
    timeout: float | None = None,
    quiet: bool = False,
) -> Any:
    """Execute a notebook in a fresh kernel and return it; see `make_report`."""
    skip_slow_formats()
    from nbclient.exceptions import CellTimeoutError, DeadKernelError  # heavy, only for a run
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    deadline = None if timeout is None else time.monotonic() + timeout
    with tempfile.TemporaryDirectory(prefix="synth-eval-") as name:
        folder = Path(name)
        news = folder / "progress.jsonl"
        environment = {**kernel_environment(), VARIABLE: str(news)}
        try:
            with watched(news, quiet=quiet):
                return execute_notebook(
                    str(notebook).replace("{", "{{").replace("}", "}}"),
                    None,
                    dict(parameters),
                    kernel_name="python3",
                    language="python",
                    progress_bar=False,
                    kernel_manager_class=kernel_manager_class(folder, environment),
                    shutdown_kernel="immediate",
                    record_timing=False,
                    timeout_func=lambda _: deadline and max(0.1, deadline - time.monotonic()),
                )
        except PapermillExecutionError as error:
            raise _translate(error) from None
        except CellTimeoutError:
            raise NotebookError(
                f"given up after {timeout:g} seconds, as asked for; nothing was written"
            ) from None
        except DeadKernelError:
            raise NotebookError(
                "the kernel died, most often because memory ran out; try a sample of the rows",
                _last_words(folder / "kernel.log"),
            ) from None
        except RuntimeError as error:  # what jupyter_client raises where a kernel does not start
            raise NotebookError(
                f"the kernel did not start ({error})", _last_words(folder / "kernel.log")
            ) from error


def _translate(error: PapermillExecutionError) -> Exception:
    """An exception of the kernel as one of this process."""
    if error.ename in _OURS:
        return _OURS[error.ename](error.evalue)
    from papermill.exceptions import strip_color  # heavy, only for a run

    reason = " ".join(f"{error.ename}: {error.evalue}".split())[:200]
    log = strip_color("\n".join(error.traceback)) if error.traceback else reason
    return NotebookError(f"the evaluation broke off ({reason})", log)


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-20_000:] if log.is_file() else ""


def _without_paths(executed: Any, parameters: Mapping[str, Any]) -> Any:
    """The record without folder names: they name people, customers and machines."""
    from papermill.translators import papermill_translators  # heavy, only for a run

    shown = {
        name: _last_part(value) if name in PATHS and value else value
        for name, value in parameters.items()
    }
    for cell in executed.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            translator = papermill_translators.find_translator("python3", "python")
            cell.source = translator.codify(shown, "Parameters")
    fields = ("duration", "end_time", "exception", "start_time", "version")
    record = executed.metadata.papermill
    executed.metadata.papermill = {name: record[name] for name in fields if name in record}
    executed.metadata.papermill["parameters"] = shown
    return executed


def _last_part(value: Any) -> Any:
    return [Path(item).name for item in value] if isinstance(value, list) else Path(value).name


@contextmanager
def _prepared_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out`, so that moving into place is one step of the file system."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file; give a folder")
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        partial = tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.absolute().parent)
    except OSError as error:
        raise UsageError(f"cannot write into {out.parent}: {error.strerror}") from error
    try:
        yield Path(partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _publish(partial: Path, out: Path) -> None:
    """Move the files into place; the report comes last, so it is never newer than its record."""
    mode = 0o777 & ~_umask()
    partial.chmod(mode)
    if not out.exists():
        partial.rename(out)
        return
    files = [path.relative_to(partial) for path in partial.rglob("*") if path.is_file()]
    for folder in {name.parent for name in files}:  # a comparison has one for each table
        if folder / ROWS_FILE not in files:
            (out / folder / ROWS_FILE).unlink(missing_ok=True)  # of an earlier run
    for name in sorted(files, key=lambda name: (name.suffix == ".html", -len(name.parts))):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (partial / name).replace(out / name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _logged(error: NotebookError, out: Path) -> NotebookError:
    """The same error, with its log in a file and the file in its sentence."""
    if not error.log:
        return error
    out.mkdir(parents=True, exist_ok=True)
    (out / LOG).write_text(f"{error}\n\n{error.log}\n", encoding="utf-8")
    return NotebookError(f"{error}; the log is {out / LOG}", error.log)
