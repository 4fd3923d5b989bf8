"""Which word privacy gets for fresh rows, for leaks and for copies, by table and number of rows.

    python benchmarks/privacy_power.py                       # all tables, 1,000 to 20,000 rows
    python benchmarks/privacy_power.py --tables patients --rows 300 1000 --splits 5

A table is dealt at random into real, holdout and fresh rows of equal number, anew for every
split. A leak is fresh rows of which a share is replaced by real ones; a copy is the real table in
another order; noisy ones have every number moved by a hundredth of its standard deviation
and one level in twenty drawn anew. Printed are the shares of the words over the splits and, for
fresh rows, what each check said, so that the share of false alarms, of what could not be told
and of what was missed can be read beside each other.

Published tables are taken from the folder in SYNTH_EVAL_TEST_DATA and left out where there is
none; simulated ones need nothing. Each run is a second of one processor at 1,000 rows and about
ten at 20,000.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from synth_eval.data.load import load
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import verdicts

ROWS = (1_000, 3_000, 10_000, 20_000)
FAULTS = ("fresh", "leak 5 %", "noisy leak 5 %", "copy", "noisy copy")
LEAKED = 0.05
MOVED = 0.01
REDRAWN = 0.05

PUBLISHED = {
    "adult": ("mostly2023/adult_trn.csv.gz", "mostly2023/adult_val.csv.gz"),
    "bank": ("platzer2021/bank-marketing_trn.csv.gz", "platzer2021/bank-marketing_val.csv.gz"),
    "spaceship": (
        "syntheval_bench/space_titanic_train.csv.gz",
        "syntheval_bench/space_titanic_test.csv.gz",
    ),
    "hepatitis": ("hepatitis11/hepatitis_train.csv.gz", "hepatitis11/hepatitis_test.csv.gz"),
    "diabetes": (
        "syntheval_bench/diabetes_train.csv.gz",
        "syntheval_bench/diabetes_test.csv.gz",
    ),
}


def patients(rng: np.random.Generator, rows: int) -> pa.Table:
    """Mixed kinds: whole numbers, money, many levels, a column that follows from another."""
    age = rng.integers(18, 90, rows)
    return pa.table(
        {
            "age": age,
            "pay": rng.lognormal(10, 1, rows).round(2),
            "height": rng.normal(170, 10, rows).round(1),
            "town": rng.choice([f"town {place}" for place in range(40)], rows),
            "retired": np.where(age > 66, "yes", "no"),
            "ill": rng.choice(["yes", "no"], rows, p=[0.4, 0.6]),
        }
    )


def normal(rng: np.random.Generator, rows: int) -> pa.Table:
    """Six dependent normal columns."""
    mix = np.tril(np.full((6, 6), 0.5)) + 0.5 * np.eye(6)
    values = rng.normal(size=(rows, 6)) @ mix
    return pa.table({f"x{place}": column for place, column in enumerate(values.T)})


def coarse(rng: np.random.Generator, rows: int) -> pa.Table:
    """Eight columns of few levels: chance repeats many rows."""
    return pa.table(
        {
            f"answer {place}": rng.choice([f"a{level}" for level in range(2 + place)], rows)
            for place in range(8)
        }
    )


def gaps(rng: np.random.Generator, rows: int) -> pa.Table:
    """Zeros, heavy tails, missing cells and dates."""
    spent = np.where(rng.random(rows) < 0.7, 0.0, rng.pareto(1.5, rows).round(2))
    size = np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows).round(3))
    days = rng.integers(0, 3_000, rows).astype("datetime64[D]")
    kind = rng.choice(["a", "b", "c", "d"], rows, p=[0.7, 0.2, 0.07, 0.03])
    return pa.table(
        {
            "spent": spent,
            "size": pa.array(size, from_pandas=True),
            "seen": pa.array(days),
            "kind": kind,
            "visits": rng.poisson(2.0, rows),
        }
    )


SIMULATED: dict[str, Callable[[np.random.Generator, int], pa.Table]] = {
    "patients": patients,
    "normal": normal,
    "coarse": coarse,
    "gaps": gaps,
}


@dataclass(frozen=True)
class Outcome:
    """What privacy said of one synthetic table."""

    table: str
    rows: int
    fault: str
    split: int
    word: str
    statuses: dict[str, str]


def published(name: str) -> pa.Table | None:
    """All real rows of a published table, None where there is no folder of them."""
    folder = os.environ.get("SYNTH_EVAL_TEST_DATA")
    if not folder or not all((Path(folder) / part).is_file() for part in PUBLISHED[name]):
        return None
    parts = [pa.csv.read_csv(Path(folder) / part) for part in PUBLISHED[name]]
    return pa.concat_tables([part.cast(parts[0].schema) for part in parts])


def dealt(name: str, rows: int, split: int) -> tuple[pa.Table, pa.Table, pa.Table] | None:
    """Real, holdout and fresh rows; as many as there are where a published table has fewer."""
    rng = np.random.default_rng([split, 0xDEA1])
    if name in SIMULATED:
        whole = SIMULATED[name](rng, 3 * rows)
    else:
        found = published(name)
        if found is None:
            return None
        whole = found.take(rng.permutation(found.num_rows))
    each = min(rows, whole.num_rows // 3)
    return whole.slice(0, each), whole.slice(each, each), whole.slice(2 * each, each)


def spoiled(fault: str, real: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """A synthetic table with the fault."""
    order = rng.permutation(real.num_rows)
    if fault == "fresh":
        return fresh
    if "leak" in fault:
        leaked = round(LEAKED * fresh.num_rows)
        rows = real.take(order[:leaked])
        return pa.concat_tables(
            [fresh.slice(leaked), _noisy(rows, rng) if fault.startswith("noisy") else rows]
        )
    table = real.take(order)
    return table if fault == "copy" else _noisy(table, rng)


def _noisy(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    for place, field in enumerate(table.schema):
        column = table.column(place).combine_chunks()
        if pa.types.is_floating(field.type) or pa.types.is_integer(field.type):
            values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
            moved = values + MOVED * np.nanstd(values) * rng.normal(size=len(values))
            if pa.types.is_integer(field.type):
                moved = np.rint(moved)
            cells = pa.array(moved, from_pandas=True).cast(field.type, safe=False)
        else:
            drawn = column.take(rng.permutation(len(column)))
            cells = pa.compute.if_else(pa.array(rng.random(len(column)) < REDRAWN), drawn, column)
        table = table.set_column(place, field, cells)
    return table


def outcome(name: str, rows: int, fault: str, split: int) -> Outcome | None:
    """Deal, spoil and judge once."""
    parts = dealt(name, rows, split)
    if parts is None:
        return None
    real, holdout, fresh = parts
    synthetic = spoiled(fault, real, fresh, np.random.default_rng([split, 0xFA]))
    found: list[Result] = run(
        load(real, synthetic, holdout), config=Config(seed=split), select_checks=["P"]
    )
    statuses = {result.code: str(result.status) for result in found}
    word = str(verdicts(found)["privacy"].word)
    return Outcome(name, real.num_rows, fault, split, word, statuses)


def outcomes(
    tables: list[str], rows: list[int], faults: list[str], splits: int
) -> Iterator[Outcome]:
    """Every combination; a number of rows that a published table lacks is judged once."""
    for name in tables:
        sizes = set()
        for size in rows:
            parts = dealt(name, size, 0)
            if parts is None or parts[0].num_rows in sizes:
                continue
            sizes.add(parts[0].num_rows)
            for fault in faults:
                for split in range(splits):
                    found = outcome(name, size, fault, split)
                    if found is not None:
                        yield found


def table_of(found: list[Outcome]) -> list[str]:
    """Lines of a table: the words for each table, number of rows and fault."""
    groups: dict[tuple[str, int, str], list[Outcome]] = {}
    for one in found:
        groups.setdefault((one.table, one.rows, one.fault), []).append(one)
    lines = ["| table | rows | fault | words | checks that did not pass |", "|---|---|---|---|---|"]
    for (name, rows, fault), group in groups.items():
        words = Counter(one.word for one in group)
        said = Counter(
            f"{code} {status}"
            for one in group
            for code, status in one.statuses.items()
            if status not in (str(Status.PASS), str(Status.NOT_APPLICABLE))
        )
        cells = (
            ", ".join(f"{word} {count}" for word, count in words.most_common()),
            ", ".join(f"{what} {count}" for what, count in sorted(said.items())),
        )
        lines.append(f"| {name} | {rows:,} | {fault} | {cells[0]} | {cells[1]} |")
    return lines


def main() -> None:
    """Judge, print, and write every outcome where a file is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*SIMULATED, *PUBLISHED]
    parser.add_argument("--tables", nargs="*", choices=names, default=names)
    parser.add_argument("--rows", nargs="*", type=int, default=list(ROWS))
    parser.add_argument("--faults", nargs="*", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--also", type=Path, help="file for the outcomes, one JSON line each")
    words = parser.parse_args()
    found = []
    for one in outcomes(words.tables, words.rows, words.faults, words.splits):
        found.append(one)
        if words.also:
            with words.also.open("a") as lines:
                lines.write(json.dumps(one.__dict__) + "\n")
    print("\n".join(table_of(found)))
    for fault in words.faults:
        said = Counter(one.word for one in found if one.fault == fault)
        print(f"{fault}: " + ", ".join(f"{word} {count}" for word, count in said.most_common()))


if __name__ == "__main__":
    main()
