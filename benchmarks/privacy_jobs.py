"""Single searches for closest records, one process each; see privacy.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Paths = tuple[Path, Path, Path]


def ours(paths: Paths, rows: int) -> str:
    """Every synthetic row against both sides, ties and interval: the check P002."""
    import synth_eval as se
    from synth_eval.judging.run import run

    data = se.load(*paths)
    [found] = run(data, config=se.Config(neighbour_rows=rows), select_checks=["P002"])
    assert found.estimate is not None, found.message
    return f"share {found.estimate.value:.4f}"


def blocked(paths: Paths, _: int) -> str:
    """What a report does at any size: 5,000 records of each kind, all rows searched."""
    import synth_eval as se
    from synth_eval.judging.run import run

    found = run(se.load(*paths), select_checks=["P002", "P003"])
    return ", ".join(f"{r.code} {r.seconds:.0f} CPU s, {r.status}" for r in found)


def overfitting(paths: Paths, rows: int) -> str:
    """SDMetrics: share of synthetic rows nearer to training rows."""
    from sdmetrics.single_table import DCROverfittingProtection

    real, synthetic, holdout = _frames(paths)
    found = DCROverfittingProtection.compute_breakdown(
        real, synthetic, holdout, _metadata(real), "table", _sample(rows, real)
    )
    return f"share {found['synthetic_data_percentages']['closer_to_training']:.4f}"


def baseline(paths: Paths, rows: int) -> str:
    """SDMetrics: median distance of synthetic rows against that of random rows."""
    from sdmetrics.single_table import DCRBaselineProtection

    real, synthetic, _ = _frames(paths)
    found = DCRBaselineProtection.compute_breakdown(
        real, synthetic, _metadata(real), "table", _sample(rows, real)
    )
    return f"score {found['score']:.4f}"


def anonymeter(paths: Paths, rows: int) -> str:
    """Anonymeter: nearest neighbours of mixed tables, of every query on both sides."""
    import_module("anonymeter.evaluators")  # first: its modules import each other in a circle
    from anonymeter.neighbors.mixed_types_kneighbors import MixedTypeKNeighbors

    real, synthetic, holdout = _frames(paths)
    queries = synthetic.head(rows)
    near = []
    for side in (real, holdout):
        search = MixedTypeKNeighbors(n_neighbors=1).fit(candidates=side)
        distances, _ = search.kneighbors(queries, n_neighbors=1, return_distance=True)
        near.append(distances.ravel())
    return f"share {((near[0] < near[1]) + (near[0] == near[1]) / 2).mean():.4f}"


def _frames(paths: Paths) -> list:
    import pandas as pd

    return [pd.read_parquet(path) for path in paths]


def _metadata(real) -> dict:
    from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

    def kind(column) -> str:
        if is_datetime64_any_dtype(column):
            return "datetime"
        return "numerical" if is_numeric_dtype(column) else "categorical"

    columns = {name: {"sdtype": kind(real[name])} for name in real}
    return {"tables": {"table": {"columns": columns}}}


def _sample(rows: int, real) -> int | None:
    """SDMetrics draws equally many rows of every table, or takes all."""
    return rows if rows < len(real) else None


JOBS: dict[str, Callable[[Paths, int], str]] = {
    job.__name__: job for job in (ours, blocked, overfitting, baseline, anonymeter)
}

if __name__ == "__main__":
    name, rows, *files = sys.argv[1:]
    first, second, third = map(Path, files)
    print(JOBS[name]((first, second, third), int(rows)))
