"""One judgement for every attack: what members show beyond controls, against a margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synth_eval import words
from synth_eval.judging.check import Context
from synth_eval.judging.results import Status, Threshold
from synth_eval.stats.intervals import Interval, excess_members, newcombe, residual_risk, wilson
from synth_eval.words import percent

__all__ = [
    "INVALID_SPLIT", "Excess", "area_row", "decide", "difference", "excess", "percent", "points",
    "risk_rows", "worst",
]  # fmt: skip

INVALID_SPLIT = (
    "INVALID SPLIT: members and controls can be told apart without the synthetic table (area "
    "under the curve {blind.value:.2f}, {blind.low:.2f} to {blind.high:.2f}), so this attack "
    "says nothing; the holdout must be a random split made before training"
)


@dataclass(frozen=True, slots=True)
class Excess:
    """Success of one attack on members and on controls.

    Parameters
    ----------
    arm : str
        The attack in words.
    share : Interval
        Share of members hit beyond what the controls show, exact.
    member, control : Interval
        Shares hit, Wilson.
    members, controls : int
        Records attacked.
    """

    arm: str
    share: Interval
    member: Interval
    control: Interval
    members: int
    controls: int

    def rows(self, what: str | None = None, **more: Any) -> list[Mapping[str, Any]]:
        """Detail rows: success on members, with the excess and what else is said, on controls."""
        named = {} if what is None else {"what": what}
        return [
            {
                "arm": f"{self.arm}: training",
                **named,
                "estimate": self.member.value,
                "low": self.member.low,
                "high": self.member.high,
                "records": self.members,
                "beyond_control": self.share.value,
                "at_least": self.share.low,
                "at_most": self.share.high,
                **more,
            },
            {
                "arm": f"{self.arm}: unseen",
                **named,
                "estimate": self.control.value,
                "low": self.control.low,
                "high": self.control.high,
                "records": self.controls,
            },
        ]


def area_row(arm: str, area: Interval) -> Mapping[str, Any]:
    """Area under the curve; no estimate, for it has no place on the axis of the shares."""
    return {
        "arm": f"{arm}, area under the curve",
        "value": area.value,
        "value_low": area.low,
        "value_high": area.high,
    }


def risk_rows(entry: Excess) -> list[Mapping[str, Any]]:
    """Residual risk: the excess as a share of what the control leaves to gain; if defined."""
    hits = round(entry.member.value * entry.members)
    control_hits = round(entry.control.value * entry.controls)
    risk = residual_risk(hits, entry.members, control_hits, entry.controls)
    if risk is None:
        return []
    row = {"estimate": risk.value, "low": risk.low, "high": risk.high}
    return [{"arm": f"{entry.arm}: residual risk", **row}]


def points(share: Interval, digits: int = 1) -> str:
    """Difference of two shares with its interval, in percentage points."""
    return words.points(*share, digits=digits)


def excess(
    arm: str, hits: int, members: int, control_hits: int, controls: int, level: float
) -> Excess:
    """Exact excess of one attack, at a level corrected for the number of attacks."""
    copied = excess_members(hits, members, control_hits, controls, level)
    return Excess(
        arm,
        Interval(*(number / members for number in copied)),
        wilson(hits, members),
        wilson(control_hits, controls),
        members,
        controls,
    )


def difference(
    arm: str, hits: int, members: int, control_hits: int, controls: int, level: float
) -> Excess:
    """Success on members minus success on controls, Newcombe's interval.

    For attacks that mostly succeed by what the table rightly teaches about the population:
    there the exact interval of `excess` asks for the few who would not have been hit anyway.
    """
    return Excess(
        arm,
        newcombe(hits, members, control_hits, controls, level),
        wilson(hits, members),
        wilson(control_hits, controls),
        members,
        controls,
    )


def decide(ctx: Context, share: Interval, margin: str) -> tuple[Status, Threshold]:
    """Fail beyond the margin, warn where a smaller excess is proved, pass where none could hide.

    Nothing found in too few records is inconclusive: an excess as large as
    ``privacy.hidden_excess`` must have been out of the interval.
    """
    limit, hidden = ctx.config.margin(margin), ctx.config.margin("privacy.hidden_excess")
    threshold = Threshold(
        limit.value,
        f"{limit.basis}; nothing found passes where {percent(hidden.value, 0)} or more "
        "would have been seen",
    )
    if share.low > limit.value:
        return Status.FAIL, threshold
    if share.low > 0:
        return Status.WARN, threshold
    clear = share.high <= max(limit.value, hidden.value)
    return Status.PASS if clear else Status.INCONCLUSIVE, threshold


def worst(found: list[Excess]) -> list[Excess]:
    """Attacks by what they prove, then by what they suggest."""
    return sorted(found, key=lambda entry: (-entry.share.low, -entry.share.value))
