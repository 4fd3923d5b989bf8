"""Violation rates: counted, bounded, pooled, and told without giving single persons away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from synth_eval.stats.intervals import clopper_pearson

__all__ = ["Tally", "pooled", "upper_bound"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a rule was broken.

    Parameters
    ----------
    judged : int
        Rows the rule speaks about: those its condition selects and whose cells are there.
    broken : int
        Rows among them that break it.

    Examples
    --------
    >>> Tally(200, 3).rate
    0.015
    """

    judged: int
    broken: int

    @property
    def rate(self) -> float | None:
        """Share of the judged rows that break the rule; None where no row is judged."""
        return self.broken / self.judged if self.judged else None

    def shown(self, small_cell: int) -> Tally:
        """The tally as it may be written: one to ten real persons are told as ten.

        Examples
        --------
        >>> Tally(5000, 2).shown(11)
        Tally(judged=5000, broken=10)
        >>> Tally(5000, 0).shown(11), Tally(5000, 40).shown(11)
        (Tally(judged=5000, broken=0), Tally(judged=5000, broken=40))
        """
        if self.broken == 0:
            return self
        return Tally(self.judged, min(max(self.broken, small_cell - 1), self.judged))

    def to_dict(self) -> dict[str, int]:
        """Plain form, as written to the ``meta`` of an expectation."""
        return {"rows": self.judged, "violations": self.broken}

    @classmethod
    def from_dict(cls, record: Any) -> Tally | None:
        """Inverse of `to_dict`; None for anything that is not such a record."""
        try:
            judged, broken = int(record["rows"]), int(record["violations"])
        except (KeyError, TypeError, ValueError):
            return None
        return cls(judged, broken) if 0 <= broken <= judged else None


def pooled(tallies: Iterable[Tally | None]) -> Tally:
    """One tally of several tables of real rows.

    Examples
    --------
    >>> pooled([Tally(100, 1), None, Tally(50, 0)])
    Tally(judged=150, broken=1)
    """
    present = [tally for tally in tallies if tally is not None]
    return Tally(sum(t.judged for t in present), sum(t.broken for t in present))


def upper_bound(tally: Tally, level: float = 0.95) -> float:
    """One-sided exact (Clopper-Pearson) upper bound of a violation rate.

    Without a violation this is the rule of three: about 3,000 rows bring it to 0.1 %.

    Examples
    --------
    >>> upper_bound(Tally(3000, 0)) < 0.001 < upper_bound(Tally(2900, 0))
    True
    """
    if tally.judged == 0:
        return 1.0
    return clopper_pearson(tally.broken, tally.judged, 2 * level - 1).high
