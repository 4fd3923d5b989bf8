"""Which planted faults are seen, of which size, on which table, from how many rows.

Fresh real rows with one fault take the place of the synthetic table; the fault declares which
dimension should tell of it and which column it should name (`faults.py`). One JSON line per
run goes to a file; runs that it holds are not run again, so the study can be stopped,
continued and split among processes.

    python benchmarks/real_tables.py --fetch
    python benchmarks/power.py --jobs 2
    python benchmarks/power.py --tables adult rules --sizes 1000 --faults "lost level" copies
"""

from __future__ import annotations

import argparse
import re
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from false_alarms import sizes_of
from faults import FAULTS, Scene, plant
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

__all__ = ["OUTCOMES", "keys", "outcome", "summary", "work"]

PAGE = Path(__file__).resolve().parent.parent / "docs" / "power.md"
SIZES = (300, 1_000, 3_000)
TESTED = ("adult", "bikeshare", "nhefs", "wage", "light_chains", "diamonds", "zero inflated",
          "gaps", "rules", "people")  # fmt: skip
"""Tables and families of the page: numbers and levels, zeros, gaps, rules, a target."""
OUTCOMES = ("caught", "limits only", "other reason", "cannot tell", "missed")

Record = Mapping[str, Any]


def keys(
    tables: Iterable[str],
    sizes: Sequence[int],
    faults: Iterable[str],
    splits: int,
    depth: str,
    ignore: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """What tells one run from another; all faults once come first."""
    tables, faults = list(tables), list(faults)
    for split in range(splits):
        for name in tables:
            for rows in sizes_of(name, sizes):
                for fault in faults:
                    for severity in FAULTS[fault].severities:
                        yield {
                            "table": name, "rows": rows, "fault": fault, "severity": severity,
                            "split": split, "depth": depth, "ignore": sorted(ignore),
                        }  # fmt: skip


def work(key: Record) -> dict[str, Any] | None:
    """One run; None where the table has no place for the fault."""
    words = [key["split"], key["rows"], zlib.crc32(key["table"].encode())]
    dealt = triple(key["table"], key["rows"], np.random.default_rng(words))
    if dealt is None:
        return None
    (real, holdout, fresh), roles = dealt
    fault = FAULTS[key["fault"]]
    seed = [*words, zlib.crc32(fault.name.encode())]
    scene = Scene(real, fresh, roles.get("target", ""), roles.get("entity", ""), seed)
    planted = plant(fault, scene, key["severity"])
    if planted is None:
        return None
    found = evaluation((real, holdout, planted.table), roles, key)
    found["columns"] = list(planted.columns)
    found["outcome"] = outcome(fault.dimensions, planted.columns, found)
    return found


def outcome(dimensions: Sequence[str], columns: Sequence[str], found: Record) -> str:
    """What became of a fault, one of `OUTCOMES`.

    Caught: NO-GO in a right dimension, and one of its failed checks names a column of the fault
    among its worst three items. Limits only: GO WITH LIMITS there, with the name. Other reason:
    refused, but in another dimension, or limits without the name. Cannot tell: neither, and a
    right dimension says so. Missed: GO.

    Examples
    --------
    >>> found = {"verdicts": {"fidelity": "NO-GO"}, "statuses": {"F002": "fail"},
    ...          "dimensions": {"F002": "fidelity"}, "named": {"F002": [["age"]]}}
    >>> outcome(["fidelity"], ["age"], found), outcome(["fidelity"], ["sex"], found)
    ('caught', 'other reason')
    """
    words = {name: found["verdicts"].get(name) for name in dimensions}
    for word, statuses, told in (
        ("NO-GO", ("fail",), "caught"), ("GO WITH LIMITS", ("fail", "warn"), "limits only"),
    ):  # fmt: skip
        right = [name for name, given in words.items() if given == word]
        names = [
            name
            for code, items in found["named"].items()
            if found["dimensions"][code] in right and found["statuses"][code] in statuses
            for item in items
            for name in item
        ]
        # Privacy is GO WITH LIMITS at best where nothing is proved: that is no alarm.
        alarmed = any(
            found["dimensions"][code] in right and found["statuses"][code] in statuses
            for code in found["named"]
        )
        if alarmed and (not columns or any(_tells(name, columns) for name in names)):
            return told
    limited = [name for name, word in words.items() if word == "GO WITH LIMITS"]
    alarms = {found["dimensions"][code] for code in found["named"]}
    if "NO-GO" in found["verdicts"].values() or alarms & set(limited):
        return "other reason"
    return "cannot tell" if "CANNOT TELL" in words.values() else "missed"


def _tells(name: str, columns: Sequence[str]) -> bool:
    """Whether a name is a column, or a rule that speaks of it."""
    return any(re.search(rf"(?<!\w){re.escape(column)}(?!\w)", name) for column in columns)


def summary(runs: Sequence[Record]) -> str:
    """Everything measured, as Markdown."""
    broken = crashes(runs)
    # As outcomes are told today, whatever a file of earlier runs says.
    runs = [
        {**run, "outcome": outcome(FAULTS[run["fault"]].dimensions, run["columns"], run)}
        for run in runs
        if "verdicts" in run and run["fault"] in FAULTS
    ]
    if not runs:
        return "Nothing was measured yet."
    sizes = sorted({run["rows"] for run in runs})
    parts = [
        f"{len(runs):,} runs on {', '.join(sorted({run['table'] for run in runs}))}; "
        f"depth {', '.join(sorted({run['depth'] for run in runs}))}, "
        f"written {time.strftime('%Y-%m-%d')}. {codes_of(runs)}",
        "### All faults", _counts(runs, sizes, "rows", lambda run: run["rows"]),
        "### Fault by fault", _by_fault(runs, sizes),
        "### Table by table", _counts(runs, sizes, "table", lambda run: run["table"]),
        "### Missed, at the largest size of the fault", _missed(runs),
        "### Runs that ended in an exception", broken,
    ]  # fmt: skip
    return "\n\n".join(parts)


def _counts(runs: Sequence[Record], _: Sequence[int], title: str, group: Any) -> str:
    counts: dict[Any, Counter[str]] = defaultdict(Counter)
    for run in runs:
        counts[group(run)][run["outcome"]] += 1
    lines = [
        f"| {title} | runs | {' | '.join(OUTCOMES)} |", f"| --- | --- |{' --- |' * len(OUTCOMES)}",
    ]  # fmt: skip
    for which, found in sorted(counts.items()):
        total = found.total()
        cells = " | ".join(f"{found[word]} ({found[word] / total:.0%})" for word in OUTCOMES)
        lines.append(f"| {which} | {total} | {cells} |")
    return "\n".join(lines)


def _by_fault(runs: Sequence[Record], sizes: Sequence[int]) -> str:
    """One line per fault and size, one cell per number of rows: counts of the outcomes."""
    counts: dict[tuple[str, float, int], Counter[str]] = defaultdict(Counter)
    for run in runs:
        counts[run["fault"], run["severity"], run["rows"]][run["outcome"]] += 1
    lines = [
        "Cells: caught / limits only / other reason / cannot tell / missed.", "",
        f"| fault | size | {' | '.join(f'{size:,} rows' for size in sizes)} |",
        f"| --- | --- |{' --- |' * len(sizes)}",
    ]  # fmt: skip
    for name, fault in FAULTS.items():
        for severity in fault.severities:
            found = [counts.get((name, severity, size)) for size in sizes]
            if any(found):
                cells = " | ".join(
                    " / ".join(str(cell[word]) for word in OUTCOMES) if cell else ""
                    for cell in found
                )
                lines.append(f"| {name} | {severity:g} {fault.what} | {cells} |")
    return "\n".join(lines)


def _missed(runs: Sequence[Record]) -> str:
    lost: dict[tuple[str, int], list[str]] = defaultdict(list)
    for run in runs:
        fault = FAULTS.get(run["fault"])
        if fault and run["severity"] == fault.severities[-1] and run["outcome"] == "missed":
            lost[run["fault"], run["rows"]].append(run["table"])
    if not lost:
        return "None."
    lines = ["| fault | rows | tables |", "| --- | --- | --- |"]
    lines += [
        f"| {fault} | {rows:,} | {', '.join(sorted(set(tables)))} |"
        for (fault, rows), tables in sorted(lost.items())
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_arguments(parser, "power.jsonl")
    parser.add_argument("--faults", nargs="+", choices=FAULTS, metavar="FAULT", help="default: all")
    parser.add_argument("--splits", type=int, default=1, help="random deals of each table")
    options = parser.parse_args(arguments)
    if not options.no_run:
        tables = chosen_tables(options.tables or TESTED)
        sizes, faults = options.sizes or SIZES, options.faults or list(FAULTS)
        wanted = keys(tables, sizes, faults, options.splits, options.depth, options.ignore)
        complete(wanted, work, options)
    text = summary(records(options.log))
    if not options.no_write:
        write_between(PAGE, text)
    print(f"\n{text}")


if __name__ == "__main__":
    main()
