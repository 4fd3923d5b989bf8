"""Combinations of two columns that the synthetic table has lost.

What it measures
    For every pair of columns, which cells of their joint table (ten quantile bins or levels
    each) hold real rows and no synthetic ones, beyond what chance does to a sample of this
    size. The estimate is the share of real rows in lost cells of the worst pair.

How to read it
    0 is best. A cell of at least one real row in a thousand that is lost fails: whoever
    filters the synthetic table on it finds nobody.

Formula
    C = max over pairs of columns of Σ p over the lost cells; p real share of a cell. Lost: at least
    eleven real rows, no synthetic one, and (1 − p)ᵐ < α / cells for m synthetic rows; α chance of a
    false alarm.

When it misleads
    Cells of fewer than eleven real rows are not looked at. That all cells are there does not
    mean that their shares are right (F004).

Source
    Probability of an empty cell under sampling, Bonferroni over all cells of all pairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.intervals import wilson

_DETAILS = 500


@check(
    "C002",
    "cell_coverage",
    dimension="coverage",
    title="Combinations of two columns that vanished",
    figure="heatmap",
)
def cell_coverage(ctx: Context) -> Result:
    """Look for joint cells that the synthetic table should hold and does not."""
    real = ctx.data.counts["real"]
    if not real.pairs:
        raise NotApplicable("the schema has fewer than two columns to compare")
    looked_at = sum(
        int((real.two_way(i) >= ctx.config.small_cell).sum()) for i in range(len(real.pairs))
    )
    if not looked_at:
        raise NotApplicable(f"no cell of two columns holds {ctx.config.small_cell} real rows")
    rows = [_pair(ctx, i, ctx.config.alpha / looked_at) for i in range(len(real.pairs))]
    rows.sort(key=lambda row: (-row["estimate"], -row["absent"]))
    margin = ctx.config.margin("coverage.lost_mass")
    worst = rows[0]
    lost = sum(row["lost_cells"] for row in rows)
    if worst["estimate"] >= margin.value:
        status = Status.FAIL
    elif max(row["absent"] for row in rows) >= _unseen(ctx, margin.value):
        status = Status.INCONCLUSIVE
    else:
        status = Status.WARN if lost else Status.PASS
    n = ctx.data.real.num_rows
    _, low, high = wilson(round(worst["estimate"] * n), n)
    has_holdout = ctx.data.holdout is not None
    return ctx.result(
        status,
        _message(rows, lost, looked_at, status),
        estimate=Estimate(
            worst["estimate"],
            min(low, worst["estimate"]) if lost else 0.0,
            max(high, worst["estimate"]) if lost else 0.0,
        ),
        reference=Reference(
            "lost from the holdout, worst pair" if has_holdout else "expected of fresh real rows",
            max((row["reference"] or 0.0) for row in rows) if has_holdout else 0.0,
            n=ctx.data.holdout.num_rows if ctx.data.holdout is not None else None,
        ),
        threshold=margin,
        direction=Direction.LOWER,
        details=rows[:_DETAILS],
    )


def _pair(ctx: Context, pair: int, alpha: float) -> dict[str, Any]:
    counts = ctx.data.counts
    cells = counts["real"].two_way(pair)
    share = cells / max(ctx.data.real.num_rows, 1)
    looked = cells >= ctx.config.small_cell

    def lost(role: str) -> Any:
        rows = ctx.data.tables[role].num_rows
        absent = np.exp(rows * np.log1p(-np.minimum(share, 1 - 1e-12)))
        return looked & (counts[role].two_way(pair) == 0) & (absent < alpha)

    gone = lost("synthetic")
    first, second = counts["real"].pairs[pair]
    return {
        "first": ctx.data.plans[first].name,
        "second": ctx.data.plans[second].name,
        "estimate": float(share[gone].sum()),
        "reference": float(share[lost("holdout")].sum()) if "holdout" in counts else None,
        "lost_cells": int(gone.sum()),
        "cells": int(looked.sum()),
        "absent": float(share[looked & (counts["synthetic"].two_way(pair) == 0)].sum()),
        "status": str(Status.FAIL if gone.any() else Status.PASS),
    }


def _unseen(ctx: Context, margin: float) -> float:
    """Share of absent cells that honest rows of this number would not reach by chance."""
    rows, n = ctx.data.synthetic.num_rows, ctx.data.real.num_rows
    by_chance = max(
        float((c / n * np.exp(-rows * c / n))[c >= ctx.config.small_cell].sum())
        for c in (
            ctx.data.counts["real"].two_way(i) for i in range(len(ctx.data.counts["real"].pairs))
        )
    )
    return max(margin, 3 * by_chance) if rows * margin > 1 else margin


def _message(rows: list[dict[str, Any]], lost: int, looked_at: int, status: Status) -> str:
    worst = rows[0]
    if lost:
        return (
            f"{lost} of {looked_at:,} combinations are lost, most in {worst['first']} × "
            f"{worst['second']}: {worst['lost_cells']} cells with "
            f"{100 * worst['estimate']:.2f} % of the real rows."
        )
    if status is Status.INCONCLUSIVE:
        absent = max(row["absent"] for row in rows)
        return (
            f"Cells are empty ({100 * absent:.2f} % of real rows in one pair) that so few "
            "synthetic rows cannot be asked to fill; make more rows."
        )
    return f"None of {looked_at:,} combinations of two columns is lost."
