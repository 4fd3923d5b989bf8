"""Total variation distance of triples of columns.

What it measures
    The share of rows that would have to move for the joint table of three columns to be the
    real one; five quantile bins or levels a column, missing, other and unseen cells of their
    own. All rows are counted; where there are too many triples for the budget of counted
    cells, a seeded sample of triples is taken and its size said.

How to read it
    As the pairs (F004). Three columns can depend on each other where no two do: exclusive
    or, or an interaction that only holds in one group. Only triples see that.

When it misleads
    Five cells a column are coarse; what is wrong inside a fifth of the rows stays unseen. A
    sampled set of triples can miss the one that matters: name its columns in a rule.

Source
    k-way marginals as in NIST's synthetic data challenges and Platzer, Reutterer (2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._judge import Cells, judge_cells
from synth_eval.data.codes import Plan, encode
from synth_eval.errors import NotApplicable
from synth_eval.registry import check
from synth_eval.results import Result
from synth_eval.run import Context

_CELLS = 5
_WIDTH = _CELLS + 3
_BUDGET = 400_000_000
"""Cells counted in all tables together, about two seconds of one core."""


@check(
    "F005",
    "triple_total_variation_distance",
    dimension="fidelity",
    title="Total variation of triples of columns",
    figure="intervals",
)
def triple_total_variation(ctx: Context) -> Result:
    """Compare the joint tables of three columns each."""
    plans = ctx.data.plans
    if len(plans) < 3:
        raise NotApplicable("the schema has fewer than three columns to compare")
    chosen, possible = _choose(ctx, len(plans))
    noun = "triples of columns"
    if len(chosen) < possible:
        noun = f"of {possible:,} triples of columns, drawn with the seed"
    return judge_cells(ctx, _tables(ctx, plans, chosen), noun)


def _choose(ctx: Context, columns: int) -> tuple[list[tuple[int, ...]], int]:
    possible = columns * (columns - 1) * (columns - 2) // 6
    rows = sum(table.num_rows for table in ctx.data.tables.values())
    affordable = max(_BUDGET // rows, 20)
    if possible <= affordable:
        return list(combinations(range(columns), 3)), possible
    rng = ctx.rng()
    drawn: set[tuple[int, ...]] = set()
    while len(drawn) < affordable:
        drawn.add(tuple(sorted(rng.choice(columns, 3, replace=False).tolist())))
    return sorted(drawn), possible


def _tables(ctx: Context, plans: list[Plan], chosen: list[tuple[int, ...]]) -> Iterator[Cells]:
    coded = {
        role: [
            _merge(ctx, i)[encode(table.column(plan.name), plan)] for i, plan in enumerate(plans)
        ]
        for role, table in ctx.data.tables.items()
    }
    for first, second, third in chosen:
        item = {
            name: plans[i].name
            for name, i in (("first", first), ("second", second), ("third", third))
        }

        def rows(
            role: str, a: int = first, b: int = second, c: int = third
        ) -> npt.NDArray[np.intp]:
            own = coded[role]
            cells = (own[a] * np.uint16(_WIDTH) + own[b]) * np.uint16(_WIDTH) + own[c]
            return np.asarray(cells, np.intp)

        yield Cells(item, _WIDTH**3, rows)


def _merge(ctx: Context, column: int) -> npt.NDArray[np.uint16]:
    """Map of fine cells to at most five: neighbours of about equal mass, or the first levels."""
    plan, counts = ctx.data.plans[column], ctx.data.counts["real"].one_way(column)
    if len(plan.edges):
        mass = np.cumsum(counts[: plan.fine]) - counts[: plan.fine] / 2
        ordinary = np.minimum(mass / max(counts[: plan.fine].sum(), 1) * _CELLS, _CELLS - 1)
        special = _CELLS + np.arange(3)
    else:
        ordinary = np.minimum(np.arange(plan.fine), _CELLS)  # beyond the first levels: other
        special = _CELLS + np.arange(3)
    return np.concatenate([ordinary.astype(np.uint16), special.astype(np.uint16)])
