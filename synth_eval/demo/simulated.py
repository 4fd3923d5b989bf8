"""A simulated table of persons whose distributions, dependencies and rules are known exactly.

It stands in where no real table may be fetched, and it is what tests measure against.
Nobody in it exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.errors import UsageError

__all__ = ["TRUTH", "Truth", "rule_violations", "simulated_table"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the simulated table was drawn from.

    Parameters
    ----------
    rules : tuple of str
        Rules that no row breaks, see `rule_violations`.
    levels : mapping of str to mapping of str to float
        Probabilities of the levels of a column.
    missing : mapping of str to float
        Probability that a cell of a column is missing.
    zero : mapping of str to float
        Probability that a number is exactly zero.
    log_normal : mapping of str to (float, float)
        Mean and standard deviation of the logarithm of the positive values.
    spearman : mapping of (str, str) to float
        Rank correlations.
    auc : mapping of str to float
        Area under the ROC curve of the best possible prediction of a binary target.
    """

    rules: tuple[str, ...]
    levels: Mapping[str, Mapping[str, float]]
    missing: Mapping[str, float]
    zero: Mapping[str, float]
    log_normal: Mapping[str, tuple[float, float]]
    spearman: Mapping[tuple[str, str], float]
    auc: Mapping[str, float]


TRUTH = Truth(
    rules=(
        "start_date <= end_date",
        "relationship = Husband implies sex = Male",
        "income_total = income_work + income_capital",
    ),
    levels={
        "sex": {"Female": 0.5, "Male": 0.5},
        "region": {
            "North": 0.3, "South": 0.25, "East": 0.2, "West": 0.15, "Centre": 0.0935,
            "Island": 0.004, "Border": 0.002, "Abroad": 0.0005,
        },
        "education": {
            "Primary": 0.15, "Secondary": 0.45, "Bachelor": 0.25, "Master": 0.12,
            "Doctorate": 0.03,
        },
        "fraud": {"no": 0.999, "yes": 0.001},
        "approved": {"no": 0.7, "yes": 0.3},
    },
    # end_date: the mean over all starts of the chance that an exponential stay reaches today.
    missing={"weekly_hours": 0.15, "end_date": 0.37},
    zero={"income_capital": 0.85},
    log_normal={"income_work": (10.0, 0.6), "income_capital": (7.0, 1.2)},
    # 6 / pi * arcsin(rho / 2) with rho = .5 between the two normal scores.
    spearman={("age", "income_work"): 0.4826},
    # Of the linear score behind the target, by numerical integration.
    auc={"approved": 0.9486},
)  # fmt: skip
"""Truth of `simulated_table`."""

_START = 10_957  # 2000-01-01, in days since 1970
_START_DAYS = 8_766  # starts fall in 24 years
_TODAY = _START + 9_131  # 2024-12-31
_MEAN_STAY_DAYS = 4_000.0  # about eleven years
_APPROVED_CUT = 1.25747  # 70 % of scores with their noise lie below
# One fraud in a thousand rows in all, far more often with income from capital (15 % have it).
_FRAUD_WITH_CAPITAL, _FRAUD_WITHOUT = 0.004, (0.001 - 0.15 * 0.004) / 0.85


def simulated_table(rows: int = 20_000, seed: int = 0) -> pa.Table:
    """Simulated persons with known truth.

    Two normal scores with correlation .5 drive the table: one gives the age (whole years
    from 16 to 90), the other the income from work (log-normal, hence skewed). Income from
    capital is zero for 85 % and log-normal for the rest. Education follows the income score,
    ``relationship`` age and sex, ``has_car`` (boolean) the age, ``bmi`` the age; ``region``
    is independent of everything and has three rare levels, down to 1 in 2,000.
    ``weekly_hours`` is missing for 5 % of those with an income below the median and 25 % of
    those above it; ``end_date`` is missing while a person is still employed, which is likelier
    the later ``start_date`` is. ``fraud`` is the class of one in a thousand, four times as
    frequent among persons with capital. ``approved`` is the target: yes where
    ``1.5 x income score + age score + noise`` exceeds a bound. Rows are unique even without
    ``person_id``, because ``bmi`` has all digits of a double. The numbers are in `TRUTH`.

    Parameters
    ----------
    rows : int
        Number of rows.
    seed : int
        Seed of the draw.

    Returns
    -------
    pyarrow.Table
        One row per person; ``person_id`` counts from 1.

    Raises
    ------
    UsageError
        `rows` is not positive.

    Examples
    --------
    >>> simulated_table(rows=3).column("person_id").to_pylist()
    [1, 2, 3]
    """
    if rows < 1:
        raise UsageError(f"rows must be at least 1, not {rows}")
    rng = np.random.default_rng(seed)
    age_score = rng.standard_normal(rows)
    income_score = 0.5 * age_score + np.sqrt(0.75) * rng.standard_normal(rows)
    age = 16 + np.floor(75 * _uniform(age_score) ** 1.5).astype(np.int64)
    sex = _levels(rng.random(rows), "sex")
    approved = 1.5 * income_score + age_score + rng.standard_normal(rows) > _APPROVED_CUT
    columns: dict[str, Any] = {
        "person_id": np.arange(1, rows + 1),
        "age": age,
        "sex": sex,
        "relationship": _relationship(rng, age, sex),
        "region": _levels(rng.random(rows), "region"),
        "education": _levels(
            _uniform(0.6 * income_score + 0.8 * rng.standard_normal(rows)), "education"
        ),
        **_incomes(rng, income_score),
        "weekly_hours": pa.array(
            np.clip(np.round(rng.normal(38, 9, rows), 1), 1, 90),
            mask=rng.random(rows) < np.where(income_score > 0, 0.25, 0.05),
        ),
        "bmi": 26 + 4 * (0.3 * age_score + np.sqrt(0.91) * rng.standard_normal(rows)),
        **_employment(rng, rows),
        "has_car": rng.random(rows) < 0.35 + 0.5 * _uniform(age_score),
    }
    risk = np.where(columns["income_capital"] > 0, _FRAUD_WITH_CAPITAL, _FRAUD_WITHOUT)
    columns["fraud"] = _yes_no(rng.random(rows) < risk)
    columns["approved"] = _yes_no(approved)
    return pa.table(columns)


def rule_violations(table: pa.Table) -> dict[str, int]:
    """Number of rows that break each rule of `TRUTH`, among rows where it can be judged."""
    column = table.column
    total = pc.add(column("income_work"), column("income_capital"))
    husband = pc.equal(column("relationship"), "Husband")
    broken = (
        pc.greater(column("start_date"), column("end_date")),
        pc.and_(husband, pc.not_equal(column("sex"), "Male")),
        pc.not_equal(column("income_total"), total),
    )
    return {
        rule: int(pc.sum(cells).as_py() or 0)
        for rule, cells in zip(TRUTH.rules, broken, strict=True)
    }


def _uniform(score: Floats) -> Floats:
    from scipy.special import ndtr  # at use, see `synth_eval.stats`

    return np.asarray(ndtr(score), np.float64)


def _levels(uniform: Floats, name: str) -> npt.NDArray[np.str_]:
    """Levels of a column cut from uniform numbers, in the order of the truth."""
    shares = TRUTH.levels[name]
    bounds = np.cumsum(list(shares.values()))[:-1]
    return np.array(list(shares))[np.searchsorted(bounds, uniform)]


def _yes_no(flags: Flags) -> npt.NDArray[np.str_]:
    return np.where(flags, "yes", "no")


def _relationship(
    rng: np.random.Generator, age: npt.NDArray[np.int64], sex: npt.NDArray[np.str_]
) -> npt.NDArray[np.str_]:
    """Spouses are likelier from 30 on; below 25 the others are mostly children."""
    uniform = rng.random(len(age))
    alone = np.where(age < 25, "Own-child", np.where(uniform < 0.9, "Unmarried", "Other-relative"))
    spouse = np.where(sex == "Male", "Husband", "Wife")
    return np.where(uniform < np.where(age < 30, 0.2, 0.6), spouse, alone)


def _incomes(rng: np.random.Generator, score: Floats) -> dict[str, npt.NDArray[np.int64]]:
    mean, spread = TRUTH.log_normal["income_work"]
    work = np.round(np.exp(mean + spread * score)).astype(np.int64)
    mean, spread = TRUTH.log_normal["income_capital"]
    amount = np.ceil(np.exp(rng.normal(mean, spread, len(score)))).astype(np.int64)
    capital = np.where(rng.random(len(score)) < TRUTH.zero["income_capital"], 0, amount)
    return {"income_work": work, "income_capital": capital, "income_total": work + capital}


def _employment(rng: np.random.Generator, rows: int) -> dict[str, pa.Array]:
    start = _START + rng.integers(0, _START_DAYS, rows)
    end = start + np.floor(rng.exponential(_MEAN_STAY_DAYS, rows)).astype(np.int64)
    dates = [pa.array(days.astype(np.int32), pa.int32()) for days in (start, end)]
    ended = pc.if_else(pa.array(end <= _TODAY), dates[1], pa.scalar(None, pa.int32()))
    return {"start_date": dates[0].cast(pa.date32()), "end_date": ended.cast(pa.date32())}
