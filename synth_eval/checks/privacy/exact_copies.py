"""Training records that stand in the synthetic table verbatim, beyond chance.

What it measures
    How many records of the real table the synthetic table repeats cell for cell because the
    generator saw them. Common records are repeated by chance, so holdout records, which the
    generator never saw, are the control. Only records that occur once in real and holdout
    together are judged: for those, which table they fell into is a coin flip that the
    synthetic table cannot know about without copying. Records on both sides, or repeated,
    are set aside and counted. All rows of all tables are used; identifiers are ignored.

    Threat model: the attacker holds the synthetic table and a person's full record, and asks
    whether it was among the training rows.

How to read it
    The estimate is the share of training records copied beyond what the controls show, with
    an exact interval. Any share proved above zero fails: a person was given away. The details
    also say how small a copied share would have been seen at this size. The command
    ``synth-eval copies`` lists the rows in a file for the keepers of the real table alone.

Formula
    S = (a − b) / (1 − b), within its exact interval; a, b shares of training and of holdout records
    that the synthetic table holds, among those that occur once in real and holdout together.

When it misleads
    One changed cell hides a copy (P003 sees near ones). In a table of few, coarse columns
    chance repeats nearly everything, and the interval becomes too wide to tell. The holdout
    must be a random split made before training (V004).

Source
    Fisher's exact test, inverted for the number of attributable hits (Rosenbaum 2001). Peers
    count any repeated row as a leak, which fails fresh real rows, or none, which passes a
    verbatim copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synth_eval.checks.privacy._beyond_control import percent
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.facts import RECORDS_ATTACKED, SMALLEST_VISIBLE
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status, Threshold
from synth_eval.stats.intervals import Interval, excess_members, wilson
from synth_eval.stats.multiplicities import Multiplicities


@dataclass(frozen=True, slots=True)
class CopyCounts:
    """Records that occur once in real and holdout together, and those the synthetic table has.

    Parameters
    ----------
    members, controls : int
        Records of the real table and of the holdout.
    member_hits, control_hits : int
        How many of them occur in the synthetic table.
    both : int
        Distinct records that occur in both real and holdout.
    repeated : int
        Other distinct records that occur more than once.
    aside_hits : int
        Records of the real table among those set aside that occur in the synthetic table.
    """

    members: int
    controls: int
    member_hits: int
    control_hits: int
    both: int
    repeated: int
    aside_hits: int


def count_copies(found: Multiplicities) -> CopyCounts:
    """Count hits of members and controls.

    Parameters
    ----------
    found : Multiplicities
        How often each record occurs in ``real``, ``holdout`` and ``synthetic``.

    Examples
    --------
    >>> import numpy as np
    >>> from synth_eval.stats.multiplicities import multiplicities
    >>> rows = {"real": [1, 2, 3, 3, 9], "holdout": [4, 5, 9], "synthetic": [2, 3, 5]}
    >>> hashes = {role: np.array(own, np.uint64) for role, own in rows.items()}
    >>> found = count_copies(multiplicities(hashes))
    >>> found.member_hits, found.members, found.control_hits, found.controls, found.aside_hits
    (1, 2, 1, 2, 1)
    """
    real, holdout = found.times["real"], found.times["holdout"]
    in_real, in_holdout, hit = real > 0, holdout > 0, found.times["synthetic"] > 0
    once, both = real + holdout == 1, in_real & in_holdout
    return CopyCounts(
        members=found.count(once & in_real),
        controls=found.count(once & in_holdout),
        member_hits=found.count(once & in_real & hit),
        control_hits=found.count(once & in_holdout & hit),
        both=found.count(both),
        repeated=found.count((real + holdout > 1) & ~both),
        aside_hits=found.count(~once & in_real & hit),
    )


def smallest_visible(counts: CopyCounts, level: float) -> int | None:
    """Fewest copied members that would have been told from the chance the controls show."""
    chance = round(counts.members * counts.control_hits / counts.controls)
    low, high = 1, counts.members - chance

    def visible(copied: int) -> bool:
        hits = (chance + copied, counts.members, counts.control_hits, counts.controls)
        return excess_members(*hits, level).low > 0

    if high < 1 or not visible(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if visible(middle) else (middle + 1, high)
    return low


@check(
    "P001",
    "exact_copies",
    dimension="privacy",
    title="Training records copied verbatim",
    needs=(HOLDOUT,),
    figure="arms",
)
def exact_copies(ctx: Context) -> Result:
    """Compare how many training records and unseen records the synthetic table repeats."""
    counts = count_copies(ctx.data.multiplicities)
    if counts.members == 0 or counts.controls == 0:
        raise NotApplicable(
            "no record occurs just once in real and holdout together, so copies cannot be told "
            "from chance; compare more columns, or drop repeated rows before training"
        )
    level = 1 - ctx.config.alpha
    copied = excess_members(
        counts.member_hits, counts.members, counts.control_hits, counts.controls, level
    )
    margin = ctx.config.margin("privacy.copied_records")
    hidden = ctx.config.margin("privacy.hidden_copies")
    visible = smallest_visible(counts, level)
    share = Interval(*(number / counts.members for number in copied))
    control = wilson(counts.control_hits, counts.controls, level)
    return ctx.result(
        _status(share, margin.value, hidden.value),
        _message(counts, copied, visible),
        estimate=Estimate(*share, level),
        reference=Reference(
            "share of unseen (holdout) records found by chance", *control, n=counts.controls
        ),
        threshold=Threshold(margin.value, margin.basis),
        direction=Direction.LOWER,
        details=_details(counts, copied, visible, level),
        facts={}
        if visible is None
        else {SMALLEST_VISIBLE: visible, RECORDS_ATTACKED: counts.members},
    )


def _status(share: Interval, margin: float, hidden: float) -> Status:
    if share.low > margin:
        return Status.FAIL
    return Status.PASS if share.high <= max(margin, hidden) else Status.INCONCLUSIVE


def _message(counts: CopyCounts, copied: Interval, visible: int | None) -> str:
    found = (
        f"{counts.member_hits:,} of {counts.members:,} training records are in the synthetic "
        f"table verbatim, {counts.control_hits:,} of {counts.controls:,} unseen ones"
    )
    if copied.low > 0:
        return (
            f"{found}: {copied.value:,.0f} ({copied.low:,.0f} to {copied.high:,.0f}) were copied."
        )
    if visible is None:
        return f"{found}: chance repeats so many that no copying could be seen."
    return (
        f"{found}: no copying beyond chance; {visible:,} copied records "
        f"({percent(visible / counts.members, 2)}) would have been seen."
    )


def _details(
    counts: CopyCounts, copied: Interval, visible: int | None, level: float
) -> list[dict[str, Any]]:
    share = Interval(*(number / counts.members for number in copied))
    member = wilson(counts.member_hits, counts.members, level)
    control = wilson(counts.control_hits, counts.controls, level)
    rows: list[dict[str, Any]] = [
        {
            **_arm("copied beyond chance", share, round(copied.value), counts.members),
            "hits_low": int(copied.low),
            "hits_high": int(copied.high),
        },
        _arm("training records (members)", member, counts.member_hits, counts.members),
        _arm("unseen records (controls)", control, counts.control_hits, counts.controls),
        {"arm": "set aside: in both tables", "records": counts.both},
        {
            "arm": "set aside: repeated in one table",
            "hits": counts.aside_hits,
            "records": counts.repeated,
        },
    ]
    if visible is not None:
        told = "fewest copies that would have been seen"
        rows.append({"arm": told, "hits": visible, "records": counts.members})
    return rows


def _arm(name: str, found: Interval, hits: int, records: int) -> dict[str, Any]:
    return {
        "arm": name,
        "estimate": found.value,
        "low": found.low,
        "high": found.high,
        "hits": hits,
        "records": records,
    }
