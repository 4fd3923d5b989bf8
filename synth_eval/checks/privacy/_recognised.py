"""What the attacks on whole records come to: the answer that privacy rests on.

Every other attack asks a question of its own and needs more rows to answer it. One that sees
nothing in too few records gives no evidence either way: it is inconclusive. Whether that leaves
privacy as a whole undecided is ruled here. It does, unless the attacks on whole records had the
power to see, and did not see, that one training record in twenty is given away; then the word
rests on these, and the verdict names what was not answered. An alarm counts always.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from synth_eval.checks.privacy._attacks import COMBINED, Attacks, attacks
from synth_eval.checks.privacy._beyond_control import (
    AttackOutcome,
    decide,
    excess,
    largest,
    levels,
    worst,
)
from synth_eval.checks.privacy._split import invalid_split
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.results import Result
from synth_eval.stats.membership import largest_leak, share_above, tail_hits
from synth_eval.words import percent

__all__ = ["MARGIN", "Recognised", "aside_if_covered", "recognised", "tail"]

MARGIN = "privacy.membership_tail"
_HIDDEN = "privacy.hidden_excess"
_RATE = 0.01  # false alarms: an attacker who accuses one unseen person in a hundred is believed
_RATES = (0.01, 0.02, 0.05, 0.1, 0.2)
"""False alarms at which a leak is looked for: more where chance repeats many records.

One is chosen before any member is looked at, by what it could see of copied records.
"""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What attacks on whole records show, and what could have hidden from them.

    Parameters
    ----------
    tails : tuple of AttackOutcome
        Every attack and their combination, what is proved first.
    excess : Decision
        On the largest excess of any of them.
    leak : Decision
        On the share of training records that may be given away and not be recognised.
    sensitivity : float
        Share of training records that the combined attack would recognise if they were copied.
    rate : float
        Its false alarms then.
    """

    tails: tuple[AttackOutcome, ...]
    excess: Decision
    leak: Decision
    sensitivity: float
    rate: float

    @property
    def is_answered(self) -> bool:
        """Whether a large leak was looked for with enough power, and is ruled out."""
        return self.leak.status is Status.PASS and (
            self.excess.status is Status.PASS
            or (not self.excess.void and self.excess.high <= (self.excess.clear or 0.0))
        )


def tail(name: str, scores: Attacks, rate: float, ends: tuple[float, float]) -> AttackOutcome:
    """Members and controls above thresholds that the other half of the controls has set."""
    hits = tail_hits(scores.members[name], scores.controls[name], scores.folds, rate)
    return excess(name, *hits, *ends)


def recognised(ctx: Context) -> Recognised:
    """Judge the attacks on whole records.

    Raises
    ------
    NotApplicable
        Too few records on a side.
    """
    scores = attacks(ctx)
    void = invalid_split(scores)
    tails = worst(
        tail(name, scores, _RATE, levels(ctx, len(scores.members))) for name in scores.members
    )
    decision = decide(ctx, f"recognised beyond control: {tails[0].arm}", largest(tails), MARGIN)
    rate, sensitivity = _most_telling_rate(scores)
    combined = tail(COMBINED, scores, rate, levels(ctx))
    # The chance of the hits and that of a copy being recognised are added up at full width, which
    # is more than both together need.
    shares = [
        largest_leak(round(end * combined.members), sensitivity, combined.members, level)
        for end, level in (
            (combined.excess.low, 0.5),
            (combined.excess.value, 0.5),
            (combined.excess.high, 1 - ctx.config.alpha),
        )
    ]
    leak = Decision(
        "training records given away whole that could hide",
        shares[1],
        min(shares[:2]),
        max(shares),
        clear=ctx.config.margin(_HIDDEN).value,
        margins=(_HIDDEN,),
        void=void,
    )
    return Recognised(tuple(tails), replace(decision, void=void), leak, sensitivity, rate)


def _most_telling_rate(scores: Attacks) -> tuple[float, float]:
    """Rate of false alarms at which the least leak can hide, and the share of copies seen at it.

    Both follow from controls and from what copies of members would score, not from their scores.
    """

    def blur(pair: tuple[float, float]) -> float:
        rate, seen = pair
        return (rate * (1 - rate)) ** 0.5 / seen if seen else float("inf")

    controls = scores.controls[COMBINED]
    seen = [(rate, share_above(scores.copied, controls, scores.folds, rate)) for rate in _RATES]
    return min(seen, key=blur)


def aside_if_covered(ctx: Context, result: Result) -> Result:
    """Let an attack that can say nothing leave privacy to the attacks on whole records.

    Parameters
    ----------
    ctx : Context
        Of the attack.
    result : Result
        What it came to; returned as it is unless it is inconclusive.
    """
    decisions = [*result.decisions, *(part for item in result.items for part in item.decisions)]
    if result.status is not Status.INCONCLUSIVE or any(part.void for part in decisions):
        return result
    try:
        whole = recognised(ctx)
    except NotApplicable:  # too few records: there is nothing that could cover for it
        return result
    if not whole.is_answered:
        return result
    told = (
        f"Not decisive for privacy: attacks on whole records rule out that more than "
        f"{percent(whole.leak.high)} of training records are given away (P004)"
    )
    return replace(result, gating=False, message=f"{result.message.rstrip('.')}. {told}.")
