"""Training records with a synthetic row suspiciously near, beyond chance.

What it measures
    Whether synthetic rows crowd nearer to training records than to unseen ones. Holdout
    records are cut in halves: each half fixes what "near" means (the distance that only 1 % of
    unseen records come within) for the other half, which is the control. The estimate is the
    share of training records within that distance beyond the control's share, with an exact
    interval. The whole synthetic table is searched. Distances are over ranks of numbers (a step
    of a tenth of the rows is .1) and levels (a different level is 1).

    Threat model: the attacker holds the synthetic table and a person's record, and takes a
    very near synthetic row as a sign that the person was among the training rows.

How to read it
    Zero means that training records are no nearer than unseen ones in the tail where copies
    live. Copies in any order, with jitter or a few changed cells lift it. It fails where the
    whole interval is above the margin, warns where it is above zero, and is inconclusive where
    too few records leave room for a large excess; then it leaves privacy to the attacks on whole
    records (P004), if those had the power to tell. An alarm on a split that is not random (the
    blind baseline of P004) is inconclusive, too.

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

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import halves
from synth_eval.checks.privacy._beyond_control import decide, excess, levels, points, threshold_of
from synth_eval.checks.privacy._curves import distance_panel
from synth_eval.checks.privacy._recognised import aside_if_covered
from synth_eval.checks.privacy._split import summary_of, void_alarm
from synth_eval.checks.privacy._targets import distances_of_everyone
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.facts import NEAR_DISTANCE
from synth_eval.judging.items import Item, Side
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.words import percent

_NEAR_QUANTILE = 0.01  # copies live in the tail: the false alarm rate of P004, too
_LEAST_ROWS = 40  # records near one synthetic row are one throw of chance: of few throws none tell
_LEAST_CONTROLS = 40  # half of them fix what near is; the nearest of fewer than twenty says little
_MARGIN = "privacy.near_copies"


@check(
    "P003",
    "near_copies",
    dimension="privacy",
    title="Training records with a synthetic row too near",
    needs=(HOLDOUT,),
    cost="neighbours",
    figure="arms",
    axis=OnAxis(1, "largest excess of an attack on training records"),
    facts=(NEAR_DISTANCE,),
)
def near_copies(ctx: Context) -> Result:
    """Compare how many training and unseen records have a synthetic row very near."""
    members, controls = distances_of_everyone(ctx)
    if ctx.data.synthetic.num_rows < _LEAST_ROWS:
        raise NotApplicable(
            f"{ctx.data.synthetic.num_rows} synthetic rows are too few to say whether they crowd "
            f"near training records; at least {_LEAST_ROWS} are needed",
            cause="rows",
        )
    if len(controls) < _LEAST_CONTROLS:
        raise NotApplicable(
            f"{len(controls)} holdout rows are too few to say what near is; "
            f"at least {_LEAST_CONTROLS} are needed"
        )
    *hits, near = near_hits(members, controls, ctx.rng())
    outcome = excess("near", hits[0], len(members), hits[1], len(controls), *levels(ctx))
    member, control = outcome.member, outcome.control
    decision = decide(
        ctx, "training records near a synthetic row beyond chance", outcome.excess, _MARGIN
    )
    decision = void_alarm(ctx, decision)
    message = (
        f"{percent(member.value, 2)} of training records and {percent(control.value, 2)} of "
        "unseen ones have a synthetic row nearer than about 99 % of unseen records have: "
        f"{points(outcome.excess, 2)} beyond chance."
    )
    largest = max(ctx.data.real.num_rows, ctx.data.tables["holdout"].num_rows)
    result = ctx.judged(
        f"{decision.void}." if decision.void else message,
        summary=summary_of(
            decision,
            passed="Training records have no more very near synthetic rows than unseen records "
            "have",
            unsure="Too few records to tell whether synthetic rows crowd around training records",
            leaking=f"{percent(decision.value)} of training records have a synthetic row "
            "suspiciously near, beyond what unseen records have by chance",
        ),
        items=[
            Item(
                "arm",
                (name,),
                side,
                *share,
                decisions=decisions,
                more={"records": records, "near_distance": round(near, 4)},
            )
            for name, side, share, records, decisions in (
                ("near beyond chance", Side.REAL, outcome.excess, len(members), (decision,)),
                ("training records (members)", Side.REAL, member, len(members), ()),
                ("unseen records (controls)", Side.HOLDOUT, control, len(controls), ()),
            )
        ],
        items_decide=True,
        estimate=Estimate(*outcome.excess, 1 - ctx.config.alpha),
        reference=Reference("share of unseen (holdout) records as near", *control, n=len(controls)),
        threshold=threshold_of(ctx, _MARGIN),
        direction=Direction.LOWER,
        sampled=len(members) if len(members) < largest else None,
        facts={NEAR_DISTANCE: near},
        panels=distance_panel(members, controls, ctx.config.small_cell),
    )
    return aside_if_covered(ctx, result)


def near_hits(
    members: npt.NDArray[np.float64], controls: npt.NDArray[np.float64], rng: np.random.Generator
) -> tuple[int, int, float]:
    """Members and controls within the distance that the other half of the controls calls near.

    And the larger of the two distances.

    Examples
    --------
    >>> far = np.arange(1.0, 401.0)
    >>> near_hits(np.repeat([0.0, 200.0], 100), far, np.random.default_rng(0))[0]
    100
    """
    folds = halves(len(members), rng), halves(len(controls), rng)
    hits, largest = [0, 0], 0.0
    for half in (False, True):
        near = float(np.quantile(controls[folds[1] != half], _NEAR_QUANTILE, method="lower"))
        hits[0] += int((members[folds[0] == half] <= near).sum())
        hits[1] += int((controls[folds[1] == half] <= near).sum())
        largest = max(largest, near)
    return hits[0], hits[1], largest
