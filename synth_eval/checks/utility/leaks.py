"""Is the test of utility honest?

What it measures
    What makes any score too good. Holdout rows that are real rows, more than rows repeat within
    the real table. Identifiers of several rows each, with rows on both sides. Holdout rows in
    the synthetic table: a generator that saw only the real rows repeats those at least as often
    as rows of the holdout; more exact matches with the holdout mean that it saw the holdout.
    Columns derived from the target: a single column that predicts it (almost) without error.

How to read it
    The estimate is how much larger the share of holdout rows that occur in the synthetic table
    is than that of real rows: 0 or less where the generator saw real rows alone. It fails where
    the whole interval is above 0, and likewise where holdout rows are real rows beyond repeats:
    no number that rests on the holdout is then worth anything. An identifier on both sides
    warns, and so does a column that alone ranks the target with an area above .999: check that
    it would be known at the time of the prediction. It only looks for such alarms: a pass says
    that none was seen, also where the interval holds 0, and no GO rests on it.

Formula
    L = k / h − m / r; of h holdout rows that are not real rows, too, k occur in the synthetic
    table, m of r real rows that are not holdout rows, too. The interval is Newcombe's of 99.9 %.

When it misleads
    A generator that saw both tables alike matches both alike and is not found here; the share
    of copies (privacy) shows it. Entities are found where the schema calls them ``id``. The
    random split itself is the matter of V004.

Source
    Kaufman, Rosset and Perlich (2011), Leakage in data mining; Newcombe (1998), Interval
    estimation for the difference between independent proportions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import Plan, encode
from synth_eval.data.fingerprint import fingerprints
from synth_eval.data.states import CellTable, StateSpec
from synth_eval.data.table import AnyColumn, LevelColumn
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.intervals import Interval, newcombe
from synth_eval.stats.multiplicities import Multiplicities
from synth_eval.stats.scores import auc_of_counts
from synth_eval.words import percent

_NAMED = 3  # columns that give the target away, in a sentence


@check(
    "U012",
    "utility_leaks",
    dimension="utility",
    title="Leaks that make any score too good",
    needs=(HOLDOUT, TARGET),
    figure="bars",
    states=lambda ctx: _states(ctx),
)
def utility_leaks(ctx: Context) -> Result:
    """Look for rows that lie where they must not, and for columns that give the target away."""
    counts = ctx.data.multiplicities
    level = 1 - ctx.config.margin("utility.false_alarm").value
    matches = {
        "real": _matches(counts, "real", "holdout"),
        "holdout": _matches(counts, "holdout", "real"),
    }
    share, real_share = (matches[role][0] / matches[role][1] for role in ("holdout", "real"))
    seen = newcombe(*matches["holdout"], *matches["real"], level=level)
    trained_share, trained = _trained(counts, level)
    entities = ctx.once("shared entities", lambda: _shared_entities(ctx))
    most = ctx.config.margin("utility.giveaway").value
    giveaways = ctx.once(("giveaways", most), lambda: _giveaways(ctx, most))
    decisions = [
        _alarm(ctx, "share of holdout rows in the synthetic table less that of real rows", seen,
               "utility.seen_holdout", is_fatal=True),
        _alarm(ctx, "share of holdout rows that are real rows less that of repeated real rows",
               trained, "utility.trained_holdout", is_fatal=True),
        _alarm(ctx, "identifiers with rows on both sides of the split",
               Interval(*3 * (float(len(entities)),)),  # looked at one by one: nothing is uncertain
               "utility.split_entities"),
    ]  # fmt: skip
    was_seen, was_trained, are_split = (
        decision.status is not Status.PASS for decision in decisions
    )
    alarms = []
    if was_trained:
        alarms.append(
            f"{percent(trained_share, 2)} of the holdout rows are real rows, too: models are "
            "tested on what they have learned"
        )
    if was_seen:
        alarms.append("the generator has seen the holdout, and no test on it is honest")
    if are_split:
        alarms += [
            f"rows of one {name!r} lie in both real and holdout: split by it" for name in entities
        ]
    if giveaways:
        names = ", ".join(repr(item.names[0]) for item in giveaways[:_NAMED])
        alarms.append(f"{names} alone gives the target away: is it known when one predicts?")
    occurring = (
        f"{percent(share, 2)} of the holdout rows occur in the synthetic table, "
        f"{percent(real_share, 2)} of the real rows"
    )
    return ctx.judged(
        f"{occurring}; {'; '.join(alarms) or 'no column gives the target away'}.",
        summary=alarms[0] if alarms else f"No leak was seen: {occurring}",
        decisions=decisions,
        items=giveaways,
        items_decide=True,
        estimate=Estimate(*seen, level),
        reference=Reference("a generator that saw the real rows alone: at most", 0.0),
        threshold=ctx.config.margin("utility.seen_holdout"),
        direction=Direction.LOWER,
    )


def _alarm(
    ctx: Context, subject: str, excess: Interval, margin: str, *, is_fatal: bool = False
) -> Decision:
    """A failure or a warning where the interval is beyond the margin, and nothing else."""
    line = ctx.config.margin(margin).value
    return Decision(
        subject,
        *excess,
        fail=line if is_fatal else None,
        warn=None if is_fatal else line,
        otherwise=Status.PASS,
        margins=(margin, "utility.false_alarm"),
    )


def _matches(counts: Multiplicities, role: str, other: str) -> tuple[int, int]:
    """Rows of a table that occur in the synthetic one, and rows; at least one, to divide by.

    A row that both real tables hold says nothing about which of them the generator saw.
    """
    rows = np.where(counts.times[other] == 0, counts.times[role], 0) * counts.records
    return int(rows[counts.times["synthetic"] > 0].sum()), max(int(rows.sum()), 1)


def _trained(counts: Multiplicities, level: float) -> tuple[float, Interval]:
    """Share of holdout rows that are real rows, and its excess over repeats of real rows.

    A real row has a twin among the other real rows as often as a fresh one has.
    """
    real, holdout = counts.times["real"], counts.times["holdout"]
    twins = int(np.where(real > 1, real, 0) @ counts.records)
    shared = int(np.where(real > 0, holdout, 0) @ counts.records)
    rows, tested = (max(int(times @ counts.records), 1) for times in (real, holdout))
    return shared / tested, newcombe(shared, tested, twins, rows, level=level)


def _shared_entities(ctx: Context) -> list[str]:
    """Identifiers with several rows each, rows of which lie in both real and holdout."""
    shared = []
    for column in ctx.data.schema.columns:
        tables = [ctx.data.tables[role] for role in ("real", "holdout")]
        if column.kind != "id" or not all(column.name in table.stored_names for table in tables):
            continue
        real, holdout = (np.unique(fingerprints(table, [column.name])) for table in tables)
        repeats = len(real) < tables[0].num_rows  # else it numbers rows, not entities
        if repeats and len(np.intersect1d(real, holdout)) > 1:  # missing is one at most
            shared.append(column.name)
    return shared


def _states(ctx: Context) -> Iterator[StateSpec]:
    yield from ctx.data.row_states()
    target = ctx.data.schema.target
    if target is not None and ctx.data.schema[target].is_discrete:
        for plan in ctx.data.plans:
            if plan.name != target:
                yield _cells_by_class(plan, target).counts()


def _cells_by_class(plan: Plan, target: str) -> CellTable:
    """Cells of a column, each twice: without and with the commonest class of the target."""

    def cells(column: AnyColumn, outcome: LevelColumn) -> npt.NDArray[np.int64]:
        is_first = outcome.codes == 0
        return np.asarray(encode(column, plan).astype(np.int64) * 2 + is_first)

    return CellTable(("by class", plan.name), (plan.name, target), 2 * plan.cells, cells)


def _giveaways(ctx: Context, most: float) -> list[Item]:
    """Columns whose cells, learned on real rows, rank one of the holdout's classes perfectly."""
    target = ctx.data.schema.target
    if target is None or not ctx.data.schema[target].is_discrete:
        return []
    giveaways = []
    for plan in ctx.data.plans:
        if plan.name == target:
            continue
        table = _cells_by_class(plan, target)
        real, holdout = (ctx.counts(table, role).reshape(-1, 2) for role in ("real", "holdout"))
        if not 0 < holdout[:, 1].sum() < holdout.sum():
            return []
        rate = (real[:, 1] + real[:, 1].sum() / real.sum()) / (real.sum(axis=1) + 1)
        area = auc_of_counts(rate, holdout[:, 1], holdout[:, 0])
        decision = Decision(
            f"area under the ROC curve of {plan.name!r} alone",
            area,
            area,
            area,
            warn=most,
            otherwise=Status.PASS,
            margins=("utility.giveaway",),
        )
        if decision.status is Status.WARN:
            giveaways.append(
                Item(
                    "column",
                    (plan.name,),
                    side=Side.REAL,
                    estimate=area,
                    limit=most,
                    decisions=(decision,),
                )
            )
    return sorted(giveaways, key=lambda item: -(item.estimate or 0.0))
