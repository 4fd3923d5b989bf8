"""What the page shows, decided in Python so that the templates only set it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from synth_eval.figures.drawing import Drawing
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.purposes import purpose_of
from synth_eval.judging.results import Result, Status
from synth_eval.judging.verdicts import Verdict, VerdictWord
from synth_eval.report.page.decided import DecisionView, decision_views
from synth_eval.report.page.explanations import Explanation, explanation, title
from synth_eval.report.page.gaps import Gap, doubtful_kinds, not_evaluated
from synth_eval.report.page.page_figures import FigureView, PageFigures
from synth_eval.report.page.strips import Strip, strip
from synth_eval.report.page.tables import TableView, allowed_rows, items_table
from synth_eval.report.page.worst import WorstItem, worst_items
from synth_eval.words import listed, number

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = [
    "VERDICT_SHAPES",
    "CheckView",
    "Page",
    "created_words",
    "headline",
    "page",
    "table_views",
]

_FINDINGS = 8
"""Checks listed on the first screen, beside the verdicts that name the gravest already."""

_NOT_PASSED = (Status.FAIL, Status.ERROR, Status.WARN, Status.INCONCLUSIVE)
_ORDER = (*_NOT_PASSED, Status.PASS, Status.NOT_APPLICABLE)

VERDICT_SHAPES = {
    VerdictWord.GO: Status.PASS,
    VerdictWord.LIMITS: Status.WARN,
    VerdictWord.NO_GO: Status.FAIL,
    VerdictWord.UNKNOWN: Status.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check as it stands in its section."""

    result: Result
    title: str
    strip: Strip | None
    table: TableView | None
    figures: Sequence[FigureView]
    explanation: Explanation | None
    decided: Sequence[DecisionView]

    @property
    def is_open(self) -> bool:
        """Findings show their evidence at once, passed checks on demand."""
        return self.result.status in _NOT_PASSED


@dataclass(frozen=True, slots=True)
class DimensionView:
    """Verdict of a dimension, its reason and its checks."""

    name: str
    question: str
    verdict: Verdict
    shape: Status
    tally: Sequence[tuple[Status, int]]
    checks: Sequence[CheckView]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page shows, in its order."""

    headline: str
    purpose: str
    notice: str
    tables: Sequence[Mapping[str, Any]]
    created: str
    provenance: Mapping[str, Any]
    dimensions: Sequence[DimensionView]
    worst: Mapping[str, Sequence[WorstItem]]
    findings: Sequence[tuple[Result, str]]
    more_findings: int
    doubtful: Sequence[Gap]
    not_evaluated: Sequence[Gap]
    reference_scores: Sequence[Mapping[str, Any]]
    figures: Mapping[str, Drawing]
    on_demand: Mapping[str, Drawing]


def page(findings: Findings) -> Page:
    """View of an evaluation."""
    figures = PageFigures(findings)
    rows = allowed_rows([result.items for result in findings.results])
    views = []
    for name, verdict in findings.verdicts.items():
        results = [result for result in findings.results if result.dimension == name]
        results.sort(key=lambda result: (_ORDER.index(result.status), result.code))
        counts = Counter(result.status for result in results)
        checks = [
            CheckView(
                result=result,
                title=title(result),
                strip=strip(result),
                table=items_table(result.items, rows, figures.of_items) if result.items else None,
                figures=figures.of_check(result),
                explanation=explanation(result),
                decided=decision_views(result),
            )
            for result in results
        ]
        views.append(
            DimensionView(
                name=name,
                question=dimensions()[name].question if name in dimensions() else "",
                verdict=verdict,
                shape=VERDICT_SHAPES[verdict.word],
                tally=[(status, counts[status]) for status in _ORDER if counts[status]],
                checks=checks,
            )
        )
    alarms = [r for r in findings.findings() if r.status is not Status.NOT_APPLICABLE]
    return Page(
        headline=headline(findings, aside=False),
        purpose=purpose_of(findings.purpose).title if findings.purpose else "",
        notice=str(findings.provenance.get("notice", "")),
        tables=table_views(findings.provenance),
        created=created_words(findings.provenance.get("created")),
        provenance=findings.provenance,
        dimensions=views,
        worst=worst_items(findings.results),
        findings=[(result, title(result)) for result in alarms[:_FINDINGS]],
        more_findings=max(len(alarms) - _FINDINGS, 0),
        doubtful=doubtful_kinds(findings),
        not_evaluated=not_evaluated(findings),
        reference_scores=findings.reference_scores,
        figures=figures.drawings,
        on_demand=figures.on_demand,
    )


def headline(findings: Findings, *, aside: bool = True) -> str:
    """The verdicts in one sentence, worst first; no score is blended from them.

    What is not decisive for the declared purpose stands at the end, each with its verdict,
    unless `aside` is false: the page says it in the row of the dimension.

    Examples
    --------
    >>> from synth_eval.evaluation import Evaluation
    >>> headline(Evaluation([])).startswith("CANNOT TELL for validity, ")
    True
    """
    verdicts = findings.verdicts
    parts = []
    for word in (VerdictWord.NO_GO, VerdictWord.LIMITS, VerdictWord.UNKNOWN, VerdictWord.GO):
        names = [name for name, v in verdicts.items() if v.word is word and v.decisive]
        if names:
            parts.append(f"{word} for {listed(names)}")
    sentence = "; ".join(parts) + "."
    if not findings.purpose:
        return sentence
    title = purpose_of(findings.purpose).title.capitalize()
    others = [f"{name} ({v.word})" for name, v in verdicts.items() if not v.decisive]
    tail = f" Not decisive for it: {', '.join(others)}." if aside else ""
    return f"{title}: {sentence}{tail}"


def created_words(created: object) -> str:
    """Day and time for people; what is no date stays as it is."""
    try:
        moment = datetime.fromisoformat(str(created))
    except ValueError:
        return str(created or "")
    zone = " UTC" if moment.utcoffset() == timedelta(0) else ""
    return f"{moment.day} {moment:%B %Y, %H:%M}{zone}"


def table_views(provenance: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Names and sizes of the tables of a provenance, as a page shows them."""
    tables = provenance.get("tables", {})
    order = [role for role in ("synthetic", "real", "holdout") if role in tables]
    order += [role for role in tables if role not in order]
    return [
        {
            "role": role,
            "name": str(tables[role].get("name") or role),
            "rows": number(tables[role].get("rows")),
            "columns": number(tables[role].get("columns")),
            "hash": str(tables[role].get("sha256") or ""),
        }
        for role in order
    ]
