"""Drawings of panels: lines on common axes, or matrices side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synth_eval.figures.drawing import Drawing, rounded
from synth_eval.figures.labels import number, plain
from synth_eval.figures.style import DIVERGING, HOLDOUT, NEUTRAL, REAL, SYNTHETIC, faint
from synth_eval.judging.panels import Grid, Panel, PlottedLine

__all__ = ["panel_drawing", "undrawn"]

_COLOURS = {"real": REAL, "synthetic": SYNTHETIC, "holdout": HOLDOUT}
_DASHES = {"holdout": "dot"}
_GAP = 0.04  # between matrices, as a share of the width
_LINE = 24  # pixels of a name in a listing: a line of text and air
_HEAD = 0.92  # what the headings of matrices leave of the height
_MANY_TICKS = 25  # names beside a matrix; of more every second or third is written
_ABOVE = {
    "xref": "paper",
    "yref": "paper",
    "xanchor": "center",
    "yanchor": "bottom",
    "showarrow": False,
}
"""How a heading stands above its matrix."""


def panel_drawing(panel: Panel) -> Drawing:
    """Drawing of a panel; of one without lines and matrices its words alone."""
    if not panel.lines and not panel.grids:
        return undrawn(panel.title, panel.caption)
    if panel.grids:
        return _matrices(panel)
    data = [trace for line in panel.lines for trace in _line(line, panel)]
    layout: dict[str, Any] = {
        "title": {"text": plain(panel.title)},
        "xaxis": {"title": {"text": plain(panel.x)}, **_scale(panel.log_x, panel.x_ticks)},
        "yaxis": {"title": {"text": plain(panel.y)}, **_scale(panel.log_y, panel.y_ticks)},
        "showlegend": len(panel.lines) > 1,
        "height": 380,
    }
    if panel.y_ticks:  # a listing: the first name on top, a line for each
        layout["yaxis"] |= {"range": [len(panel.y_ticks) - 0.5, -0.5], "showgrid": False}
        layout["height"] = 120 + _LINE * max(len(panel.y_ticks), 3)
    return Drawing(data, layout, panel.caption)


def undrawn(title: str, caption: str) -> Drawing:
    """Words in the place of a figure."""
    blank = {"visible": False}
    layout = {"title": {"text": plain(title)}, "xaxis": blank, "yaxis": blank, "height": 80}
    return Drawing([], layout, caption)


def _line(line: PlottedLine, panel: Panel) -> list[dict[str, Any]]:
    """The line, and below it the band of its interval, or error bars for points."""
    colour = _COLOURS.get(line.side, NEUTRAL)
    is_points = line.shape == "points"
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers" if is_points else "lines",
        "name": plain(line.name),
        "x": rounded(line.x),
        "y": _gapped(line.y),
        "hovertext": _hovers(line, panel),
        "hoverinfo": "text",
    }
    if is_points:
        symbol = "diamond-open" if line.side == "holdout" else "circle"
        trace["marker"] = {"color": colour, "size": 8, "symbol": symbol}
        trace.update(_error_bars(line, colour))
        return [trace]
    trace["line"] = {"color": colour, "width": 2}
    if line.shape == "steps":
        trace["line"]["shape"] = "hv"
    dash = "dash" if line.shape == "dashes" else _DASHES.get(line.side)
    if dash:
        trace["line"]["dash"] = dash
    return [*_band(line, colour), trace]


def _band(line: PlottedLine, colour: str) -> list[dict[str, Any]]:
    """One closed outline per stretch without gaps."""
    if line.low is None or line.high is None:
        return []
    places = [
        place
        for place, (low, high) in enumerate(zip(line.low, line.high, strict=True))
        if low is not None and high is not None
    ]
    forth = [(line.x[place], line.low[place]) for place in places]
    back = [(line.x[place], line.high[place]) for place in reversed(places)]
    outline = [*forth, *back]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": rounded(x for x, _ in outline),
            "y": _gapped([y for _, y in outline]),
            "fill": "toself",
            "fillcolor": faint(colour),
            "line": {"width": 0},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def _error_bars(line: PlottedLine, colour: str) -> dict[str, Any]:
    if line.low is None or line.high is None:
        return {}
    triples = list(zip(line.y, line.low, line.high, strict=True))
    bars = {
        "array": _gapped(
            [None if y is None or high is None else high - y for y, _, high in triples]
        ),
        "arrayminus": _gapped(
            [None if y is None or low is None else y - low for y, low, _ in triples]
        ),
        "color": colour,
        "thickness": 2,
        "width": 0,
    }
    return {"error_y": bars}


def _hovers(line: PlottedLine, panel: Panel) -> list[str]:
    texts = []
    for place, (x, y) in enumerate(zip(line.x, line.y, strict=True)):
        at = panel.x_ticks[int(x)] if panel.x_ticks and 0 <= x < len(panel.x_ticks) else number(x)
        text = f"<b>{plain(line.name)}</b><br>{plain(panel.x)}: {plain(at)}<br>{number(y)}"
        low = line.low[place] if line.low is not None else None
        high = line.high[place] if line.high is not None else None
        if low is not None and high is not None:
            text += f" [{number(low)}, {number(high)}]"
        texts.append(text)
    return texts


def _scale(is_log: bool, ticks: Sequence[str]) -> dict[str, Any]:
    if ticks:
        return {
            "tickvals": list(range(len(ticks))),
            "ticktext": [plain(tick, 24) for tick in ticks],
        }
    return {"type": "log", "dtick": 1} if is_log else {}


def _matrices(panel: Panel) -> Drawing:
    """Heat maps side by side; values of one meaning share one scale.

    Where there is no room, the page sets them one below the other (``meta``).
    """
    count = len(panel.grids)
    width = (1 - _GAP * (count - 1)) / count
    layout: dict[str, Any] = {
        "title": {"text": plain(panel.title)},
        "showlegend": False,
        "height": max(320, min(560, 150 + 20 * max(len(grid.z) for grid in panel.grids))),
        "meta": {"matrices": count},
        "annotations": [],
    }
    data = []
    for place, grid in enumerate(panel.grids):
        suffix = str(place + 1) if place else ""
        start = place * (width + _GAP)
        layout[f"xaxis{suffix}"] = {
            **_side(panel.x_ticks, panel.x if place == count // 2 else ""),
            "domain": [start, start + width],
            "anchor": f"y{suffix}",
            "tickangle": -45 if panel.x_ticks else 0,
        }
        layout[f"yaxis{suffix}"] = {
            **_side(panel.y_ticks, panel.y if not place else ""),
            "anchor": f"x{suffix}",
            "autorange": "reversed",
            "domain": [0, _HEAD],
            "showticklabels": not place and bool(panel.y_ticks),
        }
        heading = {"text": plain(grid.name), "x": start + width / 2, "y": _HEAD}
        layout["annotations"].append({**heading, **_ABOVE})
        data.append(_matrix(grid, panel, suffix))
    layout.update(_colours(panel.grids))
    return Drawing(data, layout, panel.caption)


def _side(ticks: Sequence[str], title: str) -> dict[str, Any]:
    side: dict[str, Any] = {"showgrid": False, "title": {"text": plain(title)}}
    if not ticks:
        return {**side, "showticklabels": False, "ticks": ""}
    step = -(-len(ticks) // _MANY_TICKS)
    places = range(0, len(ticks), step)
    return {
        **side,
        "tickvals": list(places),
        "ticktext": [plain(ticks[place], 20) for place in places],
        "tickfont": {"size": 10},
    }


def _matrix(grid: Grid, panel: Panel, suffix: str) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "name": plain(grid.name),
        "z": [_gapped(line) for line in grid.z],
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "hovertext": [
            [_cell_text(panel, down, across, value) for across, value in enumerate(line)]
            for down, line in enumerate(grid.z)
        ],
        "hoverinfo": "text",
        "hoverongaps": False,
        "coloraxis": "coloraxis2" if grid.is_difference else "coloraxis",
    }


def _cell_text(panel: Panel, down: int, across: int, value: float | None) -> str:
    names = [
        plain(ticks[place])
        for ticks, place in ((panel.y_ticks, down), (panel.x_ticks, across))
        if place < len(ticks)
    ]
    return "<br>".join([" × ".join(names), number(value)] if names else [number(value)])


def _colours(grids: Sequence[Grid]) -> Mapping[str, Any]:
    axes: dict[str, Any] = {}
    for is_difference, name in ((False, "coloraxis"), (True, "coloraxis2")):
        values = [
            value
            for grid in grids
            if grid.is_difference is is_difference
            for line in grid.z
            for value in line
            if value is not None
        ]
        largest = max(map(abs, values), default=0) or 1
        axes[name] = {"cmin": 0, "cmax": largest, "showscale": False}
        if is_difference or min(values, default=0) < 0:
            axes[name] = {"cmin": -largest, "cmax": largest, "colorscale": DIVERGING,
                          "showscale": False}  # fmt: skip
    return axes


def _gapped(values: Sequence[float | None]) -> list[float | None]:
    """Numbers as short as a screen needs, gaps kept."""
    return [None if value is None else rounded([value])[0] for value in values]
