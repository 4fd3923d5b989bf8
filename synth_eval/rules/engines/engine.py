"""Runs expectations through Great Expectations; the only module family that imports it.

Great Expectations is made quiet and harmless here: no progress bars, no telemetry, no files,
no example values in its results, and a crash of one expectation is told apart from a failure.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from synth_eval.errors import UsageError
from synth_eval.rules.engines.conditions import DIALECTS
from synth_eval.rules.engines.custom import known_pairs, register
from synth_eval.rules.engines.frames import coerced_frame, stored_frame
from synth_eval.rules.engines.kwargs import columns_of, rename_columns, safe_names
from synth_eval.rules.engines.safety import vetted
from synth_eval.rules.tally import Tally
from synth_eval.words import first_line

if TYPE_CHECKING:
    import pandas as pd

    from synth_eval.data.table import Table

__all__ = ["Outcome", "run_on_frames", "run_on_table", "stored_columns"]

SOURCE = "synth_eval"
_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation.

    Parameters
    ----------
    tally : Tally or None
        Rows judged and broken; None where the expectation is about the whole table.
    success : bool or None
        What Great Expectations says; None where it could not run.
    error : str or None
        Why it could not run, in one sentence.
    observed : int or None
        A whole number that was observed of the table, like its number of rows.
    """

    tally: Tally | None = None
    success: bool | None = None
    error: str | None = None
    observed: int | None = None


@cache
def gx_context() -> Any:
    """Great Expectations, imported once, without bars, telemetry, files or its own warnings."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx  # seconds of import
        from great_expectations.data_context.types.base import ProgressBarsConfig

        register()
        # It sets a level of its own and tells of a folder that it takes away at once.
        logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
        context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def run_on_table(
    expectations: Sequence[Mapping[str, Any]], table: Table, real: Table
) -> list[Outcome]:
    """Run expectations on a table read through the schema of the real one."""
    stored = stored_frame(table, real, stored_columns(expectations))
    return run_on_frames(expectations, coerced_frame(table, real), stored)


def run_on_frames(
    expectations: Sequence[Mapping[str, Any]],
    coerced: pd.DataFrame,
    stored: pd.DataFrame,
) -> list[Outcome]:
    """Run expectations on a table given as two frames, see `synth_eval.rules.engines.frames`.

    Parameters
    ----------
    expectations : sequence of mapping
        Expectations as plain Great Expectations JSON.
    coerced, stored : DataFrame
        The table with and without unreadable cells turned into missing ones.

    Returns
    -------
    list of Outcome
        One per expectation, in the same order.
    """
    outcomes: list[Outcome | None] = [None] * len(expectations)
    names = safe_names(coerced.columns)
    built: dict[bool, list[Any]] = {True: [], False: []}
    for position, written in enumerate(expectations):
        try:
            entry = vetted(written, DIALECTS["pandas"])
        except UsageError as refusal:
            outcomes[position] = Outcome(error=str(refusal))
            continue
        absent = [name for name in columns_of(entry) if name not in coerced.columns]
        if absent:
            outcomes[position] = Outcome(error=f"the table has no column {absent[0]!r}")
            continue
        raw = reads_stored(entry) and columns_of(entry)[0] in stored.columns
        quick = {**entry, "type": known_pairs(str(entry["type"]))}
        expectation = build(rename_columns(quick, names), position)
        if isinstance(expectation, Outcome):
            outcomes[position] = expectation
        else:
            built[raw].append(expectation)
    for raw, frame in ((True, stored), (False, coerced)):
        if built[raw]:
            for position, outcome in _validate(built[raw], frame.rename(columns=names)):
                outcomes[position] = _with_rows(outcome, expectations[position], frame)
    return [outcome or Outcome(error="Great Expectations gave no result") for outcome in outcomes]


def _with_rows(outcome: Outcome, entry: Mapping[str, Any], frame: pd.DataFrame) -> Outcome:
    """Rows where Great Expectations only gives a word or a single number."""
    names = columns_of(entry)
    if outcome.error or outcome.tally is not None or not names:
        return outcome
    if counts_violations(entry) and outcome.observed is not None:
        judged = int(frame[names].notna().all(axis=1).sum())
        return replace(outcome, tally=Tally(max(judged, outcome.observed), outcome.observed))
    if "_type" in str(entry["type"]) and len(names) == 1:
        there = int(frame[names[0]].notna().sum())
        return replace(outcome, tally=Tally(there, 0 if outcome.success else there))
    return outcome


def counts_violations(entry: Mapping[str, Any]) -> bool:
    """Whether an expectation says that no row meets a condition, like a sum that is off."""
    kwargs = entry["kwargs"]
    return (
        entry["type"] == "expect_table_row_count_to_equal"
        and kwargs.get("value") == 0
        and kwargs.get("row_condition") is not None
    )


_STORED_WORDS = ("type", "regex", "strftime", "length", "like_pattern", "parseable", "json")


def reads_stored(entry: Mapping[str, Any]) -> bool:
    """Whether an expectation is about cells as they were written."""
    kind, kwargs = str(entry["type"]), entry["kwargs"]
    if kwargs.get("row_condition") is not None or "column" not in kwargs:
        return False
    return kind.endswith("_be_null") or any(word in kind for word in _STORED_WORDS)


def stored_columns(expectations: Iterable[Mapping[str, Any]]) -> list[str]:
    """Columns whose cells are looked at as they were written."""
    wanted = [entry["kwargs"]["column"] for entry in expectations if reads_stored(entry)]
    return list(dict.fromkeys(wanted))


def build(entry: Mapping[str, Any], position: int) -> Any:
    """Expectation object, or the outcome of one that cannot be built."""
    gx_context()
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )

    kind, kwargs = str(entry["type"]), dict(entry["kwargs"])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            configuration = ExpectationConfiguration(
                type=kind, kwargs=kwargs, meta={"position": position}
            )
            return configuration.to_domain_obj()
    except Exception as error:  # noqa: BLE001 - whatever a bad entry raises is its outcome
        return Outcome(error=_why_not_built(kind, error))


def _why_not_built(kind: str, error: Exception) -> str:
    if type(error).__name__ == "ExpectationNotFoundError":
        return f"Great Expectations knows no expectation {kind!r}"
    details = getattr(error, "errors", None)
    if callable(details):
        first = details()[0]
        place = ".".join(str(part) for part in first.get("loc", ()) if part != "__root__")
        return f"{kind}: {place + ': ' if place else ''}{first.get('msg', 'invalid')}"
    return f"{kind}: {first_line(error) or type(error).__name__}"


def _validate(expectations: list[Any], frame: pd.DataFrame) -> list[tuple[int, Outcome]]:
    with data_source("add_pandas") as source:
        asset = source.add_dataframe_asset(SOURCE)
        definition = asset.add_batch_definition_whole_dataframe(SOURCE)
        return validate_batch(expectations, definition.get_batch({"dataframe": frame}))


@contextmanager
def data_source(kind: str, **arguments: Any) -> Iterator[Any]:
    """Data source of the given kind, forgotten afterwards."""
    context = gx_context()
    try:
        yield getattr(context.data_sources, kind)(SOURCE, **arguments)
    finally:
        context.data_sources.delete(SOURCE)


def validate_batch(expectations: list[Any], batch: Any) -> list[tuple[int, Outcome]]:
    """Run expectations on a batch; the position of each tells its outcome apart."""
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(name=SOURCE, expectations=expectations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = batch.validate(suite, result_format=dict(_FORMAT))
    return [(entry.expectation_config.meta["position"], read(entry)) for entry in result.results]


def read(result: Any) -> Outcome:
    """Outcome of one validation result, crashes told apart from failures."""
    message = _exception(result.exception_info)
    if message is not None:
        return Outcome(error=message)
    observed = result.result.get("observed_value")
    return Outcome(
        tally=_tally(result.result),
        success=bool(result.success),
        observed=observed if isinstance(observed, int) else None,
    )


def _exception(info: Any) -> str | None:
    """First line of the exception; the information comes flat, or by metric."""
    if not info:
        return None
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("raised_exception"):
            return first_line(entry.get("exception_message")) or "it raised an exception"
    return None


def _tally(result: Mapping[str, Any]) -> Tally | None:
    broken, rows = result.get("unexpected_count"), result.get("element_count")
    if broken is None or rows is None:
        return None
    judged = int(rows) - int(result.get("missing_count") or 0)
    return Tally(max(judged, int(broken)), int(broken))
