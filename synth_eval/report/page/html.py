"""An evaluation as one HTML page that loads nothing, and as snippets for notebooks."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from synth_eval._version import __version__
from synth_eval.figures import plotly_javascript, template
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.results import Result, Status, to_plain
from synth_eval.judging.verdicts import VerdictWord
from synth_eval.report.page.explanations import title
from synth_eval.report.page.gaps import doubtful_kinds, not_evaluated
from synth_eval.report.page.notes import note_views
from synth_eval.report.page.strips import strip
from synth_eval.report.page.tables import items_table
from synth_eval.report.page.view import headline, page
from synth_eval.words import as_sentence, number, share

if TYPE_CHECKING:
    from synth_eval.figures.drawing import Drawing
    from synth_eval.judging.findings import Findings

__all__ = [
    "fill",
    "render_page",
    "render_result",
    "render_rows",
    "render_snippet",
    "standalone",
]

_CODE = re.compile(r"``?([^`\n]{1,120})``?")
_SNIPPET_ROWS = 10  # the output of a cell: more push the next cell off the screen

STATUS_WORDS: Mapping[Status, str] = {
    Status.PASS: "pass",
    Status.WARN: "warn",
    Status.FAIL: "fail",
    Status.INCONCLUSIVE: "inconclusive",
    Status.NOT_APPLICABLE: "not applicable",
    Status.ERROR: "error",
}


def render_page(findings: Findings) -> str:
    """Report page: one file, no request to any network, readable without JavaScript."""
    view = page(findings)
    notes, figures = note_views(findings.notes)
    shown = {**view.figures, **figures}
    return standalone("page.html", shown, view.on_demand, page=view, notes=notes)


def render_rows(findings: Findings) -> str:
    """Page of synthetic rows that break a rule, marked as not for release."""
    return standalone("rows.html", {}, examples=findings.examples)


def standalone(
    name: str,
    figures: Mapping[str, Drawing],
    on_demand: Mapping[str, Drawing] | None = None,
    **values: Any,
) -> str:
    """Page that needs nothing else, from a template that extends ``layout.html``.

    Parameters
    ----------
    name : str
        Template.
    figures : mapping of str to Drawing
        What ``data-draw`` in the template names.
    on_demand : mapping of str to Drawing, optional
        What rows of tables open; compressed, since there may be hundreds.
    **values
        What else the template asks for.
    """
    # Escaped like those that stand open in the page.
    entries = [
        f"{_json(key)}:{_figure_json(drawing)}" for key, drawing in (on_demand or {}).items()
    ]
    return fill(
        name,
        figures=[(key, _figure_json(drawing)) for key, drawing in figures.items()],
        themes=_json({mode: template(mode) for mode in ("light", "dark")}),
        on_demand=_packed("{" + ",".join(entries) + "}") if on_demand else "",
        plotly=_packed_plotly() if figures or on_demand else "",
        version=__version__,
        **values,
    )


def fill(name: str, **values: Any) -> str:
    """Text of a template."""
    return _environment().get_template(name).render(**values)


def render_snippet(findings: Findings) -> str:
    """Findings first, for the output of a notebook cell."""
    alarms = [r for r in findings.findings() if r.status is not Status.NOT_APPLICABLE]
    return (
        _environment()
        .get_template("snippet.html")
        .render(
            headline=headline(findings),
            verdicts=list(findings.verdicts.items()),
            findings=alarms,
            passed=sum(result.status is Status.PASS for result in findings.results),
            skipped=[*doubtful_kinds(findings), *not_evaluated(findings)],
        )
    )


def render_result(result: Result) -> str:
    """One result with its worst items, for the output of a notebook cell."""
    return (
        _environment()
        .get_template("result.html")
        .render(
            result=result,
            strip=strip(result),
            table=items_table(result.items, _SNIPPET_ROWS, short=True) if result.items else None,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("synth_eval", "report/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=number,
        share=share,
        status_words=lambda status: STATUS_WORDS[Status(status)],
        plain=to_plain,
        prose=_prose,
        sentence=as_sentence,
        words=lambda key: str(key).replace("_", " "),
    )
    environment.tests["same_shaped"] = _is_same_shaped
    environment.globals.update(
        asset=_asset, title=title, dimensions=dimensions(), verdict_words=list(VerdictWord)
    )
    return environment


def _prose(text: str) -> Markup:
    """Sentence with its `commands` set as code; everything in it stays text."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _is_same_shaped(value: Mapping[str, Any]) -> bool:
    """Whether the mapping holds records that make a table."""
    records = list(value.values())
    if len(records) < 2 or not all(isinstance(record, Mapping) for record in records):
        return False
    return all(list(record) == list(records[0]) for record in records)


def _asset(name: str) -> Markup:
    """Own style or script as it is; these files hold no data."""
    loader = _environment().loader
    assert loader is not None
    return Markup(loader.get_source(_environment(), name)[0])  # noqa: S704 - a file of this package


def _figure_json(drawing: Drawing) -> Markup:
    return _json({"data": drawing.data, "layout": drawing.layout, "caption": drawing.caption})


def _packed(text: str) -> str:
    """Compressed text that a page can hold; the browser unpacks it."""
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=6, mtime=0)).decode("ascii")


def _json(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - escaped above


@cache
def _packed_plotly() -> str:
    """plotly.js, compressed: 2 MB in place of 5, unpacked by the browser when first needed."""
    return _packed(plotly_javascript())
