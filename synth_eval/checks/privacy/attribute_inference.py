"""Whether the synthetic table reveals a secret of training records beyond what it teaches.

What it measures
    The attacker knows some columns of a person (the quasi-identifiers where they are
    declared, else every other column) and guesses the secret: read off the nearest synthetic
    row and, for declared secrets, predicted by a model trained on synthetic rows too. Secrets
    are the secret columns and the target, else every column. The estimate is the share of
    training records guessed right minus the share of unseen records guessed right, for the
    secret and the way where it is largest; where no secret is declared, over the values of all
    columns together, and each column can raise an alarm by itself. A number is right within a
    twentieth of the rows.

    Threat model: the attacker holds the synthetic table and part of a person's record.

How to read it
    What works on unseen people as well is population inference: the table teaches how the
    world is, which is its purpose. Only the difference is leakage. Where the control already
    succeeds always, nothing is left to measure, and nothing leaks that could be shown. The
    items have both, and what guessing the commonest value would give. It fails where the
    whole interval of the difference is above the margin, warns where it is above zero, and is
    inconclusive where a large difference could hide: guesses that are right half of the time
    on anybody leave room for five points at a thousand records a side. Then it leaves privacy
    to the attacks on whole records (P004), if those had the power to tell. An alarm on a split
    that is not random (the blind baseline of P004) is inconclusive, too.

Formula
    S = a − b; a, b shares of training and of holdout records whose secret is guessed right. The
    estimate is S of the secret and the way with the highest lower bound (Newcombe's interval,
    at the level of all together); its upper end is the largest of all, each for itself.

When it misleads
    Population inference can harm people too; it is shown, but not judged here. The model
    learns from at most 5,000 synthetic rows and is left out for secrets of more than 50
    levels; the nearest row is strong against copies, weak against subtler leaks. Declare what
    is secret: without it many columns are tried, each with less certainty.

Source
    Article 29 Working Party (2014), Opinion 05/2014, inference; Elliot (2014) and Taub et al.
    (2018) for attribution by nearest synthetic rows; Stadler, Oprisanu, Troncoso (2022),
    Synthetic data: anonymisation groundhog day, for attacks by models; the control follows
    Giomi et al. (2023).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import features
from synth_eval.checks.privacy._beyond_control import (
    PROVED,
    decide,
    difference,
    largest,
    levels,
    points,
    threshold_of,
    worst,
)
from synth_eval.checks.privacy._recognised import aside_if_covered
from synth_eval.checks.privacy._split import summary_of, void_alarm
from synth_eval.checks.privacy._targets import (
    SECRET_ROLES,
    Encoded,
    encoded,
    everyone,
    in_random_order,
    known_columns,
    secrets,
)
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Status, worst_first
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.intervals import Interval
from synth_eval.stats.learners import TrainingRows, boosting
from synth_eval.stats.membership import mean_excess
from synth_eval.stats.neighbours import EncodedRows
from synth_eval.words import percent

_MARGIN = "privacy.attribute_inference"
_TOLERANCE = 0.05  # ranks: a number is right within a twentieth of the rows
_LEAST = 40  # a side; the margin of a twentieth is two records then
_MODEL_ROWS = 5_000  # a model per secret: seconds, not minutes
_MODEL_LEVELS = 50  # boosting grows a tree per level and round
_NEAREST, _MODEL = "nearest synthetic row", "model trained on synthetic rows"

Guesses = Callable[[EncodedRows], npt.NDArray[np.bool_]]
"""Rows to whether their secret is guessed right."""


@check(
    "P006",
    "attribute_inference",
    dimension="privacy",
    title="Secrets of training records guessed",
    needs=(HOLDOUT,),
    cost="models",
    figure="bars",
    axis=OnAxis(3, "largest excess of an attack on training records"),
)
def attribute_inference(ctx: Context) -> Result:
    """Guess each secret of members and of controls, by neighbour and by model."""
    tables, attacked = encoded(ctx), everyone(ctx)
    wanted = [name for name in secrets(ctx) if known_columns(ctx, name)]
    if not wanted or min(len(attacked.members), len(attacked.controls)) < _LEAST:
        raise NotApplicable("needs two columns and forty records on each side")
    sides = (
        tables.rows["real"].take(attacked.members),
        tables.rows["holdout"].take(attacked.controls),
    )
    right = {
        (secret, way): [is_right(rows) for rows in sides]
        for secret in wanted
        for way, is_right in _ways(ctx, tables, secret)
    }
    is_declared = any(ctx.data.schema[name].roles & SECRET_ROLES for name in wanted)
    ends = levels(ctx, len(right) + (not is_declared))
    outcomes = worst(
        difference(
            way, int(own.sum()), len(own), int(others.sum()), len(others), *ends, column=secret
        )
        for (secret, way), (own, others) in right.items()
    )
    commonest = {secret: _commonest(tables, sides[1], secret) for secret in wanted}
    top = outcomes[0]
    subject = f"{top.column} guessed beyond control by the {top.arm}"
    share, decisions = largest(outcomes), [decide(ctx, subject, largest(outcomes), _MARGIN)]
    if not is_declared:
        share = _of_all_values([*right.values()], ends)
        decisions = [
            decide(ctx, "values of all columns guessed beyond control", share, _MARGIN),
            # No column is the secret: any of them may raise an alarm, all together clear.
            replace(decisions[0], clear=None, otherwise=Status.PASS, margins=(_MARGIN, PROVED)),
        ]
    decisions = [void_alarm(ctx, decision) for decision in decisions]
    decision = worst_first(decisions)[0]
    message = (
        f"{top.column}, guessed by the {top.arm}: {percent(top.member.value)} of training records "
        f"and {percent(top.control.value)} of unseen ones. What works on unseen people is "
        f"population inference (the commonest value alone gives {percent(commonest[top.column])}); "
        f"leakage is the difference, {points(share if is_declared else top.excess)}."
    )
    if not is_declared:
        message += f" Of all {len(wanted)} columns together it is {points(share)}."
    result = ctx.judged(
        f"{decision.void}." if decision.void else message,
        summary=summary_of(
            decision,
            passed="Secrets of training records are guessed no better than those of unseen people",
            unsure="Too few records to tell whether secrets of training records are guessed better "
            f"than those of unseen people, {top.column} first",
            leaking=f"{top.column} of {percent(top.excess.value)} of training records is guessed "
            f"beyond what works on unseen people, by the {top.arm}",
        ),
        items=[
            Item(
                "secret",
                (outcome.column, outcome.arm),
                Side.REAL,
                *outcome.member,
                reference=outcome.control.value,
                decisions=tuple(decisions) if outcome is top else (),
                more={
                    "commonest_value": commonest[outcome.column],
                    "leakage": outcome.excess.value,
                    "at_least": outcome.excess.low,
                    "at_most": outcome.excess.high,
                    "records": outcome.members,
                },
            )
            for outcome in outcomes
        ],
        items_decide=True,
        estimate=Estimate(*share, ends[0]),
        reference=Reference(
            "share of unseen (holdout) records guessed", *top.control, n=top.controls
        ),
        threshold=threshold_of(ctx, _MARGIN),
        direction=Direction.LOWER,
        sampled=top.members if top.members < ctx.data.real.num_rows else None,
    )
    return aside_if_covered(ctx, result)


def _of_all_values(
    right: Sequence[Sequence[npt.NDArray[np.bool_]]], ends: tuple[float, float]
) -> Interval:
    """Share of all values of a record that are guessed right, members less controls."""
    members, controls = (np.mean(side, axis=0) for side in zip(*right, strict=True))
    lower, upper = (mean_excess(members, controls, level) for level in ends)
    return Interval(lower.value, lower.low, upper.high)


def _ways(ctx: Context, tables: Encoded, secret: str) -> Iterator[tuple[str, Guesses]]:
    known = known_columns(ctx, secret)
    yield _NEAREST, lambda rows: _by_neighbour(tables, rows, secret, known)
    levels = int(tables.space.cells(tables.rows["synthetic"], secret).max(initial=0)) + 1
    is_declared = bool(ctx.data.schema[secret].roles & SECRET_ROLES)
    if is_declared and (secret in tables.space.numbers or levels <= _MODEL_LEVELS):
        yield _MODEL, _by_model(tables, secret, known, ctx.rng(secret))


def _by_neighbour(
    tables: Encoded, rows: EncodedRows, secret: str, known: list[str]
) -> npt.NDArray[np.bool_]:
    """Whether the nearest synthetic row by the known columns has the record's secret."""
    synthetic = tables.rows["synthetic"]
    near = tables.space.nearest(
        tables.space.columns(rows, known), tables.space.columns(synthetic, known)
    )
    guess = tables.space.columns(synthetic, [secret]).take(near.rows[:, 0])
    truth = tables.space.columns(rows, [secret])
    same = (guess.codes == truth.codes).all(axis=0)
    gaps = np.abs(guess.numbers - truth.numbers) <= _TOLERANCE * tables.space.grid
    return np.asarray(same & gaps.all(axis=1))


def _by_model(tables: Encoded, secret: str, known: list[str], rng: np.random.Generator) -> Guesses:
    """Fit a model of the secret on synthetic rows; a missing number is never guessed."""
    synthetic = tables.rows["synthetic"]
    rows = synthetic.take(in_random_order(synthetic, rng)[:_MODEL_ROWS])
    is_number = secret in tables.space.numbers
    inputs = tables.space.columns(rows, known)
    truth = _truth(tables, rows, secret)
    usable = np.flatnonzero(~np.isnan(truth))
    classes = 0 if is_number else int(truth.max(initial=0)) + 1
    training = TrainingRows(
        features(inputs)[usable],
        truth[usable] if is_number else truth[usable].astype(np.int64),
        np.arange(inputs.numbers.shape[1] + len(inputs.codes)) >= inputs.numbers.shape[1],
        classes,
    )
    predict = boosting(training, int(rng.integers(2**31)))

    def is_right(queries: EncodedRows) -> npt.NDArray[np.bool_]:
        guess = predict(features(tables.space.columns(queries, known)))
        wanted = _truth(tables, queries, secret)
        if is_number:
            return np.asarray(np.abs(guess - wanted) <= _TOLERANCE)
        return np.asarray(guess.argmax(axis=1) == wanted)

    return is_right


def _truth(tables: Encoded, rows: EncodedRows, secret: str) -> npt.NDArray[np.float64]:
    """Numbers by their place on the scale, missing as NaN; levels by number."""
    found = tables.space.columns(rows, [secret])
    if secret in tables.space.numbers:
        return np.where(found.codes[0] == 1, np.nan, found.numbers[:, 0] / tables.space.grid)
    return np.asarray(found.codes[0], np.float64)


def _commonest(tables: Encoded, rows: EncodedRows, secret: str) -> float:
    _, counts = np.unique(tables.space.cells(rows, secret), return_counts=True)
    return float(counts.max() / counts.sum())
