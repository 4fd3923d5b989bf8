"""Titles and explanations of checks from the registry, also for checks it no longer knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result

__all__ = ["Explanation", "explanation", "parse", "title"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """First sentence of an explanation and its parts, each a heading and a text."""

    summary: str
    parts: Sequence[tuple[str, str]]


def title(result: Result) -> str:
    """Short words for a result."""
    spec = available_checks().get(result.code)
    return spec.title if spec else result.name.replace("_", " ").capitalize()


def explanation(result: Result) -> Explanation | None:
    """What ``synth-eval explain`` prints for the check, in parts; None for unknown checks."""
    spec = available_checks().get(result.code)
    return parse(spec.explanation) if spec else None


def parse(text: str) -> Explanation:
    r"""Parts of a module docstring: a heading stands alone, its text is indented below.

    Examples
    --------
    >>> parse("Summary.\n\nSource\n    A paper,\n    and a book.")
    Explanation(summary='Summary.', parts=[('Source', 'A paper, and a book.')])
    """
    summary: list[str] = []
    parts: list[tuple[str, list[str]]] = []
    lines = text.splitlines()
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if not line.strip():
            _target(summary, parts).append("\n")
        elif line[0].isspace():
            _target(summary, parts).append(line.strip())
        elif following[:1].isspace():
            parts.append((line.strip(), []))
        else:
            _target(summary, parts).append(line.strip())
    return Explanation(_paragraph(summary), [(head, _paragraph(body)) for head, body in parts])


def _target(summary: list[str], parts: list[tuple[str, list[str]]]) -> list[str]:
    return parts[-1][1] if parts else summary


def _paragraph(lines: Sequence[str]) -> str:
    paragraphs = " ".join(lines).split("\n")
    return "\n".join(" ".join(text.split()) for text in paragraphs if text.strip())
