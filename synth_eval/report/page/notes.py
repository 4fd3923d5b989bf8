"""What analysts add to a copy of the notebook, for the page: text, images and figures.

Markdown is rendered with raw HTML escaped, images are embedded, plotly figures are drawn as
the page's own; HTML outputs are shown by the text that comes with them. Nothing here is
evaluated, and nothing asks the network for anything.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mistune
from markupsafe import Markup

from synth_eval.figures.drawing import Drawing

__all__ = ["TAG", "NoteView", "collect_notes", "note_views"]

TAG = "report"
"""Tag of the cells that appear in the page."""

MOST = 1_500_000
"""Characters of all notes together, so that the page stays small."""

_IMAGES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")
_FIGURE = "application/vnd.plotly.v1+json"
_LEVELS_BELOW = 2
"""Headings of notes stand below the page's own."""


@dataclass(frozen=True, slots=True)
class NoteView:
    """One piece of a note: ready markup, or the key of a figure."""

    html: Markup
    figure: str = ""


class _Renderer(mistune.HTMLRenderer):
    """Headings below those of the page; images by address would ask a network, so: their text."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return super().heading(text, min(level + _LEVELS_BELOW, 6), **attrs)

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        return f"<em>{text}</em>" if text else ""


_markdown = mistune.create_markdown(renderer=_Renderer(), plugins=["table", "strikethrough"])


def collect_notes(cells: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Notes of an executed notebook as plain data, in the order of its cells.

    Parameters
    ----------
    cells : iterable of mapping
        Cells in the form of nbformat 4; those tagged `TAG` are taken.

    Returns
    -------
    list of dict
        ``kind`` is ``"markdown"``, ``"text"``, ``"image"`` (with ``media`` and ``data`` in
        base64) or ``"figure"`` (with ``data`` and ``layout`` of plotly). What goes beyond
        `MOST` is replaced by a sentence that says so.
    """
    notes: list[dict[str, Any]] = []
    left = MOST
    for cell in cells:
        if TAG not in cell.get("metadata", {}).get("tags", ()):
            continue
        for note in _of(cell):
            size = len(str(note))
            if size > left:
                what = f"{note['kind']} of {size / 1e6:.1f} MB"
                note = {"kind": "text", "text": f"Left out: {what}; notes hold {MOST / 1e6:g} MB."}
            else:
                left -= size
            notes.append(note)
    return notes


def note_views(notes: Sequence[Mapping[str, Any]]) -> tuple[list[NoteView], dict[str, Drawing]]:
    """Notes as markup, and the figures that they name."""
    views: list[NoteView] = []
    figures: dict[str, Drawing] = {}
    for place, note in enumerate(notes):
        kind = note.get("kind")
        if kind == "markdown":
            views.append(NoteView(Markup(_markdown(str(note["text"])))))  # noqa: S704 - escaped
        elif kind == "image" and note.get("media") in _IMAGES and _is_base64(str(note["data"])):
            image = Markup('<img alt="Image of the analyst" src="data:{};base64,{}">')
            views.append(NoteView(image.format(note["media"], note["data"])))
        elif kind == "figure":
            key = f"note-{place}"
            figures[key] = Drawing(list(note["data"]), dict(note["layout"]), "")
            views.append(NoteView(Markup(""), key))
        elif kind == "text":
            views.append(NoteView(Markup("<pre>{}</pre>").format(str(note["text"]))))
    return views, figures


def _of(cell: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if cell.get("cell_type") == "markdown":
        yield {"kind": "markdown", "text": _joined(cell.get("source", ""))}
        for attached in cell.get("attachments", {}).values():
            yield from _best(attached)
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "stream" and output.get("name") == "stdout":
            yield {"kind": "text", "text": _joined(output["text"]).rstrip("\n")}
        elif output.get("output_type") in ("display_data", "execute_result"):
            yield from _best(output.get("data", {}))


def _best(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The form of an output that the page shows best."""
    figure = data.get(_FIGURE)
    if isinstance(figure, Mapping):
        layout = {k: v for k, v in figure.get("layout", {}).items() if k != "template"}
        yield {"kind": "figure", "data": list(figure.get("data", ())), "layout": layout}
        return
    for media in _IMAGES:
        if media in data:
            content = _joined(data[media])
            if media == "image/svg+xml":
                content = base64.b64encode(content.encode()).decode("ascii")
            yield {"kind": "image", "media": media, "data": re.sub(r"\s", "", content)}
            return
    if "text/markdown" in data:
        yield {"kind": "markdown", "text": _joined(data["text/markdown"])}
    elif "text/plain" in data:
        yield {"kind": "text", "text": _joined(data["text/plain"])}


def _joined(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _is_base64(data: str) -> bool:
    try:
        base64.b64decode(data, validate=True)
    except binascii.Error:
        return False
    return True
