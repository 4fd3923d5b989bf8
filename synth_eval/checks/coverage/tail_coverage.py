"""Tails of numbers and dates: what lies beyond the real 0.1 % and 99.9 % quantiles.

What it measures
    For each column and side the share of synthetic values beyond the real 0.1 % (or 99.9 %)
    quantile, beside the share of real values there. The estimate is the smallest ratio of the
    two over all tails.

How to read it
    1 is the real tail, 0 a tail that is gone. A tail whose share is certainly below a tenth of
    the real one fails: nine of ten extreme cases are lost. One certainly below half, or above
    twice, is a warning.

Formula
    R = min over tails of (k / m) / (l / n); k of m synthetic and l of n real values are at or
    beyond the real quantile that ends the tail.

When it misleads
    A tail of few rows cannot be judged: below about 5,000 synthetic rows at one in a thousand
    the check is inconclusive rather than kind. Spikes at the end of the range (a cap, zero) are
    no tail and are left out. How far the tail reaches is Wasserstein's matter (F003).

Source
    Exact Poisson bounds on the counts, Bonferroni over the tails. Tails vanish first when models
    are trained on generated data: Shumailov et al. (2024).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.coverage._rates import rate_decisions
from synth_eval.data.states import CellTable, StateSpec
from synth_eval.data.table import NumberColumn
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import poisson_ratio
from synth_eval.words import counted

LOST, HALVED, DOUBLED = "coverage.lost_tail", "coverage.halved", "coverage.doubled"

_SHARE = 0.001
"""Share of real values in a tail: the rarest that an analysis of rare events is asked to keep."""
_WIDEST = 0.02
"""A tail with more rows than this share has a spike at its quantile."""


@check(
    "C003",
    "tail_coverage",
    dimension="coverage",
    title="Tails of numbers and dates",
    figure="ratios",
    states=lambda ctx: _states(ctx),
)
def tail_coverage(ctx: Context) -> Result:
    """Compare the shares of values beyond the real tail quantiles."""
    tails = [tail for name in ctx.data.compared for tail in _tails(ctx, name)]
    if not tails:
        raise NotApplicable(
            f"no column has a tail of at least {ctx.config.small_cell} real rows to look at"
        )
    margin = ctx.config.margin(LOST)
    items = [_item(ctx, tail, len(tails)) for tail in tails]
    items.sort(key=lambda item: (-item.severity, item.number("ratio")))
    worst = min(items, key=lambda item: item.number("ratio"))
    expected = [item.number("reference_ratio") for item in items if item.has("reference_ratio")]
    message, summary = _words(items)
    return ctx.judged(
        message,
        summary=summary,
        items=items,
        items_decide=True,
        estimate=Estimate(
            worst.number("ratio"),
            worst.number("ratio_low"),
            worst.number("ratio_high"),
            1 - ctx.config.alpha / len(items),
        ),
        reference=Reference(
            "smallest ratio in the holdout" if expected else "as many as in the real table",
            min(expected, default=1.0),
            n=None if ctx.data.holdout is None else ctx.data.holdout.num_rows,
        ),
        threshold=margin,
        direction=Direction.REFERENCE,
    )


def _table(ctx: Context, name: str) -> CellTable | None:
    """Cells of a column by its tails; None where real rows are too few for one.

    Cells: 0 low tail, 1 between, 2 high tail, 3 both at once, 4 not finite.
    """
    real = ctx.data.distribution("real", name).finite()
    if real.rows * _SHARE < ctx.config.small_cell:
        return None
    low, high = real.quantiles(np.array([_SHARE, 1 - _SHARE])).tolist()

    def cells(column: NumberColumn) -> npt.NDArray[np.int64]:
        values = column.values
        with np.errstate(invalid="ignore"):
            is_low, is_high = values <= low, values >= high
        inside = np.select([is_low & is_high, is_low, is_high], [3, 0, 2], 1)
        return np.where(np.isfinite(values), inside, 4)

    return CellTable(("tails", name, low, high), (name,), 5, cells)


def _states(ctx: Context) -> Iterator[StateSpec]:
    for column in ctx.data.schema.compared:
        if column.is_continuous and (table := _table(ctx, column.name)) is not None:
            yield table.counts()


def _tails(ctx: Context, name: str) -> list[dict[str, Any]]:
    if not ctx.data.schema[name].is_continuous or (table := _table(ctx, name)) is None:
        return []
    counted = {role: ctx.counts(table, role) for role in ctx.data.tables}
    sizes = {role: int(cells[:4].sum()) for role, cells in counted.items()}
    tails = []
    for side, cell in (("low", 0), ("high", 2)):
        counts = {role: int(cells[cell] + cells[3]) for role, cells in counted.items()}
        if ctx.config.small_cell <= counts["real"] <= _WIDEST * sizes["real"]:
            tails.append({"column": name, "tail": side, "counts": counts, "sizes": sizes})
    return tails


def _item(ctx: Context, tail: dict[str, Any], tails: int) -> Item:
    counts, sizes = tail["counts"], tail["sizes"]
    share = counts["real"] / sizes["real"]
    rows = max(sizes["synthetic"], 1)
    low, high = poisson_ratio(
        counts["synthetic"], rows, counts["real"], sizes["real"], ctx.config.alpha / tails
    )
    ratio = counts["synthetic"] / rows / share
    holdout = counts["holdout"] / sizes["holdout"] if sizes.get("holdout") else None
    return Item(
        "tail",
        (tail["column"], tail["tail"]),
        estimate=counts["synthetic"] / rows,
        reference=holdout,
        decisions=rate_decisions(ctx, ratio, low, high, lost=LOST),
        more={
            "real": share,
            "ratio": ratio,
            "ratio_low": min(low, ratio),
            "ratio_high": max(high, ratio),
            "reference_ratio": None if holdout is None else holdout / share,
        },
    )


def _words(items: Sequence[Item]) -> tuple[str, str]:
    """Message and summary."""
    differing = [item for item in items if item.status is not Status.PASS]
    if not differing:
        text = f"All {len(items)} tails hold about as many values as in the real table."
        return text, text
    worst = differing[0]
    column, tail = worst.names
    head = (
        f"The {tail} tail of {column} holds {worst.number('ratio'):.2f} times the real share of "
        "values"
    )
    more = f"; {counted(len(differing) - 1, 'more tail')} differ" if differing[1:] else ""
    interval = f"({worst.number('ratio_low'):.2f} to {worst.number('ratio_high'):.2f})"
    return f"{head} {interval}{more}.", f"{head}{more}"
