"""Processes of tests end with the test, whatever they started."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.processes import finished, started

FORKS = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_failing_test_leaves_nothing_behind() -> None:
    """Not even a grandchild in a session of its own, as kernels are."""
    seen: list[psutil.Process] = []

    def failing_test() -> None:
        with started([sys.executable, "-c", FORKS], stdout=-1, text=True) as process:
            seen.append(psutil.Process(process.pid))
            seen.append(psutil.Process(int(process.stdout.readline())))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_test()
    for _ in range(100):
        if not any(map(_runs, seen)):
            return
        time.sleep(0.1)
    pytest.fail("a process still runs")


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_interrupts_arrive_where_the_suite_itself_ignores_them() -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from tests.processes import finished\n"
        "import sys\n"
        "child = 'import signal; print(signal.getsignal(signal.SIGINT).__name__)'\n"
        "print(finished([sys.executable, '-c', child], check=True).stdout, end='')"
    )
    done = finished([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[1])
    assert done.stdout == "default_int_handler\n"
