"""One judgement for distances that are a kernel's mean difference between two samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from synth_eval.checks.fidelity._falls_with_rows import Excess
from synth_eval.data.spaces import RealSpace
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Threshold
from synth_eval.stats.cpus import calm_threads
from synth_eval.stats.kernels import Block, Kernel, KernelDifference, kernel_difference
from synth_eval.stats.neighbours import squared_blocks

__all__ = ["judge", "median_distance"]

_ROWS = 4_000
_FEWEST_ROWS = 20
_PERMUTATIONS = 200
_MEDIAN_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class _Arm:
    """One table against the real one."""

    role: str
    rows: int
    difference: KernelDifference
    excess: Excess


def judge(ctx: Context, choose: Callable[[Context, RealSpace], Kernel], noun: str) -> Result:
    """Compare sampled rows and decide in rows of real data.

    Parameters
    ----------
    choose : callable
        Gives the kernel for squared distances of the space.
    noun : str
        What is measured, in words.
    """
    data = ctx.data
    space = RealSpace.learn(data)
    smallest = min(data.real.num_rows, data.synthetic.num_rows)
    if smallest < _FEWEST_ROWS:
        raise NotApplicable(
            f"needs at least {_FEWEST_ROWS} real and synthetic rows, there are {smallest}"
        )
    kernel = choose(ctx, space)
    arms = [_arm(ctx, space, kernel, "synthetic")]
    if data.holdout is not None and data.holdout.num_rows >= _FEWEST_ROWS:
        arms.append(_arm(ctx, space, kernel, "holdout"))
    excess, rows = arms[0].excess, arms[0].rows
    goal = ctx.config.margin("fidelity.mean_table")
    return ctx.result(
        excess.status(ctx),
        f"The {noun} of {rows:,} synthetic from {rows:,} real rows is {excess.value:.2g} "
        f"({excess.low:.2g} to {excess.high:.2g}; fresh real rows: about 0), as far as "
        f"{excess.sample()}.",
        estimate=Estimate(excess.value, excess.low, excess.high, 1 - ctx.config.alpha),
        reference=_reference(ctx, arms),
        threshold=Threshold(
            excess.limit(goal.value),
            f"expected of a {100 * goal.value:.0f} % real sample; {goal.basis}",
        ),
        direction=Direction.LOWER,
        n=rows,
        sampled=rows if rows < data.synthetic.num_rows else None,
        details=[_detail(ctx, arm, goal.value) for arm in arms],
    )


def median_distance(ctx: Context, space: RealSpace) -> float:
    """Median distance between two sampled real rows."""
    rows = ctx.data.sample_rows("real", _MEDIAN_ROWS, ctx.rng("median"))
    encoded = space.encode([("real", rows)])
    grid = space.space.grid
    squares = np.concatenate(
        [block.copy().ravel() for _, _, block in squared_blocks(encoded, encoded, grid)]
    )
    return float(np.sqrt(np.median(squares))) / grid


def _arm(ctx: Context, space: RealSpace, kernel: Kernel, role: str) -> _Arm:
    data = ctx.data
    size = data.tables[role].num_rows
    rows = min(data.real.num_rows, size, ctx.config.neighbour_rows, _ROWS)
    parts = [
        (name, data.sample_rows(name, rows, ctx.rng(f"{name} {rows}"))) for name in ("real", role)
    ]
    pooled, grid = space.encode(parts), space.space.grid

    def blocks() -> Any:
        for part, start, squares in squared_blocks(pooled, pooled, grid):
            block: Block = (part, start, squares / squares.dtype.type(grid) ** 2)
            yield block

    with calm_threads():
        difference = kernel_difference(
            blocks(),
            kernel,
            rows,
            rows,
            permutations=_PERMUTATIONS,
            rng=ctx.rng("permutations"),
        )
    low, high = difference.interval(NormalDist().inv_cdf(1 - ctx.config.alpha / 2))
    smaller = min(data.real.num_rows, size)
    excess = Excess(difference.value, low, high, 0.0, difference.scale, smaller, size)
    return _Arm(role, rows, difference, excess)


def _reference(ctx: Context, arms: list[_Arm]) -> Reference:
    if len(arms) > 1:
        excess, rows = arms[1].excess, arms[1].rows
        return Reference("holdout against real", excess.value, excess.low, excess.high, rows)
    tail = ctx.config.alpha / 2
    low, high = np.quantile(arms[0].difference.null, [tail, 1 - tail])
    return Reference("labels permuted", 0.0, float(low), float(high), arms[0].rows)


def _detail(ctx: Context, arm: _Arm, goal: float) -> dict[str, Any]:
    tail = ctx.config.alpha / 2
    low, high = np.quantile(arm.difference.null, [tail, 1 - tail])
    return {
        "arm": f"{arm.role} against real",
        "estimate": arm.excess.value,
        "low": arm.excess.low,
        "high": arm.excess.high,
        "expected": 0.0,
        "limit": arm.excess.limit(goal),
        "worth": arm.excess.worth,
        "null_low": float(low),
        "null_high": float(high),
        "permutations": _PERMUTATIONS,
        "n": arm.rows,
    }
