"""Tails of numbers and dates: are the most extreme values still there, and as many of them?

What it measures
    For each column and end two things. Whether the end is empty: how many real values lie
    beyond the most extreme synthetic one, where so many cannot by chance. And whether it is
    thinner or thicker: the share of synthetic values in the outermost 0.1, 1 and 5 % of the
    real ones, beside the share of real values there.

How to read it
    A ratio of 1 is the real tail, 0 a tail that is gone. An end that holds no synthetic value
    fails from one real row in a thousand, as a level does that is gone (C001): values were
    clipped. So does a tail whose share is certainly below a tenth of the real one. One
    certainly below half, or above twice, is a warning.

Formula
    E = k / n; k of n real values lie beyond all m synthetic ones and
    C(n, k) / C(n + m, k) < α / tests. R = (j / m) / (l / n); j synthetic and l real values in a
    tail. The estimate is the smallest R over all tails.

When it misleads
    Ten or so real values must lie beyond for an empty end to be seen, so that tables of fewer
    than about 400 rows are inconclusive rather than kind. Spikes at the end of the range (a
    cap, zero) are no tail and are left out. How far a tail reaches that is too long is a
    matter of V002.

Source
    The number of values of one sample beyond all of another: Rosenbaum (1954), Tables for a
    nonparametric test of location. Exact Poisson bounds on the ratio, Bonferroni over the
    tails. Tails vanish first when models are trained on generated data: Shumailov et al. (2024).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.checks.coverage._rates import (
    cause_of_nothing,
    chance_of_absence,
    fewest_to_be_missed,
    rate_decisions,
)
from synth_eval.data.states import CellTable, StateSpec
from synth_eval.data.table import NumberColumn
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.empirical import EmpiricalDistribution
from synth_eval.stats.intervals import poisson_ratio
from synth_eval.words import counted, percent

LOST, THIN, UNSEEN = "coverage.lost_mass", "coverage.lost_tail", "coverage.unseen_tail"

_SHARES = (0.001, 0.01, 0.05)
"""Shares of real values in the tails that are compared: the rarest that an analysis of rare
events is asked to keep, where values are usually cut off, and what a small table can show."""
_WIDEST = 0.02
"""A tail of more rows than this, and than twice its share, has a spike at its quantile; an end
with more rows than this at its last value has a spike there."""
_STEP = 1.3
"""Each line beyond which values are counted has so many times the real values of the one before."""


@dataclass(frozen=True, slots=True)
class _Tail:
    """Values beyond each line at one end of a column, from the outermost line inwards.

    Parameters
    ----------
    column, side : str
        Which tail.
    beyond : dict of str to ndarray of int64, shape (lines,)
        By table, values strictly beyond each line.
    sizes : dict of str to int
        By table, finite values of the column.
    """

    column: str
    side: str
    beyond: dict[str, npt.NDArray[np.int64]]
    sizes: dict[str, int]


@check(
    "C003",
    "tail_coverage",
    dimension="coverage",
    title="Tails of numbers and dates",
    figure="ratios",
    states=lambda ctx: _states(ctx),
)
def tail_coverage(ctx: Context) -> Result:
    """Compare the values beyond lines in the real tails."""
    tails = [tail for name in ctx.data.compared for tail in _tails(ctx, name)]
    if not tails:
        fewest = round(ctx.config.small_cell / _SHARES[-1])
        has_numbers = any(ctx.data.schema[name].is_continuous for name in ctx.data.compared)
        raise NotApplicable(
            f"no column has a tail of at least {ctx.config.small_cell} real rows to look at; "
            f"numbers without a spike at their ends have one from {fewest} rows on",
            cause=cause_of_nothing(ctx, fewest if has_numbers else 0),
        )
    items = [_item(ctx, tail, ctx.config.alpha / len(tails)) for tail in tails]
    items.sort(key=lambda item: (-item.severity, item.number("ratio"), -item.number("real")))
    worst = min(items, key=lambda item: item.number("ratio"))
    expected = [item.number("reference_ratio") for item in items if item.has("reference_ratio")]
    message, summary = _words(items)
    return ctx.judged(
        message,
        summary=summary,
        items=items,
        items_decide=True,
        estimate=Estimate(
            worst.number("ratio"),
            worst.number("ratio_low"),
            worst.number("ratio_high"),
            1 - ctx.config.alpha / len(items),
        ),
        reference=Reference(
            "smallest ratio in the holdout" if expected else "as many as in the real table",
            min(expected, default=1.0),
            n=None if ctx.data.holdout is None else ctx.data.holdout.num_rows,
        ),
        threshold=ctx.config.margin(THIN),
        direction=Direction.REFERENCE,
    )


def _lines(values: EmpiricalDistribution, small_cell: int) -> npt.NDArray[np.float64]:
    """Real values beyond which ever more real values lie, at the high end; outermost first."""
    widest = _SHARES[-1] * values.rows
    if widest < small_cell or values.counts[-1] > _WIDEST * values.rows:
        return np.empty(0)
    steps = int(np.log(widest / small_cell) / np.log(_STEP)) + 1
    wanted = np.unique(
        [*small_cell * _STEP ** np.arange(steps), *np.multiply(_SHARES, values.rows)]
    )
    beyond = values.rows - values.cumulative
    # The outermost value with at least the wanted number of values beyond.
    places = len(beyond) - 1 - np.searchsorted(beyond[::-1], wanted[wanted >= small_cell])
    places = places[places >= 0]
    places = places[beyond[places] <= max(2 * widest, _WIDEST * values.rows)]
    return np.asarray(values.values[np.unique(places)[::-1]])


def _table(ctx: Context, name: str) -> CellTable | None:
    """Cells of a column between the lines of both ends; None where it has no tail.

    Cells from the lowest to the highest values; the last one holds what is not finite.
    """
    real = ctx.data.distribution("real", name).finite()
    if real.rows == 0:
        return None
    mirrored = EmpiricalDistribution(
        -real.values[::-1], np.cumsum(real.counts[::-1]).astype(real.cumulative.dtype)
    )
    low = -_lines(mirrored, ctx.config.small_cell)
    high = _lines(real, ctx.config.small_cell)[::-1]
    if len(low) + len(high) == 0:
        return None

    def cells(column: NumberColumn) -> npt.NDArray[np.int64]:
        values = column.values
        # A value on a line is not beyond it, at either end.
        place = np.searchsorted(low, values, side="right") + np.searchsorted(high, values)
        return np.where(np.isfinite(values), place, len(low) + len(high) + 1)

    key = ("tails", name, tuple(low.tolist()), tuple(high.tolist()))
    return CellTable(key, (name,), len(low) + len(high) + 2, cells)


def _states(ctx: Context) -> Iterator[StateSpec]:
    for column in ctx.data.schema.compared:
        if column.is_continuous and (table := _table(ctx, column.name)) is not None:
            yield table.counts()


def _tails(ctx: Context, name: str) -> Iterator[_Tail]:
    if not ctx.data.schema[name].is_continuous or (table := _table(ctx, name)) is None:
        return
    assert isinstance(table.key, tuple)
    _, _, low, high = table.key
    counts = {role: ctx.counts(table, role)[:-1] for role in ctx.data.tables}
    sizes = {role: int(cells.sum()) for role, cells in counts.items()}
    if low:
        beyond = {role: np.cumsum(cells)[: len(low)] for role, cells in counts.items()}
        yield _Tail(name, "low", beyond, sizes)
    if high:
        beyond = {role: np.cumsum(cells[::-1])[: len(high)] for role, cells in counts.items()}
        yield _Tail(name, "high", beyond, sizes)


def _item(ctx: Context, tail: _Tail, alpha: float) -> Item:
    """Half of the error of a tail goes to the empty end, half to the shares."""
    sizes, real = tail.sizes, tail.beyond["real"]
    n, m = sizes["real"], sizes["synthetic"]
    empty = np.flatnonzero(tail.beyond["synthetic"] == 0)
    lost = 0.0
    place = None
    if m and len(empty) and chance_of_absence(int(real[empty[-1]]), n, m) <= alpha / 2:
        place, lost = int(empty[-1]), float(real[empty[-1]] / n)
    unseen = fewest_to_be_missed(n, m, alpha / 2) / n
    # A tail of just the margin's size must be kept: the line lies right below it.
    line = float(np.nextafter(ctx.config.margin(LOST).value, 0.0))
    decisions = [
        Decision("real rows beyond all synthetic ones", lost, lost, lost, fail=line, warn=0.0,
                 otherwise=Status.PASS, margins=(LOST,)),
        Decision("smallest tail that would be missed", unseen, unseen, unseen,
                 clear=ctx.config.margin(UNSEEN).value, margins=(UNSEEN,)),
    ]  # fmt: skip
    compared = _compared(real / n)
    ratios = {at: _ratio(tail, at, alpha / 2 / max(len(compared), 1)) for at in compared}
    for at in compared:
        decisions += rate_decisions(ctx, *ratios[at], lost=THIN)
    if place is None:
        # The share that is farthest from the real one is shown.
        place = max(
            compared, key=lambda at: abs(np.log(max(ratios[at][0], 1e-9))), default=len(real) - 1
        )
    ratio, ratio_low, ratio_high = _ratio(tail, place, alpha / 2)
    share = float(real[place] / n)
    holdout = None
    if sizes.get("holdout"):
        holdout = float(tail.beyond["holdout"][place] / sizes["holdout"])
    return Item(
        "tail",
        (tail.column, tail.side),
        estimate=float(tail.beyond["synthetic"][place] / max(m, 1)),
        reference=holdout,
        decisions=tuple(decisions),
        more={
            "real": share,
            "ratio": ratio,
            "ratio_low": ratio_low,
            "ratio_high": ratio_high,
            "reference_ratio": None if holdout is None else holdout / share,
            "lost": lost,
        },
    )


def _compared(shares: npt.NDArray[np.float64]) -> list[int]:
    """Lines that end the outermost 0.1, 1 and 5 %; where a spike lies at one, it ends no tail."""
    places = []
    for share in _SHARES:
        place = int(np.searchsorted(shares, share))
        if place < len(shares) and shares[place] <= max(2 * share, _WIDEST):
            places.append(place)
    return sorted(set(places))


def _ratio(tail: _Tail, place: int, alpha: float) -> tuple[float, float, float]:
    real, n = int(tail.beyond["real"][place]), tail.sizes["real"]
    synthetic, m = int(tail.beyond["synthetic"][place]), max(tail.sizes["synthetic"], 1)
    ratio = synthetic / m / (real / n)
    low, high = poisson_ratio(synthetic, m, real, n, alpha)
    return ratio, min(low, ratio), max(high, ratio)


def _words(items: Sequence[Item]) -> tuple[str, str]:
    """Message and summary."""
    differing = [item for item in items if item.status is not Status.PASS]
    if not differing:
        text = f"All {len(items)} tails hold about as many values as in the real table."
        return text, text
    worst = differing[0]
    column, tail = worst.names
    if worst.status is Status.INCONCLUSIVE:
        text = (
            "There are too few rows to miss the outermost values of a column if they were gone; "
            "use more real and synthetic rows."
        )
        return text, text
    more = f"; {counted(len(differing) - 1, 'more tail')} differ" if differing[1:] else ""
    head = (
        f"The {tail} tail of {column} holds {worst.number('ratio'):.2f} times the real share of "
        "values"
    )
    interval = f"({worst.number('ratio_low'):.2f} to {worst.number('ratio_high'):.2f})"
    if worst.number("lost"):
        beyond = "above" if tail == "high" else "below"
        share = percent(worst.number("lost"), 2)
        cut = f"{share} of the real rows lie {beyond} all synthetic ones"
        return f"{head} {interval}: {cut}{more}.", f"The {tail} tail of {column} is cut: {cut}"
    return f"{head} {interval}{more}.", f"{head}{more}"
