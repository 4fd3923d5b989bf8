"""Whether the most isolated training records are given away.

What it measures
    The one record in a hundred that is farthest from everybody else, measured against a
    reference part of the holdout, all of them and not a sample: rare people are the ones a
    generator memorises and the ones who are harmed, and averages hide them. Where that is less
    than 200 records a side it is the 200 most isolated ones, up to one in ten. Each record's
    nearest synthetic row is set against its nearest reference row (the relative distance), and
    isolated members are compared with isolated controls at a false alarm rate of 2 %.

    Threat model: the attacker knows an unusual person and looks for somebody like that in the
    synthetic table.

How to read it
    Fails where the share of isolated members recognised beyond chance is above the margin,
    warns where any excess is proved. It also warns on a smell: a member of the most isolated 1 %
    whose relative distance is a tenth of the smallest of any control. One copied outlier is no
    proof, for chance decides which side an odd record falls on, but it should be looked at.
    It passes only where a large excess would have been seen, else it is inconclusive and leaves
    privacy to the attacks on whole records (P004), if those had the power to tell.

Formula
    S = (a − b) / (1 − b), within its exact interval; a, b shares of isolated training and holdout
    records with d(synthetic) / d(reference) below the threshold that 2 % of the other half of the
    isolated holdout records fall below; d distance to the nearest row.

When it misleads
    A hundred or two records at most tables' sizes: of the one person in a hundred that stands
    out most it tells little there. A rare record that the population has twins of is found
    without any leak; the controls show that.

Source
    Meeus, Guépin, Crețu, de Montjoye (2023), Achilles' heels: vulnerable record identification
    in synthetic data publishing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import attacks, halves
from synth_eval.checks.privacy._beyond_control import (
    AttackOutcome,
    area_item,
    decide,
    excess,
    levels,
    points,
    threshold_of,
)
from synth_eval.checks.privacy._curves import strata_panel
from synth_eval.checks.privacy._recognised import aside_if_covered
from synth_eval.checks.privacy._split import VOID_SUMMARY, invalid_split
from synth_eval.checks.privacy._targets import around, encoded, targets
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.intervals import auc_interval
from synth_eval.stats.membership import tail_hits
from synth_eval.words import counted, percent

FloatArray = npt.NDArray[np.float64]

_MARGIN = "privacy.isolated_records"
_FAR_NEARER = "privacy.far_nearer"
_ISOLATED = 0.01
_ENOUGH = 200  # a side: 94 of 100 tables of fresh rows pass with so many, 80 with half of them
_MOST = 0.1  # whoever is nearer to others than one in ten does not stand out
_LEAST = 100  # a side: of fewer, fresh rows leave room for 5 % in a third of the draws
_LEAST_OF_A_STRATUM = 20  # a side; strata are shown and decide nothing
_RATE = 0.02  # false alarms; 1 % as in P004 would leave less than one control above the threshold
_STRATA = (0.5, 0.9)  # ends of the groups below them


@dataclass(frozen=True, slots=True)
class Isolated:
    """Relative distances of the most isolated records.

    Parameters
    ----------
    members, controls : ndarray of float64, shapes (n,) and (m,)
        Distance to the nearest synthetic row over distance to the nearest reference row.
    rarest : ndarray of float64, shape (r,)
        That of those members who are among the most isolated 1 %.
    smallest : float
        Smallest relative distance of any control, isolated or not.
    others : mapping of str to pair of ndarray of float64
        The same for samples of the less isolated members and controls, by stratum.
    share : float
        Share of all records that count as most isolated.
    """

    members: FloatArray
    controls: FloatArray
    rarest: FloatArray
    smallest: float
    others: Mapping[str, tuple[FloatArray, FloatArray]]
    share: float = _ISOLATED

    @property
    def name(self) -> str:
        """The group in words."""
        return f"most isolated {percent(self.share, 0)}"

    def far_nearer(self, share: float) -> int:
        """Rarest members with a relative distance less than this share of that of any control."""
        return int((self.rarest < share * self.smallest).sum())


@check(
    "P005",
    "isolated_records",
    dimension="privacy",
    title="Most isolated training records given away",
    needs=(HOLDOUT,),
    cost="models",
    figure="arms",
)
def isolated_records(ctx: Context) -> Result:
    """Compare isolated members with isolated controls."""
    isolated, void = _isolated(ctx), invalid_split(attacks(ctx))
    rng, ends = ctx.rng(), levels(ctx)
    tail = _tail(isolated.name, (isolated.members, isolated.controls), rng, ends)
    strata = [_tail(arm, pair, rng, ends) for arm, pair in isolated.others.items()]
    recognised = replace(
        decide(ctx, "isolated training records recognised beyond control", tail.excess, _MARGIN),
        void=void,
    )
    share = ctx.config.margin(_FAR_NEARER).value
    far_nearer = isolated.far_nearer(share)
    smell = Decision(
        "isolated training records far nearer to a synthetic row than any unseen record",
        *(far_nearer,) * 3,
        warn=0,  # a single one; a warning at most, for one record proves nothing
        otherwise=Status.PASS,
        margins=(_FAR_NEARER,),
        void=void,
    )
    area = auc_interval(-isolated.members, -isolated.controls, ends[0])
    result = ctx.judged(
        f"{void}." if void else _message(tail, recognised, far_nearer, share),
        summary=_summary(tail, recognised, far_nearer),
        items=[
            *tail.items(recognised),
            *(item for stratum in reversed(strata) for item in stratum.items()),
            area_item(isolated.name, area),
            Item(
                "arm",
                ("far nearer than any unseen record",),
                Side.REAL,
                decisions=(smell,),
                more={"records": far_nearer},
            ),
        ],
        items_decide=True,
        estimate=Estimate(*tail.excess, ends[0]),
        reference=Reference(
            "share of isolated unseen records at the same threshold",
            *tail.control,
            n=tail.controls,
        ),
        threshold=threshold_of(ctx, _MARGIN),
        direction=Direction.LOWER,
        panels=strata_panel([*strata, tail]),
    )
    return aside_if_covered(ctx, result)


def _tail(
    arm: str,
    distances: tuple[FloatArray, FloatArray],
    rng: np.random.Generator,
    ends: tuple[float, float],
) -> AttackOutcome:
    members, controls = distances
    folds = (halves(len(members), rng), halves(len(controls), rng))
    return excess(arm, *tail_hits(-members, -controls, folds, _RATE), *ends)


def _isolated(ctx: Context) -> Isolated:
    """The most isolated records of the whole real table and of all controls."""
    tables, attacked = encoded(ctx), targets(ctx)
    if len(attacked.reference) == 0:
        raise NotApplicable("the holdout is too small to set a reference aside")
    holdout = tables.rows["holdout"]
    rest = np.setdiff1d(np.arange(len(holdout)), attacked.reference)
    sides = [tables.rows["real"], holdout.take(rest)]
    away = [around(ctx, side, "all") for side in ("real", "holdout")]
    share = min(max(_ISOLATED, _ENOUGH / min(map(len, away))), _MOST)
    limit, rare = map(float, np.quantile(np.concatenate(away), (1 - share, 1 - _ISOLATED)))
    relative, rarest = [], []
    for rows, distances in zip(sides, away, strict=True):
        chosen = np.flatnonzero((distances >= limit) & (distances > 0))
        if len(chosen) < _LEAST:
            raise NotApplicable(
                f"{len(chosen)} isolated records on one side are too few to compare; "
                f"at least {_LEAST} are needed, one in ten of the records of a side"
            )
        near = tables.space.nearest(rows.take(chosen), tables.rows["synthetic"]).distances[:, 0]
        relative.append(near / distances[chosen])
        rarest.append(relative[-1][distances[chosen] >= rare])
    dealt = [away[0][attacked.members], away[1][np.searchsorted(rest, attacked.controls)]]
    floor = 1.0 / tables.space.grid  # rows at no distance at all
    ratios = [
        (near + floor) / (far + floor)
        for near, far in zip(
            (attacked.member_distances, attacked.control_distances), dealt, strict=True
        )
    ]
    members, controls = relative
    unseen = ratios[1][dealt[1] > 0]
    smallest = min(float(unseen.min(initial=np.inf)), float(controls.min()))
    others = _by_isolation(dealt, ratios, limit, share)
    return Isolated(members, controls, rarest[0], smallest, others, share)


def _by_isolation(
    around: list[FloatArray], ratios: list[FloatArray], limit: float, share: float
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Relative distances of the records dealt to the attacks, in strata below `limit`."""
    ends = [-np.inf, *np.quantile(np.concatenate(around), _STRATA), limit]
    names = ("least isolated half", "next 40 %", f"next {percent(1 - _STRATA[1] - share, 0)}")
    strata = {}
    for name, (low, high) in zip(names, pairwise(ends), strict=True):
        chosen = [
            ratio[(low < away) & (away <= high)] for ratio, away in zip(ratios, around, strict=True)
        ]
        if min(map(len, chosen)) >= _LEAST_OF_A_STRATUM:
            strata[name] = (chosen[0], chosen[1])
    return strata


def _message(tail: AttackOutcome, recognised: Decision, far_nearer: int, share: float) -> str:
    text = (
        f"Of the {tail.members:,} most isolated training records "
        f"{percent(tail.member.value)} are recognised, {percent(tail.control.value)} of isolated "
        f"unseen ones: {points(tail.excess)}"
    )
    if recognised.status is Status.INCONCLUSIVE:
        text += "; too few to tell whether they are given away"
    if not far_nearer:
        return f"{text}."
    verb = "has" if far_nearer == 1 else "have"
    return (
        f"{text}; {counted(far_nearer, 'isolated training record')} {verb} a synthetic row more "
        f"than {1 / share:g} times nearer, in relation, than any unseen record: look at whether a "
        "rare person was copied."
    )


def _summary(tail: AttackOutcome, recognised: Decision, far_nearer: int) -> str:
    if recognised.void:
        return VOID_SUMMARY
    if recognised.status in (Status.FAIL, Status.WARN):
        return (
            f"{percent(tail.excess.value)} of the most isolated training records are recognised "
            "beyond what unseen ones show"
        )
    if far_nearer:
        verb = "has" if far_nearer == 1 else "have"
        return (
            f"{counted(far_nearer, 'unusual training record')} {verb} a synthetic row far nearer "
            "than any unseen record has: was a rare person copied?"
        )
    if recognised.status is Status.INCONCLUSIVE:
        return (
            f"{tail.members:,} isolated training records are too few to tell whether unusual "
            "people are given away"
        )
    return "Unusual training records are recognised no more often than unusual unseen ones"
