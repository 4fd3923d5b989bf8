"""Measure training on synthetic rows: synth_eval beside SDMetrics and syntheval, in one run.

The tables are UCI Adult and published synthetic versions of it where the variable
``SYNTH_EVAL_TEST_DATA`` names their folder, else a generated table. Holdout rows with a level
that a synthetic table lacks are left out for everybody: SDMetrics stops on them. CPU seconds
are those of whole processes in one thread, imports and reading included.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from run import HERE, Cost, measure_command, write_readme
from utility_peers import SDMETRICS

MARKS = ("<!-- utility -->", "<!-- /utility -->")
TARGET_OF = {"adult": "income", "simulated": "approved"}
ADULT = ("mostly", "gaussian_copula")
SIZES = (12_500, 25_000, 50_000, 100_000)
QUICK_SIZES = (1_000, 2_000)
PEER_LIMIT = 120
"""CPU seconds after which a peer is stopped."""
CODES = "U001,U003,U004,U005,U013"

OURS = """
import json, sys
import synth_eval as se
from synth_eval.judging.settings import Config
from synth_eval.judging.run import run
real, synthetic, holdout, target, depth, codes = sys.argv[1:]
data = se.load(real, synthetic, holdout, target=target)
found = run(data, config=Config(depth=depth), select_checks=codes.split(","))
shown = found[0]
number, reference = shown.estimate, shown.reference
print(json.dumps({"value": number and number.value, "low": number and number.low,
                  "high": number and number.high, "reference": reference and reference.value,
                  "status": str(shown.status)}))
"""


def tables(folder: Path, quick: bool) -> tuple[str, dict[str, Path]]:
    """Name of the real table and the files by role; synthetic ones under their generator's."""
    folder.mkdir(parents=True, exist_ok=True)
    published = Path(os.environ.get("SYNTH_EVAL_TEST_DATA", "")) / "mostly2023"
    if published.is_dir() and not quick:
        names = ("trn", "val", *ADULT)
        found = {name: pyarrow.csv.read_csv(published / f"adult_{name}.csv.gz") for name in names}
        kind = "adult"
    else:
        print("Adult is not here (SYNTH_EVAL_TEST_DATA names no folder of it): a generated table")
        found = generated(2_000 if quick else 25_000)
        kind = "simulated"
    found["shuffled labels"] = shuffled(found["val"].schema, found, TARGET_OF[kind])
    found["val"] = known_levels(found)
    paths = {name: folder / f"{kind} {name}.parquet".replace(" ", "_") for name in found}
    for name, table in found.items():
        pq.write_table(table, paths[name])
    return kind, paths


def generated(rows: int) -> dict[str, pa.Table]:
    from synth_eval.demo import SYNTHESIZERS, simulated_table

    table = simulated_table(2 * rows, seed=1).drop_null()
    dates = [field.name for field in table.schema if pa.types.is_temporal(field.type)]
    table = table.drop_columns(dates)  # SDMetrics would take each day for a level
    real = table.slice(0, table.num_rows // 2)
    rng = np.random.default_rng(2)
    made = {name: SYNTHESIZERS[name](real, rows, rng) for name in ("copula", "marginals")}
    return {"trn": real, "val": table.slice(table.num_rows // 2), **made}


def shuffled(schema: pa.Schema, found: dict[str, pa.Table], target: str) -> pa.Table:
    """The real rows with the target's values in another order."""
    real = found["trn"]
    order = np.random.default_rng(3).permutation(real.num_rows)
    return real.set_column(schema.get_field_index(target), target, real[target].take(order))


def known_levels(found: dict[str, pa.Table]) -> pa.Table:
    """Holdout rows all of whose levels occur in every table that is trained on."""
    holdout = found["val"]
    keep = np.ones(holdout.num_rows, bool)
    for name in holdout.column_names:
        if pa.types.is_string(holdout.schema.field(name).type):
            for role, table in found.items():
                if role != "val":
                    keep &= pc.is_in(holdout[name], pc.unique(table[name])).to_numpy()
    return holdout.take(np.flatnonzero(keep))


def ours(paths: dict[str, Path], synthetic: str, target: str, depth: str, codes: str) -> Cost:
    files = [str(paths[name]) for name in ("trn", synthetic, "val")]
    return measure_command([sys.executable, "-c", OURS, *files, target, depth, codes])


def peer(paths: dict[str, Path], synthetic: str, target: str, program: str, python: str) -> Cost:
    files = [str(paths[name]) for name in ("trn", synthetic, "val")]
    script = str(HERE / "utility_peers.py")
    command = [python, script, program, *files, target]
    return measure_command(command, is_fragile=True, limit_seconds=PEER_LIMIT)


def told(cost: Cost) -> str:
    """Answer of a program in a few words."""
    if cost.seconds is None:
        return cost.note
    found: dict[str, Any] = json.loads(cost.note)
    if "status" not in found:
        return ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    if found["value"] is None:
        return str(found["status"])
    interval = f"({found['low']:.3f} to {found['high']:.3f})"
    return f"{found['value']:.3f} {interval}, real {found['reference']:.3f}: {found['status']}"


def compare(kind: str, paths: dict[str, Path], python: str | None) -> str:
    """Tables of cost and of answers, each program on each synthetic table."""
    target = TARGET_OF[kind]
    synthetic = [name for name in paths if name not in ("trn", "val")]
    costs: dict[str, list[Cost]] = {}
    for name in synthetic:
        runs = {
            f"synth_eval, {CODES}": lambda n=name: ours(paths, n, target, "standard", CODES),
            "synth_eval, the same with --fast": lambda n=name: ours(
                paths, n, target, "fast", CODES
            ),
            "synth_eval, U001 alone": lambda n=name: ours(paths, n, target, "standard", "U001"),
        }
        for metric in SDMETRICS:
            runs[f"SDMetrics, {SDMETRICS[metric]}"] = lambda n=name, m=metric: peer(
                paths, n, target, m, sys.executable
            )
        if python:
            runs["syntheval, cls_acc (two models)"] = lambda n=name: peer(
                paths, n, target, "syntheval", python
            )
        for program, start in runs.items():
            cost = start()
            costs.setdefault(program, []).append(cost)
            print(f"{name}, {program}: {cost.seconds} CPU s, {told(cost)}", flush=True)
    return _table(synthetic, costs)


def _table(synthetic: list[str], costs: dict[str, list[Cost]]) -> str:
    base = _mean(next(iter(costs.values())))
    lines = [
        f"| program | CPU s | x synth_eval | {' | '.join(synthetic)} |",
        "| --- " * (3 + len(synthetic)) + "|",
    ]
    for program, found in costs.items():
        mean = _mean(found)
        seconds = "" if mean is None else f"{mean:.1f}"
        ratio = "" if mean is None or base is None else f"{mean / base:.2f}"
        answers = " | ".join(told(cost) for cost in found)
        lines.append(f"| {program} | {seconds} | {ratio} | {answers} |")
    return "\n".join(lines)


def _mean(costs: list[Cost]) -> float | None:
    seconds = [cost.seconds for cost in costs if cost.seconds is not None]
    return sum(seconds) / len(seconds) if seconds else None


def scaling(folder: Path, sizes: tuple[int, ...]) -> str:
    """CPU seconds over rows of every table, up to and beyond the cap of 50,000."""
    from synth_eval.demo import simulated_table

    lines = ["| rows of each table | CPU s |", "| --- | --- |"]
    folder.mkdir(parents=True, exist_ok=True)
    for rows in sizes:
        paths = {}
        for seed, name in enumerate(("trn", "syn", "val")):
            paths[name] = folder / f"scaling_{rows}_{name}.parquet"
            pq.write_table(simulated_table(rows, seed=seed), paths[name])
        cost = ours(paths, "syn", "approved", "standard", CODES)
        lines.append(f"| {rows:,} | {cost.seconds:.1f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small generated table, no README")
    parser.add_argument("--syntheval", metavar="PYTHON", help="interpreter that has syntheval")
    parser.add_argument("--tables", nargs="+", help="synthetic tables; default: all there are")
    parser.add_argument("--cache", type=Path, default=HERE / ".cache", help="folder of the tables")
    parser.add_argument("--no-write", action="store_true", help="leave the README as it is")
    chosen = parser.parse_args(arguments)
    kind, paths = tables(chosen.cache, chosen.quick)
    if not chosen.syntheval:
        print("syntheval is left out: --syntheval names no interpreter that has it")
    if chosen.tables:
        paths = {name: paths[name] for name in ("trn", "val", *chosen.tables)}
    rows = {name: pq.read_metadata(path).num_rows for name, path in paths.items()}
    sizes = QUICK_SIZES if chosen.quick else SIZES
    text = (
        f"Measured {time.strftime('%Y-%m-%d')} with `python benchmarks/utility.py` on "
        f"{os.cpu_count()} CPUs. {kind}: {rows['trn']:,} real rows, {rows['val']:,} of the "
        "holdout; CPU seconds are means over the synthetic tables. Ours are areas under the "
        "curve with their interval, that of as many real rows and the status of U001; "
        "SDMetrics' are F1 scores, syntheval's differences of F1 to real training rows.\n\n"
        f"{compare(kind, paths, chosen.syntheval)}\n\n"
        f"Cost over rows, generated tables, {CODES}:\n\n{scaling(chosen.cache, sizes)}"
    )
    print(f"\n{text}")
    if not (chosen.quick or chosen.no_write):
        write_readme(text, MARKS)


if __name__ == "__main__":
    main()
