"""Groups of similar rows that the synthetic table has lost.

What it measures
    Up to 60 real rows, drawn far from each other, divide the rows of all tables: each row belongs
    to the nearest of them. A group that holds certainly less than a tenth of its real share of
    rows is lost. The estimate is the share of real rows in lost groups. All rows are assigned;
    only the drawing of the group centres is random, with the seed.

How to read it
    0 is best. It fails where groups with at least one real row in a thousand are lost: a mode
    that no single column and no pair shows.

Formula
    C = Σ p over the lost groups; p real share of a group. Lost: the exact upper bound of q / p is
    below 0.1, q synthetic share of the group.

When it misleads
    Groups are convex pieces of a mixed-type space; a small mode can share its group with
    ordinary rows. Another seed draws other centres.

Source
    Arthur, Vassilvitskii (2007), k-means++, for the drawing of centres; exact Poisson bounds,
    Bonferroni over the groups.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.data.spaces import Space, space_of
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import poisson_ratio, wilson
from synth_eval.stats.neighbours import EncodedRows, nearest
from synth_eval.words import percent

LOST, FADED, EMPTY = "coverage.lost_mass", "coverage.faded_level", "coverage.empty_groups"

_GROUPS = 60
"""Most groups: with more, each would hold too small a share to be seen lost at usual sizes."""
_ROWS_PER_GROUP = 400
"""Real rows a group should hold on average: fewer could not be called lost."""
_DRAWN_FROM = 5_000
_BATCH = 65_536


@check(
    "C006",
    "rare_clusters",
    dimension="coverage",
    title="Groups of similar rows that vanished",
    cost="neighbours",
    figure="ratios",
)
def rare_clusters(ctx: Context) -> Result:
    """Assign all rows to groups around drawn real rows and look for lost groups."""
    names = ctx.data.compared
    if not names:
        raise NotApplicable("the schema has no column to compare rows by")
    space = space_of(ctx.data.baseline, names, "real quantiles")
    centres = ctx.once(("group centres", ctx.config.seed), lambda: _centres(ctx, space))
    counts = {role: _rows_per_group(ctx, space, centres, role) for role in ctx.data.tables}
    kept = np.flatnonzero(counts["real"] >= ctx.config.small_cell)
    if len(kept) == 0:
        raise NotApplicable(f"no group holds {ctx.config.small_cell} real rows")
    items = [_group(ctx, counts, int(group), len(kept)) for group in kept]
    items.sort(
        key=lambda item: (item.status is not Status.FAIL, item.number("ratio"),
                          -item.number("real"))
    )  # fmt: skip
    mass, unclear = (
        sum(item.number("real") for item in items if item.status is status)
        for status in (Status.FAIL, Status.INCONCLUSIVE)
    )
    margin = ctx.config.margin(LOST)
    # Groups of just the margin's size must be kept: the line lies right below it.
    line = float(np.nextafter(margin.value, 0.0))
    decisions = (
        Decision("real rows of lost groups", mass, mass, mass, fail=line, warn=0.0,
                 otherwise=Status.PASS, margins=(LOST,)),
        Decision("real rows of groups that may be lost", unclear, 0.0, unclear,
                 clear=ctx.config.margin(EMPTY).value, margins=(EMPTY,)),
    )  # fmt: skip
    n = ctx.data.real.num_rows
    _, low, high = wilson(round(mass * n), n)
    lost = sum(item.status is Status.FAIL for item in items)
    message = f"All {len(items)} groups of similar rows are kept."
    if lost:
        share = percent(mass, 2)
        message = f"{lost} of {len(items)} groups are lost, with {share} of the real rows."
    elif decisions[1].status is Status.INCONCLUSIVE:
        message = "So few synthetic rows cannot fill the groups of the real ones; make more rows."
    return ctx.judged(
        message,
        summary=message,
        decisions=decisions,
        items=items,
        estimate=Estimate(mass, min(low, mass) if mass else 0.0, max(high, mass) if mass else 0.0),
        reference=_reference(ctx, items),
        threshold=margin,
        direction=Direction.LOWER,
    )


def _centres(ctx: Context, space: Space) -> EncodedRows:
    """Real rows far from each other, one per group."""
    rng, data = ctx.rng(), ctx.data
    rows = data.sample_rows("real", _DRAWN_FROM, rng)
    groups = int(np.clip(data.real.num_rows / _ROWS_PER_GROUP, 8, _GROUPS))
    return _draw(space.encode(data.tables, "real", rows), space.grid, groups, rng)


def _rows_per_group(
    ctx: Context, space: Space, centres: EncodedRows, role: str
) -> npt.NDArray[np.int64]:
    """Rows per group in one table, a batch at a time."""

    def count() -> npt.NDArray[np.int64]:
        counts = np.zeros(len(centres), np.int64)
        table = ctx.data.tables[role]
        for start in range(0, table.num_rows, _BATCH):
            rows = np.arange(start, min(start + _BATCH, table.num_rows))
            found = space.nearest(space.encode(ctx.data.tables, role, rows), centres)
            counts += np.bincount(found.rows[:, 0], minlength=len(counts))
        return counts

    return ctx.once(("rows per group", role, ctx.config.seed), count, of=role)


def _draw(sample: EncodedRows, grid: int, groups: int, rng: np.random.Generator) -> EncodedRows:
    """Rows drawn one after the other, likelier the farther from those drawn so far."""
    chosen = [int(rng.integers(len(sample)))]
    squares = np.full(len(sample), np.inf)
    while len(chosen) < min(groups, len(sample)):
        last = sample.take(np.array(chosen[-1:]))
        squares = np.minimum(squares, nearest(sample, last, grid).distances[:, 0] ** 2)
        total = squares.sum()
        if total == 0:  # fewer different rows than groups
            break
        chosen.append(int(np.searchsorted(np.cumsum(squares), rng.random() * total)))
    return sample.take(np.array(chosen))


def _group(ctx: Context, counts: dict[str, npt.NDArray[np.int64]], group: int, groups: int) -> Item:
    n, m = ctx.data.real.num_rows, ctx.data.synthetic.num_rows
    real, synthetic = int(counts["real"][group]), int(counts["synthetic"][group])
    low, high = poisson_ratio(synthetic, m, real, n, ctx.config.alpha / groups)
    ratio = synthetic / m / (real / n)
    low, high = min(low, ratio), max(high, ratio)
    faded = ctx.config.margin(FADED).value
    holdout = None
    if ctx.data.holdout is not None:
        holdout = float(counts["holdout"][group] / ctx.data.holdout.num_rows)
    return Item(
        "group",
        (str(group),),
        estimate=synthetic / m,
        reference=holdout,
        decisions=(
            Decision("ratio to the real share", ratio, low, high, Direction.HIGHER, fail=faded,
                     aim=faded, margins=(FADED,)),
        ),
        more={"real": real / n, "ratio": ratio, "ratio_low": low, "ratio_high": high},
    )  # fmt: skip


def _reference(ctx: Context, items: Sequence[Item]) -> Reference:
    if ctx.data.holdout is None:
        return Reference("no group of honest rows is lost", 0.0)
    faded = ctx.config.margin(FADED).value
    lost = sum(
        item.number("real")
        for item in items
        if (item.reference or 0.0) < faded * item.number("real")
    )
    return Reference("nearly empty groups of the holdout", lost, n=ctx.data.holdout.num_rows)
