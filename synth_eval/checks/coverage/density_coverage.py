"""Density and coverage: do synthetic rows lie among the real ones, and among all of them?

What it measures
    Around each of a sample of real rows lies a ball that reaches to its fifth nearest other
    real row. Coverage is the share of balls that hold a synthetic row; density is the number
    of balls a synthetic row lies in on average, over five. Numbers count by their rank in the
    real table, a different level as much as two numbers from opposite ends. Equally many
    rows of each table, up to 5,000.

How to read it
    Fresh real rows have density 1 and a coverage of 1 - 2⁻⁵ = .97. Low coverage: regions of
    the real table stay empty, as when modes were dropped or few rows repeated. Low density:
    rows where real ones are not. Density above 1: rows crowd where real ones are densest.
    The margin is the coverage of 1,000 real rows, of few rows at most half of them; it fails
    below that of 250. Coverage is also read as the size of the real sample that covers as much.

Formula
    Coverage = share of real rows x with a synthetic row y at distance d(x, y) ≤ r(x); r distance
    from x to its fifth nearest other real row. Density = Σ b(x) / (5 · m) over the real rows x;
    b(x) synthetic rows with d(x, y) ≤ r(x), m synthetic rows.

When it misleads
    With many columns all rows are about equally far and balls are wide. Rows on a surface
    count as inside; where more than 5 % of the balls have no radius at all, because rows
    repeat, the numbers mean little and are refused. Precision and recall of the same family
    fail many sanity checks and are not shown.

Source
    Naeem et al. (2020), Reliable fidelity and diversity metrics for generative models; for
    the limits, Räisä, van Breugel, van der Schaar (2025), Position: all current generative
    fidelity and diversity metrics are flawed. Strict inequalities, as in the first's code,
    give a verbatim copy of repeated rows coverage 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.data.spaces import Space, space_of
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction
from synth_eval.judging.panels import Grid, Panel
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold
from synth_eval.stats.density_coverage import (
    DensityCoverage,
    density_coverage,
    expected_coverage,
    squared_radii,
)
from synth_eval.stats.embedding import Plane, principal_plane
from synth_eval.stats.intervals import Interval, wilson
from synth_eval.stats.neighbours import EncodedRows
from synth_eval.words import percent

FLOOR, GOAL = "coverage.near_floor", "coverage.near_goal"

FloatArray = npt.NDArray[np.float64]

_NEIGHBOURS = 5
_FEWEST_ROWS = 50
_ZERO_RADII = 0.05
_EMBEDDED = 20_000
_ROWS_PER_CELL = 40
_OVERLAP = 2.25
"""Balls overlap: in simulations the variance of coverage is up to 2.25 times the binomial."""


@dataclass(frozen=True, slots=True)
class _Balls:
    """Real rows and the squared radii of the balls around them."""

    centres: EncodedRows
    radii: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Arm:
    """Balls of one table, and the interval of their coverage."""

    role: str
    rows: int
    found: DensityCoverage
    interval: Interval


@check(
    "C008",
    "density_and_coverage",
    dimension="coverage",
    title="Whether synthetic rows lie among all real ones",
    cost="neighbours",
    figure="intervals",
    gating=False,
)
def density_and_coverage(ctx: Context) -> Result:
    """Count synthetic rows in balls around real rows."""
    data = ctx.data
    space = space_of(data.baseline, data.compared, "real quantiles")
    arms: list[_Arm] = []
    balls = None
    for role in ("synthetic", "holdout"):
        if role not in data.tables or (arms and data.tables[role].num_rows < _FEWEST_ROWS):
            continue
        rows = min(data.real.num_rows, data.tables[role].num_rows, ctx.config.neighbour_rows)
        if balls is None or len(balls.centres) != rows:
            balls = _balls(ctx, space, rows)
        arms.append(_arm(ctx, space, role, balls))
    arm, rows = arms[0], arms[0].rows
    goal, floor = ctx.config.margin(GOAL), ctx.config.margin(FLOOR)
    size = min(goal.value, rows / 2)  # all rows cover no more than fresh ones do
    limit = expected_coverage(rows, size, _NEIGHBOURS)
    least = expected_coverage(rows, floor.value, _NEIGHBOURS) if floor.value < size else None
    decision = Decision(
        "real rows with a synthetic one near",
        *arm.interval,
        Direction.HIGHER,
        fail=least,
        warn=limit,
        clear=limit,
        margins=(FLOOR, GOAL),
    )
    head = f"{percent(arm.interval.value)} of {rows:,} real rows have one of as many synthetic"
    expected = expected_coverage(rows, rows, _NEIGHBOURS)
    reference = Reference("expected of as many fresh real rows", expected, n=rows)
    if len(arms) > 1:
        reference = Reference("holdout among real rows", *arms[1].interval, arms[1].rows)
    fresh = percent(expected)
    worth = percent(_worth(arm.found.coverage, rows), 0)
    return ctx.judged(
        f"{head} rows nearer than their fifth real neighbour (fresh real rows: {fresh}), as a "
        f"real sample of {worth} of the rows would; density {arm.found.density:.2f} (fresh: 1).",
        summary=f"{head} rows among their nearest, {fresh} of fresh real rows",
        decisions=[decision],
        items=[
            Item(
                "arm",
                (f"{arm.role} among real rows",),
                Side(arm.role),
                *arm.interval,
                expected=expected_coverage(arm.rows, arm.rows, _NEIGHBOURS),
                worth=_worth(arm.interval.value, arm.rows),
                n=arm.rows,
                more={"density": arm.found.density, "expected_density": 1.0},
            )
            for arm in arms
        ],
        estimate=Estimate(*arm.interval, 1 - ctx.config.alpha),
        reference=reference,
        threshold=Threshold(
            limit,
            f"coverage of {size:,.0f} of the compared rows; {goal.basis}",
        ),
        direction=Direction.HIGHER,
        n=rows,
        sampled=rows if rows < data.synthetic.num_rows else None,
        panels=lambda: _embedding(ctx, space),
    )


def _embedding(ctx: Context, space: Space) -> tuple[Panel, ...]:
    """Where the rows of each table lie in the plane of the largest real variance."""
    found = _plane(ctx, space)
    if found is None:
        return ()
    plane, real = found
    synthetic = plane.place(*_plane_rows(ctx, space, "synthetic"))
    placed = {**real, "synthetic": synthetic}
    edges = _plane_edges(placed)
    if any(edge[0] == edge[-1] for edge in edges):
        return ()
    grids = [Grid(role, _densities(ctx, own, edges), side=role) for role, own in placed.items()]
    # In the order of the encoding: each number has a mark of its own where it is missing.
    gaps = [f"gaps of {name}" for name in space.numbers]
    names = [*space.numbers, *space.levels, *gaps]
    x, y = (
        f"{which} axis, mostly {' and '.join(names[i] for i in plane.columns_of(axis)[:2])}"
        for axis, which in enumerate(("first", "second"))
    )
    return (
        Panel(
            name="embedding",
            title="All columns on one plane",
            x=x,
            y=y,
            caption="Share of rows in each part of the plane in which the real rows spread most; "
            f"parts of fewer than {ctx.config.small_cell} rows are blank. Bad: parts that the "
            "real and the holdout rows fill and the synthetic rows leave empty (blue at the "
            "right), or fill where no real rows are (orange).",
            grids=[*grids, grids[-1].minus(grids[0])],
        ),
    )


def _plane(ctx: Context, space: Space) -> tuple[Plane, dict[str, FloatArray]] | None:
    """The plane of the real rows and where the rows of real and holdout lie on it."""

    def find() -> tuple[Plane, dict[str, FloatArray]] | None:
        rows = {role: _plane_rows(ctx, space, role) for role in ctx.data.baseline.tables}
        try:
            plane = principal_plane(*rows["real"])
        except ValueError:  # a table of one column, or of constants
            return None
        return plane, {role: plane.place(*own) for role, own in rows.items()}

    return ctx.once(("plane", ctx.config.seed), find)


def _plane_rows(
    ctx: Context, space: Space, role: str
) -> tuple[npt.NDArray[np.floating], list[npt.NDArray[np.integer]]]:
    rows = ctx.data.sample_rows(role, _EMBEDDED, ctx.rng(f"plane {role}"))
    encoded = space.encode(ctx.data.tables, role, rows)
    return encoded.numbers, list(encoded.codes)


def _plane_edges(placed: Mapping[str, FloatArray]) -> list[FloatArray]:
    """Edges of the parts along both axes: wide enough for most rows, few enough for all tables."""
    both = np.concatenate([placed["real"], placed["synthetic"]])
    fewest = min(len(own) for own in placed.values())
    side = int(np.clip(np.sqrt(fewest / _ROWS_PER_CELL), 5, 18))
    ends = np.quantile(both, [0.005, 0.995], axis=0)
    return [np.linspace(ends[0, axis], ends[1, axis], side + 1) for axis in (0, 1)]


def _densities(
    ctx: Context, placed: FloatArray, edges: list[FloatArray]
) -> list[list[float | None]]:
    """Shares of rows by cell, the highest line first; cells of few rows are not shown."""
    inside = [np.clip(placed[:, i], edges[i][0], edges[i][-1]) for i in (0, 1)]
    counts = np.histogram2d(inside[1], inside[0], bins=[edges[1], edges[0]])[0][::-1]
    return [
        [float(count / len(placed)) if count >= ctx.config.small_cell else None for count in line]
        for line in counts
    ]


def _balls(ctx: Context, space: Space, rows: int) -> _Balls:
    if rows < _FEWEST_ROWS:
        raise NotApplicable(
            f"needs at least {_FEWEST_ROWS} real and synthetic rows, there are {rows}",
            cause="rows",
            remedy=f"give at least {_FEWEST_ROWS} of each",
        )

    def draw() -> _Balls:
        chosen = ctx.data.sample_rows("real", rows, ctx.rng(f"real {rows}"))
        centres = space.encode(ctx.data.tables, "real", chosen)
        return _Balls(centres, squared_radii(centres, space.grid, _NEIGHBOURS))

    balls = ctx.once(("balls", ctx.config.seed, rows), draw)
    without = float((balls.radii == 0).mean())
    if without > _ZERO_RADII:
        raise NotApplicable(
            f"{100 * without:.0f} % of the real rows have {_NEIGHBOURS} identical ones: balls "
            "around them have no radius, and density and coverage mean little"
        )
    return balls


def _arm(ctx: Context, space: Space, role: str, balls: _Balls) -> _Arm:
    rows = len(balls.centres)

    def cover() -> DensityCoverage:
        chosen = ctx.data.sample_rows(role, rows, ctx.rng(f"{role} {rows}"))
        other = space.encode(ctx.data.tables, role, chosen)
        return density_coverage(balls.centres, other, space.grid, balls.radii, _NEIGHBOURS)

    found = ctx.once(("balls covered", role, ctx.config.seed, rows), cover, of=role)
    trials = round(rows / _OVERLAP)
    interval = wilson(round(found.coverage * trials), trials, 1 - ctx.config.alpha)
    low, high = min(interval.low, found.coverage), max(interval.high, found.coverage)
    return _Arm(role, rows, found, Interval(found.coverage, low, high))


def _worth(coverage: float, rows: int) -> float:
    """Size of the real sample that covers as much, in shares of the compared rows."""
    shares = np.geomspace(1e-4, 1.0, 400)
    covered = [expected_coverage(rows, share * rows, _NEIGHBOURS) for share in shares]
    return float(np.interp(coverage, covered, shares))
