"""Levels of the real table that the synthetic one has lost.

What it measures
    Which levels of categorical columns are gone, or nearly gone (below a tenth of their real
    rate), beyond what chance does to a sample of this size. A level of share p is absent from
    m rows with probability (1 - p)^m, so a level of 1 % missing from 1,000 rows is a finding
    (4 in 100,000) and one of 0.1 % is not (37 in 100). The estimate is the share of real rows
    whose level is gone, in the worst column.

How to read it
    0 is best. Fails where at least one real row in a thousand, or any level of the target
    column, is gone. Rare levels matter most where they are the point: fraud, a disease.

Formula
    C = max over columns of Σ p over the lost levels; p real share of a level, m synthetic rows.
    Lost: no synthetic row though (1 − p)ᵐ < α / levels, or an exact upper bound of the synthetic
    rate below p / 10; α chance of a false alarm.

When it misleads
    Levels of fewer than eleven real rows are not looked at: a generator that drops them
    protects people. A level that is there but empty of its meaning is seen by pairs (F004).

Source
    The probability of an unseen cell under sampling; Bonferroni over the levels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.intervals import wilson

_FADED = 0.1
"""A level below this share of its real rate is as good as gone."""
_DETAILS = 300


@check(
    "C001",
    "category_coverage",
    dimension="coverage",
    title="Levels that vanished",
    figure="levels",
)
def category_coverage(ctx: Context) -> Result:
    """Look for levels that the synthetic table should hold and does not."""
    names = [column.name for column in ctx.data.schema.compared if column.is_discrete]
    counted = {name: _count(ctx, name) for name in names}
    levels = sum(int((real >= ctx.config.small_cell).sum()) for real, _, _ in counted.values())
    if levels == 0:
        raise NotApplicable(
            f"no categorical level has at least {ctx.config.small_cell} rows in the real table"
        )
    alpha = ctx.config.alpha / levels
    details: list[dict[str, Any]] = []
    for name, (real, synthetic, holdout) in counted.items():
        details += _level_rows(ctx, name, real, synthetic, holdout, alpha)
    return _judge(ctx, details, levels)


def _count(
    ctx: Context, name: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64] | None]:
    """Rows per level of the real table, in each table."""
    size = len(ctx.data.real.levels(name))

    def rows(role: str) -> npt.NDArray[np.int64]:
        codes = ctx.data.tables[role].level_column(name).codes
        return np.bincount(codes[(codes >= 0) & (codes < size)], minlength=size)

    return rows("real"), rows("synthetic"), rows("holdout") if ctx.data.holdout else None


def _level_rows(
    ctx: Context,
    name: str,
    real: npt.NDArray[np.int64],
    synthetic: npt.NDArray[np.int64],
    holdout: npt.NDArray[np.int64] | None,
    alpha: float,
) -> list[dict[str, Any]]:
    from scipy.special import gammaincinv  # only this check needs the Poisson bound

    n, m = ctx.data.real.num_rows, ctx.data.synthetic.num_rows
    share = real / n
    absent = np.exp(m * np.log1p(-np.minimum(share, 1 - 1e-12)))
    highest = gammaincinv(synthetic + 1.0, 1 - alpha) / m
    lost = ((synthetic == 0) & (absent < alpha)) | (highest < _FADED * share)
    rows = []
    for i in np.flatnonzero(real >= ctx.config.small_cell):
        _, low, high = wilson(int(synthetic[i]), m)
        rows.append(
            {
                "column": name,
                "level": ctx.data.real.levels(name)[i],
                "estimate": float(synthetic[i] / m),
                "low": low,
                "high": high,
                "real": float(share[i]),
                "reference": None
                if holdout is None or ctx.data.holdout is None
                else float(holdout[i] / ctx.data.holdout.num_rows),
                "ratio": float(synthetic[i] / m / share[i]),
                "chance_of_absence": float(absent[i]),
                "status": str(Status.FAIL if lost[i] else Status.PASS),
            }
        )
    return rows


def _judge(ctx: Context, details: list[dict[str, Any]], levels: int) -> Result:
    n, margin = ctx.data.real.num_rows, ctx.config.margin("coverage.lost_mass")
    lost = [row for row in details if row["status"] == Status.FAIL]
    gone = [row for row in details if row["estimate"] == 0]
    mass = _worst_column(lost)
    target = ctx.data.schema.target
    if any(row["column"] == target for row in lost) or mass >= margin.value:
        status = Status.FAIL
    elif _worst_column(gone) >= margin.value:
        status = Status.INCONCLUSIVE
    else:
        status = Status.WARN if lost else Status.PASS
    _, low, high = wilson(round(mass * n), n)
    details.sort(key=lambda row: (row["status"] != Status.FAIL, row["ratio"], -row["real"]))
    return ctx.result(
        status,
        _message(ctx, lost, gone, levels, status),
        estimate=Estimate(mass, low if mass else 0.0, high if mass else 0.0),
        reference=_reference(ctx, details),
        threshold=margin,
        direction=Direction.LOWER,
        details=details[:_DETAILS],
    )


def _worst_column(rows: list[dict[str, Any]]) -> float:
    mass: dict[str, float] = {}
    for row in rows:
        mass[row["column"]] = mass.get(row["column"], 0.0) + row["real"]
    return max(mass.values(), default=0.0)


def _reference(ctx: Context, details: list[dict[str, Any]]) -> Reference:
    if ctx.data.holdout is None:
        expected: dict[str, float] = {}
        for row in details:
            by_chance = row["real"] * row["chance_of_absence"]
            expected[row["column"]] = expected.get(row["column"], 0.0) + by_chance
        rows = ctx.data.synthetic.num_rows
        return Reference(f"expected of {rows:,} fresh real rows", max(expected.values()), n=rows)
    gone = [row for row in details if row["reference"] == 0]
    return Reference(
        "share of real rows whose level the holdout lacks, worst column",
        _worst_column(gone),
        n=ctx.data.holdout.num_rows,
    )


def _message(
    ctx: Context,
    lost: list[dict[str, Any]],
    gone: list[dict[str, Any]],
    levels: int,
    status: Status,
) -> str:
    if lost:
        worst = max(lost, key=lambda row: row["real"])
        return (
            f"{len(lost)} of {levels} levels are lost or nearly so; the most frequent is "
            f"{worst['column']} = {worst['level']} ({100 * worst['real']:.2f} % of real rows, "
            f"{100 * worst['estimate']:.2f} % of synthetic ones)."
        )
    if status is Status.INCONCLUSIVE:
        return (
            f"{len(gone)} of {levels} levels are absent, which {ctx.data.synthetic.num_rows:,} "
            "synthetic rows are too few to call a loss; make more rows."
        )
    absent = f", {len(gone)} absent by chance" if gone else ""
    return f"All {levels} levels with at least {ctx.config.small_cell} rows are kept{absent}."
