"""Whether the synthetic table is closer to the real one than fresh real rows would be.

What it measures
    The mean total variation distance over columns, pairs and triples of columns, divided by
    the distance expected of as many fresh real rows: 1 is as close as reality comes to
    itself, 0 is the table itself. Real rows dealt at random into real, holdout and fresh rows
    show how far the ratio strays by chance.

How to read it
    Above 1 is what the other checks judge. Below 1 is suspicious rather than excellent: rows
    that repeat the noise of the training table were made from its rows. Columns are an
    exception: a generator that fits the margins draws from the real table's own shares, so
    for columns only a ratio below that of such draws is an alarm,
    sqrt((1/m) / (1/m + 1/n)) for n real and m synthetic rows. For pairs and triples, which
    few generators fit, everything surely below 1 is one. It warns and never fails: copies are
    counted by the privacy checks. Where chance alone moves a ratio down to zero not even a copy
    would be seen; where that is so for columns, pairs and triples alike, it is inconclusive.

Formula
    R = mean D / mean E; D = ½ · Σ |pᵢ − qᵢ| of a table, E its expected value for two random samples
    of as many rows, drawn by the shares of real and holdout together. Shown are the columns, pairs
    or triples whose upper bound is lowest beside its limit.

When it misleads
    A generator that publishes noisy tables of pairs or triples on purpose fits those tables
    too; then read the triples, or more than that. A few copied rows among many do not move
    the mean: P001 finds them.

Source
    Platzer, Reutterer (2021), Holdout-based empirical assessment of mixed-type synthetic
    data, compare with a holdout; the exception for fitted margins is needed since the
    holdout has noise of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._few_cells import count_triples, few_cell_maps, triples_of
from synth_eval.data.codes import encode
from synth_eval.data.states import StateSpec, counts_of
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision
from synth_eval.judging.registry import check
from synth_eval.judging.results import (
    Direction,
    Estimate,
    Item,
    Reference,
    Result,
    Status,
    Threshold,
)
from synth_eval.stats.closeness import (
    TableSet,
    closeness_ratio,
    fitted_factor,
    ratio_of_fresh_rows,
)

CellArray = npt.NDArray[np.intp]
CountArray = npt.NDArray[np.int64]

_TABLES = 60  # of each kind, a seeded sample: forty deals count every one of them
_DEALS = 40  # a standard deviation from so many is right to about a ninth
_DEALT_ROWS = 20_000  # the spread of the ratio hardly depends on their number
_FEWEST_ROWS = 200  # with fewer the counts of pairs are mostly zeros and ones
_MARGIN = "fidelity.fresh_distance"
_KINDS = ("columns", "pairs", "triples")
_BASIS = (
    "as close as fresh rows (columns: as rows drawn from the real table's own shares); the "
    "interval is what dealing real rows at random shows, corrected for three comparisons"
)


@check(
    "F017",
    "closer_than_fresh_rows",
    dimension="fidelity",
    title="Closer to the real table than fresh rows would be",
    cost="neighbours",
    figure="intervals",
    gating=False,
    states=lambda ctx: _states(ctx),
)
def closer_than_fresh_rows(ctx: Context) -> Result:
    """Compare mean distances with those of fresh rows."""
    data = ctx.data
    if not data.plans:
        raise NotApplicable("the schema has no columns to compare")
    smallest = min(data.real.num_rows, data.synthetic.num_rows)
    if smallest < _FEWEST_ROWS:
        raise NotApplicable(f"fewer than {_FEWEST_ROWS} rows: chance hides everything")
    items = [_item(ctx, side) for side in range(1, min(len(data.plans), 3) + 1)]
    ordered = sorted(items, key=_room)
    worst = ordered[0]
    assert worst.estimate is not None
    assert worst.limit is not None
    decisions = [decision for item in ordered for decision in item.decisions]
    # Tables in which not even a copy would be seen decide only where there are no others.
    telling = [decision for decision in decisions if not decision.void]
    if all(item.status is Status.INCONCLUSIVE for item in items):
        message = (
            "Too few cells to tell: chance moves the distances so far that a copy stays unseen."
        )
        summary = "Too few cells to tell whether the table is closer to real than fresh rows."
    elif worst.status is not Status.WARN:
        ratios = ", ".join(f"{item.label} {item.estimate:.2f}" for item in items)
        message = f"Not closer to the real table than fresh rows (which have 1): {ratios}."
        summary = "Not closer to the real table than fresh real rows would be."
    else:
        message = (
            f"In its {worst.label} the synthetic table is closer to the real one than fresh rows: "
            f"{worst.estimate:.2f} ({worst.low:.2f} to {worst.high:.2f}) of their distance, "
            f"where {worst.limit:.2f} is ordinary. It repeats the noise of its training rows."
        )
        summary = (
            f"The {worst.label} are closer to the real ones than those of fresh rows "
            f"({worst.estimate:.2f} of their distance): training noise is repeated."
        )
    return ctx.judged(
        message,
        summary=summary,
        decisions=telling or decisions,
        items=ordered,
        estimate=Estimate(worst.estimate, worst.low, worst.high, 1 - ctx.config.alpha),
        reference=Reference("fresh real rows", worst.reference),
        threshold=Threshold(worst.limit, f"{_BASIS}; {ctx.config.margin(_MARGIN).basis}"),
        direction=Direction.REFERENCE,
    )


def _room(item: Item) -> float:
    """Upper end in units of the limit: below 1 the tables are surely too close."""
    assert item.high is not None
    assert item.limit is not None
    return item.high / item.limit


def _item(ctx: Context, side: int) -> Item:
    """Columns, pairs or triples: their ratio, and what chance would do to it."""
    chosen = _choose(ctx, len(ctx.data.plans), side)
    counts, width = _counts(ctx, side, chosen)
    pooled = counts["real"] + counts.get("holdout", 0)
    tables = TableSet(counts["real"], counts["synthetic"], pooled)

    def deal() -> tuple[float, float]:
        cells, sizes = _dealt(ctx, side, chosen)
        return ratio_of_fresh_rows(cells, width, sizes, _DEALS, ctx.rng(f"deals {side}"))

    # Real rows are dealt, as many as there are synthetic ones.
    key = ("ratio of fresh rows", side, ctx.config.seed, ctx.data.synthetic.num_rows)
    mean, spread = ctx.once(key, deal)
    z = NormalDist().inv_cdf(1 - ctx.config.alpha / (2 * len(_KINDS)))
    estimate = closeness_ratio(tables)
    limit = ctx.config.margin(_MARGIN).value * mean
    if side == 1:
        limit *= min(fitted_factor(tables), 1.0)
    low, high = max(estimate - z * spread, 0.0), estimate + z * spread
    decision = Decision(
        _KINDS[side - 1], estimate, low, high, Direction.HIGHER, warn=limit, otherwise=Status.PASS,
        margins=(_MARGIN,),
        void="chance alone reaches down to zero: not even a copy would be seen"
        if z * spread >= limit
        else "",
    )  # fmt: skip
    return Item(
        "tables",
        (_KINDS[side - 1],),
        estimate=estimate,
        low=low,
        high=high,
        reference=mean,
        expected=mean * fitted_factor(tables),
        limit=limit,
        decisions=(decision,),
        more={"tables": len(chosen)},
    )


def _states(ctx: Context) -> Iterator[StateSpec]:
    plans = ctx.data.plans
    yield counts_of(plans)
    if len(plans) >= 3:
        yield triples_of(ctx, few_cell_maps(ctx), _triples(_choose(ctx, len(plans), 3)))


def _triples(chosen: list[tuple[int, ...]]) -> list[tuple[int, int, int]]:
    return [(a, b, c) for a, b, c in chosen]


def _choose(ctx: Context, columns: int, side: int) -> list[tuple[int, ...]]:
    """All tables of so many columns, or a seeded sample of them."""
    if comb(columns, side) <= _TABLES:
        return list(combinations(range(columns), side))
    rng = ctx.rng(f"tables {side}")
    drawn: set[tuple[int, ...]] = set()
    while len(drawn) < _TABLES:
        drawn.add(tuple(sorted(rng.choice(columns, side, replace=False).tolist())))
    return sorted(drawn)


def _counts(
    ctx: Context, side: int, chosen: list[tuple[int, ...]]
) -> tuple[dict[str, CountArray], int]:
    """Counts of the chosen tables in all rows, by role, and the cells of one table."""
    counts = ctx.data.counts
    if side == 3:
        maps = few_cell_maps(ctx)
        triples = _triples(chosen)
        stacked = {role: count_triples(ctx, role, maps, triples) for role in ctx.data.tables}
    elif side == 2:
        places = {pair: place for place, pair in enumerate(counts["real"].pairs)}
        stacked = {
            role: np.stack([state.two_way(places[a, b]) for a, b in chosen])
            for role, state in counts.items()
        }
    else:
        width = max(len(counts["real"].one_way(column)) for (column,) in chosen)
        stacked = {
            role: np.stack(
                [
                    np.pad(one, (0, width - len(one)))
                    for (a,) in chosen
                    for one in [state.one_way(a)]
                ]
            )
            for role, state in counts.items()
        }
    return stacked, stacked["real"].shape[1]


def _dealt(
    ctx: Context, side: int, chosen: list[tuple[int, ...]]
) -> tuple[list[CellArray], tuple[int, int, int]]:
    """Cells of a seeded sample of real rows, and the sizes of real, holdout and fresh parts."""
    data = ctx.data
    roles = [role for role in data.tables if role != "synthetic"]
    real_rows = sum(data.tables[role].num_rows for role in roles)
    share = min(real_rows, _DEALT_ROWS) / (real_rows + data.synthetic.num_rows)
    rows = {
        role: data.sample_rows(
            role,
            round(data.tables[role].num_rows * min(1.0, _DEALT_ROWS / real_rows)),
            ctx.rng(f"dealt {role}"),
        )
        for role in roles
    }
    sizes = (
        int(share * data.real.num_rows),
        int(share * data.holdout.num_rows) if data.holdout is not None else 0,
        int(share * data.synthetic.num_rows),
    )
    maps = few_cell_maps(ctx) if side == 3 else None
    coded = []
    for place, plan in enumerate(data.plans):
        fine = np.concatenate(
            [encode(data.tables[role].column(plan.name).take(rows[role]), plan) for role in roles]
        )
        merged = maps[place] if maps else plan.to_coarse if side == 2 else None
        coded.append((fine if merged is None else merged[fine]).astype(np.intp))
    width = data.counts["real"].width if maps is None else max(int(cell.max()) + 1 for cell in maps)
    return [_joint([coded[column] for column in columns], width) for columns in chosen], sizes


def _joint(columns: list[CellArray], width: int) -> CellArray:
    joint = columns[0]
    for column in columns[1:]:
        joint = joint * width + column
    return joint
