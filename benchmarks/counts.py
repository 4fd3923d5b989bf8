"""CPU seconds and peak memory of every check that counts, in one process, check by check.

python benchmarks/counts.py "10M x 10"              # real against synthetic
python benchmarks/counts.py "1M x 16" --holdout     # and a holdout as large
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from tables import SHAPES, write_pair

import synth_eval as se
from synth_eval.judging.registry import available_checks
from synth_eval.judging.run import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", choices=list(SHAPES))
    parser.add_argument("--holdout", action="store_true", help="a holdout of as many rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synth-eval-bench-") as folder:
        shape = SHAPES[options.table]
        real, synthetic = write_pair(shape, Path(folder))
        holdout = write_pair(shape, Path(folder), seed=8)[0] if options.holdout else None
        measure(se.load(real, synthetic, holdout))


def measure(data: se.Data) -> None:
    """Run the checks one after the other and say after each what has been used."""
    has_holdout = data.holdout is not None
    names = [
        code
        for code, spec in available_checks().items()
        if spec.cost == "counts" and "target" not in spec.needs and code != "V003"
        and (has_holdout or "holdout" not in spec.needs)
    ]  # fmt: skip
    running: list[str] = []

    def step(done: int, total: int, label: str) -> None:
        if running:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
            print(f"{time.process_time():8.1f} CPU s {peak:8.0f} MiB  {running.pop()}", flush=True)
        running.append(label if done < total else "")

    results = run(data, select_checks=names, progress=step)
    print(f"{len(results)} checks: " + ", ".join(f"{r.code} {r.status}" for r in results))


if __name__ == "__main__":
    main()
