"""What can be said about an input file without reading it; the standard library alone."""

from __future__ import annotations

import re
from pathlib import Path

from synth_eval.errors import InputError

__all__ = ["ELSEWHERE", "check_path"]

ELSEWHERE = (
    "se.validate and `synth-eval expectations run` run rules there, without fetching rows; for "
    "the other checks fetch the rows, or a random sample of them, as an Arrow table or Parquet file"
)
"""What to do with a table whose rows are in a database or a cluster."""

_ENDINGS = {
    "csv": (".csv", ".csv.gz", ".csv.bz2", ".csv.zst"),
    "parquet": (".parquet", ".pqt", ".pq"),
}


def check_path(path: Path, role: str) -> str:
    """Format of a table's file by its ending, ``"csv"`` or ``"parquet"``.

    Raises
    ------
    InputError
        There is no such file, it is empty, a folder, or of another kind.
    """
    if re.match(r"[a-z][a-z0-9+]+:/", str(path)):  # a path keeps one slash of two
        raise InputError(f"{role} table: a table of a database stays where it is; {ELSEWHERE}")
    if not path.exists():
        raise InputError(f"{role} table: no such file: {path}")
    if path.is_dir():
        raise InputError(f"{role} table: {path} is a folder; give a CSV or Parquet file")
    kind = next((kind for kind, words in _ENDINGS.items() if path.name.lower().endswith(words)), "")
    if not kind:
        raise InputError(
            f"{role} table {path.name}: unknown kind of file; give .csv, .csv.gz or .parquet"
        )
    if path.stat().st_size == 0:
        raise InputError(f"{role} table {path.name}: the file is empty")
    return kind
