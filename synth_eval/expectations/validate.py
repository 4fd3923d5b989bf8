"""Runs rules on the tables of an evaluation: derived ones in memory, or those of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synth_eval.expectations.derive import derive_rules
from synth_eval.expectations.engine import Outcome, run_on_table
from synth_eval.expectations.judge import Case
from synth_eval.expectations.suite import flaw_of, read_suite

if TYPE_CHECKING:
    from synth_eval.data.load import Data
    from synth_eval.data.table import Table
    from synth_eval.expectations.tally import Tally

__all__ = ["derived_cases", "suite_cases"]


def derived_cases(data: Data, small_cell: int) -> list[Case]:
    """Rules derived from the real table, run on the synthetic one.

    How often real rows break them was counted while deriving them, so only one table goes
    through Great Expectations.
    """
    derived, _ = derive_rules(data.real, data.holdout, small_cell=small_cell)
    entries = [rule.to_dict(0.0, small_cell) for rule in derived]
    outcomes = run_on_table(entries, data.synthetic, data.real)
    return [
        Case(entry, outcome, _counted(rule.real), _counted(rule.holdout))
        for entry, outcome, rule in zip(entries, outcomes, derived, strict=True)
    ]


def _counted(tally: Tally | None) -> Outcome | None:
    return None if tally is None else Outcome(tally=tally, success=tally.broken == 0)


def suite_cases(data: Data, path: str | Path) -> list[Case]:
    """Rules of a suite file, run on every table; what cannot be run is told, not dropped."""
    entries = read_suite(path)["expectations"]
    flaws = {place: flaw_of(entry) for place, entry in enumerate(entries)}
    sound = [place for place, flaw in flaws.items() if flaw is None]
    found = {
        role: dict(zip(sound, _run(data, role, [entries[p] for p in sound]), strict=True))
        for role in data.tables
    }
    cases = []
    for place, entry in enumerate(entries):
        if flaws[place] is not None:
            cases.append(Case(entry, Outcome(error=flaws[place])))
            continue
        outcome = {role: results[place] for role, results in found.items()}
        cases.append(Case(entry, outcome["synthetic"], outcome["real"], outcome.get("holdout")))
    return cases


def _run(data: Data, role: str, entries: list[dict[str, object]]) -> list[Outcome]:
    table: Table = data.tables[role]
    return run_on_table(entries, table, data.real)
