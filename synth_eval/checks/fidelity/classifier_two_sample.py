"""Whether a model can tell synthetic rows from real ones.

What it measures
    Gradient boosting learns on one half of the rows to tell synthetic from real, and is
    asked about the other half: the area under the curve (AUC) is the chance that a random
    synthetic row looks more synthetic than a random real one. Two splits are judged.
    Ungrouped, rows fall to the halves one by one. Grouped, rows that are identical in every
    column stay together: then copies of real rows neither help nor confuse the model.

How to read it
    .5 is as good as fresh real rows, 1 a table that gives away every row. The margin is the
    AUC that no classifier can exceed on tables as far apart as the pair tables of a random
    sample of a thousand real rows are on average, so a warning says that columns together show
    more than pairs are allowed to. Where the holdout, tested alike, is told apart as well, the
    margin is raised by as much: fresh rows would be, too. The share apart is a lower bound of
    the rows that would have to be replaced. Columns are listed by how far the AUC falls when
    they are shuffled. An ungrouped AUC surely below .5 means that the model takes real rows for
    synthetic ones because their copies are: an alarm, not a better score, and weak, since it
    averages.

Formula
    AUC = P(s > r) + ½ · P(s = r); s, r scores of random synthetic and real rows of the half that
    was not learned from. Shown is the ungrouped split, or the larger of the two if surely above the
    margin.

When it misleads
    Grouping hides mode collapse (rows repeated many times), not grouping rewards copies:
    read both. A near-perfect AUC can come from one trivial thing, such as a rounding that
    differs; see the columns. A model that fails to tell is no proof that none could.

Source
    Lopez-Paz, Oquab (2017), Revisiting classifier two-sample tests. Thresholds such as
    "AUC below .7 is good" have no basis and are not used.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_eval.data.features import feature_matrix
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision
from synth_eval.judging.panels import Panel, PlottedLine
from synth_eval.judging.registry import check
from synth_eval.judging.results import (
    Direction,
    Estimate,
    Item,
    Reference,
    Result,
    Side,
    Status,
    Threshold,
)
from synth_eval.stats.intervals import Interval
from synth_eval.stats.two_sample import (
    TwoSampleTest,
    classifier_two_sample,
    identical_rows,
    largest_auc,
    null_error,
)
from synth_eval.stats.worth import total_variation_curves
from synth_eval.words import listed, percent

FloatArray = npt.NDArray[np.float64]

_ROWS = 20_000  # a side: with half of them tested the AUC is right to .004
_MANY_ROWS = 10**9
_FEWEST_ROWS = 40  # a side: with half of them tested the null of the AUC reaches from .32 to .68
_PAIRS = 500  # tables whose mean makes the margin; more change it little
_SCORED_CELLS = 400_000  # cells that are scored again for the importance of all columns
_COLUMNS = 50  # columns listed
_DRAWN = 15  # columns of the picture
_BINS = 20  # of the scores: 5 points each


@dataclass(frozen=True, slots=True)
class _Tests:
    """The test on every kind of split, and the rows of a side that went in."""

    ungrouped: TwoSampleTest
    grouped: TwoSampleTest
    holdout: TwoSampleTest | None
    rows: int
    in_both: float

    def widest(self, level: float) -> TwoSampleTest:
        """The split on which the tables are told apart better."""
        return max((self.ungrouped, self.grouped), key=lambda test: test.auc(level).value)


@check(
    "F008",
    "classifier_two_sample",
    dimension="fidelity",
    title="Whether a model tells synthetic from real rows",
    cost="models",
    figure="intervals",
)
def classifier_two_sample_check(ctx: Context) -> Result:
    """Fit a classifier on one half of real and synthetic rows and test it on the other."""
    margin, fresh = _margin(ctx), ctx.config.margin("fidelity.fresh_auc")
    tests = _run_tests(ctx)
    level = 1 - ctx.config.alpha / 2  # two splits are judged
    margin = _beside_holdout(margin, tests, level)
    ungrouped, widest = tests.ungrouped.auc(level), tests.widest(level)
    auc, reach = widest.auc(level), _null_range(ctx, tests.ungrouped)
    apart = Decision(
        "AUC of the split on which the tables are told apart better", float(auc.value),
        float(auc.low), float(auc.high), warn=margin.value, clear=margin.value,
        margins=("fidelity.mean_table",),
    )  # fmt: skip
    copied = Decision(
        "AUC row by row, with the reach of scores that tell nothing", float(ungrouped.value),
        float(ungrouped.value) - reach, float(ungrouped.value) + reach, Direction.HIGHER,
        warn=fresh.value, otherwise=Status.PASS, margins=("fidelity.fresh_auc",),
    )  # fmt: skip
    given_away = _given_away(ctx, tests, level)
    is_told = Status.FAIL is given_away.status or Status.WARN is apart.status
    shown = auc if is_told else ungrouped
    columns = _columns(ctx, widest)
    return ctx.judged(
        _message(ctx, tests, shown, copied, columns, is_told=is_told),
        summary=_summary(shown, apart, copied, columns, _fresh_rows(tests, level), is_told=is_told),
        decisions=[apart, copied, given_away],
        items=_arms(tests, level) + columns,
        estimate=Estimate(*shown, level),
        reference=_reference(ctx, tests, level),
        threshold=margin,
        direction=Direction.REFERENCE,
        n=tests.rows,
        sampled=tests.rows if tests.rows < ctx.data.synthetic.num_rows else None,
        panels=_panels(ctx, widest, columns),
    )


def _given_away(ctx: Context, tests: _Tests, level: float) -> Decision:
    """Share of rows that give themselves away beyond what those of the holdout do.

    Where the model takes fresh real rows for others, as where each has a level of its own, that
    it takes synthetic ones for others, too, says nothing.
    """
    share = tests.widest(level).share_apart(level)
    value, low, high = share.value, share.low, share.high
    if tests.holdout is not None:
        fresh = tests.holdout.share_apart(level)
        taken_off = max(fresh.value, 0.0)
        low = value - taken_off - float(np.hypot(value - low, max(fresh.high, 0.0) - taken_off))
        high = value - taken_off + float(np.hypot(high - value, taken_off - max(fresh.low, 0.0)))
        value -= taken_off
    value, low, high = (float(np.clip(end, -1.0, 1.0)) for end in (value, low, high))
    return Decision(
        "rows that give themselves away", value, low, high,
        fail=ctx.config.margin("fidelity.rows_apart").value, otherwise=Status.PASS,
        margins=("fidelity.rows_apart",),
    )  # fmt: skip


def _panels(ctx: Context, test: TwoSampleTest, columns: list[Item]) -> list[Panel]:
    """How the model scores the rows of both sides, and by which columns it tells them."""
    edges = np.linspace(0, 1, _BINS + 1)
    sides = {"real": test.real_scores, "synthetic": test.synthetic_scores}
    histograms = []
    for role, own in sides.items():
        counts = np.histogram(own, edges)[0]
        counts = np.where(counts < ctx.config.small_cell, 0, counts)
        shares = (counts / max(len(own), 1)).tolist()
        line = PlottedLine(role, edges.tolist(), [*shares, shares[-1]], side=role, shape="steps")
        histograms.append(line)
    scores = Panel(
        name="scores",
        title="What the model says of rows it has not seen",
        x="probability of being synthetic",
        y="share of rows",
        caption="Tables that cannot be told apart have the same hill around one half. Bad: two "
        "hills far apart; the synthetic rows at the right end give themselves away. Bins of "
        f"fewer than {ctx.config.small_cell} rows are drawn as empty.",
        lines=histograms,
    )
    telling = _telling(columns)[:_DRAWN]
    if not telling:
        return [scores]
    top_columns = Panel(
        name="top_columns",
        title="Columns that give synthetic rows away",
        x="fall of the area under the curve when the column is shuffled",
        y="",
        caption="How much worse the model gets without a column, the most telling on top; two "
        "columns that tell the same share it. Bad: a long way from 0: repair that column first.",
        lines=[
            PlottedLine(
                "synthetic against real",
                [_drop(item) for item in telling],
                [float(place) for place in range(len(telling))],
                side=Side.SYNTHETIC,
                shape="points",
            )
        ],
        y_ticks=[item.names[0] for item in telling],
    )
    return [scores, top_columns]


def _telling(columns: list[Item]) -> list[Item]:
    """Columns without which the model gets worse."""
    return [item for item in columns if _drop(item) > 0]


def _drop(item: Item) -> float:
    drop = item.more["auc_drop"]
    assert isinstance(drop, float)
    return drop


def _run_tests(ctx: Context) -> _Tests:
    data = ctx.data
    names = data.compared
    rows = min(data.real.num_rows, data.synthetic.num_rows, ctx.config.model_rows, _ROWS)
    if rows < _FEWEST_ROWS:
        raise NotApplicable(
            f"needs at least {_FEWEST_ROWS} real and as many synthetic rows, there are {rows}"
        )
    categorical = np.array([data.schema[name].is_discrete for name in names])

    def sample(role: str, size: int) -> FloatArray:
        chosen = data.sample_rows(role, size, ctx.rng(f"{role} {size}"))
        return feature_matrix(data.tables[role], names, chosen)

    real, synthetic = sample("real", rows), sample("synthetic", rows)
    groups = identical_rows(np.concatenate([real, synthetic]))
    in_both = np.isin(groups[rows:], groups[:rows])
    ungrouped = classifier_two_sample(real, synthetic, categorical, ctx.rng("halves"))
    grouped = ungrouped
    if len(np.unique(groups)) < len(groups):
        with contextlib.suppress(ValueError):  # so few distinct rows leave a half without a side
            grouped = classifier_two_sample(
                real, synthetic, categorical, ctx.rng("groups"), groups=groups
            )
    unseen = None
    if data.holdout is not None and data.holdout.num_rows >= _FEWEST_ROWS:
        size = min(rows, data.holdout.num_rows)
        unseen = ctx.once(
            ("holdout against real", ctx.check.code, ctx.config.seed, size),
            lambda: classifier_two_sample(
                sample("real", size), sample("holdout", size), categorical, ctx.rng("holdout")
            ),
        )
    return _Tests(ungrouped, grouped, unseen, rows, float(in_both.mean()))


def _null_range(ctx: Context, test: TwoSampleTest) -> float:
    error = null_error(len(test.real_scores), len(test.synthetic_scores))
    return NormalDist().inv_cdf(1 - ctx.config.alpha / 4) * error


def _margin(ctx: Context) -> Threshold:
    """AUC that tables as far apart as the pair tables of a small real sample can reach."""
    data, goal = ctx.data, ctx.config.margin("fidelity.mean_table")
    if not data.plans:
        raise NotApplicable("the schema has no column to compare")
    real, holdout = data.counts["real"], data.counts.get("holdout")
    if all(np.count_nonzero(real.one_way(i)) < 2 for i in range(len(data.plans))):
        raise NotApplicable("no column of the real table varies")
    if real.pairs:
        chosen = range(0, len(real.pairs), -(-len(real.pairs) // _PAIRS))
        tables = [real.two_way(i) + (0 if holdout is None else holdout.two_way(i)) for i in chosen]
    else:
        tables = [real.one_way(0)]
    size = np.array([max(goal.value, 2.0)])
    # From a real table so large that its own noise is none: a classifier asked about new rows
    # does not see it either.
    curves = total_variation_curves(tables, _MANY_ROWS, size)
    distance = float(np.mean([curve.expected[0] for curve in curves]))
    return Threshold(
        largest_auc(min(distance, 1.0)),
        f"largest AUC at a total variation distance of {distance:.2g}, that of the pair tables "
        f"of a random sample of {goal.value:,.0f} real rows; {goal.basis}",
    )


def _beside_holdout(margin: Threshold, tests: _Tests, level: float) -> Threshold:
    """The margin raised by what the holdout surely shows: fresh rows show it as well."""
    surplus = 0.0 if tests.holdout is None else float(tests.holdout.auc(level).low) - 0.5
    if surplus <= 0:
        return margin
    return Threshold(
        min(margin.value + surplus, 1.0),
        f"{margin.basis}; raised by {surplus:.2g}, what the holdout surely shows beyond .5",
    )


def _arms(tests: _Tests, level: float) -> list[Item]:
    named = (
        ("synthetic against real, row by row", Side.SYNTHETIC, tests.ungrouped),
        ("synthetic against real, identical rows kept together", Side.SYNTHETIC, tests.grouped),
        ("holdout against real", Side.HOLDOUT, tests.holdout),
    )
    items = []
    for name, side, test in named:
        if test is None:
            continue
        auc, apart = test.auc(level), test.share_apart(level)
        items.append(
            Item(
                "arm",
                (name,),
                side=side,
                estimate=float(auc.value),
                low=float(auc.low),
                high=float(auc.high),
                expected=0.5,
                n=len(test.real_scores) + len(test.synthetic_scores),
                more={
                    "null_error": null_error(len(test.real_scores), len(test.synthetic_scores)),
                    "share_apart": apart.value,
                    "share_apart_low": max(apart.low, 0.0),
                },
            )
        )
    return items


def _columns(ctx: Context, test: TwoSampleTest) -> list[Item]:
    """Columns by how far the AUC falls without them, the telling ones first."""
    names = ctx.data.compared
    rows = max(_SCORED_CELLS // len(names) ** 2, 100)
    drops = test.auc_drops(min(rows, 2_000), ctx.rng("columns"))
    order = np.argsort(-drops, kind="stable")[:_COLUMNS]
    return [Item("column", (names[i],), more={"auc_drop": float(drops[i])}) for i in order]


def _reference(ctx: Context, tests: _Tests, level: float) -> Reference:
    if tests.holdout is None:
        reach = _null_range(ctx, tests.ungrouped)
        return Reference("scores that tell nothing", 0.5, 0.5 - reach, 0.5 + reach, tests.rows)
    auc = tests.holdout.auc(level)
    assert ctx.data.holdout is not None  # there is a test of it
    size = min(tests.rows, ctx.data.holdout.num_rows)
    return Reference("holdout against real, the same procedure", *auc, n=size)


def _message(
    ctx: Context,
    tests: _Tests,
    auc: Interval,
    copied: Decision,
    columns: list[Item],
    *,
    is_told: bool,
) -> str:
    level = 1 - ctx.config.alpha / 2
    text = (
        f"A model trained to tell synthetic from real rows reaches AUC {auc.value:.3f} "
        f"({auc.low:.3f} to {auc.high:.3f}) on rows it has not seen; {_fresh_rows(tests, level)}"
    )
    if is_told:
        share = max(tests.widest(level).share_apart(level).low, 0.0)
        names = [item.names[0] for item in _telling(columns)[:3]]
        text += f": at least {percent(share, 0)} of the rows give themselves away"
        text += f", most by {', '.join(names)}" if names else ""
    if copied.status is Status.WARN:
        text += (
            f". Copies: AUC {copied.value:.3f} is surely below .5, as when synthetic rows repeat "
            f"training rows ({percent(tests.in_both)} are identical to a sampled one)"
        )
    return text + "."


def _fresh_rows(tests: _Tests, level: float) -> str:
    """What fresh real rows show: the holdout's own number where there is one."""
    if tests.holdout is None:
        return "fresh real rows give .5"
    return f"the holdout, tested alike, gives {tests.holdout.auc(level).value:.3f}"


def _summary(
    auc: Interval,
    apart: Decision,
    copied: Decision,
    columns: list[Item],
    fresh: str,
    *,
    is_told: bool,
) -> str:
    if is_told:
        names = listed([item.names[0] for item in _telling(columns)[:2]])
        return f"A model tells synthetic from real rows (AUC {auc.value:.2f}; {fresh})" + (
            f", most by {names}." if names else "."
        )
    if copied.status is Status.WARN:
        return (
            f"A model takes real rows for synthetic ones (AUC {copied.value:.2f}), as when "
            "synthetic rows repeat training rows."
        )
    if apart.status is Status.PASS:
        return f"A model hardly tells synthetic from real rows: AUC {auc.value:.2f}, chance is 0.5."
    return (
        f"A model tells synthetic from real rows with AUC {auc.value:.2f}; too few rows to say "
        "whether that is too well."
    )
