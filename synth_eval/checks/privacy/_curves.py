"""Curves of attacks: aggregates of at least so many records, no point of a single one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._beyond_control import AttackOutcome
from synth_eval.judging.items import Side
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.stats.intervals import wilson
from synth_eval.stats.membership import coarse_steps

__all__ = ["distance_panel", "roc_panel", "strata_panel"]

FloatArray = npt.NDArray[np.float64]

_CHANCE = np.geomspace(1e-4, 1, 13)


def roc_panel(
    members: Mapping[str, FloatArray], controls: Mapping[str, FloatArray], best: str, least: int
) -> list[Panel]:
    """ROC curves of attacks on a logarithmic axis, the best with its interval."""
    curves = []
    for name in sorted(members, key=lambda name: name != best):
        sizes = len(members[name]), len(controls[name])
        steps = coarse_steps(members[name], controls[name], least)
        if not steps:
            continue
        shares = [wilson(step.members, sizes[0]) for step in steps]
        is_best = name == best
        curves.append(
            PlottedLine(
                name,
                x=[round(step.controls / sizes[1], 6) for step in steps],
                y=[interval.value for interval in shares],
                low=[interval.low for interval in shares] if is_best else None,
                high=[interval.high for interval in shares] if is_best else None,
                side=Side.SYNTHETIC if is_best else Side.NEUTRAL,
            )
        )
    if not curves:
        return []
    first = min(min(curve.x) for curve in curves)
    chance = [first, *(float(rate) for rate in _CHANCE[first < _CHANCE])]
    caption = (
        "Share of training records recognised, against the share of unseen records taken for "
        f"training ones. Each step holds at least {least} records of either kind. Without a leak "
        "the curves follow the dashes. Bad: a curve above them on the left, where few are "
        "accused wrongly; the coloured one is the best attack, with its interval."
    )
    return [
        Panel(
            "roc",
            "Attacks on membership",
            x="unseen records taken for training ones",
            y="training records recognised",
            caption=caption,
            lines=[*curves, PlottedLine("no leak", x=chance, y=chance, shape="dashes")],
            log_x=True,
            log_y=True,
        )
    ]


def distance_panel(members: FloatArray, controls: FloatArray, least: int) -> list[Panel]:
    """Shares of members and of controls with a synthetic row within each distance."""
    steps = coarse_steps(-members, -controls, least)
    if not steps:
        return []
    distances = [float(f"{-step.threshold:.2g}") for step in steps]
    curves = []
    for name, side, hits, size in (
        ("training records", Side.REAL, [step.members for step in steps], len(members)),
        ("unseen records", Side.HOLDOUT, [step.controls for step in steps], len(controls)),
    ):
        shares = [wilson(count, size) for count in hits]
        curves.append(
            PlottedLine(
                name,
                x=distances,
                y=[interval.value for interval in shares],
                low=[interval.low for interval in shares],
                high=[interval.high for interval in shares],
                side=side,
            )
        )
    caption = (
        "Share of records that have a synthetic row within a distance; a distance of 1 is one "
        f"different level. Each step holds at least {least} records of either kind. Without a "
        "leak the lines lie on each other. Bad: training records above unseen ones, most of all "
        "on the left, where copies are."
    )
    panel = Panel(
        "distances",
        "Nearest synthetic rows",
        x="distance to the nearest synthetic row",
        y="share of records",
        caption=caption,
        lines=curves,
        log_y=True,
    )
    return [panel]


def strata_panel(strata: Sequence[AttackOutcome]) -> list[Panel]:
    """Success on members and on controls, stratum by stratum."""
    if len(strata) < 2:
        return []
    curves = [
        PlottedLine(
            name,
            x=[place + shift for place in range(len(strata))],
            y=[interval.value for interval in shares],
            low=[interval.low for interval in shares],
            high=[interval.high for interval in shares],
            side=side,
            shape="points",
        )
        for name, side, shift, shares in (
            ("training records", Side.REAL, -0.08, [stratum.member for stratum in strata]),
            ("unseen records", Side.HOLDOUT, 0.08, [stratum.control for stratum in strata]),
        )
    ]
    caption = (
        "Records by how far they are from everybody else, and the share of them recognised at "
        "2 % false alarms. Without a leak both marks of a group stand near each other. Bad: "
        "training records above unseen ones; on the right are the people who stand out."
    )
    return [
        Panel(
            "strata",
            "Isolated and ordinary records",
            x="group of records",
            y="share recognised",
            caption=caption,
            lines=curves,
            x_ticks=[stratum.arm for stratum in strata],
        )
    ]
