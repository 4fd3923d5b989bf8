"""What can be said about an input file without reading it; the standard library alone."""

from __future__ import annotations

from pathlib import Path

from synth_eval.errors import InputError

__all__ = ["check_path"]

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
