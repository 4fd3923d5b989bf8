"""One judgement for every attack: what members show beyond controls, against a margin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from synth_eval import words
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision
from synth_eval.judging.results import Threshold
from synth_eval.stats.intervals import Interval, excess_members, newcombe, residual_risk, wilson

__all__ = [
    "PROVED", "AttackOutcome", "area_item", "decide", "difference", "excess", "largest", "levels",
    "points", "risk_items", "threshold_of", "worst",
]  # fmt: skip

_HIDDEN = "privacy.hidden_excess"
PROVED = "privacy.proved_excess"


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """Success of one attack on members and on controls.

    Parameters
    ----------
    arm : str
        The attack, in words of ours.
    excess : Interval
        Share of members hit beyond what the controls show; see `levels` for its two ends.
    member, control : Interval
        Shares hit, Wilson.
    members, controls : int
        Records attacked.
    column : str
        The secret that was attacked; empty where it was the whole record.
    """

    arm: str
    excess: Interval
    member: Interval
    control: Interval
    members: int
    controls: int
    column: str = ""

    def items(self, *decisions: Decision, what: str = "", **more: str) -> list[Item]:
        """Success on members, with the excess and what was decided on it, and on controls.

        Parameters
        ----------
        *decisions : Decision
            Taken on the excess.
        what : str
            Said of both sides, such as another rate of false alarms.
        **more : str
            Said of members alone.
        """
        both = {"what": what} if what else {}
        return [
            Item(
                *self._names("training"),
                Side.REAL,
                *self.member,
                decisions=decisions,
                more={
                    **both,
                    "records": self.members,
                    "beyond_control": self.excess.value,
                    "at_least": self.excess.low,
                    "at_most": self.excess.high,
                    **more,
                },
            ),
            Item(
                *self._names("unseen"),
                Side.HOLDOUT,
                *self.control,
                more={**both, "records": self.controls},
            ),
        ]

    def _names(self, side: str) -> tuple[str, tuple[str, ...]]:
        arm = f"{self.arm}: {side}"
        return ("secret", (self.column, arm)) if self.column else ("arm", (arm,))


def area_item(arm: str, area: Interval, *decisions: Decision) -> Item:
    """Area under the curve; no estimate, for it has no place on the axis of the shares."""
    return Item(
        "arm",
        (f"{arm}, area under the curve",),
        Side.NEUTRAL,
        decisions=decisions,
        more={"value": area.value, "value_low": area.low, "value_high": area.high},
    )


def risk_items(outcome: AttackOutcome) -> list[Item]:
    """Residual risk: the excess as a share of what the control leaves to gain; if defined."""
    hits = round(outcome.member.value * outcome.members)
    control_hits = round(outcome.control.value * outcome.controls)
    risk = residual_risk(hits, outcome.members, control_hits, outcome.controls)
    if risk is None:
        return []
    return [Item("arm", (f"{outcome.arm}: residual risk",), Side.REAL, *risk)]


def points(share: Interval, digits: int = 1) -> str:
    """Difference of two shares with its interval, in percentage points."""
    return words.points(*share, digits=digits)


def levels(ctx: Context, tries: int = 1) -> tuple[float, float]:
    """Two-sided levels of the lower and of the upper ends of excesses, when so many are looked at.

    An alarm is raised where any lower end is high, so these hold for all together, at half of
    alpha. The largest excess is below the largest upper end whenever the upper end of that
    one attack holds, so each holds for itself alone, one-sided at alpha.
    """
    alpha = ctx.config.alpha
    return 1 - alpha / tries, 1 - 2 * alpha


def excess(
    arm: str,
    hits: int,
    members: int,
    control_hits: int,
    controls: int,
    level: float,
    upper_level: float | None = None,
) -> AttackOutcome:
    """Exact excess of one attack; see `levels` for those of its two ends."""
    counts = (hits, members, control_hits, controls)
    return AttackOutcome(
        arm,
        Interval(
            *(number / members for number in _ends(excess_members, counts, level, upper_level))
        ),
        wilson(hits, members),
        wilson(control_hits, controls),
        members,
        controls,
    )


def difference(
    arm: str,
    hits: int,
    members: int,
    control_hits: int,
    controls: int,
    level: float,
    upper_level: float | None = None,
    column: str = "",
) -> AttackOutcome:
    """Success on members minus success on controls, Newcombe's interval.

    For attacks that mostly succeed by what the table rightly teaches about the population:
    there the exact interval of `excess` asks for the few who would not have been hit anyway.
    """
    return AttackOutcome(
        arm,
        _ends(newcombe, (hits, members, control_hits, controls), level, upper_level),
        wilson(hits, members),
        wilson(control_hits, controls),
        members,
        controls,
        column,
    )


def _ends(
    interval: Callable[[int, int, int, int, float], Interval],
    counts: tuple[int, int, int, int],
    level: float,
    upper_level: float | None,
) -> Interval:
    found = interval(*counts, level)
    if upper_level is None or upper_level == level:
        return found
    return Interval(found.value, found.low, max(interval(*counts, upper_level).high, found.value))


def largest(outcomes: Iterable[AttackOutcome]) -> Interval:
    """The largest excess of several attacks: that of the first of `worst`, with its interval."""
    ranked = worst(outcomes)
    top = ranked[0].excess
    return Interval(top.value, top.low, max(outcome.excess.high for outcome in ranked))


def decide(
    ctx: Context, subject: str, share: Interval, margin: str, *, can_fail: bool = True
) -> Decision:
    """Fail beyond the margin, warn where a smaller excess is proved, pass where none could hide.

    Nothing found in too few records is inconclusive: an excess as large as
    ``privacy.hidden_excess`` must have been out of the interval.

    Parameters
    ----------
    ctx : Context
        Holds the margins.
    subject : str
        What is judged, in words.
    share : Interval
        Share of members hit beyond the controls.
    margin : str
        Name of the margin.
    can_fail : bool
        Whether an excess beyond the margin fails, or warns as a smaller one does.
    """
    limit, hidden = ctx.config.margin(margin).value, ctx.config.margin(_HIDDEN).value
    return Decision(
        subject,
        *share,
        fail=limit if can_fail else None,
        warn=ctx.config.margin(PROVED).value,
        clear=max(limit, hidden),
        margins=(margin, PROVED, _HIDDEN),
    )


def threshold_of(ctx: Context, margin: str) -> Threshold:
    """The margin that `decide` holds an excess against, as it is shown."""
    limit, hidden = ctx.config.margin(margin), ctx.config.margin(_HIDDEN)
    seen = words.percent(hidden.value, 0)
    return Threshold(
        limit.value,
        f"{limit.basis}; nothing found passes where {seen} or more would have been seen",
    )


def worst(outcomes: Iterable[AttackOutcome]) -> list[AttackOutcome]:
    """Attacks by what they prove, then by what they suggest."""
    return sorted(outcomes, key=lambda outcome: (-outcome.excess.low, -outcome.excess.value))
