"""Association of every pair of columns, strength and sign.

What it measures
    Spearman's and Pearson's correlation of two numbers, the correlation ratio of a number and
    a level, bias-corrected Cramér's V of two levels, in the real and in the synthetic table.
    The estimate is the mean absolute difference; the details give each pair, its normalised
    mutual information and whether a clear sign turned. Rows with a missing value in the pair
    are left out of it.

How to read it
    0 is the same dependence everywhere. 0.1 where the real value is .5 is a loss an analyst
    will notice. A turned sign of a clear correlation reverses conclusions.

Formula
    A = mean of |r(synthetic) − r(real)| over the pairs of columns; r is Spearman's correlation,
    the correlation ratio √(variance of ranks between levels / variance of ranks), or Cramér's V,
    corrected.

When it misleads
    One number a pair: dependence of another shape hides behind an equal coefficient. The
    joint tables (F004) see it. Weak pairs dominate the mean; look at the worst.

Source
    Bergsma (2013) for the corrected V. Errors are jackknife errors over twenty groups of
    rows. Peers score strongly correlated pairs only, or add linear coefficients of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._as_far_as import Measured, curve_sizes, judge
from synth_eval.checks.fidelity._standard_errors import FixedError
from synth_eval.data.table import Table
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Result
from synth_eval.stats.association import (
    correlation_ratio,
    cramers_v,
    normalised_mutual_information,
    pearson_correlation,
)
from synth_eval.stats.distances import Distance
from synth_eval.stats.worth import Curve

_GROUPS = 20
_ROWS = 50_000
_LEVELS = 20
_CLEAR = 0.1
"""A correlation below this has no sign worth keeping."""

_LEAST_SPREAD = 0.25
"""Variance of a coefficient times rows: a function of a column has none, and any difference,
however small, would be infinitely far. No pair is taken to be surer than a correlation of .7."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Sampled rows of one table: ranks and numbers, levels, and the group of each row."""

    numbers: dict[str, FloatArray]
    ranks: dict[str, FloatArray]
    levels: dict[str, npt.NDArray[np.intp]]
    group: npt.NDArray[np.intp]


@check(
    "F006",
    "association_difference",
    dimension="fidelity",
    title="Association of pairs of columns",
    cost="neighbours",
    figure="association",
    gating=False,
)
def association(ctx: Context) -> Result:
    """Compare the association of every pair of columns."""
    names = ctx.data.compared
    if len(names) < 2:
        raise NotApplicable("the schema has fewer than two columns to compare")
    columns = {role: _columns(ctx, table, role) for role, table in ctx.data.tables.items()}
    rows = {role: len(own.group) for role, own in columns.items()}
    differences, measured = [], []
    for first, second in combinations(names, 2):
        found = {role: _associate(own, first, second) for role, own in columns.items()}
        values = {role: _jackknife(own[0]) for role, own in found.items()}
        gaps = found["synthetic"][0] - values["real"][0]
        differences.append(np.abs(gaps))
        item = _item(ctx, first, second, values, found)
        measured.append(_measured(ctx, item, values, rows))
    error = _error_of_mean(np.array(differences), columns)
    sampled = {
        role: count for role, count in rows.items() if count < ctx.data.tables[role].num_rows
    }
    result = judge(ctx, measured, error, "pairs of columns")
    return _with_summary(result, measured, max(sampled.values(), default=None))


def _columns(ctx: Context, table: Table, role: str) -> _Columns:
    """Read the sampled rows; ranks are mid-ranks within the table, levels the frequent ones."""
    rng = ctx.rng(role)
    rows = ctx.data.sample_rows(role, _ROWS, rng)
    numbers, ranks, levels = {}, {}, {}
    for spec in ctx.data.schema.compared:
        if spec.is_continuous:
            values = table.number_column(spec.name).values[rows]
            values = np.where(np.isfinite(values), values, np.nan)
            numbers[spec.name] = _standardise(values)
            ranks[spec.name] = _mid_ranks(values)
        else:
            own = table.level_column(spec.name).codes[rows]
            codes = np.minimum(own, _LEVELS).astype(np.intp)
            levels[spec.name] = np.where(own < 0, _LEVELS + 1, codes)
    group = rng.permutation(len(rows)) % _GROUPS
    return _Columns(numbers, ranks, levels, group)


def _standardise(values: FloatArray) -> FloatArray:
    """Centre and scale, so that sums of squares neither overflow nor cancel."""
    finite = values[~np.isnan(values)]
    if len(finite) == 0:
        return values
    center = 2 * float(np.median(finite / 2))  # the mean of two numbers near 1e308 overflows
    scale = float(np.abs(finite / 2 - center / 2).max()) * 2
    if scale == 0 or not np.isfinite(scale):
        return np.where(np.isnan(values), np.nan, 0.0)
    return values / scale - center / scale


def _mid_ranks(values: FloatArray) -> FloatArray:
    """Ranks between 0 and 1, ties share their mean rank, missing stays missing."""
    present = ~np.isnan(values)
    _, inverse, counts = np.unique(values[present], return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks = np.full(len(values), np.nan)
    ranks[present] = middle[inverse] / max(present.sum(), 1) - 0.5
    return ranks


def _associate(columns: _Columns, first: str, second: str) -> tuple[FloatArray, dict[str, Any]]:
    """Coefficient of the pair: on all rows, then with each group left out; and what else to say."""
    if first in columns.ranks and second in columns.ranks:
        values = _correlate(columns.ranks[first], columns.ranks[second], columns.group)
        linear = _correlate(columns.numbers[first], columns.numbers[second], columns.group)
        return values, {"coefficient": "Spearman", "pearson": float(linear[0])}
    if first in columns.levels and second in columns.levels:
        tables = _leave_out(
            columns.levels[first] * (_LEVELS + 2) + columns.levels[second],
            columns.group,
            (_LEVELS + 2) ** 2,
        ).reshape(-1, _LEVELS + 2, _LEVELS + 2)[:, :-1, :-1]
        extra = {"mutual_information": float(normalised_mutual_information(tables[0]))}
        return cramers_v(tables), {"coefficient": "Cramér's V", **extra}
    level, number = (first, second) if first in columns.levels else (second, first)
    return _ratio(columns, level, number), {"coefficient": "correlation ratio"}


def _ratio(columns: _Columns, level: str, number: str) -> FloatArray:
    codes, values = columns.levels[level], columns.ranks[number]
    present = ~np.isnan(values) & (codes <= _LEVELS)
    codes, values, group = codes[present], values[present], columns.group[present]
    sums = [_leave_out(codes, group, _LEVELS + 1, weights) for weights in (None, values, values**2)]
    return correlation_ratio(sums[0], sums[1], sums[2])


def _correlate(first: FloatArray, second: FloatArray, group: npt.NDArray[np.intp]) -> FloatArray:
    present = ~np.isnan(first) & ~np.isnan(second)
    x, y, group = first[present], second[present], group[present]
    cells = np.zeros(len(x), np.intp)
    count, sx, sy, sxx, syy, sxy = (
        _leave_out(cells, group, 1, weights)[:, 0] for weights in (None, x, y, x * x, y * y, x * y)
    )
    return pearson_correlation(count, (sx, sy), (sxx, syy, sxy))


def _leave_out(
    cells: npt.NDArray[np.intp],
    group: npt.NDArray[np.intp],
    size: int,
    weights: FloatArray | None = None,
) -> FloatArray:
    """Sums per cell over all rows and over all but one group, shape (groups + 1, size)."""
    each = np.bincount(group * size + cells, weights, minlength=_GROUPS * size)
    each = each.reshape(_GROUPS, size).astype(np.float64)
    total = each.sum(axis=0)
    return np.concatenate([total[None], total - each])


def _jackknife(values: FloatArray) -> tuple[float, float]:
    """Value and its jackknife variance."""
    left_out = values[1:]
    variance = (_GROUPS - 1) / _GROUPS * ((left_out - left_out.mean()) ** 2).sum()
    return float(values[0]), float(variance)


def _item(
    ctx: Context,
    first: str,
    second: str,
    values: dict[str, tuple[float, float]],
    found: dict[str, tuple[FloatArray, dict[str, Any]]],
) -> dict[str, Any]:
    real, synthetic = values["real"][0], values["synthetic"][0]
    extra = found["real"][1]
    both = ctx.data.schema[first].is_continuous and ctx.data.schema[second].is_continuous
    clear = min(abs(real), abs(synthetic)) >= _CLEAR
    item: dict[str, Any] = {
        "first": first,
        "second": second,
        "coefficient": extra["coefficient"],
        "real": real,
        "synthetic": synthetic,
        "sign_turned": bool(both and clear and real * synthetic < 0),
    }
    for name in ("pearson", "mutual_information"):
        if name in extra:
            item[f"{name}_real"] = extra[name]
            item[f"{name}_synthetic"] = found["synthetic"][1][name]
    return item


def _measured(
    ctx: Context,
    item: dict[str, Any],
    values: dict[str, tuple[float, float]],
    rows: dict[str, int],
) -> Measured:
    """Difference of the pair; a real sample's spread follows from the real jackknife error."""
    (real, spread), (synthetic, other) = values["real"], values["synthetic"]
    per_row = max(spread * rows["real"], _LEAST_SPREAD)
    sizes = curve_sizes(ctx)
    expected = np.sqrt(2 / np.pi * per_row * (1 / rows["real"] + 1 / sizes))
    holdout = None
    if "holdout" in values:
        holdout = Distance(abs(values["holdout"][0] - real), 0.0)
    distance = Distance(abs(synthetic - real), float(np.sqrt(spread + other)))
    return Measured(item, distance, holdout, Curve(sizes, expected))


def _error_of_mean(differences: FloatArray, columns: dict[str, _Columns]) -> FixedError:
    """Jackknife error of the mean over pairs, from the synthetic groups; real ones add alike."""
    means = differences.mean(axis=0)[1:]
    variance = (_GROUPS - 1) / _GROUPS * float(((means - means.mean()) ** 2).sum())
    ratio = 1 + len(columns["synthetic"].group) / len(columns["real"].group)
    return FixedError(float(np.sqrt(variance * ratio)))


def _with_summary(result: Result, measured: list[Measured], sampled: int | None) -> Result:
    gaps = np.array([entry.synthetic.value for entry in measured])
    turned = sum(bool(entry.item["sign_turned"]) for entry in measured)
    tail = f" Largest {gaps.max():.3g}, root mean square {np.sqrt((gaps**2).mean()):.3g}"
    tail += f", {turned} clear signs turned." if turned else ", no clear sign turned."
    return replace(result, message=result.message + tail, sampled=sampled)
