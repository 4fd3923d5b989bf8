"""The reason of a verdict in one plain sentence: what the first screen has room for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synth_eval.judging.results import Result

__all__ = ["Reason", "plain_reason", "shortened"]

_WORDS = 25
_MORE = re.compile(r" \(and (\d+ more checks?)\)$")
_NUMBERS = re.compile(r" \((?=[-+\d.])[^()]*\)")
_POWER = re.compile(r"(?:(?<=at this power)| Power of the attacks): (?![A-Z]\d{3} )(.+?)\.?$")
_CLAUSE = re.compile(r"(?<=[;:.])\s+")


@dataclass(frozen=True, slots=True)
class Reason:
    """Code of the check a verdict rests on, why in plain words, and what else says so.

    `power` is what attacks could have seen, so that nothing found is not read as safety.
    """

    code: str
    text: str
    more: str
    power: str = ""


def plain_reason(reason: str, results: Sequence[Result]) -> Reason:
    """Short form of the reason of a verdict; the check it names has the long one.

    Parameters
    ----------
    reason : str
        As `synth_eval.judging.verdicts` gives it.
    results : sequence of Result
        The results the verdict was made of.
    """
    seen = _POWER.search(reason)
    power = f"Power of the attacks: {seen.group(1)}." if seen else ""
    reason = _POWER.sub("", reason)
    found = _MORE.search(reason)
    more = found.group(1) if found else ""
    reason = _MORE.sub("", reason)
    codes = {result.code for result in results}
    for place in re.finditer(r"\b[A-Z]\d{3}\b", reason):
        if place.group() in codes:
            before, after = reason[: place.start()].rstrip(" :"), reason[place.end() :].strip()
            return Reason(place.group(), shortened(before or after), more, power)
    return Reason("", shortened(reason), more, power)


def shortened(message: str, words: int = _WORDS) -> str:
    """First clauses of a message that fit in so many words, as a sentence.

    Intervals in parentheses are left out, and so is what follows the last clause that fits;
    a first clause that is too long itself is cut.

    Examples
    --------
    >>> shortened("no attack: worst a 0.5 (0.4 to 0.6); more elsewhere.", 5)
    'No attack: worst a 0.5.'
    """
    clauses = _CLAUSE.split(" ".join(_NUMBERS.sub("", message).split()))
    kept = clauses[0].split()
    for clause in clauses[1:]:
        if len(kept) + len(clause.split()) > words:
            break
        kept += clause.split()
    sentence = " ".join(kept[:words]).rstrip(" ;:.,")
    return f"{sentence[:1].upper()}{sentence[1:]}{'…' if len(kept) > words else '.'}"
