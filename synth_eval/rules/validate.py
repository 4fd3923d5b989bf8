"""Runs rules: on the tables of an evaluation, or on tables wherever they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from synth_eval.data.load import load
from synth_eval.errors import UsageError
from synth_eval.judging.gate import LEVELS
from synth_eval.judging.items import Item
from synth_eval.judging.settings import Config
from synth_eval.rules.derived.derive import derive_suite, rules_of
from synth_eval.rules.engines.engine import Outcome, run_on_table
from synth_eval.rules.engines.remote import Remote, is_remote, run_remotely
from synth_eval.rules.judge import MARGIN, Case, judge_rules
from synth_eval.rules.patterns import patterns_of
from synth_eval.rules.rule import META_KEY
from synth_eval.rules.suite import flaw_of, read_suite
from synth_eval.rules.tally import Tally

if TYPE_CHECKING:
    from synth_eval.data.load import SchemaLike
    from synth_eval.data.pair import Pair
    from synth_eval.data.table import Table

__all__ = ["Validated", "derived_cases", "judged", "run_suite", "suite_cases", "validate_tables"]

SuiteLike = str | Path | Mapping[str, Any]

ROLES = ("synthetic", "real", "holdout")

_ROW = (
    "rule", "status", "estimate", "low", "high", "reference", "limit", "severity", "violations",
    "n", "patterns", "real", "why", "columns", "type", "confidence",
)  # fmt: skip
"""Keys of a row that `run_suite` returns, whether a rule has such a number or not."""


@dataclass(frozen=True, slots=True)
class Validated:
    """Judged rules, and the tables they were run on.

    Parameters
    ----------
    items : list of Item
        One per rule, worst first, see `synth_eval.rules.judge.judge_rules`.
    tables : dict of Table or Remote
        By role.
    """

    items: list[Item]
    tables: dict[str, Table | Remote]


def derived_cases(data: Pair, small_cell: int) -> list[Case]:
    """Rules derived from the real table, run on the synthetic one.

    How often real rows break them was counted while deriving them, so only one table goes
    through Great Expectations.
    """
    derived, _ = rules_of(data.baseline, small_cell)

    def run() -> list[Case]:
        entries = [rule.to_dict(0.0, small_cell) for rule in derived]
        outcomes = run_on_table(entries, data.synthetic, data.real)
        return [
            Case(entry, outcome, _counted(rule.real), _counted(rule.holdout))
            for entry, outcome, rule in zip(entries, outcomes, derived, strict=True)
        ]

    return data.once(("cases of derived rules", small_cell), run)


def _counted(tally: Tally | None) -> Outcome | None:
    return None if tally is None else Outcome(tally=tally, success=tally.broken == 0)


def suite_cases(data: Pair, path: str | Path) -> list[Case]:
    """Rules of a suite file, run on every table; what cannot be run is told, not dropped."""
    entries = read_suite(path)["expectations"]
    sound = [entry for entry in entries if flaw_of(entry) is None]
    text = json.dumps(sound, sort_keys=True, default=str)

    def outcomes(role: str) -> list[Outcome]:
        owner = data if role == "synthetic" else data.baseline
        return owner.once(
            ("outcomes of rules", role, text),
            lambda: run_on_table(sound, data.tables[role], data.real),
        )

    return _cases(entries, {role: outcomes(role) for role in data.tables})


def _cases(entries: Sequence[Any], outcomes_of: Mapping[str, Sequence[Outcome]]) -> list[Case]:
    """Outcomes beside their rules; of tables that were not run the suite says what it knows."""
    left = {role: iter(outcomes) for role, outcomes in outcomes_of.items()}
    cases = []
    for entry in entries:
        flaw = flaw_of(entry)
        if flaw is not None:
            cases.append(Case(entry, Outcome(error=flaw)))
            continue
        outcome = {role: next(outcomes) for role, outcomes in left.items()}
        meta = {}
        if "real" not in left:  # how often real rows break a derived rule, as its suite says
            ours = (entry.get("meta") or {}).get(META_KEY) or {}
            meta = {r: _counted(Tally.from_dict(ours.get(r))) for r in ("real", "holdout")}
        beside = [outcome.get(role, meta.get(role)) for role in ("real", "holdout")]
        cases.append(Case(entry, outcome["synthetic"], *beside))
    return cases


def judged(cases: Sequence[Case], config: Config, data: Pair | None = None) -> list[Item]:
    """Rules judged by the settings; broken ones with their patterns where rows are at hand."""
    rules = judge_rules(
        cases,
        margin=config.margin(MARGIN).value,
        alpha=config.alpha,
        small_cell=config.small_cell,
    )
    items = []
    for rule in rules:
        item = rule.item
        if data is not None and item.status in LEVELS:
            patterns = patterns_of(rule.entry, data.synthetic, data.real, config.small_cell)
            item = item.replaced(more={**item.more, "patterns": patterns})
        items.append(item)
    return items


def run_suite(
    suite: SuiteLike, table: Any, *, schema: SchemaLike = None, config: Config | None = None
) -> list[dict[str, Any]]:
    """Run a suite on one table and judge every rule; see `validate_tables`.

    Returns
    -------
    list of dict
        One row per rule, worst first, see `synth_eval.rules.judge.judge_rules`.
    """
    done = validate_tables({"synthetic": table}, suite, schema=schema, config=config)
    return [dict.fromkeys(_ROW) | item.row() for item in done.items]


def validate_tables(
    tables: Mapping[str, Any],
    suite: SuiteLike | None = None,
    *,
    schema: SchemaLike = None,
    config: Config | None = None,
) -> Validated:
    """Run rules where the rows are, and judge them.

    Parameters
    ----------
    tables : mapping
        The table under ``"synthetic"``, and ``"real"`` and ``"holdout"`` where they are at
        hand: paths, pandas, polars or pyarrow tables, Spark DataFrames, or connection strings
        with the name of the table, ``postgresql://host/database#people``.
    suite : path or mapping, optional
        A suite as `derive_suite` or Great Expectations writes it. By default rules are derived
        from the real table, which must then be a file or a table in memory.
    schema : path, Schema or mapping, optional
        Overrides of the schema, which is inferred from the real table where it is given.
    config : Config, optional
        Settings; the margin ``validity.rule_violations``, `alpha` and `small_cell` are used.

    Raises
    ------
    UsageError
        There is neither a suite nor a real table to derive one from, the suite cannot be read,
        or a database cannot be reached.
    InputError
        A table cannot be read.
    """
    config = config or Config()
    tables = {role: tables[role] for role in ROLES if tables.get(role) is not None}
    here = {
        # A stream can be read once only; here it may be looked at twice.
        role: table.read_all() if isinstance(table, pa.RecordBatchReader) else table
        for role, table in tables.items()
        if not is_remote(table)
    }
    data = None  # where all tables are elsewhere
    if here:
        base = here.get("real", next(iter(here.values())))
        data = load(base, here.get("synthetic", base), here.get("holdout"), schema=schema)
    whole = data if {"synthetic", "real"} <= set(here) else None
    content: Mapping[str, Any]
    if suite is None:
        if data is None or "real" not in tables or is_remote(tables["real"]):
            raise UsageError(
                "give a suite, or the real table as a file or in memory to derive one from"
            )
        content = derive_suite(data, config=config)
        # Rules of the tables at hand know how often these break them; they need not run again.
        tables = {r: t for r, t in tables.items() if r == "synthetic" or is_remote(t)}
    else:
        content = suite if isinstance(suite, Mapping) else read_suite(suite)
    entries = list(content["expectations"])
    sound = [entry for entry in entries if flaw_of(entry) is None]
    outcomes, ran = _run_all(sound, tables, data)
    return Validated(judged(_cases(entries, outcomes), config, whole), ran)


def _run_all(
    entries: list[dict[str, Any]], tables: Mapping[str, Any], data: Pair | None
) -> tuple[dict[str, list[Outcome]], dict[str, Table | Remote]]:
    outcomes: dict[str, list[Outcome]] = {}
    ran: dict[str, Table | Remote] = {}
    for role, table in tables.items():
        if is_remote(table):
            remote = run_remotely(entries, table)
            ran[role], outcomes[role] = remote, remote.outcomes
        else:
            assert data is not None
            ran[role] = data.tables[role]
            outcomes[role] = run_on_table(entries, data.tables[role], data.real)
    return outcomes, ran
