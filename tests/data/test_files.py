"""Files are written whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from synth_eval.data.files import whole_file, write_text
from synth_eval.errors import UsageError

on_posix = pytest.mark.skipif(os.name != "posix", reason="permissions, links and pipes of POSIX")

KILLED_HALF_WAY = """
import os, signal, sys
from synth_eval.data.files import whole_file
with whole_file(sys.argv[1]) as partial, open(partial, "w") as file:
    file.write("half of the new")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_text_is_written_with_its_folders_and_nothing_beside_it(tmp_path: Path) -> None:
    goal = tmp_path / "new" / "deep" / "page.html"
    write_text(goal, "é\r\n\n")
    assert goal.read_bytes() == "é\r\n\n".encode()
    write_text(str(goal), "again")
    assert goal.read_text() == "again"
    assert list(goal.parent.iterdir()) == [goal]


@on_posix
def test_a_run_killed_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    goal = tmp_path / "results.json"
    write_text(goal, "old")
    command = [sys.executable, "-c", KILLED_HALF_WAY, str(goal)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert goal.read_text() == "old"
    assert [path.read_text() for path in tmp_path.iterdir() if path != goal] == ["half of the new"]
    write_text(goal, "new")
    assert list(tmp_path.iterdir()) == [goal]
    assert goal.read_text() == "new"


def test_a_writer_that_raises_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    goal = tmp_path / "numbers.csv"
    write_text(goal, "old")

    def write() -> None:
        with whole_file(goal) as partial:
            partial.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert goal.read_text() == "old"
    assert list(tmp_path.iterdir()) == [goal]


@on_posix
def test_permissions_hold_from_the_first_byte_on(tmp_path: Path) -> None:
    goal = tmp_path / "copies.csv"
    leftover = tmp_path / ".copies.csv.partial"
    leftover.write_text("of a killed run, readable by all")
    leftover.chmod(0o644)
    with whole_file(goal, mode=0o600) as partial:
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600
        assert partial.read_text() == ""
        partial.write_text("secret")
    assert stat.S_IMODE(goal.stat().st_mode) == 0o600
    write_text(goal, "secret again", mode=0o600)
    assert stat.S_IMODE(goal.stat().st_mode) == 0o600


def test_what_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(
        UsageError, match=r"^cannot write .*page\.html: (Not a directory|File exists)"
    ):
        write_text(tmp_path / "file" / "page.html", "text")
    with pytest.raises(UsageError, match=r"^cannot write .*folder: "):
        write_text(tmp_path / "folder", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@on_posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    goal, link = tmp_path / "other" / "page.html", tmp_path / "page.html"
    goal.write_text("old")
    link.symlink_to(goal)
    write_text(link, "new")
    assert link.is_symlink()
    assert goal.read_text() == "new"
    assert list((tmp_path / "other").iterdir()) == [goal]


@on_posix
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(pipe, "text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
