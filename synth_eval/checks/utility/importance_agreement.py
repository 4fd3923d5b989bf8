"""Do models trained on synthetic rows lean on the same features?

What it measures
    The permutation importance of every feature on the holdout, for models trained on
    synthetic and on real rows, and Spearman's rank correlation between the two lists. The
    reference is the rank correlation between two disjoint halves of the real rows.

How to read it
    1 is the same order. Unimportant features swap places freely, also between two real
    halves; the reference tells how much. It warns where all splits rank below the lowest of
    those between real halves; it only looks for that, and passes otherwise.

Formula
    ρ = Spearman's correlation of I(synthetic) and I(real half) over the features, mean over three
    splits; I = score − score after shuffling the feature, on holdout rows.

When it misleads
    Features that carry the same news share their importance at random. Importance is not
    cause. Only run at depth ``full``.

Source
    Breiman (2001), Random forests; Fisher, Rudin and Dominici (2019), All models are wrong,
    but many are useful.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._task import kind_of_task, require_full_depth
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.data.baseline import drawn_once
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold
from synth_eval.stats.importance import permutation_importance
from synth_eval.stats.learners import TrainingRows
from synth_eval.stats.ranking import spearman
from synth_eval.stats.scores import Score

FloatArray = npt.NDArray[np.float64]

_TEST_ROWS = 4_000  # each is predicted once per feature
_SPLITS = 3  # six models on halves of the real rows, three on synthetic rows
_SHOWN = 14  # features whose names fit under a picture
_FEWEST_FEATURES = 4  # three features have six orders: any correlation comes by chance
_FEWEST_ROWS = 50  # below, models learn next to nothing and every order is chance


@check(
    "U008",
    "importance_agreement",
    dimension="utility",
    title="Whether models lean on the same features",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="bars",
    gating=False,
)
def importance_agreement(ctx: Context) -> Result:
    """Compare feature importances after training on synthetic and on real rows."""
    require_full_depth(ctx, "the comparison of feature importances")
    trial = experiment(ctx, kind_of_task(ctx))
    missing = absence(ctx, trial.task)
    if missing is not None:
        return missing
    names = trial.task.features
    if len(names) < _FEWEST_FEATURES:
        raise NotApplicable(f"fewer than {_FEWEST_FEATURES} features to rank")
    if min(len(trial.task.synthetic), len(trial.task.real) // 2) < _FEWEST_ROWS:
        raise NotApplicable(f"fewer than {_FEWEST_ROWS} rows to train models on")
    synthetic, first, second = _importances(trial)
    agreements = [spearman(s, r) for s, r in zip(synthetic, first, strict=True)]
    real = [spearman(a, b) for a, b in zip(first, second, strict=True)]
    estimate, low, high = float(np.mean(agreements)), min(agreements), max(agreements)
    mean = {"synthetic": np.mean(synthetic, axis=0), "real": np.mean([*first, *second], axis=0)}
    order = np.argsort(-np.abs(mean["synthetic"] - mean["real"]))
    worst = names[order[0]]
    told = f"Feature importances rank as on real rows with correlation {estimate:.2f} (two real "
    told += f"halves: {np.mean(real):.2f}); farthest apart is {worst!r}"
    return ctx.judged(
        f"{told}.",
        summary=told,
        decisions=[
            Decision(
                "rank correlation with importances on real rows",
                estimate,
                low,
                high,
                Direction.HIGHER,
                warn=min(real),
                otherwise=Status.PASS,
            )
        ],
        estimate=Estimate(estimate, low, high, 1 - 2 / (_SPLITS + 1)),
        reference=Reference("between real halves", float(np.mean(real)), min(real), max(real)),
        threshold=Threshold(min(real), f"lowest of {_SPLITS} pairs of real halves"),
        direction=Direction.HIGHER,
        n=min(len(trial.task.synthetic), len(trial.task.real) // 2),
        items=[
            Item(
                "column",
                (names[k],),
                estimate=float(mean["synthetic"][k]),
                reference=float(mean["real"][k]),
            )
            for k in order
        ],
        panels=lambda: [_panel(names, synthetic, [*first, *second])],
    )


def _panel(
    names: Sequence[str], synthetic: Sequence[FloatArray], real: Sequence[FloatArray]
) -> Panel:
    """Importances side by side, the most important on real rows first."""
    order = np.argsort(-np.mean(real, axis=0), kind="stable")[:_SHOWN]

    def line(name: str, splits: Sequence[FloatArray], side: Side, shift: float) -> PlottedLine:
        values = np.stack(splits)[:, order]
        return PlottedLine(
            name,
            x=[place + shift for place in range(len(order))],
            y=values.mean(axis=0).tolist(),
            low=values.min(axis=0).tolist(),
            high=values.max(axis=0).tolist(),
            side=side,
            shape="points",
        )

    return Panel(
        "importances",
        "What models lean on",
        x="feature",
        y="loss of score when the feature is shuffled",
        caption=(
            "Importance of each feature for models trained on synthetic and on real rows; the "
            "whiskers are the range over several samples. Bad: ranges that do not meet."
        ),
        lines=[
            line("synthetic rows", synthetic, Side.SYNTHETIC, 0.0),
            line("real rows", real, Side.REAL, 0.12),  # beside it, not on it
        ],
        x_ticks=[names[k] for k in order],
    )


def _importances(trial: Experiment) -> tuple[list[FloatArray], list[FloatArray], list[FloatArray]]:
    """Importances of each split: of synthetic rows and of the two halves of the real rows."""
    task = trial.task
    rng = trial.rng("importance")
    tested = np.sort(rng.permutation(len(task.holdout))[:_TEST_ROWS])
    small = task.with_holdout(task.holdout.take(tested))

    def importance(rows: TrainingRows) -> FloatArray:
        def score(prediction: FloatArray) -> Score:
            return small.score(prediction)

        features = small.holdout.features
        losses = permutation_importance(trial.learner(rows, 0), features, score, 1, rng)
        return np.asarray(losses.mean(axis=1), np.float64)

    def of_real(rows: npt.NDArray[np.intp]) -> FloatArray:
        return drawn_once(
            trial.once,
            (*trial.key, "importances", len(rows)),
            rng,
            lambda: importance(task.real.take(rows)),
        )

    importances: tuple[list[FloatArray], ...] = ([], [], [])
    for _ in range(_SPLITS):
        order = rng.permutation(len(task.real))
        half = len(order) // 2
        chosen = rng.permutation(len(task.synthetic))[:half]
        importances[0].append(importance(task.synthetic.take(chosen)))
        importances[1].append(of_real(order[:half]))
        importances[2].append(of_real(order[half:]))
    return importances[0], importances[1], importances[2]
