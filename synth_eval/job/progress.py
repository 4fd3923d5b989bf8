"""Which check runs: a bar in shells and notebooks, and a line of news across processes.

The command line runs the notebook in a kernel, whose output belongs to the record. The
kernel therefore writes its progress as JSON lines to a file named by an environment
variable, and the command draws the bar in its own terminal.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from synth_eval.judging.run import Progress

__all__ = ["VARIABLE", "default_progress", "watched"]

VARIABLE = "SYNTH_EVAL_PROGRESS"
"""Environment variable that names the file a kernel reports its progress to."""

_POLL_SECONDS = 0.2  # a bar that moves five times a second looks alive


def default_progress() -> Progress:
    """Where progress goes when nobody says so: to the parent process, else on display."""
    path = os.environ.get(VARIABLE)
    return _display() if path is None else _appender(Path(path))


@contextmanager
def watched(path: Path, *, quiet: bool = False) -> Iterator[None]:
    """Show on standard error what a kernel writes to `path`, until the block is left."""
    path.touch()
    if quiet:
        yield
        return
    finished = threading.Event()
    follower = threading.Thread(target=_follow, args=(path, _display(), finished), daemon=True)
    follower.start()
    try:
        yield
    finally:
        finished.set()
        follower.join()


def _appender(path: Path) -> Progress:
    """Progress as a line of news for the parent process."""

    def append(done: int, total: int, label: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([done, total, label]) + "\n")

    return append


def _follow(path: Path, show: Progress, finished: threading.Event) -> None:
    with path.open(encoding="utf-8") as file:
        rest = ""
        while True:
            last_look = finished.wait(_POLL_SECONDS)
            *lines, rest = (rest + file.read()).split("\n")
            for line in lines:
                done, total, label = json.loads(line)
                show(done, total, label)
            if last_look:
                return


def _display() -> Progress:
    """A bar in terminals and notebooks, a line per step in logs, which cannot be overwritten."""
    return _Bar() if sys.stderr.isatty() or "ipykernel" in sys.modules else _line


def _line(done: int, total: int, label: str) -> None:
    if done < total:
        print(f"[{done + 1}/{total}] {label}", file=sys.stderr, flush=True)  # noqa: T201


class _Bar:
    """Text bar: the same in shells and in JupyterLab, where it needs no widgets."""

    _FORM = "{percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt} [{elapsed}] {desc}"

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, done: int, total: int, label: str) -> None:
        """Show that the step `label` begins."""
        from tqdm.std import tqdm  # only where a bar is shown

        if self._bar is None:
            columns = shutil.get_terminal_size().columns
            size = {"ncols": min(columns, 100), "nrows": 20}  # no rows, as some say, hides it
            shape = {"bar_format": self._FORM, "leave": not sys.stderr.isatty(), **size}
            self._bar = tqdm(total=total, file=sys.stderr, **shape)
        self._bar.n = done
        self._bar.set_description_str(label)
        if done == total:
            self._bar.close()
            self._bar = None
