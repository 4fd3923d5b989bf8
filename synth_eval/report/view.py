"""What the page shows, decided in Python so that the templates only set it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from synth_eval.errors import UsageError
from synth_eval.figures import drawing, panel_drawing
from synth_eval.figures.distributions import overlay
from synth_eval.figures.drawing import Drawing
from synth_eval.figures.labels import item_label, number
from synth_eval.purposes import purpose_of
from synth_eval.report.explanations import Explanation, explanation, title
from synth_eval.report.strips import Strip, strip
from synth_eval.report.tables import Table, allowed_rows, details_table
from synth_eval.results import DIMENSIONS, Result, Status
from synth_eval.verdicts import Verdict, VerdictWord

if TYPE_CHECKING:
    from synth_eval.evaluation import Evaluation

__all__ = ["CheckView", "Page", "headline", "not_evaluated", "page", "split_reason"]

_COLUMN_FIGURES = 1_200_000  # characters, so that the page stays small with any number
_FINDINGS = 8
_WORST = 3
_FOUND = (Status.FAIL, Status.ERROR, Status.WARN, Status.INCONCLUSIVE)
_ORDER = (*_FOUND, Status.PASS, Status.NOT_APPLICABLE)

_UNCOVERED = {
    "fairness": "Are groups of people served equally? This version has no check of it: compare "
    "models and error rates by group yourself before decisions about people rest on the data.",
    "text": "Free text is not read: its columns are checked for form only. Have people read a "
    "sample, and look for names and numbers copied from the real texts.",
    "sequences": "Order in time within an entity is not checked. Give one row per entity with "
    "the summaries that matter (counts, gaps, trends) and evaluate that table.",
    "relations": "Keys between tables are not checked. Join the tables first and evaluate the "
    "joined table.",
}
_SHAPES = {
    VerdictWord.GO: Status.PASS,
    VerdictWord.LIMITS: Status.WARN,
    VerdictWord.NO_GO: Status.FAIL,
    VerdictWord.UNKNOWN: Status.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class PanelView:
    """A further picture of a check: key of its figure, title and how to read it."""

    key: str
    title: str
    caption: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check as it stands in its section."""

    result: Result
    title: str
    strip: Strip | None
    table: Table | None
    figure: str
    caption: str
    panels: Sequence[PanelView]
    explanation: Explanation | None

    @property
    def is_open(self) -> bool:
        """Findings show their evidence at once, passed checks on demand."""
        return self.result.status in _FOUND


@dataclass(frozen=True, slots=True)
class DimensionView:
    """Verdict of a dimension, its reason and its checks."""

    name: str
    question: str
    verdict: Verdict
    shape: Status
    code: str
    reason: str
    tally: Sequence[tuple[Status, int]]
    checks: Sequence[CheckView]


@dataclass(frozen=True, slots=True)
class Finding:
    """A result that did not pass and the names of its worst items."""

    result: Result
    title: str
    worst: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page shows, in its order."""

    headline: str
    purpose: str
    tables: Sequence[Mapping[str, Any]]
    created: str
    provenance: Mapping[str, Any]
    dimensions: Sequence[DimensionView]
    findings: Sequence[Finding]
    more_findings: int
    not_evaluated: Sequence[tuple[str, str]]
    reference_scores: Sequence[Mapping[str, Any]]
    figures: Mapping[str, Drawing]


def page(evaluation: Evaluation) -> Page:
    """View of an evaluation."""
    figures: dict[str, Drawing] = {}
    columns = _profile_figures(evaluation, figures)
    rows = allowed_rows([result.details for result in evaluation.results])
    dimensions = []
    for name, verdict in evaluation.verdicts.items():
        results = [result for result in evaluation.results if result.dimension == name]
        results.sort(key=lambda result: (_ORDER.index(result.status), result.code))
        checks = [_check(result, evaluation, rows, columns, figures) for result in results]
        dimensions.append(_dimension(name, verdict, checks))
    findings = [r for r in evaluation.findings() if r.status is not Status.NOT_APPLICABLE]
    return Page(
        headline=headline(evaluation),
        purpose=purpose_of(evaluation.purpose).title if evaluation.purpose else "",
        tables=_tables(evaluation.provenance),
        created=_date(evaluation.provenance.get("created")),
        provenance=evaluation.provenance,
        dimensions=dimensions,
        findings=[_finding(result) for result in findings[:_FINDINGS]],
        more_findings=max(len(findings) - _FINDINGS, 0),
        not_evaluated=not_evaluated(evaluation),
        reference_scores=evaluation.reference_scores,
        figures=figures,
    )


def headline(evaluation: Evaluation) -> str:
    """The verdicts in one sentence, worst first; no score is blended from them.

    What is not decisive for the declared purpose stands at the end, each with its verdict.

    Examples
    --------
    >>> from synth_eval.evaluation import Evaluation
    >>> headline(Evaluation([]))
    'CANNOT TELL for validity, fidelity, coverage, utility and privacy.'
    """
    verdicts = evaluation.verdicts
    parts = []
    for word in (VerdictWord.NO_GO, VerdictWord.LIMITS, VerdictWord.UNKNOWN, VerdictWord.GO):
        names = [name for name, v in verdicts.items() if v.verdict is word and v.decisive]
        if names:
            listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
            parts.append(f"{word} for {listed}")
    sentence = "; ".join(parts) + "."
    if not evaluation.purpose:
        return sentence
    aside = [f"{name} ({v.verdict})" for name, v in verdicts.items() if not v.decisive]
    title = purpose_of(evaluation.purpose).title.capitalize()
    return f"{title}: {sentence} Not decisive for it: {', '.join(aside)}."


def not_evaluated(evaluation: Evaluation) -> list[tuple[str, str]]:
    """What the page cannot speak about, and how to get it."""
    skipped: dict[str, list[str]] = {}
    for result in evaluation.results:
        if result.status is Status.NOT_APPLICABLE:
            skipped.setdefault(result.message, []).append(f"{result.code} {title(result)}")
    found = [(", ".join(names), reason) for reason, names in skipped.items()]
    present = {result.dimension for result in evaluation.results}
    found += [
        (name.capitalize(), "no check of it was asked for in this run")
        for name in DIMENSIONS
        if name not in present
    ]
    if not evaluation.reference_scores:
        found.append(("Reference scores", "the reports of SDMetrics were not run"))
    uncovered = [(n.capitalize(), why) for n, why in _UNCOVERED.items() if n not in DIMENSIONS]
    return found + uncovered


def split_reason(reason: str, results: Sequence[Result]) -> tuple[str, str]:
    """Code of the check that a reason starts with, and the reason without it."""
    first, _, rest = reason.partition(" ")
    return (first, rest) if any(first == result.code for result in results) else ("", reason)


def _check(
    result: Result,
    evaluation: Evaluation,
    rows: int,
    columns: Mapping[str, str],
    figures: dict[str, Drawing],
) -> CheckView:
    found = _overview(result, evaluation)
    key = f"check-{result.code}" if found else ""
    if found:
        figures[key] = found
    return CheckView(
        result=result,
        title=title(result),
        strip=strip(result),
        table=details_table(result.details, rows, columns) if result.details else None,
        figure=key,
        caption=found.caption if found else "",
        panels=_panels(result, figures),
        explanation=explanation(result),
    )


def _panels(result: Result, figures: dict[str, Drawing]) -> list[PanelView]:
    views: list[PanelView] = []
    for panel in result.panels:
        key = f"panel-{result.code}-{len(views)}"
        figures[key] = panel_drawing(panel)
        views.append(PanelView(key, panel.title, panel.caption))
    return views


def _overview(result: Result, evaluation: Evaluation) -> Drawing | None:
    """Figure over all items; the distributions of single columns open from the table."""
    has_items = len(result.details) > 1
    kind = "intervals" if result.figure == "distribution" and has_items else None
    try:
        return drawing(result, evaluation, kind=kind)
    except UsageError:
        return None


def _dimension(name: str, verdict: Verdict, checks: Sequence[CheckView]) -> DimensionView:
    counts = Counter(check.result.status for check in checks)
    code, reason = split_reason(verdict.reason, [check.result for check in checks])
    return DimensionView(
        name=name,
        question=DIMENSIONS.get(name, ""),
        verdict=verdict,
        shape=_SHAPES[verdict.verdict],
        code=code,
        reason=reason,
        tally=[(status, counts[status]) for status in _ORDER if counts[status]],
        checks=checks,
    )


def _finding(result: Result) -> Finding:
    labels = [item_label(row) for row in result.details if row.get("status") in _FOUND]
    worst = [label for label in dict.fromkeys(labels) if label][:_WORST]
    return Finding(result, title(result), worst)


def _profile_figures(evaluation: Evaluation, figures: dict[str, Drawing]) -> dict[str, str]:
    """Overlays of the columns, those of the worst items first where there are too many."""
    profiles = {str(profile["column"]): profile for profile in evaluation.profiles}
    named = dict.fromkeys(str(row.get("column")) for r in evaluation.results for row in r.details)
    keys: dict[str, str] = {}
    spent = 0
    for name in named:
        if name not in profiles:
            continue
        found = overlay(profiles[name])
        spent += len(str(found.data))
        if spent > _COLUMN_FIGURES:
            break
        keys[name] = f"column-{len(keys)}"
        figures[keys[name]] = found
    return keys


def _date(created: object) -> str:
    """Day and time for people; what is no date stays as it is."""
    try:
        moment = datetime.fromisoformat(str(created))
    except ValueError:
        return str(created or "")
    zone = " UTC" if moment.utcoffset() == timedelta(0) else ""
    return f"{moment.day} {moment:%B %Y, %H:%M}{zone}"


def _tables(provenance: Mapping[str, Any]) -> list[dict[str, Any]]:
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
