"""How often something occurs, held against how often it should: one judgement on both sides."""

from __future__ import annotations

from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, Direction, Status

__all__ = ["rate_decisions"]


def rate_decisions(
    ctx: Context, ratio: float, low: float, high: float, *, lost: str, void: str = ""
) -> tuple[Decision, Decision]:
    """Decisions on the ratio of a rate to the expected one.

    Too rare fails where the whole interval is below the margin `lost`, warns below a half, and
    is inconclusive where the ratio itself is below the margin; too frequent warns above two.

    Parameters
    ----------
    ratio, low, high : float
        Ratio to the expected rate and its interval.
    lost : str
        Name of the margin below which it counts as lost.
    void : str
        Why nothing can be said, if so.
    """
    halved, doubled = "coverage.halved", "coverage.doubled"
    margin = ctx.config.margin(lost).value
    ends = (min(low, ratio), max(high, ratio))
    return (
        Decision("too rare, ratio to the expected rate", ratio, *ends, Direction.HIGHER,
                 fail=margin, warn=ctx.config.margin(halved).value, aim=margin,
                 margins=(lost, halved), void=void),
        Decision("too frequent, ratio to the expected rate", ratio, *ends,
                 warn=ctx.config.margin(doubled).value, otherwise=Status.PASS,
                 margins=(doubled,), void=void),
    )  # fmt: skip
