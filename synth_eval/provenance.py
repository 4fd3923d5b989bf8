"""Where a result came from: files with their hashes, versions, seed and settings.

File names are kept without their folders, because folders name people, customers and
machines; the hash says which file it was.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import synth_eval
from synth_eval.expectations.remote import Remote

if TYPE_CHECKING:
    from synth_eval.config import Config
    from synth_eval.data.load import Data
    from synth_eval.data.table import Table
    from synth_eval.results import Result

__all__ = ["provenance", "provenance_of_tables"]

_PACKAGES = (
    "great-expectations", "numpy", "pandas", "papermill", "plotly", "pyarrow", "scikit-learn",
    "scipy", "sdmetrics",
)  # fmt: skip


def provenance(data: Data, config: Config, results: Iterable[Result]) -> dict[str, Any]:
    """What another person needs to repeat a run, and to see which files it was made from.

    Parameters
    ----------
    data : Data
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
    tables: Mapping[str, Table | Remote], config: Config, results: Iterable[Result]
) -> dict[str, Any]:
    """The same of tables by role, some of which may be elsewhere; see `provenance`."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "synth_eval": synth_eval.__version__,
        "python": platform.python_version(),
        "packages": _versions(),
        "seed": config.seed,
        "settings": _settings(config),
        "tables": {role: _describe(table) for role, table in tables.items()},
        "cpu_seconds": round(sum(result.seconds for result in results), 2),
    }


def _describe(table: Table | Remote) -> dict[str, Any]:
    if isinstance(table, Remote):
        size = {"rows": table.rows, "columns": table.columns}
        return {"name": table.name, **size, "sha256": None}
    path = table.source.path
    return {
        "name": table.name if path is None else path.name,
        "rows": table.num_rows,
        "columns": len(table.stored_names),
        "sha256": table.source.sha256(),
    }


def _settings(config: Config) -> dict[str, Any]:
    """Settings by name; margins stand in the results they decided."""
    values = {item.name: getattr(config, item.name) for item in fields(config)}
    values["estimators"] = sorted(config.estimators)
    return {
        name: Path(value).name if name == "expectations" else value
        for name, value in values.items()
        if name != "seed" and not isinstance(value, Mapping)
    }


def _versions() -> dict[str, str]:
    """Versions of the packages that numbers depend on."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # an environment without one of the layers
            continue
    return found
