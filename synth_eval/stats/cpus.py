"""How many processors a computation may use, and threads that wait calmly.

Standard library alone at import: the process of a notebook asks before it loads anything.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

__all__ = ["available_cpus", "calm_threads"]


def available_cpus() -> int:
    """CPUs this process may use: its affinity, cut by the quota of its control group.

    Examples
    --------
    >>> available_cpus() >= 1
    True
    """
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    cpus = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = _quota(Path("/sys/fs/cgroup"))
    return cpus if quota is None else max(1, min(cpus, math.ceil(quota)))


def _quota(group: Path) -> float | None:
    """CPUs a control group grants (version 2, else 1), None where it sets no limit."""
    try:
        limit, period = (group / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            limit = (group / "cpu" / "cpu.cfs_quota_us").read_text(encoding="ascii").strip()
            period = (group / "cpu" / "cpu.cfs_period_us").read_text(encoding="ascii").strip()
        except OSError:
            return None
    if not limit.isdigit() or not period.isdigit():  # "max", or -1
        return None
    return int(limit) / int(period)


@contextmanager
def calm_threads() -> Iterator[None]:
    """One thread of OpenMP and BLAS while models run.

    Idle OpenMP threads spin unless the environment says otherwise before the library is
    loaded; on shared machines that turns one second into a minute. One thread costs the
    fewest CPU seconds at these sizes. The limit holds for libraries that are loaded already,
    no others.
    """
    with _loaded_libraries(len(sys.modules)).limit(limits=1):
        yield


@lru_cache(maxsize=1)
def _loaded_libraries(modules: int) -> ThreadpoolController:  # noqa: ARG001 - asks anew after an import
    """The libraries that are loaded: looking for them takes as long as a small model."""
    from threadpoolctl import ThreadpoolController  # comes with scikit-learn

    return ThreadpoolController()
