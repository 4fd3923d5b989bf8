"""Propensity mean squared error: how well a logistic regression tells synthetic rows.

What it measures
    A logistic regression predicts from the cells of all columns (main effects: at most ten
    quantile bins or levels a column, missing and unseen apart) whether a row is synthetic.
    The propensity mean squared error (pMSE) is the mean squared difference between its
    scores and the share of synthetic rows. With up to 20 columns a second model also has the
    products of all pairs of columns.

How to read it
    The estimate is the ratio of pMSE to what two independent samples of one distribution
    show, (k-1)c(1-c)/N for k coefficients, a share c of synthetic rows and N rows in all:
    1 is as good as fresh real rows. The literature often divides by another null, that of
    rows drawn from the right model fitted to the real rows, (k-1)(1-c)²c/N, half of it at
    equal sizes; by that one a real holdout scores about 2. Both are in the items. The
    margins are the ratios that random samples of so many real rows would have.

Formula
    R = pMSE / ((k − 1) · c · (1 − c) / N), pMSE = Σ (s − c)² / N over all N rows; s score of a row,
    c = ½ share of synthetic rows, k coefficients. Of two models the one with the worse status.

When it misleads
    Main effects are blind to dependence: columns shuffled against each other score 0. The
    products of pairs see straight-line dependence only. The ratio grows with the rows
    compared; read the worth.

Source
    Woo et al. (2009), Global measures of data utility for microdata masked for disclosure
    limitation; Snoke et al. (2018), General and specific utility measures for synthetic data.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.checks.fidelity._falls_with_rows import FallingDistance
from synth_eval.data.codes import encode
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
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
from synth_eval.stats.design import orthogonal_columns
from synth_eval.stats.propensity import (
    fitted_model_null,
    independent_samples_null,
    logistic_probabilities,
    propensity_mse,
)
from synth_eval.words import real_sample

FloatArray = npt.NDArray[np.float64]
Cells = list[npt.NDArray[np.intp]]

_ROWS = 10_000
_ROWS_OF_PAIRS = 5_000  # fewer: the model with products has more coefficients
_COLUMNS_OF_PAIRS = 20  # 190 products
_COEFFICIENTS = 300  # about, of the main effects: columns get fewer cells where they are many
_COLUMNS = 500  # beyond it two cells a column are too many coefficients: a sample of columns
_ROWS_PER_COEFFICIENT = 5  # the null is one of many rows a coefficient; with fewer it is off
_SHARE = 0.5  # as many rows of both tables are drawn


@dataclass(frozen=True, slots=True)
class _Fit:
    """One model: its error, nulls and ratio with the interval."""

    role: str
    pairs: bool
    rows: int
    coefficients: int
    error: float
    ratio: FallingDistance

    @property
    def effects(self) -> str:
        """What the model is made of."""
        return "main effects and products of pairs" if self.pairs else "main effects"

    def item(self, ctx: Context, surplus: float) -> Item:
        """The model as an item; only those of the synthetic table are judged."""
        numbers = self.coefficients, _SHARE, self.rows
        subject = f"{self.role} against real: {self.effects}"
        return Item(
            "arm",
            (subject,),
            side=Side(self.role),
            estimate=self.ratio.value,
            low=self.ratio.low,
            high=self.ratio.high,
            expected=1.0,
            limit=self.ratio.limit(ctx.config.margin("fidelity.mean_table").value) + surplus,
            worth=self.ratio.worth,
            decisions=(self.ratio.decision(ctx, subject, surplus),)
            if self.role == "synthetic"
            else (),
            n=self.rows,
            more={
                "propensity_mse": self.error,
                "independent_samples_null": independent_samples_null(*numbers),
                "fitted_model_null": fitted_model_null(*numbers),
                "coefficients": self.coefficients,
            },
        )


@check(
    "F009",
    "propensity_mean_squared_error",
    dimension="fidelity",
    title="How well a logistic regression tells synthetic rows",
    cost="models",
    figure="intervals",
    gating=False,
)
def propensity_mean_squared_error(ctx: Context) -> Result:
    """Fit logistic regressions to real against synthetic rows."""
    data = ctx.data
    if not data.plans:
        raise NotApplicable("the schema has no column to compare")
    fits = [fit for pairs in (False, True) if (fit := _fit(ctx, "synthetic", pairs))]
    if not fits:
        raise NotApplicable("the tables have too few rows, or no column that varies")
    unseen = [
        None if data.holdout is None else _fit(ctx, "holdout", pairs=fit.pairs) for fit in fits
    ]
    items = [fit.item(ctx, _surplus(own)) for fit, own in zip(fits, unseen, strict=True)]
    place = max(range(len(fits)), key=lambda i: items[i].severity)
    worst, control = fits[place], unseen[place]
    reference = Reference("two independent real samples", 1.0)
    if control is not None:
        ends = control.ratio.value, control.ratio.low, control.ratio.high
        reference = Reference("holdout against real, the same model", *ends, control.rows // 2)
        items.append(control.item(ctx, 0.0))
    goal, compared, ratio = ctx.config.margin("fidelity.mean_table"), worst.rows // 2, worst.ratio
    return ctx.judged(
        f"A logistic regression ({worst.effects}) on {compared:,} real and as many synthetic rows "
        f"has {ratio.value:.3g} times the propensity error of fresh real rows, as "
        f"{real_sample(ratio.worth, ratio.rows)} would have.",
        summary=f"A logistic regression tells synthetic rows from real ones with {ratio.value:.3g} "
        "times the signal of fresh real rows, like "
        f"{real_sample(ratio.worth, ratio.rows, short=True)}.",
        items=items,
        items_decide=True,
        estimate=Estimate(ratio.value, ratio.low, ratio.high, 1 - ctx.config.alpha / 2),
        reference=reference,
        threshold=Threshold(
            ratio.limit(goal.value),
            f"ratio of a random sample of {goal.value:,.0f} real rows; {goal.basis}",
        ),
        direction=Direction.REFERENCE,
        n=compared,
        sampled=compared if compared < data.synthetic.num_rows else None,
    )


def _surplus(control: _Fit | None) -> float:
    """How much more than two samples of one distribution the holdout surely shows."""
    return 0.0 if control is None else max(control.ratio.low - control.ratio.fresh, 0.0)


def _fit(ctx: Context, role: str, pairs: bool) -> _Fit | None:
    """Fit one model of one table against the real one; None where rows or columns are too few."""
    data = ctx.data
    positions = np.arange(len(data.plans))
    if pairs and not 1 < len(positions) <= _COLUMNS_OF_PAIRS:
        return None
    if len(positions) > _COLUMNS:
        positions = np.sort(ctx.rng("columns").choice(positions, _COLUMNS, replace=False))
    rows = min(data.real.num_rows, data.tables[role].num_rows, ctx.config.model_rows)
    rows = min(rows, _ROWS_OF_PAIRS if pairs else _ROWS)

    def fit() -> tuple[float, int] | None:
        sides = [_cells(ctx, table, positions, rows) for table in ("real", role)]
        cells = [np.concatenate(pair) for pair in zip(*sides, strict=True)]
        columns = _main_effects(cells)
        if pairs:  # products of the centred cell numbers of every pair of columns
            centred = [column - column.mean() for column in cells]
            columns += [one * other for one, other in combinations(centred, 2)]
        if not columns or 2 * rows < _ROWS_PER_COEFFICIENT * (len(columns) + 1):
            return None
        with calm_threads():
            design = orthogonal_columns(np.stack(columns, axis=1))
            if design.shape[1] < 2:
                return None
            scores = logistic_probabilities(design, np.repeat([False, True], rows))
        return propensity_mse(scores, _SHARE), design.shape[1]

    fitted = ctx.once(("propensity", role, pairs, ctx.config.seed, rows), fit, of=role)
    if fitted is None:
        return None
    error, coefficients = fitted
    ratio = _ratio(ctx, role, error, coefficients, rows)
    return _Fit(role, pairs, 2 * rows, coefficients, error, ratio)


def _ratio(ctx: Context, role: str, error: float, coefficients: int, rows: int) -> FallingDistance:
    """Ratio to the null; ``N·pMSE / (c(1-c))`` is chi-squared with k - 1 degrees of freedom."""
    degrees = coefficients - 1
    ratio = error / independent_samples_null(coefficients, _SHARE, 2 * rows)
    beyond = max(ratio - 1, 0.0) * degrees
    spread = float(np.sqrt(2 * degrees + 4 * beyond)) / degrees
    half = NormalDist().inv_cdf(1 - ctx.config.alpha / 4) * spread  # two models are judged
    size = ctx.data.tables[role].num_rows
    smaller = min(ctx.data.real.num_rows, size)
    return FallingDistance(
        ratio, max(ratio - half, 0.0), ratio + half, 1.0, rows / 2, smaller, size
    )


def _cells(ctx: Context, role: str, positions: npt.NDArray[np.intp], rows: int) -> Cells:
    """Coarse cells of sampled rows, fewer a column where there are many columns."""
    data = ctx.data
    chosen = data.sample_rows(role, rows, ctx.rng(f"{role} {rows}"))
    most = max(_COEFFICIENTS // len(positions), 2)
    columns = []
    for position in positions:
        plan = data.plans[position]
        column = data.tables[role].column(plan.name).take(chosen)
        cells = plan.to_coarse[encode(column, plan)].astype(np.intp)
        ordinary = cells < plan.coarse
        if plan.coarse > most and column.spec.is_continuous:
            cells[ordinary] = cells[ordinary] * most // plan.coarse
        elif plan.coarse > most:
            cells[ordinary] = np.minimum(cells[ordinary], most - 1)
        columns.append(cells)
    return columns


def _main_effects(cells: Cells) -> list[FloatArray]:
    """An indicator of every cell but the most frequent one of its column."""
    effects: list[FloatArray] = []
    for column in cells:
        counts = np.bincount(column)
        counts[counts.argmax()] = 0
        effects += [(column == cell).astype(np.float64) for cell in np.flatnonzero(counts)]
    return effects
