"""Whether the synthetic table has the columns of the real one, and cells that can be read.

What it measures
    Absent and extra columns; cells that cannot be read as the column's kind, among them
    infinities where the real table has none; columns that are all missing; columns stored as
    another type; dates with and without a time zone. The estimate is the share of cells of
    the worst column that cannot be used.

How to read it
    0 is a table that can be dropped in where the real one was. A column that is absent or all
    missing, or in which more than one cell in a thousand cannot be read, fails. Another
    storage type or an extra column is a warning: the numbers below are right, but programs
    written for the real table will notice.

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
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import wilson
from synth_eval.words import counted

MARGIN = "validity.unparseable_cells"


@check(
    "V001",
    "schema_match",
    dimension="validity",
    title="Columns and readable cells",
    states=lambda ctx: map(facts_of, ctx.data.schema.names),
    figure="bars",
)
def schema_match(ctx: Context) -> Result:
    """Compare columns, storage types and readability."""
    data, margin = ctx.data, ctx.config.margin(MARGIN)
    items = [_column_item(ctx, name, margin.value) for name in data.schema.names]
    extra = [name for name in data.synthetic.stored_names if name not in data.schema]
    items += [_noticed(name, "not in the real table", None, margin.value) for name in extra]
    items.sort(key=lambda item: (-item.severity, -(item.estimate or 0.0)))
    worst = max((item.number("estimate") for item in items), default=0.0)
    reference = max((item.reference or 0.0 for item in items), default=0.0)
    _, low, high = wilson(round(worst * data.synthetic.num_rows), data.synthetic.num_rows)
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
            "worst column of the holdout"
            if data.holdout
            else "no holdout; the real table has none",
            reference if data.holdout else 0.0,
            n=None if data.holdout is None else data.holdout.num_rows,
        ),
        threshold=margin,
        direction=Direction.LOWER,
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
    unusable = _unusable(synthetic, real)
    if unusable:
        _, low, high = wilson(unusable, rows)
        finding = f"{unusable:,} of {rows:,} cells cannot be read as {data.schema[name].kind}"
        decision = Decision(
            "unreadable cells", unusable / rows, low, high, fail=margin, warn=0.0, margins=(MARGIN,)
        )
        return _item(name, reference, finding, decision)
    return _noticed(name, _storage(data.schema[name], real, synthetic), reference, margin)


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
    numbers = {"whole number", "number"}
    if first == second or (numbers == {first, second} and not column.integer):
        return ""
    if second == "number" and first == "whole number" and not synthetic.fractional:
        return ""
    return f"stored as {second}, in the real table as {first}"
