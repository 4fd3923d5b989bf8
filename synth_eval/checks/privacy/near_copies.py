"""Training records with a synthetic row suspiciously near, beyond chance.

What it measures
    Whether synthetic rows crowd nearer to training records than to unseen ones. Holdout
    records are cut in halves: one half fixes what "near" means (the distance that only 1 % of
    unseen records come within), the other half is the control. The estimate is the share of
    training records within that distance beyond the control's share, with an exact interval.
    The whole synthetic table is searched. Distances are over ranks of numbers (a step of a
    tenth of the rows is .1) and levels (a different level is 1).

    Threat model: the attacker holds the synthetic table and a person's record, and takes a
    very near synthetic row as a sign that the person was among the training rows.

How to read it
    Zero means that training records are no nearer than unseen ones in the tail where copies
    live. Copies in any order, with jitter or a few changed cells lift it. It fails where the
    whole interval is above the margin, warns where it is above zero.

Formula
    S = (a − b) / (1 − b), within its exact interval; a, b shares of training and of holdout records
    with a synthetic row within h; h is the 1 % quantile of that distance in the other half of the
    holdout records.

When it misleads
    A generator that shifts every record far away and consistently (an offset) shows nothing
    here; a few copied outliers are below its resolution (see P001 and the strata of the
    attacks). Text and identifiers are not compared.

Source
    Yao, Krčo, Ganev, de Montjoye (2025), The DCR delusion, for why distances without a
    control say nothing; the exact interval is that of P001.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from synth_eval.checks.privacy._attacks import void_if_split_is_invalid
from synth_eval.checks.privacy._beyond_control import decide, percent, points
from synth_eval.checks.privacy._curves import distance_panel
from synth_eval.checks.privacy._targets import targets
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.intervals import Interval, excess_members, wilson

_NEAR_QUANTILE = 0.01
_LEAST_CONTROLS = 40


@check(
    "P003",
    "near_copies",
    dimension="privacy",
    title="Training records with a synthetic row too near",
    needs=(HOLDOUT,),
    cost="neighbours",
    figure="arms",
)
def near_copies(ctx: Context) -> Result:
    """Compare how many training and unseen records have a synthetic row very near."""
    found = targets(ctx)
    members, controls = found.member_distances[:, 0], found.control_distances[:, 0]
    if len(controls) < _LEAST_CONTROLS:
        raise NotApplicable(
            f"{len(controls)} holdout rows are too few to say what near is; "
            f"at least {_LEAST_CONTROLS} are needed"
        )
    order = ctx.rng().permutation(len(controls))
    judged, fixing = controls[order[::2]], controls[order[1::2]]
    near = float(np.quantile(fixing, _NEAR_QUANTILE, method="lower"))
    hits = int((members <= near).sum())
    control_hits = int((judged <= near).sum())
    level = 1 - ctx.config.alpha
    copied = excess_members(hits, len(members), control_hits, len(judged), level)
    excess = Interval(*(number / len(members) for number in copied))
    control = wilson(control_hits, len(judged), level)
    status, threshold = decide(ctx, excess, "privacy.near_copies")
    shares = (wilson(hits, len(members), level), control)
    status, message = void_if_split_is_invalid(ctx, status, _message(shares, excess))
    return ctx.result(
        status,
        message,
        estimate=Estimate(*excess, level),
        reference=Reference("share of unseen (holdout) records as near", *control, n=len(judged)),
        threshold=threshold,
        direction=Direction.LOWER,
        sampled=_sampled(ctx, len(members)),
        details=_details(shares, excess, (len(members), len(judged)), near),
        panels=distance_panel(members, controls, ctx.config.small_cell),
    )


def _sampled(ctx: Context, members: int) -> int | None:
    holdout = ctx.data.tables["holdout"].num_rows
    return members if members < max(ctx.data.real.num_rows, holdout) else None


def _message(shares: tuple[Interval, Interval], excess: Interval) -> str:
    member, control = shares
    return (
        f"{percent(member.value, 2)} of training records and {percent(control.value, 2)} of "
        "unseen ones have a synthetic row nearer than about 99 % of unseen records have: "
        f"{points(excess, 2)} beyond chance."
    )


def _details(
    shares: tuple[Interval, Interval], excess: Interval, sizes: tuple[int, int], near: float
) -> list[dict[str, Any]]:
    rows = []
    for name, interval, records in (
        ("near beyond chance", excess, sizes[0]),
        ("training records (members)", shares[0], sizes[0]),
        ("unseen records (controls)", shares[1], sizes[1]),
    ):
        rows.append(
            {
                "arm": name,
                "estimate": interval.value,
                "low": interval.low,
                "high": interval.high,
                "records": records,
                "near_distance": round(near, 4),
            }
        )
    return rows
