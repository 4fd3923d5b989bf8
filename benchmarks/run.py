"""Measure synth_eval, the floor and SDMetrics side by side and write the table into the README.

CPU seconds and peak memory of whole processes, from start to end, so that imports and
reading count; the median of three runs that take turns. Needs a Unix system.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tables import SHAPES, Shape, write_pair

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
MARKS = ("<!-- measured -->", "<!-- /measured -->")

DEFAULT = ("10k x 16", "100k x 16", "1M x 16", "20k x 200")
QUICK = ("10k x 16",)
PEER_CELLS = 16_000_000
"""Largest table given to SDMetrics."""
LONG_SECONDS = 60
"""A program that takes longer is run once."""
LIMIT_SECONDS = 480

PROGRAMS = {"floor": "floor.py", "synth_eval": "ours.py", "SDMetrics": "peer.py"}


@dataclass(frozen=True)
class Cost:
    """What one process used; no seconds where it was stopped or not started."""

    seconds: float | None
    peak_mib: float = 0.0
    note: str = ""


def measure(program: str, paths: tuple[Path, Path]) -> Cost:
    """Cost of a program on a pair of tables."""
    return measure_command([sys.executable, str(HERE / PROGRAMS[program]), *map(str, paths)])


def measure_command(
    command: list[str], is_fragile: bool = False, limit_seconds: int = LIMIT_SECONDS
) -> Cost:
    """CPU seconds, of all threads and children, and peak memory of one process.

    What it prints last is the note; a fragile one may fail, its complaint is the note then.
    """
    environment = os.environ | {
        "PYTHONPATH": str(HERE.parent),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit_seconds, limit_seconds))

    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        preexec_fn=limit,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    said, complaint = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = usage.ru_utime + usage.ru_stime
    if process.returncode < 0:
        return Cost(None, note=f"stopped after {seconds:.0f} CPU s")
    if process.returncode and is_fragile:
        return Cost(None, note=f"failed: {complaint.strip().splitlines()[-1][:160]}")
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{complaint[-2_000:]}")
    divisor = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(seconds, usage.ru_maxrss / divisor, said.strip().splitlines()[-1] if said else "")


def compare(shape: Shape, folder: Path, repeats: int, peer: bool) -> dict[str, Cost]:
    """Median cost of every program on one pair of tables."""
    paths = write_pair(shape, folder)
    runs: dict[str, list[Cost]] = {}
    for turn in range(repeats):
        for program in PROGRAMS:
            known = runs.setdefault(program, [])
            if known and (known[0].seconds is None or known[0].seconds > LONG_SECONDS):
                continue
            reason = skip(shape, peer) if program == "SDMetrics" else ""
            cost = Cost(None, note=reason) if reason else measure(program, paths)
            known.append(cost)
            shown = cost.note if cost.seconds is None else f"{cost.seconds:.2f} CPU s"
            print(f"{shape.name}, turn {turn + 1}, {program}: {shown}", flush=True)
    return {program: middle(costs) for program, costs in runs.items()}


def skip(shape: Shape, peer: bool) -> str:
    """Why SDMetrics is not run on a table."""
    if not peer:
        return "not asked for"
    if shape.rows * len(shape.forms) > PEER_CELLS:
        return f"not run above {PEER_CELLS:,} cells"
    return ""


def middle(costs: list[Cost]) -> Cost:
    seconds = [cost.seconds for cost in costs if cost.seconds is not None]
    if len(seconds) < len(costs):
        return next(cost for cost in costs if cost.seconds is None)
    return Cost(median(seconds), median(cost.peak_mib for cost in costs), costs[0].note)


def table(measured: dict[str, dict[str, Cost]]) -> str:
    """Medians and ratios as a Markdown table."""
    lines = [
        "| table | floor, CPU s | synth_eval, CPU s | x floor | peak, MiB | SDMetrics, CPU s "
        "| x synth_eval |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, costs in measured.items():
        floor, ours, peer = (costs[program] for program in PROGRAMS)
        assert floor.seconds is not None
        assert ours.seconds is not None
        theirs = peer.note if peer.seconds is None else f"{peer.seconds:.1f} ({peer.note})"
        ratio = "" if peer.seconds is None else f"{peer.seconds / ours.seconds:.1f}"
        lines.append(
            f"| {name} | {floor.seconds:.2f} | {ours.seconds:.2f} "
            f"| {ours.seconds / floor.seconds:.2f} | {ours.peak_mib:,.0f} | {theirs} | {ratio} |"
        )
    return "\n".join(lines)


def write_readme(text: str, marks: tuple[str, str] = MARKS) -> None:
    """Put a text between two marks of the README."""
    before, _, rest = README.read_text(encoding="utf-8").partition(marks[0])
    after = rest.partition(marks[1])[2]
    README.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{after}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smallest table, one run, no peer")
    parser.add_argument(
        "--tables", nargs="+", choices=SHAPES, help="default: " + ", ".join(DEFAULT)
    )
    parser.add_argument("--repeats", type=int, help="runs of each program (default: 3)")
    parser.add_argument("--no-peer", action="store_true", help="leave SDMetrics out")
    parser.add_argument("--cache", type=Path, default=HERE / ".cache", help="folder of the tables")
    parser.add_argument("--no-write", action="store_true", help="leave the README as it is")
    chosen = parser.parse_args(arguments)
    names = chosen.tables or (QUICK if chosen.quick else DEFAULT)
    repeats = chosen.repeats or (1 if chosen.quick else 3)
    peer = not (chosen.quick or chosen.no_peer)
    measured = {name: compare(SHAPES[name], chosen.cache, repeats, peer) for name in names}
    text = (
        f"Medians of {repeats}, measured {time.strftime('%Y-%m-%d')} with "
        f"`python benchmarks/run.py` on {os.cpu_count()} CPUs.\n\n{table(measured)}"
    )
    print(f"\n{text}")
    if not (chosen.quick or chosen.no_write):
        write_readme(text)


if __name__ == "__main__":
    main()
