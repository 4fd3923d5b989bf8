"""Judgement of distances whose excess over sampling noise falls as one over the rows.

Of a real sample of ``s`` rows such a distance is ``noise + scale / s`` on average, so an
excess can be read as the size of a real sample that is as far from the real table.
"""

from __future__ import annotations

from dataclasses import dataclass

from synth_eval.checks.fidelity._margin_lines import MEAN as _MEAN
from synth_eval.checks.fidelity._margin_lines import WORST as _WORST
from synth_eval.checks.fidelity._margin_lines import MarginLines
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision

__all__ = ["FallingDistance"]


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
        Rows of the smaller of the real and the synthetic table.
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

    def limit(self, size: float) -> float:
        """Expected distance of a real sample of so many rows.

        Examples
        --------
        >>> round(FallingDistance(0.2, 0.1, 0.3, 0.0, 10.0, 1000, 1000).limit(100), 6)
        0.09
        """
        return self.fresh + self.scale * max(1 / size - 1 / self.synthetic_rows, 0.0)

    @property
    def worth(self) -> float:
        """Share of the real rows whose sample is as far, at most the whole synthetic table."""
        if self.scale <= 0:
            return 1.0 if self.value <= self.fresh else 0.0
        excess = max(self.value - self.fresh, 0.0) / self.scale
        return 1 / ((1 / self.synthetic_rows + excess) * self.rows)

    def decision(self, ctx: Context, subject: str, surplus: float = 0.0) -> Decision:
        """Fail beyond the distance of the fewest real rows, warn beyond that of the more.

        As a mean it passes by its estimate, with its interval inside the line of a failure.

        Parameters
        ----------
        surplus : float
            How much farther the holdout surely is than fresh rows are expected to be.
        """
        lines = MarginLines.of(ctx, self.rows)
        return Decision(
            subject, self.value, self.low, self.high,
            fail=self.limit(lines.fail) + surplus, warn=self.limit(lines.warn) + surplus,
            clear=self.limit(lines.near) + surplus, aim=self.limit(lines.aim) + surplus,
            margins=(_MEAN, _WORST), void=lines.void,
        )  # fmt: skip
