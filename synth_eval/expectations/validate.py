"""Runs rules: on the tables of an evaluation, or a suite on any one table, wherever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth_eval.config import Config
from synth_eval.data.load import load
from synth_eval.errors import UsageError
from synth_eval.expectations.derive import derive_rules
from synth_eval.expectations.engine import Outcome, run_on_table
from synth_eval.expectations.judge import Case, judge_rules
from synth_eval.expectations.remote import is_spark_frame, run_on_spark, run_on_sql
from synth_eval.expectations.rule import META_KEY
from synth_eval.expectations.suite import flaw_of, read_suite
from synth_eval.expectations.tally import Tally

if TYPE_CHECKING:
    from synth_eval.data.load import Data, SchemaLike
    from synth_eval.data.table import Table

__all__ = ["derived_cases", "run_suite", "suite_cases"]


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
    flaws = dict(enumerate(map(flaw_of, entries)))
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


def run_suite(
    suite: str | Path | Mapping[str, Any],
    table: Any,
    name: str | None = None,
    *,
    schema: SchemaLike = None,
    config: Config | None = None,
) -> list[dict[str, Any]]:
    """Run a suite on one table and judge every rule.

    How often real rows break a rule is read from the suite, so no real row is needed.

    Parameters
    ----------
    suite : path or mapping
        A suite as `derive_suite` or Great Expectations writes it.
    table : path, pandas, polars or pyarrow table, Spark DataFrame, or connection string
        The rows. On Spark and in a database only counts come back.
    name : str, optional
        Name of the table where `table` is the connection string of a database.
    schema : path, Schema or mapping, optional
        Overrides of the schema, which is inferred from the table itself.
    config : Config, optional
        Settings; the margin ``validity.rule_violations``, `alpha` and `small_cell` are used.

    Returns
    -------
    list of dict
        One row per rule, worst first, see `synth_eval.expectations.judge.judge_rules`.

    Raises
    ------
    UsageError
        The suite cannot be read, or the database cannot be reached.
    InputError
        The table cannot be read.
    """
    config = config or Config()
    content = suite if isinstance(suite, Mapping) else read_suite(suite)
    entries = list(content["expectations"])
    sound = [entry for entry in entries if flaw_of(entry) is None]
    outcomes = iter(_run_anywhere(sound, table, name, schema))
    cases = []
    for entry in entries:
        flaw = flaw_of(entry)
        outcome = next(outcomes) if flaw is None else Outcome(error=flaw)
        cases.append(Case(entry, outcome, *_from_meta(entry)))
    rows = judge_rules(
        cases,
        margin=config.margin("validity.rule_violations").value,
        alpha=config.alpha,
        small_cell=config.small_cell,
    )
    return [{key: value for key, value in row.items() if key != "entry"} for row in rows]


def _run_anywhere(
    entries: Sequence[Mapping[str, Any]], table: Any, name: str | None, schema: SchemaLike
) -> list[Outcome]:
    if is_spark_frame(table):
        return run_on_spark(entries, table)
    if isinstance(table, str) and "://" in table:
        if name is None:
            raise UsageError("give the name of the table in the database")
        return run_on_sql(entries, table, name)
    data = load(table, table, schema=schema)
    return run_on_table(entries, data.synthetic, data.real)


def _from_meta(entry: Any) -> tuple[Outcome | None, Outcome | None]:
    """How often real rows break a derived rule, as its suite says."""
    if flaw_of(entry) is not None:
        return None, None
    ours = (entry.get("meta") or {}).get(META_KEY) or {}
    real, holdout = (Tally.from_dict(ours.get(role)) for role in ("real", "holdout"))
    return _counted(real), _counted(holdout)
