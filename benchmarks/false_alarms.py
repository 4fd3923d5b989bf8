"""How often perfect synthetic data is refused: fresh real rows in the place of synthetic ones.

Every table is dealt at random into three parts of n rows: real, holdout, "synthetic". What is
said against the third is a false alarm. One JSON line per run goes to a file; runs that it
holds are not run again, so the study can be stopped, continued and split among processes.

    python benchmarks/real_tables.py --fetch
    python benchmarks/false_alarms.py --splits 20 --jobs 2
    python benchmarks/false_alarms.py --tables adult "levels n" --sizes 300 1000 --splits 5
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from families import FAMILIES
from real_tables import TABLES, markdown
from run_log import (
    add_arguments,
    chosen_tables,
    codes_of,
    complete,
    crashes,
    evaluation,
    records,
    triple,
    write_between,
)

from synth_eval.stats.intervals import clopper_pearson, wilson

__all__ = ["keys", "summary", "work"]

PAGE = Path(__file__).resolve().parent.parent / "docs" / "false_alarms.md"
SIZES = (150, 300, 1_000, 3_000, 10_000)
WORDS = ("GO", "GO WITH LIMITS", "CANNOT TELL", "NO-GO")
STATUSES = ("pass", "warn", "fail", "inconclusive", "not_applicable", "error")
MOST_PER_TABLE = 0.10
"""No table may have more false NO-GO than this in a dimension."""
MOST_PER_DIMENSION = 0.05
"""Nor may all of them together."""

Record = Mapping[str, Any]


def sizes_of(name: str, sizes: Sequence[int]) -> list[int]:
    """Those sizes that a table has rows for; a third of it where it has for none."""
    most = FAMILIES[name].most if name in FAMILIES else TABLES[name].shape[0] // 3
    return [size for size in sizes if size <= most] or [min(most, *sizes)]


def keys(
    tables: Iterable[str], sizes: Sequence[int], splits: int, depth: str, ignore: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """What tells one run from another; first splits of all tables come first."""
    tables = list(tables)
    for split in range(splits):
        for size in sorted(sizes):
            for name in tables:
                if size in sizes_of(name, sizes):
                    yield _key(name, size, split, depth, ignore)
        for name in tables:  # too small for any of the sizes
            for size in set(sizes_of(name, sizes)) - set(sizes):
                yield _key(name, size, split, depth, ignore)


def _key(name: str, rows: int, split: int, depth: str, ignore: Sequence[str]) -> dict[str, Any]:
    return {
        "table": name, "rows": rows, "split": split, "depth": depth, "ignore": sorted(ignore),
    }  # fmt: skip


def work(key: Record) -> dict[str, Any] | None:
    """One run."""
    words = [key["split"], key["rows"], zlib.crc32(key["table"].encode())]
    dealt = triple(key["table"], key["rows"], np.random.default_rng(words))
    return dealt and evaluation(*dealt, key)


def share(count: int, runs: int) -> str:
    """A rate with its interval, in percent: exact for few runs."""
    if not runs:
        return ""
    found = (clopper_pearson if runs < 40 else wilson)(count, runs)
    value, low, high = (100 * number for number in found)
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def summary(runs: Sequence[Record]) -> str:
    """Everything measured, as Markdown."""
    broken = crashes(runs)
    runs = [run for run in runs if "verdicts" in run]
    if not runs:
        return "Nothing was measured yet."
    told = Counter(run["depth"] for run in runs)
    parts = [
        f"{len(runs):,} runs on {len({run['table'] for run in runs})} tables and families, "
        f"depth {', '.join(f'{depth} ({count})' for depth, count in told.items())}, "
        f"written {time.strftime('%Y-%m-%d')}. {codes_of(runs)} Percent of runs, with 95 % "
        "intervals.",
        _asked(runs),
        "### Verdicts", _words(runs, "all", lambda _: "all"),
        "### Verdicts by rows", _words(runs, "rows", _band),
        "### Tables with false NO-GO", _tables(runs),
        "### Table by table", _by_table(runs),
        "### Checks", _checks(runs),
        "### Runs that ended in an exception", broken,
    ]  # fmt: skip
    return "\n\n".join(parts)


def _asked(runs: Sequence[Record]) -> str:
    """Whether false NO-GO are as few as is asked, dimension by dimension."""
    parts = []
    for dimension in runs[0]["verdicts"]:
        told = [run["verdicts"][dimension] for run in runs if dimension in run["verdicts"]]
        rate = told.count("NO-GO") / len(told)
        word = "kept" if rate <= MOST_PER_DIMENSION else "**not kept**"
        parts.append(f"{dimension} {rate:.1%} ({word})")
    return f"False NO-GO, at most {MOST_PER_DIMENSION:.0%} asked: {', '.join(parts)}."


def _words(runs: Sequence[Record], title: str, group: Any) -> str:
    counts: dict[tuple[Any, str], Counter[str]] = defaultdict(Counter)
    for run in runs:
        for dimension, word in run["verdicts"].items():
            counts[group(run), dimension][word] += 1
    lines = [
        f"| {title} | dimension | runs | {' | '.join(WORDS)} |",
        f"| --- | --- | --- |{' --- |' * len(WORDS)}",
    ]
    order = list(runs[0]["verdicts"])
    for (which, dimension), found in sorted(
        counts.items(), key=lambda entry: (entry[0][0], order.index(entry[0][1]))
    ):
        total = found.total()
        cells = " | ".join(share(found[word], total) for word in WORDS)
        lines.append(f"| {which} | {dimension} | {total} | {cells} |")
    return "\n".join(lines)


def _band(run: Record) -> str:
    """Rows of each of the three tables, in words that sort."""
    bands = [(150, "1) below 150"), (300, "2) 150 to 299"), (1_000, "3) 300 to 999"),
             (3_000, "4) 1,000 to 2,999"), (10_000, "5) 3,000 to 9,999")]  # fmt: skip
    return next((name for end, name in bands if run["rows"] < end), "6) 10,000 and more")


def _tables(runs: Sequence[Record]) -> str:
    """One line for each table and dimension with a false NO-GO, and the checks behind it."""
    totals: Counter[tuple[str, str]] = Counter()
    refused: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    no_go: Counter[tuple[str, str]] = Counter()
    for run in runs:
        for dimension, word in run["verdicts"].items():
            cell = run["table"], dimension
            totals[cell] += 1
            if word == "NO-GO":
                no_go[cell] += 1
                refused[cell].update(
                    code
                    for code, status in run["statuses"].items()
                    if status == "fail" and run["dimensions"][code] == dimension
                )
    if not no_go:
        return "None."
    over = sum(count / totals[cell] > MOST_PER_TABLE for cell, count in no_go.items())
    lines = [
        f"{len({table for table, _ in no_go})} of {len({run['table'] for run in runs})} tables "
        f"had one; {over} cells are above {MOST_PER_TABLE:.0%}.", "",
        "| table | dimension | NO-GO | of | failed checks |", "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for cell, count in sorted(no_go.items(), key=lambda entry: -entry[1] / totals[entry[0]]):
        checks = ", ".join(f"{code} ({times})" for code, times in refused[cell].most_common())
        lines.append(f"| {cell[0]} | {cell[1]} | {count} | {totals[cell]} | {checks} |")
    return "\n".join(lines)


def _by_table(runs: Sequence[Record]) -> str:
    """One line per table and size, one cell per dimension: counts of the words."""
    counts: dict[tuple[str, int], dict[str, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    for run in runs:
        for dimension, word in run["verdicts"].items():
            counts[run["table"], run["rows"]][dimension][word] += 1
    order = list(runs[0]["verdicts"])
    lines = [
        f"Cells: {' / '.join(WORDS)}.", "", f"| table | rows | {' | '.join(order)} |",
        f"| --- | --- |{' --- |' * len(order)}",
    ]  # fmt: skip
    for (name, rows), found in sorted(counts.items()):
        cells = " | ".join(" / ".join(str(found[d][word]) for word in WORDS) for d in order)
        lines.append(f"| {name} | {rows:,} | {cells} |")
    return "\n".join(lines)


def _checks(runs: Sequence[Record]) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for run in runs:
        for code, status in run["statuses"].items():
            counts[code][status] += 1
    lines = [
        f"| check | runs | {' | '.join(STATUSES)} |", f"| --- | --- |{' --- |' * len(STATUSES)}",
    ]  # fmt: skip
    for code, found in counts.items():
        if found["not_applicable"] == found.total():
            continue
        cells = " | ".join(
            share(found[status], found.total()) if found[status] else "0" for status in STATUSES
        )
        lines.append(f"| {code} | {found.total()} | {cells} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_arguments(parser, "false_alarms.jsonl")
    parser.add_argument("--splits", type=int, default=20, help="random deals of each table")
    options = parser.parse_args(arguments)
    if not options.no_run:
        tables = chosen_tables(options.tables)
        sizes = options.sizes or SIZES
        complete(keys(tables, sizes, options.splits, options.depth, options.ignore), work, options)
    text = summary(records(options.log))
    if not options.no_write:
        write_between(PAGE, text)
        write_between(PAGE, markdown(), "tables")
    print(f"\n{text}")


if __name__ == "__main__":
    main()
