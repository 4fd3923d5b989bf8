"""Whether the synthetic table links two halves of a training record.

What it measures
    Two sources know different columns of the same people. The attacker looks for the nearest
    synthetic rows by each half; where both halves lead to a common synthetic row, the halves
    are linked. The estimate is the share of training records linked minus the share of unseen
    records linked, among equally many.

    Threat model: the attacker holds the synthetic table and two sets of partial records.

How to read it
    Halves that say much about each other link for unseen people too. Only the difference is
    what having been in training adds.

Formula
    S = a − b; a, b shares of training and of holdout records of which both halves have a common row
    among their five nearest synthetic rows. Newcombe's interval.

When it misleads
    It depends on who knows which columns; here they are dealt in turn. Halves of few coarse
    levels have many equally near rows, of which five are looked at.

Source
    Article 29 Working Party (2014), Opinion 05/2014 on anonymisation techniques, linkability;
    the control follows Giomi, Boenisch, Wehmeyer, Tasnádi (2023).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import void_if_split_is_invalid
from synth_eval.checks.privacy._beyond_control import (
    Excess,
    decide,
    difference,
    percent,
    points,
    risk_rows,
)
from synth_eval.checks.privacy._targets import Encoded, encoded, shared_columns, targets
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.neighbours import EncodedRows

_NEIGHBOURS = 5
_MOST = 2_000
_LEAST = 40


@check(
    "P009",
    "linkability",
    dimension="privacy",
    title="Halves of training records linked",
    needs=(HOLDOUT,),
    cost="neighbours",
    figure="arms",
)
def linkability(ctx: Context) -> Result:
    """Link halves of members and of controls through the synthetic table."""
    tables, found, names = encoded(ctx), targets(ctx), shared_columns(ctx.data)
    size = min(len(found.members), _MOST)
    if size < _LEAST or len(names) < 2:
        raise NotApplicable("needs two columns and forty records on each side")
    hits = [
        int(_linked(tables, tables.rows[role].take(rows[:size]), names).sum())
        for role, rows in (("real", found.members), ("holdout", found.controls))
    ]
    level = 1 - ctx.config.alpha
    outcome = difference("halves linked", hits[0], size, hits[1], size, level)
    status, threshold = decide(ctx, outcome.share, "privacy.linkability")
    status, message = void_if_split_is_invalid(ctx, status, _message(outcome))
    return ctx.result(
        status,
        message,
        estimate=Estimate(*outcome.share, level),
        reference=Reference("share of unseen (holdout) records linked", *outcome.control, n=size),
        threshold=threshold,
        direction=Direction.LOWER,
        sampled=size if size < ctx.data.real.num_rows else None,
        details=[*outcome.rows(), *risk_rows(outcome)],
    )


def _linked(tables: Encoded, rows: EncodedRows, names: list[str]) -> npt.NDArray[np.bool_]:
    synthetic = tables.rows["synthetic"]
    k = min(_NEIGHBOURS, len(synthetic))
    first, second = (
        tables.nearest(tables.columns(rows, half), tables.columns(synthetic, half), k).rows
        for half in (names[::2], names[1::2])
    )
    return np.asarray((first[:, :, None] == second[:, None, :]).any(axis=(1, 2)))


def _message(outcome: Excess) -> str:
    return (
        f"The halves of {percent(outcome.member.value, 2)} of training records and of "
        f"{percent(outcome.control.value, 2)} of unseen ones are linked: "
        f"{points(outcome.share, 2)} for having been in training."
    )
