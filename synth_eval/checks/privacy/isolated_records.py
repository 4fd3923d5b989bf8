"""Whether the most isolated training records are given away.

What it measures
    The one record in a hundred that is farthest from everybody else, measured against a
    reference part of the holdout, all of them and not a sample: rare people are the ones a
    generator memorises and the ones who are harmed, and averages hide them. Each record's
    nearest synthetic row is set against its nearest reference row (the relative distance), and
    isolated members are compared with isolated controls at a false alarm rate of 5 %.

    Threat model: the attacker knows an unusual person and looks for somebody like that in the
    synthetic table.

How to read it
    Fails where the share of isolated members recognised beyond chance is above the margin,
    warns where any excess is proved. It also warns on a smell: an isolated member whose
    relative distance is a tenth of the smallest of any control. One copied outlier is no
    proof, for chance decides which side an odd record falls on, but it should be looked at.

Formula
    S = (a − b) / (1 − b), within its exact interval; a, b shares of isolated training and holdout
    records with d(synthetic) / d(reference) below the threshold that 5 % of the other half of the
    isolated holdout records fall below; d distance to the nearest row.

When it misleads
    A few dozen records at most tables' sizes: only gross leaks can be proved. A rare record
    that the population has twins of is found without any leak; the controls show that.

Source
    Meeus, Guépin, Crețu, de Montjoye (2023), Achilles' heels: vulnerable record identification
    in synthetic data publishing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import attacks, halves
from synth_eval.checks.privacy._beyond_control import (
    INVALID_SPLIT,
    Excess,
    area_row,
    decide,
    excess,
    percent,
    points,
)
from synth_eval.checks.privacy._curves import strata_panel
from synth_eval.checks.privacy._targets import encoded, targets
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.intervals import auc_interval
from synth_eval.stats.membership import tail_hits

FloatArray = npt.NDArray[np.float64]

_ISOLATED = 0.01
_RATE = 0.05
_SMELL = 0.1
_LEAST = 20
_STRATA = (0.5, 0.9)
_STRATA_NAMES = ("least isolated half", "next 40 %", "next 9 %")
_MOST_ISOLATED = "most isolated 1 %"


@dataclass(frozen=True, slots=True)
class Isolated:
    """Relative distances of the most isolated records.

    Parameters
    ----------
    members, controls : ndarray of float64, shapes (n,) and (m,)
        Distance to the nearest synthetic row over distance to the nearest reference row.
    smallest : float
        Smallest relative distance of any control, isolated or not.
    others : mapping of str to pair of ndarray of float64
        The same for samples of the less isolated members and controls, by stratum.
    """

    members: FloatArray
    controls: FloatArray
    smallest: float
    others: Mapping[str, tuple[FloatArray, FloatArray]]

    @property
    def smells(self) -> int:
        """Members far nearer, in relation, than every control."""
        return int((self.members < _SMELL * self.smallest).sum())


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
    found, split = _isolated(ctx), attacks(ctx)
    rng, level = ctx.rng(), 1 - ctx.config.alpha
    tail = _tail(_MOST_ISOLATED, (found.members, found.controls), rng, level)
    status, threshold = decide(ctx, tail.share, "privacy.isolated_records")
    if status in (Status.PASS, Status.INCONCLUSIVE):
        status = Status.WARN if found.smells else Status.PASS
    message = _message(tail, found.smells)
    if not split.is_split_valid:
        status, message = Status.INCONCLUSIVE, INVALID_SPLIT.format(blind=split.blind) + "."
    strata = [_tail(arm, pair, rng, level) for arm, pair in found.others.items()] + [tail]
    return ctx.result(
        status,
        message,
        estimate=Estimate(*tail.share, level),
        reference=Reference(
            "share of isolated unseen records at the same threshold",
            *tail.control,
            n=tail.controls,
        ),
        threshold=threshold,
        direction=Direction.LOWER,
        details=_details(strata, found, level),
        panels=strata_panel(strata),
    )


def _tail(
    arm: str, distances: tuple[FloatArray, FloatArray], rng: np.random.Generator, level: float
) -> Excess:
    members, controls = distances
    folds = (halves(len(members), rng), halves(len(controls), rng))
    return excess(arm, *tail_hits(-members, -controls, folds, _RATE), level)


def _isolated(ctx: Context) -> Isolated:
    """The most isolated records of the whole real table and of all controls."""
    tables, found = encoded(ctx), targets(ctx)
    if len(found.reference) == 0:
        raise NotApplicable("the holdout is too small to set a reference aside")
    holdout = tables.rows["holdout"]
    reference = holdout.take(found.reference)
    rest = np.setdiff1d(np.arange(len(holdout)), found.reference)
    sides = [tables.rows["real"], holdout.take(rest)]
    around = [tables.nearest(rows, reference).distances[:, 0] for rows in sides]
    limit = float(np.quantile(np.concatenate(around), 1 - _ISOLATED))
    relative = []
    for rows, distances in zip(sides, around, strict=True):
        chosen = np.flatnonzero((distances >= limit) & (distances > 0))
        if len(chosen) < _LEAST:
            raise NotApplicable(
                f"{len(chosen)} isolated records on one side are too few to compare; "
                f"at least {_LEAST} are needed"
            )
        near = tables.nearest(rows.take(chosen), tables.rows["synthetic"]).distances[:, 0]
        relative.append(near / distances[chosen])
    dealt = [around[0][found.members], around[1][np.searchsorted(rest, found.controls)]]
    floor = 1.0 / tables.space.grid  # rows at no distance at all
    ratios = [
        (near[:, 0] + floor) / (away + floor)
        for near, away in zip((found.member_distances, found.control_distances), dealt, strict=True)
    ]
    members, controls = relative
    known = ratios[1][dealt[1] > 0]
    smallest = min(float(known.min(initial=np.inf)), float(controls.min()))
    return Isolated(members, controls, smallest, _by_isolation(dealt, ratios, limit))


def _by_isolation(
    around: list[FloatArray], ratios: list[FloatArray], limit: float
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Relative distances of the records dealt to the attacks, in strata below `limit`."""
    ends = [-np.inf, *np.quantile(np.concatenate(around), _STRATA), limit]
    found = {}
    for name, (low, high) in zip(_STRATA_NAMES, pairwise(ends), strict=True):
        chosen = [
            ratio[(low < away) & (away <= high)] for ratio, away in zip(ratios, around, strict=True)
        ]
        if min(map(len, chosen)) >= _LEAST:
            found[name] = (chosen[0], chosen[1])
    return found


def _message(tail: Excess, smells: int) -> str:
    text = (
        f"Of the {tail.members:,} most isolated training records "
        f"{percent(tail.member.value)} are recognised, {percent(tail.control.value)} of isolated "
        f"unseen ones: {points(tail.share)}"
    )
    if not smells:
        return text + "."
    noun, verb = ("record", "has") if smells == 1 else ("records", "have")
    return (
        f"{text}; {smells} isolated training {noun} {verb} a synthetic row more than ten times "
        "nearer, in relation, than any unseen record: look at whether a rare person was copied."
    )


def _details(strata: Sequence[Excess], found: Isolated, level: float) -> list[Mapping[str, Any]]:
    area = auc_interval(-found.members, -found.controls, level)
    return [
        *(row for stratum in reversed(strata) for row in stratum.rows()),
        area_row(_MOST_ISOLATED, area),
        {"arm": "far nearer than any unseen record", "records": found.smells},
    ]
