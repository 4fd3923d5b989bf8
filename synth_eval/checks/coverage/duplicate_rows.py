"""Rows that repeat inside the synthetic table, and how many rows it is really worth.

What it measures
    The share of synthetic rows that repeat another one beyond what rows of the real table do.
    How likely two random rows are equal does not depend on the size of a table; from the rate
    among real rows follow the repeats to expect. The message gives the effective number of
    rows: one over the chance that two rows are equal.

How to read it
    0 is best. A table in which one row in a hundred repeats without reason gets a warning; one
    whose effective number of rows is below 1 % of the real rows has collapsed and fails.

Formula
    D = max(m − d − E, 0) / m; m synthetic rows, d of them distinct, E repeats expected of fresh
    rows: E = Σ (μ − 1 + exp(−μ)) over records that known (real and holdout) rows hold t > 1 times,
    with μ = t · m / known rows.

When it misleads
    Tables of few coarse columns repeat rows naturally; only the excess counts. A generator can
    collapse onto near copies of few rows without repeating one (see C006, P003).

Source
    Simpson (1949), Measurement of diversity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.intervals import wilson
from synth_eval.words import percent

REPEATED, CHANCE, FEW = (
    "coverage.repeated_rows", "coverage.chance_repeats", "fidelity.worst_table",
)  # fmt: skip


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
        decisions=_decisions(ctx, excess, expected, (low, high), effective),
        items=[_item(role, table) for role, table in tables.items()],
        estimate=Estimate(excess / rows, min(low, excess / rows), max(high, excess / rows)),
        reference=Reference("repeats expected of fresh real rows", expected / rows, n=real.rows),
        threshold=margin,
        direction=Direction.LOWER,
    )


def _decisions(
    ctx: Context,
    excess: float,
    expected: float,
    interval: tuple[float, float],
    effective: float | None,
) -> list[Decision]:
    """Repeats count only where chance does not explain them; then how many, and of how few rows."""
    rows = ctx.data.synthetic.num_rows
    errors = excess / float(np.sqrt(max(expected, 1.0)))
    limit = ctx.config.margin(CHANCE).value
    by_chance = Decision("repeats beyond those of fresh rows, in standard errors", errors, errors,
                         errors, aim=limit, otherwise=Status.PASS, margins=(CHANCE,))  # fmt: skip
    if errors <= limit:
        return [by_chance]
    rate, low, high = excess / rows, *interval
    decisions = [
        by_chance,
        Decision("rows that repeat another", rate, min(low, rate), max(high, rate),
                 warn=ctx.config.margin(REPEATED).value, otherwise=Status.PASS,
                 margins=(REPEATED,)),
    ]  # fmt: skip
    if effective is not None:
        # Of a table of few rows a quarter: fewer different ones are surely too few.
        fewest = min(ctx.config.margin(FEW).value, min(ctx.data.real.num_rows, rows) / 4)
        decisions.append(
            Decision("different rows", effective, effective, effective,
                     Direction.HIGHER, fail=fewest, otherwise=Status.PASS,
                     margins=(FEW,))
        )  # fmt: skip
    return decisions


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
