"""How much synthetic data should be mixed into the real training rows?

What it measures
    Models trained on real rows with .25 to 5 times as many synthetic rows added, and on
    fixed totals with a quarter, half and three quarters of the real rows replaced; tested on
    the holdout beside real rows alone. Trivial controls show what the gain must beat:
    duplicated real rows, and for classes rows of the rarer ones drawn again until all classes
    are equal, or weighing as much more.

How to read it
    The estimate is the gain of the best ratio, best by its lower bound, over real rows alone.
    A gain counts only where it is surely above zero and above the best control. Most often
    synthetic data made from the same real rows adds nothing; then the message says so, and
    how much real data it can replace at what loss.

Formula
    G = S(real rows and r times as many synthetic ones) − S(real rows alone); S score on the holdout
    (AUC or R²), r the ratio with the highest lower bound of G.

When it misleads
    It asks about the real rows at hand: with fewer of them synthetic rows may help more, and
    a table made from more real rows than are used here carries their knowledge. Only run at
    depth ``full``: about 20 CPU seconds on adult, of which 10,000 real rows are mixed.

Source
    Trivial controls as in the literature on oversampling: He and Garcia (2009), Learning from
    imbalanced data; Seedat et al. (2023), arXiv 2310.16981, on augmentation by ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from synth_eval.checks.utility._curves import arm_curve, level_line
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._task import Task, kind_of_task, require_full_depth
from synth_eval.checks.utility._words import percent
from synth_eval.checks.utility._worth_rows import absence
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.panels import Panel
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.stats.arms import GROUPS, Arm, Fits, Measurement, Learner, paired_gap
from synth_eval.stats.learners import BoostingSettings, TrainingRows, boosting, concatenate

_RATIOS = (0.25, 0.5, 1.0, 2.0, 5.0)
_REPLACED = (0.25, 0.5, 0.75)
_REAL_ROWS = 10_000
_FEWEST_ROWS = 50

_NOTHING = Measurement(0.0, 0.0, 1e6)
_balanced = partial(boosting, settings=BoostingSettings(is_balanced=True))

_Recipe = Callable[[TrainingRows, TrainingRows], TrainingRows]


@dataclass(frozen=True, slots=True)
class _Mix:
    """One recipe: its name, its part in the question, and its gain over real rows alone.

    The place is where it stands on the axis of its picture: a ratio, or a share replaced.
    """

    name: str
    role: str
    place: float
    fits: Fits
    arm: Arm
    gain: Measurement


@check(
    "U009",
    "mixing_ratio",
    dimension="utility",
    title="How much synthetic data to mix into the real training rows",
    needs=(HOLDOUT, TARGET),
    cost="models",
    figure="arms",
    gating=False,
)
def mixing_ratio(ctx: Context) -> Result:
    """Find the ratio of synthetic to real rows with the largest sure gain."""
    require_full_depth(ctx, "the curve of mixing ratios")
    trial = experiment(ctx, kind_of_task(ctx))
    missing = absence(ctx, trial.task)
    if missing is not None:
        return missing
    mixes = _mixes(trial)
    alpha = ctx.config.alpha
    added = [mix for mix in mixes if mix.role == "added"]
    controls = [mix for mix in mixes if mix.role in ("control", "weights")]
    best = max(added, key=lambda mix: mix.gain.interval(alpha)[0])
    rival = max(controls, key=lambda mix: mix.gain.value)
    over_rival = paired_gap(best.fits, rival.fits, trial.task.score)
    low, high = best.gain.interval(alpha)
    helps = low > 0 and over_rival.interval(alpha)[0] > 0
    harms = all(mix.gain.interval(alpha)[1] < 0 for mix in added)
    return ctx.result(
        Status.WARN if harms else Status.PASS,
        _message(best, rival, helps, harms, (low, high)),
        estimate=Estimate(best.gain.value, low, high, 1 - alpha),
        reference=Reference(f"best control: {rival.name}", rival.gain.value),
        threshold=Threshold(0.0, "no change over real rows alone"),
        direction=Direction.HIGHER,
        n=best.arm.n,
        sampled=best.arm.n,
        details=[_row(mix, alpha) for mix in mixes],
        panels=_panels(mixes, rival, "AUC" if trial.task.classes else "R²", alpha),
    )


def _panels(mixes: Sequence[_Mix], rival: _Mix, score: str, alpha: float) -> list[Panel]:
    """Score over the ratio of synthetic to real rows, and over the share that is replaced."""

    def panel(name: str, title: str, x: str, caption: str, role: str) -> Panel:
        shown = [mix for mix in mixes if mix.role in ("real", role)]
        places = [mix.place for mix in shown]
        arms = [mix.arm for mix in shown]
        ends = (min(places), max(places))
        return Panel(
            name,
            title,
            x=x,
            y=f"{score} on unseen real rows",
            caption=caption,
            lines=[
                arm_curve("real and synthetic", arms, alpha, places, side="synthetic"),
                level_line("real rows alone", arms[0], alpha, ends, side="real", shape="line"),
                level_line(rival.name, rival.arm, alpha, ends, side="neutral", shape="dashes"),
            ],
        )

    return [
        panel(
            "mixing_curve", "Synthetic rows added to the real ones", "synthetic rows per real row",
            "Mixing helps where the curve is surely above real rows alone and above the best "
            "trivial control (dashed). Bad: a curve that falls.", "added",
        ),
        panel(
            "replacing_curve", "Real rows replaced by synthetic ones, at the same total",
            "share of the real rows replaced",
            "How much real data synthetic rows can replace, and at what loss.", "replaced",
        ),
    ]  # fmt: skip


def _message(best: _Mix, rival: _Mix, helps: bool, harms: bool, bounds: tuple[float, float]) -> str:
    gain = f"{best.gain.value:+.4f} ({bounds[0]:+.4f} to {bounds[1]:+.4f})"
    if helps:
        return f"Best mix: {best.name}, gain {gain}, above {rival.name} ({rival.gain.value:+.4f})."
    if harms:
        return f"Every mix does harm; least of all {best.name}, {gain}."
    return f"Mixing in synthetic rows adds nothing; at best, {best.name}, {gain}."


def _mixes(trial: Experiment) -> list[_Mix]:
    task, rng = trial.task, trial.rng("mixing")
    size = min(len(task.real), _REAL_ROWS)
    if size < _FEWEST_ROWS or len(task.synthetic) < _FEWEST_ROWS:
        raise NotApplicable(f"fewer than {_FEWEST_ROWS} rows to mix")
    real = task.real.take(rng.permutation(len(task.real))[:size])
    synthetic = task.synthetic.take(rng.permutation(len(task.synthetic)))
    samples = list(_leave_out(real, synthetic, rng))
    alone = _fit(trial, "real rows alone", _real_alone, samples)
    mixes = [_Mix("real rows alone", "real", 0.0, alone, alone.arm(task.score), _NOTHING)]
    for name, role, place, recipe in _recipes(task, size):
        learner = _balanced if role == "weights" else trial.learner
        fits = _fit(trial, name, recipe, samples, learner)
        gain = paired_gap(fits, alone, task.score)
        mixes.append(_Mix(name, role, place, fits, fits.arm(task.score), gain))
    return mixes


def _leave_out(
    real: TrainingRows, synthetic: TrainingRows, rng: np.random.Generator
) -> Iterator[tuple[TrainingRows, TrainingRows]]:
    """All rows, then all but a group of each table: the same rows for every recipe."""
    yield real, synthetic
    groups = [rng.permutation(len(rows)) % GROUPS for rows in (real, synthetic)]
    for number in range(GROUPS):
        kept = [np.flatnonzero(group != number) for group in groups]
        yield real.take(kept[0]), synthetic.take(kept[1])


def _fit(
    trial: Experiment,
    name: str,
    recipe: _Recipe,
    samples: Sequence[tuple[TrainingRows, TrainingRows]],
    learner: Learner | None = None,
) -> Fits:
    learner = learner or trial.learner
    rows = [recipe(real, synthetic) for real, synthetic in samples]
    test = trial.task.holdout.features
    predictions = tuple(learner(training, k)(test) for k, training in enumerate(rows))
    return Fits(name, "jackknife", predictions, len(rows[0]))


def _recipes(task: Task, size: int) -> list[tuple[str, str, float, _Recipe]]:
    """Name, part in the question, place, and what is made of real and synthetic rows."""
    ratios = [ratio for ratio in _RATIOS if ratio * size <= len(task.synthetic)] or _RATIOS[:1]
    recipes: list[tuple[str, str, float, _Recipe]] = [
        (f"real rows and {ratio:g} times as many synthetic", "added", ratio, _add(ratio))
        for ratio in ratios
    ]
    recipes += [
        (
            f"{percent(share)} of the real rows replaced by synthetic",
            "replaced",
            share,
            _replace(share),
        )
        for share in _REPLACED
    ]
    recipes.append(("real rows twice", "control", 0.0, lambda real, _: concatenate(real, real)))
    if task.classes:
        recipes.append(("real rows, rarer classes drawn again", "control", 0.0, _balance))
        recipes.append(("real rows, rarer classes weighing more", "weights", 0.0, _real_alone))
    return recipes


def _real_alone(real: TrainingRows, _: TrainingRows) -> TrainingRows:
    return real


def _add(ratio: float) -> _Recipe:
    def add(real: TrainingRows, synthetic: TrainingRows) -> TrainingRows:
        extra = min(round(ratio * len(real)), len(synthetic))
        return concatenate(real, synthetic.take(np.arange(extra)))

    return add


def _replace(share: float) -> _Recipe:
    def swap(real: TrainingRows, synthetic: TrainingRows) -> TrainingRows:
        gone = min(round(share * len(real)), len(synthetic))
        kept = real.take(np.arange(len(real) - gone))
        return concatenate(kept, synthetic.take(np.arange(gone)))

    return swap


def _balance(real: TrainingRows, _: TrainingRows) -> TrainingRows:
    """Rows of the rarer classes again, in turn, until all classes are as frequent."""
    counts = np.bincount(real.target)
    extra = [
        np.resize(np.flatnonzero(real.target == k), counts.max() - count)
        for k, count in enumerate(counts)
        if count
    ]
    return concatenate(real, real.take(np.concatenate(extra)))


def _row(mix: _Mix, alpha: float) -> dict[str, Any]:
    low, high = mix.arm.estimate().interval(alpha)
    gain_low, gain_high = mix.gain.interval(alpha)
    return {
        "arm": mix.name,
        "estimate": mix.arm.value,
        "low": max(low, -1.0),
        "high": min(high, 1.0),
        "n": mix.arm.n,
        "seeds": mix.arm.fits,
        "gain": mix.gain.value,
        "gain_low": gain_low,
        "gain_high": gain_high,
    }
