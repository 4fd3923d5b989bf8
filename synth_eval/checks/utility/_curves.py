"""Pictures of utility as numbers: curves of scores over rows, and items side by side."""

from __future__ import annotations

from collections.abc import Sequence

from synth_eval.judging.items import Side
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.stats.arms import Arm

__all__ = ["arm_curve", "interval", "learning_curve", "level_line"]


def interval(arm: Arm, alpha: float) -> tuple[float, float]:
    """Interval of the score of an arm."""
    return arm.estimate().interval(alpha)


def arm_curve(
    name: str,
    arms: Sequence[Arm],
    alpha: float,
    x: Sequence[float],
    *,
    side: Side,
    shape: str = "line",
) -> PlottedLine:
    """Scores of arms with their intervals, at places on the axis.

    Parameters
    ----------
    arms : sequence of Arm
        One per place.
    x : sequence of float
        Places, rising.
    """
    bounds = [interval(arm, alpha) for arm in arms]
    return PlottedLine(
        name,
        x=[float(place) for place in x],
        y=[arm.value for arm in arms],
        low=[low for low, _ in bounds],
        high=[high for _, high in bounds],
        side=side,
        shape=shape,
    )


def level_line(
    name: str, arm: Arm, alpha: float, ends: tuple[float, float], *, side: Side, shape: str
) -> PlottedLine:
    """The score of one arm as a level line with its band."""
    return arm_curve(name, [arm, arm], alpha, ends, side=side, shape=shape)


def learning_curve(score: str, real: Sequence[Arm], synthetic: Arm, alpha: float) -> Panel:
    """Score of models over the real rows they were trained on, and where synthetic ones stand.

    Parameters
    ----------
    score : str
        Name of the score.
    real : sequence of Arm
        Models trained on real rows, in any order.
    synthetic : Arm
        Models trained on synthetic rows.
    """
    points = sorted({arm.n: arm for arm in real}.values(), key=lambda arm: arm.n)
    ends = (float(points[0].n), float(points[-1].n))
    label = f"{synthetic.n:,} synthetic rows"
    return Panel(
        "learning_curve",
        "What more real rows would bring, and what the synthetic rows are worth",
        x="real rows trained on",
        y=f"{score} on unseen real rows",
        caption=(
            "The level line is what models reach that were trained on synthetic rows; they are "
            "worth as many real rows as stand below the crossing. Bad: the line near the left "
            "end of the curve, or below it."
        ),
        lines=[
            arm_curve("real rows", points, alpha, [arm.n for arm in points], side=Side.REAL),
            level_line(label, synthetic, alpha, ends, side=Side.SYNTHETIC, shape="dashes"),
        ],
        log_x=True,
    )
