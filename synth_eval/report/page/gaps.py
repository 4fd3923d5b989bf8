"""What an evaluation cannot speak about, grouped by what would have to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synth_eval.data.schema import unread
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.results import Cause, Skipped
from synth_eval.report.page.explanations import title
from synth_eval.words import counted

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = ["Gap", "not_evaluated"]

_UNCOVERED = {
    "fairness": "Are groups of people served equally? Compare models and error rates by group "
    "yourself before decisions about people rest on the data.",
    "text": "Free text is not read: its columns are checked for form only. Have people read a "
    "sample, and look for names and numbers copied from the real texts.",
    "sequences": "Order in time within an entity is not checked. Give one row per entity with "
    "the summaries that matter (counts, gaps, trends) and evaluate that table.",
    "relations": "Keys between tables are not checked. Join the tables first and evaluate the "
    "joined table.",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not evaluated.

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
    parts: Sequence[tuple[str, str]] = field(default=())

    def line(self) -> str:
        """The gap as one line of text."""
        names = ", ".join(name for name, _ in self.parts)
        return f"{self.what} ({names}): {self.why}" if names else f"{self.what}: {self.why}"


def not_evaluated(findings: Findings) -> list[Gap]:
    """What the report cannot speak about, and how to get it."""
    skipped: dict[Skipped, list[tuple[str, str]]] = {}
    for result in findings.results:
        if result.skipped is not None:
            # Questions of full depth differ in their words and are one thing to ask for.
            reason = _DEEP if result.skipped.cause is Cause.DEPTH else result.skipped
            skipped.setdefault(reason, []).append((f"{result.code} {title(result)}", ""))
    several = [
        Gap(counted(len(names), "check") + _of(reason), _why(reason), names)
        for reason, names in skipped.items()
        if len(names) > 1 or reason is _DEEP
    ]
    single = [
        Gap(names[0][0], _why(reason))
        for reason, names in skipped.items()
        if len(names) == 1 and reason is not _DEEP
    ]
    several.sort(key=lambda gap: not gap.what.endswith(_of(_DEEP)))
    columns = [
        Gap(entry.what, entry.why, [(name, "") for name in entry.columns])
        for entry in unread(findings.schema)
    ]
    return several + single + columns + _dimensions(findings)


_DEEP = Skipped(Cause.DEPTH, "They cost minutes and run with `--depth full`")


def _of(reason: Skipped) -> str:
    return " of full depth" if reason is _DEEP else ""


def _why(reason: Skipped) -> str:
    sentence = reason.sentence
    return f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}."


def _dimensions(findings: Findings) -> list[Gap]:
    """Dimensions and scores that were not asked for, and those that have no checks yet."""
    present = {result.dimension for result in findings.results}
    gaps = [
        Gap(name.capitalize(), "No check of it was asked for in this run.")
        for name in dimensions()
        if name not in present
    ]
    if not findings.reference_scores:
        gaps.append(Gap("Reference scores", "The reports of SDMetrics were not run."))
    missing = {name: why for name, why in _UNCOVERED.items() if name not in dimensions()}
    if missing:
        names = list(missing)
        listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        parts = [(name.capitalize(), why) for name, why in missing.items()]
        gaps.append(Gap(listed.capitalize(), "Their checks do not exist yet.", parts))
    return gaps
