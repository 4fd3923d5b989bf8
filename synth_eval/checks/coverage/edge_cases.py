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

from synth_eval.data.table import NumberColumn, Table
from synth_eval.errors import NotApplicable, UsageError
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.intervals import poisson_ratio

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
    margin = ctx.config.margin("coverage.lost_tail")
    rows = [_judge(ctx, case, ctx.config.alpha / len(cases), margin.value) for case in cases]
    rows.sort(key=lambda row: (-Status(row["status"]).severity, row["ratio"]))
    worst = rows[0]
    return ctx.result(
        Status(worst["status"]),
        f"Case {worst['case']!r}: {100 * worst['estimate']:.3f} % of synthetic rows, "
        f"{100 * worst['expected']:.3f} % expected ({len(rows)} declared).",
        estimate=Estimate(worst["ratio"], worst["ratio_low"], worst["ratio_high"]),
        reference=Reference("the expected rate", 1.0, n=ctx.data.real.num_rows),
        threshold=margin,
        direction=Direction.REFERENCE,
        details=rows,
    )


def _judge(ctx: Context, case: Mapping[str, Any], alpha: float, margin: float) -> dict[str, Any]:
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
    if rate is None and real < ctx.config.small_cell:
        status = Status.INCONCLUSIVE
        expected = 0.0
    elif high < margin:
        status = Status.FAIL
    elif high < 0.5 or low > 2:
        status = Status.WARN
    else:
        status = Status.PASS if ratio >= margin else Status.INCONCLUSIVE
    return {
        "case": str(case["name"]),
        "estimate": count / rows,
        "expected": expected,
        "ratio": ratio,
        "ratio_low": min(low, ratio),
        "ratio_high": max(high, ratio),
        "status": str(status),
    }


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
