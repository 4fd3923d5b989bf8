"""Whether the synthetic table reveals a secret of training records beyond what it teaches.

What it measures
    The attacker knows some columns of a person (the quasi-identifiers where they are
    declared, else every other column), takes the nearest synthetic row by those, and reads
    the secret there. Secrets are the sensitive columns and the target, else every column.
    The estimate is the share of training records guessed right minus the share of unseen
    records guessed right, for the secret where it is largest. A number is right within a
    twentieth of the rows.

    Threat model: the attacker holds the synthetic table and part of a person's record.

How to read it
    What works on unseen people as well is population inference: the table teaches how the
    world is, which is its purpose. Only the difference is leakage. Where the control already
    succeeds always, nothing is left to measure, and nothing leaks that could be shown.

When it misleads
    Population inference can harm people too; it is shown, but not judged here. One nearest
    row is a simple attack, strong against copies, weak against subtler leaks.

Source
    Article 29 Working Party (2014), Opinion 05/2014, inference; Elliot (2014) and Taub et al.
    (2018) for attribution by nearest synthetic rows; the control follows Giomi et al. (2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import void_if_split_is_invalid
from synth_eval.checks.privacy._excess import Excess, decide, difference, worst
from synth_eval.checks.privacy._targets import (
    Encoded,
    encoded,
    known_columns,
    secrets,
    targets,
)
from synth_eval.errors import NotApplicable
from synth_eval.registry import check
from synth_eval.results import Direction, Estimate, Reference, Result
from synth_eval.run import Context
from synth_eval.stats.intervals import residual_risk
from synth_eval.stats.neighbours import EncodedRows

_TOLERANCE = 0.05
_LEAST = 40


@check(
    "P006",
    "attribute_inference",
    dimension="privacy",
    title="Secrets of training records guessed",
    needs=("holdout",),
    cost="neighbours",
    figure="bars",
)
def attribute_inference(ctx: Context) -> Result:
    """Guess each secret of members and of controls from the nearest synthetic row."""
    tables, found = encoded(ctx), targets(ctx)
    wanted = [name for name in secrets(ctx) if known_columns(ctx, name)]
    if not wanted or len(found.members) < _LEAST:
        raise NotApplicable("needs two columns and forty records on each side")
    level = 1 - ctx.config.alpha / len(wanted)
    sides = (
        tables.rows["real"].take(found.members),
        tables.rows["holdout"].take(found.controls),
    )
    outcomes, commonest = [], {}
    for secret in wanted:
        known = known_columns(ctx, secret)
        hits = [int(_guessed(tables, rows, secret, known).sum()) for rows in sides]
        outcomes.append(difference(secret, hits[0], len(sides[0]), hits[1], len(sides[1]), level))
        _, counts = np.unique(tables.cells(sides[1], secret), return_counts=True)
        commonest[secret] = float(counts.max() / counts.sum())
    outcomes = worst(outcomes)
    top = outcomes[0]
    status, threshold = decide(ctx, top.share, "privacy.attribute_inference")
    status, message = void_if_split_is_invalid(ctx, status, _message(top, commonest[top.arm]))
    return ctx.result(
        status,
        message,
        estimate=Estimate(*top.share, level),
        reference=Reference(
            "share of unseen (holdout) records guessed", *top.control, n=top.controls
        ),
        threshold=threshold,
        direction=Direction.LOWER,
        sampled=top.members if top.members < ctx.data.real.num_rows else None,
        details=[_row(entry, commonest[entry.arm]) for entry in outcomes],
    )


def _guessed(
    tables: Encoded, rows: EncodedRows, secret: str, known: list[str]
) -> npt.NDArray[np.bool_]:
    """Whether the nearest synthetic row by the known columns has the record's secret."""
    synthetic = tables.rows["synthetic"]
    near = tables.nearest(tables.columns(rows, known), tables.columns(synthetic, known))
    guess = tables.columns(synthetic, [secret]).take(near.rows[:, 0])
    truth = tables.columns(rows, [secret])
    same = (guess.codes == truth.codes).all(axis=0)
    gaps = np.abs(guess.numbers - truth.numbers) <= _TOLERANCE * tables.space.grid
    return np.asarray(same & gaps.all(axis=1))


def _message(top: Excess, commonest: float) -> str:
    return (
        f"{top.arm}: guessed for {top.member.value:.1%} of training records and "
        f"{top.control.value:.1%} of unseen ones (population inference; the commonest value "
        f"alone gives {commonest:.1%}): {100 * top.share.value:+.1f} points "
        f"({100 * top.share.low:+.1f} to {100 * top.share.high:+.1f}) for having been in training."
    )


def _row(entry: Excess, commonest: float) -> Mapping[str, Any]:
    counts = (
        round(entry.member.value * entry.members),
        entry.members,
        round(entry.control.value * entry.controls),
        entry.controls,
    )
    risk = residual_risk(*counts)
    row = dict(entry.row(commonest_value=commonest, residual_risk=risk and risk.value))
    return {"column": row.pop("arm"), **row}
