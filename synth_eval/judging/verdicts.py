"""From the results of a dimension to its verdict: the worst gating check decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from synth_eval.judging.purposes import Purpose, purpose_of
from synth_eval.judging.results import DIMENSIONS, Result, Status

__all__ = [
    "POSSIBLE_EPSILON",
    "PROVED_EPSILON",
    "SMALLEST_VISIBLE",
    "Verdict",
    "VerdictWord",
    "verdicts",
]

PROVED_EPSILON = "lower bound on epsilon"
POSSIBLE_EPSILON = "largest bound on epsilon that could have been shown"
SMALLEST_VISIBLE = "fewest copies that would have been seen"
"""Arms of the details that say what an attack could have seen."""


class VerdictWord(StrEnum):
    """May the synthetic table stand in for the real one, as far as this dimension goes?"""

    GO = "GO"
    LIMITS = "GO WITH LIMITS"
    NO_GO = "NO-GO"
    UNKNOWN = "CANNOT TELL"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict and its reason in a plain sentence.

    Parameters
    ----------
    verdict : VerdictWord
        The verdict.
    reason : str
        Why it is so.
    decisive : bool
        Whether it decides about the declared purpose; without one, every verdict does.
    basis : str
        Why it decides about the declared purpose or does not; empty without a purpose.
    """

    verdict: VerdictWord
    reason: str
    decisive: bool = True
    basis: str = ""


# Absence of evidence clears nobody: without attacks privacy can be condemned only, with them
# it has limits, and GO is reserved for a declared guarantee that no attack contradicts.
_NOT_ATTACKED = (
    "no copying seen, but attacks were not run: absence of copies does not show that nobody "
    "can be singled out"
)
_NO_EVIDENCE = "no evidence of leakage beyond control at this power"
_ATTACK, _GUARANTEE = "membership_inference", "differential_privacy"


def verdicts(results: Sequence[Result], purpose: Purpose | None = None) -> dict[str, Verdict]:
    """Verdict of every dimension that has results, in the order of the report.

    Parameters
    ----------
    results : sequence of Result
        One per check.
    purpose : Purpose, optional
        Decides which verdicts are decisive; the verdicts themselves stay the same.
    """
    purpose = purpose or purpose_of(None)
    return {
        dimension: replace(
            _verdict(dimension, [r for r in results if r.dimension == dimension]),
            decisive=purpose.decides(dimension),
            basis=purpose.basis(dimension),
        )
        for dimension in DIMENSIONS
    }


def _verdict(dimension: str, results: Sequence[Result]) -> Verdict:
    """Judge one dimension; what is inconclusive and decides nothing by itself is left aside."""
    judged = [result for result in results if result.status is not Status.NOT_APPLICABLE]
    if not results:
        return Verdict(VerdictWord.UNKNOWN, "not evaluated: no check of this dimension was run")
    if not judged:
        return Verdict(VerdictWord.UNKNOWN, f"not assessable: {_sentence(results[:1])}")
    failed = [r for r in judged if r.status is Status.FAIL and r.gating]
    if failed:
        return Verdict(VerdictWord.NO_GO, _sentence(failed))
    broken = [r for r in judged if r.status is Status.ERROR]
    if broken:
        return Verdict(VerdictWord.UNKNOWN, _sentence(broken))
    unsure = [r for r in judged if r.status is Status.INCONCLUSIVE and r.gating]
    if unsure:
        return Verdict(VerdictWord.UNKNOWN, _sentence(unsure))
    limits = [r for r in judged if r.status in (Status.WARN, Status.FAIL)]
    if dimension == "privacy":
        return _privacy(judged, limits)
    if limits:
        return Verdict(VerdictWord.LIMITS, _sentence(limits))
    passed = sum(r.status is Status.PASS for r in judged)
    return Verdict(VerdictWord.GO, f"{_count(passed, 'check')} passed")


def _privacy(judged: Sequence[Result], limits: Sequence[Result]) -> Verdict:
    passed = {r.name: r for r in judged if r.status is Status.PASS}
    if not any(r.name == _ATTACK for r in judged):
        return Verdict(VerdictWord.UNKNOWN, _sentence(limits) if limits else _NOT_ATTACKED)
    power = _power(judged)
    if limits:
        ending = f" Power of the attacks: {power}." if power else ""
        return Verdict(VerdictWord.LIMITS, _sentence(limits) + ending)
    if _GUARANTEE in passed:
        return Verdict(VerdictWord.GO, _sentence([passed[_GUARANTEE]]))
    return Verdict(VerdictWord.LIMITS, f"{_NO_EVIDENCE}: {power}" if power else _NO_EVIDENCE)


def _power(results: Sequence[Result]) -> str:
    """What the attacks could have seen, so that nothing found is read as what it is."""
    rows = {row.get("arm"): row for result in results for row in result.details}
    parts = []
    epsilon = rows.get(POSSIBLE_EPSILON, {}).get("value")
    if epsilon is not None:  # results.json of an earlier version may lack it
        parts.append(f"epsilon up to {epsilon:.1f} could have been shown")
    smallest = rows.get(SMALLEST_VISIBLE, {})
    copies, records = smallest.get("hits"), smallest.get("records")
    if copies is not None and records:
        parts.append(
            f"{copies:,} copied records ({100 * copies / records:.2f} %) would have been seen"
        )
    return "; ".join(parts)


def _sentence(results: Sequence[Result]) -> str:
    first = results[0]
    more = len(results) - 1
    tail = f" (and {_count(more, 'more check')})" if more else ""
    return f"{first.code} {first.message}{tail}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
