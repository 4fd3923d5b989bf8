"""Derives a suite of expectations from real rows.

What is written is meant to be kept and reviewed: no row, no level of fewer than eleven rows, no
extreme of one person; few rules rather than many; each with the reason, its support and how
often real rows break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synth_eval.data.baseline import Baseline
from synth_eval.data.pair import Pair
from synth_eval.data.table import Table
from synth_eval.judging.settings import Config
from synth_eval.rules.derived.arithmetic import arithmetic_rules
from synth_eval.rules.derived.columns import column_rules
from synth_eval.rules.derived.dummies import dummy_blocks, dummy_rules
from synth_eval.rules.derived.keys import key_rules
from synth_eval.rules.derived.relations import MAX_EXCEPTIONS, Search, relation_rules
from synth_eval.rules.derived.resolution import resolution_rules, step_rules
from synth_eval.rules.derived.totals import MAX_PARTS
from synth_eval.rules.rule import META_KEY, Derived, Rule
from synth_eval.rules.tally import Tally

__all__ = ["derive_rules", "derive_suite", "rules_of"]


def derive_rules(
    real: Table, holdout: Table | None = None, *, small_cell: int = 11
) -> tuple[list[Derived], Search]:
    """Rules of the real table with their exact tallies, and how much was looked at.

    Parameters
    ----------
    real : Table
        The rows the generator was trained on.
    holdout : Table, optional
        Real rows it never saw; they vouch for a rule together with the real ones.
    small_cell : int
        Levels, combinations and bounds rest on at least so many real rows.
    """
    search = Search()
    derived = []
    for rule in _candidates(real, small_cell, search):
        tally = rule.count(real)
        if tally.judged:  # a rule that no real row speaks for is no rule
            derived.append(Derived(rule, tally, None if holdout is None else rule.count(holdout)))
    return derived, search


def rules_of(baseline: Baseline, small_cell: int) -> tuple[list[Derived], Search]:
    """What `derive_rules` says of real table and holdout, derived once."""
    return baseline.once(
        ("rules", small_cell),
        lambda: derive_rules(baseline.real, baseline.holdout, small_cell=small_cell),
    )


def _candidates(real: Table, small_cell: int, search: Search) -> Iterator[Rule]:
    names = [name for name in real.schema.names if name in real.stored_names]
    yield Rule(
        "expect_table_columns_to_match_set",
        {"column_set": names, "exact_match": False},
        f"all {len(names)} columns are there",
        "the columns of the real table",
        lambda table: Tally(
            table.num_rows,
            0 if set(names) <= set(table.stored_names) else table.num_rows,
        ),
    )
    for spec in real.schema.columns:
        yield from column_rules(real, spec, small_cell)
        if spec.name in real.stored_names:
            yield from resolution_rules(real, spec)
            yield from step_rules(real, spec)
    yield from key_rules(real, search)
    blocks = dummy_blocks(real, search)
    yield from dummy_rules(blocks)
    yield from relation_rules(real, small_cell, search, blocks)
    yield from arithmetic_rules(real, search)


def derive_suite(
    data: Pair | Table, *, name: str = "derived", config: Config | None = None
) -> dict[str, Any]:
    """Suite of expectations that real rows keep, as plain Great Expectations JSON.

    Parameters
    ----------
    data : Pair or Table
        The real table, or all tables; of these only real and holdout are looked at.
    name : str
        Name of the suite.
    config : Config, optional
        Settings; the margin ``validity.rule_violations`` and `small_cell` are used.

    Returns
    -------
    dict
        ``name``, ``expectations`` and ``meta``, in a stable order and without generated
        identifiers; ``great_expectations.ExpectationSuite(**suite)`` loads it.

    Examples
    --------
    >>> from synth_eval.data.load import load
    >>> import pyarrow as pa
    >>> rows = pa.table({"age": [30 + i % 40 for i in range(4000)]})
    >>> [entry["description"] for entry in derive_suite(load(rows, rows))["expectations"]][1:]
    ['age: every cell reads as whole numbers', 'age: never missing', 'age: from 30 to 69']
    """
    config = config or Config()
    if isinstance(data, Table):
        real, holdout = data, None
        derived, search = derive_rules(real, small_cell=config.small_cell)
    else:
        real, holdout = data.real, data.holdout
        derived, search = rules_of(data.baseline, config.small_cell)
    margin = config.margin("validity.rule_violations").value
    return {
        "name": name,
        "expectations": [rule.to_dict(margin, config.small_cell) for rule in derived],
        "meta": {
            META_KEY: {
                "real_rows": real.num_rows,
                "holdout_rows": None if holdout is None else holdout.num_rows,
                "margin": margin,
                "small_cell": config.small_cell,
                "relations": {
                    "pairs_of_columns": search.pairs,
                    "tests": search.tests,
                    "complete": search.complete,
                    "exceptions_allowed": MAX_EXCEPTIONS,
                    "parts_of_sums": MAX_PARTS,
                },
            }
        },
    }
