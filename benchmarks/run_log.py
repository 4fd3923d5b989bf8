"""Long studies in parts: one JSON line per run, runs that are in the file are not run again."""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from typing import Any

from families import FAMILIES, deal
from real_tables import TABLES, available, read

import synth_eval as se
from synth_eval.judging.results import Result

__all__ = [
    "CACHE",
    "Triple",
    "add_arguments",
    "chosen_tables",
    "codes_of",
    "complete",
    "crashes",
    "evaluation",
    "records",
    "triple",
    "write_between",
]

CACHE = Path(__file__).resolve().parent / ".cache"
Key = Mapping[str, Any]
Triple = tuple[Any, Any, Any]


def add_arguments(parser: argparse.ArgumentParser, log: str) -> None:
    """What both studies are asked for."""
    parser.add_argument("--tables", nargs="+", help="default: every table and family that is here")
    parser.add_argument("--sizes", nargs="+", type=int, help="rows of each of the three tables")
    parser.add_argument("--depth", default="standard", choices=("fast", "standard", "full"))
    parser.add_argument("--ignore", nargs="+", default=[], help="checks to leave out")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--part", default="1/1", help="k/n: every n-th run from the k-th")
    parser.add_argument("--most", type=int, help="stop after so many new runs")
    parser.add_argument("--log", type=Path, default=CACHE / log, help="JSON lines of the runs")
    parser.add_argument("--no-write", action="store_true", help="leave the page in docs as it is")
    parser.add_argument("--no-run", action="store_true", help="only write what the file holds")


def chosen_tables(names: Sequence[str] | None) -> list[str]:
    """Names of tables and families; unknown ones and those not fetched end the program."""
    if not names:
        return [*available(), *FAMILIES]
    for name in names:
        if name not in TABLES and name not in FAMILIES:
            raise SystemExit(f"no table {name!r}; there are {', '.join([*TABLES, *FAMILIES])}")
        if name in TABLES and not available([name]):
            raise SystemExit(f"{name} is not here: python benchmarks/real_tables.py --fetch")
    return list(names)


def triple(name: str, rows: int, rng: Any) -> tuple[Triple, dict[str, str]] | None:
    """Real, holdout and fresh rows of a table, and their roles; None where it has too few."""
    if name in FAMILIES:
        family = FAMILIES[name]
        if rows > family.most:
            return None
        # Entities have a random number of rows: some to spare, so that every part is full.
        table = family.draw(4 * rows if family.entity else 3 * rows, rng)
        target, entity = family.target, family.entity
    else:
        table, target, entity = read(name), TABLES[name].target, TABLES[name].entity
    parts = deal(table, rows, rng, entity)
    roles = {"target": target, "entity": entity}
    return parts and (parts, {role: column for role, column in roles.items() if column})


def evaluation(triple: Triple, roles: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """Evaluate; what is kept of it: words, statuses, and what did not pass by name."""
    real, holdout, synthetic = triple
    data = se.load(real, synthetic, holdout, **roles)
    found = se.evaluate(
        data, depth=key["depth"], seed=key["split"], ignore=list(key["ignore"]),
        reference_scores=False, progress=False,
    )  # fmt: skip
    return {
        "code": _code(),
        "verdicts": {name: str(verdict.word) for name, verdict in found.verdicts.items()},
        "reasons": {name: verdict.sentence for name, verdict in found.verdicts.items()},
        "statuses": {result.code: str(result.status) for result in found.results},
        "dimensions": {result.code: result.dimension for result in found.results},
        "named": {result.code: _named(result) for result in found.results if _is_alarm(result)},
        "errors": {r.code: r.message for r in found.results if str(r.status) == "error"},
        "seconds": round(sum(result.seconds for result in found.results), 2),
    }


@cache
def _code() -> str:
    """What the code is that was run: a hash of the package."""
    folder = Path(se.__file__).parent
    every = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        every.update(path.read_bytes())
    return every.hexdigest()[:8]


def codes_of(runs: Iterable[Mapping[str, Any]]) -> str:
    """A sentence on the code that runs were made with: a file may hold runs of several."""
    found = sorted({run.get("code", "unknown") for run in runs})
    if len(found) == 1:
        return f"One state of the code ({found[0]})."
    return f"{len(found)} states of the code ({', '.join(found)}): not one measurement."


def _is_alarm(result: Result) -> bool:
    return str(result.status) in ("fail", "warn")


def _named(result: Result) -> list[list[str]]:
    """Names in the worst three items that did not pass."""
    alarms = [item for item in result.items if str(item.status) in ("fail", "warn")]
    return [list(item.names) for item in (alarms or result.items)[:3]]


def records(path: Path) -> list[dict[str, Any]]:
    """All runs of a file; a line that was cut off is left out."""
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def _identity(key: Key) -> str:
    return json.dumps(key, sort_keys=True)


def complete(
    keys: Iterable[Key],
    work: Callable[[Key], dict[str, Any] | None],
    options: argparse.Namespace,
) -> None:
    """Run what is not in the file yet and append it, run by run.

    Several processes may share a file: every line is written at once.
    """
    keys = list(keys)
    names = set(keys[0]) if keys else set()
    known = {
        _identity({name: record[name] for name in names})
        for record in records(options.log)
        if names <= set(record)
    }
    first, step = map(int, options.part.split("/"))
    left = [key for key in keys[first - 1 :: step] if _identity(key) not in known][: options.most]
    options.log.parent.mkdir(parents=True, exist_ok=True)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    done = 0
    if options.jobs <= 1:
        for key in left:
            done += 1
            _append(options.log, key, _safely(work, key), f"{done} of {len(left)}")
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        started = {pool.submit(_safely, work, key): key for key in left}
        for future in as_completed(started):
            done += 1
            _append(options.log, started[future], future.result(), f"{done} of {len(left)}")


def _safely(work: Callable[[Key], dict[str, Any] | None], key: Key) -> dict[str, Any] | None:
    """A run that breaks is a finding, not the end of a study."""
    try:
        return work(key)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is written down
        return {"crashed": f"{type(error).__name__}: {error}"[:300]}


def crashes(runs: Iterable[Mapping[str, Any]]) -> str:
    """Runs that ended in an exception, as Markdown; they are counted nowhere else."""
    broken = [run for run in runs if "crashed" in run]
    lines = [f"- {run['table']}, {run['rows']:,} rows: {run['crashed']}" for run in broken]
    return "\n".join(lines) or "None."


def _append(path: Path, key: Key, found: dict[str, Any] | None, place: str) -> None:
    record = {**key, **(found or {"left_out": True})}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
    words = " ".join(f"{name[:3]} {word}," for name, word in record.get("verdicts", {}).items())
    told = record.get("crashed") or record.get("outcome", words) if found else "left out"
    print(f"{place}: {' '.join(str(value) for value in key.values() if value)}: {told}", flush=True)


def write_between(page: Path, text: str, mark: str = "measured") -> None:
    """Put a text between two marks of a page."""
    marks = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(marks[0])
    after = rest.partition(marks[1])[2]
    page.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{after}", encoding="utf-8")
