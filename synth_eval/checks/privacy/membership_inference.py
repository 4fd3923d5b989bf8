"""Whether an attacker can tell who was among the training rows.

What it measures
    Four published attacks score every record by how much the synthetic table betrays it:
    closest distance, density ratio against an independent reference part of the holdout,
    synthetic neighbours inside a small neighbourhood, and a classifier of synthetic against
    reference rows. Members are training records, controls unseen holdout records, equally
    many. The estimate is the share of members recognised at a false alarm rate of 1 % beyond
    the controls' share: thresholds come from one half of the controls and are judged on the
    other half, at a level corrected for the number of attacks.

    Threat model: the attacker holds the synthetic table, a person's full record and a sample
    of the population, and has no access to the generator.

How to read it
    Fails where the whole interval lies above the margin; warns where any excess is proved, or
    where an area under the curve is above one half: a shift of averages is a limit, a tail of
    recognised people is a NO-GO. The lower bound on epsilon is what this one run proves; the
    largest bound it could have proved stands beside it, so a zero can be read as what it is.
    The blind baseline sees no synthetic row; away from one half it voids the split. F1 is no
    measure here: calling everyone a member scores .667.

Formula
    S = (a − b) / (1 − b), within its exact interval; a, b shares of training and of holdout records
    whose score exceeds the threshold that 1 % of the other half of the holdout records exceed. The
    estimate is S of the attack with the highest lower bound.

When it misleads
    Stronger or informed attackers are not excluded: one who knows that every value was moved
    by the same amount sees what no attack here does, and one leaked person in thousands is
    below its resolution (P005 looks at the most isolated ones). Passing is no proof of privacy.

Source
    Carlini et al. (2022), Membership inference attacks from first principles, for the tail;
    Chen et al. (2020) GAN-Leaks; van Breugel et al. (2023) DOMIAS; Hilprecht et al. (2019);
    Steinke, Nasr, Jagielski (2023) for epsilon; Das et al. (2024) for blind baselines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synth_eval.checks.privacy._attacks import Attacks, attacks, epsilon_of
from synth_eval.checks.privacy._beyond_control import (
    INVALID_SPLIT,
    Excess,
    area_row,
    decide,
    excess,
    percent,
    points,
    worst,
)
from synth_eval.checks.privacy._curves import roc_panel
from synth_eval.judging.check import Context
from synth_eval.judging.facts import POSSIBLE_EPSILON
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.intervals import Interval, auc_interval
from synth_eval.stats.membership import (
    EpsilonBound,
    f1_of_guessing_member,
    tail_hits,
)

_RATE = 0.01
_FINE_RATE = 0.001
_LEAST_EXCEEDING = 4
"""Fewest controls above a threshold: fewer cannot hold it."""


@check(
    "P004",
    "membership_inference",
    dimension="privacy",
    title="Training records recognised by attacks",
    needs=(HOLDOUT,),
    cost="models",
    figure="arms",
    evidence="attack",
)
def membership_inference(ctx: Context) -> Result:
    """Attack members and controls alike."""
    found = attacks(ctx)
    level = 1 - ctx.config.alpha / len(found.members)
    tails = worst([_tail(name, found, _RATE, level) for name in found.members])
    areas = {
        name: auc_interval(found.members[name], found.controls[name], level)
        for name in found.members
    }
    bound, possible = epsilon_of(found, 1 - ctx.config.alpha)
    status, threshold = decide(ctx, tails[0].share, "privacy.membership_tail")
    if status in (Status.PASS, Status.INCONCLUSIVE) and any(a.low > 0.5 for a in areas.values()):
        status = Status.WARN
    message = _message(tails[0], areas, bound, possible)
    if not found.is_split_valid:
        status, message = Status.INCONCLUSIVE, INVALID_SPLIT.format(blind=found.blind) + "."
    return ctx.result(
        status,
        message,
        estimate=Estimate(*tails[0].share, level),
        reference=Reference(
            "share of unseen (holdout) records at the same threshold",
            *tails[0].control,
            n=tails[0].controls,
        ),
        threshold=threshold,
        direction=Direction.LOWER,
        sampled=tails[0].members if tails[0].members < ctx.data.real.num_rows else None,
        details=_details(found, tails, areas, (bound, possible), level),
        facts={POSSIBLE_EPSILON: possible},
        panels=roc_panel(found.members, found.controls, tails[0].arm, ctx.config.small_cell),
    )


def _tail(name: str, found: Attacks, rate: float, level: float) -> Excess:
    hits = tail_hits(found.members[name], found.controls[name], found.folds, rate)
    return excess(name, *hits, level)


def _message(
    tail: Excess, areas: Mapping[str, Interval], bound: EpsilonBound, possible: float
) -> str:
    text = (
        f"The best of {len(areas)} attacks ({tail.arm}) recognises "
        f"{percent(tail.member.value, 2)} of training records and "
        f"{percent(tail.control.value, 2)} of unseen ones: {points(tail.share, 2)}"
    )
    name, area = max(areas.items(), key=lambda item: item[1].low)
    if area.low > 0.5:
        text += f"; training records score higher (area under the curve {area.value:.3f}, {name})"
    if bound.epsilon > 0:
        return f"{text}; epsilon is at least {bound.epsilon:.2f}."
    return f"{text}; epsilon up to {possible:.1f} could have been shown."


def _details(
    found: Attacks,
    tails: Sequence[Excess],
    areas: Mapping[str, Interval],
    epsilon: tuple[EpsilonBound, float],
    level: float,
) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for tail in tails:
        rows += tail.rows()
    size = len(found.folds[0])
    if size * _FINE_RATE >= _LEAST_EXCEEDING:
        for name in areas:
            rows += _tail(name, found, _FINE_RATE, level).rows("0.1 % alarms")
    bound, possible = epsilon
    return [
        *rows,
        *(area_row(name, area) for name, area in areas.items()),
        area_row("blind baseline (no synthetic table)", found.blind),
        {"arm": "calling everyone a member, F1", "value": f1_of_guessing_member(size, size)},
        {
            "arm": "lower bound on epsilon",
            "what": f"{bound.correct:,} of {bound.guesses:,} guesses right",
            "value": bound.epsilon,
        },
        {"arm": "largest bound on epsilon that could have been shown", "value": possible},
    ]
