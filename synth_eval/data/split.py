"""Split a real table before a generator is trained, and record the split.

A generator must never have seen the holdout: it is what every number of the synthetic
table is measured against. The split is therefore made first, at random, and written down
with hashes, so that a later evaluation can be shown to use the same rows.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.files import whole_file, write_text
from synth_eval.data.source import Source, open_source
from synth_eval.errors import InputError, UsageError

__all__ = ["MANIFEST_NAME", "split", "write_manifest", "write_table"]

MANIFEST_NAME = "manifest.json"

_NAMES = {"real": "real.parquet", "holdout": "holdout.parquet"}


def split(
    table: Any,
    *,
    holdout: float = 0.5,
    seed: int = 0,
    by: str | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
) -> tuple[pa.Table, pa.Table]:
    """Split a real table at random into rows to train a generator on and rows it never sees.

    Do this before training. A split made afterwards only looks like one: a generator that
    saw all rows cannot be tested for copying them.

    Parameters
    ----------
    table : path, pandas, polars or pyarrow table
        All real rows.
    holdout : float
        Share of the rows, between 0 and 1, that the generator must not see. At one half the
        two parts have equal chances of being matched by chance, which gives privacy checks
        the most power.
    seed : int
        Seed of the draw; the same seed and rows give the same files, byte for byte.
    by : str, optional
        Column that names the entity (person, household) a row belongs to. All rows of one
        entity go to the same part; the share of rows is then met up to one entity.
    out : path, optional
        Folder that receives ``real.parquet``, ``holdout.parquet`` and ``manifest.json``
        (hashes, row counts, seed and method; no values of the data).
    overwrite : bool
        Whether files of an earlier split in `out` may be replaced. A generator may already
        have been trained on them, so the default is to refuse.

    Returns
    -------
    real, holdout : pyarrow.Table
        The two parts; rows keep the order they had.

    Raises
    ------
    UsageError
        The share is not between 0 and 1, `by` is no column, or `out` holds an earlier split
        or cannot be written.
    InputError
        The table cannot be read, is too small to split, or rows lack their entity.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = pa.table({"person": [1, 1, 2, 2, 3, 3], "visit": [1, 2, 1, 2, 1, 2]})
    >>> real, holdout = split(rows, holdout=1 / 3, by="person")
    >>> real.num_rows, holdout.num_rows
    (4, 2)
    """
    if isinstance(holdout, bool) or not 0 < holdout < 1:
        raise UsageError(f"holdout must be a share between 0 and 1, not {holdout!r}")
    source = open_source(table, "real")
    folder = _check_folder(out, source, overwrite=overwrite)
    whole = pa.Table.from_batches(source.batches(), source.schema).replace_schema_metadata(None)
    kept_out = _draw(_entities(whole, source, by), holdout, seed, source.name)
    parts = {"real": whole.filter(~kept_out), "holdout": whole.filter(kept_out)}
    if folder is not None:
        files = {role: write_table(part, folder / _NAMES[role]) for role, part in parts.items()}
        method = "simple random sample without replacement of "
        manifest = {
            "manifest_version": 1,
            "method": method + ("rows" if by is None else "entities"),
            "by": by,
            "holdout": holdout,
            "seed": seed,
            "source": {
                "file": None if source.path is None else source.path.name,
                "sha256": source.sha256(),
                "rows": source.num_rows,
            },
            "files": files,
        }
        write_manifest(manifest, folder / MANIFEST_NAME)
    return parts["real"], parts["holdout"]


def _check_folder(out: str | Path | None, source: Source, *, overwrite: bool) -> Path | None:
    if out is None:
        return None
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; give a folder for the split")
    for name in [*_NAMES.values(), MANIFEST_NAME]:
        path = folder / name
        if source.path is not None and path.exists() and path.samefile(source.path):
            raise UsageError(f"{path} is the table to split; give another folder")
        if path.exists() and not overwrite:
            raise UsageError(
                f"{path} is there already and a generator may be trained on it; "
                "give another folder or allow overwriting"
            )
    return folder


def _entities(whole: pa.Table, source: Source, by: str | None) -> npt.NDArray[np.int64]:
    """Number of the entity of each row, by first occurrence."""
    if by is None:
        return np.arange(whole.num_rows)
    if by not in whole.column_names:
        known = ", ".join(repr(name) for name in whole.column_names[:20])
        raise UsageError(f"no column {by!r} to keep rows together by; {source.name} has {known}")
    key = whole.column(by)
    if pa.types.is_nested(key.type):
        raise UsageError(f"rows cannot be kept together by {by!r}, whose cells are lists")
    if key.null_count:
        raise InputError(
            f"{source.name}: {key.null_count} rows have no {by!r}, so rows of one entity cannot "
            "be kept together; fill the column or drop these rows"
        )
    if pa.types.is_dictionary(key.type):
        key = key.cast(key.type.value_type)
    words = pc.unique(key)
    return np.asarray(pc.index_in(key, value_set=words).to_numpy(), np.int64)


def _draw(
    entities: npt.NDArray[np.int64], share: float, seed: int, name: str
) -> npt.NDArray[np.bool_]:
    """Which rows the generator must not see."""
    sizes = np.bincount(entities)
    if len(sizes) < 2:
        raise InputError(
            f"{name}: one {'row' if len(entities) == 1 else 'entity'} has no two parts"
        )
    order = np.random.default_rng(seed).permutation(len(sizes))
    taken = np.cumsum(sizes[order])
    nearest = int(np.argmin(np.abs(taken - share * len(entities)))) + 1
    chosen = np.zeros(len(sizes), bool)
    chosen[order[: min(nearest, len(sizes) - 1)]] = True
    return np.asarray(chosen[entities], bool)


def write_table(table: pa.Table, path: Path) -> dict[str, Any]:
    """Write a Parquet file and describe it: its name, hash and number of rows."""
    import pyarrow.parquet as pq  # only where a split is written

    with whole_file(path) as partial:
        pq.write_table(table, partial)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"file": path.name, "sha256": digest, "rows": table.num_rows}


def write_manifest(manifest: dict[str, Any], path: Path) -> None:
    """Write the record of a split as JSON."""
    write_text(path, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
