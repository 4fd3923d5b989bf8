"""Text on figures: data must stay text, and numbers are told as everywhere."""

from __future__ import annotations

from synth_eval.words import number, share

__all__ = ["number", "plain", "share"]


def plain(text: object, limit: int = 60) -> str:
    """Text for a figure: plotly reads some HTML in labels, and data must never be markup.

    Examples
    --------
    >>> plain("<b>a & b</b>")
    '&lt;b&gt;a &amp; b&lt;/b&gt;'
    """
    line = " ".join(str(text).split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
