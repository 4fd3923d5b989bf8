"""Files are written whole or not at all: beside the goal first, then moved over it.

A run that is killed, or a disk that is full, leaves the file that was there before and no
half of a new one. The partial file carries one fixed name (``.report.html.partial``), so that
a run that was killed leaves at most one, which the next run removes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_eval.errors import UsageError

__all__ = ["whole_file", "write_text"]


@contextmanager
def whole_file(path: str | Path, *, mode: int | None = None) -> Iterator[Path]:
    """Path to write to; what stands there when the block ends is moved to the goal.

    Folders that are missing are made. A link is followed: the file it points to is replaced.
    What is no file but a device or a pipe (``/dev/stdout``) is written to as it is, since a
    move would put a file in its place.

    Parameters
    ----------
    path : path
        The goal.
    mode : int, optional
        Permissions of the file from its first byte on, such as ``0o600``; by default those
        that the system gives to new files.

    Raises
    ------
    UsageError
        The file cannot be written; the message names it and says why.

    Examples
    --------
    >>> import tempfile
    >>> goal = Path(tempfile.mkdtemp()) / "new" / "numbers.txt"
    >>> with whole_file(goal) as partial:
    ...     _ = partial.write_text("1 2 3")
    >>> partial.name, goal.read_text(), partial.exists()
    ('.numbers.txt.partial', '1 2 3', False)
    """
    goal = Path(path)
    try:
        if goal.is_symlink():
            goal = goal.resolve()
        if goal.exists() and not goal.is_file() and not goal.is_dir():
            yield goal
            return
        goal.parent.mkdir(parents=True, exist_ok=True)
        partial = goal.with_name(f".{goal.name}.partial")
        partial.unlink(missing_ok=True)  # of a run that was killed; its permissions with it
        try:
            if mode is not None:
                os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
            yield partial
            partial.replace(goal)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def write_text(path: str | Path, text: str, *, mode: int | None = None) -> None:
    r"""Write a text file in UTF-8, whole or not at all, see `whole_file`.

    Lines end as they do in the text, on every system.

    Parameters
    ----------
    path : path
        The goal.
    text : str
        What the file holds afterwards.
    mode : int, optional
        Permissions of the file from its first byte on.

    Raises
    ------
    UsageError
        The file cannot be written; the message names it and says why.
    """
    with whole_file(path, mode=mode) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
