"""Several synthetic tables of one real table, side by side, as pure data.

Verdicts, positions on the axes and ranks with their uncertainty; turns into JSON and back.
`synth_eval.comparing.comparison.Comparison` is the face on top of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from synth_eval.comparing.axes import Position, axes, positions
from synth_eval.comparing.ranks import Front, Rank, standings
from synth_eval.errors import UsageError
from synth_eval.judging.findings import Findings
from synth_eval.judging.gate import LEVELS, require_level
from synth_eval.judging.results import Status, to_plain
from synth_eval.judging.verdicts import Verdict, VerdictWord

__all__ = ["Entry", "Leaderboard", "WorstResult", "labelled", "ranked"]

SCHEMA_VERSION = 2
"""Of ``comparison.json``; goes up with every change that a reader of it would notice."""

_WORST_FIRST = (VerdictWord.NO_GO, VerdictWord.UNKNOWN, VerdictWord.LIMITS)


@dataclass(frozen=True, slots=True)
class WorstResult:
    """The worst finding of a table."""

    code: str
    status: Status
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One synthetic table.

    Parameters
    ----------
    label : str
        What the table is called here, no other has the same.
    file : str
        Name of its file, without the folder.
    rows : int or None
        Its rows.
    verdicts : mapping of str to Verdict
        By dimension; empty where the table could not be evaluated.
    worst : WorstResult or None
        Its worst finding, among those that decide about the purpose first.
    stopped : mapping of str to int
        Results at or above each level of a gate.
    positions : mapping of str to Position
        By axis.
    ranks : mapping of str to Rank
        By axis.
    fronts : mapping of str to Front
        By axes joined with a cross.
    folder : str
        Folder of its own report beside the page.
    error : str
        Why it could not be evaluated; empty where it could.
    """

    label: str
    file: str
    rows: int | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    worst: WorstResult | None = None
    stopped: Mapping[str, int] = field(default_factory=dict)
    positions: Mapping[str, Position] = field(default_factory=dict)
    ranks: Mapping[str, Rank] = field(default_factory=dict)
    fronts: Mapping[str, Front] = field(default_factory=dict)
    folder: str = ""
    error: str = ""

    def count(self, word: VerdictWord) -> int:
        """How many decisive dimensions have this verdict."""
        return sum(v.word is word and v.decisive for v in self.verdicts.values())

    def clears(self, level: str = "fail") -> bool:
        """Whether nothing decisive is at or above a level, and the table was evaluated."""
        return not self.error and not self.stopped.get(require_level(level), 0)


@dataclass(frozen=True)
class Leaderboard:
    """Synthetic tables of one real table in an order, as pure data.

    Tables stand in the order of their worst decisive verdict, those that could not be
    evaluated at the end, otherwise as they were given. NO-GOs are not counted up: a table
    with one may be fit for nothing, and one with three no worse.

    Parameters
    ----------
    entries : sequence of Entry
        One per synthetic table.
    provenance : mapping
        The real table and the holdout, versions, seed and settings.
    purpose : str
        Declared purpose, see `synth_eval.judging.purposes`.
    """

    entries: Sequence[Entry]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = ""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def to_dict(self) -> dict[str, Any]:
        """Plain form of ``comparison.json``."""
        placed_by = [
            {"name": axis.name, "title": axis.title, "lower_is_better": axis.is_lower_better,
             "meaning": axis.meaning}
            for axis in axes()
        ]  # fmt: skip
        return {
            "schema_version": SCHEMA_VERSION,
            "purpose": self.purpose,
            "axes": placed_by,
            "tables": [to_plain(entry) for entry in self.entries],
            "provenance": to_plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Inverse of `to_dict`."""
        return cls(
            [_entry(table) for table in record["tables"]],
            record.get("provenance", {}),
            record.get("purpose", ""),
        )

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Read what `save` wrote."""
        return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))


def ranked(
    findings: Mapping[str, Findings],
    files: Mapping[str, str],
    errors: Mapping[str, str],
    seed: int = 0,
    purpose: str = "",
) -> Leaderboard:
    """Leaderboard of tables evaluated against the same real table and holdout.

    Parameters
    ----------
    findings : mapping of str to Findings
        By label.
    files : mapping of str to str
        Name of the file by label, for every table.
    errors : mapping of str to str
        Why a table could not be evaluated, by label.
    seed : int
        Of the draws behind the ranks.
    purpose : str
        Declared purpose.
    """
    placed = {label: positions(table.results) for label, table in findings.items()}
    ranks, fronts = standings(placed, seed)
    folders = _folders(files)
    entries = []
    for label, file in files.items():
        if label in errors:
            entries.append(Entry(label, file, error=errors[label]))
            continue
        table = findings[label]
        entries.append(
            Entry(
                label,
                file,
                rows=table.provenance.get("tables", {}).get("synthetic", {}).get("rows"),
                verdicts=table.verdicts,
                worst=_worst(table),
                stopped={level: len(table.at_or_above(level)) for level in LEVELS},
                positions=placed[label],
                ranks=ranks[label],
                fronts=fronts[label],
                folder=folders[label],
            )
        )
    entries.sort(key=_order)
    return Leaderboard(entries, _provenance(findings), purpose)


def labelled(
    synthetic: Sequence[Any] | Mapping[str, Any], labels: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """Tables and names of their files by label.

    A file is called by its name without folder and ending; where several have one name they
    are numbered in the order given, for folders name people, customers and machines.

    Raises
    ------
    UsageError
        No table, another number of labels than of tables, or a label used twice.

    Examples
    --------
    >>> list(labelled(["a/new.csv.gz", "b/new.parquet", "b/old.csv"])[0])
    ['new (1)', 'new (2)', 'old']
    """
    if isinstance(synthetic, Mapping):
        labels, synthetic = list(synthetic), list(synthetic.values())
    if isinstance(synthetic, str | Path) or not len(synthetic):
        raise UsageError("give the synthetic tables as a list with at least one table")
    if labels and len(labels) != len(synthetic):
        raise UsageError(f"{len(labels)} labels for {len(synthetic)} tables; give one for each")
    names = [Path(table).name if isinstance(table, str | Path) else "" for table in synthetic]
    labels = [str(label).strip() for label in labels]
    if not labels:
        ending = re.compile(r"(\.csv|\.parquet|\.pq)?(\.gz)?$", re.IGNORECASE)
        stems = [ending.sub("", name) or "table" for name in names]
        labels = [
            f"{stem} ({stems[: place + 1].count(stem)})" if stems.count(stem) > 1 else stem
            for place, stem in enumerate(stems)
        ]
    twice = [label for label in labels if not label or labels.count(label) > 1]
    if twice:
        raise UsageError(f"label {twice[0]!r} is empty or used twice; give each table its own")
    return dict(zip(labels, synthetic, strict=True)), dict(zip(labels, names, strict=True))


def _order(entry: Entry) -> int:
    """Place of the worst decisive verdict, best first."""
    if entry.error:
        return len(_WORST_FIRST) + 1
    present = (place for place, word in enumerate(_WORST_FIRST) if entry.count(word))
    return len(_WORST_FIRST) - next(present, len(_WORST_FIRST))


def _worst(findings: Findings) -> WorstResult | None:
    verdicts = findings.verdicts
    alarms = [r for r in findings.findings() if r.status is not Status.NOT_APPLICABLE]
    alarms.sort(key=lambda r: not verdicts[r.dimension].decisive)
    if not alarms:
        return None
    return WorstResult(alarms[0].code, alarms[0].status, alarms[0].message)


def _provenance(findings: Mapping[str, Findings]) -> dict[str, Any]:
    """What the evaluations share, and the synthetic table of each."""
    records = [table.provenance for table in findings.values()]
    if not records:
        return {}
    shared = {key: value for key, value in records[0].items() if key != "tables"}
    tables = records[0].get("tables", {})
    shared["tables"] = {role: tables[role] for role in ("real", "holdout") if role in tables}
    synthetic = {
        label: table.provenance.get("tables", {}).get("synthetic", {})
        for label, table in findings.items()
    }
    shared["synthetic_tables"] = synthetic
    seconds = [record.get("cpu_seconds", 0.0) for record in records]
    return {**shared, "cpu_seconds": round(sum(seconds), 2)}


def _folders(labels: Mapping[str, str]) -> dict[str, str]:
    """Names of folders that every file system takes, all different."""
    folders: dict[str, str] = {}
    taken: set[str] = set()
    for label in labels:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", label).strip("_")[:60] or "table"
        name, number = stem, 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.lower())
        folders[label] = name
    return folders


def _entry(record: Mapping[str, Any]) -> Entry:
    values = dict(record)
    values["verdicts"] = {
        name: Verdict.from_dict(verdict) for name, verdict in record["verdicts"].items()
    }
    if record["worst"] is not None:
        worst = record["worst"]
        values["worst"] = WorstResult(worst["code"], Status(worst["status"]), worst["message"])
    for name, kind in (("positions", Position), ("ranks", Rank), ("fronts", Front)):
        values[name] = {key: kind(**item) for key, item in record[name].items()}
    return Entry(**values)
