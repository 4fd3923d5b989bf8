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

When it misleads
    A few dozen records at most tables' sizes: only gross leaks can be proved. A rare record
    that the population has twins of is found without any leak; the controls show that.

Source
    Meeus, Guépin, Crețu, de Montjoye (2023), Achilles' heels: vulnerable record identification
    in synthetic data publishing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import attacks, halves
from synth_eval.checks.privacy._excess import INVALID_SPLIT, Excess, decide, excess
from synth_eval.checks.privacy._targets import encoded, targets
from synth_eval.errors import NotApplicable
from synth_eval.registry import check
from synth_eval.results import Direction, Estimate, Reference, Result, Status
from synth_eval.run import Context
from synth_eval.stats.intervals import auc_interval
from synth_eval.stats.membership import tail_hits

FloatArray = npt.NDArray[np.float64]

_ISOLATED = 0.01
_RATE = 0.05
_SMELL = 0.1
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Isolated:
    """Relative distances of the most isolated records.

    Parameters
    ----------
    members, controls : ndarray of float64, shapes (n,) and (m,)
        Distance to the nearest synthetic row over distance to the nearest reference row.
    smallest : float
        Smallest relative distance of any control, isolated or not.
    """

    members: FloatArray
    controls: FloatArray
    smallest: float

    @property
    def smells(self) -> int:
        """Members far nearer, in relation, than every control."""
        return int((self.members < _SMELL * self.smallest).sum())


@check(
    "P005",
    "isolated_records",
    dimension="privacy",
    title="Most isolated training records given away",
    needs=("holdout",),
    cost="models",
    figure="arms",
)
def isolated_records(ctx: Context) -> Result:
    """Compare isolated members with isolated controls."""
    found, split = _isolated(ctx), attacks(ctx)
    rng = ctx.rng()
    folds = (halves(len(found.members), rng), halves(len(found.controls), rng))
    level = 1 - ctx.config.alpha
    hits = tail_hits(-found.members, -found.controls, folds, _RATE)
    tail = excess("isolated records", *hits, level)
    status, threshold = decide(ctx, tail.share, "privacy.isolated_records")
    if status in (Status.PASS, Status.INCONCLUSIVE):
        status = Status.WARN if found.smells else Status.PASS
    message = _message(tail, found.smells)
    if not split.is_split_valid:
        status, message = Status.INCONCLUSIVE, INVALID_SPLIT.format(blind=split.blind) + "."
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
        details=_details(tail, found, level),
    )


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
    known = around[1][np.searchsorted(rest, found.controls)]
    ratios = found.control_distances[known > 0, 0] / known[known > 0]
    members, controls = relative
    smallest = min(float(ratios.min(initial=np.inf)), float(controls.min()))
    return Isolated(members, controls, smallest)


def _message(tail: Excess, smells: int) -> str:
    text = (
        f"Of the {tail.members:,} most isolated training records {tail.member.value:.1%} are "
        f"recognised at a threshold that {tail.control.value:.1%} of isolated unseen records "
        f"pass: {tail.share.value:.1%} ({tail.share.low:.1%} to {tail.share.high:.1%}) beyond "
        "chance"
    )
    if not smells:
        return text + "."
    noun, verb = ("record", "has") if smells == 1 else ("records", "have")
    return (
        f"{text}; {smells} isolated training {noun} {verb} a synthetic row more than ten times "
        "nearer, in relation, than any unseen record: look at whether a rare person was copied."
    )


def _details(tail: Excess, found: Isolated, level: float) -> list[Mapping[str, Any]]:
    area = auc_interval(-found.members, -found.controls, level)
    return [
        tail.row(what="recognised at 5 % false alarms"),
        {
            "arm": "isolated records, area under the curve",
            "estimate": area.value,
            "low": area.low,
            "high": area.high,
            "expected": 0.5,
            "far_nearer_than_any_control": found.smells,
        },
    ]
