"""Notes of analysts: what enters the page, what cannot do harm, and how much of it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pytest

from synth_eval.command import main as cli
from synth_eval.errors import UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.job.notebook import make_report, notebook_path
from synth_eval.report.page.html import render_page
from synth_eval.report.page.notes import MOST, collect_notes, note_views

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
FIGURE = {"data": [{"type": "bar", "y": [1, 2]}], "layout": {"template": {}, "height": 300}}


def markdown(text, tags=("report",), **more):
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": text, **more}


def code(*outputs, tags=("report",)):
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "outputs": list(outputs)}


def shown(data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def html(*cells):
    return "".join(str(view.html) for view in note_views(collect_notes(cells))[0])


def test_tagged_cells_alone_are_notes_in_their_order():
    cells = [
        markdown("first"),
        markdown("not tagged", tags=()),
        code({"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]}),
        code({"output_type": "stream", "name": "stderr", "text": "complaint"}),
        code(shown({"image/png": PNG, "text/plain": "<Figure>"})),
        code(shown({"application/vnd.plotly.v1+json": FIGURE, "text/html": "<script>"})),
        code(
            shown({"text/html": "<table><tr><td>1</td></tr></table>", "text/plain": "   x\n0  1"})
        ),
        code(shown({"text/markdown": "*told*"})),
        code(),
    ]
    notes = collect_notes(cells)
    assert [note["kind"] for note in notes] == [
        "markdown", "text", "image", "figure", "text", "markdown",
    ]  # fmt: skip
    assert notes[1]["text"] == "a\nb"
    assert notes[3]["layout"] == {"height": 300}
    assert notes[4]["text"] == "   x\n0  1"


def test_markdown_becomes_markup_below_the_headings_of_the_page():
    found = html(markdown("# Result\n\nIt is **good**, see [why](https://example.org).\n\n- one\n"))
    assert "<h3>Result</h3>" in found
    assert "<strong>good</strong>" in found
    assert '<a href="https://example.org">why</a>' in found
    assert "<li>one</li>" in found
    table = html(markdown("| a | b |\n|---|---|\n| 1 | 2 |\n"))
    assert "<td>1</td>" in table


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)> text",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](&#106;avascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "![a](https://example.org/track.png)",
        '![a"onerror="alert(1)](x)',
        '[a](https://example.org/"onmouseover="alert(1))',
        "[a]: javascript:alert(1)\n\n[a]",
        "```html\n</code><script>alert(1)</script>\n```",
        "# <iframe src=//example.org>",
        "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    ],
)
def test_hostile_markdown_does_nothing(text):
    found = html(markdown(text))
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", found))
    assert tags <= {
        "p",
        "a",
        "em",
        "pre",
        "code",
        "h3",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    for element in re.findall(r"<[^>]*>", found):
        assert not re.search(r"\son\w+\s*=", element)
        assert not re.search(r"(?:javascript|data|vbscript)\s*:", element, re.IGNORECASE)


def test_outputs_stay_text_and_images_stay_images():
    assert "&lt;script&gt;" in html(code(shown({"text/plain": "<script>alert(1)</script>"})))
    evil = {"image/png": 'AAAA" onerror="alert(1)'}
    assert html(code(shown(evil))) == ""
    svg = html(code(shown({"image/svg+xml": "<svg onload='alert(1)'/>"})))
    assert "onload" not in svg
    assert 'src="data:image/svg+xml;base64,' in svg
    attached = markdown("see", attachments={"a.png": {"image/png": PNG}})
    assert f"data:image/png;base64,{PNG}" in html(attached)
    assert note_views([{"kind": "image", "media": "text/html", "data": "AAAA"}]) == ([], {})


def test_page_shows_notes_and_has_no_part_for_none(evaluation):
    notes = collect_notes([markdown("It is **good**."), code(shown(
        {"application/vnd.plotly.v1+json": FIGURE}
    ))])  # fmt: skip
    page = render_page(replace(evaluation, notes=notes))
    assert "Analyst&#39;s notes" in page or "Analyst's notes" in page
    assert "<strong>good</strong>" in page
    assert 'data-draw="note-1"' in page
    assert 'data-figure="note-1"' in page
    assert 'id="notes"' not in render_page(evaluation)


def test_notes_survive_json_and_are_not_released(evaluation):
    noted = replace(evaluation, notes=collect_notes([markdown("secret names")]))
    again = Evaluation.from_dict(json.loads(noted.to_json()))
    assert again.notes == noted.notes
    assert "secret names" in again.to_html()
    assert "secret names" not in again.to_html(release_safe=True)


def test_too_much_is_left_out_and_says_so(evaluation):
    big = base64.b64encode(bytes(1_000_000)).decode()
    cells = [code(shown({"image/png": big}), shown({"image/png": big})), markdown("after")]
    notes = collect_notes(cells)
    assert [note["kind"] for note in notes] == ["image", "text", "markdown"]
    assert notes[1]["text"] == "Left out: image of 1.3 MB; notes hold 1.5 MB."
    assert sum(len(str(note)) for note in notes) < MOST + 1_000
    assert len(render_page(replace(evaluation, notes=notes)).encode()) < 6_000_000


def test_cells_of_a_copy_enter_the_page_of_the_run(tmp_path):
    content = json.loads(notebook_path().read_text(encoding="utf-8"))
    cells = [c for c in content["cells"] if "parameters" in c["metadata"].get("tags", [])]
    save = "from synth_eval.evaluation import Evaluation\nwritten = Evaluation([]).save(out)"
    for number, source in enumerate((save, "print(6 * 7)")):
        tags = ["report"] if number else []
        cells.append({"cell_type": "code", "id": f"c{number}", "metadata": {"tags": tags},
                      "outputs": [], "execution_count": None, "source": source})  # fmt: skip
    cells.append({**markdown("I *looked*."), "id": "m"})
    copy = tmp_path / "mine.ipynb"
    copy.write_text(json.dumps({**content, "cells": cells}), encoding="utf-8")
    make_report({}, tmp_path / "out", notebook=copy, quiet=True)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<em>looked</em>" in page
    assert "<pre>42</pre>" in page
    assert "6 * 7" not in page
    record = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert [note["kind"] for note in record["notes"]] == ["text", "markdown"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "cannot read notebook"), ("{", "is no notebook"), ("[]", "no notebook of format 4")],
)
def test_what_is_no_notebook_is_refused_early(content, sentence, tmp_path):
    path = tmp_path / "mine.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=sentence):
        cli._own_notebook(str(path))
