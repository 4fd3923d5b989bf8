"""Whether an attacker can tell who was among the training rows.

What it measures
    Four published attacks score every record by how much the synthetic table betrays it:
    closest distance, density ratio against an independent reference part of the holdout,
    synthetic neighbours inside a small neighbourhood, and a classifier of synthetic against
    reference rows; a fifth combines them all. Members are training records, controls unseen
    holdout records, equally many. The estimate is the largest share of members recognised at a
    false alarm rate of 1 % beyond the controls' share: thresholds come from each half of the
    controls and are judged on the other one. Its lower end is corrected for the number of
    attacks; its upper end is the largest of the attacks', which needs no correction.

    Threat model: the attacker holds the synthetic table, a person's full record and a sample
    of the population, and has no access to the generator.

How to read it
    Fails where the whole interval lies above the margin; warns where any excess is proved, or
    where an area under the curve is above one half with its whole interval: a shift of averages
    is a limit, a tail of recognised people is a NO-GO. Inconclusive where too few records leave
    room for a large excess of any attack, or where the combined attack would not have noticed
    one training record in twenty given away: each member is also scored as if the synthetic
    table held a copy of it, which shows how many copies would be recognised, and at which rate
    of false alarms (up to 20 %) most can be told. Privacy rests on
    this check; the attacks after it raise alarms, and where they see too little by themselves
    they leave the word to it. The lower bound on epsilon is what this one run
    proves; the largest bound it could have proved stands beside it, so a zero can be read as
    what it is. The blind baseline sees no synthetic row; above one half it voids the split, and
    nothing is concluded. F1 is no measure here: calling everyone a member scores .667.

Formula
    S = (a − b) / (1 − b); a, b shares of training and holdout records whose score exceeds what 1 %
    of the other half of the holdout exceed. The estimate is S of the attack with the highest lower
    bound. Combined score: −Σ ln(s), s the share of all records that score as high by an attack.

When it misleads
    Stronger or informed attackers are not excluded: one who knows that every value was moved
    by the same amount sees what no attack here does, and one leaked person in thousands is
    below its resolution (P005 looks at the most isolated ones). Passing is no proof of privacy.

Source
    Carlini et al. (2022), Membership inference attacks from first principles, for the tail;
    Chen et al. (2020) GAN-Leaks; van Breugel et al. (2023) DOMIAS; Hilprecht et al. (2019);
    Fisher (1925) for combining them; Steinke, Nasr, Jagielski (2023) for epsilon; Das et al.
    (2024) for blind baselines.
"""

from __future__ import annotations

from collections.abc import Mapping

from synth_eval.checks.privacy._attacks import COMBINED, attacks, epsilon_of
from synth_eval.checks.privacy._beyond_control import (
    AttackOutcome,
    area_item,
    levels,
    points,
    threshold_of,
)
from synth_eval.checks.privacy._curves import roc_panel
from synth_eval.checks.privacy._recognised import MARGIN, Recognised, recognised, tail
from synth_eval.checks.privacy._split import VOID_SUMMARY, invalid_split
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.facts import POSSIBLE_EPSILON
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.intervals import Interval, auc_interval
from synth_eval.stats.membership import EpsilonBound, f1_of_guessing_member
from synth_eval.words import percent

_FINE_RATE = 0.001  # the rate of Carlini et al., shown where there are records enough
_LEAST_EXCEEDING = 4
"""Fewest controls above a threshold: fewer cannot hold it."""

_AREA_MARGIN = "privacy.membership_area"


@check(
    "P004",
    "membership_inference",
    dimension="privacy",
    title="Training records recognised by attacks",
    needs=(HOLDOUT,),
    cost="models",
    figure="arms",
    evidence="attack",
    axis=OnAxis(2, "largest excess of an attack on training records"),
    facts=(POSSIBLE_EPSILON,),
)
def membership_inference(ctx: Context) -> Result:
    """Attack members and controls alike."""
    scores = attacks(ctx)
    void = invalid_split(scores)
    found = recognised(ctx)
    ends = levels(ctx, len(scores.members))
    best = found.tails[0]
    areas = {
        name: auc_interval(scores.members[name], scores.controls[name], ends[0])
        for name in scores.members
    }
    ranked = {
        name: Decision(
            f"area under the curve: {name}",
            *area,
            warn=ctx.config.margin(_AREA_MARGIN).value,
            otherwise=Status.PASS,  # an average near one half clears nobody: alarms alone count
            margins=(_AREA_MARGIN,),
            void=void,
        )
        for name, area in areas.items()
    }
    fine = []  # the same at a tenth of the false alarms, where there are controls to hold it
    if len(scores.folds[0]) * _FINE_RATE >= _LEAST_EXCEEDING:
        fine = [tail(name, scores, _FINE_RATE, ends) for name in scores.members]
    bound, possible = epsilon_of(scores, 1 - ctx.config.alpha)
    return ctx.judged(
        f"{void}." if void else _message(found, areas, bound, possible),
        summary=_summary(found, ranked),
        items=[
            *best.items(found.excess),
            *(item for other in found.tails[1:] for item in other.items()),
            _leak_item(found),
            *(item for outcome in fine for item in outcome.items(what="0.1 % alarms")),
            *(area_item(name, area, ranked[name]) for name, area in areas.items()),
            area_item("blind baseline (no synthetic table)", scores.blind),
            *_told_items(bound, possible, len(scores.folds[0])),
        ],
        items_decide=True,
        estimate=Estimate(found.excess.value, found.excess.low, found.excess.high, ends[0]),
        reference=Reference(
            "share of unseen (holdout) records at the same threshold",
            *best.control,
            n=best.controls,
        ),
        threshold=threshold_of(ctx, MARGIN),
        direction=Direction.LOWER,
        sampled=best.members if best.members < ctx.data.real.num_rows else None,
        facts={POSSIBLE_EPSILON: possible},
        panels=roc_panel(scores.members, scores.controls, best.arm, ctx.config.small_cell),
    )


def _leak_item(found: Recognised) -> Item:
    leak = found.leak
    return Item(
        "arm",
        (f"given away whole and not seen: {COMBINED}",),
        Side.NEUTRAL,
        decisions=(leak,),
        more={
            "at_most": leak.high,
            "recognised_if_copied": found.sensitivity,
            "false_alarms": found.rate,
        },
    )


def _message(
    found: Recognised, areas: Mapping[str, Interval], bound: EpsilonBound, possible: float
) -> str:
    best, largest = found.tails[0], found.excess
    text = (
        f"The best of {len(areas)} attacks ({best.arm}) recognises "
        f"{percent(best.member.value, 2)} of training records and "
        f"{percent(best.control.value, 2)} of unseen ones: "
        f"{points(Interval(largest.value, largest.low, largest.high), 2)}"
    )
    if largest.low <= 0:
        text += f"; at most {percent(found.leak.high)} of them are given away whole"
    name, area = max(areas.items(), key=lambda item: item[1].low)
    if area.low > 0.5:
        text += f"; training records score higher (area under the curve {area.value:.3f}, {name})"
    if bound.epsilon > 0:
        return f"{text}; epsilon is at least {bound.epsilon:.2f}."
    return f"{text}; epsilon up to {possible:.1f} could have been shown."


def _summary(found: Recognised, ranked: Mapping[str, Decision]) -> str:
    best: AttackOutcome = found.tails[0]
    if found.excess.void:
        return VOID_SUMMARY
    if found.excess.status in (Status.FAIL, Status.WARN):
        return (
            f"The best attack ({best.arm}) recognises {percent(best.excess.value)} of training "
            "records beyond its false alarms on unseen ones"
        )
    name, area = max(ranked.items(), key=lambda pair: pair[1].low)
    if area.status is Status.WARN:
        return (
            "Attacks rank training records above unseen ones (area under the curve "
            f"{area.value:.2f}, {name}), though none is recognised nearly for sure"
        )
    if Status.INCONCLUSIVE in (found.excess.status, found.leak.status):
        return "Too few records to tell whether attacks recognise training records"
    return "No attack recognises training records beyond its false alarms on unseen ones"


def _told_items(bound: EpsilonBound, possible: float, size: int) -> list[Item]:
    """Numbers that stand beside the attacks and decide nothing."""
    guesses = f"{bound.correct:,} of {bound.guesses:,} guesses right"
    told: Mapping[str, Mapping[str, float | str]] = {
        "calling everyone a member, F1": {"value": f1_of_guessing_member(size, size)},
        "lower bound on epsilon": {"what": guesses, "value": bound.epsilon},
        "largest bound on epsilon that could have been shown": {"value": possible},
    }
    return [Item("arm", (arm,), Side.NEUTRAL, more=more) for arm, more in told.items()]
