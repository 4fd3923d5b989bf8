"""Whether the synthetic table reveals a secret of training records beyond what it teaches.

What it measures
    The attacker knows some columns of a person (the quasi-identifiers where they are
    declared, else every other column) and guesses the secret: read off the nearest synthetic
    row and, for declared secrets, predicted by a model trained on synthetic rows too. Secrets
    are the secret columns and the target, else every column. The estimate is the share of
    training records guessed right minus the share of unseen records guessed right, for the
    secret and the way where it is largest. A number is right within a twentieth of the rows.

    Threat model: the attacker holds the synthetic table and part of a person's record.

How to read it
    What works on unseen people as well is population inference: the table teaches how the
    world is, which is its purpose. Only the difference is leakage. Where the control already
    succeeds always, nothing is left to measure, and nothing leaks that could be shown. The
    details have both, and what guessing the commonest value would give.

Formula
    S = a − b; a, b shares of training and of holdout records whose secret is guessed right. The
    estimate is S of the secret and the way with the highest lower bound (Newcombe's interval).

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

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._attacks import features, void_if_split_is_invalid
from synth_eval.checks.privacy._beyond_control import (
    Excess,
    decide,
    difference,
    percent,
    points,
    worst,
)
from synth_eval.checks.privacy._targets import (
    SECRET_ROLES,
    Encoded,
    encoded,
    in_random_order,
    known_columns,
    secrets,
    targets,
)
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.learners import TrainingRows, boosting
from synth_eval.stats.neighbours import EncodedRows

_TOLERANCE = 0.05
_LEAST = 40
_MODEL_ROWS = 5_000
_MODEL_LEVELS = 50
_BY = " by the "
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
)
def attribute_inference(ctx: Context) -> Result:
    """Guess each secret of members and of controls, by neighbour and by model."""
    tables, found = encoded(ctx), targets(ctx)
    wanted = [name for name in secrets(ctx) if known_columns(ctx, name)]
    if not wanted or len(found.members) < _LEAST:
        raise NotApplicable("needs two columns and forty records on each side")
    sides = (
        tables.rows["real"].take(found.members),
        tables.rows["holdout"].take(found.controls),
    )
    hits = {
        (secret, way): [int(is_right(rows).sum()) for rows in sides]
        for secret in wanted
        for way, is_right in _ways(ctx, tables, secret)
    }
    level = 1 - ctx.config.alpha / len(hits)
    guessed = worst(
        [
            difference(f"{secret}{_BY}{way}", own, len(sides[0]), other, len(sides[1]), level)
            for (secret, way), (own, other) in hits.items()
        ]
    )
    commonest = {secret: _commonest(tables, sides[1], secret) for secret in wanted}
    top = guessed[0]
    status, threshold = decide(ctx, top.share, "privacy.attribute_inference")
    message = _message(top, commonest)
    status, message = void_if_split_is_invalid(ctx, status, message)
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
        details=[_row(entry, commonest) for entry in guessed],
    )


def _ways(ctx: Context, tables: Encoded, secret: str) -> Iterator[tuple[str, Guesses]]:
    known = known_columns(ctx, secret)
    yield _NEAREST, lambda rows: _by_neighbour(tables, rows, secret, known)
    levels = int(tables.cells(tables.rows["synthetic"], secret).max(initial=0)) + 1
    is_declared = bool(ctx.data.schema[secret].roles & SECRET_ROLES)
    if is_declared and (secret in tables.numbers or levels <= _MODEL_LEVELS):
        yield _MODEL, _by_model(tables, secret, known, ctx.rng(secret))


def _by_neighbour(
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


def _by_model(tables: Encoded, secret: str, known: list[str], rng: np.random.Generator) -> Guesses:
    """Fit a model of the secret on synthetic rows; a missing number is never guessed."""
    synthetic = tables.rows["synthetic"]
    rows = synthetic.take(in_random_order(synthetic, rng)[:_MODEL_ROWS])
    is_number = secret in tables.numbers
    inputs = tables.columns(rows, known)
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
        guess = predict(features(tables.columns(queries, known)))
        wanted = _truth(tables, queries, secret)
        if is_number:
            return np.asarray(np.abs(guess - wanted) <= _TOLERANCE)
        return np.asarray(guess.argmax(axis=1) == wanted)

    return is_right


def _truth(tables: Encoded, rows: EncodedRows, secret: str) -> npt.NDArray[np.float64]:
    """Numbers by their place on the scale, missing as NaN; levels by number."""
    found = tables.columns(rows, [secret])
    if secret in tables.numbers:
        return np.where(found.codes[0] == 1, np.nan, found.numbers[:, 0] / tables.space.grid)
    return np.asarray(found.codes[0], np.float64)


def _commonest(tables: Encoded, rows: EncodedRows, secret: str) -> float:
    _, counts = np.unique(tables.cells(rows, secret), return_counts=True)
    return float(counts.max() / counts.sum())


def _message(top: Excess, commonest: Mapping[str, float]) -> str:
    secret, _, way = top.arm.rpartition(_BY)
    return (
        f"{secret}, guessed by the {way}: {percent(top.member.value)} of training records and "
        f"{percent(top.control.value)} of unseen ones. What works on unseen people is population "
        f"inference (the commonest value alone gives {percent(commonest[secret])}); leakage is "
        f"the difference, {points(top.share)}."
    )


def _row(entry: Excess, commonest: Mapping[str, float]) -> Mapping[str, Any]:
    secret, _, way = entry.arm.rpartition(_BY)
    return {
        "column": secret,
        "arm": way,
        "estimate": entry.member.value,
        "low": entry.member.low,
        "high": entry.member.high,
        "reference": entry.control.value,
        "commonest_value": commonest[secret],
        "leakage": entry.share.value,
        "at_least": entry.share.low,
        "at_most": entry.share.high,
        "records": entry.members,
    }
