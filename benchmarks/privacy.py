"""Measure the search for closest records beside SDMetrics and Anonymeter; write the README.

50,000 synthetic rows against 24,421 training rows and 24,421 unseen ones, 15 columns: UCI
Adult where the published tables are at hand (folder in SYNTH_EVAL_TEST_DATA), else generated
tables of that size. Then one million rows of each. CPU seconds and peak memory of whole
processes. SDMetrics' time grows with the product of the rows; where it does not finish, its
cost per distance comes from a smaller run.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from run import HERE, Cost, measure_command, write_readme
from tables import SHAPES, Shape, write_pair

MARKS = ("<!-- measured: privacy -->", "<!-- /measured: privacy -->")
SIZES = (24_421, 50_000, 24_421)
SAMPLE = 2_000
MILLION = 1_000_000
COLUMNS = 15


@dataclass(frozen=True)
class Job:
    """One process: what it does, on how many synthetic rows, and how many distances that is."""

    name: str
    title: str
    rows: int
    distances: int


def adult(folder: Path) -> tuple[Path, Path, Path] | str:
    """Training, synthetic and holdout rows of Adult as Parquet, or why there are none."""
    source = os.environ.get("SYNTH_EVAL_TEST_DATA")
    if not source:
        return "SYNTH_EVAL_TEST_DATA names no folder of published tables"
    parts = ("trn", "synthpop", "val")
    files = [Path(source) / "mostly2023" / f"adult_{part}.csv.gz" for part in parts]
    if not all(file.is_file() for file in files):
        return f"no published tables in the folder {Path(source).name}"
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for part, file in zip(parts, files, strict=True):
        made.append(folder / f"adult_{part}.parquet")
        pq.write_table(pa.csv.read_csv(file), made[-1])
    return made[0], made[1], made[2]


def generated(folder: Path, sizes: tuple[int, int, int]) -> tuple[Path, Path, Path]:
    """Tables of these sizes: real and holdout are parts of one real table."""
    total = max(sizes[0] + sizes[2], sizes[1])
    shape = Shape(f"{total} x {COLUMNS}", total, SHAPES["1M x 16"].forms[:COLUMNS])
    whole, made = write_pair(shape, folder)
    paths = [folder / f"{role}-{sizes[0]}.parquet" for role in ("real", "synthetic", "holdout")]
    starts = ((whole, 0), (made, 0), (whole, sizes[0]))
    for path, (source, start), rows in zip(paths, starts, sizes, strict=True):
        if not path.is_file():
            pq.write_table(pq.read_table(source).slice(start, rows), path)
    return paths[0], paths[1], paths[2]


def interpreter(package: str) -> list[str] | str:
    """Words that start a Python with the package, or why there is none."""
    if importlib.util.find_spec(package):
        return [sys.executable]
    if shutil.which("uv"):
        uv = ["uv", "run", "--no-project", "--quiet", "--python", sys.executable]
        return [*uv, "--with", package, "--with", "pyarrow", "python"]
    return f"{package} is not installed, and neither is uv, which would fetch it"


def run_job(job: Job, paths: tuple[Path, Path, Path], limit: int) -> Cost:
    start = interpreter("anonymeter") if job.name == "anonymeter" else [sys.executable]
    if isinstance(start, str):
        return Cost(None, note=start)
    program = [str(HERE / "privacy_jobs.py"), job.name, str(job.rows), *map(str, paths)]
    if start[0] == "uv":  # fetched before anything is measured
        measure_command([*start, "-c", "import anonymeter.evaluators"])
    cost = measure_command([*start, *program], limit_seconds=limit)
    shown = cost.note if cost.seconds is None else f"{cost.seconds:.1f} CPU s, {cost.note}"
    print(f"{job.title}, {job.rows:,} synthetic rows: {shown}", flush=True)
    return cost


def jobs(sizes: tuple[int, int, int], quick: bool) -> list[Job]:
    real, synthetic, holdout = sizes
    sample = min(SAMPLE // 4 if quick else SAMPLE, real)
    overfitting, baseline = "SDMetrics DCROverfittingProtection", "SDMetrics DCRBaselineProtection"
    found = [
        Job("ours", "synth_eval", synthetic, synthetic * (real + holdout)),
        Job("overfitting", overfitting, sample, 2 * sample * sample),
        Job("baseline", baseline, sample, 2 * sample * sample),
    ]
    if not quick:
        found += [
            Job("anonymeter", "Anonymeter", sample, sample * (real + holdout)),
            Job("anonymeter", "Anonymeter", synthetic, synthetic * (real + holdout)),
            Job("overfitting", overfitting, synthetic, synthetic * (real + holdout)),
            Job("baseline", baseline, synthetic, 2 * synthetic * real),
        ]
    return found


def prediction(job: Job, measured: list[tuple[Job, Cost]]) -> float:
    """CPU seconds by the cost per distance of a smaller run of the same job; 0 without one."""
    for known, cost in measured:
        if known.name == job.name and cost.seconds is not None:
            return cost.seconds * job.distances / known.distances
    return 0.0


def table(measured: list[tuple[Job, Cost]]) -> str:
    """Costs, and costs per billion distances beside ours."""
    lines = [
        "| search | synthetic rows | CPU s | peak, MiB | CPU s per 10⁹ distances | x ours |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    own = None
    for job, cost in measured:
        if cost.seconds is None:
            lines.append(f"| {job.title} | {job.rows:,} | {cost.note} | | | |")
            continue
        each = cost.seconds / job.distances * 1e9
        own = own or each
        lines.append(
            f"| {job.title} | {job.rows:,} | {cost.seconds:.1f} ({cost.note}) "
            f"| {cost.peak_mib:,.0f} | {each:.2f} | {each / own:,.0f} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, no Anonymeter")
    parser.add_argument("--limit", type=int, default=480, help="CPU seconds of one process")
    parser.add_argument("--no-million", action="store_true", help="leave the million rows out")
    parser.add_argument("--cache", type=Path, default=HERE / ".cache", help="folder of the tables")
    parser.add_argument("--no-write", action="store_true", help="leave the README as it is")
    chosen = parser.parse_args(arguments)
    sizes = (SIZES[0] // 10, SIZES[1] // 10, SIZES[2] // 10) if chosen.quick else SIZES
    found = "quick run" if chosen.quick else adult(chosen.cache / "adult")
    what = "UCI Adult" if isinstance(found, tuple) else f"generated tables ({found})"
    paths = found if isinstance(found, tuple) else generated(chosen.cache / "search", sizes)
    costs: list[tuple[Job, Cost]] = []
    for job in jobs(sizes, chosen.quick):
        predicted = prediction(job, costs)
        too_long = Cost(None, note=f"not run: about {predicted:,.0f} CPU s by its smaller run")
        costs.append(
            (job, too_long if predicted > chosen.limit else run_job(job, paths, chosen.limit))
        )
    text = (
        f"Measured {time.strftime('%Y-%m-%d')} with `python benchmarks/privacy.py` on "
        f"{os.cpu_count()} CPUs: {what}, {sizes[1]:,} synthetic rows against {sizes[0]:,} training "
        f"and {sizes[2]:,} unseen rows, {COLUMNS} columns.\n\n{table(costs)}"
    )
    if not (chosen.quick or chosen.no_million):
        million = generated(chosen.cache / "million", (MILLION, MILLION, MILLION))
        cost = run_job(Job("blocked", "One million rows", MILLION, 1), million, chosen.limit)
        spent = cost.note if cost.seconds is None else f"{cost.seconds:.0f} CPU s ({cost.note})"
        text += (
            "\n\nOne million rows of each table, 5,000 synthetic rows against both sides and 5,000 "
            f"records of either kind against all synthetic rows: {spent}, peak "
            f"{cost.peak_mib:,.0f} MiB, reading included."
        )
    print(f"\n{text}")
    if not (chosen.quick or chosen.no_write):
        write_readme(text, MARKS)


if __name__ == "__main__":
    main()
