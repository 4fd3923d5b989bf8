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

from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.table import Table
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.intervals import poisson_ratio, wilson
from synth_eval.stats.neighbours import EncodedRows, MixedSpace, nearest

_GROUPS = 60
_ROWS_PER_GROUP = 400
"""Real rows a group should hold on average: fewer could not be called lost."""
_DRAWN_FROM = 5_000
_FADED = 0.1
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
    space = _Space(ctx, names)
    counts = {role: space.count(table) for role, table in ctx.data.tables.items()}
    kept = np.flatnonzero(counts["real"] >= ctx.config.small_cell)
    if len(kept) == 0:
        raise NotApplicable(f"no group holds {ctx.config.small_cell} real rows")
    rows = [_group(ctx, counts, int(group), len(kept)) for group in kept]
    rows.sort(key=lambda row: (row["status"] != Status.FAIL, row["ratio"], -row["real"]))
    mass = sum(row["real"] for row in rows if row["status"] == Status.FAIL)
    unclear = sum(row["real"] for row in rows if row["status"] == Status.INCONCLUSIVE)
    margin = ctx.config.margin("coverage.lost_mass")
    if mass >= margin.value:
        status = Status.FAIL
    elif unclear >= 0.5:
        status = Status.INCONCLUSIVE
    else:
        status = Status.WARN if mass else Status.PASS
    n = ctx.data.real.num_rows
    _, low, high = wilson(round(mass * n), n)
    return ctx.result(
        status,
        _message(rows, mass, status),
        estimate=Estimate(mass, min(low, mass) if mass else 0.0, max(high, mass) if mass else 0.0),
        reference=_reference(ctx, rows),
        threshold=margin,
        direction=Direction.LOWER,
        details=rows,
    )


class _Space:
    """Mixed-type space of the real table and the centres drawn in it."""

    def __init__(self, ctx: Context, names: list[str]) -> None:
        schema = ctx.data.schema
        self._numbers = [name for name in names if schema[name].is_continuous]
        self._levels = [name for name in names if not schema[name].is_continuous]
        real = ctx.data.real
        columns = [real.number_column(name).values for name in self._numbers]
        self._space = MixedSpace(columns, len(self._levels))
        rng = ctx.rng()
        rows = ctx.data.sample_rows("real", _DRAWN_FROM, rng)
        groups = int(np.clip(real.num_rows / _ROWS_PER_GROUP, 8, _GROUPS))
        self._centres = _draw(self._encode(real, rows), self._space.grid, groups, rng)

    def _encode(self, table: Table, rows: npt.NDArray[np.int64]) -> EncodedRows:
        return self._space.encode(
            [table.number_column(name).values[rows] for name in self._numbers],
            [table.level_column(name).codes[rows].astype(np.int64) for name in self._levels],
        )

    def count(self, table: Table) -> npt.NDArray[np.int64]:
        """Rows per group, a batch at a time."""
        counts = np.zeros(len(self._centres), np.int64)
        for start in range(0, table.num_rows, _BATCH):
            rows = np.arange(start, min(start + _BATCH, table.num_rows))
            found = nearest(self._encode(table, rows), self._centres, self._space.grid)
            counts += np.bincount(found.rows[:, 0], minlength=len(counts))
        return counts


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


def _group(
    ctx: Context, counts: dict[str, npt.NDArray[np.int64]], group: int, groups: int
) -> dict[str, Any]:
    n, m = ctx.data.real.num_rows, ctx.data.synthetic.num_rows
    real, synthetic = int(counts["real"][group]), int(counts["synthetic"][group])
    low, high = poisson_ratio(synthetic, m, real, n, ctx.config.alpha / groups)
    ratio = synthetic / m / (real / n)
    status = Status.PASS
    if high < _FADED:
        status = Status.FAIL
    elif ratio < _FADED:
        status = Status.INCONCLUSIVE
    holdout = None
    if ctx.data.holdout is not None:
        holdout = float(counts["holdout"][group] / ctx.data.holdout.num_rows)
    return {
        "group": group,
        "estimate": synthetic / m,
        "real": real / n,
        "reference": holdout,
        "ratio": ratio,
        "ratio_low": min(low, ratio),
        "ratio_high": max(high, ratio),
        "status": str(status),
    }


def _reference(ctx: Context, rows: list[dict[str, Any]]) -> Reference:
    if ctx.data.holdout is None:
        return Reference("no group of honest rows is lost", 0.0)
    lost = sum(row["real"] for row in rows if (row["reference"] or 0.0) < _FADED * row["real"])
    return Reference("nearly empty groups of the holdout", lost, n=ctx.data.holdout.num_rows)


def _message(rows: list[dict[str, Any]], mass: float, status: Status) -> str:
    lost = sum(row["status"] == Status.FAIL for row in rows)
    if lost:
        return f"{lost} of {len(rows)} groups are lost, with {100 * mass:.2f} % of the real rows."
    if status is Status.INCONCLUSIVE:
        return "So few synthetic rows cannot fill the groups of the real ones; make more rows."
    return f"All {len(rows)} groups of similar rows are kept."
