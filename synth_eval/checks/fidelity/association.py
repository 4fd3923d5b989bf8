"""Association of every pair of columns, strength and sign.

What it measures
    Spearman's and Pearson's correlation of two numbers, the correlation ratio of a number and
    a level, bias-corrected Cramér's V of two levels, in the real and in the synthetic table.
    The estimate is the mean absolute difference; the items give each pair, its normalised
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

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._as_far_as import (
    ItemDistance,
    curve_sizes,
    result_of_distances,
)
from synth_eval.checks.fidelity._standard_errors import FixedError
from synth_eval.data.table import Table
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Item, Result
from synth_eval.stats.association import (
    correlation_ratio,
    cramers_v,
    normalised_mutual_information,
    pearson_correlation,
)
from synth_eval.stats.distances import Distance
from synth_eval.stats.worth import SampleCurve

_GROUPS = 20
"""Groups of the jackknife: a standard error from them is right to about a sixth."""

_ROWS = 50_000
"""Rows a table: coefficients are right to .004 then, far below what anybody would notice."""

_LEVELS = 20
"""Levels kept apart, the frequent ones; the rest is one more."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Sampled rows of one table: ranks and numbers, levels, and the group of each row."""

    numbers: dict[str, FloatArray]
    ranks: dict[str, FloatArray]
    levels: dict[str, npt.NDArray[np.intp]]
    group: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Association:
    """Coefficient of a pair in one table: on all rows, then with each group left out."""

    coefficient: str
    values: FloatArray
    more: dict[str, float]

    def jackknife(self) -> tuple[float, float]:
        """Value and its jackknife variance."""
        left_out = self.values[1:]
        variance = (_GROUPS - 1) / _GROUPS * ((left_out - left_out.mean()) ** 2).sum()
        return float(self.values[0]), float(variance)


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
    named = list(combinations(names, 2))
    associated = {role: _associations(ctx, role, named) for role in ctx.data.tables}
    rows = {role: min(table.num_rows, _ROWS) for role, table in ctx.data.tables.items()}
    differences, distances = [], []
    for place, (first, second) in enumerate(named):
        pairs = {role: table[place] for role, table in associated.items()}
        differences.append(np.abs(pairs["synthetic"].values - pairs["real"].values[0]))
        distances.append(_distance(ctx, first, second, pairs, rows))
    # Jackknife error of the mean over pairs, from the synthetic groups; real ones add alike.
    means = np.mean(differences, axis=0)[1:]
    variance = (_GROUPS - 1) / _GROUPS * float(((means - means.mean()) ** 2).sum())
    ratio = 1 + rows["synthetic"] / rows["real"]
    error = FixedError(float(np.sqrt(variance * ratio)), len(differences))
    result = result_of_distances(ctx, distances, error, "pairs of columns")
    gaps = np.array([entry.synthetic.value for entry in distances])
    turned = sum(bool(entry.item.more["sign_turned"]) for entry in distances)
    tail = f" Largest {gaps.max():.3g}, root mean square {np.sqrt((gaps**2).mean()):.3g}"
    tail += f", {turned} clear signs turned." if turned else ", no clear sign turned."
    sampled = [count for role, count in rows.items() if count < ctx.data.tables[role].num_rows]
    return replace(result, message=result.message + tail, sampled=max(sampled, default=None))


def _associations(ctx: Context, role: str, named: list[tuple[str, str]]) -> list[_Association]:
    """Association of every pair of columns in one table."""

    def associate() -> list[_Association]:
        columns = _columns(ctx, ctx.data.tables[role], role)
        return [_associate(columns, first, second) for first, second in named]

    if role == "synthetic":  # asked for once
        return associate()
    return ctx.once(("associations", role, ctx.config.seed), associate)


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
    from scipy.stats import rankdata  # at use, see `synth_eval.stats`

    present = ~np.isnan(values)
    ranks = np.full(len(values), np.nan)
    ranks[present] = rankdata(values[present]) / max(present.sum(), 1) - 0.5
    return ranks


def _associate(columns: _Columns, first: str, second: str) -> _Association:
    """Association of two columns in one table, by the coefficient for their kinds."""
    if first in columns.ranks and second in columns.ranks:
        values = _correlate(columns.ranks[first], columns.ranks[second], columns.group)
        linear = _correlate(columns.numbers[first], columns.numbers[second], columns.group)
        return _Association("Spearman", values, {"pearson": float(linear[0])})
    if first in columns.levels and second in columns.levels:
        tables = _leave_out(
            columns.levels[first] * (_LEVELS + 2) + columns.levels[second],
            columns.group,
            (_LEVELS + 2) ** 2,
        ).reshape(-1, _LEVELS + 2, _LEVELS + 2)[:, :-1, :-1]
        information = float(normalised_mutual_information(tables[0]))
        return _Association("Cramér's V", cramers_v(tables), {"mutual_information": information})
    level, number = (first, second) if first in columns.levels else (second, first)
    codes, values = columns.levels[level], columns.ranks[number]
    present = ~np.isnan(values) & (codes <= _LEVELS)
    codes, values, group = codes[present], values[present], columns.group[present]
    sums = [_leave_out(codes, group, _LEVELS + 1, weights) for weights in (None, values, values**2)]
    return _Association("correlation ratio", correlation_ratio(sums[0], sums[1], sums[2]), {})


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


def _distance(
    ctx: Context, first: str, second: str, pairs: dict[str, _Association], rows: dict[str, int]
) -> ItemDistance:
    """Difference of the pair; a real sample's spread follows from the real jackknife error."""
    real, spread = pairs["real"].jackknife()
    synthetic, other = pairs["synthetic"].jackknife()
    both = all(ctx.data.schema[name].is_continuous for name in (first, second))
    clear = ctx.config.margin("fidelity.clear_correlation").value
    is_clear = min(abs(real), abs(synthetic)) >= clear
    more: dict[str, float | str | bool] = {
        "coefficient": pairs["real"].coefficient,
        "real": real,
        "synthetic": synthetic,
        "sign_turned": bool(both and is_clear and real * synthetic < 0),
    }
    for name in pairs["real"].more:
        more |= {f"{name}_{role}": pairs[role].more[name] for role in ("real", "synthetic")}
    item = Item("pair", (first, second), more=more)
    per_row = spread * rows["real"]
    per_row = max(per_row, ctx.config.margin("fidelity.least_coefficient_variance").value)
    sizes = curve_sizes(ctx)
    expected = np.sqrt(2 / np.pi * per_row * (1 / rows["real"] + 1 / sizes))
    holdout = None
    if "holdout" in pairs:
        holdout = Distance(abs(pairs["holdout"].jackknife()[0] - real), 0.0)
    distance = Distance(abs(synthetic - real), float(np.sqrt(spread + other)))
    return ItemDistance(item, distance, holdout, SampleCurve(sizes, expected))
