"""An evaluation as plain text for shells and as Markdown for pull requests."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from synth_eval.judging.items import Item
from synth_eval.judging.results import Result, Status
from synth_eval.report.page.gaps import doubtful_kinds, not_evaluated
from synth_eval.report.page.view import headline
from synth_eval.words import number

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = ["escaped_markdown", "render_markdown", "render_result_text", "render_text", "wrapped"]

_WIDTH = 88  # characters, which shells and cells of notebooks have room for
_ITEMS = 5  # of a result: its rest is in the frame
_MARKS = {
    Status.PASS: "✓",
    Status.WARN: "▲",
    Status.FAIL: "✗",
    Status.INCONCLUSIVE: "?",
    Status.NOT_APPLICABLE: "–",
    Status.ERROR: "!",
}


def render_text(findings: Findings) -> str:
    """Verdicts, findings worst first, and what was not evaluated, in lines of a shell."""
    lines = [headline(findings), ""]
    for gap in doubtful_kinds(findings):
        lines += wrapped("  ? ", gap.line())
    if doubtful_kinds(findings):
        lines.append("")
    for name, verdict in findings.verdicts.items():
        aside = "" if verdict.decisive else "(not decisive for this purpose) "
        lines += wrapped(f"{name:<10} {verdict.word:<14} ", aside + verdict.reason)
    results = [r for r in findings.findings() if r.status is not Status.NOT_APPLICABLE]
    if results:
        lines += ["", "Findings, worst first"]
    for result in results:
        lines += wrapped(f"  {_MARKS[result.status]} {result.code} ", result.message)
    passed = [result.code for result in findings.results if result.status is Status.PASS]
    if passed:
        lines += ["", *wrapped("Passed: ", ", ".join(passed))]
    lines += ["", "Not evaluated"]
    for gap in not_evaluated(findings):
        lines += wrapped("  – ", gap.line())
    return "\n".join(lines)


def render_result_text(result: Result) -> str:
    """One result: status, message, the quadruple and its worst items."""
    lines = wrapped(
        f"{_MARKS[result.status]} {result.code} ",
        f"{result.name.replace('_', ' ')} ({result.dimension}): {result.status}",
    )
    lines += wrapped("  ", result.message)
    for word, text in _facts(result).items():
        lines += wrapped(f"  {word:<10} ", text)
    for item in result.items[:_ITEMS]:
        lines += wrapped("    ", f"{item.label}: {_numbers(item)}")
    left = len(result.items) - _ITEMS
    if left > 0:
        lines.append(f"    … {left:,} more in .frame()")
    return "\n".join(lines)


def render_markdown(findings: Findings) -> str:
    """Short summary: verdicts as a table, findings as a list."""
    guesses = [f"- {escaped_markdown(gap.line())}" for gap in doubtful_kinds(findings)]
    lines = [
        "### Synthetic data evaluation",
        "",
        escaped_markdown(headline(findings)),
        "",
        *(["Kinds of columns to confirm:", "", *guesses, ""] if guesses else []),
        "| Dimension | Verdict | Reason |",
        "| --- | --- | --- |",
    ]
    for name, verdict in findings.verdicts.items():
        word = f"**{verdict.word}**" if verdict.decisive else f"{verdict.word}, not decisive"
        lines.append(f"| {name} | {word} | {escaped_markdown(verdict.reason)} |")
    results = [r for r in findings.findings() if r.status is not Status.NOT_APPLICABLE]
    if results:
        lines += ["", "Findings, worst first:", ""]
    lines += [
        f"- {_MARKS[r.status]} **{r.status}** {r.code}: {escaped_markdown(r.message)}"
        for r in results
    ]
    lines += ["", "Not evaluated:", ""]
    lines += [f"- {escaped_markdown(gap.line())}" for gap in not_evaluated(findings)]
    return "\n".join(lines) + "\n"


def _facts(result: Result) -> dict[str, str]:
    facts = {}
    if result.estimate is not None:
        facts["estimate"] = number(result.estimate.value)
        if result.estimate.low is not None and result.estimate.high is not None:
            facts["estimate"] += (
                f" [{number(result.estimate.low)}, {number(result.estimate.high)}]"
                f" at {result.estimate.level:.3g}"
            )
    if result.reference is not None:
        facts["reference"] = f"{number(result.reference.value)}, {result.reference.what}"
    if result.threshold is not None:
        facts["margin"] = f"{number(result.threshold.value)}, {result.threshold.basis}"
    if result.n is not None:
        facts["rows"] = number(result.n)
        if result.sampled is not None:
            facts["rows"] += f", on a sample of {number(result.sampled)}"
    return facts


def _numbers(item: Item) -> str:
    names = [name for name in ("estimate", "reference", "expected") if item.has(name)]
    parts = [f"{name} {number(item.number(name))}" for name in names]
    return ", ".join([*parts, *([] if item.status is None else [str(item.status)])])


def wrapped(head: str, text: str) -> list[str]:
    """Lines with a hanging indent; control characters of names never reach a terminal."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.wrap(
        head + clean,
        _WIDTH,
        subsequent_indent=" " * len(head),
        drop_whitespace=True,
        break_on_hyphens=False,
    )


def escaped_markdown(text: str) -> str:
    """Text that stays text in Markdown, names of columns with markup included."""
    line = " ".join(text.split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|#!~@$])", r"\\\1", line)
