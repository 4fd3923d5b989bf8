"""Share of synthetic rows nearer to the training rows than to the holdout.

What it measures
    For a sample of synthetic rows, whether the nearest real record is a training row or a
    holdout row. Both sides are searched whole, after the larger one has been cut at random to
    the size of the smaller: the side with more rows is nearer by its number alone (a holdout
    of half the size gives fresh real rows a share of .59). Ties count one half.

    Threat model: none of its own. It is a smell of overfitting, not an attack.

How to read it
    Without copying, one half. The interval counts every real record once, however many
    synthetic rows lie near it, so it holds for the choice of real rows too. It only looks for
    alarms: it warns where the whole interval lies above one half and passes everywhere else,
    also where the interval reaches across. It never fails, and it never clears a table.

Formula
    S = (c + ½ · t) / q; of q synthetic rows c are nearer to a training row than to every holdout
    row, t equally near to both.

When it misleads
    It is an average: one row in twenty copied moves it by two points, one copied person not
    at all, and a table that gives every row away through a constant shift passes. Do not
    read a share near one half as privacy.

Source
    Platzer, Reutterer (2021), Holdout-based empirical assessment of mixed-type synthetic
    data; Yao, Krčo, Ganev, de Montjoye (2025), The DCR delusion, for its limits.
"""

from __future__ import annotations

import numpy as np

from synth_eval.checks.privacy._targets import encoded, in_random_order
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Threshold
from synth_eval.stats.intervals import Interval
from synth_eval.stats.membership import dealt_margin
from synth_eval.stats.neighbours import Neighbours
from synth_eval.words import percent


def closer_share(real: Neighbours, holdout: Neighbours, level: float = 0.95) -> Interval:
    """Share of queries nearer to real than to holdout, ties one half.

    Parameters
    ----------
    real, holdout : Neighbours
        Nearest row of each query among equally many rows of the two sides.
    level : float
        Two-sided confidence level. The error is that of the nearest records, which were
        dealt to the sides at random, so queries near one record count as one.

    Examples
    --------
    >>> near, far = (Neighbours(np.array([[gap]]), np.array([[0]])) for gap in (0.1, 0.2))
    >>> closer_share(near, far)
    Interval(value=1.0, low=0.0, high=1.0)
    """
    first, second = real.distances[:, 0], holdout.distances[:, 0]
    wins = (first < second) + 0.5 * (first == second)
    record = np.where(first <= second, real.rows[:, 0], -1 - holdout.rows[:, 0])
    share = float(wins.mean())
    _, owner = np.unique(record, return_inverse=True)
    per_record = np.asarray(np.bincount(owner, wins - 0.5), np.float64)
    half = max(dealt_margin(per_record, level), 0.5) / len(wins)  # half a query, where all are tied
    return Interval(share, max(share - half, 0.0), min(share + half, 1.0))


@check(
    "P002",
    "closer_to_real_than_holdout",
    dimension="privacy",
    title="Synthetic rows nearer to training rows than to unseen ones",
    needs=(HOLDOUT,),
    cost="neighbours",
    figure="arms",
    gating=False,
)
def closer_to_real_than_holdout(ctx: Context) -> Result:
    """Compare distances of synthetic rows to training rows and to unseen rows."""
    tables, data = encoded(ctx), ctx.data
    rng = ctx.rng()
    queries = in_random_order(tables.rows["synthetic"], rng)[: ctx.config.neighbour_rows]
    size = min(data.real.num_rows, data.tables["holdout"].num_rows)
    if size < 2 or len(queries) == 0:
        raise NotApplicable("needs at least two real, two holdout and one synthetic row")
    rows = tables.rows["synthetic"].take(queries)
    sides = {}
    for role in ("real", "holdout"):
        whole = tables.rows[role]
        cut = whole if len(whole) == size else whole.take(in_random_order(whole, rng)[:size])
        sides[role] = tables.space.nearest(rows, cut)
    level = 1 - ctx.config.alpha
    share = closer_share(sides["real"], sides["holdout"], level)
    margin = ctx.config.margin("privacy.closer_share")
    decision = Decision(
        "synthetic rows nearer to training rows than to unseen ones",
        *share,
        warn=margin.value,
        otherwise=Status.PASS,  # a share near one half clears nothing, so there is no pass to earn
        margins=("privacy.closer_share",),
    )
    first, second = sides["real"].distances[:, 0], sides["holdout"].distances[:, 0]
    item = Item(
        "arm",
        ("synthetic rows nearer to training rows",),
        Side.SYNTHETIC,
        *share,
        expected=0.5,
        decisions=(decision,),
        more={
            "rows_searched_per_side": size,
            "closer": int((first < second).sum()),
            "farther": int((first > second).sum()),
            "equal": int((first == second).sum()),
        },
    )
    if decision.status is Status.WARN:
        verdict = "nearer than chance allows, a smell of overfitting"
        summary = (
            f"{percent(share.value)} of synthetic rows lie nearer to training rows than to unseen "
            "ones, where chance is 50 %: a smell of overfitting"
        )
    else:
        verdict = "no smell of overfitting, which clears nothing"
        summary = (
            "Synthetic rows are not shown to lie nearer to training rows than to unseen ones, "
            "which clears nothing"
        )
    return ctx.judged(
        f"{percent(share.value)} ({percent(share.low)} to {percent(share.high)}) of synthetic rows "
        f"are nearer to training rows than to as many unseen rows ({size:,}; chance is 50 %): "
        f"{verdict}.",
        summary=summary,
        items=[item],
        items_decide=True,
        estimate=Estimate(*share, level),
        reference=Reference("no copying, equal sizes", 0.5, n=size),
        threshold=Threshold(
            margin.value,
            f"{margin.basis}; only an interval wholly above it warns, and a pass clears nothing",
        ),
        direction=Direction.LOWER,
        sampled=len(queries) if len(queries) < data.synthetic.num_rows else None,
    )
