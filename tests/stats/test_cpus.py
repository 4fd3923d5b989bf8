"""Processors a computation may use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synth_eval.stats import cpus, neighbours


def test_cpus_follow_the_quota(tmp_path: Path) -> None:
    assert cpus._quota(tmp_path) is None
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert cpus._quota(tmp_path) is None
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert cpus._quota(tmp_path) == 1.5
    (tmp_path / "cpu.max").unlink()
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("-1\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert cpus._quota(tmp_path) is None


@pytest.mark.parametrize(
    ("affinity", "quota", "expected"), [(64, 1.0, 1), (64, 1.5, 2), (2, 8.0, 2), (4, None, 4)]
)
def test_the_smaller_of_affinity_and_quota_counts(
    affinity: int, quota: float | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(affinity)), raising=False)
    monkeypatch.setattr(cpus, "_quota", lambda _: quota)
    assert cpus.available_cpus() == expected
    assert neighbours.available_cpus() == expected  # threads of searches ask here too


def test_the_process_of_a_notebook_asks_without_numpy() -> None:
    code = "import sys; import synth_eval.stats.cpus; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"


def test_calm_threads_are_one_and_as_many_as_before_afterwards():
    import numpy as np
    from threadpoolctl import threadpool_info, threadpool_limits

    np.ones((2, 2)) @ np.ones((2, 2))  # loads the matrix library

    def threads() -> list[int]:
        return [library["num_threads"] for library in threadpool_info()]

    with threadpool_limits(limits=2):
        before = threads()
        for _ in range(2):
            with cpus.calm_threads():
                assert set(threads()) == {1}
                with cpus.calm_threads():
                    assert set(threads()) == {1}
            assert threads() == before


def test_libraries_are_looked_for_again_after_an_import(monkeypatch):
    with cpus.calm_threads():
        pass
    looked = cpus._loaded_libraries.cache_info().misses
    with cpus.calm_threads():
        pass
    assert cpus._loaded_libraries.cache_info().misses == looked
    monkeypatch.setitem(sys.modules, "a_library_of_threads", sys)
    with cpus.calm_threads():
        pass
    assert cpus._loaded_libraries.cache_info().misses == looked + 1
