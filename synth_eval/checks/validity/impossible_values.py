"""Values the real table never shows: beyond its range, or levels it does not have.

What it measures
    For each column the share of synthetic cells outside the range of the real values, or with
    a level the real table lacks, beside the share among fresh real rows. New real rows leave
    the observed range too: of a continuous column 2 in n + 1 do, and unseen levels turn up at
    about the rate of levels seen once.

How to read it
    Only the excess over fresh rows is a finding. The range of the real table is as random as
    its rows: a column warns where more cells are outside than fresh rows have but once in
    forty tables of so many columns, and fails where one cell in a thousand comes on top of
    that. A generator that invents levels or ages of 140 fails here.

Formula
    O = cells outside the real range or levels / synthetic rows, in the worst column. Reference: O
    of the holdout, at least e / (n + 1); n real cells, e 2 for numbers, else levels seen once.
    Of m fresh rows Binomial(m, p) are outside, p from Beta(2, n - 1), or Beta(e + 1, n - e).

When it misleads
    Inside the range nothing is impossible for this check; that a husband is female is a
    matter of rules (V003). A faithful generator of heavy tails leaves the range a little.

Source
    Wilks (1941), Determination of sample sizes for setting tolerance limits, for the rows
    beyond the range of others; Good (1953) for unseen levels.
"""

from __future__ import annotations

from collections.abc import Iterator

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
from synth_eval.stats.upper_counts import beta_binomial_most, binomial_most
from synth_eval.words import counted, percent

MARGIN = "validity.impossible_values"

_FEWEST_ROWS = 21  # of fewer a single unlucky row is one in twenty, more than any margin

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
    rows = data.synthetic.num_rows
    if rows < _FEWEST_ROWS:
        raise NotApplicable(
            f"{counted(rows, 'row')} may lie outside by chance",
            cause="rows",
            remedy=f"give at least {_FEWEST_ROWS}",
        )
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
    rate, low, high = wilson(outside, rows, level)
    alone, ends, cells = _leaving(ctx, name)
    expected, tail = alone / (cells + 1), (1 - level) / 2
    most = beta_binomial_most(rows, ends, max(cells + 1 - ends, 1), tail)
    if data.holdout is not None:
        unseen, size = int(ctx.counts(table, "holdout")[_OUTSIDE]), data.holdout.num_rows
        if unseen / size > expected:  # real rows leave it more often than ranks say: tied ends
            expected = unseen / size
            most = max(most, round(wilson(unseen, size, level).high * rows))
    allowed = most / rows
    # The cells of this table are counted one and all: what is random is how many fresh rows
    # would have, and that stands in the lines.
    decision = Decision(
        f"cells of {name} outside",
        rate,
        rate,
        rate,
        fail=allowed + binomial_most(rows, min(margin, 0.999), tail) / rows,
        warn=allowed,
        clear=allowed,
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
        more={"excess": rate - expected, "allowed": allowed},
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


def _leaving(ctx: Context, name: str) -> tuple[int, int, int]:
    """Ends that fresh rows are expected to leave by, may leave by, and real cells.

    An end that several real cells share is left as well: how often nobody knows, at most as
    often as one that stands alone. So it is with a column no level of which occurs once.
    """
    if ctx.data.schema[name].is_continuous:
        return 2, 2, ctx.data.distribution("real", name).finite().rows
    levels = ctx.counts(level_table(ctx.data.real.levels(name), name), "real")[:-1]
    alone = int((levels == 1).sum())
    return alone, alone + 1, int(levels.sum())
