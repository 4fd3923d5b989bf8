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
    Lost: no synthetic row though C(N, c) / C(N + m, c) < α / L, or ratio of rates surely below .1;
    N rows of real and holdout, c of them with the level, α chance of a false alarm, L levels.

When it misleads
    Levels of fewer than eleven real rows are not looked at: a generator that drops them
    protects people. A level that is there but empty of its meaning is seen by pairs (F004).

Source
    The conditional test of two Poisson counts (Przyborowski, Wilenski, 1940): of many rare
    levels some are frequent in the real table by chance, and nowhere else. Bonferroni over all
    levels of at least eleven rows in all tables together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.checks.coverage._rates import (
    cause_of_nothing,
    chance_of_absence,
    smallest_lost_share,
)
from synth_eval.data.states import CellTable, level_table
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.facts import SMALLEST_FAULT
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import wilson
from synth_eval.words import percent

LOST, FADED = "coverage.lost_mass", "coverage.faded_level"

_MOST_ITEMS = 300
"""Levels that a result lists, worst first: more would fill a page with what is well."""


@check(
    "C001",
    "category_coverage",
    dimension="coverage",
    title="Levels that vanished",
    states=lambda ctx: [_levels(ctx, name).counts() for name in _names(ctx)],
    figure="levels",
    facts=(SMALLEST_FAULT,),
)
def category_coverage(ctx: Context) -> Result:
    """Look for levels that the synthetic table should hold and does not."""
    counted = {name: _count(ctx, name) for name in _names(ctx)}
    levels = sum(int((real >= ctx.config.small_cell).sum()) for real, _, _ in counted.values())
    if levels == 0:
        raise NotApplicable(
            f"no categorical level has at least {ctx.config.small_cell} rows in the real table",
            cause=cause_of_nothing(ctx) if counted else "data",
        )
    # All levels that chance could have made as frequent in the real table as those looked at.
    tables = [
        np.sum([own for own in group if own is not None], axis=0) for group in counted.values()
    ]
    alpha = ctx.config.alpha / sum(int((own >= ctx.config.small_cell).sum()) for own in tables)
    items: list[Item] = []
    for name, (real, synthetic, holdout) in counted.items():
        items += _level_items(ctx, name, real, synthetic, holdout, alpha)
    n, margin = ctx.data.real.num_rows, ctx.config.margin(LOST)
    lost = [item for item in items if item.status is Status.FAIL]
    absent = [item for item in items if item.estimate == 0]
    mass, absent_mass = _worst_column(lost), _worst_column(absent)
    lost_classes = float(sum(item.names[0] == ctx.data.schema.target for item in lost))
    # A level of just the margin's size is one that must be kept: the lines lie right below it.
    line = float(np.nextafter(margin.value, 0.0))
    decisions = (
        Decision("real rows of lost levels, worst column", mass, mass, mass, fail=line,
                 warn=0.0, otherwise=Status.PASS, margins=(LOST,)),
        Decision("classes of the target lost", lost_classes, lost_classes, lost_classes, fail=0.0,
                 otherwise=Status.PASS, margins=(LOST,)),
        # Some of the absent levels may be lost without being shown to be.
        Decision("real rows of absent levels, worst column", absent_mass, min(mass, absent_mass),
                 absent_mass,
                 clear=line, margins=(LOST,)),
    )  # fmt: skip
    _, low, high = wilson(round(mass * n), n)
    items.sort(key=lambda item: (-item.severity, item.number("ratio"), -item.number("real")))
    message, summary = _words(ctx, lost, absent, levels, is_unclear=absent_mass > margin.value)
    return ctx.judged(
        message,
        summary=summary,
        decisions=decisions,
        items=items[:_MOST_ITEMS],
        estimate=Estimate(mass, low if mass else 0.0, high if mass else 0.0),
        reference=_reference(ctx, items),
        threshold=margin,
        direction=Direction.LOWER,
        facts={SMALLEST_FAULT: smallest_lost_share(ctx, alpha)},
    )


def _names(ctx: Context) -> list[str]:
    return [column.name for column in ctx.data.schema.compared if column.is_discrete]


def _levels(ctx: Context, name: str) -> CellTable:
    return level_table(ctx.data.real.levels(name), name)


def _count(
    ctx: Context, name: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64] | None]:
    """Rows per level of the real table, in each table."""
    table = _levels(ctx, name)
    real, synthetic = (ctx.counts(table, role)[:-2] for role in ("real", "synthetic"))
    return real, synthetic, ctx.counts(table, "holdout")[:-2] if ctx.data.holdout else None


def _level_items(
    ctx: Context,
    name: str,
    real: npt.NDArray[np.int64],
    synthetic: npt.NDArray[np.int64],
    holdout: npt.NDArray[np.int64] | None,
    alpha: float,
) -> list[Item]:
    from scipy.special import betaincinv  # only this check needs the exact bound

    n, m = ctx.data.real.num_rows, ctx.data.synthetic.num_rows
    share = real / n
    absent = np.exp(m * np.log1p(-np.minimum(share, 1 - 1e-12)))
    known, rows = (real, n) if holdout is None else (real + holdout, n + _rows(ctx, "holdout"))
    no_row = chance_of_absence(known, rows, m)
    # Given both counts the synthetic one is binomial; its share in odds is the ratio of the rates.
    part = betaincinv(synthetic + 1.0, np.maximum(known, 1), 1 - alpha)
    highest = part / np.maximum(1 - part, 1e-12) * rows / m
    faded = ctx.config.margin(FADED).value
    items = []
    for i in np.flatnonzero(real >= ctx.config.small_cell):
        _, low, high = wilson(int(synthetic[i]), m)
        ratio, chance = float(synthetic[i] / m / share[i]), float(absent[i])
        decisions = [
            Decision(
                "ratio to the real share", ratio, 0.0, max(float(highest[i]), ratio),
                Direction.HIGHER, fail=faded, otherwise=Status.PASS, margins=(FADED,),
            )
        ]  # fmt: skip
        if synthetic[i] == 0:
            lacking = float(no_row[i])
            decisions.append(
                Decision(
                    "chance that honest rows lack it", lacking, lacking, lacking,
                    Direction.HIGHER, fail=alpha, otherwise=Status.PASS, margins=(FADED,),
                )
            )  # fmt: skip
        items.append(
            Item(
                "level",
                (name, ctx.data.real.levels(name)[i]),
                estimate=float(synthetic[i] / m),
                low=low,
                high=high,
                reference=None
                if holdout is None or ctx.data.holdout is None
                else float(holdout[i] / ctx.data.holdout.num_rows),
                decisions=tuple(decisions),
                more={"real": float(share[i]), "ratio": ratio, "chance_of_absence": chance},
            )
        )
    return items


def _rows(ctx: Context, role: str) -> int:
    return ctx.data.tables[role].num_rows


def _worst_column(items: Sequence[Item]) -> float:
    """Share of real rows in these levels, in the column where it is largest."""
    mass: dict[str, float] = {}
    for item in items:
        mass[item.names[0]] = mass.get(item.names[0], 0.0) + item.number("real")
    return max(mass.values(), default=0.0)


def _reference(ctx: Context, items: Sequence[Item]) -> Reference:
    if ctx.data.holdout is None:
        expected: dict[str, float] = {}
        for item in items:
            by_chance = item.number("real") * item.number("chance_of_absence")
            expected[item.names[0]] = expected.get(item.names[0], 0.0) + by_chance
        rows = ctx.data.synthetic.num_rows
        return Reference(f"expected of {rows:,} fresh real rows", max(expected.values()), n=rows)
    return Reference(
        "share of real rows whose level the holdout lacks, worst column",
        _worst_column([item for item in items if item.reference == 0]),
        n=ctx.data.holdout.num_rows,
    )


def _words(
    ctx: Context, lost: Sequence[Item], absent: Sequence[Item], levels: int, *, is_unclear: bool
) -> tuple[str, str]:
    """Message and summary."""
    if lost:
        worst = max(lost, key=lambda item: item.number("real"))
        head = f"{len(lost)} of {levels} levels are lost or nearly so; the most frequent is"
        shares = (
            f"{percent(worst.number('real'), 2)} of real rows, "
            f"{percent(worst.number('estimate'), 2)} of synthetic ones"
        )
        return f"{head} {worst.label} ({shares}).", f"{head} {worst.label}: {shares}"
    if is_unclear:
        rows = ctx.data.synthetic.num_rows
        text = (
            f"{len(absent)} of {levels} levels are absent, which {rows:,} synthetic rows are too "
            "few to call a loss; make more rows."
        )
        return text, text
    by_chance = f", {len(absent)} absent by chance" if absent else ""
    text = f"All {levels} levels with at least {ctx.config.small_cell} rows are kept{by_chance}."
    return text, text
