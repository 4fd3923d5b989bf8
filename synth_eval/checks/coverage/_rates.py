"""How often something occurs, held against how often it should: one judgement on both sides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, Direction, Status

__all__ = [
    "cause_of_nothing",
    "chance_of_absence",
    "fewest_to_be_missed",
    "rate_decisions",
    "smallest_lost_share",
]


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


def cause_of_nothing(ctx: Context, fewest: int | None = None) -> str:
    """Whether too few real rows are why a check found nothing to look at, or the data are.

    Parameters
    ----------
    fewest : int, optional
        Real rows from which there would have been something; by default those of which one
        in twenty is as many as may be shown.
    """
    enough = 20 * ctx.config.small_cell if fewest is None else fewest
    return "rows" if ctx.data.real.num_rows < enough else "data"


def chance_of_absence(
    real: npt.NDArray[np.int64] | int, real_rows: int, rows: int
) -> npt.NDArray[np.float64]:
    """Chance that fresh rows hold none of what `real` of the real rows are.

    Exact at any sizes: of `real` rows of a kind among all rows of both tables, none fell to the
    second table. Nothing has to be known of how frequent the kind is, so that kinds which the
    real rows hold often by luck raise no false alarm.

    Parameters
    ----------
    real : int or ndarray of int64
        Real rows of the kind; or the number of most extreme rows, all of them real.
    real_rows, rows : int
        Rows of the real and of the other table.

    Examples
    --------
    >>> float(chance_of_absence(2, 2, 2).round(6))  # 1 / C(4, 2)
    0.166667
    """
    from scipy.special import gammaln  # at use, see `synth_eval.stats`

    kind = np.asarray(real, np.float64)
    logs = gammaln(real_rows + 1) - gammaln(real_rows - kind + 1)
    logs = logs - gammaln(real_rows + rows + 1) + gammaln(real_rows + rows - kind + 1)
    return np.asarray(np.exp(np.minimum(logs, 0.0)))


def smallest_lost_share(ctx: Context, alpha: float) -> float:
    """Smallest share of the real rows whose absence from the synthetic table raises an alarm."""
    rows = ctx.data.real.num_rows
    fewest = fewest_to_be_missed(rows, ctx.data.synthetic.num_rows, alpha)
    return min(max(fewest, ctx.config.small_cell) / rows, 1.0)


def fewest_to_be_missed(real_rows: int, rows: int, alpha: float) -> int:
    """Fewest real rows of a kind whose absence from the other table chance does not explain.

    Examples
    --------
    >>> fewest_to_be_missed(1000, 1000, 0.05), fewest_to_be_missed(1000, 10, 0.05)
    (5, 261)
    """
    low, high = 0, real_rows + 1
    while low < high:
        middle = (low + high) // 2
        is_enough = middle <= real_rows and chance_of_absence(middle, real_rows, rows) <= alpha
        low, high = (low, middle) if is_enough else (middle + 1, high)
    return low
