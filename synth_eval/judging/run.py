"""Runs the selected checks and turns whatever happens in them into results."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from synth_eval.errors import NotApplicable
from synth_eval.judging.check import COSTS, Check, Context
from synth_eval.judging.registry import select
from synth_eval.judging.results import Cause, Result, Skipped
from synth_eval.judging.settings import Config
from synth_eval.words import first_line

if TYPE_CHECKING:
    from synth_eval.data.pair import Pair
    from synth_eval.data.states import StateSpec


__all__ = ["Progress", "run"]

logger = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all and the name of the step that starts."""


def run(
    data: Pair,
    *,
    config: Config | None = None,
    select_checks: Iterable[str] = (),
    ignore_checks: Iterable[str] = (),
    progress: Progress | None = None,
) -> list[Result]:
    """Run checks, cheap ones first, and return their results in the order of the report.

    A check that raises becomes a result with status ``error``; the others still run. With a
    budget in the configuration, checks that count always run; one that searches neighbours
    or fits models starts only while the budget lasts, else its result says so.
    """
    config = config or Config()
    chosen = select(select_checks, ignore_checks)
    order = sorted(chosen.values(), key=lambda spec: COSTS.index(spec.cost))
    results: dict[str, Result] = {}
    started = time.monotonic()
    shares = _count(data, config, order)
    for done, spec in enumerate(order):
        if progress is not None:
            progress(done, len(order), f"{spec.code} {spec.title}")
        context = Context(data, config, spec)
        if 0 < config.budget < time.monotonic() - started and spec.cost != COSTS[0]:
            text = f"not run: the budget of {config.budget:g} seconds was used up before it started"
            more = "give a larger budget, or none"
            results[spec.code] = context.skipped(Skipped(Cause.BUDGET, text, more))
        else:
            result = _run_one(context)
            seconds = round(result.seconds + shares.get(spec.code, 0.0), 3)
            results[spec.code] = replace(result, seconds=seconds)
    if progress is not None:
        progress(len(order), len(order), "done")
    return [results[code] for code in chosen]


def _count(data: Pair, config: Config, checks: Iterable[Check]) -> dict[str, float]:
    """Fill the states that checks declare, each table in one pass; CPU seconds by check.

    What the pass takes is shared out evenly: whose rows a cell was read for cannot be told.
    """
    started = time.process_time()
    declared: list[StateSpec] = []
    counting = []
    for spec in checks:
        if spec.states is None or not all(need.is_met(data) for need in spec.needs):
            continue
        try:
            declared += spec.states(Context(data, config, spec))
        except Exception:  # the check itself will say what is wrong
            logger.debug("states of check %s cannot be declared", spec.code, exc_info=True)
            continue
        counting.append(spec.code)
    try:
        data.fill(declared)
    except Exception:  # each check asks again and fails by itself
        logger.debug("states cannot be filled in one pass", exc_info=True)
    spent = time.process_time() - started
    return dict.fromkeys(counting, spent / max(len(counting), 1))


def _is_empty(data: Pair) -> bool:
    """Whether every compared cell of the real table is missing: then all tables look alike."""
    from synth_eval.data.states import facts_of  # this module is loaded by the command line

    def is_empty() -> bool:
        facts = (data.state(facts_of(name), "real") for name in data.compared)  # as far as needed
        return len(data.compared) > 0 and all(own.missing == own.rows for own in facts)

    return data.baseline.once("the real table is empty", is_empty)


def _run_one(context: Context) -> Result:
    started = time.process_time()
    if _is_empty(context.data):
        text = (
            "no cell of the real table holds a value, so there is nothing to hold a table against"
        )
        return context.skipped(Skipped(Cause.DATA, text, "give a real table with values"))
    missing = [need for need in context.check.needs if not need.is_met(context.data)]
    if missing:
        absence = "; ".join(need.absence for need in missing)
        remedy = "; ".join(need.remedy for need in missing)
        return context.skipped(Skipped(Cause.NEED, absence, remedy))
    try:
        result = context.check.function(context)
    except NotApplicable as reason:
        result = context.skipped(Skipped(Cause(reason.cause), str(reason), reason.remedy))
    except Exception as error:
        logger.debug("check %s failed", context.check.code, exc_info=True)
        why = f"{type(error).__name__}: {first_line(error) or 'no message'}"
        result = context.broken(f"the check could not run: {why}")
    return replace(result, seconds=round(time.process_time() - started, 3))
