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
    worst of thousands of slices is not bad luck.

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
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._slices import Slice, slice_label
from synth_eval.data.codes import encode
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.stats.slices import joint_counts, sample_distance, slice_distances
from synth_eval.stats.worth import Curve, mean_curve, total_variation_curves

Codes = npt.NDArray[np.intp]

_ROWS = 20_000
_REAL_ROWS = 50
_SYNTHETIC_ROWS = 30
_BUDGET = 120_000_000
"""Cells counted in all tables together, about half a second of one core."""
_PER_SLICER = 4
_LISTED = 50
_CURVE_POINTS = 14
_ROLES = ("target", "secret", "quasi_identifier")


@dataclass(frozen=True, slots=True)
class _Search:
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
    details = sorted(
        (_detail(ctx, codes, found, z) for found in search.worst),
        key=lambda row: (-Status(row["status"]).severity, row["worth"], -row["estimate"]),
    )
    return _result(ctx, search, details)


def _coarse_cells(ctx: Context, role: str) -> list[Codes]:
    """Coarse cells of the sampled rows, one array a column."""
    data = ctx.data
    rows = data.sample_rows(role, min(_ROWS, ctx.config.model_rows), ctx.rng(role))
    return [
        plan.to_coarse[encode(data.tables[role].column(plan.name).take(rows), plan)].astype(np.intp)
        for plan in data.plans
    ]


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


def _search(ctx: Context, codes: Mapping[str, Sequence[Codes]]) -> _Search:
    """Screen all slices and keep the most suspicious ones."""
    real, synthetic = codes["real"], codes["synthetic"]
    share = ctx.config.margin("fidelity.mean_table").value
    width = max(plan.coarse_cells for plan in ctx.data.plans)
    found: list[tuple[float, Slice]] = []
    compared = too_few = 0
    rows = len(real[0]) + len(synthetic[0])
    for slicer in _slicers(ctx, rows):
        sides = [_fuse([table[i] for i in slicer], width) for table in (real, synthetic)]
        n_slices = width ** len(slicer)
        n, m = (np.bincount(side, minlength=n_slices) for side in sides)
        enough = n >= max(_REAL_ROWS, ctx.config.small_cell)
        usable = np.flatnonzero(enough & (m >= _SYNTHETIC_ROWS))
        compared += len(usable)
        too_few += int(enough.sum()) - len(usable)
        if len(usable) == 0:
            continue
        score = _suspicion(sides, (real, synthetic), slicer, usable, (n_slices, width, share))
        for place in np.argsort(-score, kind="stable")[:_PER_SLICER]:
            cells = np.unravel_index(usable[place], (width,) * len(slicer))
            found.append((float(score[place]), Slice(slicer, tuple(int(c) for c in cells))))
    found.sort(key=lambda entry: -entry[0])
    return _Search([entry for _, entry in found[:_LISTED]], compared, too_few)


def _fuse(columns: Sequence[Codes], width: int) -> Codes:
    fused = columns[0]
    for column in columns[1:]:
        fused = fused * width + column
    return fused


def _suspicion(
    sides: Sequence[Codes],
    tables: Sequence[Sequence[Codes]],
    slicer: tuple[int, ...],
    usable: npt.NDArray[np.intp],
    shape: tuple[int, int, float],
) -> npt.NDArray[np.float64]:
    """Lower end of each slice's mean distance over what a real sample would show."""
    n_slices, width, share = shape
    low, limit = np.zeros(len(usable)), np.zeros(len(usable))
    for column in range(len(tables[0])):
        if column in slicer:
            continue
        real, synthetic = (
            joint_counts(side, table[column], n_slices, width)[usable]
            for side, table in zip(sides, tables, strict=True)
        )
        distance, error = slice_distances(real, synthetic)
        low += distance - 3 * error
        limit += sample_distance(real, share)
    return np.asarray(low / np.maximum(limit, 1e-12))


def _detail(
    ctx: Context, codes: Mapping[str, Sequence[Codes]], found: Slice, z: float
) -> dict[str, Any]:
    """Distances inside one slice, with the expected ones computed exactly."""
    tables = {role: list(_tables(ctx, found, columns)) for role, columns in codes.items()}
    real, synthetic = np.stack(tables["real"]), np.stack(tables["synthetic"])
    n, m = int(real[0].sum()), int(synthetic[0].sum())
    distances, errors = slice_distances(real, synthetic)
    # Columns may move together, so the error of the mean is at most the mean of the errors.
    value, half = float(distances.mean()), z * float(errors.mean())
    holdout = tables.get("holdout")
    pooled = tables["real"] if holdout is None else [
        own + other for own, other in zip(tables["real"], holdout, strict=True)
    ]  # fmt: skip
    shares = (ctx.config.margin(f"fidelity.{name}").value for name in ("mean_table", "worst_table"))
    asked = [max(share * n, 2.0) for share in shares]
    sizes = np.unique([*np.geomspace(2.0, 8.0 * max(n, m), _CURVE_POINTS), *asked, m])
    curve = mean_curve(total_variation_curves(pooled, n, sizes))
    names = [plan.name for i, plan in enumerate(ctx.data.plans) if i not in found.columns]
    goal, floor = (curve.at(size) for size in asked)
    low, high = max(value - half, 0.0), value + half
    return {
        "what": slice_label(ctx.data, found),
        "estimate": value,
        "low": low,
        "high": high,
        "reference": _holdout(holdout, real, curve, m),
        "expected": curve.at(m),
        "limit": goal,
        "worth": min(curve.rows(value) / n, 8.0),
        "differs_most_in": names[int(distances.argmax())],
        "real_share": n / len(codes["real"][0]),
        "synthetic_share": m / len(codes["synthetic"][0]),
        "n": m,
        "status": str(_status(low, high, goal, floor)),
    }


def _tables(
    ctx: Context, found: Slice, columns: Sequence[Codes]
) -> Iterator[npt.NDArray[np.int64]]:
    """Counts of every other column inside one slice."""
    width = max(plan.coarse_cells for plan in ctx.data.plans)
    inside = np.ones(len(columns[0]), np.bool_)
    for position, cell in zip(found.columns, found.cells, strict=True):
        inside &= columns[position] == cell
    rows = np.flatnonzero(inside)
    for position, column in enumerate(columns):
        if position not in found.columns:
            yield np.bincount(column[rows], minlength=width)


def _holdout(
    tables: list[npt.NDArray[np.int64]] | None,
    real: npt.NDArray[np.int64],
    curve: Curve,
    rows: int,
) -> float | None:
    """Mean distance of the holdout in the slice, brought to the synthetic number of rows."""
    if tables is None or tables[0].sum() < _SYNTHETIC_ROWS:
        return None
    distances, _ = slice_distances(real, np.stack(tables))
    expected = curve.at(int(tables[0].sum()))
    factor = curve.at(rows) / expected if expected > 0 else 1.0
    return float(distances.mean()) * factor


def _status(low: float, high: float, goal: float, floor: float) -> Status:
    if low > floor:
        return Status.FAIL
    if low > goal:
        return Status.WARN
    return Status.PASS if high <= goal else Status.INCONCLUSIVE


def _overall(details: Sequence[Mapping[str, Any]]) -> Status:
    """The worst alarm; without one, whether every estimate lies within its margin."""
    found = {Status(row["status"]) for row in details}
    for alarm in (Status.FAIL, Status.WARN):
        if alarm in found:
            return alarm
    within = all(row["estimate"] <= row["limit"] for row in details)
    return Status.PASS if within else Status.INCONCLUSIVE


def _result(ctx: Context, search: _Search, details: list[dict[str, Any]]) -> Result:
    worst, status = details[0], _overall(details)
    alarms = sum(row["status"] in (Status.FAIL, Status.WARN) for row in details)
    goal = ctx.config.margin("fidelity.mean_table")
    kept = min(ctx.data.synthetic.num_rows, _ROWS, ctx.config.model_rows)
    head = f"{search.compared:,} slices of one or two columns were searched"
    if alarms:
        most = " or more" if alarms == len(details) == _LISTED else ""
        head += f"; {alarms}{most} differ beyond the margin"
    tail = ""
    if search.too_few:
        tail = (
            f"; {search.too_few:,} more have fewer than {_SYNTHETIC_ROWS} synthetic rows and "
            "were not compared"
        )
    expected = worst["reference"] is None
    return ctx.result(
        status,
        f"{head}. Worst: {worst['what']}, mean distance {worst['estimate']:.3g}, as far as a "
        f"real sample of {100 * (min(worst['worth'], 1.0)):.1f} % of its rows, most in "
        f"{worst['differs_most_in']}{tail}.",
        estimate=Estimate(
            worst["estimate"], worst["low"], worst["high"], 1 - ctx.config.alpha / search.compared
        ),
        reference=Reference(
            "expected of fresh real rows in this slice" if expected else "holdout in this slice",
            worst["expected"] if expected else worst["reference"],
            n=worst["n"],
        ),
        threshold=Threshold(
            worst["limit"], f"mean distance of a {100 * goal.value:.0f} % real sample; {goal.basis}"
        ),
        direction=Direction.LOWER,
        n=kept,
        sampled=kept if kept < ctx.data.synthetic.num_rows else None,
        details=details,
    )
