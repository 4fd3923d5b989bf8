"""One judgement for every check made of distances: how large a real sample is as far away?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.errors import NotApplicable
from synth_eval.results import Curve as Plotted
from synth_eval.results import (
    Direction,
    Estimate,
    Panel,
    Reference,
    Result,
    Status,
    Threshold,
)
from synth_eval.run import Context
from synth_eval.stats.distances import (
    Distance,
    total_variation_distance,
    total_variation_distances,
)
from synth_eval.stats.maximum import MaximumStatistic
from synth_eval.stats.worth import (
    Curve,
    expected_at,
    mean_curve,
    rows_at,
    sample_sizes,
    total_variation_curves,
)

__all__ = [
    "Cells",
    "FixedError",
    "MeanError",
    "Measured",
    "curve_sizes",
    "judge",
    "judge_cells",
    "judge_counts",
]

CountArray = npt.NDArray[np.int64]

_DETAILS = 2_000
_ERROR_ROWS = 4_000
_MAXIMUM_ROWS = 500
_SHOWN_FROM = 0.001


@dataclass(frozen=True, slots=True)
class Measured:
    """The distance of one table (a column, a pair) and what a real sample would show."""

    item: Mapping[str, Any]
    synthetic: Distance
    holdout: Distance | None
    curve: Curve


def curve_sizes(ctx: Context) -> Any:
    """Sample sizes at which expected distances are computed."""
    return sample_sizes(ctx.data.real.num_rows, ctx.data.synthetic.num_rows)


class MeanError:
    """Standard error of a mean of distances over the same rows.

    The influences of a row on all tables are added up for a seeded sample of rows, so that
    columns that move together are not taken for independent ones.
    """

    def __init__(self, ctx: Context) -> None:
        self._data = ctx.data
        self._tables = 0
        self._rows: dict[str, Any] = {}
        self._sums: dict[str, Any] = {}
        given = []
        for role in ("real", "synthetic"):
            rows = ctx.data.sample_rows(role, _ERROR_ROWS, ctx.rng(f"error {role}"))
            self._rows[role] = (rows, ctx.data.tables[role].num_rows)
            self._sums[role] = np.zeros(len(rows))
            given.append((min(len(rows), _MAXIMUM_ROWS), ctx.data.tables[role].num_rows))
        self._maximum = MaximumStatistic(given, ctx.rng("maximum"))

    def rows(self, role: str) -> Any:
        """Numbers of the sampled rows of one table."""
        return self._rows[role][0]

    def values(self, name: str) -> dict[str, Any]:
        """Values of a continuous column in the sampled rows of both tables."""
        return {
            role: self._data.tables[role].column(name).values[rows]
            for role, (rows, _) in self._rows.items()
        }

    def add(self, distance: Distance, values: Mapping[str, Any]) -> None:
        """Add one table: the values (or cells) of the sampled rows, missing ones left NaN."""
        self._tables += 1
        if distance.influence is None:
            return
        effects = []
        for role, sample in values.items():
            missing = np.isnan(sample) if sample.dtype.kind == "f" else None
            effect = distance.influence(sample)
            if missing is not None and missing.any():
                effect = np.where(
                    missing, effect[~missing].mean() if (~missing).any() else 0, effect
                )
            self._sums[role] += effect
            effects.append(effect[:_MAXIMUM_ROWS])
        self._maximum.add(effects)

    def add_signs(self, signs: npt.NDArray[np.int8], cells: Mapping[str, Any]) -> None:
        """Add the total variation of one table: the signs of its cells, the sampled rows' cells."""
        self._tables += 1
        halves = signs * 0.5
        effects = []
        for role, own in cells.items():
            effect = halves.take(own)
            self._sums[role] += effect
            effects.append(effect[:_MAXIMUM_ROWS])
        self._maximum.add(effects)

    def value(self) -> float:
        """Standard error of the mean distance."""
        variance = sum(
            self._sums[role].var() / (self._tables**2 * rows)
            for role, (_, rows) in self._rows.items()
        )
        return float(np.sqrt(variance))

    def critical(self, alpha: float, tables: int) -> float:  # noqa: ARG002 - see FixedError
        """Standard errors that the farthest of the tables exceeds by chance, so rarely."""
        return self._maximum.critical(alpha)


@dataclass(frozen=True, slots=True)
class FixedError:
    """Standard error of a mean that the check computed itself."""

    error: float

    def value(self) -> float:
        """Standard error of the mean distance."""
        return self.error

    def critical(self, alpha: float, tables: int) -> float:
        """Standard errors for so many tables as if unrelated."""
        return NormalDist().inv_cdf(1 - alpha / (2 * tables))


def judge(
    ctx: Context,
    measured: Sequence[Measured],
    error: MeanError | FixedError,
    noun: str,
    unit: str = "",
) -> Result:
    """Decide on the worst table and on the mean, in rows of real data.

    Fails where the distance of one table, at a level that holds for all of them together (the
    joint null of the largest), is beyond that of a real sample of ``fidelity.worst_table`` of
    the rows; warns where the mean is certainly beyond that of a ``fidelity.mean_table`` sample;
    passes where the estimate of the mean is within it and all intervals are within the first
    margin. Else more rows are needed: inconclusive.
    """
    if not measured:
        raise NotApplicable(f"the schema has no {noun} to compare")
    data, alpha = ctx.data, ctx.config.alpha
    rows = min(data.real.num_rows, data.synthetic.num_rows)
    floor, goal = (
        ctx.config.margin("fidelity.worst_table"),
        ctx.config.margin("fidelity.mean_table"),
    )
    details = sorted(
        _details(ctx, measured, floor.value * rows, rows, error),
        key=lambda row: (row["worth"], -row["estimate"]),
    )
    mean = Distance(float(np.mean([entry.synthetic.value for entry in measured])), error.value())
    curve = mean_curve([entry.curve for entry in measured])
    low, high = mean.interval(NormalDist().inv_cdf(1 - alpha / 2))
    limit, far = curve.at(max(goal.value * rows, 2.0)), curve.at(max(floor.value * rows, 2.0))
    status = _status(details, Estimate(mean.value, low, high), limit, far)
    return ctx.result(
        status,
        _message(details, mean, curve, rows, noun, unit),
        estimate=Estimate(mean.value, low, high, 1 - alpha),
        reference=_reference(ctx, measured, curve),
        threshold=Threshold(
            limit,
            f"mean distance of a {goal.value:.0%} real sample; {goal.basis}. Intervals of "
            f"single items hold for all {len(measured):,} together",
        ),
        direction=Direction.LOWER,
        details=details[:_DETAILS],
        panels=[_worth_panel(ctx, measured, curve, Estimate(mean.value, low, high), noun)],
    )


def _worth_panel(
    ctx: Context, measured: Sequence[Measured], curve: Curve, mean: Estimate, noun: str
) -> Panel:
    """Mean distance against the rows of a real sample: where the lines cross is the worth."""
    rows = min(ctx.data.real.num_rows, ctx.data.synthetic.num_rows)
    shown = (curve.sizes >= rows * _SHOWN_FROM) & (curve.sizes <= 2 * rows)
    sizes = curve.sizes[shown]
    ends = [float(sizes[0]), float(sizes[-1])]
    floor = float(curve.expected[shown].min()) / 4  # a logarithm has no place for a copy's zero
    name = "synthetic table" if mean.value >= floor else "synthetic table, below this axis"
    flat = [[max(value or 0.0, floor)] * 2 for value in (mean.value, mean.low, mean.high)]
    curves = [
        Plotted("real sample of so many rows", sizes.tolist(), curve.expected[shown].tolist(),
                role="real"),
        Plotted(
            name, ends, flat[0], low=flat[1], high=flat[2], role="synthetic", shape="dashes"
        ),
    ]  # fmt: skip
    holdouts = [entry.holdout.value for entry in measured if entry.holdout is not None]
    if holdouts and ctx.data.holdout is not None:
        size = float(ctx.data.holdout.num_rows)
        mean_holdout = float(np.mean(holdouts))
        curves.append(Plotted("holdout", [size], [mean_holdout], role="holdout", shape="points"))
    margins = [
        max(ctx.config.margin(name).value * rows, 2.0)
        for name in ("fidelity.worst_table", "fidelity.mean_table")
    ]
    curves.append(Plotted("margins", margins, [curve.at(size) for size in margins], shape="points"))
    return Panel(
        name="worth",
        title="As far as a real sample of how many rows?",
        x="rows of a real sample",
        y=f"mean distance over {noun}",
        caption="The line falls as a real sample grows; the synthetic table is worth as many real "
        "rows as the place where it crosses the line. Bad: a crossing left of the margins.",
        curves=curves,
        log_x=True,
        log_y=True,
    )


def _details(
    ctx: Context,
    measured: Sequence[Measured],
    floor: float,
    rows: int,
    error: MeanError | FixedError,
) -> Iterator[dict[str, Any]]:
    data, alpha = ctx.data, ctx.config.alpha
    z = error.critical(alpha, len(measured))
    # To say that all tables are within the margin each must be shown at the plain level.
    plain = NormalDist().inv_cdf(1 - alpha)
    curves = [entry.curve for entry in measured]
    limits = expected_at(curves, max(floor, 2.0)).tolist()
    expected = expected_at(curves, data.synthetic.num_rows)
    worths = rows_at(curves, np.array([entry.synthetic.value for entry in measured])) / rows
    factors = np.ones(len(measured))
    if data.holdout is not None:
        seen = expected_at(curves, max(data.holdout.num_rows, 2))
        np.divide(
            expected_at(curves, max(data.synthetic.num_rows, 2)), seen, factors, where=seen > 0
        )
    for i, entry in enumerate(measured):
        low, high = entry.synthetic.interval(z)
        near, limit, worth = entry.synthetic.interval(plain)[1], limits[i], min(worths[i], 8.0)
        if entry.curve.expected[0] == 0.0:  # a constant column: any difference is too much
            worth = 0.0 if entry.synthetic.value > 0 else 1.0
            status = Status.FAIL if low > 0 else Status.PASS
        elif low > limit:
            status = Status.FAIL
        else:
            status = Status.PASS if near <= limit else Status.INCONCLUSIVE
        yield {
            **entry.item,
            "estimate": entry.synthetic.value,
            "low": low,
            "high": high,
            "reference": None if entry.holdout is None else entry.holdout.value * float(factors[i]),
            "expected": float(expected[i]),
            "limit": limit,
            "worth": float(worth),
            "status": str(status),
        }


def _worth(curve: Curve, distance: float, rows: int) -> float:
    """Share of the real rows whose sample is as far; capped, since beyond 1 it is noise."""
    if curve.expected[0] == 0.0:
        return 0.0 if distance > 0 else 1.0
    return min(curve.rows(distance) / rows, 8.0)


def _rescale(curve: Curve, rows: int, goal: int) -> float:
    """Factor that brings the distance of `rows` fresh real rows to a table of `goal` rows."""
    expected = curve.at(max(rows, 2))
    return curve.at(max(goal, 2)) / expected if expected > 0 else 1.0


def _status(
    details: Sequence[Mapping[str, Any]], mean: Estimate, limit: float, far: float
) -> Status:
    """Worst table first, then the mean.

    A narrow table cannot tell a 10 % from a full sample however many rows it has, so the
    mean passes by its estimate, with its interval inside the margin of the worst table.
    """
    found = {row["status"] for row in details}
    if Status.FAIL in found:
        return Status.FAIL
    if Status.INCONCLUSIVE in found:
        return Status.INCONCLUSIVE
    assert mean.low is not None
    assert mean.high is not None
    if mean.low > limit:
        return Status.WARN
    return Status.PASS if mean.value <= limit and mean.high <= far else Status.INCONCLUSIVE


def _reference(ctx: Context, measured: Sequence[Measured], curve: Curve) -> Reference:
    holdouts = [entry.holdout for entry in measured if entry.holdout is not None]
    rows = ctx.data.synthetic.num_rows
    if not holdouts or ctx.data.holdout is None:
        return Reference(f"expected of {rows:,} fresh real rows", curve.at(max(rows, 2)), n=rows)
    size = ctx.data.holdout.num_rows
    factor = _rescale(curve, size, rows)
    mean = float(np.mean([distance.value for distance in holdouts]))
    what = "holdout against real"
    if size != rows:
        what += f", brought from {size:,} to {rows:,} rows"
    return Reference(what, mean * factor, n=size)


def _message(
    details: Sequence[Mapping[str, Any]],
    mean: Distance,
    curve: Curve,
    rows: int,
    noun: str,
    unit: str,
) -> str:
    failed = [row for row in details if row["status"] == Status.FAIL]
    head = (
        f"Mean distance over {len(details)} {noun}: {mean.value:.3g}{unit}, "
        f"as far as {_sample(_worth(curve, mean.value, rows))}"
    )
    worst = details[0]
    tail = f"worst {_label(worst)}: {worst['estimate']:.3g}, {_sample(worst['worth'])}"
    if failed:
        tail += f"; {len(failed)} of {len(details)} too far"
    return f"{head}; {tail}."


def _sample(worth: float) -> str:
    if worth >= 1:
        return "a full-sized real sample"
    digits = 1 if worth >= 0.01 else 2
    return f"a real sample of {worth:.{digits}%} of the rows"


def _label(row: Mapping[str, Any]) -> str:
    """Name of an item: its column, or its columns joined by a cross, and what of them."""
    columns = [str(row[key]) for key in ("column", "first", "second", "third") if key in row]
    part = f" ({row['part']})" if "part" in row else ""
    return " × ".join(columns) + part


@dataclass(frozen=True, slots=True)
class Cells:
    """One derived table: the cell of every row, in each table of the data.

    Parameters
    ----------
    item : mapping
        What the table is, for the details.
    size : int
        Number of cells.
    rows : callable
        Role of a table in, cell of each of its rows out, shape (rows,).
    """

    item: Mapping[str, Any]
    size: int
    rows: Callable[[str], npt.NDArray[np.integer[Any]]]


def judge_cells(ctx: Context, tables: Iterable[Cells], noun: str) -> Result:
    """Judge tables that are counted here, all rows of each, one table at a time."""
    error, items, counted = MeanError(ctx), [], []
    for table in tables:
        counts: dict[str, CountArray] = {}
        sampled: dict[str, npt.NDArray[np.integer[Any]]] = {}
        for role in ctx.data.tables:  # one at a time: the cells of all rows are large
            cells = table.rows(role)
            counts[role] = np.bincount(cells, minlength=table.size)
            if role != "holdout":
                sampled[role] = cells[error.rows(role)]
        distance = total_variation_distance(counts["real"], counts["synthetic"])
        error.add(distance, sampled)
        items.append((table.item, distance))
        counted.append(counts)
    pooled = [counts["real"] + counts.get("holdout", 0) for counts in counted]
    curves = total_variation_curves(pooled, ctx.data.real.num_rows, curve_sizes(ctx))
    measured = [
        Measured(
            item,
            distance,
            total_variation_distance(counts["real"], counts["holdout"])
            if "holdout" in counts
            else None,
            curve,
        )
        for (item, distance), counts, curve in zip(items, counted, curves, strict=True)
    ]
    return judge(ctx, measured, error, noun)


def judge_counts(
    ctx: Context,
    items: Sequence[Mapping[str, Any]],
    blocks: Iterable[Mapping[str, CountArray]],
    error: MeanError,
    cells: Callable[[int], Mapping[str, npt.NDArray[np.intp]]],
    noun: str,
) -> Result:
    """Judge tables that were counted before, many at once.

    Parameters
    ----------
    items : sequence of mapping
        What each table is, in the order of the counts.
    blocks : iterable of mapping
        Counts by role of a table of the data, shape (tables of the block, cells).
    error : MeanError
        Receives the sampled rows.
    cells : callable
        Number of a table in, cells of the sampled rows by role out.
    """
    measured: list[Measured] = []
    sizes, rows = curve_sizes(ctx), ctx.data.real.num_rows
    for counts in blocks:
        real, holdout = counts["real"], counts.get("holdout")
        curves = total_variation_curves(
            list(real if holdout is None else real + holdout), rows, sizes
        )
        distances, signs = _distances(real, counts["synthetic"])
        others = None if holdout is None else _distances(real, holdout)[0]
        for i, (distance, curve) in enumerate(zip(distances, curves, strict=True)):
            table = len(measured)
            error.add_signs(signs[i], cells(table))
            other = None if others is None else others[i]
            measured.append(Measured(items[table], distance, other, curve))
    return judge(ctx, measured, error, noun)


def _distances(real: CountArray, other: CountArray) -> tuple[list[Distance], npt.NDArray[np.int8]]:
    values, errors, signs = total_variation_distances(real, other)
    return list(map(Distance, values.tolist(), errors.tolist())), signs
