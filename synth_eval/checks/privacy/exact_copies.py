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
    an exact interval. Any share proved above zero fails: a person was given away. It passes
    where the interval leaves room for at most the margin of hidden copies, and is inconclusive
    where more could hide behind chance matches. The items also say how small a copied share
    would have been seen at this size. The command
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

from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.facts import RECORDS_ATTACKED, SMALLEST_VISIBLE
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.intervals import Interval, excess_members, wilson
from synth_eval.stats.multiplicities import Multiplicities
from synth_eval.words import percent


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


def count_copies(occurrences: Multiplicities) -> CopyCounts:
    """Count hits of members and controls.

    Parameters
    ----------
    occurrences : Multiplicities
        How often each record occurs in ``real``, ``holdout`` and ``synthetic``.

    Examples
    --------
    >>> import numpy as np
    >>> from synth_eval.stats.multiplicities import multiplicities
    >>> rows = {"real": [1, 2, 3, 3, 9], "holdout": [4, 5, 9], "synthetic": [2, 3, 5]}
    >>> hashes = {role: np.array(hashed, np.uint64) for role, hashed in rows.items()}
    >>> count = count_copies(multiplicities(hashes))
    >>> count.member_hits, count.members, count.control_hits, count.controls, count.aside_hits
    (1, 2, 1, 2, 1)
    """
    real, holdout = occurrences.times["real"], occurrences.times["holdout"]
    in_real, in_holdout, hit = real > 0, holdout > 0, occurrences.times["synthetic"] > 0
    once, both = real + holdout == 1, in_real & in_holdout
    return CopyCounts(
        members=occurrences.count(once & in_real),
        controls=occurrences.count(once & in_holdout),
        member_hits=occurrences.count(once & in_real & hit),
        control_hits=occurrences.count(once & in_holdout & hit),
        both=occurrences.count(both),
        repeated=occurrences.count((real + holdout > 1) & ~both),
        aside_hits=occurrences.count(~once & in_real & hit),
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
    axis=OnAxis(0, "largest excess of an attack on training records"),
    facts=(SMALLEST_VISIBLE, RECORDS_ATTACKED),
    states=lambda ctx: ctx.data.row_states(),
)
def exact_copies(ctx: Context) -> Result:
    """Compare how many training records and unseen records the synthetic table repeats."""
    counts = count_copies(ctx.data.multiplicities)
    if counts.members == 0 or counts.controls == 0:
        raise NotApplicable(
            "no record occurs just once in real and holdout together, so copies cannot be told "
            "from chance",
            remedy="compare more columns, or drop repeated rows before training",
        )
    level = 1 - ctx.config.alpha
    copied = excess_members(
        counts.member_hits, counts.members, counts.control_hits, counts.controls, level
    )
    wider = excess_members(
        counts.member_hits,
        counts.members,
        counts.control_hits,
        counts.controls,
        1 - 2 * ctx.config.alpha,  # that no more than so many can hide is one-sided
    )
    copied = Interval(copied.value, copied.low, max(wider.high, copied.value))
    share = Interval(*(number / counts.members for number in copied))
    margin = ctx.config.margin("privacy.copied_records")
    decision = Decision(
        "training records copied beyond chance",
        *share,
        fail=margin.value,
        clear=max(margin.value, ctx.config.margin("privacy.hidden_copies").value),
        margins=("privacy.copied_records", "privacy.hidden_copies"),
    )
    visible = smallest_visible(counts, level)
    return ctx.judged(
        _message(counts, copied, visible),
        summary=_summary(decision, counts, copied, visible),
        items=_items(counts, copied, visible, level, decision),
        items_decide=True,
        estimate=Estimate(*share, level),
        reference=Reference(
            "share of unseen (holdout) records found by chance",
            *wilson(counts.control_hits, counts.controls, level),
            n=counts.controls,
        ),
        threshold=margin,
        direction=Direction.LOWER,
        facts={}
        if visible is None
        else {SMALLEST_VISIBLE: visible, RECORDS_ATTACKED: counts.members},
    )


def _message(counts: CopyCounts, copied: Interval, visible: int | None) -> str:
    seen = (
        f"{counts.member_hits:,} of {counts.members:,} training records are in the synthetic "
        f"table verbatim, {counts.control_hits:,} of {counts.controls:,} unseen ones"
    )
    if copied.low > 0:
        return f"{seen}: {copied.value:,.0f} ({copied.low:,.0f} to {copied.high:,.0f}) were copied."
    if visible is None:
        return f"{seen}: chance repeats so many that no copying could be seen."
    return (
        f"{seen}: no copying beyond chance; {visible:,} copied records "
        f"({percent(visible / counts.members, 2)}) would have been seen."
    )


def _summary(decision: Decision, counts: CopyCounts, copied: Interval, visible: int | None) -> str:
    match decision.status:
        case Status.FAIL:
            return (
                f"About {copied.value:,.0f} of {counts.members:,} training records were copied "
                "into the synthetic table cell for cell"
            )
        case Status.INCONCLUSIVE:
            return (
                "Cannot tell whether training records were copied: up to "
                f"{percent(copied.high / counts.members)} of them could hide behind chance matches"
            )
    seen = "" if visible is None else f"; {visible:,} copied records would have been seen"
    return f"No training record was copied cell for cell beyond chance{seen}"


def _items(
    counts: CopyCounts, copied: Interval, visible: int | None, level: float, decision: Decision
) -> list[Item]:
    share = Interval(*(number / counts.members for number in copied))
    member = wilson(counts.member_hits, counts.members, level)
    control = wilson(counts.control_hits, counts.controls, level)
    items = [
        Item(
            "arm",
            ("copied beyond chance",),
            Side.REAL,
            *share,
            decisions=(decision,),
            more={
                "hits": round(copied.value),
                "records": counts.members,
                "hits_low": int(copied.low),
                "hits_high": int(copied.high),
            },
        ),
        Item(
            "arm",
            ("training records (members)",),
            Side.REAL,
            *member,
            more={"hits": counts.member_hits, "records": counts.members},
        ),
        Item(
            "arm",
            ("unseen records (controls)",),
            Side.HOLDOUT,
            *control,
            more={"hits": counts.control_hits, "records": counts.controls},
        ),
        Item("arm", ("set aside: in both tables",), Side.NEUTRAL, more={"records": counts.both}),
        Item(
            "arm",
            ("set aside: repeated in one table",),
            Side.NEUTRAL,
            more={"hits": counts.aside_hits, "records": counts.repeated},
        ),
    ]
    if visible is not None:
        items.append(
            Item(
                "arm",
                ("fewest copies that would have been seen",),
                Side.NEUTRAL,
                more={"hits": visible, "records": counts.members},
            )
        )
    return items
