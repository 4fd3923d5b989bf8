"""The margins of fidelity as sizes of real samples, at the size of the tables compared.

A distance beyond that of a sample of so many real rows is a fault of one size whatever the
tables' own size. Below it chance alone is as far: a small table can be shown to be too far only
where it lies well beyond what as many fresh rows show, and is never shown to be near enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from synth_eval.judging.check import Context

__all__ = ["FEWEST_ROWS", "MEAN", "WORST", "MarginLines"]

WORST, MEAN = "fidelity.worst_table", "fidelity.mean_table"

FEWEST_ROWS = 40
"""Rows of a side below which no interval of these checks holds: they are normal ones."""

_BEYOND_CHANCE = 4
"""A sample of a quarter of the rows is 1.6 times as far as one of all rows: beyond what chance
does to a single table of few cells."""

_BEYOND_MEAN_CHANCE = 2
"""For means, which chance moves less."""


@dataclass(frozen=True, slots=True)
class MarginLines:
    """Sizes of real samples whose expected distances are the lines of a decision.

    Parameters
    ----------
    fail, warn : float
        For a failure of one table, and for a warning of the mean.
    near, aim : float
        For a pass of one table, and of the mean.
    void : str
        Why nothing can be said at so few rows; empty where something can.
    """

    fail: float
    warn: float
    near: float
    aim: float
    void: str = ""

    @classmethod
    def of(cls, ctx: Context, rows: int) -> MarginLines:
        """Lines for tables of which the smaller has so many rows."""
        worst = max(float(ctx.config.margin(WORST).value), 2.0)
        mean = max(float(ctx.config.margin(MEAN).value), 2.0)
        return cls(
            fail=max(min(worst, rows / _BEYOND_CHANCE), 2.0),
            warn=max(min(mean, rows / _BEYOND_MEAN_CHANCE), 2.0),
            near=worst,
            aim=mean,
            void=f"fewer than {FEWEST_ROWS} rows tell nothing" if rows < FEWEST_ROWS else "",
        )
