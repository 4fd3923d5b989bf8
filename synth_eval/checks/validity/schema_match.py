"""Whether the synthetic table has the columns of the real one, and cells that can be read.

What it measures
    Absent and extra columns; cells that cannot be read as the column's kind, among them
    infinities where the real table has none; columns that are all missing; columns stored as
    another type; dates with and without a time zone; numbers and dates that are written
    another way (separators of thousands, currencies, another order of day and month). The
    estimate is the share of cells of the worst column that cannot be used.

How to read it
    0 is a table that can be dropped in where the real one was. A column that is absent or all
    missing, or in which more than one cell in a thousand cannot be read, fails. Where the real
    column holds unreadable cells too, these are counted, and only what goes beyond them by
    more than one in a thousand fails. Another storage type, another way of writing or an
    extra column is a warning: the numbers below are right, but programs written for the real
    table will notice. Words known to stand for a missing cell are missing cells.

Formula
    U = max over columns of unreadable cells / synthetic rows; 1 for a column that is absent or all
    missing.

When it misleads
    A readable cell may still be wrong; see impossible values (V002) and rules (V003).

Source
    Peers turn such cells into missing ones without a word, and some score the table higher
    for it.
"""

from __future__ import annotations

from synth_eval.data.schema import Column
from synth_eval.data.states import CellFacts, facts_of
from synth_eval.judging.check import Context
from synth_eval.judging.facts import SMALLEST_FAULT
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import fewest_beyond, wilson
from synth_eval.words import counted, percent

MARGIN = "validity.unparseable_cells"

_MOST = 0.5
"""Difference of two shares of cells from which the one is most of a column and the other not."""

_SURE = 0.999
"""Level of the intervals of two shares of cells that must not meet to be said to differ."""


@check(
    "V001",
    "schema_match",
    dimension="validity",
    title="Columns and readable cells",
    states=lambda ctx: map(facts_of, ctx.data.schema.names),
    figure="bars",
    facts=(SMALLEST_FAULT,),
)
def schema_match(ctx: Context) -> Result:
    """Compare columns, storage types and readability."""
    data, margin = ctx.data, ctx.config.margin(MARGIN)
    rows = data.synthetic.num_rows
    items = [_column_item(ctx, name, margin.value) for name in data.schema.names]
    extra = [name for name in data.synthetic.stored_names if name not in data.schema]
    items += [_noticed(name, "not in the real table", None, margin.value) for name in extra]
    items.sort(key=lambda item: (-item.severity, -(item.estimate or 0.0)))
    worst = max((item.number("estimate") for item in items), default=0.0)
    reference = max((item.reference or 0.0 for item in items), default=0.0)
    own = [ctx.state(facts_of(name), "real") for name in data.schema.names]
    if data.holdout is None:
        reference = max(facts.unparseable / facts.rows for facts in own)
    _, low, high = wilson(round(worst * rows), rows)
    noticed = [item for item in items if item.more["finding"]]
    message = f"All {len(items)} columns are there and every cell can be read."
    if noticed:
        more = f" {counted(len(noticed) - 1, 'more column')} with findings." if noticed[1:] else ""
        message = f"Column {noticed[0].label}: {noticed[0].more['finding']}.{more}"
    return ctx.judged(
        message,
        items=items,
        items_decide=True,
        estimate=Estimate(worst, min(low, worst), max(high, worst)),
        reference=Reference(
            "worst column of the holdout" if data.holdout else "worst column of the real table",
            reference,
            n=None if data.holdout is None else data.holdout.num_rows,
        ),
        threshold=margin,
        direction=Direction.LOWER,
        facts={SMALLEST_FAULT: min(fewest_beyond(rows, margin.value) / rows, 1.0)},
    )


def _item(name: str, reference: float | None, finding: str, decision: Decision) -> Item:
    return Item(
        "column",
        (name,),
        estimate=decision.value,
        reference=reference,
        decisions=(decision,),
        more={"finding": finding},
    )


def _noticed(name: str, finding: str, reference: float | None, margin: float) -> Item:
    """Something that programs will notice: a fact, so a warning without a margin of its own."""
    decision = Decision(
        "unreadable cells", 0.0, 0.0, 0.0, clear=margin, otherwise=Status.WARN, margins=(MARGIN,)
    )
    fact = Decision("something that programs notice", 1.0, 1.0, 1.0, warn=0.0, margins=(MARGIN,))
    item = _item(name, reference, finding, decision)
    return item.replaced(decisions=(decision, fact)) if finding else item


def _column_item(ctx: Context, name: str, margin: float) -> Item:
    data = ctx.data
    facts = {role: ctx.state(facts_of(name), role) for role in data.tables}
    real, synthetic = facts["real"], facts["synthetic"]
    rows = data.synthetic.num_rows
    reference = None
    if data.holdout is not None:
        reference = _unusable(facts["holdout"], real) / data.holdout.num_rows
    # Of a few rows all may be missing by chance; here it is once in a thousand tables or less.
    is_empty = synthetic.missing == synthetic.rows and (
        (real.missing / max(real.rows, 1)) ** rows < 0.001
    )
    if synthetic.absent or is_empty:
        finding = (
            "absent from the synthetic table"
            if synthetic.absent
            else "no cell holds a value that can be read"
        )
        gone = Decision("unreadable cells", 1.0, 1.0, 1.0, fail=margin, margins=(MARGIN,))
        return _item(name, reference, finding, gone)
    kind, own, unusable = data.schema[name].kind, real.unparseable, _unusable(synthetic, real)
    # What fresh real rows may hold of what cannot be read, for all that the real table tells.
    allowed = wilson(own, real.rows).high if own else 0.0
    told = f"{own:,} of {real.rows:,} real cells ({percent(own / real.rows, 2)})" if own else ""
    if unusable:
        _, low, high = wilson(unusable, rows)
        finding = f"{unusable:,} of {rows:,} cells cannot be read as {kind}"
        decision = Decision(
            "unreadable cells",
            unusable / rows,
            low,
            high,
            fail=margin + allowed,
            warn=allowed,
            otherwise=Status.PASS if own else Status.INCONCLUSIVE,
            margins=(MARGIN,),
        )
        return _item(name, reference, f"{finding}, nor can {told}" if own else finding, decision)
    finding = _storage(data.schema[name], real, synthetic)
    if own and not finding:
        said = f"{told} cannot be read as {kind} and count as missing"
        return _noticed(name, "", reference, margin).replaced(more={"finding": said})
    return _noticed(name, finding, reference, margin)


def _unusable(facts: CellFacts, real: CellFacts) -> int:
    """Cells that cannot be read, infinities included unless the real column has some too."""
    return facts.unparseable + (0 if real.infinite else facts.infinite)


_FAMILIES = {
    "int": "whole number", "uint": "whole number", "float": "number", "double": "number",
    "decimal": "number", "half": "number", "bool": "truth value", "date": "date",
    "timestamp": "timestamp", "string": "text", "large_string": "text", "null": "nothing",
    "list": "list of numbers", "fixed_size_list": "list of numbers",
    "large_list": "list of numbers",
}  # fmt: skip


def _family(stored: str) -> str:
    for prefix, family in sorted(_FAMILIES.items(), key=lambda item: -len(item[0])):
        if stored.startswith(prefix):
            return family
    return stored


def _storage(column: Column, real: CellFacts, synthetic: CellFacts) -> str:
    """Words for a storage type that differs in a way a program would notice."""
    first, second = _family(real.stored), _family(synthetic.stored)
    zones = ["tz=" in facts.stored for facts in (real, synthetic)]
    if first == second == "timestamp" and zones[0] != zones[1]:
        which = ["without", "with"][zones[1]]
        return f"stored {which} a time zone, unlike the real column"
    if first == second:
        return _writing(column, real, synthetic) if first == "text" else ""
    numbers, moments = {"whole number", "number"}, {"date", "timestamp"}
    # Whole numbers become floats where a cell is missing.
    if numbers == {first, second} and not (column.integer and synthetic.fractional):
        return ""
    # Words for missing cells make text of numbers; without such words they are none.
    as_words = first == "text" and second in numbers | moments and column.is_continuous
    if as_words and (real.marked or real.unparseable) and not real.restyled:
        return ""
    return f"stored as {second}, in the real table as {first}"


def _writing(column: Column, real: CellFacts, synthetic: CellFacts) -> str:
    """Words for cells in text that are written another way than the real ones."""
    shares = [facts.restyled / max(facts.rows - facts.missing, 1) for facts in (synthetic, real)]
    if _differ(synthetic.restyled, synthetic, real.restyled, real):
        what = "separators, currencies or percent signs"
        if column.kind == "datetime":
            what = f"another form than {column.datetime_format or 'the real dates'}"
        first, second = (percent(share) for share in shares)
        return f"written with {what} in {first} of the cells, {second} of the real ones"
    if _differ(synthetic.marked, synthetic, real.marked, real):
        return (
            f"missing in words (? or n/a) in {synthetic.marked:,} of {synthetic.rows:,} cells, "
            f"{real.marked:,} of {real.rows:,} real ones"
        )
    return ""


def _differ(count: int, facts: CellFacts, real_count: int, real: CellFacts) -> bool:
    """Whether cells of a sort are on one side alone, or most of it there, and by no chance.

    How many numbers have separators depends on how large they are, so that other shares differ
    without another way of writing.
    """
    apart = abs(count / facts.rows - real_count / real.rows)
    if (count > 0) == (real_count > 0) and apart <= _MOST:
        return False
    (_, low, high) = wilson(count, facts.rows, _SURE)
    (_, real_low, real_high) = wilson(real_count, real.rows, _SURE)
    return low > real_high or real_low > high
