"""One judgement for distances that are a kernel's mean difference between two samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from synth_eval.checks.fidelity._falls_with_rows import FallingDistance
from synth_eval.data.spaces import Space, space_of
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.results import (
    Direction,
    Estimate,
    Item,
    Reference,
    Result,
    Side,
    Threshold,
)
from synth_eval.stats.cpus import calm_threads
from synth_eval.stats.kernels import Block, Kernel, KernelDifference, kernel_difference
from synth_eval.stats.neighbours import squared_blocks
from synth_eval.words import real_sample

__all__ = ["median_distance", "result_of_kernel"]

_ROWS = 4_000
"""Rows a side: the pairs of both sides are 64 million distances."""

_FEWEST_ROWS = 20
"""With fewer the interval of the mean over pairs, a normal one, means nothing."""

_PERMUTATIONS = 200
"""Five of them lie beyond each end of a null at 95 %."""

_MEDIAN_ROWS = 1_000
"""Half a million pairs: a bandwidth need not be more exact."""


@dataclass(frozen=True, slots=True)
class _Arm:
    """One table against the real one."""

    role: str
    rows: int
    difference: KernelDifference
    distance: FallingDistance


def result_of_kernel(ctx: Context, choose: Callable[[Context, Space], Kernel], noun: str) -> Result:
    """Compare sampled rows and decide in rows of real data.

    Parameters
    ----------
    choose : callable
        Gives the kernel for squared distances of the space.
    noun : str
        What is measured, in words.
    """
    data = ctx.data
    space = space_of(data.baseline, data.compared, "real quantiles")
    smallest = min(data.real.num_rows, data.synthetic.num_rows)
    if smallest < _FEWEST_ROWS:
        raise NotApplicable(
            f"needs at least {_FEWEST_ROWS} real and synthetic rows, there are {smallest}"
        )
    kernel = choose(ctx, space)
    arms = [_arm(ctx, space, kernel, "synthetic")]
    if data.holdout is not None and data.holdout.num_rows >= _FEWEST_ROWS:
        arms.append(_arm(ctx, space, kernel, "holdout"))
    distance, rows = arms[0].distance, arms[0].rows
    goal = ctx.config.margin("fidelity.mean_table")
    # What the holdout surely shows, fresh rows show as well.
    surplus = max(arms[1].distance.low, 0.0) if len(arms) > 1 else 0.0
    return ctx.judged(
        f"The {noun} of {rows:,} synthetic from {rows:,} real rows is {distance.value:.2g} "
        f"({distance.low:.2g} to {distance.high:.2g}; fresh real rows: about 0), as far as "
        f"{real_sample(distance.worth, distance.rows)}.",
        summary=f"By {noun} whole rows are as far from the real table as "
        f"{real_sample(distance.worth, distance.rows, short=True)}.",
        items=[_item(ctx, arm, goal.value, surplus) for arm in arms],
        items_decide=True,
        estimate=Estimate(distance.value, distance.low, distance.high, 1 - ctx.config.alpha),
        reference=_reference(ctx, arms),
        threshold=Threshold(
            distance.limit(goal.value) + surplus,
            f"expected of a random sample of {goal.value:,.0f} real rows; {goal.basis}",
        ),
        direction=Direction.LOWER,
        n=rows,
        sampled=rows if rows < data.synthetic.num_rows else None,
    )


def median_distance(ctx: Context, space: Space) -> float:
    """Median distance between two sampled real rows."""

    def measure() -> float:
        rows = ctx.data.sample_rows("real", _MEDIAN_ROWS, ctx.rng("median"))
        encoded = space.encode(ctx.data.tables, "real", rows)
        with calm_threads():
            blocks = squared_blocks(encoded, encoded, space.grid)
            squares = np.concatenate([block.copy().ravel() for _, _, block in blocks])
        return float(np.sqrt(np.median(squares))) / space.grid

    return ctx.once(("median distance", ctx.check.code, ctx.config.seed), measure)


def _arm(ctx: Context, space: Space, kernel: Kernel, role: str) -> _Arm:
    data = ctx.data
    size = data.tables[role].num_rows
    rows = min(data.real.num_rows, size, ctx.config.neighbour_rows, _ROWS)

    def compare() -> KernelDifference:
        parts = [
            (name, data.sample_rows(name, rows, ctx.rng(f"{name} {rows}")))
            for name in ("real", role)
        ]
        pooled, grid = space.encode_parts(data.tables, parts), space.grid

        def blocks() -> Any:
            for part, start, squares in squared_blocks(pooled, pooled, grid):
                block: Block = (part, start, squares / squares.dtype.type(grid) ** 2)
                yield block

        with calm_threads():
            return kernel_difference(
                blocks(),
                kernel,
                rows,
                rows,
                permutations=_PERMUTATIONS,
                rng=ctx.rng("permutations"),
            )

    key = ("kernel difference", ctx.check.code, role, ctx.config.seed, rows)
    difference = ctx.once(key, compare, of=role)
    low, high = difference.interval(NormalDist().inv_cdf(1 - ctx.config.alpha / 2))
    smaller = min(data.real.num_rows, size)
    value, scale = difference.value, difference.scale
    distance = FallingDistance(value, low, high, 0.0, scale, smaller, size)
    return _Arm(role, rows, difference, distance)


def _reference(ctx: Context, arms: list[_Arm]) -> Reference:
    if len(arms) > 1:
        distance, rows = arms[1].distance, arms[1].rows
        return Reference("holdout against real", distance.value, distance.low, distance.high, rows)
    tail = ctx.config.alpha / 2
    low, high = np.quantile(arms[0].difference.null, [tail, 1 - tail])
    return Reference("labels permuted", 0.0, float(low), float(high), arms[0].rows)


def _item(ctx: Context, arm: _Arm, goal: float, surplus: float) -> Item:
    """One table against the real one; only the synthetic one is judged."""
    tail = ctx.config.alpha / 2
    null_low, null_high = np.quantile(arm.difference.null, [tail, 1 - tail])
    distance, subject = arm.distance, f"{arm.role} against real"
    return Item(
        "arm",
        (subject,),
        side=Side(arm.role),
        estimate=distance.value,
        low=distance.low,
        high=distance.high,
        expected=0.0,
        limit=distance.limit(goal) + surplus,
        worth=distance.worth,
        decisions=(distance.decision(ctx, subject, surplus),) if arm.role == "synthetic" else (),
        n=arm.rows,
        more={
            "null_low": float(null_low),
            "null_high": float(null_high),
            "permutations": _PERMUTATIONS,
        },
    )
