"""Processes that tests start: neither they nor what they start outlives the test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

__all__ = ["finished", "started"]

_MARK = "SYNTH_EVAL_TEST_PROCESS"
"""Variable that a process hands to all it starts, kernels in sessions of their own among them."""


@contextlib.contextmanager
def started(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, **options: Any
) -> Iterator[subprocess.Popen[Any]]:
    """Start a process, and end it and all its descendants when the block is left."""
    mark = uuid.uuid4().hex
    if os.name == "posix":
        options.setdefault("preexec_fn", _interruptible)
    environment = {**(os.environ if env is None else env), _MARK: mark}
    process = subprocess.Popen(
        [str(word) for word in command], env=environment, start_new_session=True, **options
    )
    try:
        yield process
    finally:
        _kill_marked(mark)
        process.wait(timeout=60)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def finished(
    command: Sequence[str | Path],
    *,
    check: bool = False,
    timeout: float = 300,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a process to its end, with what it printed and complained as text."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    with started(command, **options) as process:
        printed, complained = process.communicate(timeout=timeout)
    assert not check or process.returncode == 0, complained or printed
    return subprocess.CompletedProcess(command, process.returncode, printed, complained)


def _interruptible() -> None:
    """A suite started in the background ignores SIGINT, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _kill_marked(mark: str) -> None:
    for process in psutil.process_iter():
        # Processes of others do not show their environment; some end while we look.
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(_MARK) == mark:
                process.kill()
