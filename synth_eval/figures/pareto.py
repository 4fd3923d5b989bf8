"""Compared tables on two axes at once, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_eval.figures.drawing import Drawing, rounded
from synth_eval.figures.labels import number, plain
from synth_eval.figures.style import HOLDOUT, NEUTRAL, SYNTHETIC

__all__ = ["Place", "PlotAxis", "pareto"]

_SYMBOLS = {
    "not dominated": "circle",
    "intervals overlap": "circle-open-dot",
    "dominated": "x-thin",
}
_STEPS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0)
"""Round numbers for ticks, as distances from the ideal, denser where the axis is stretched."""


@dataclass(frozen=True, slots=True)
class PlotAxis:
    """One axis: its words, which way is better, the ideal, and where real rows stand."""

    title: str
    is_lower_better: bool
    ideal: float
    reference: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """One table: its label, what may be said of it, and (value, low, high) on both axes."""

    label: str
    word: str
    across: tuple[float, float, float]
    up: tuple[float, float, float]


def pareto(places: Sequence[Place], across: PlotAxis, up: PlotAxis) -> Drawing:
    """Scatter of tables with intervals both ways; the symbol says whether another is better.

    Parameters
    ----------
    places : sequence of Place
        One per table that has numbers on both axes.
    across, up : PlotAxis
        The horizontal and the vertical axis.
    """
    sides = _text_sides(places, across)
    traces = [
        _trace([place for place in places if place.word == word], word, across, up, sides)
        for word in _SYMBOLS
        if any(place.word == word for place in places)
    ]
    layout = {
        "title": {"text": f"{across.title} and {up.title}"},
        "xaxis": _axis(across, [end for place in places for end in place.across]),
        "yaxis": _axis(up, [end for place in places for end in place.up]),
        "shapes": [*_lines(across, "x"), *_lines(up, "y")],
        "showlegend": True,
        "height": 480,
    }
    corner = f"{'left' if across.is_lower_better else 'right'} and "
    corner += "down" if up.is_lower_better else "up"
    caption = (
        f"Each mark is a synthetic table with its intervals; better is {corner}. Filled: no other "
        "table is as good on both axes and better on one; cross: another is; ring: the intervals "
        "overlap and do not tell. Axes are stretched towards the ideal, where differences matter "
        "most. Dashed lines: real rows."
    )
    return Drawing(traces, layout, caption)


def _axis(axis: PlotAxis, ends: Sequence[float]) -> dict[str, Any]:
    """Axis in roots of the distance from the ideal, its ticks at round numbers."""
    ends = [*ends, *([] if axis.reference is None else [axis.reference])]
    signs = (-1, 1)
    marks = {axis.ideal + sign * step for step in _STEPS for sign in signs}
    air = 0.04 * (max(ends) - min(ends))
    ticks = sorted(mark for mark in marks if min(ends) - air <= mark <= max(ends) + air)
    return {
        "title": {
            "text": f"{axis.title} ({'lower' if axis.is_lower_better else 'higher'} is better)"
        },
        "tickvals": rounded(_stretched(tick, axis) for tick in ticks),
        "ticktext": [number(tick) for tick in ticks],
    }


def _stretched(value: float, axis: PlotAxis) -> float:
    gap = value - axis.ideal
    return math.copysign(math.sqrt(abs(gap)), gap)


def _text_sides(places: Sequence[Place], across: PlotAxis) -> dict[str, str]:
    """Where labels stand: above and below in turn, towards the middle at the right end."""
    at = {place.label: _stretched(place.across[0], across) for place in places}
    end = min(at.values()) + 0.75 * (max(at.values()) - min(at.values()))
    return {
        label: f"{('top', 'bottom')[order % 2]} {'left' if at[label] > end else 'right'}"
        for order, label in enumerate(sorted(at, key=lambda label: at[label]))
    }


def _trace(
    places: Sequence[Place], word: str, across: PlotAxis, up: PlotAxis, sides: Mapping[str, str]
) -> dict[str, Any]:
    symbol = _SYMBOLS[word]
    colour = NEUTRAL if word == "dominated" else SYNTHETIC
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": word,
        "x": rounded(_stretched(place.across[0], across) for place in places),
        "y": rounded(_stretched(place.up[0], up) for place in places),
        "error_x": _bars([place.across for place in places], across, colour),
        "error_y": _bars([place.up for place in places], up, colour),
        "text": [plain(place.label, 24) for place in places],
        "textposition": [sides[place.label] for place in places],
        "textfont": {"size": 11},
        "marker": {
            "color": colour,
            "symbol": symbol,
            "size": 10,
            "line": {"width": 2, "color": colour},
        },
        "hovertext": [_hover(place, across, up) for place in places],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _bars(
    ends: Sequence[tuple[float, float, float]], axis: PlotAxis, colour: str
) -> dict[str, Any]:
    ends = [(_stretched(v, axis), _stretched(low, axis), _stretched(h, axis)) for v, low, h in ends]
    return {
        "array": rounded(high - value for value, _, high in ends),
        "arrayminus": rounded(value - low for value, low, _ in ends),
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def _lines(axis: PlotAxis, letter: str) -> list[dict[str, Any]]:
    if axis.reference is None:
        return []
    at = rounded([_stretched(axis.reference, axis)])[0]
    other = "y" if letter == "x" else "x"
    ends = {f"{letter}0": at, f"{letter}1": at, f"{other}0": 0, f"{other}1": 1}
    line = {"color": HOLDOUT, "dash": "dash", "width": 1.5}
    return [{"type": "line", "layer": "below", f"{other}ref": "paper", "line": line, **ends}]


def _hover(place: Place, across: PlotAxis, up: PlotAxis) -> str:
    lines = [f"<b>{plain(place.label)}</b>"]
    for axis, (value, low, high) in ((across, place.across), (up, place.up)):
        lines.append(f"{axis.title} {number(value)} [{number(low)}, {number(high)}]")
    return "<br>".join([*lines, place.word])
