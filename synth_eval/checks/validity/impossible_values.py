"""Values the real table never shows: beyond its range, or levels it does not have.

What it measures
    For each column the share of synthetic cells outside the range of the real values, or with
    a level the real table lacks, beside the share among fresh real rows. New real rows leave
    the observed range too: of a continuous column 2 in n + 1 do, and unseen levels turn up at
    about the rate of levels seen once.

How to read it
    Only the excess over fresh rows is a finding: up to one cell in a thousand is accepted. A
    generator that invents levels or ages of 140 fails here.

Formula
    O = cells outside the real range or levels / synthetic rows, in the worst column. Reference: O
    of the holdout, at least u / (n + 1) for n real numbers (u of their two ends occur once)
    and u / n for n real cells of levels (u levels occur once).

When it misleads
    Inside the range nothing is impossible for this check; that a husband is female is a
    matter of rules (V003). A faithful generator of heavy tails leaves the range a little.

Source
    Exchangeability of ranks; Good (1953) for unseen levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.data.table import Table
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import wilson
from synth_eval.words import counted, percent

MARGIN = "validity.impossible_values"


@check(
    "V002",
    "impossible_values",
    dimension="validity",
    title="Values outside what the real table shows",
    figure="bars",
)
def impossible_values(ctx: Context) -> Result:
    """Count cells outside the real range or levels."""
    data, margin = ctx.data, ctx.config.margin(MARGIN)
    names = [
        name
        for name in data.compared
        if not data.synthetic.column(name).absent and not data.real.column(name).missing.all()
    ]
    if not names:
        raise NotApplicable("the tables share no column whose values can be compared")
    level = 1 - ctx.config.alpha / len(names)
    items = [_column_item(ctx, name, level, margin.value) for name in names]
    items.sort(key=lambda item: (-item.severity, -item.number("excess")))
    worst = items[0]
    return ctx.judged(
        _message(items),
        items=items,
        items_decide=True,
        estimate=Estimate(worst.number("estimate"), worst.low, worst.high, level),
        reference=Reference(
            "same column of the holdout" if data.holdout else "expected of fresh real rows",
            worst.reference,
            n=None if data.holdout is None else data.holdout.num_rows,
        ),
        threshold=margin,
        direction=Direction.LOWER,
    )


def _column_item(ctx: Context, name: str, level: float, margin: float) -> Item:
    data = ctx.data
    outside, rows = _outside(data.synthetic, data.real, name), data.synthetic.num_rows
    _, low, high = wilson(outside, rows, level)
    expected = _expected(data.real, name)
    if data.holdout is not None:
        seen = _outside(data.holdout, data.real, name) / data.holdout.num_rows
        expected = max(expected, seen)
    rate = outside / rows
    decision = Decision(
        f"cells of {name} outside",
        rate,
        low,
        high,
        fail=expected + margin,
        warn=expected + _spread(expected, data.real.num_rows, level),
        # A rate below both lines is what fresh rows show: leaving the range now and then is
        # no fault, so nothing more has to be proved for a pass.
        otherwise=Status.PASS,
        margins=(MARGIN,),
    )
    return Item(
        "column",
        (name,),
        estimate=rate,
        low=low,
        high=high,
        reference=expected,
        decisions=(decision,),
        more={"excess": rate - expected},
    )


def _outside(table: Table, real: Table, name: str) -> int:
    if not real.schema[name].is_continuous:
        column = table.level_column(name)
        return int((column.codes >= len(column.levels)).sum())
    finite, values = _finite(real, name), _finite(table, name)
    if len(finite) == 0:  # nothing but infinities to compare with
        return 0
    return int(((values < finite.min()) | (values > finite.max())).sum())


def _finite(table: Table, name: str) -> npt.NDArray[np.float64]:
    values = table.number_column(name).values
    return values[np.isfinite(values)]


def _expected(real: Table, name: str) -> float:
    """Rate among fresh real rows: ranks are exchangeable, singletons stand for unseen levels."""
    if real.schema[name].is_continuous:
        finite = _finite(real, name)
        if len(finite) == 0:
            return 0.0
        ends = (finite.min(), finite.max())
        alone = sum(int((finite == end).sum()) == 1 for end in ends)  # a tied end is a heap
        return alone / (len(finite) + 1)
    codes = real.level_column(name).codes
    codes = codes[codes >= 0]
    return float((np.bincount(codes) == 1).sum()) / max(len(codes), 1)


def _spread(expected: float, rows: int, level: float) -> float:
    """Room for the error of the expected rate itself, which rests on few rows."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    return z * float(np.sqrt(max(expected, 1 / rows) / rows))


def _message(items: Sequence[Item]) -> str:
    beyond = [item for item in items if item.status is not Status.PASS]
    if not beyond:
        return f"No column leaves what fresh real rows show ({counted(len(items), 'column')})."
    worst = beyond[0]
    more = f"; {counted(len(beyond) - 1, 'more column')} too" if beyond[1:] else ""
    return (
        f"Column {worst.label}: {percent(worst.number('estimate'), 2)} of cells are outside the "
        f"real range or levels, {percent(worst.number('reference'), 2)} among fresh real "
        f"rows{more}."
    )
