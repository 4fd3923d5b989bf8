"""Groups of similar rows that the synthetic table has lost.

What it measures
    Up to 60 real rows, drawn far from each other, divide the rows of all tables: each row belongs
    to the nearest of them. A group is lost that no synthetic row is in, though chance cannot
    explain it, or that holds certainly less than a tenth of its real share of rows. The estimate
    is the share of real rows in lost groups. Beside it stands the share of real rows that are
    missing in groups which have become rarer, whole or in part. All rows are assigned; only the
    drawing of the group centres and of two halves of the rows is random, with the seed.

How to read it
    0 is best. It fails where groups with at least one real row in a thousand are lost: a mode
    that no single column and no pair shows. It warns where surely more than one real row in a
    hundred is missing: a mode that has lost a part of its rows.

Formula
    C = Σ p over the lost groups; p = k / n, q real and synthetic share of a group. Lost: no
    synthetic row and C(n, k) / C(n + m, k) < α / groups, or an upper bound of q / p below 0.1.
    Missing: Σ (p − q) over the groups that were rarer on the other half of the rows.

When it misleads
    Groups are convex pieces of a mixed-type space; a small mode can share its group with
    ordinary rows. Another seed draws other centres.

Source
    Arthur, Vassilvitskii (2007), k-means++, for the drawing of centres; exact conditional bounds,
    Bonferroni over the groups. Groups chosen on other rows than those that judge them: Cox (1975),
    A note on data-splitting for the evaluation of significance levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.checks.coverage._rates import (
    cause_of_nothing,
    chance_of_absence,
    smallest_lost_share,
)
from synth_eval.data.spaces import Space, space_of
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.facts import SMALLEST_FAULT
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import Interval, poisson_ratio, wilson
from synth_eval.stats.neighbours import EncodedRows, nearest
from synth_eval.words import percent

LOST, FADED, EMPTY = "coverage.lost_mass", "coverage.faded_level", "coverage.empty_groups"
MISSING, UNSEEN = "coverage.missing_rows", "coverage.unseen_mode"

_GROUPS = 60
"""Most groups: with more, each would hold too small a share to be seen lost at usual sizes."""
_ROWS_PER_GROUP = 15
"""Real rows a group should hold on average, a few more than must be in one that is looked at:
the smaller the groups, the likelier that one lies whole inside a mode that is gone."""
_MODES = 8
"""Modes that groups are taken together to, for what is missing from many groups alike."""
_CLEAR_ERRORS = 1.0
"""Standard errors by which a group must be rarer to count as chosen: it keeps out half of those
that only chance made rarer, which would add nothing but noise."""
_DRAWN_FROM = 5_000
_BATCH = 65_536


@check(
    "C006",
    "rare_clusters",
    dimension="coverage",
    title="Groups of similar rows that vanished",
    cost="neighbours",
    figure="ratios",
    facts=(SMALLEST_FAULT,),
)
def rare_clusters(ctx: Context) -> Result:
    """Assign all rows to groups around drawn real rows and look for lost groups."""
    names = ctx.data.compared
    if not names:
        raise NotApplicable("the schema has no column to compare rows by")
    space = space_of(ctx.data.baseline, names, "real quantiles")
    drawn, centres = ctx.once(("group centres", ctx.config.seed), lambda: _centres(ctx, space))
    # The rows that made the groups lie in them by construction: no other table has such.
    made = {"real": drawn}
    halves = {
        role: _rows_per_group(ctx, space, centres, role, made.get(role)) for role in ctx.data.tables
    }
    counts = {role: own.sum(axis=0) for role, own in halves.items()}
    kept = np.flatnonzero(counts["real"] >= ctx.config.small_cell)
    if len(kept) == 0:
        raise NotApplicable(
            f"no group holds {ctx.config.small_cell} real rows", cause=cause_of_nothing(ctx)
        )
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
    missing = _missing(ctx, space, centres, halves)
    # Groups of just the margin's size must be kept: the line lies right below it.
    line = float(np.nextafter(margin.value, 0.0))
    decisions = (
        Decision("real rows of lost groups", mass, mass, mass, fail=line, warn=0.0,
                 otherwise=Status.PASS, margins=(LOST,)),
        Decision("real rows of groups that may be lost", unclear, 0.0, unclear,
                 clear=ctx.config.margin(EMPTY).value, margins=(EMPTY,)),
        Decision("real rows missing in groups that are rarer", missing.value, missing.low,
                 missing.high, warn=ctx.config.margin(MISSING).value,
                 clear=ctx.config.margin(UNSEEN).value, margins=(MISSING, UNSEEN)),
    )  # fmt: skip
    n = ctx.data.real.num_rows
    _, low, high = wilson(round(mass * n), n)
    lost = sum(item.status is Status.FAIL for item in items)
    message = f"All {len(items)} groups of similar rows are kept."
    if lost:
        share = percent(mass, 2)
        message = f"{lost} of {len(items)} groups are lost, with {share} of the real rows."
    elif decisions[2].status is Status.WARN:
        message = (
            f"Groups of similar rows have become rarer: {percent(missing.value)} of the real rows "
            f"are missing (at least {percent(missing.low)})."
        )
    elif Status.INCONCLUSIVE in (decisions[1].status, decisions[2].status):
        message = "So few rows cannot show whether a group of similar ones is gone; make more rows."
    return ctx.judged(
        message,
        summary=message,
        decisions=decisions,
        items=items,
        estimate=Estimate(mass, min(low, mass) if mass else 0.0, max(high, mass) if mass else 0.0),
        reference=_reference(ctx, items),
        threshold=margin,
        direction=Direction.LOWER,
        facts={SMALLEST_FAULT: smallest_lost_share(ctx, ctx.config.alpha / 2 / len(kept))},
    )


def _centres(ctx: Context, space: Space) -> tuple[npt.NDArray[np.int64], EncodedRows]:
    """Real rows far from each other, one per group: their numbers in the table, and the rows."""
    rng, data = ctx.rng(), ctx.data
    rows = data.sample_rows("real", _DRAWN_FROM, rng)
    groups = int(np.clip(data.real.num_rows / _ROWS_PER_GROUP, 8, _GROUPS))
    sample = space.encode(data.tables, "real", rows)
    chosen = _draw(sample, space.grid, groups, rng)
    return rows[chosen], sample.take(chosen)


def _rows_per_group(
    ctx: Context,
    space: Space,
    centres: EncodedRows,
    role: str,
    without: npt.NDArray[np.int64] | None,
) -> npt.NDArray[np.int64]:
    """Rows per group in both halves of a table, shape (2, groups), a batch at a time."""

    def count() -> npt.NDArray[np.int64]:
        counts = np.zeros((2, len(centres)), np.int64)
        table = ctx.data.tables[role]
        half = ctx.rng(f"halves {role}").permutation(table.num_rows) % 2
        is_counted = np.ones(table.num_rows, np.bool_)
        is_counted[[] if without is None else without] = False
        for start in range(0, table.num_rows, _BATCH):
            rows = np.arange(start, min(start + _BATCH, table.num_rows))
            found = space.nearest(space.encode(ctx.data.tables, role, rows), centres)
            cells = (half[rows] * len(centres) + found.rows[:, 0])[is_counted[rows]]
            counts += np.bincount(cells, minlength=counts.size).reshape(counts.shape)
        return counts

    return ctx.once(("rows per group", role, ctx.config.seed), count, of=role)


def _draw(
    sample: EncodedRows, grid: int, groups: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
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
    return np.array(chosen)


def _missing(
    ctx: Context, space: Space, centres: EncodedRows, halves: dict[str, npt.NDArray[np.int64]]
) -> Interval:
    """Missing rows in the groups or in the few modes they make up, whichever surely has more."""
    first = centres.take(np.arange(min(_MODES, len(centres))))
    mode_of = space.nearest(centres, first).rows[:, 0]
    modes = {role: np.zeros((2, len(first)), np.int64) for role in halves}
    for role, own in modes.items():
        np.add.at(own.T, mode_of, halves[role].T)
    # Half of the error is for lost groups; and of two intervals the one that says more is taken.
    level = 1 - ctx.config.alpha / 2
    found = [
        missing_share(own["real"], own["synthetic"], level) for own in (halves, modes)
    ]  # fmt: skip
    return max(found, key=lambda interval: interval.low)


def missing_share(
    real: npt.NDArray[np.int64], synthetic: npt.NDArray[np.int64], level: float = 0.95
) -> Interval:
    """Share of the real rows that are missing in groups which have become rarer.

    Groups are chosen on one half of the rows and judged on the other, and the other way round,
    so that the choice of the worst ones is no finding. No larger than the total variation
    distance of the groups, on average.

    Parameters
    ----------
    real, synthetic : ndarray of int64, shape (2, groups)
        Rows per group in both halves.
    level : float
        Two-sided confidence level.

    Examples
    --------
    >>> import numpy as np
    >>> real = np.array([[200, 800], [200, 800]])
    >>> found = missing_share(real, np.array([[0, 1000], [0, 1000]]))
    >>> float(found.value), round(float(found.low), 3), round(float(found.high), 3)
    (0.2, 0.175, 0.225)
    """
    n, m = (np.maximum(own.sum(axis=1), 1) for own in (real, synthetic))
    p, q = real / n[:, None], synthetic / m[:, None]
    gaps, variances = [], []
    for chosen_on, judged_on in ((0, 1), (1, 0)):
        both = (real[chosen_on] + synthetic[chosen_on]) / (n[chosen_on] + m[chosen_on])
        error = np.sqrt(both * (1 - both) * (1 / n[chosen_on] + 1 / m[chosen_on]))
        rarer = p[chosen_on] - q[chosen_on] > _CLEAR_ERRORS * error
        there, left = float(p[judged_on, rarer].sum()), float(q[judged_on, rarer].sum())
        gaps.append(there - left)
        # One row more on either side, so that shares of few rows are not taken for certain.
        shares = [(share * rows + 1) / (rows + 2) for share, rows in
                  ((there, n[judged_on]), (left, m[judged_on]))]  # fmt: skip
        variances.append(
            shares[0] * (1 - shares[0]) / n[judged_on] + shares[1] * (1 - shares[1]) / m[judged_on]
        )
    value = max(float(np.mean(gaps)), 0.0)
    # Groups that are rarer in both halves by chance raise both gaps: their errors are not
    # independent, and the mean of both has an error hardly smaller than either.
    half = NormalDist().inv_cdf(0.5 + level / 2) * float(np.sqrt(np.mean(variances)))
    return Interval(value, max(value - half, 0.0), min(value + half, 1.0))


def _group(ctx: Context, counts: dict[str, npt.NDArray[np.int64]], group: int, groups: int) -> Item:
    n, m = int(counts["real"].sum()), ctx.data.synthetic.num_rows
    real, synthetic = int(counts["real"][group]), int(counts["synthetic"][group])
    alpha = ctx.config.alpha / 2 / groups  # the other half is for what is missing in part
    low, high = poisson_ratio(synthetic, m, real, n, alpha)
    ratio = synthetic / m / (real / n)
    low, high = min(low, ratio), max(high, ratio)
    faded = ctx.config.margin(FADED).value
    decisions = [
        Decision("ratio to the real share", ratio, low, high, Direction.HIGHER, fail=faded,
                 aim=faded, margins=(FADED,)),
    ]  # fmt: skip
    if synthetic == 0:
        chance = float(chance_of_absence(real, n, m))
        decisions.append(
            Decision("chance that honest rows lack it", chance, chance, chance, Direction.HIGHER,
                     fail=alpha, otherwise=Status.PASS, margins=(FADED,))
        )  # fmt: skip
    holdout = None
    if ctx.data.holdout is not None:
        holdout = float(counts["holdout"][group] / ctx.data.holdout.num_rows)
    return Item(
        "group",
        (str(group),),
        estimate=synthetic / m,
        reference=holdout,
        decisions=tuple(decisions),
        more={"real": real / n, "ratio": ratio, "ratio_low": low, "ratio_high": high},
    )


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
