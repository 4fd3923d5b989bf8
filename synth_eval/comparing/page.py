"""Several synthetic tables on one page: verdicts, positions with intervals, ranks."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth_eval.comparing.axes import axes
from synth_eval.comparing.ranks import CROSS
from synth_eval.figures.drawing import Drawing
from synth_eval.figures.pareto import Place, PlotAxis, pareto
from synth_eval.judging.dimensions import Axis, dimensions
from synth_eval.judging.purposes import purpose_of
from synth_eval.judging.verdicts import VerdictWord
from synth_eval.report.forms.text import escaped_markdown, wrapped
from synth_eval.report.page.html import fill, standalone
from synth_eval.report.page.page_figures import FigureView
from synth_eval.report.page.view import VERDICT_SHAPES, created_words, table_views
from synth_eval.words import counted, listed, number

if TYPE_CHECKING:
    from synth_eval.comparing.leaderboard import Entry, Leaderboard

__all__ = [
    "render_comparison",
    "render_comparison_markdown",
    "render_comparison_snippet",
    "render_comparison_text",
]

_WORDS = ("not dominated", "intervals overlap", "dominated")


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Everything the page shows."""

    headline: str
    standing: str
    purpose: str
    tables: Sequence[Mapping[str, Any]]
    created: str
    provenance: Mapping[str, Any]
    dimensions: Sequence[tuple[str, bool, str]]
    entries: Sequence[Entry]
    axes: Sequence[Axis]
    figures: Sequence[FigureView]
    notes: Sequence[str]
    linked: bool


def render_comparison(comparison: Leaderboard, *, linked: bool = False) -> str:
    """Leaderboard page: one file, readable without JavaScript.

    Parameters
    ----------
    linked : bool
        Whether each table's own report lies in its folder beside the page.
    """
    drawings: dict[str, Drawing] = {}
    views = []
    for first, second in _pairs(comparison):
        key = f"pareto-{first.name}-{second.name}"
        names = first.name + CROSS + second.name
        entries = [entry for entry in comparison.entries if names in entry.fronts]
        places = [
            Place(entry.label, entry.fronts[names].word, _ends(entry, first), _ends(entry, second))
            for entry in entries
        ]
        drawings[key] = pareto(places, _plot_axis(first, entries), _plot_axis(second, entries))
        message = _sentence(comparison, names)
        heading = f"{first.name.capitalize()} against {second.name}"
        views.append(FigureView(key, heading, drawings[key].caption, message))
    page = ComparePage(
        headline=headline(comparison),
        standing=_sentence(comparison),
        purpose=purpose_of(comparison.purpose).title if comparison.purpose else "",
        tables=table_views(comparison.provenance),
        created=created_words(comparison.provenance.get("created")),
        provenance=comparison.provenance,
        dimensions=_dimensions(comparison),
        entries=comparison.entries,
        axes=_axes(comparison),
        figures=views,
        notes=_notes(comparison),
        linked=linked,
    )
    return standalone("compare.html", drawings, page=page, shapes=VERDICT_SHAPES)


def render_comparison_snippet(comparison: Leaderboard) -> str:
    """Verdict grid and ranks, for the output of a notebook cell."""
    return fill(
        "compare_snippet.html",
        headline=headline(comparison),
        standing=_sentence(comparison),
        entries=comparison.entries,
        dimensions=_dimensions(comparison),
        axes=_axes(comparison),
    )


def render_comparison_text(comparison: Leaderboard) -> str:
    """Verdicts and ranks in lines of a shell, one table after the other."""
    lines = wrapped("", headline(comparison)) + wrapped("", _sentence(comparison))
    for entry in comparison.entries:
        lines += ["", *wrapped("", entry.label)]
        if entry.error:
            lines += wrapped("  error  ", entry.error)
            continue
        for word in _SEVERE_FIRST:
            names = [name for name, v in entry.verdicts.items() if v.word is word]
            if names:
                lines += wrapped(f"  {word:<14} ", ", ".join(names))
        lines += wrapped("  rank           ", _ranks(entry) or "no number to rank by")
        if entry.worst is not None:
            lines += wrapped("  worst          ", f"{entry.worst.code} {entry.worst.message}")
    return "\n".join(lines)


def render_comparison_markdown(comparison: Leaderboard) -> str:
    """Verdict grid and ranks for a pull request."""
    names = [name for name, _, _ in _dimensions(comparison)]
    heads = ["Table", *names, "Ranks"]
    lines = [
        "### Synthetic tables compared",
        "",
        escaped_markdown(headline(comparison)),
        "",
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
    ]
    for entry in comparison.entries:
        if entry.error:
            cells = [f"error: {escaped_markdown(entry.error)}", *[""] * len(names)]
        else:
            cells = [str(entry.verdicts[name].word) for name in names]
            cells.append(escaped_markdown(_ranks(entry)))
        lines.append(f"| {' | '.join([escaped_markdown(entry.label), *cells])} |")
    standing = escaped_markdown(_sentence(comparison))
    return "\n".join([*lines, "", standing]).rstrip() + "\n"


_SEVERE_FIRST = (VerdictWord.NO_GO, VerdictWord.UNKNOWN, VerdictWord.LIMITS, VerdictWord.GO)


def headline(comparison: Leaderboard) -> str:
    """Which tables have no NO-GO, in one sentence."""
    evaluated = [entry for entry in comparison.entries if not entry.error]
    clear = [entry.label for entry in evaluated if not entry.count(VerdictWord.NO_GO)]
    use = f" for {purpose_of(comparison.purpose).title}" if comparison.purpose else ""
    total = counted(len(evaluated), "table")
    if clear:
        verb = "has" if len(clear) == 1 else "have"
        sentence = f"{len(clear)} of {total} {verb} no NO-GO{use}: {listed(clear)}"
    else:
        sentence = f"None of {total} is without a NO-GO{use}"
    broken = len(comparison.entries) - len(evaluated)
    return sentence + (f". {broken} could not be evaluated." if broken else ".")


def _sentence(comparison: Leaderboard, key: str = "") -> str:
    """Which tables another one beats on all axes, and where the intervals do not tell."""
    key = key or max(
        (key for entry in comparison.entries for key in entry.fronts),
        key=lambda name: name.count(CROSS),
        default="",
    )
    fronts = {e.label: e.fronts[key] for e in comparison.entries if key in e.fronts}
    if not fronts:
        return ""
    by_word = {word: [n for n, f in fronts.items() if f.word == word] for word in _WORDS}
    ahead, unsure, behind = by_word.values()
    entries = {entry.label: entry for entry in comparison.entries}
    names = [_with_no_go(entries[label], key.split(CROSS)) for label in ahead]
    parts = [f"On {listed(key.split(CROSS))} together"]
    parts[0] += f" no other table beats {listed(names)}" if ahead else " no table surely leads"
    if unsure:
        parts.append(f"intervals overlap and do not tell for {listed(unsure)}")
    if behind:
        parts.append(f"another table beats {listed(behind)}")
    return "; ".join(parts) + "."


def _with_no_go(entry: Entry, dimensions: Sequence[str]) -> str:
    """Label, with what the table is NO-GO for: to lead is not to be fit."""
    unfit = [
        name
        for name in dimensions
        if name in entry.verdicts and entry.verdicts[name].word is VerdictWord.NO_GO
    ]
    return f"{entry.label} (NO-GO for {listed(unfit)})" if unfit else entry.label


def _ranks(entry: Entry) -> str:
    return "; ".join(
        f"{axis} {rank.value}" + ("" if rank.low == rank.high else f" ({rank.low} to {rank.high})")
        for axis, rank in entry.ranks.items()
    )


def _dimensions(comparison: Leaderboard) -> list[tuple[str, bool, str]]:
    """Dimensions with whether they decide and why."""
    purpose = purpose_of(comparison.purpose)
    return [(name, purpose.decides(name), purpose.basis(name)) for name in dimensions()]


def _axes(comparison: Leaderboard) -> list[Axis]:
    there = {axis for entry in comparison.entries for axis in entry.positions}
    return [axis for axis in axes() if axis.name in there]


def _pairs(comparison: Leaderboard) -> list[tuple[Axis, Axis]]:
    """Pairs of axes on which at least two tables are placed."""
    pairs = itertools.combinations(axes(), 2)
    keys = {key for entry in comparison.entries for key in entry.fronts}
    drawn = [pair for pair in pairs if CROSS.join(axis.name for axis in pair) in keys]
    first = axes()[0]
    # What is bought on the first axis is paid for where any one attack counts: that pair leads.
    return sorted(drawn, key=lambda pair: (pair[0] is not first, not pair[1].takes_largest))


def _ends(entry: Entry, axis: Axis) -> tuple[float, float, float]:
    position = entry.positions[axis.name]
    return position.value, position.low, position.high


def _plot_axis(axis: Axis, entries: Sequence[Entry]) -> PlotAxis:
    """Axis with its reference where all tables share one, within a tenth of it."""
    references = [entry.positions[axis.name].reference for entry in entries]
    there = [reference for reference in references if reference is not None]
    is_shared = len(there) == len(references) and max(there) - min(there) <= 0.1 * max(there)
    shared = sum(there) / len(there) if is_shared else None
    return PlotAxis(axis.title, axis.is_lower_better, axis.ideal, shared)


def _notes(comparison: Leaderboard) -> list[str]:
    """What makes the tables less comparable than they look."""
    notes = []
    rows = [entry.rows for entry in comparison.entries if entry.rows]
    if rows and max(rows) > 1.5 * min(rows):
        notes.append(
            f"The tables have between {number(min(rows))} and {number(max(rows))} rows. Distances "
            "fall and models gain with rows even where nothing else differs: compare samples of "
            "one size where it matters."
        )
    placed = {axis.name for axis in _axes(comparison)}
    for axis in axes():
        missing = [e.label for e in comparison.entries if not e.error and axis.name not in e.ranks]
        if axis.name not in placed:
            notes.append(f"No table has a number for {axis.name}: {axis.remedy}")
        elif missing:
            notes.append(f"Not ranked on {axis.name}, for want of a number: {listed(missing)}.")
    return notes
