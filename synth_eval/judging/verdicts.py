"""From the results of a dimension to its verdict: the worst gating check decides.

A GO, and a GO with limits, says that the questions which the dimension names as its core were
asked. One that was not, because its check was deselected, dropped by the budget, lacked
something or had too few rows, would have given an answer that nobody knows: then the verdict
is CANNOT TELL, unless what did run is a NO-GO already. A core check to which the data give
nothing to do (pairs of a table of one column) leaves no question open, as long as another one
of the core was answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from synth_eval.judging.dimensions import Ceiling, Dimension, dimensions
from synth_eval.judging.facts import power_of
from synth_eval.judging.power import rows_would_do, seen
from synth_eval.judging.purposes import Purpose, purpose_of
from synth_eval.judging.results import Cause, Result, Status
from synth_eval.words import counted, listed

__all__ = ["Because", "Verdict", "VerdictWord", "shortened", "verdicts"]

_NOTHING_SHOWN = (
    "No alarm was seen, but no check that could show the table to be good for this was passed."
)
_FIRST_SCREEN_WORDS = 25
"""A reason on the first screen: about two lines of it."""


class VerdictWord(StrEnum):
    """May the synthetic table stand in for the real one, as far as this dimension goes?"""

    GO = "GO"
    LIMITS = "GO WITH LIMITS"
    NO_GO = "NO-GO"
    UNKNOWN = "CANNOT TELL"


@dataclass(frozen=True, slots=True)
class Because:
    """A result that a verdict rests on.

    Parameters
    ----------
    code : str
        Its check.
    item : int or None
        Place of its worst item among the items of the result; None where it has none.
    """

    code: str
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict, what it rests on, and what would change it.

    Parameters
    ----------
    word : VerdictWord
        The verdict.
    sentence : str
        Why, in one plain sentence of at most 25 words.
    because : tuple of Because
        The results it rests on, gravest first.
    detail : str
        The whole message of the first of them, with its numbers.
    remedy : str
        What would make an assessment possible; empty where nothing is missing.
    power : str
        What would have been seen, so that nothing found is not read as nothing there.
    decisive : bool
        Whether it decides about the declared purpose; without one, every verdict does.
    basis : str
        Why it decides about the declared purpose or does not; empty without a purpose.
    """

    word: VerdictWord
    sentence: str
    because: tuple[Because, ...] = ()
    detail: str = ""
    remedy: str = ""
    power: str = ""
    decisive: bool = True
    basis: str = ""

    @property
    def others(self) -> int:
        """How many further results say the same."""
        return max(len(self.because) - 1, 0)

    @property
    def reason(self) -> str:
        """Everything in one text: the numbers, how many more checks, the remedy, the power."""
        code = f"{self.because[0].code} " if self.because and self.detail else ""
        text = f"{code}{self.detail}" if self.detail else self.sentence
        if self.others and self.detail:
            text += f" (and {counted(self.others, 'more check')})"
        if self.remedy:
            text = f"{text.rstrip('.')}: {self.remedy}"
        return f"{text.rstrip('.')}. Power: {self.power}." if self.power else text

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Verdict:
        """Inverse of the plain form; that of version 1 has a reason in place of its parts."""
        values = dict(record)
        values["word"] = VerdictWord(values.pop("verdict", None) or values["word"])
        if "reason" in values:
            reason = values.pop("reason")
            values |= {"sentence": shortened(reason), "detail": reason}
        values["because"] = tuple(Because(**part) for part in values.get("because", ()))
        return cls(**values)


def verdicts(results: Sequence[Result], purpose: Purpose | None = None) -> dict[str, Verdict]:
    """Verdict of every dimension, in the order of the report.

    Parameters
    ----------
    results : sequence of Result
        One per check.
    purpose : Purpose, optional
        Decides which verdicts are decisive; the verdicts themselves stay the same.
    """
    purpose = purpose or purpose_of(None)
    names = [*dimensions()]
    # A file may hold results of a plug-in that is not installed here.
    names += dict.fromkeys(r.dimension for r in results if r.dimension not in names)
    by_dimension = {}
    for name in names:
        verdict = _verdict(
            [result for result in results if result.dimension == name], dimensions().get(name)
        )
        by_dimension[name] = replace(
            verdict, decisive=purpose.decides(name), basis=purpose.basis(name)
        )
    return by_dimension


def _verdict(results: Sequence[Result], dimension: Dimension | None) -> Verdict:
    """Judge one dimension; what is inconclusive and decides nothing by itself is left aside."""
    core = () if dimension is None else dimension.core
    ceiling = None if dimension is None else dimension.ceiling
    judged = [result for result in results if result.status is not Status.NOT_APPLICABLE]
    if not results:
        return Verdict(VerdictWord.UNKNOWN, "Not evaluated: no check of this dimension was run.")
    if not judged:
        return _not_assessable(results)
    failed = [r for r in judged if r.status is Status.FAIL and r.gating]
    if failed:
        return _resting_on(VerdictWord.NO_GO, failed)
    broken = [r for r in judged if r.status is Status.ERROR]
    if broken:
        return _resting_on(VerdictWord.UNKNOWN, broken)
    sights = () if dimension is None else dimension.power
    power = seen(judged, sights)
    unsure = [r for r in judged if r.status is Status.INCONCLUSIVE and r.gating]
    if unsure:
        verdict = _resting_on(VerdictWord.UNKNOWN, unsure)
        return replace(verdict, power=power, remedy=rows_would_do(unsure) if sights else "")
    unasked = _unasked(results, core)
    if unasked is not None:
        return unasked
    limits = [r for r in judged if r.status in (Status.WARN, Status.FAIL)]
    if ceiling is not None:
        return _below_ceiling(judged, limits, ceiling)
    if limits:
        return replace(_resting_on(VerdictWord.LIMITS, limits), power=power)
    passed = [r for r in judged if r.status is Status.PASS]
    if not any(r.gating and not r.only_alarms for r in passed):
        return Verdict(VerdictWord.UNKNOWN, _NOTHING_SHOWN, tuple(Because(r.code) for r in passed))
    return Verdict(VerdictWord.GO, f"{counted(len(passed), 'check')} passed.", power=power)


def _unasked(results: Sequence[Result], core: Sequence[Sequence[str]]) -> Verdict | None:
    """Why nothing can be told although no check complained; None where the core was asked."""
    by_code = {result.code: result for result in results}
    questions = [[by_code.get(code) for code in codes] for codes in core]
    answered = [any(_answers(r, question) for r in question) for question in questions]
    open_ones = [
        place
        for place, question in enumerate(questions)
        if not answered[place] and not (any(answered) and _is_moot(question))
    ]
    if not open_ones:
        return None
    absent = [" or ".join(core[place]) for place in open_ones if not any(questions[place])]
    if absent:
        ran = "check was" if len(absent) == 1 else "checks were"
        return Verdict(
            VerdictWord.UNKNOWN,
            f"Core {ran} not run: {listed(absent)}.",
            remedy="select all checks of the dimension",
        )
    silent = [r for place in open_ones for r in questions[place] if r is not None]
    skipped = [r for r in silent if r.skipped is not None]
    if not skipped:
        return Verdict(VerdictWord.UNKNOWN, _NOTHING_SHOWN, tuple(Because(r.code) for r in silent))
    return _not_assessable(skipped)


def _answers(result: Result | None, question: Sequence[Result | None]) -> bool:
    """Whether a check answers a question of the core.

    One that stands for others does so only if a pass of it would have shown something.
    """
    if result is None or result.skipped is not None:
        return False
    return len(question) == 1 or (result.gating and not result.only_alarms)


def _is_moot(question: Sequence[Result | None]) -> bool:
    """Whether the data leave nothing to ask."""
    return all(r is not None and r.skipped is not None and r.skipped.cause is Cause.DATA
               for r in question)  # fmt: skip


def _not_assessable(results: Sequence[Result]) -> Verdict:
    """The cause that most checks give comes first: it is the one whose remedy helps most."""
    causes = [result.skipped for result in results if result.skipped is not None]
    if not causes:  # a file of version 1
        return _resting_on(VerdictWord.UNKNOWN, results)
    first = max(causes, key=causes.count)
    because = tuple(Because(result.code) for result in results if result.skipped == first)
    return Verdict(
        VerdictWord.UNKNOWN,
        f"Not assessable: {first.text.rstrip('.')}.",
        because,
        remedy=first.remedy,
    )


def _below_ceiling(judged: Sequence[Result], limits: Sequence[Result], ceiling: Ceiling) -> Verdict:
    if not any(result.evidence == ceiling.needs for result in judged):
        if limits:
            return _resting_on(VerdictWord.UNKNOWN, limits)
        return Verdict(VerdictWord.UNKNOWN, shortened(ceiling.without))
    power = power_of(judged)
    if limits:
        return replace(_resting_on(VerdictWord.LIMITS, limits), power=power)
    lifting = [
        result
        for result in judged
        if result.evidence == ceiling.lifted_by and result.status is Status.PASS
    ]
    if lifting:
        return _resting_on(VerdictWord.GO, lifting)
    return Verdict(VerdictWord.LIMITS, shortened(ceiling.reached), power=power)


def _resting_on(word: VerdictWord, results: Sequence[Result]) -> Verdict:
    first = results[0]
    because = []
    for result in results:  # items stand worst first: the first that was judged is pointed at
        judged = (place for place, item in enumerate(result.items) if item.status is not None)
        because.append(Because(result.code, next(judged, None)))
    return Verdict(word, shortened(first.summary or first.message), tuple(because), first.message)


def shortened(sentence: str, words: int = _FIRST_SCREEN_WORDS) -> str:
    """A sentence with a capital and a full stop, cut where it has more words.

    Nothing is taken out of it: names of columns and levels may hold anything.

    Examples
    --------
    >>> shortened("column income (2020) lost its zeros", 5)
    'Column income (2020) lost its…'
    """
    parts = sentence.split()
    text = " ".join(parts[:words]).rstrip(" ;:.,")
    return f"{text[:1].upper()}{text[1:]}{'…' if len(parts) > words else '.'}"
