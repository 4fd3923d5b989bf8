"""Edge cases the user named: do they occur, and as often as they should?

What it measures
    For each declared case (conditions on columns, joined by "and"; levels by == and != alone)
    the share of synthetic rows that meet it, beside the share of real rows or the rate the user
    expects.

How to read it
    The ratio of the two shares: 1 is right, 0 means that the case is gone. A case certainly
    below a tenth of its rate fails, one certainly below half or above twice is a warning.

Formula
    R = (k / m) / e for the worst case; k of m synthetic rows meet it, e share of real rows that do,
    or the declared rate.

When it misleads
    A case of fewer real rows than may be shown is judged only against a declared rate.

Source
    Exact Poisson bounds; Bonferroni over the cases. Declare cases in the configuration::

        [[edge_cases]]
        name = "young and rich"
        all = [{column = "age", op = "<", value = 25}, {column = "income", op = ">=", value = 1e6}]
        rate = 0.0005  # optional, else the share in the real table
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.coverage._rates import rate_decisions
from synth_eval.data.hashing import word_hashes
from synth_eval.data.schema import Schema
from synth_eval.data.states import CellTable, StateSpec
from synth_eval.data.table import AnyColumn, LevelColumn, NumberColumn, TextColumn
from synth_eval.errors import NotApplicable, UsageError
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Direction
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import poisson_ratio
from synth_eval.words import percent

LOST = "coverage.lost_case"

Met = npt.NDArray[np.bool_]
Compare = Callable[[Any, Any], Any]
Test = Callable[[Any], Met]

_OPERATORS: Mapping[str, Compare] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@check(
    "C007",
    "edge_cases",
    dimension="coverage",
    title="Edge cases you named",
    figure="bars",
    states=lambda ctx: _states(ctx),
)
def edge_cases(ctx: Context) -> Result:
    """Count the rows that meet each declared case."""
    cases = ctx.config.edge_cases
    if not cases:
        raise NotApplicable("no edge case was declared: name them in the configuration file")
    items = [_item(ctx, case, ctx.config.alpha / len(cases)) for case in cases]
    items.sort(key=lambda item: (-item.severity, item.number("ratio")))
    worst = items[0]
    head = (
        f"Case {worst.label!r}: {percent(worst.number('estimate'), 3)} of synthetic rows, "
        f"{percent(worst.number('expected'), 3)} expected"
    )
    return ctx.judged(
        f"{head} ({len(items)} declared).",
        summary=head,
        items=items,
        items_decide=True,
        estimate=Estimate(
            worst.number("ratio"), worst.number("ratio_low"), worst.number("ratio_high")
        ),
        reference=Reference("the expected rate", 1.0, n=ctx.data.real.num_rows),
        threshold=ctx.config.margin(LOST),
        direction=Direction.REFERENCE,
    )


def _item(ctx: Context, case: Mapping[str, Any], alpha: float) -> Item:
    data = ctx.data
    count = _matching_rows(ctx, case, "synthetic")
    real, real_rows = _matching_rows(ctx, case, "real"), data.real.num_rows
    rows, rate = data.synthetic.num_rows, case.get("rate")
    if rate is not None:
        # A declared rate is exact: as if it had been counted in far more rows than there are.
        real_rows = 1_000 * max(rows, round(1 / rate))
        real = round(rate * real_rows)
    low, high = poisson_ratio(count, rows, real, real_rows, alpha)
    expected = real / real_rows
    ratio = count / rows / expected if expected else float(count > 0)
    is_small = rate is None and real < ctx.config.small_cell
    void = f"fewer than {ctx.config.small_cell} real rows are such a case" if is_small else ""
    return Item(
        "case",
        (str(case["name"]),),
        estimate=count / rows,
        expected=0.0 if is_small else expected,  # a rate of few people tells about them
        decisions=rate_decisions(ctx, ratio, low, high, lost=LOST, void=void),
        more={"ratio": ratio, "ratio_low": min(low, ratio), "ratio_high": max(high, ratio)},
    )


def _states(ctx: Context) -> Iterator[StateSpec]:
    for case in ctx.config.edge_cases:
        yield _case_table(ctx.data.schema, case).counts()


def _matching_rows(ctx: Context, case: Mapping[str, Any], role: str) -> int:
    return int(ctx.counts(_case_table(ctx.data.schema, case), role)[1])


def _case_table(schema: Schema, case: Mapping[str, Any]) -> CellTable:
    """Rows that are such a case (1), and all others (0)."""
    tests = [_test(schema, case["name"], condition) for condition in case["all"]]
    names = tuple(condition["column"] for condition in case["all"])

    def cells(*columns: AnyColumn) -> npt.NDArray[np.int64]:
        met = [test(column) for test, column in zip(tests, columns, strict=True)]
        return np.asarray(np.logical_and.reduce(met), np.int64)

    key = tuple((condition["op"], str(condition["value"])) for condition in case["all"])
    return CellTable(("case", names, key), names, 2, cells)


def _test(schema: Schema, case: str, condition: Mapping[str, Any]) -> Test:
    """Whether the cells of a column meet a condition; a missing one never does."""
    name, sign, value = condition["column"], condition["op"], condition["value"]
    if name not in schema:
        raise UsageError(f"edge case {case!r} names column {name!r}, which is not there")
    if sign not in _OPERATORS:
        raise UsageError(f"edge case {case!r}: unknown operator {sign!r}")
    compare, kind = _OPERATORS[sign], schema[name].kind
    if kind == "datetime":
        value = float(np.datetime64(str(value), "us").astype(np.int64))
    if schema[name].is_continuous:
        return partial(_meets_number, compare=compare, value=float(value))
    wanted = str(value).lower() if isinstance(value, bool) else str(value)
    if schema[name].is_discrete:
        if sign not in ("==", "!="):
            raise UsageError(
                f"edge case {case!r}: column {name!r} holds levels, which have no order; "
                "compare them with == or !="
            )
        return partial(_is_level, wanted=wanted, equal=sign == "==")
    if kind == "vector":
        raise UsageError(f"edge case {case!r}: column {name!r} holds vectors")
    return partial(_meets_text, compare=compare, wanted=wanted)


def _meets_number(column: NumberColumn, compare: Compare, value: float) -> Met:
    with np.errstate(invalid="ignore"):
        return np.asarray(compare(column.values, value) & ~column.missing)


def _is_level(column: LevelColumn, wanted: str, *, equal: bool) -> Met:
    known = {level: code for code, level in enumerate(column.levels)}
    if wanted in known:
        found = column.codes == known[wanted]
    elif column.strangers is None:
        found = np.zeros(len(column.codes), np.bool_)
    else:  # a level that the real table lacks is known by its hash
        found = (column.codes == len(known)) & (column.strangers == word_hashes([wanted])[0])
    return np.asarray(found if equal else ~found & ~column.missing)


def _meets_text(column: TextColumn, compare: Compare, wanted: str) -> Met:
    words = column.strings.fill_null("").to_numpy(zero_copy_only=False)
    return np.asarray(compare(words, wanted), np.bool_) & ~column.missing
