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

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.data.states import CellFacts, CellTable, StateSpec, facts_of, level_table
from synth_eval.data.table import LevelColumn, NumberColumn
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import wilson
from synth_eval.words import counted, percent

MARGIN = "validity.impossible_values"

_OUTSIDE, _MISSING = 1, 2
"""Cells beside 0, inside."""


@check(
    "V002",
    "impossible_values",
    dimension="validity",
    title="Values outside what the real table shows",
    states=lambda ctx: _states(ctx),
    figure="bars",
)
def impossible_values(ctx: Context) -> Result:
    """Count cells outside the real range or levels."""
    data, margin = ctx.data, ctx.config.margin(MARGIN)
    names = [
        name
        for name in data.compared
        if name in data.synthetic.stored_names and _has_values(ctx, name)
    ]
    if not names:
        raise NotApplicable("the tables share no column whose values can be compared")
    level = 1 - ctx.config.alpha / len(names)
    items = [_column_item(ctx, name, level, margin.value) for name in names]
    items.sort(key=lambda item: (-item.severity, -item.number("excess")))
    worst = items[0]
    beyond = [item for item in items if item.status is not Status.PASS]
    message = f"No column leaves what fresh real rows show ({counted(len(items), 'column')})."
    if beyond:
        more = f"; {counted(len(beyond) - 1, 'more column')} too" if beyond[1:] else ""
        message = (
            f"Column {worst.label}: {percent(worst.number('estimate'), 2)} of cells are outside "
            f"the real range or levels, {percent(worst.number('reference'), 2)} among fresh real "
            f"rows{more}."
        )
    return ctx.judged(
        message,
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
    table, rows = _table(ctx, name), data.synthetic.num_rows
    outside = int(ctx.counts(table, "synthetic")[_OUTSIDE])
    _, low, high = wilson(outside, rows, level)
    expected = _expected(ctx, name)
    if data.holdout is not None:
        unseen = int(ctx.counts(table, "holdout")[_OUTSIDE])
        expected = max(expected, unseen / data.holdout.num_rows)
    rate = outside / rows
    # Room for the error of the expected rate itself, which rests on few rows.
    real_rows, z = data.real.num_rows, NormalDist().inv_cdf(0.5 + level / 2)
    spread = z * float(np.sqrt(max(expected, 1 / real_rows) / real_rows))
    decision = Decision(
        f"cells of {name} outside",
        rate,
        low,
        high,
        fail=expected + margin,
        warn=expected + spread,
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


def _has_values(ctx: Context, name: str) -> bool:
    facts: CellFacts = ctx.state(facts_of(name), "real")
    return facts.missing < facts.rows


def _states(ctx: Context) -> Iterator[StateSpec]:
    for name in ctx.data.compared:
        yield facts_of(name)
        yield _table(ctx, name).counts()


def _table(ctx: Context, name: str) -> CellTable:
    """Cells of a column: inside of what the real table shows, outside, or missing."""
    if not ctx.data.schema[name].is_continuous:
        size = len(ctx.data.real.levels(name))

        def unseen(column: LevelColumn) -> npt.NDArray[np.int64]:
            return np.where(column.codes < 0, _MISSING, (column.codes >= size).astype(np.int64))

        return CellTable(("outside", name), (name,), 3, unseen)
    finite = ctx.data.distribution("real", name).finite()
    # Nothing but infinities to compare with leaves nothing outside.
    low, high = (finite.values[0], finite.values[-1]) if finite.rows else (-np.inf, np.inf)

    def beyond(column: NumberColumn) -> npt.NDArray[np.int64]:
        values = column.values
        is_outside = (values < low) | (values > high)  # infinite cells are V001's to tell
        return np.where(np.isnan(values), _MISSING, is_outside & np.isfinite(values))

    return CellTable(("outside", name), (name,), 3, beyond)


def _expected(ctx: Context, name: str) -> float:
    """Rate among fresh real rows: ranks are exchangeable, singletons stand for unseen levels."""
    if ctx.data.schema[name].is_continuous:
        finite = ctx.data.distribution("real", name).finite()
        if finite.rows == 0:
            return 0.0
        ends = (finite.counts[0], finite.counts[-1])
        alone = sum(int(count) == 1 for count in ends)  # a tied end is a heap
        return alone / (finite.rows + 1)
    levels = ctx.counts(level_table(ctx.data.real.levels(name), name), "real")[:-1]
    return float((levels == 1).sum()) / max(int(levels.sum()), 1)
