"""Whether the holdout is a random split from the same table as the real rows.

What it measures
    Two things that a random split before training cannot show. Shared rows: where a record
    occurs exactly twice in real and holdout together, chance puts one copy on each side at a
    known rate; a higher rate means rows were given to both. Drift: a column in which the
    holdout is farther from the real table than half as many fresh rows would be.

How to read it
    The estimate is the share of such doubles that lie on both sides, the reference the share a
    random split gives. A failure here is a fault of the evaluation, not of the synthetic
    table: every number that rests on the holdout (utility, privacy, the references) is then
    suspect.

Formula
    S = doubles with one copy on each side / doubles. The reference for n real and h holdout rows
    is 2 · n · h / ((n + h) · (n + h − 1)).

When it misleads
    A table without any repeated record gives the first part nothing to see. Rows of one
    person on both sides look different and pass; split by person (`synth_eval.split(by=...)`).

Source
    Hypergeometric split of doubles; Das et al. (2024), Blind baselines beat membership
    inference attacks, for why a drifted split voids attacks.
"""

from __future__ import annotations

from statistics import NormalDist

from synth_eval.data.states import counts_of
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold
from synth_eval.stats.distances import total_variation_distance
from synth_eval.stats.intervals import clopper_pearson
from synth_eval.stats.worth import sample_sizes, total_variation_curves
from synth_eval.words import counted, percent

SHARED, DRIFT = "validity.shared_rows", "validity.holdout_drift"

# Every report asks this once: at the usual level one honest report in twenty would be told
# that its holdout is none.
_LEVEL = 0.999
_FEWEST_ROWS = 21


@check(
    "V004",
    "holdout_contract",
    dimension="validity",
    title="Whether the holdout is a holdout",
    needs=(HOLDOUT,),
    gating=False,
    states=lambda ctx: [*ctx.data.row_states(), counts_of(ctx.data.plans)],
)
def holdout_contract(ctx: Context) -> Result:
    """Look for shared rows and drift between real and holdout."""
    doubles, split, chance = _split_doubles(ctx)
    holdout = ctx.data.tables["holdout"].num_rows
    if holdout < _FEWEST_ROWS:
        raise NotApplicable(
            f"{counted(holdout, 'holdout row')} tell nothing of how the tables were split",
            cause="rows",
            remedy=f"give at least {_FEWEST_ROWS}",
        )
    # Exact: of two doubles that both lie on both sides an approximation would be sure.
    _, low, high = clopper_pearson(split, doubles, _LEVEL) if doubles else (0.0, 0.0, 1.0)
    shared = max(low - chance, 0.0) * doubles / holdout
    value = split / doubles if doubles else 0.0
    decisions = (
        # A random split leaves nothing to prove, so both only look for what contradicts it.
        Decision(
            "doubles on both sides", value, min(low, value), max(high, value), warn=chance,
            otherwise=Status.PASS, margins=(SHARED,),
        ),
        Decision(
            "holdout rows surely shared with real", shared, shared, shared,
            fail=ctx.config.margin(SHARED).value, otherwise=Status.PASS, margins=(SHARED,),
        ),
    )  # fmt: skip
    items = _drifted(ctx)
    message = "Real and holdout look like a random split of one table."
    if decisions[0].status is not Status.PASS:
        message = (
            f"{split:,} of {doubles:,} records that occur twice lie in both real and holdout, "
            f"where a random split gives {percent(chance, 0)}: rows were shared between the "
            "tables."
        )
    elif items:
        message = (
            "Holdout and real differ more than a random split explains in "
            f"{counted(len(items), 'column')}, most in {items[0].label}."
        )
    return ctx.judged(
        message,
        decisions=decisions,
        items=items,
        items_decide=True,
        estimate=Estimate(value, min(low, value), max(high, value), _LEVEL),
        reference=Reference("random split", chance, n=doubles),
        threshold=Threshold(
            chance, "share of doubles that a random split puts on both sides; 99.9 % interval"
        ),
        direction=Direction.REFERENCE,
        n=holdout,
    )


def _split_doubles(ctx: Context) -> tuple[int, int, float]:
    """Records that occur exactly twice, those with a copy on each side, and the chance of it."""
    found = ctx.data.multiplicities
    n, h = found.rows("real"), found.rows("holdout")
    twice = found.times["real"] + found.times["holdout"] == 2
    split = twice & (found.times["real"] == 1)
    return found.count(twice), found.count(split), 2 * n * h / ((n + h) * (n + h - 1))


def _drifted(ctx: Context) -> list[Item]:
    data, counts = ctx.data, ctx.data.counts
    real, holdout = counts["real"], counts["holdout"]
    tables = [real.one_way(i) + holdout.one_way(i) for i in range(len(data.plans))]
    sizes = sample_sizes(real.rows, holdout.rows)
    curves = ctx.once("curves of drift", lambda: total_variation_curves(tables, real.rows, sizes))
    z = NormalDist().inv_cdf(1 - ctx.config.alpha / (2 * max(len(tables), 1)))
    drift = ctx.config.margin(DRIFT).value
    items = []
    for i, curve in enumerate(curves):
        distance = total_variation_distance(real.one_way(i), holdout.one_way(i))
        limit = curve.at(max(holdout.rows * drift, 2.0))
        low, high = distance.interval(z)
        if low > limit:
            items.append(
                Item(
                    "column",
                    (data.plans[i].name,),
                    Side.HOLDOUT,
                    distance.value,
                    low,
                    high,
                    expected=curve.at(holdout.rows),
                    limit=limit,
                    decisions=(
                        Decision(
                            f"distance of {data.plans[i].name} between real and holdout",
                            distance.value,
                            low,
                            high,
                            warn=limit,
                            otherwise=Status.PASS,
                            margins=(DRIFT,),
                        ),
                    ),
                )
            )
    return sorted(items, key=lambda item: -item.number("estimate"))
