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
    how much real data it can replace at what loss. It only looks for harm: it warns where
    every ratio surely loses, and passes otherwise.

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

import numpy as np

from synth_eval.checks.utility._curves import arm_curve, level_line
from synth_eval.checks.utility._experiment import Experiment, experiment
from synth_eval.checks.utility._task import Task, kind_of_task, require_full_depth
from synth_eval.checks.utility._worth_rows import absence, arm_item
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.panels import Panel
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result
from synth_eval.stats.arms import GROUPS, Arm, Fits, Learner, Measurement, paired_gap
from synth_eval.stats.learners import BoostingSettings, TrainingRows, boosting, concatenate
from synth_eval.words import percent

_RATIOS = (0.25, 0.5, 1.0, 2.0, 5.0)  # synthetic rows per real row
_REPLACED = (0.25, 0.5, 0.75)  # shares of the real rows
_REAL_ROWS = 10_000  # about 20 CPU seconds for a dozen recipes of five fits each
_FEWEST_ROWS = 50  # of a quarter of which models can still learn something

_NOTHING = Measurement(0.0, 0.0, 1e6)
_balanced = partial(boosting, settings=BoostingSettings(is_balanced=True))

_Recipe = Callable[[TrainingRows, TrainingRows], TrainingRows]


@dataclass(frozen=True, slots=True)
class _Mix:
    """One recipe: its name, its part in the question, and its gain over real rows alone.

    The place is where it stands on the axis of its picture: a ratio, or a share replaced.
    """

    name: str
    part: str
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
    added = [mix for mix in mixes if mix.part == "added"]
    controls = [mix for mix in mixes if mix.part in ("control", "weights")]
    best = max(added, key=lambda mix: mix.gain.interval(alpha)[0])
    rival = max(controls, key=lambda mix: mix.gain.value)
    over_rival = paired_gap(best.fits, rival.fits, trial.task.score)
    low, high = best.gain.interval(alpha)
    nothing = ctx.config.margin("utility.mixing_gain")
    # Every ratio does harm where the one with the highest upper end surely does.
    least_harmful = max(added, key=lambda mix: mix.gain.interval(alpha)[1])
    decision = Decision(
        f"gain of {least_harmful.name}",
        least_harmful.gain.value,
        *least_harmful.gain.interval(alpha),
        Direction.HIGHER,
        warn=nothing.value,
        otherwise=Status.PASS,
        margins=("utility.mixing_gain",),
    )
    gain, bounds = f"{best.gain.value:+.4f}", f" ({low:+.4f} to {high:+.4f})"
    if low > nothing.value and over_rival.interval(alpha)[0] > 0:
        told = f"Best mix: {best.name}, gain {gain}"
        end = f", above {rival.name} ({rival.gain.value:+.4f})."
    else:
        is_harmful = decision.status is Status.WARN
        head = (
            "Every mix does harm; least of all"
            if is_harmful
            else "Mixing in synthetic rows adds nothing; at best,"
        )
        told, end = f"{head} {best.name}, {gain}", "."
    return ctx.judged(
        f"{told}{bounds}{end}",
        summary=told,
        decisions=[decision],
        estimate=Estimate(best.gain.value, low, high, 1 - alpha),
        reference=Reference(f"best control: {rival.name}", rival.gain.value),
        threshold=nothing,
        direction=Direction.HIGHER,
        n=best.arm.n,
        sampled=best.arm.n,
        items=[_item(mix, alpha) for mix in mixes],
        panels=lambda: _panels(mixes, rival, trial.score_name, alpha),
    )


def _panels(mixes: Sequence[_Mix], rival: _Mix, score: str, alpha: float) -> list[Panel]:
    """Score over the ratio of synthetic to real rows, and over the share that is replaced."""

    def panel(name: str, title: str, x: str, caption: str, part: str) -> Panel:
        shown = [mix for mix in mixes if mix.part in ("real", part)]
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
                arm_curve("real and synthetic", arms, alpha, places, side=Side.SYNTHETIC),
                level_line("real rows alone", arms[0], alpha, ends, side=Side.REAL, shape="line"),
                level_line(rival.name, rival.arm, alpha, ends, side=Side.NEUTRAL, shape="dashes"),
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


def _mixes(trial: Experiment) -> list[_Mix]:
    task, rng = trial.task, trial.rng("mixing")
    size = min(len(task.real), _REAL_ROWS)
    if size < _FEWEST_ROWS or len(task.synthetic) < _FEWEST_ROWS:
        raise NotApplicable(f"fewer than {_FEWEST_ROWS} rows to mix")
    real = task.real.take(rng.permutation(len(task.real))[:size])
    synthetic = task.synthetic.take(rng.permutation(len(task.synthetic)))
    samples = list(_leave_out(real, synthetic, rng))
    alone = _fit_real(trial, "real rows alone", _real_alone, samples)
    mixes = [_Mix("real rows alone", "real", 0.0, alone, alone.arm(task.score), _NOTHING)]
    for name, part, place, recipe in _recipes(task, size):
        learner = _balanced if part == "weights" else trial.learner
        fit = _fit_real if part in ("control", "weights") else _fit
        fits = fit(trial, name, recipe, samples, learner)
        gain = paired_gap(fits, alone, task.score)
        mixes.append(_Mix(name, part, place, fits, fits.arm(task.score), gain))
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


def _fit_real(
    trial: Experiment,
    name: str,
    recipe: _Recipe,
    samples: Sequence[tuple[TrainingRows, TrainingRows]],
    learner: Learner | None = None,
) -> Fits:
    """The same of a recipe without synthetic rows; their number alone moves the draws."""
    key = ("mixing", name, len(trial.task.synthetic))
    return trial.once((*trial.key, *key), lambda: _fit(trial, name, recipe, samples, learner))


def _recipes(task: Task, size: int) -> list[tuple[str, str, float, _Recipe]]:
    """Name, part in the question, place, and what is made of real and synthetic rows."""
    ratios = [ratio for ratio in _RATIOS if ratio * size <= len(task.synthetic)] or _RATIOS[:1]
    recipes: list[tuple[str, str, float, _Recipe]] = [
        (f"real rows and {ratio:g} times as many synthetic", "added", ratio, _add(ratio))
        for ratio in ratios
    ]
    recipes += [
        (
            f"{percent(share, 0)} of the real rows replaced by synthetic",
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


def _item(mix: _Mix, alpha: float) -> Item:
    has_synthetic = mix.part in ("added", "replaced")
    low, high = mix.gain.interval(alpha)
    return arm_item(
        mix.arm,
        Side.SYNTHETIC if has_synthetic else Side.REAL,
        alpha,
        gain=mix.gain.value,
        gain_low=low,
        gain_high=high,
    )
