"""Where a result came from: files with their hashes, versions, seed and settings.

File names are kept without their folders, because folders name people, customers and
machines; the hash says which file it was.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any, Protocol

from synth_eval._version import __version__

if TYPE_CHECKING:
    from synth_eval.data.pair import Pair
    from synth_eval.judging.results import Result
    from synth_eval.judging.settings import Config

__all__ = ["provenance", "provenance_of_tables"]

_PACKAGES = (
    "great-expectations", "numpy", "pandas", "papermill", "plotly", "pyarrow", "scikit-learn",
    "scipy", "sdmetrics",
)  # fmt: skip


class Described(Protocol):
    """A table, here or elsewhere, that says what it is."""

    def described(self) -> dict[str, Any]:
        """Its ``name``, ``rows``, ``columns`` and ``sha256``."""
        ...


def provenance(data: Pair, config: Config, results: Iterable[Result]) -> dict[str, Any]:
    """What another person needs to repeat a run, and to see which files it was made from.

    Parameters
    ----------
    data : Pair
        The tables that were evaluated.
    config : Config
        The settings of the run.
    results : iterable of Result
        What the checks said; their CPU seconds are added up.

    Returns
    -------
    dict
        ``created`` (UTC, ISO 8601), ``synth_eval``, ``python``, ``packages`` (name to version),
        ``seed``, ``settings``, ``tables`` (by role: ``name``, ``rows``, ``columns``, ``sha256``)
        and ``cpu_seconds`` of the checks.
    """
    return provenance_of_tables(data.tables, config, results)


def provenance_of_tables(
    tables: Mapping[str, Described], config: Config, results: Iterable[Result]
) -> dict[str, Any]:
    """The same of tables by role, some of which may be elsewhere; see `provenance`."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "synth_eval": __version__,
        "python": platform.python_version(),
        "packages": _versions(),
        "seed": config.seed,
        "settings": config.described(),
        "tables": {role: table.described() for role, table in tables.items()},
        "cpu_seconds": round(sum(result.seconds for result in results), 2),
    }


def _versions() -> dict[str, str]:
    """Versions of the packages that numbers depend on."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # an environment without one of the layers
            continue
    return versions
