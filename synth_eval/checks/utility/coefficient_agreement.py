"""Would a regression tell the same story?

What it measures
    A main-effects regression (logistic for two classes, linear for numbers): the one that the
    configuration declares (``regression = "income ~ age + sex"``), else the target on all
    other columns, fitted to equally many real, synthetic and holdout rows. The estimate
    is the mean overlap of the 95 % intervals of the coefficients, the reference the overlap
    between real and holdout.

How to read it
    1 is identical, 0 disjoint. A correct synthetic table overlaps by .80 on average, another
    real sample by .71. It warns where the interval of the mean is below that of the holdout,
    or where a coefficient that is surely positive on real rows is surely negative on
    synthetic ones. It only looks for that, and passes otherwise.

Formula
    O = mean over the coefficients of ½ · (w / a + w / b); a, b widths of the 95 % intervals from
    synthetic and from real rows, w = smaller upper end − larger lower end (negative if apart).

When it misleads
    Agreement of estimates does not make intervals from synthetic rows right: they ignore that
    the table was made from a sample. At equal size a nominal 95 % interval covers the truth
    in 83 % of cases, at ten times the size in 45 %. Columns that are nearly functions of each
    other make coefficients unstable in any sample. Run where a regression is declared, and at
    depth ``full``.

Source
    Karr et al. (2006), The American Statistician 60; Raab, Nowok and Dibben (2016); Decruyenaere
    et al. (2023), arXiv 2312.07837, on inference from synthetic data.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._experiment import experiment
from synth_eval.checks.utility._task import (
    Task,
    classification,
    kind_of_task,
    most_rows,
    regression,
    require_full_depth,
)
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.formulas import read_formula
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold
from synth_eval.stats.design import independent_columns
from synth_eval.stats.inference import (
    Coefficients,
    interval_overlap,
    linear,
    logistic,
    naive_coverage,
)
from synth_eval.stats.learners import TrainingRows
from synth_eval.words import counted, percent

FloatArray = npt.NDArray[np.float64]

_LEVELS = 8  # of a column that get a coefficient each, the most frequent ones
_FEWEST_SHARE = 0.01  # of the rows that have a level, else its coefficient is noise
_FEWEST_ROWS = 100
_LEAST = 0.05  # of a column must be its own: errors of coefficients are up to 20 times as wide
_BASIS = "mean overlap between real and holdout rows, two real samples of that size"


@dataclass(frozen=True, slots=True)
class _Term:
    """One column of the design: a number, or the indicator of a level."""

    name: str
    level: str | None
    position: int
    code: float
    center: float
    scale: float


@check(
    "U010",
    "coefficient_agreement",
    dimension="utility",
    title="Coefficients of a regression",
    needs=(HOLDOUT,),
    cost="models",
    figure="intervals",
    gating=False,
)
def coefficient_agreement(ctx: Context) -> Result:
    """Compare the coefficients of a main-effects regression."""
    task, predictors = _declared(ctx)
    missing = absence(ctx, task)
    if missing is not None:
        return missing
    tables = _equal_tables(task, ctx.rng("coefficients"))
    rows = len(tables["real"])
    key = (ctx.config.regression, ctx.config.seed, most_rows(ctx.config), rows)
    terms = ctx.once(
        ("terms", *key, ctx.config.small_cell),
        lambda: _terms(ctx, task, predictors, tables["real"]),
    )
    fits = {role: _coefficients(ctx, role, key, tables, terms, task) for role in tables}
    overlap = interval_overlap(fits["synthetic"], fits["real"])
    ceiling = interval_overlap(fits["holdout"], fits["real"])
    low, high = _mean_interval(overlap, ctx.config.alpha)
    level = 1 - ctx.config.margin("utility.false_alarm").value
    (low_a, high_a), (low_b, high_b) = (
        fits[role].intervals(level) for role in ("synthetic", "real")
    )
    # Coefficients surely above zero in one table and surely below in the other.
    flips = ((low_a > 0) & (high_b < 0)) | ((high_a < 0) & (low_b > 0))
    coverage = naive_coverage(len(task.synthetic), len(task.real))
    floor = _mean_interval(ceiling, ctx.config.alpha)[0]
    worst = int(np.argmin(overlap))
    turned, most = float(flips.sum()), ctx.config.margin("utility.opposite_signs").value
    told = (
        f"Explaining {task.target!r}: intervals of {len(terms)} coefficients overlap by "
        f"{overlap.mean():.2f} on average (holdout: {ceiling.mean():.2f}), least for "
        f"{_label(terms[worst])}"
    )
    return ctx.judged(
        f"{told}; {turned:.0f} surely have the opposite sign. Intervals "
        "computed from synthetic rows as if they were real are too narrow: they hold the truth "
        f"in {percent(coverage, 0)} of cases at best, not 95 %.",
        summary=_summary(task, terms, flips) or told,
        decisions=[
            Decision(
                "mean overlap of the intervals",
                float(overlap.mean()),
                low,
                high,
                Direction.HIGHER,
                warn=floor,
                otherwise=Status.PASS,
            ),
            Decision(
                "coefficients of the opposite sign",
                turned,
                turned,
                turned,
                warn=most,
                otherwise=Status.PASS,
                margins=("utility.opposite_signs", "utility.false_alarm"),
            ),
        ],
        estimate=Estimate(float(overlap.mean()), low, high, 1 - ctx.config.alpha),
        reference=Reference("holdout against real", float(ceiling.mean()), n=rows),
        threshold=Threshold(floor, _BASIS),
        direction=Direction.HIGHER,
        n=rows,
        sampled=rows if rows < len(task.synthetic) else None,
        items=_items(terms, fits, overlap, flips),
    )


def _summary(task: Task, terms: list[_Term], flips: npt.NDArray[np.bool_]) -> str:
    """What has the opposite sign; empty where nothing has."""
    if not flips.any():
        return ""
    first = terms[int(np.argmax(flips))]
    others = int(flips.sum()) - 1
    named = f"{_label(first)} and {counted(others, 'other coefficient')} have"
    named = named if others else f"{_label(first)} has"
    return f"Explaining {task.target!r}: {named} surely the opposite sign on synthetic rows"


def _declared(ctx: Context) -> tuple[Task, Sequence[str]]:
    """Task of the outcome, and the columns that explain it."""
    if not ctx.config.regression:
        require_full_depth(ctx, "a regression on all columns")
        task = experiment(ctx, kind_of_task(ctx)).task
        return task, task.features
    formula = read_formula(ctx.config.regression)
    for name in formula.predictors:
        column = ctx.data.schema[name]
        if not (column.is_continuous or column.is_discrete) or "key" in column.roles:
            kind = "a key" if "key" in column.roles else column.kind
            raise NotApplicable(
                f"predictor {name!r} is {kind}, not a number or a level",
                remedy="name other predictors, or override its kind in the schema",
            )
    is_number = ctx.data.schema[formula.outcome].kind == "numerical"
    make = regression if is_number else classification
    return make(ctx, ctx.rng, formula.outcome), formula.predictors


def _equal_tables(task: Task, rng: np.random.Generator) -> dict[str, TrainingRows]:
    if len(task.classes) > 2:
        raise NotApplicable(
            "the target has more than two classes, no single regression explains it"
        )
    pools = {"real": task.real, "synthetic": task.synthetic, "holdout": task.holdout}
    rows = min(len(pool) for pool in pools.values())
    if rows < _FEWEST_ROWS:
        raise NotApplicable(f"fewer than {_FEWEST_ROWS} rows for a regression")
    return {
        role: pool.take(np.sort(rng.permutation(len(pool))[:rows])) for role, pool in pools.items()
    }


def _coefficients(
    ctx: Context,
    role: str,
    key: tuple[Hashable, ...],
    tables: Mapping[str, TrainingRows],
    terms: list[_Term],
    task: Task,
) -> Coefficients:
    if role == "synthetic":
        return _regress(tables[role], terms, task)
    # One generator draws for all tables: the number of synthetic rows moves the holdout's draw.
    drawn = len(task.synthetic) if role == "holdout" else None
    return ctx.once(
        ("coefficients", role, *key, ctx.config.small_cell, drawn),
        lambda: _regress(tables[role], terms, task),
    )


def _terms(ctx: Context, task: Task, predictors: Sequence[str], real: TrainingRows) -> list[_Term]:
    """Numbers and the more frequent levels, those dropped that the others determine."""
    terms: list[_Term] = []
    for name in predictors:
        position = task.features.index(name)
        values = real.features[:, position]
        if not real.categorical[position]:
            finite = values[np.isfinite(values)]
            scale = float(np.std(finite)) if len(finite) else 0.0
            if 0 < scale < np.inf:
                terms.append(_Term(name, None, position, 0.0, float(finite.mean()), scale))
            continue
        levels = ctx.data.real.levels(name)
        counts = np.bincount(values[~np.isnan(values)].astype(np.intp), minlength=len(levels))
        least = max(_FEWEST_SHARE * len(values), ctx.config.small_cell)
        common = [code for code in range(1, min(len(levels), _LEVELS)) if counts[code] >= least]
        terms += [_Term(name, levels[code], position, code, 0.0, 1.0) for code in common]
    independent = [terms[k] for k in independent_columns(_design(real, terms), _LEAST)]
    if not independent:
        raise NotApplicable("no column varies in the real rows")
    return independent


def _design(rows: TrainingRows, terms: list[_Term]) -> FloatArray:
    """Numbers in real standard deviations within ten of them, missing ones at the mean."""
    columns = []
    for term in terms:
        values = rows.features[:, term.position]
        if term.level is not None:
            columns.append((values == term.code).astype(np.float64))
        else:
            scores = np.clip((values - term.center) / term.scale, -10, 10)
            columns.append(np.where(np.isnan(scores), 0.0, scores))
    return np.column_stack(columns) if columns else np.empty((len(rows), 0))


def _regress(rows: TrainingRows, terms: list[_Term], task: Task) -> Coefficients:
    design = _design(rows, terms)
    if task.classes:
        return logistic(design, rows.target.astype(np.float64))
    spread = float(np.std(task.real.target)) or 1.0
    return linear(design, np.asarray(rows.target / spread, np.float64))


def _mean_interval(values: FloatArray, alpha: float) -> tuple[float, float]:
    """Interval of a mean over coefficients, taken as a sample of all one might ask about."""
    from scipy.special import stdtrit  # at use, see `synth_eval.stats`

    error = float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    half = float(stdtrit(max(len(values) - 1, 1), 1 - alpha / 2)) * error
    return float(values.mean()) - half, float(values.mean()) + half


def _label(term: _Term) -> str:
    return repr(term.name) if term.level is None else f"{term.name!r} = {term.level!r}"


def _items(
    terms: list[_Term],
    fits: dict[str, Coefficients],
    overlap: FloatArray,
    flips: npt.NDArray[np.bool_],
) -> list[Item]:
    """One item per coefficient, the least overlap first."""
    synthetic, real = fits["synthetic"], fits["real"]
    low, high = synthetic.intervals()
    real_low, real_high = real.intervals()
    items = []
    for k in np.argsort(overlap, kind="stable"):
        name, level = terms[k].name, terms[k].level
        items.append(
            Item(
                "column" if level is None else "level",
                (name,) if level is None else (name, level),
                estimate=float(synthetic.values[k]),
                low=float(low[k]),
                high=float(high[k]),
                expected=float(real.values[k]),
                more={
                    "real_low": float(real_low[k]),
                    "real_high": float(real_high[k]),
                    "overlap": float(overlap[k]),
                    "standardised_difference": float(
                        (synthetic.values[k] - real.values[k]) / max(real.errors[k], 1e-300)
                    ),
                    "same_significance": bool(
                        (low[k] > 0 or high[k] < 0) == (real_low[k] > 0 or real_high[k] < 0)
                    ),
                    "opposite_sign": bool(flips[k]),
                },
            )
        )
    return items
