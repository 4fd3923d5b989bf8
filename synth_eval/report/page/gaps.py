"""What an evaluation guessed, and what it cannot speak about, by what would have to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth_eval.data.schema import doubts, unread
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.results import Cause, Result, Skipped
from synth_eval.report.page.explanations import title
from synth_eval.words import as_sentence, counted, listed

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = ["Gap", "doubtful_kinds", "not_evaluated"]

_FULL_DEPTH = Skipped(Cause.DEPTH, "They cost minutes and run with `--depth full`")
"""Stands for the questions of full depth: each says it in words of its own."""

_NO_CHECKS_YET = {
    "fairness": "Are groups of people served equally? Compare models and error rates by group "
    "yourself before decisions about people rest on the data.",
    "text": "Free text is not read: its columns are checked for form only. Have people read a "
    "sample, and look for names and numbers copied from the real texts.",
    "sequences": "Order in time within an entity is not checked. Give one row per entity with "
    "the summaries that matter (counts, gaps, trends) and evaluate that table.",
    "relations": "Keys between tables are not checked. Join the tables first and evaluate the "
    "joined table.",
}
"""What to do meanwhile, by the name of a dimension; one that has checks is left out."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not evaluated, or only on a guess.

    Parameters
    ----------
    what : str
        What is missing.
    why : str
        Why, and how to get it.
    parts : sequence of (str, str)
        What it consists of: a name and, where each part has its own, a word on it.
    """

    what: str
    why: str
    parts: Sequence[tuple[str, str]] = ()

    def line(self) -> str:
        """The gap as one line of text."""
        names = ", ".join(name for name, _ in self.parts)
        return f"{self.what} ({names}): {self.why}" if names else f"{self.what}: {self.why}"


def doubtful_kinds(findings: Findings) -> list[Gap]:
    """Columns whose kind is a guess, each with the schema that would correct it.

    They stand before everything else: a column of the wrong kind makes every number below
    wrong, and the people who know the table see it at once.
    """
    return [
        Gap(f"{name}, read as {kind}", f"{why} If that is wrong, give as schema `{line}`")
        for name, kind, why, line in doubts(findings.schema)
    ]


def not_evaluated(findings: Findings) -> list[Gap]:
    """What the report cannot speak about, and how to get it.

    Checks that said nothing come first, then columns that no check reads, then what nobody
    asked for, then dimensions that have no checks yet.
    """
    return [
        *_skipped_checks(findings.results),
        *(
            Gap(entry.what, entry.why, [(name, "") for name in entry.columns])
            for entry in unread(findings.schema)
        ),
        *_not_asked_for(findings),
        *_dimensions_to_come(),
    ]


def _skipped_checks(results: Sequence[Result]) -> list[Gap]:
    """One gap for each reason; full depth first, for one option asks for all of it."""
    checks_of: dict[Skipped, list[str]] = {}
    for result in results:
        if result.skipped is not None:
            reason = _FULL_DEPTH if result.skipped.cause is Cause.DEPTH else result.skipped
            checks_of.setdefault(reason, []).append(f"{result.code} {title(result)}")
    order = sorted(
        checks_of.items(), key=lambda entry: (entry[0] is not _FULL_DEPTH, len(entry[1]) == 1)
    )
    gaps = []
    for reason, checks in order:
        why = as_sentence(reason.sentence)
        if len(checks) == 1 and reason is not _FULL_DEPTH:
            gaps.append(Gap(checks[0], why))
            continue
        kind = " of full depth" if reason is _FULL_DEPTH else ""
        what = counted(len(checks), "check") + kind
        gaps.append(Gap(what, why, [(check, "") for check in checks]))
    return gaps


def _not_asked_for(findings: Findings) -> list[Gap]:
    present = {result.dimension for result in findings.results}
    gaps = [
        Gap(name.capitalize(), "No check of it was asked for in this run.")
        for name in dimensions()
        if name not in present
    ]
    if not findings.reference_scores:
        gaps.append(Gap("Reference scores", "The reports of SDMetrics were not run."))
    return gaps


def _dimensions_to_come() -> list[Gap]:
    parts = [
        (name.capitalize(), meanwhile)
        for name, meanwhile in _NO_CHECKS_YET.items()
        if name not in dimensions()
    ]
    if not parts:
        return []
    names = listed([name for name, _ in parts])
    return [Gap(names.capitalize(), "Their checks do not exist yet.", parts)]
