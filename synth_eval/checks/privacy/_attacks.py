"""Membership attacks that need no access to the generator, as scores per record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._targets import (
    Encoded,
    Targets,
    around,
    encoded,
    shared_columns,
    targets,
)
from synth_eval.data.baseline import drawn_once
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.stats.intervals import Interval, auc_interval
from synth_eval.stats.learners import Predictor, TrainingRows, boosting
from synth_eval.stats.membership import (
    EpsilonBound,
    combined_scores,
    judged_epsilon,
    one_run_epsilon,
)
from synth_eval.stats.neighbours import EncodedRows

__all__ = [
    "COMBINED",
    "Attacks",
    "attacks",
    "blind_baseline",
    "epsilon_of",
    "features",
    "halves",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

COMBINED = "all attacks combined"

_LEAST_TARGETS = 40
_CLASSIFIER_ROWS = 5_000
_BLIND_LEVEL = 0.999


@dataclass(frozen=True, eq=False)
class Attacks:
    """Scores of every attack for the same members and controls; higher means "member".

    Parameters
    ----------
    members, controls : mapping of str to ndarray of float64, shape (targets,)
        Scores by attack.
    blind : Interval
        Area under the curve that members and controls have without any synthetic row, of a
        classifier or of their distance to the reference: one half if the split was random.
    folds : pair of ndarray of bool, shape (targets,)
        Halves of members and of controls: choose on one, judge on the other.
    copied : ndarray of float64, shape (targets,)
        Combined score that each member would have if the synthetic table held a copy of it:
        what the attacks could see here.
    """

    members: Mapping[str, FloatArray]
    controls: Mapping[str, FloatArray]
    blind: Interval
    folds: tuple[BoolArray, BoolArray]
    copied: FloatArray

    @property
    def is_split_valid(self) -> bool:
        """Whether members and controls look alike without the synthetic table."""
        return self.blind.low <= 0.5


def attacks(ctx: Context) -> Attacks:
    """Run the attacks once.

    Raises
    ------
    NotApplicable
        Too few records on a side.
    """
    found = targets(ctx)
    if min(len(found.members), len(found.reference)) < _LEAST_TARGETS:
        raise NotApplicable(
            f"{ctx.data.tables['holdout'].num_rows} holdout rows are too few for controls and a "
            f"reference; at least {3 * _LEAST_TARGETS} are needed"
        )
    key = ("attacks", ctx.config.seed, ctx.config.neighbour_rows)
    return ctx.once(key, lambda: _attack(ctx, encoded(ctx), found), of="pair")


def epsilon_of(found: Attacks, level: float) -> tuple[EpsilonBound, float]:
    """One-run bound on epsilon, and the bound that a perfect attack would have shown."""
    names = list(found.members)
    bound = judged_epsilon(
        [found.members[name] for name in names],
        [found.controls[name] for name in names],
        found.folds,
        level,
    )
    judged = int((~found.folds[0]).sum())
    return bound, one_run_epsilon(judged, judged, level)


def halves(size: int, rng: np.random.Generator) -> BoolArray:
    """Random half of so many records."""
    return np.asarray(rng.permutation(size) % 2 == 0)


def _attack(ctx: Context, tables: Encoded, found: Targets) -> Attacks:
    rng = np.random.default_rng([ctx.config.seed, 0xA77])
    reference = tables.rows["holdout"].take(found.reference)
    # How much a record looks like a synthetic row rather than a reference row.
    synthetic = tables.rows["synthetic"]
    size = min(len(synthetic), len(reference), _CLASSIFIER_ROWS)
    parts = [
        rows.take(np.sort(rng.choice(len(rows), size, replace=False)))
        for rows in (synthetic, reference)
    ]
    predict = _fit(parts[0], parts[1], rng)
    members = tables.rows["real"].take(found.members)
    controls = tables.rows["holdout"].take(found.controls)
    grid = tables.space.grid
    away = around(ctx, "real")
    scores = [
        _scores(found.member_distances, found.members_around, away, grid)
        | {"classifier": predict(features(members))[:, 1]},
        _scores(found.control_distances, found.controls_around, around(ctx, "holdout"), grid)
        | {"classifier": predict(features(controls))[:, 1]},
    ]
    # A copy is one row at no distance. Where others are there already it tells nothing: the
    # controls beside them would have one more, too. Of one row more the classifier learns nothing.
    copied = _scores(np.zeros(len(members)), np.maximum(found.members_around, 1), away, grid)
    copied["classifier"] = scores[0]["classifier"]
    names = list(copied)
    scores[0][COMBINED], scores[1][COMBINED], given_away = combined_scores(
        [(scores[0][name], scores[1][name]) for name in names], [copied[name] for name in names]
    )
    blind = drawn_once(
        ctx.once,
        ("blind baseline", ctx.config.seed, ctx.config.neighbour_rows, *shared_columns(ctx.data)),
        rng,
        lambda: blind_baseline(members, controls, rng),
    )
    # The attacks lean on the reference: where controls lie nearer to it than members do, as when
    # the split went by customers with levels of their own, they rank by the split alone.
    split = auc_interval(around(ctx, "real"), around(ctx, "holdout"), _BLIND_LEVEL)
    blind = split if split.low > blind.low else blind
    folds = (halves(len(found.members), rng), halves(len(found.controls), rng))
    return Attacks(scores[0], scores[1], blind, folds, given_away)


def _scores(
    distances: FloatArray, inside: npt.NDArray[np.int64], away: FloatArray, grid: int
) -> dict[str, FloatArray]:
    """Attacks by distance.

    Closest distance: Chen et al. (2020), GAN-Leaks. Density ratio: van Breugel et al.
    (2023), DOMIAS, with nearest-neighbour densities, for kernel densities fail in mixed and
    high dimensions. Local neighbourhood: Hilprecht et al. (2019), with a radius per record,
    a quarter of the distance to the nearest row of the reference.
    """
    floor = 1.0 / grid  # distances are whole multiples of it at best
    return {
        "closest distance": -distances,
        "density ratio": np.log(away + floor) - np.log(distances + floor),
        "local neighbourhood": inside + 1.0 / (1.0 + distances),  # ties by distance
    }


def blind_baseline(
    members: EncodedRows, controls: EncodedRows, rng: np.random.Generator
) -> Interval:
    """Area under the curve of telling members from controls without the synthetic table.

    Two-fold: each half is scored by a model of the other half. Das, Zhang, Tramèr (2024),
    Blind baselines beat membership inference attacks for foundation models.

    Parameters
    ----------
    members, controls : EncodedRows
        The two groups.
    rng : numpy.random.Generator
        Of the halves and the models.
    """
    folds = (halves(len(members), rng), halves(len(controls), rng))
    areas = []
    for half in (False, True):
        predict = _fit(
            members.take(np.flatnonzero(folds[0] != half)),
            controls.take(np.flatnonzero(folds[1] != half)),
            rng,
        )
        scored = [
            predict(features(rows.take(np.flatnonzero(fold == half))))[:, 1]
            for rows, fold in ((members, folds[0]), (controls, folds[1]))
        ]
        areas.append(auc_interval(scored[0], scored[1], _BLIND_LEVEL))
    value, low, high = (float(np.mean(numbers)) for numbers in zip(*areas, strict=True))
    shrink = 1 / np.sqrt(2)  # two independent halves
    below, above = float((value - low) * shrink), float((high - value) * shrink)
    return Interval(value, value - below, value + above)


def _fit(ones: EncodedRows, zeros: EncodedRows, rng: np.random.Generator) -> Predictor:
    matrix = np.vstack([features(ones), features(zeros)])
    target = np.repeat([1, 0], [len(ones), len(zeros)])
    width = ones.numbers.shape[1]
    categorical = np.arange(matrix.shape[1]) >= width
    return boosting(TrainingRows(matrix, target, categorical, 2), int(rng.integers(2**31)))


def features(rows: EncodedRows) -> FloatArray:
    """Rows as a matrix for models: numbers first, then codes."""
    return np.hstack([rows.numbers.astype(np.float64), rows.codes.T.astype(np.float64)])
