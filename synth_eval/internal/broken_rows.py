"""Rows of the synthetic table that break a rule: for the eyes of whoever asks for them.

Only synthetic rows, only their place in the table and the columns that the rule names. Even so
they are not for release: a generator that copies shows real people here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synth_eval.judging.gate import LEVELS
from synth_eval.judging.settings import Config
from synth_eval.rules.engines.conditions import DIALECTS
from synth_eval.rules.engines.custom import known_pairs
from synth_eval.rules.engines.engine import (
    SOURCE,
    build,
    counts_violations,
    data_source,
    reads_stored,
)
from synth_eval.rules.engines.frames import coerced_frame, stored_frame
from synth_eval.rules.engines.kwargs import columns_of, rename_columns, safe_names
from synth_eval.rules.engines.safety import vetted
from synth_eval.rules.judge import MARGIN, JudgedRule, judge_rules
from synth_eval.rules.validate import derived_cases, suite_cases

if TYPE_CHECKING:
    import pandas as pd

    from synth_eval.data.pair import Pair


__all__ = ["example_rows"]

_MOST_RULES = 50  # worst first: whoever mends them runs again
_LONGEST = 200  # characters of a value


def example_rows(data: Pair, config: Config, most: int) -> list[dict[str, Any]]:
    """First rows of the synthetic table that break a rule, for the rules that are findings.

    Parameters
    ----------
    data : Pair
        The tables that were evaluated.
    config : Config
        The settings of the run.
    most : int
        Rows per rule.

    Returns
    -------
    list of dict
        Per rule, worst first: ``rule``, ``status``, ``violations``, ``columns`` and ``rows``,
        each of ``row`` (counted from 1) and ``values`` (one text per column, None is missing).
    """
    suite = config.expectations
    cases = suite_cases(data, suite) if suite else derived_cases(data, config.small_cell)
    rules = judge_rules(
        cases,
        margin=config.margin(MARGIN).value,
        alpha=config.alpha,
        small_cell=config.small_cell,
    )
    broken = [rule for rule in rules if rule.item.status in LEVELS]
    examples = [
        _example(data, rule, most) for rule in broken[:_MOST_RULES] if rule.item.more["violations"]
    ]
    return [example for example in examples if example["rows"]]


def _example(data: Pair, rule: JudgedRule, most: int) -> dict[str, Any]:
    table, entry = data.synthetic, rule.entry
    names = [name for name in columns_of(entry) if name in table.stored_names]
    places = _places(entry, data)[:most]
    cells = [table.source.column(name).take(places).to_pylist() for name in names]
    return {
        "rule": rule.item.label,
        "status": str(rule.item.status),
        "violations": rule.item.more["violations"],
        "columns": names,
        "rows": [
            {"row": place + 1, "values": [_text(column[i]) for column in cells]}
            for i, place in enumerate(places)
        ],
    }


def _text(cell: Any) -> str | None:
    return None if cell is None else str(cell)[:_LONGEST]


def _places(entry: Mapping[str, Any], data: Pair) -> list[int]:
    """Places of the rows that break a rule, in their order."""
    if reads_stored(entry):
        frame = stored_frame(data.synthetic, data.real, columns_of(entry))
    else:
        frame = coerced_frame(data.synthetic, data.real)
    names = safe_names(frame.columns)
    frame = frame.rename(columns=names)
    expectation = vetted(entry, DIALECTS["pandas"])
    expectation = {**rename_columns(expectation, names), "type": known_pairs(str(entry["type"]))}
    if counts_violations(expectation):
        text = expectation["kwargs"]["row_condition"]["pass_through_filter"]
        return [int(place) for place in frame.query(text).index]
    return sorted(_unexpected(expectation, frame))


def _unexpected(entry: Mapping[str, Any], frame: pd.DataFrame) -> list[int]:
    with data_source("add_pandas") as source:
        asset = source.add_dataframe_asset(SOURCE)
        definition = asset.add_batch_definition_whole_dataframe(SOURCE)
        batch = definition.get_batch({"dataframe": frame})
        answer = batch.validate(build(entry, 0), result_format={"result_format": "COMPLETE"})
    return [int(place) for place in answer.result.get("unexpected_index_list") or ()]
