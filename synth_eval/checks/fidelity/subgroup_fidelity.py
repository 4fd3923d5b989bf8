"""Slices of the table in which real and synthetic rows differ most.

What it measures
    A slice is a level or bin of one column, or of two columns at once (women; women aged 38
    to 44). In each, the total variation distances of all other columns between its real and
    its synthetic rows are averaged. Slices of at least 50 real and 30 synthetic rows are
    compared, on seeded samples of up to 20,000 rows a table; the worst are listed.

How to read it
    A slice is read in rows of real data, like a table (F002): as far as a real sample of so
    many of its own rows. It fails beyond a 1 % sample and warns beyond a 10 % one, each time
    by the lower end of an interval corrected for the number of slices searched, so that the
    worst of thousands of slices is not bad luck. Without such a slice it passes where the
    distances of all listed slices are within those of a 10 % sample, though their intervals,
    which are wide after that correction, may reach beyond; else it is inconclusive.

Formula
    D = mean over the other columns of ½ · Σ |pᵢ − qᵢ|; p, q shares of cell i among the real and the
    synthetic rows of the slice. The estimate is D of the worst slice.

When it misleads
    Small slices have wide intervals: one that is not listed is not shown to be right. A
    slice that hardly exists in the synthetic table cannot be compared inside; those are
    counted in the message and are a matter of coverage. Bins are tenths of the rows.

Source
    Chung et al. (2019), Automated data slicing for model validation, for the search; the
    expected distances of real samples as elsewhere in this report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._margin_lines import MarginLines
from synth_eval.checks.fidelity._slices import Slice, slice_label
from synth_eval.data.codes import encode
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, worst_first
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
from synth_eval.stats.slices import joint_counts, sample_distance, slice_distances
from synth_eval.stats.worth import SampleCurve, mean_curve, total_variation_curves
from synth_eval.words import counted, percent

Codes = npt.NDArray[np.intp]

_ROWS = 20_000  # a table: the search counts them once for every slicer and column
_REAL_ROWS = 50  # of a slice: below it a 10 % sample has fewer than five rows
_SYNTHETIC_ROWS = 30  # of a slice: below it the normal interval of a share is too short
_BUDGET = 120_000_000
"""Cells counted in all tables together, about half a second of one core."""
_SCREENING_ERRORS = 3
"""Slices are ranked by their distance less so many standard errors, about what the interval
corrected for hundreds of slices leaves; it chooses what is listed, and decides nothing."""

_PER_SLICER = 4  # slices of one slicer, so that one column does not take all places
_LISTED = 50  # slices whose expected distances are computed exactly
_CURVE_POINTS = 14  # sizes at which they are, besides those that decide
_MEAN, _WORST = "fidelity.mean_table", "fidelity.worst_table"
_ROLES = ("target", "secret", "quasi_identifier")


@dataclass(frozen=True, slots=True)
class _SliceSearch:
    """What a search found: the most suspicious slices, and how many there were."""

    worst: list[Slice]
    compared: int
    too_few: int


@check(
    "F012",
    "subgroup_fidelity",
    dimension="fidelity",
    title="Slices of rows that differ most",
    figure="intervals",
    gating=False,
)
def subgroup_fidelity(ctx: Context) -> Result:
    """Search slices one and two columns deep."""
    if len(ctx.data.plans) < 2:
        raise NotApplicable("the schema has fewer than two columns to compare")
    codes = {role: _coarse_cells(ctx, role) for role in ctx.data.tables}
    search = _search(ctx, codes)
    if not search.compared:
        raise NotApplicable(
            f"no slice has {_REAL_ROWS} real and {_SYNTHETIC_ROWS} synthetic rows to compare"
        )
    z = NormalDist().inv_cdf(1 - ctx.config.alpha / (2 * search.compared))
    listed = sorted(
        (_item(ctx, codes, part, z) for part in search.worst),
        key=lambda item: (-item.severity, item.number("worth"), -item.number("estimate")),
    )
    return _result(ctx, search, listed)


def _coarse_cells(ctx: Context, role: str) -> list[Codes]:
    """Coarse cells of the sampled rows, one array a column."""
    data, size = ctx.data, min(_ROWS, ctx.config.model_rows)

    def read() -> list[Codes]:
        rows = data.sample_rows(role, size, ctx.rng(role))
        table = data.tables[role]
        return [
            plan.to_coarse[encode(table.column(plan.name).take(rows), plan)].astype(np.intp)
            for plan in data.plans
        ]

    if role == "synthetic":  # asked for once
        return read()
    return ctx.once(("coarse cells", ctx.check.code, role, ctx.config.seed, size), read)


def _slicers(ctx: Context, rows: int) -> list[tuple[int, ...]]:
    """Single columns and pairs to slice by, as many as the budget allows, roles first."""
    schema, plans = ctx.data.schema, ctx.data.plans
    roles = [schema[plan.name].roles for plan in plans]
    rank = [
        min((i for i, role in enumerate(_ROLES) if role in own), default=len(_ROLES))
        for own in roles
    ]
    order = sorted(range(len(plans)), key=lambda i: (rank[i], i))
    affordable = max(_BUDGET // (rows * len(plans)), 4)
    single: list[tuple[int, ...]] = [(i,) for i in order[: max(affordable // 2, 2)]]
    leading = int((1 + np.sqrt(1 + 8 * max(affordable - len(single), 0))) // 2)
    pairs = combinations(sorted(order[:leading]), 2)
    return [*single, *pairs] if len(plans) > 2 else single


@dataclass(frozen=True, slots=True)
class _RealSlices:
    """Slices of enough real rows by the same columns, the same for every synthetic table.

    Parameters
    ----------
    numbers : ndarray of int, shape (slices,)
        Which of all slices they are.
    counts : mapping of int to ndarray of uint16, shape (slices, cells)
        By column the counts of its cells in each.
    limit : ndarray of float64, shape (slices,)
        What a real sample would show, added up over the columns.
    """

    numbers: npt.NDArray[np.intp]
    counts: Mapping[int, npt.NDArray[np.uint16]]
    limit: npt.NDArray[np.float64]


def _real_slices(
    ctx: Context, real: Sequence[Codes], slicer: tuple[int, ...], width: int
) -> _RealSlices:
    share, config = MarginLines.of(ctx, len(real[0])).warn / len(real[0]), ctx.config

    def count() -> _RealSlices:
        side, n_slices = _fuse([real[i] for i in slicer], width), width ** len(slicer)
        n = np.bincount(side, minlength=n_slices)
        numbers = np.flatnonzero(n >= max(_REAL_ROWS, config.small_cell))
        limit = np.zeros(len(numbers))
        counts = {}
        for column in range(len(real)):
            if column not in slicer and len(numbers):
                own = joint_counts(side, real[column], n_slices, width)[numbers]
                counts[column] = own.astype(np.uint16)  # of at most _ROWS rows
                limit += sample_distance(own, share)
        return _RealSlices(numbers, counts, limit)

    size = min(_ROWS, config.model_rows)
    return ctx.once(("slices", slicer, config.seed, size, config.small_cell, share), count)


def _search(ctx: Context, codes: Mapping[str, Sequence[Codes]]) -> _SliceSearch:
    """Screen all slices and keep the most suspicious ones."""
    real, synthetic = codes["real"], codes["synthetic"]
    width = max(plan.coarse_cells for plan in ctx.data.plans)
    suspects: list[tuple[float, Slice]] = []
    compared = too_few = 0
    rows = len(real[0]) + len(synthetic[0])
    for slicer in _slicers(ctx, rows):
        slices = _real_slices(ctx, real, slicer, width)
        side, n_slices = _fuse([synthetic[i] for i in slicer], width), width ** len(slicer)
        m = np.bincount(side, minlength=n_slices)[slices.numbers]
        usable = np.flatnonzero(m >= _SYNTHETIC_ROWS)
        compared += len(usable)
        too_few += len(slices.numbers) - len(usable)
        if len(usable) == 0:
            continue
        low = np.zeros(len(usable))
        for column, counts in slices.counts.items():
            other = joint_counts(side, synthetic[column], n_slices, width)
            distance, error = slice_distances(
                counts[usable].astype(np.int64), other[slices.numbers[usable]]
            )
            low += distance - _SCREENING_ERRORS * error
        # Lower end of each slice's mean distance over what a real sample would show.
        score = low / np.maximum(slices.limit[usable], 1e-12)
        for place in np.argsort(-score, kind="stable")[:_PER_SLICER]:
            number = slices.numbers[usable[place]]
            cells = np.unravel_index(number, (width,) * len(slicer))
            suspects.append((float(score[place]), Slice(slicer, tuple(int(c) for c in cells))))
    suspects.sort(key=lambda entry: -entry[0])
    return _SliceSearch([entry for _, entry in suspects[:_LISTED]], compared, too_few)


def _fuse(columns: Sequence[Codes], width: int) -> Codes:
    fused = columns[0]
    for column in columns[1:]:
        fused = fused * width + column
    return fused


def _item(ctx: Context, codes: Mapping[str, Sequence[Codes]], part: Slice, z: float) -> Item:
    """Distances inside one slice, with the expected ones computed exactly."""
    tables = {role: list(_tables(ctx, part, columns)) for role, columns in codes.items()}
    real, synthetic = np.stack(tables["real"]), np.stack(tables["synthetic"])
    n, m = int(real[0].sum()), int(synthetic[0].sum())
    distances, errors = slice_distances(real, synthetic)
    # Columns may move together, so the error of the mean is at most the mean of the errors.
    value, half = float(distances.mean()), z * float(errors.mean())
    holdout = tables.get("holdout")
    pooled = tables["real"] if holdout is None else [
        known + unseen for known, unseen in zip(tables["real"], holdout, strict=True)
    ]  # fmt: skip
    # So many of a real sample of the margin's size lie in the slice.
    rows = min(len(codes["real"][0]), len(codes["synthetic"][0]))
    lines = MarginLines.of(ctx, rows)
    sizes_of_margins = [max(size * n / rows, 2.0) for size in (lines.warn, lines.fail)]
    sizes = np.unique([*np.geomspace(2.0, 8.0 * max(n, m), _CURVE_POINTS), *sizes_of_margins, m])
    curve = mean_curve(total_variation_curves(pooled, n, sizes))
    names = [plan.name for i, plan in enumerate(ctx.data.plans) if i not in part.columns]
    goal, floor = (curve.at(size) for size in sizes_of_margins)
    label, low, high = slice_label(ctx.data, part), max(value - half, 0.0), value + half
    return Item(
        "slice",
        (label,),
        estimate=value,
        low=low,
        high=high,
        reference=_holdout(holdout, real, curve, m),
        expected=curve.at(m),
        limit=goal,
        worth=min(curve.rows(value) / n, 8.0),
        decisions=(
            Decision(label, value, low, high, fail=floor, warn=goal, clear=goal,
                     margins=(_MEAN, _WORST)),
        ),
        n=m,
        more={
            "differs_most_in": names[int(distances.argmax())],
            "real_share": n / len(codes["real"][0]),
            "synthetic_share": m / len(codes["synthetic"][0]),
        },
    )  # fmt: skip


def _tables(ctx: Context, part: Slice, columns: Sequence[Codes]) -> Iterator[npt.NDArray[np.int64]]:
    """Counts of every other column inside one slice."""
    width = max(plan.coarse_cells for plan in ctx.data.plans)
    inside = np.ones(len(columns[0]), np.bool_)
    for position, cell in zip(part.columns, part.cells, strict=True):
        inside &= columns[position] == cell
    rows = np.flatnonzero(inside)
    for position, column in enumerate(columns):
        if position not in part.columns:
            yield np.bincount(column[rows], minlength=width)


def _holdout(
    tables: list[npt.NDArray[np.int64]] | None,
    real: npt.NDArray[np.int64],
    curve: SampleCurve,
    rows: int,
) -> float | None:
    """Mean distance of the holdout in the slice, brought to the synthetic number of rows."""
    if tables is None or tables[0].sum() < _SYNTHETIC_ROWS:
        return None
    distances, _ = slice_distances(real, np.stack(tables))
    expected = curve.at(int(tables[0].sum()))
    factor = curve.at(rows) / expected if expected > 0 else 1.0
    return float(distances.mean()) * factor


def _result(ctx: Context, search: _SliceSearch, items: Sequence[Item]) -> Result:
    """The worst alarm; without one, whether every estimate lies within its margin."""
    worst = items[0]
    assert worst.estimate is not None
    assert worst.worth is not None
    assert worst.limit is not None
    by_estimate = [
        replace(decision, clear=None, aim=decision.clear)
        for item in items
        for decision in item.decisions
    ]
    alarms = sum(item.status in (Status.FAIL, Status.WARN) for item in items)
    goal = ctx.config.margin(_MEAN)
    rows = min(ctx.data.synthetic.num_rows, _ROWS, ctx.config.model_rows)
    text = f"{search.compared:,} slices of one or two columns were searched"
    summary = f"None of {search.compared:,} slices surely differs; farthest: {worst.label}."
    if alarms:
        summary = (
            f"{counted(alarms, 'slice')} of rows beyond the margin; worst {worst.label}, most in "
            f"{worst.more['differs_most_in']}."
        )
        most = " or more" if alarms == len(items) == _LISTED else ""
        text += f"; {alarms}{most} {'differs' if alarms == 1 else 'differ'} beyond the margin"
    text += (
        f". Worst: {worst.label}, mean distance {worst.estimate:.3g}, as far as a real sample of "
        f"{percent(min(worst.worth, 1.0))} of its rows, most in {worst.more['differs_most_in']}"
    )
    if search.too_few:
        text += (
            f"; {search.too_few:,} more have fewer than {_SYNTHETIC_ROWS} synthetic rows and "
            "were not compared"
        )
    is_expected = worst.reference is None
    return ctx.judged(
        f"{text}.",
        summary=summary,
        decisions=worst_first(by_estimate)[:1],
        items=items,
        estimate=Estimate(
            worst.estimate, worst.low, worst.high, 1 - ctx.config.alpha / search.compared
        ),
        reference=Reference(
            "expected of fresh real rows in this slice" if is_expected else "holdout in this slice",
            worst.expected if is_expected else worst.reference,
            n=worst.n,
        ),
        threshold=Threshold(
            worst.limit,
            f"mean distance of a random sample of {goal.value:,.0f} real rows; {goal.basis}",
        ),
        direction=Direction.LOWER,
        n=rows,
        sampled=rows if rows < ctx.data.synthetic.num_rows else None,
    )
