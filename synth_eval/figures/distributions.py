"""Overlays of one column: real filled, synthetic a line or dots, holdout dotted or open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from synth_eval.figures.drawing import Drawing, rounded
from synth_eval.figures.labels import number, plain, share
from synth_eval.figures.style import HOLDOUT, REAL, SYNTHETIC

__all__ = ["overlay"]

_PERCENT = {"tickformat": ".1~%", "rangemode": "tozero"}
_ROLES = ("real", "synthetic", "holdout")
_COLOURS = {"real": REAL, "synthetic": SYNTHETIC, "holdout": HOLDOUT}


def overlay(profile: Mapping[str, Any]) -> Drawing:
    """Shares of the cells of a column in every table.

    Parameters
    ----------
    profile : mapping
        ``column``, ``labels``, ``edges`` (None for levels), shares by table.
    """
    edges = profile.get("edges")
    if edges is not None and len(edges) > 1:
        return _histogram(profile, edges)
    return _levels(profile)


def _levels(profile: Mapping[str, Any]) -> Drawing:
    """Bars of the real shares with the dots of the others on them."""
    cells = _used(profile, range(len(profile["labels"])))
    data = []
    for role in _roles(profile):
        values = [profile[role][cell] for cell in cells]
        data.append(_level_trace(role, values, _hovers(profile, role, cells)))
    layout = {
        "title": {"text": plain(profile["column"])},
        "xaxis": {"title": {"text": "share of rows"}, **_PERCENT},
        "yaxis": {
            "tickvals": list(range(len(cells))),
            "ticktext": [plain(profile["labels"][cell], 32) for cell in cells],
            "range": [len(cells) - 0.5, -0.5],
            "showgrid": False,
        },
        "height": 130 + 24 * max(len(cells), 3),
    }
    caption = (
        "Share of rows with each level. Bad: dots of the synthetic table away from the ends of "
        f"the bars while the holdout sits on them. {_widest(profile)}"
    )
    return Drawing(data, layout, caption)


def _level_trace(role: str, values: Sequence[float], hover: list[str]) -> dict[str, Any]:
    common = {
        "name": role,
        "x": rounded(values),
        "y": list(range(len(values))),
        "hovertext": hover,
        "hoverinfo": "text",
    }
    if role == "real":
        look = {"color": REAL, "opacity": 0.55}
        return {**common, "type": "bar", "orientation": "h", "width": 0.62, "marker": look}
    is_open = role == "holdout"
    symbol = "diamond-open" if is_open else "circle"
    line = {"width": 2 if is_open else 0}
    marker = {"color": _COLOURS[role], "symbol": symbol, "size": 9, "line": line}
    return {**common, "type": "scatter", "mode": "markers", "marker": marker}


def _histogram(profile: Mapping[str, Any], edges: Sequence[float]) -> Drawing:
    """Steps over the bins, heights per equal width; cells without a place stand beside."""
    widths = [right - left for left, right in pairwise(edges)]
    unit = min(widths)
    is_date = profile.get("kind") == "datetime"
    places = [edge / 1000 for edge in edges] if is_date else list(edges)  # µs to ms
    labels, bins = profile["labels"], len(widths)
    data: list[dict[str, Any]] = []
    for role in _roles(profile):
        shares = profile[role]
        heights = [shares[i] * unit / width for i, width in enumerate(widths)]
        hover = [f"{plain(labels[i])}<br>{role} {share(shares[i])}" for i in range(bins)]
        data.append(_step_trace(role, places, heights, hover))
    beside = _used(profile, range(bins, len(labels)))
    data += [_beside_trace(profile, role, beside) for role in _roles(profile) if beside]
    unit_words = "" if is_date else f" per {number(unit)}"
    layout = {
        "title": {"text": plain(profile["column"])},
        "xaxis": {"domain": [0, 0.82 if beside else 1], "type": "date" if is_date else "linear"},
        "yaxis": {"title": {"text": f"share of rows{unit_words}"}, **_PERCENT},
        "height": 340,
        **_beside_axes(labels, beside),
    }
    caption = (
        "Distribution of the column; what has no place on the axis (beyond the outer edges, "
        "missing) stands at the right. Bad: the synthetic line away from the filled real area "
        f"where the holdout follows it. {_widest(profile)}"
    )
    return Drawing(data, layout, caption)


def _step_trace(
    role: str, places: Sequence[float], heights: Sequence[float], hover: list[str]
) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": role,
        "x": rounded(places) if abs(places[-1]) < 1e9 else list(places),
        "y": rounded([*heights, heights[-1]]),
        "hovertext": [*hover, hover[-1]],
        "hoverinfo": "text",
        "line": {"shape": "hv", "color": _COLOURS[role], "width": 2},
    }
    if role == "real":
        trace["fill"] = "tozeroy"
        trace["fillcolor"] = "rgba(0,114,178,0.28)"
        trace["line"]["width"] = 1
    if role == "holdout":
        trace["line"]["dash"] = "dot"
    return trace


def _beside_trace(profile: Mapping[str, Any], role: str, cells: Sequence[int]) -> dict[str, Any]:
    values = [profile[role][place] for place in cells]
    trace = _level_trace(role, values, _hovers(profile, role, cells))
    trace["x"], trace["y"] = trace["y"], trace["x"]
    trace.pop("orientation", None)
    return {**trace, "xaxis": "x2", "yaxis": "y2", "showlegend": False}


def _beside_axes(labels: Sequence[str], cells: Sequence[int]) -> dict[str, Any]:
    if not cells:
        return {}
    ticks = {
        "tickvals": list(range(len(cells))),
        "ticktext": [plain(labels[place], 16) for place in cells],
        "range": [-0.7, len(cells) - 0.3],
        "showgrid": False,
    }
    return {
        "xaxis2": {"domain": [0.9, 1], "anchor": "y2", **ticks},
        "yaxis2": {"anchor": "x2", **_PERCENT},
    }


def _widest(profile: Mapping[str, Any]) -> str:
    """Cell where the two tables part most, in words."""
    real, synthetic = profile["real"], profile["synthetic"]
    gaps = [abs(left - right) for left, right in zip(synthetic, real, strict=True)]
    widest = max(range(len(gaps)), key=gaps.__getitem__)
    if gaps[widest] == 0:
        return "Here no share differs."
    return (
        f"Here the widest gap is at {profile['labels'][widest]}: {share(synthetic[widest])} of "
        f"synthetic rows, {share(real[widest])} of real ones."
    )


def _roles(profile: Mapping[str, Any]) -> list[str]:
    return [role for role in _ROLES if profile.get(role) is not None]


def _used(profile: Mapping[str, Any], cells: Iterable[int]) -> list[int]:
    """Cells that any table has rows in."""
    return [cell for cell in cells if any(profile[role][cell] > 0 for role in _roles(profile))]


def _hovers(profile: Mapping[str, Any], role: str, cells: Iterable[int]) -> list[str]:
    return [
        f"<b>{plain(profile['labels'][cell])}</b><br>{role} {share(profile[role][cell])}"
        for cell in cells
    ]
