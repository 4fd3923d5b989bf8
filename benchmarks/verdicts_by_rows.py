"""Verdicts of the counting checks of fidelity by the size of the tables, for six faults and none.

A fault of one size should get one verdict at every size, or CANNOT TELL where the tables are too
small to show it. The page docs/verdicts.md holds what this prints.

    python benchmarks/verdicts_by_rows.py                       # the three families
    python benchmarks/verdicts_by_rows.py --rows 200 1000       # quick
    python benchmarks/verdicts_by_rows.py --write docs/verdicts.md

Tables: simulated numbers, simulated zero-inflated ones, and UCI Adult where the variable
``SYNTH_EVAL_TEST_DATA`` names its folder; on these the margins were set.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

import synth_eval as se
from synth_eval.judging.run import run
from synth_eval.judging.verdicts import verdicts

ROWS = (200, 1_000, 5_000, 20_000, 100_000)
SPLITS = 3
CODES = ["F001", "F002", "F004", "F005", "F007"]
MARKS = ("<!-- table -->", "<!-- /table -->")

Frame = dict[str, np.ndarray]
Fault = Callable[[Frame, np.random.Generator], Frame]


def numbers(rows: int, rng: np.random.Generator) -> Frame:
    """Three numbers, two of them related, and two columns of levels."""
    first = rng.normal(size=rows)
    second = 0.7 * first + 0.7 * rng.normal(size=rows)
    levels = rng.choice(list("abcdef"), rows, p=[0.4, 0.25, 0.15, 0.1, 0.07, 0.03])
    return {
        "main": first,
        "related": second,
        "other": rng.gamma(2.0, size=rows),
        "level": levels,
        "side": np.where(rng.random(rows) < 0.4, "left", "right"),
    }


def inflated(rows: int, rng: np.random.Generator) -> Frame:
    """As `numbers`, with four zeros in five of the first and a heavy tail of the third."""
    made = numbers(rows, rng)
    is_zero = rng.random(rows) < 0.8
    made["main"] = np.where(is_zero, 0.0, np.exp(made["main"]))
    made["other"] = rng.pareto(2.5, rows)
    return made


def adult(rows: int, rng: np.random.Generator) -> Frame:
    """Rows of UCI Adult, drawn without replacement from as many as there are."""
    folder = Path(os.environ["SYNTH_EVAL_TEST_DATA"]) / "mostly2023"
    parts = [pyarrow.csv.read_csv(folder / f"adult_{name}.csv.gz") for name in ("trn", "val")]
    table = pa.concat_tables(parts)
    if rows > table.num_rows:
        raise ValueError("adult has not so many rows")
    table = table.take(rng.choice(table.num_rows, rows, replace=False))
    chosen = {"main": "age", "related": "hours_per_week", "other": "capital_gain",
              "level": "education", "side": "sex"}  # fmt: skip
    frame = {}
    for name, source in chosen.items():
        column = table[source if source in table.schema.names else source.replace("_", "-")]
        frame[name] = np.asarray(column.combine_chunks().to_pylist())
    return {
        name: values.astype(float) if values.dtype.kind in "if" else values
        for name, values in frame.items()
    }


def shifted(share: float) -> Fault:
    """The first number moved by so many standard deviations."""
    return lambda made, _: made | {"main": made["main"] + share * made["main"].std()}


def shuffled(made: Frame, rng: np.random.Generator) -> Frame:
    """A column dealt anew: right by itself, unrelated to the others."""
    return made | {"related": rng.permutation(made["related"])}


def without_zeros(made: Frame, rng: np.random.Generator) -> Frame:
    """The most frequent value of the first number replaced by draws from the others."""
    values, counts = np.unique(made["main"], return_counts=True)
    most = values[counts.argmax()]
    others = made["main"][made["main"] != most]
    return made | {"main": np.where(made["main"] == most, rng.choice(others, len(made["main"])),
                                    made["main"])}  # fmt: skip


def without_a_level(made: Frame, rng: np.random.Generator) -> Frame:
    """The third most frequent level turned into draws from the others."""
    levels, counts = np.unique(made["level"], return_counts=True)
    gone = levels[np.argsort(-counts)[2]]
    others = made["level"][made["level"] != gone]
    return made | {"level": np.where(made["level"] == gone, rng.choice(others, len(made["level"])),
                                     made["level"])}  # fmt: skip


def widened(made: Frame, _: np.random.Generator) -> Frame:
    """The third number spread half as wide again around its median."""
    middle = np.median(made["other"])
    return made | {"other": middle + 1.5 * (made["other"] - middle)}


FAULTS: dict[str, Fault] = {
    "none": lambda made, _: made,
    "shift of .2 standard deviations": shifted(0.2),
    "shift of .5 standard deviations": shifted(0.5),
    "one column shuffled": shuffled,
    "most frequent value lost": without_zeros,
    "third level lost": without_a_level,
    "spread 1.5 times as wide": widened,
}
FAMILIES = {"simulated numbers": numbers, "zero-inflated": inflated, "adult": adult}
SHORT = {"GO": "GO", "GO WITH LIMITS": "LIMITS", "NO-GO": "NO-GO", "CANNOT TELL": "?"}


def word(family: str, fault: str, rows: int, split: int) -> str:
    """Verdict of fidelity over one split of fresh tables."""
    rng = np.random.default_rng([rows, split])
    drawn = FAMILIES[family](3 * rows, rng)
    parts = [{name: values[i::3] for name, values in drawn.items()} for i in range(3)]
    parts[1] = FAULTS[fault](parts[1], rng)
    data = se.load(*(pa.table(part) for part in parts))
    return SHORT[str(verdicts(run(data, select_checks=CODES))["fidelity"].word)]


def table_of(family: str, sizes: list[int], splits: int) -> list[str]:
    """Lines of a Markdown table: faults by rows."""
    lines = [f"| {family} | " + " | ".join(f"{rows:,}" for rows in sizes) + " |"]
    lines.append("|---|" + "---|" * len(sizes))
    for fault in FAULTS:
        cells = []
        for rows in sizes:
            try:
                found = Counter(word(family, fault, rows, split) for split in range(splits))
            except ValueError:
                cells.append("–")
                continue
            cells.append(", ".join(
                name if number == splits else f"{number} {name}"
                for name, number in found.most_common()
            ))  # fmt: skip
        lines.append(f"| {fault} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Print the tables, and put them into a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--families", nargs="+", default=list(FAMILIES))
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    lines: list[str] = []
    for family in options.families:
        print(family, flush=True)
        lines += [*table_of(family, options.rows, options.splits), ""]
    if options.write:
        page = options.write.read_text()
        start, end = (page.index(mark) for mark in MARKS)
        text = page[: start + len(MARKS[0])] + "\n" + "\n".join(lines) + page[end:]
        options.write.write_text(text)


if __name__ == "__main__":
    main()
