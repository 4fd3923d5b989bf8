"""Deriving a suite into a file, keeping what people wrote into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth_eval.data.load import load
from synth_eval.judging.settings import Config
from synth_eval.rules.derived.derive import derive_suite
from synth_eval.rules.suite import merge_suites, read_suite, write_suite

if TYPE_CHECKING:
    from synth_eval.data.load import SchemaLike

__all__ = ["derive_to_file"]


def derive_to_file(
    real: Any,
    out: str | Path,
    holdout: Any = None,
    *,
    name: str | None = None,
    schema: SchemaLike = None,
    config: Config | None = None,
) -> dict[str, Any]:
    """Derive a suite from a real table and write it.

    A suite that is there already is derived again: its derived rules make way, what people
    wrote into it stays (see `merge_suites`).

    Parameters
    ----------
    real : path or table
        The real table.
    out : path
        The JSON file.
    holdout : path or table, optional
        Real rows that vouch for the rules together with the real ones.
    name : str, optional
        Name of the suite; by default that of the old suite, else the name of the file.
    schema : path, Schema or mapping, optional
        Overrides of the inferred schema.
    config : Config, optional
        Settings and margins.

    Returns
    -------
    dict
        The suite that was written.

    Raises
    ------
    InputError
        A table cannot be read.
    UsageError
        The old suite cannot be read, or the file cannot be written.
    """
    path = Path(out)
    old = read_suite(path) if path.exists() else None
    data = load(real, real if holdout is None else holdout, holdout, schema=schema)
    suite = derive_suite(data, name=name or (old or {}).get("name") or path.stem, config=config)
    if old is not None:
        suite = {**merge_suites(old, suite), "name": suite["name"]}
    write_suite(suite, path)
    return suite
