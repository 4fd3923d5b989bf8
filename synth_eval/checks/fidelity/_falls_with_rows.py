"""Judgement of distances whose excess over sampling noise falls as one over the rows.

Of a real sample of ``s`` rows such a distance is ``noise + scale / s`` on average, so an
excess can be read as the size of a real sample that is as far from the real table.
"""

from __future__ import annotations

from dataclasses import dataclass

from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision

__all__ = ["FallingDistance"]

_WORST, _MEAN = "fidelity.worst_table", "fidelity.mean_table"


@dataclass(frozen=True, slots=True)
class FallingDistance:
    """A distance with its interval, and what it would be of real samples.

    Parameters
    ----------
    value, low, high : float
        The distance and its interval.
    fresh : float
        Expected distance of fresh real rows, as many as the synthetic table has.
    scale : float
        Excess of a real sample of one row; that of ``s`` rows is ``scale / s``.
    rows : int
        Rows of the smaller of the real and the synthetic table: shares are of these.
    synthetic_rows : int
        Rows of the synthetic table.
    """

    value: float
    low: float
    high: float
    fresh: float
    scale: float
    rows: int
    synthetic_rows: int

    def limit(self, share: float) -> float:
        """Expected distance of a real sample of a share of the rows.

        Examples
        --------
        >>> round(FallingDistance(0.2, 0.1, 0.3, 0.0, 10.0, 1000, 1000).limit(0.1), 6)
        0.09
        """
        size = max(share * self.rows, 1.0)
        return self.fresh + self.scale * max(1 / size - 1 / self.synthetic_rows, 0.0)

    @property
    def worth(self) -> float:
        """Share of the real rows whose sample is as far, at most the whole synthetic table."""
        if self.scale <= 0:
            return 1.0 if self.value <= self.fresh else 0.0
        excess = max(self.value - self.fresh, 0.0) / self.scale
        return 1 / ((1 / self.synthetic_rows + excess) * self.rows)

    def decision(self, ctx: Context, subject: str) -> Decision:
        """Fail beyond the distance of a 1 % sample, warn beyond that of a 10 % one."""
        goal = self.limit(ctx.config.margin(_MEAN).value)
        floor = self.limit(ctx.config.margin(_WORST).value)
        return Decision(
            subject, self.value, self.low, self.high, fail=floor, warn=goal, clear=goal,
            margins=(_MEAN, _WORST),
        )  # fmt: skip
