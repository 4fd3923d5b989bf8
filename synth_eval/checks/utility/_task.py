"""The prediction task: features and target of the three tables as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from synth_eval.data.features import feature_matrix
from synth_eval.data.table import LevelColumn
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.settings import Config
from synth_eval.stats.learners import TrainingRows
from synth_eval.stats.scores import Score, macro_auc, r2

__all__ = [
    "MANY_TEST_ROWS",
    "Task",
    "absent_classes",
    "classification",
    "kind_of_task",
    "most_rows",
    "regression",
    "require_full_depth",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
RandomFor = Callable[[str], np.random.Generator]
"""Generator by a word that names its use."""

_MAX_CLASSES = 10
_FEW_TEST_ROWS = 10
_FAST_ROWS = 5_000
MANY_TEST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Task:
    """Rows to train and to test on, those without a readable target left out.

    Parameters
    ----------
    target : str
        Name of the target column.
    features : tuple of str
        Names of the columns it is predicted from.
    classes : tuple of str
        Names of the classes, the most frequent first; empty for regression.
    real, synthetic, holdout : TrainingRows
        The tables, sampled down to the configured number of rows.
    dropped : dict of str to int
        Rows left out of each table because their target is missing or not readable.
    available : dict of str to int
        Rows with a readable target in each table before sampling.
    """

    target: str
    features: tuple[str, ...]
    classes: tuple[str, ...]
    real: TrainingRows
    synthetic: TrainingRows
    holdout: TrainingRows
    dropped: dict[str, int]
    available: dict[str, int]

    def score(self, prediction: FloatArray) -> Score:
        """Score of predictions for the holdout rows: area under the curve, or R²."""
        if self.classes:
            return macro_auc(self.holdout.target.astype(np.intp), prediction, self.scored)
        return r2(np.asarray(self.holdout.target, np.float64), prediction)

    @property
    def scored(self) -> list[int]:
        """Classes whose area counts: those that enough test rows belong to, if there are two.

        The area of a class of a dozen test rows is noise that would drown the others.
        """
        counts = np.bincount(self.holdout.target, minlength=len(self.classes))
        enough = [k for k, count in enumerate(counts) if count >= MANY_TEST_ROWS]
        return enough if len(enough) > 1 else list(range(len(self.classes)))

    def with_holdout(self, rows: TrainingRows) -> Task:
        """The same task tested on other rows."""
        return replace(self, holdout=rows)

    @property
    def can_be_scored(self) -> bool:
        """Whether there are rows to test on and their target varies."""
        return len(self.holdout) >= _FEW_TEST_ROWS and len(np.unique(self.holdout.target)) > 1

    @property
    def sampled(self) -> bool:
        """Whether any table was sampled down."""
        tables = {"real": self.real, "synthetic": self.synthetic, "holdout": self.holdout}
        return any(len(rows) < self.available[role] for role, rows in tables.items())


def classification(ctx: Context, rng: RandomFor, target: str | None = None) -> Task:
    """Task of predicting levels of the target column, or of another one.

    Raises
    ------
    NotApplicable
        The target is not made of levels, or too few rows of two classes are left to test on.
    """
    target = target or _target(ctx)
    if not ctx.data.schema[target].is_discrete:
        kind = ctx.data.schema[target].kind
        raise NotApplicable(
            f"target {target!r} is {kind}, not a set of classes", remedy=_other_target(kind)
        )
    columns = {role: table.level_column(target) for role, table in ctx.data.tables.items()}
    names, numbers = _classes(columns["real"])
    targets = {role: _class_numbers(column, numbers) for role, column in columns.items()}
    task = _task(ctx, rng, target, names, targets)
    for where, rows in (("holdout", task.holdout), ("real table", task.real)):
        if np.count_nonzero(np.bincount(rows.target, minlength=len(task.classes))) < 2:
            raise NotApplicable(f"the {where} has rows of fewer than two classes of {target!r}")
    return task


def regression(ctx: Context, rng: RandomFor, target: str | None = None) -> Task:
    """Task of predicting the number in the target column, or in another one.

    Raises
    ------
    NotApplicable
        The target is not a number, or it does not vary in the rows to test on.
    """
    target = target or _target(ctx)
    kind = ctx.data.schema[target].kind
    if kind != "numerical":
        raise NotApplicable(
            f"target {target!r} is {kind}, not a number", remedy=_other_target(kind)
        )
    targets = {}
    for role, table in ctx.data.tables.items():
        values = table.number_column(target).values.copy()
        values[~np.isfinite(values)] = np.nan
        targets[role] = values
    task = _task(ctx, rng, target, (), targets)
    if len(task.holdout) < _FEW_TEST_ROWS or np.ptp(task.holdout.target) == 0:
        raise NotApplicable(f"target {target!r} does not vary in the holdout, or is missing there")
    if len(task.real) < _FEW_TEST_ROWS:
        raise NotApplicable(f"target {target!r} is missing in nearly all real rows")
    return task


def kind_of_task(ctx: Context) -> str:
    """Whether the target is a number or a set of classes."""
    target = _target(ctx)
    return "regression" if ctx.data.schema[target].kind == "numerical" else "classification"


def require_full_depth(ctx: Context, what: str) -> None:
    """Leave costly questions to those who ask for them.

    Raises
    ------
    NotApplicable
        The configured depth is not ``full``.
    """
    if not ctx.config.is_full:
        raise NotApplicable(
            f"{what} is not asked for", cause="depth", remedy="run with `--depth full`"
        )


def _other_target(kind: str) -> str:
    """What to do about a target that no check of utility can predict."""
    if kind in ("datetime", "id", "text", "vector"):
        return "name a target of numbers or levels, or override its kind in the schema"
    return ""


def _target(ctx: Context) -> str:
    target = ctx.data.schema.target
    if target is None or ctx.data.holdout is None:
        raise NotApplicable(
            "no target column or no holdout",
            cause="need",
            remedy="name the column that models should predict, and give real rows the generator "
            "never saw",
        )
    return target


def _classes(column: LevelColumn) -> tuple[tuple[str, ...], IntArray]:
    """Class names, and the class number of each level; levels beyond the tenth are one class."""
    levels = column.levels
    if len(levels) < 2:
        raise NotApplicable("the target has fewer than two levels in the real table")
    if len(levels) <= _MAX_CLASSES:
        return levels, np.arange(len(levels))
    kept = levels[: _MAX_CLASSES - 1]
    names = (*kept, f"all {len(levels) - len(kept)} other levels")
    return names, np.minimum(np.arange(len(levels)), _MAX_CLASSES - 1)


def _class_numbers(column: LevelColumn, numbers: IntArray) -> FloatArray:
    """Class of each row; NaN where the level is missing or unknown to the real table."""
    known = (column.codes >= 0) & (column.codes < len(numbers))
    classes = np.full(len(column.codes), np.nan)
    classes[known] = numbers[column.codes[known]]
    return classes


def _task(
    ctx: Context,
    rng: RandomFor,
    target: str,
    names: tuple[str, ...],
    targets: dict[str, FloatArray],
) -> Task:
    features = [
        column.name
        for column in ctx.data.schema.compared
        if column.name != target and "key" not in column.roles
    ]
    if not features:
        raise NotApplicable(f"there is no column to predict {target!r} from")
    categorical = np.array([ctx.data.schema[name].is_discrete for name in features])
    tables, dropped, available = {}, {}, {}
    for role, table in ctx.data.tables.items():
        usable = np.flatnonzero(~np.isnan(targets[role]))
        dropped[role] = table.num_rows - len(usable)
        available[role] = len(usable)
        rows, most, draw = usable, most_rows(ctx.config), rng(f"{role} rows")
        if len(rows) > most:
            rows = np.sort(draw.choice(rows, most, replace=False))
        outcome = targets[role][rows]
        tables[role] = TrainingRows(
            feature_matrix(table, features, rows),
            outcome.astype(np.intp) if names else outcome,
            categorical,
            len(names),
        )
    return Task(
        target,
        tuple(features),
        names,
        tables["real"],
        tables["synthetic"],
        tables["holdout"],
        dropped,
        available,
    )


def most_rows(config: Config) -> int:
    """Rows of a table that models are trained or tested on at most."""
    return min(config.model_rows, _FAST_ROWS) if config.is_fast else config.model_rows


def absent_classes(task: Task, alpha: float, small_cell: int) -> list[str]:
    """Classes that no synthetic row has although chance does not explain it.

    Classes of fewer than `small_cell` real rows are never named and never judged.
    """
    if not task.classes:
        return []
    real = np.bincount(task.real.target, minlength=len(task.classes))
    synthetic = np.bincount(task.synthetic.target, minlength=len(task.classes))
    by_chance = (1 - real / max(real.sum(), 1)) ** len(task.synthetic)
    gone = (synthetic == 0) & (real >= small_cell) & (by_chance < alpha / len(task.classes))
    return [task.classes[number] for number in np.flatnonzero(gone)]
