"""Tables to try the evaluation on: one real, one simulated, and three synthetic versions of each.

The real one is UCI Adult where the set-up step fetched it; the simulated one needs nothing
and has a known truth. The synthetic versions come from small reference synthesizers that
fail in known ways: independent marginals must be NO-GO on fidelity, the leaky copy NO-GO
on privacy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from synth_eval.data.split import MANIFEST_NAME, split, write_manifest, write_table
from synth_eval.demo.adult import adult_table, cache_folder, fetch_adult, is_cached
from synth_eval.demo.faults import FAULTS, faulty_rows
from synth_eval.demo.simulated import TRUTH, rule_violations, simulated_table
from synth_eval.demo.synthesizers import SYNTHESIZERS, copula, leaky, marginals
from synth_eval.errors import UsageError

if TYPE_CHECKING:
    from synth_eval.data.pair import Pair


__all__ = [
    "FAULTS",
    "SYNTHESIZERS",
    "TARGETS",
    "TRUTH",
    "DemoFiles",
    "adult_table",
    "cache_folder",
    "copula",
    "demo_data",
    "demo_name",
    "demo_tables",
    "faulty_rows",
    "fetch_adult",
    "is_cached",
    "leaky",
    "marginals",
    "rule_violations",
    "simulated_table",
    "write_demo",
]

TARGETS: Mapping[str, str] = {"adult": "income", "simulated": "approved"}
"""The demo tables and their target columns."""

_FAULT_ROWS = 40_000  # real rows and holdout: enough for a tail of one in a thousand


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What `write_demo` wrote.

    Parameters
    ----------
    name : str
        ``"adult"`` or ``"simulated"``.
    target : str
        Target column.
    real, holdout : Path
        The two parts of the table.
    synthetic : mapping of str to Path
        Synthetic version by name of its synthesizer.
    """

    name: str
    target: str
    real: Path
    holdout: Path
    synthetic: Mapping[str, Path]


def demo_name(name: str | None = None, cache: str | Path | None = None) -> str:
    """Name of the demo table: the given one, else adult where it was fetched, else simulated.

    Raises
    ------
    UsageError
        There is no demo table of this name.
    """
    if name is None:
        return "adult" if is_cached(cache) else "simulated"
    if name not in TARGETS:
        raise UsageError(f"no demo table {name!r}; there are {', '.join(TARGETS)}")
    return name


def demo_tables(
    name: str | None = None,
    synthesizer: str = "copula",
    *,
    seed: int = 0,
    cache: str | Path | None = None,
) -> dict[str, pa.Table]:
    """Real, synthetic and holdout table of a demo.

    Parameters
    ----------
    name : {"adult", "simulated"}, optional
        Which table; by default adult where it was fetched, else simulated.
    synthesizer : {"copula", "marginals", "leaky"}
        Which reference synthesizer.
    seed : int
        Seed of the simulation, the split and the synthesizer.
    cache : path, optional
        Cache folder of the fetched table.

    Returns
    -------
    dict of str to pyarrow.Table
        ``"real"``, ``"synthetic"`` and ``"holdout"``; the synthetic table has as many rows
        as the real one.

    Raises
    ------
    UsageError
        Unknown name of a table or synthesizer.
    InputError
        Adult was asked for and is not in the cache.
    """
    if synthesizer not in SYNTHESIZERS:
        raise UsageError(f"no synthesizer {synthesizer!r}; there are {', '.join(SYNTHESIZERS)}")
    real, holdout = split(_whole_table(demo_name(name, cache), seed, cache), seed=seed)
    return {"real": real, "synthetic": _synthesize(real, synthesizer, seed), "holdout": holdout}


def demo_data(
    name: str | None = None,
    synthesizer: str = "copula",
    *,
    fault: str | None = None,
    seed: int = 0,
    cache: str | Path | None = None,
) -> Pair:
    """Demo tables, loaded with their target and ready for `synth_eval.evaluate`.

    Parameters
    ----------
    fault : str, optional
        In place of a synthesizer: fresh rows of the simulated table with one fault, a name of
        `FAULTS` (``"none"``, ``"copies"``, ``"near copies"``, ``"shuffled column"``,
        ``"shuffled target"``, ``"lost rare level"``, ``"mode collapse"``, ``"broken rule"``,
        ``"cut tail"``, ``"filled gaps"``).
    name, synthesizer, seed, cache
        As in `demo_tables`.

    Examples
    --------
    >>> demo_data("simulated").schema.target
    'approved'
    """
    from synth_eval.data.load import load  # keeps writing the demo light

    if fault is not None:
        if name not in (None, "simulated"):
            raise UsageError(f"faults are planted into the simulated table, not into {name!r}")
        real, holdout = split(simulated_table(_FAULT_ROWS, seed), seed=seed)
        synthetic = faulty_rows(real, fault, seed=seed)
        return load(real, synthetic, holdout, target=TARGETS["simulated"])
    name = demo_name(name, cache)
    tables = demo_tables(name, synthesizer, seed=seed, cache=cache)
    return load(**tables, target=TARGETS[name])


def write_demo(
    folder: str | Path,
    name: str | None = None,
    seed: int = 0,
    *,
    cache: str | Path | None = None,
) -> DemoFiles:
    """Write a demo as files: the split with its manifest and the three synthetic versions.

    Files of an earlier demo in the folder are replaced.

    Parameters
    ----------
    folder : path
        Receives ``real.parquet``, ``holdout.parquet``, ``synthetic_copula.parquet``,
        ``synthetic_leaky.parquet``, ``synthetic_marginals.parquet`` and ``manifest.json``.
    name, seed, cache
        As in `demo_tables`.

    Returns
    -------
    DemoFiles
        Paths and target column.
    """
    folder, name = Path(folder), demo_name(name, cache)
    real, _ = split(_whole_table(name, seed, cache), seed=seed, out=folder, overwrite=True)
    paths = {kind: folder / f"synthetic_{kind}.parquet" for kind in SYNTHESIZERS}
    manifest: dict[str, Any] = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    manifest["demo"] = name
    for kind, path in paths.items():
        manifest["files"][kind] = write_table(_synthesize(real, kind, seed), path)
    write_manifest(manifest, folder / MANIFEST_NAME)
    return DemoFiles(
        name, TARGETS[name], folder / "real.parquet", folder / "holdout.parquet", paths
    )


def _whole_table(name: str, seed: int, cache: str | Path | None) -> pa.Table:
    return adult_table(cache) if name == "adult" else simulated_table(seed=seed)


def _synthesize(real: pa.Table, synthesizer: str, seed: int) -> pa.Table:
    salt = list(SYNTHESIZERS).index(synthesizer)
    rng = np.random.default_rng([seed, salt])
    return SYNTHESIZERS[synthesizer](real, real.num_rows, rng)
