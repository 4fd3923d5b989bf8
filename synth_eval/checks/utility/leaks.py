"""Is the test of utility honest?

What it measures
    What makes any score too good. Holdout rows that are real rows, more than rows repeat within
    the real table. Identifiers of several rows each, with rows on both sides. Holdout rows in
    the synthetic table: a generator that saw only the real rows repeats those at least as often
    as rows of the holdout; more exact matches with the holdout mean that it saw the holdout.
    Columns derived from the target: a single column that predicts it (almost) without error.

How to read it
    The estimate is the share of holdout rows that occur in the synthetic table, the reference
    the same share of real rows. Matches with the holdout surely above those with the real rows
    fail: no number that rests on the holdout is then worth anything. A column that alone ranks
    the target with an area of .999 warns: check that it would be known at the time of the
    prediction.

Formula
    L = k / h; of h holdout rows that are not real rows, too, k occur in the synthetic table. The
    reference is the same share of real rows that are not holdout rows.

When it misleads
    A generator that saw both tables alike matches both alike and is not found here; the share
    of copies (privacy) shows it. Entities are found where the schema calls them ``id``. The
    random split itself is the matter of V004.

Source
    Kaufman, Rosset and Perlich (2011), Leakage in data mining.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from synth_eval.checks.utility._words import percent
from synth_eval.data.codes import encode
from synth_eval.data.fingerprint import fingerprints
from synth_eval.judging.check import Context
from synth_eval.judging.needs import HOLDOUT, TARGET
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.stats.intervals import newcombe, wilson
from synth_eval.stats.multiplicities import Multiplicities
from synth_eval.stats.scores import auc

_LEVEL = 0.999
_GIVEAWAY = 0.999
_SEEN = "the generator has seen the holdout, and no test on it is honest"
_TRAINED = "{} of the holdout rows are real rows, too: models are tested on what they have learned"
_ENTITIES = "rows of one {} lie in both real and holdout: split by it"
_GIVES_AWAY = "{} alone gives the target away: is it known when one predicts?"
_BASIS = "share of real rows that occur in the synthetic table; 99.9 % interval of the difference"


@check(
    "U012",
    "utility_leaks",
    dimension="utility",
    title="Leaks that make any score too good",
    needs=(HOLDOUT, TARGET),
    figure="bars",
)
def utility_leaks(ctx: Context) -> Result:
    """Look for rows that lie where they must not, and for columns that give the target away."""
    found = ctx.data.multiplicities
    times, known = found.times, found.times["synthetic"] > 0
    counts = {}
    for role, other in (("real", "holdout"), ("holdout", "real")):
        # A row that both tables hold says nothing about which of them the generator saw.
        rows = np.where(times[other] == 0, times[role], 0) * found.records
        counts[role] = (int(rows[known].sum()), max(int(rows.sum()), 1))
    share, low, high = wilson(*counts["holdout"], _LEVEL)
    real_share = counts["real"][0] / counts["real"][1]
    excess = newcombe(*counts["holdout"], *counts["real"], level=_LEVEL)
    giveaways = _giveaways(ctx)
    trained, entities = _trained_share(found), _shared_entities(ctx)
    faults = [
        *([_TRAINED.format(percent(trained, 2))] if trained else []),
        *([_SEEN] if excess.low > 0 else []),
    ]
    doubts = [_ENTITIES.format(repr(name)) for name in entities]
    if giveaways:
        names = ", ".join(repr(row["column"]) for row in giveaways[:3])
        doubts.append(_GIVES_AWAY.format(names))
    head = (
        f"{percent(share, 2)} of the holdout rows occur in the synthetic table, "
        f"{percent(real_share, 2)} of the real rows; "
    )
    return ctx.result(
        Status.FAIL if faults else Status.WARN if doubts else Status.PASS,
        head + ("; ".join([*faults, *doubts]) or "no column gives the target away") + ".",
        estimate=Estimate(share, low, high, _LEVEL),
        reference=Reference("share of real rows that occur", real_share, n=counts["real"][1]),
        threshold=Threshold(real_share, _BASIS),
        direction=Direction.LOWER,
        details=giveaways,
    )


def _trained_share(found: Multiplicities) -> float:
    """Share of holdout rows that are real rows, if more than repeated real rows explain.

    A real row has a twin among the other real rows as often as a fresh one has.
    """
    real, holdout = found.times["real"], found.times["holdout"]
    twins = int(np.where(real > 1, real, 0) @ found.records)
    shared = int(np.where(real > 0, holdout, 0) @ found.records)
    rows, tested = (int(times @ found.records) for times in (real, holdout))
    excess = newcombe(shared, max(tested, 1), twins, max(rows, 1), level=_LEVEL)
    return shared / tested if excess.low > 0 else 0.0


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


def _giveaways(ctx: Context) -> list[dict[str, Any]]:
    """Columns whose cells, learned on real rows, rank one of the holdout's classes perfectly."""
    target = ctx.data.schema.target
    if target is None or not ctx.data.schema[target].is_discrete:
        return []
    classes = {
        role: ctx.data.tables[role].level_column(target).codes for role in ("real", "holdout")
    }
    positive = {role: codes == 0 for role, codes in classes.items()}
    if not 0 < positive["holdout"].mean() < 1:
        return []
    found = []
    for plan in ctx.data.plans:
        if plan.name == target:
            continue
        cells = {
            role: encode(ctx.data.tables[role].column(plan.name), plan)
            for role in ("real", "holdout")
        }
        size = np.bincount(cells["real"], minlength=plan.cells)
        hits = np.bincount(cells["real"], positive["real"], minlength=plan.cells)
        rate = (hits + positive["real"].mean()) / (size + 1)
        area = auc(positive["holdout"], rate[cells["holdout"]])
        if area.value >= _GIVEAWAY:
            found.append({"column": plan.name, "estimate": area.value, "limit": _GIVEAWAY})
    return sorted(found, key=lambda row: -float(row["estimate"]))
