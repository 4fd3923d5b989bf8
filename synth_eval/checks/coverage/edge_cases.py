"""Edge cases the user named: do they occur, and as often as they should?

What it measures
    For each declared case (conditions on columns, joined by "and") the share of synthetic rows
    that meet it, beside the share of real rows or the rate the user expects.

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
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.coverage._rates import rate_decisions
from synth_eval.data.table import NumberColumn, Table
from synth_eval.errors import NotApplicable, UsageError
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Direction
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import poisson_ratio
from synth_eval.words import percent

LOST = "coverage.lost_case"

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@check(
    "C007",
    "edge_cases",
    dimension="coverage",
    title="Edge cases you named",
    figure="bars",
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
    count = int(_matches(data.synthetic, case).sum())
    real, real_rows = int(_matches(data.real, case).sum()), data.real.num_rows
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


def _matches(table: Table, case: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    met = np.ones(table.num_rows, np.bool_)
    for condition in case["all"]:
        name, sign, value = condition["column"], condition["op"], condition["value"]
        if name not in table.schema:
            raise UsageError(
                f"edge case {case['name']!r} names column {name!r}, which is not there"
            )
        if sign not in _OPERATORS:
            raise UsageError(f"edge case {case['name']!r}: unknown operator {sign!r}")
        met &= _meets(table, name, _OPERATORS[sign], value)
    return met


def _meets(
    table: Table, name: str, compare: Callable[[Any, Any], Any], value: Any
) -> npt.NDArray[np.bool_]:
    column = table.column(name)
    if column.spec.kind == "datetime":
        value = float(np.datetime64(str(value), "us").astype(np.int64))
    if isinstance(column, NumberColumn):
        with np.errstate(invalid="ignore"):
            return np.asarray(compare(column.values, float(value)) & ~column.missing)
    words = table.strings(name).to_numpy(zero_copy_only=False)
    wanted = str(value).lower() if isinstance(value, bool) else str(value)
    return np.asarray(compare(words, wanted), np.bool_) & ~column.missing
