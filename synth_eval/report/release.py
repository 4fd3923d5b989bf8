"""What may leave the house: an evaluation without anything that depends on single records.

A report is computed on private data, so it leaks too: exact counts, extremes, rare levels,
hashes and many precise numbers about one table can be put together, most of all over several
reports on the same rows. `release_safe` keeps verdicts, statuses and rounded numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from synth_eval.judging.facts import POSSIBLE_EPSILON
from synth_eval.judging.findings import Findings
from synth_eval.judging.results import (
    Cause,
    Estimate,
    Reference,
    Result,
    Skipped,
    Status,
    Threshold,
)
from synth_eval.judging.settings import Config

__all__ = ["NOTICE", "release_safe", "rounded", "rounded_count", "step"]

NOTICE = (
    "Release-safe version: numbers are rounded to two digits, none finer than eleven records; "
    "counts are rounded. Left out: names of columns, levels and files, numbers by column, "
    "group, rule and attack, distributions, quantiles and extremes, figures, hashes, seeds, "
    "settings, times, and the reference scores of SDMetrics. The internal report has them."
)

AnyFindings = TypeVar("AnyFindings", bound=Findings)

_DIGITS = 2  # significant ones: a third tells single records of a table of a thousand
_SLACK = 1e-9  # of logarithms
_ELSEWHERE = "see the internal report"
_OF_REAL = "the same for real rows the generator never saw, or what is expected of them"
_KEPT_PROVENANCE = ("synth_eval", "python", "packages")


def release_safe(findings: AnyFindings) -> AnyFindings:
    """The same evaluation, fit for people outside.

    Verdicts are decided anew from the kept statuses, which are untouched, so they are the same.

    Parameters
    ----------
    findings : Findings
        As a run made it.

    Returns
    -------
    Findings
        Of the same class: results with a status, rounded numbers and a sentence made from
        them; no items, no pictures, no schema.
    """
    settings = findings.provenance.get("settings", {})
    # What was hidden in the report stays hidden outside, where a run asked for more than usual.
    small_cell = max(Config().small_cell, int(settings.get("small_cell", 0)))
    tables = {
        role: {
            "name": role,
            "rows": rounded_count(table.get("rows")),
            "columns": table.get("columns"),
        }
        for role, table in findings.provenance.get("tables", {}).items()
    }
    provenance = {
        "notice": NOTICE,
        "created": str(findings.provenance.get("created", ""))[:10],
        **{k: findings.provenance[k] for k in _KEPT_PROVENANCE if k in findings.provenance},
        "tables": tables,
    }
    return type(findings)(  # made anew: a field that is added later stays inside
        results=[_released(result, small_cell) for result in findings.results],
        provenance=provenance,
        purpose=findings.purpose,
    )


def step(values: Iterable[float | None], records: int | None) -> float:
    """Step that numbers are rounded to: 1, 2 or 5 times a power of ten.

    Two significant digits of the largest number, and never finer than eleven of the records:
    a step of a share that fewer people make would tell about them.

    Examples
    --------
    >>> step([0.12345, 0.2], 24_421), step([0.00012], 24_421), step([0.73], 100)
    (0.01, 0.0005, 0.2)
    """
    largest = max((abs(value) for value in values if value), default=0.0)
    digits = 10.0 ** (math.floor(math.log10(largest)) - _DIGITS + 1) if largest else 0.0
    finest = max(digits, Config().small_cell / records if records else 0.0)
    if not finest:
        return 0.0
    power = 10.0 ** math.floor(math.log10(finest) + _SLACK)
    candidates = (power, 2 * power, 5 * power, 10 * power)
    return next(candidate for candidate in candidates if candidate >= finest * (1 - _SLACK))


def rounded(value: float | None, to: float) -> float | None:
    """Number rounded to whole steps.

    Examples
    --------
    >>> rounded(0.12345, 0.01), rounded(0.0123, 0.0005), rounded(None, 0.1)
    (0.12, 0.0125, None)
    """
    if value is None or not to:
        return value
    return float(f"{round(value / to) * to:.10g}") + 0.0  # no minus zero


def rounded_count(count: int | None) -> int | None:
    """Two significant digits, and whole tens.

    Examples
    --------
    >>> rounded_count(24_421), rounded_count(57), rounded_count(4), rounded_count(None)
    (24000, 60, 0, None)
    """
    if not count:
        return count
    return int(round(count, min(-1, _DIGITS - 1 - math.floor(math.log10(count)))))


def _released(result: Result, small_cell: int) -> Result:
    """The result with rounded numbers and a sentence made of them."""
    sizes = [result.n, result.sampled, result.reference and result.reference.n]
    fewest = min((size for size in sizes if size), default=None)
    records = fewest and max(fewest * Config().small_cell // small_cell, 1)
    estimate, reference = result.estimate, result.reference
    if estimate is not None:
        value, low, high = _rounded(estimate, records)
        estimate = replace(estimate, value=value or 0.0, low=low, high=high)
    if reference is not None:
        rows = rounded_count(reference.n)
        reference = Reference(_OF_REAL, *_rounded(reference, records), rows)
    skipped, epsilon = result.skipped, result.facts.get(POSSIBLE_EPSILON)
    if skipped is not None and skipped.cause is not Cause.NEED:
        # What was not given may be said; other reasons may tell of the data.
        skipped = Skipped(skipped.cause, f"not run, {_ELSEWHERE}")
    released = Result(
        code=result.code,
        name=result.name,
        dimension=result.dimension,
        status=result.status,
        message="",
        estimate=estimate,
        reference=reference,
        threshold=_threshold(result.threshold, records),
        direction=result.direction,
        n=rounded_count(result.n),
        sampled=rounded_count(result.sampled),
        # A check that only looks for alarms shows nothing good by a pass; the decisions that say
        # so stay inside, and the verdict must not rise for it.
        gating=result.gating
        and not (result.status in (Status.PASS, Status.WARN) and result.only_alarms),
        evidence=result.evidence,
        # What the attacks could have seen, rounded; of counts of records nothing is told.
        facts={}
        if epsilon is None
        else {POSSIBLE_EPSILON: rounded(epsilon, step([epsilon], None)) or 0.0},
        skipped=skipped,
    )
    return replace(released, message=_message(released))


def _rounded(
    interval: Estimate | Reference, records: int | None
) -> tuple[float | None, float | None, float | None]:
    to = step((interval.value, interval.low, interval.high), records)
    return rounded(interval.value, to), rounded(interval.low, to), rounded(interval.high, to)


def _threshold(threshold: Threshold | None, records: int | None) -> Threshold | None:
    """Margins of the default configuration as they are; others may tell of the data."""
    if threshold is None:
        return None
    for margin in Config().margins.values():
        if threshold.value == margin.value and threshold.basis.startswith(margin.basis):
            return margin
    value = rounded(threshold.value, step([threshold.value], records))
    return Threshold(value or 0.0, _ELSEWHERE)


def _message(result: Result) -> str:
    """A sentence made of the rounded numbers alone."""
    if result.skipped is not None:
        return result.skipped.sentence
    words = result.name.replace("_", " ")
    if result.estimate is None:
        return f"{words}: no number, {_ELSEWHERE}."
    text = f"{words}: about {result.estimate.value:g}"
    if result.estimate.low is not None and result.estimate.high is not None:
        text += f" ({result.estimate.low:g} to {result.estimate.high:g})"
    if result.reference is not None and result.reference.value is not None:
        text += f"; real rows {result.reference.value:g}"
    if result.threshold is not None:
        text += f"; margin {result.threshold.value:g}"
    return text + "."
