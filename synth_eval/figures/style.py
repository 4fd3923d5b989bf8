"""One look for all figures: colours that never change their meaning, light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["DIVERGING", "HOLDOUT", "NEUTRAL", "REAL", "SYNTHETIC", "faint", "template"]

# Okabe and Ito (2008), told apart with every common colour blindness; beside the colour each
# table keeps a shape of its own: real is filled, synthetic a line or dot, holdout dotted or open.
REAL = "#0072B2"
SYNTHETIC = "#D55E00"
HOLDOUT = "#009E73"
NEUTRAL = "#808791"
# Too few in the colour of the real table, too many in that of the synthetic one; the middle is
# the page itself, light or dark.
DIVERGING = [[0.0, REAL], [0.5, "rgba(128,135,145,0.06)"], [1.0, SYNTHETIC]]

_INKS = {
    "light": {"text": "#3d444d", "grid": "#e6e8eb", "line": "#c3c8ce", "hover": "#ffffff"},
    "dark": {"text": "#b9c0c8", "grid": "#2a2f36", "line": "#4a525c", "hover": "#20242a"},
    "neutral": {
        "text": "#747b84",
        "grid": "rgba(128,135,145,0.25)",
        "line": "rgba(128,135,145,0.56)",
        "hover": "#ffffff",
    },
}
_SCALES = {
    "light": ["#f1f4f6", "#b9d3e2", "#6aa5c8", "#0072b2", "#00365a"],
    "dark": ["#1f262d", "#17415e", "#0b6699", "#46a6dd", "#d8efff"],
    "neutral": ["#dfe7ec", "#a9cbe0", "#5fa3cc", "#0072b2", "#00436b"],
}
_COLOUR_BAR = {
    "outlinewidth": 0,
    "thickness": 12,
    "len": 0.8,
    "title": {"font": {"size": 13}},
    "tickfont": {"size": 12},
}
_FONT = 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", Arial, sans-serif'


def faint(colour: str) -> str:
    """The colour as a band behind a line of it.

    Examples
    --------
    >>> faint("#0072B2")
    'rgba(0,114,178,0.18)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def template(mode: str) -> dict[str, Any]:
    """Plotly template for a light page, a dark page, or a page of unknown colour.

    Parameters
    ----------
    mode : {"light", "dark", "neutral"}
        Background the figure will stand on; figures themselves are transparent.
    """
    ink, scale = _INKS[mode], _SCALES[mode]
    hover = "#24292f" if mode == "neutral" else ink["text"]
    axis = _axis(ink)
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": _FONT, "size": 13, "color": ink["text"]},
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 12},
            "font": {"size": 15},
        },
        "colorway": [REAL, SYNTHETIC, HOLDOUT, NEUTRAL],
        "colorscale": {"sequential": [[i / 4, colour] for i, colour in enumerate(scale)]},
        "coloraxis": {"colorbar": _COLOUR_BAR},
        "hoverlabel": {
            "align": "left",
            "bgcolor": ink["hover"],
            "bordercolor": ink["line"],
            "font": {"color": hover},
        },
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 16, "r": 16, "t": 76, "b": 40},
        "xaxis": axis,
        "yaxis": axis,
        "hovermode": "closest",
        "dragmode": False,
    }
    return {"layout": layout}


def _axis(ink: Mapping[str, str]) -> dict[str, Any]:
    return {
        "automargin": True,
        "gridcolor": ink["grid"],
        "linecolor": ink["line"],
        "tickcolor": ink["line"],
        "zeroline": False,
        "ticklabelstandoff": 4,
        "exponentformat": "none",
        "separatethousands": True,
        "title": {"standoff": 10, "font": {"size": 13}},
    }
