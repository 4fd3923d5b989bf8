"""Whether the synthetic table links two halves of a training record.

What it measures
    Two sources know different columns of the same people. The attacker looks for the nearest
    synthetic rows by each half; where both halves lead to a common synthetic row, the halves
    are linked. The estimate is the share of training records linked minus the share of unseen
    records linked, among equally many.

    Threat model: the attacker holds the synthetic table and two sets of partial records.

How to read it
    Halves that say much about each other link for unseen people too. Only the difference is
    what having been in training adds. It fails where its whole interval is above the margin,
    warns where it is above zero, and is inconclusive where a large difference could hide; then
    it leaves privacy to the attacks on whole records (P004), if those had the power to tell. An
    alarm on a split that is not random (the blind baseline of P004) is inconclusive, too.

Formula
    S = a − b; a, b shares of training and of holdout records of which both halves have a common row
    among their five nearest synthetic rows (one for each 200 rows in a smaller table). Newcombe's
    interval.

When it misleads
    It depends on who knows which columns; here they are dealt in turn. Halves of few coarse
    levels have many equally near rows, of which five are looked at.

Source
    Article 29 Working Party (2014), Opinion 05/2014 on anonymisation techniques, linkability;
    the control follows Giomi, Boenisch, Wehmeyer, Tasnádi (2023).
"""

from __future__ import annotations

from synth_eval.checks.privacy._beyond_control import (
    decide,
    difference,
    levels,
    points,
    risk_items,
    threshold_of,
)
from synth_eval.checks.privacy._recognised import aside_if_covered
from synth_eval.checks.privacy._split import summary_of, void_alarm
from synth_eval.checks.privacy._targets import encoded, everyone, shared_columns
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.words import percent

_MARGIN = "privacy.linkability"
_NEIGHBOURS = 5  # of each half; more link anybody to anybody
_ROWS_PER_NEIGHBOUR = 200  # of a small table five are so many that half of all people are linked
_MOST = (
    2_000  # records, each searched for twice; the interval is three points to either side at most
)
_LEAST = 40  # a side; the margin of a twentieth is two records then


@check(
    "P009",
    "linkability",
    dimension="privacy",
    title="Halves of training records linked",
    needs=(HOLDOUT,),
    cost="neighbours",
    figure="arms",
    axis=OnAxis(4, "largest excess of an attack on training records"),
)
def linkability(ctx: Context) -> Result:
    """Link halves of members and of controls through the synthetic table."""
    tables, attacked, names = encoded(ctx), everyone(ctx), shared_columns(ctx.data)
    size = min(len(attacked.members), len(attacked.controls), _MOST)
    if size < _LEAST or len(names) < 2:
        raise NotApplicable("needs two columns and forty records on each side")
    space, synthetic, hits = tables.space, tables.rows["synthetic"], []
    for role, rows in (("real", attacked.members), ("holdout", attacked.controls)):
        records = tables.rows[role].take(rows[:size])
        first, second = (
            space.nearest(
                space.columns(records, half),
                space.columns(synthetic, half),
                min(_NEIGHBOURS, max(len(synthetic) // _ROWS_PER_NEIGHBOUR, 1)),
            ).rows
            for half in (names[::2], names[1::2])
        )
        linked = (first[:, :, None] == second[:, None, :]).any(axis=(1, 2))
        hits.append(int(linked.sum()))
    outcome = difference("halves linked", hits[0], size, hits[1], size, *levels(ctx))
    decision = decide(
        ctx, "training records whose halves are linked beyond control", outcome.excess, _MARGIN
    )
    decision = void_alarm(ctx, decision)
    message = (
        f"The halves of {percent(outcome.member.value, 2)} of training records and of "
        f"{percent(outcome.control.value, 2)} of unseen ones are linked: "
        f"{points(outcome.excess, 2)} for having been in training."
    )
    result = ctx.judged(
        f"{decision.void}." if decision.void else message,
        summary=summary_of(
            decision,
            passed="Synthetic rows link halves of training records no more often than of unseen "
            "ones",
            unsure="Too few records to tell whether synthetic rows link halves of training records",
            leaking=f"Synthetic rows link the halves of {percent(decision.value)} of training "
            "records, beyond those of unseen ones",
        ),
        items=[*outcome.items(decision), *risk_items(outcome)],
        items_decide=True,
        estimate=Estimate(*outcome.excess, 1 - ctx.config.alpha),
        reference=Reference("share of unseen (holdout) records linked", *outcome.control, n=size),
        threshold=threshold_of(ctx, _MARGIN),
        direction=Direction.LOWER,
        sampled=size if size < ctx.data.real.num_rows else None,
    )
    return aside_if_covered(ctx, result)
