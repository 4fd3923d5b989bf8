"""Rows that repeat inside the synthetic table, and how many rows it is really worth.

What it measures
    The share of synthetic rows that repeat another one beyond what rows of the real table do.
    How likely two random rows are equal does not depend on the size of a table; from the rate
    among real rows follow the repeats to expect. And the share of its rows that the table is
    worth: the size of an honest table in which a row has as many equals, over its own.

How to read it
    0 is best. A table in which one row in a hundred repeats without reason gets a warning. One
    that is surely worth less than half of its rows fails: intervals computed from it are too
    short by a factor of 1.4 or more. Nothing counts that chance explains: the repeats are those
    of fresh rows if all rows could have been dealt to the tables at random.

Formula
    D = max(m − d − E, 0) / m; m synthetic rows, d of them distinct, E repeats of fresh rows:
    E = Σ (μ − 1 + exp(−μ)) over records that known (real, holdout) rows hold t > 1 times,
    with μ = t · m / known rows. Worth: (1 + l q) / (1 + l p), l = m − 1; p, q chance that two
    synthetic, known rows are equal.

When it misleads
    Tables of few coarse columns repeat rows naturally; only the excess counts. A generator can
    collapse onto near copies of few rows without repeating one (see C006, P003).

Source
    Simpson (1949), Measurement of diversity; Kish (1965), Survey sampling, for rows of unequal
    weight. The chance of the repeats is that of dealing the records of all tables, its tail
    approximated by the first three cumulants.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import wilson
from synth_eval.words import percent

REPEATED, CHANCE, HALVED = (
    "coverage.repeated_rows", "coverage.chance_repeats", "coverage.halved_rows",
)  # fmt: skip

_OFTEN = 200
"""Rows of one record from which that the record is missed altogether need not be thought of."""


@check(
    "C005",
    "duplicate_rows",
    dimension="coverage",
    title="Repeated rows and effective number of rows",
    states=lambda ctx: ctx.data.row_states(),
)
def duplicate_rows(ctx: Context) -> Result:
    """Compare the rate of repeated rows with the rate among real rows."""
    found, rows = ctx.data.multiplicities, ctx.data.synthetic.num_rows
    tables = {role: _Rows(own, found.records) for role, own in found.times.items()}
    seen = sum(own for role, own in found.times.items() if role != "synthetic")
    real, synthetic = _Rows(np.asarray(seen), found.records), tables["synthetic"]
    distinct = synthetic.distinct
    expected = _expected_repeats(real, rows)
    excess = max(rows - distinct - expected, 0.0)
    _, low, high = wilson(round(excess), rows)
    margin = ctx.config.margin(REPEATED)
    # Different rows among which two are equal as often, with what real rows repeat taken off.
    above_real = synthetic.chance_of_equal - real.chance_of_equal
    effective = 1 / above_real if above_real > 0 else None
    message, summary = _words(rows, distinct, excess, effective)
    return ctx.judged(
        message,
        summary=summary,
        decisions=_decisions(ctx, excess / rows, (low, high), real, synthetic),
        items=[_item(role, table) for role, table in tables.items()],
        estimate=Estimate(excess / rows, min(low, excess / rows), max(high, excess / rows)),
        reference=Reference("repeats expected of fresh real rows", expected / rows, n=real.rows),
        threshold=margin,
        direction=Direction.LOWER,
    )


def _decisions(
    ctx: Context, rate: float, interval: tuple[float, float], real: _Rows, synthetic: _Rows
) -> list[Decision]:
    """Repeats count only where chance does not explain them; then how many, and of how few rows."""
    errors = _errors_beyond_chance(real, synthetic)
    limit = ctx.config.margin(CHANCE).value
    by_chance = Decision("repeats beyond those of fresh rows, in standard errors", errors, errors,
                         errors, aim=limit, otherwise=Status.PASS, margins=(CHANCE,))  # fmt: skip
    if errors <= limit:
        return [by_chance]
    low, high = interval
    worth, most = _worth(real, synthetic, NormalDist().inv_cdf(1 - ctx.config.alpha / 2))
    return [
        by_chance,
        Decision("rows that repeat another", rate, min(low, rate), max(high, rate),
                 warn=ctx.config.margin(REPEATED).value, otherwise=Status.PASS,
                 margins=(REPEATED,)),
        Decision("share of its rows that the table is worth", worth, worth, most,
                 Direction.HIGHER, fail=ctx.config.margin(HALVED).value, otherwise=Status.PASS,
                 margins=(HALVED,)),
    ]  # fmt: skip


def _errors_beyond_chance(real: _Rows, synthetic: _Rows) -> float:
    """Repeats beyond those that dealing all rows to the tables at random makes.

    Each record falls to the synthetic table as often as chance has it; nothing is learned from
    the real rows alone, which are too few to show how often rare records repeat. In standard
    errors of a normal distribution, with the skewness of small counts taken off.
    """
    share = synthetic.rows / (synthetic.rows + real.rows)
    times, places = np.unique(real.times + synthetic.times, return_inverse=True)
    records = np.bincount(places, real.records)
    more = times > 1  # others repeat nowhere
    cumulants = np.array([_cumulants(int(t), share) for t in times[more]]).reshape(-1, 3)
    mean, variance, third = records[more] @ cumulants
    repeats = synthetic.rows - synthetic.distinct
    if variance <= 0:
        return 0.0
    z = (repeats - mean) / np.sqrt(variance)
    if z <= 0:
        return float(z)
    from scipy.stats import norm, pearson3  # only this check needs these tails

    skewness = third / variance**1.5
    return float(-norm.ppf(np.clip(pearson3.sf(z, skewness), 1e-300, 1.0)))


def _cumulants(times: int, share: float) -> tuple[float, float, float]:
    """First three cumulants of the repeats of a record that is dealt `times` times."""
    if times > _OFTEN:  # repeats are draws less one then
        mean = times * share
        variance = mean * (1 - share)
        return mean - 1, variance, variance * (1 - 2 * share)
    from scipy.stats import binom

    draws = np.arange(times + 1)
    chance = binom.pmf(draws, times, share)
    repeats = np.maximum(draws - 1, 0)
    mean = float(chance @ repeats)
    centred = repeats - mean
    return mean, float(chance @ centred**2), float(chance @ centred**3)


def _worth(real: _Rows, synthetic: _Rows, errors: float) -> tuple[float, float]:
    """Share of its rows that a table is worth, and the most that it may be.

    How often two synthetic rows are equal is counted; how often two rows of the population are
    is not known better than the known rows tell.
    """
    more = synthetic.rows - 1
    equal, least = real.chance_of_equal, 2.0 * errors**2 / max(real.rows * (real.rows - 1.0), 1.0)
    # Error of a mean over pairs: what rows differ in their number of equals, and the few pairs.
    own = real.records @ (real.times * ((real.times - 1) / max(real.rows - 1, 1) - equal) ** 2.0)
    variance = 4 * own / real.rows**2 + least / errors**2 * equal
    highest = equal + errors * float(np.sqrt(variance)) + least
    whole = 1 + more * synthetic.chance_of_equal
    return min((1 + more * equal) / whole, 1.0), min((1 + more * highest) / whole, 1.0)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one table: how often the records of each kind occur, and how many there are."""

    times: npt.NDArray[np.int64]
    records: npt.NDArray[np.int64]

    @property
    def rows(self) -> int:
        return int(self.times @ self.records)

    @property
    def distinct(self) -> int:
        return int(self.records[self.times > 0].sum())

    @property
    def chance_of_equal(self) -> float:
        """Chance that two different rows of the table are equal."""
        times, rows = self.times.astype(np.float64), self.rows
        return float(times * (times - 1) @ self.records) / max(rows * (rows - 1.0), 1.0)


def _expected_repeats(real: _Rows, rows: int) -> float:
    """Repeats among `rows` fresh rows: each record is drawn at its rate, or once in n if rare."""
    mean = real.times * (rows / real.rows)
    # A record drawn at rate r repeats (draws - 1) times where it is drawn at all.
    repeats = np.where(real.times > 1, mean - 1 + np.exp(-mean), 0.0)
    return float(repeats @ real.records)


def _item(role: str, table: _Rows) -> Item:
    equal = table.chance_of_equal
    return Item(
        "table",
        (role,),
        Side(role),
        estimate=1 - table.distinct / table.rows,
        more={
            "rows": table.rows,
            "distinct_rows": table.distinct,
            "effective_rows": 1 / equal if equal > 0 else None,
        },
    )


def _words(rows: int, distinct: int, excess: float, effective: float | None) -> tuple[str, str]:
    """Message and summary."""
    head = f"{distinct:,} of {rows:,} rows differ; "
    if not excess:
        text = f"{head}no more repeat than among real rows."
        return text, text
    text = f"{head}{percent(excess / rows)} repeat another beyond what real rows do"
    worth = ""
    if effective is not None:
        worth = f"; two rows are equal as often as among {effective:,.0f} different ones"
    return f"{text}{worth}.", text
