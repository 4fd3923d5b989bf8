"""Shares of rare things against what as many real rows would show: levels, tails, groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from synth_eval.figures.drawing import Drawing, Request, rounded
from synth_eval.figures.labels import number, plain, share
from synth_eval.figures.style import HOLDOUT, NEUTRAL, SYNTHETIC, faint
from synth_eval.judging.items import Item

__all__ = ["expected_levels", "ratios"]

_ITEMS = 25  # drawn, worst first: what a screen shows without scrolling
_POINTS = 400  # of levels: more of them hide each other
_CHANCE = 2.0  # standard errors: about 95 of 100 fresh samples lie within
_PLACES = 40  # along the band of chance, so that it looks smooth
_ONCE = {  # as often as in the real table
    "type": "line",
    "x0": 1,
    "x1": 1,
    "y0": 0,
    "y1": 1,
    "yref": "paper",
    "layer": "below",
    "line": {"color": NEUTRAL, "width": 1, "dash": "dash"},
}


def expected_levels(request: Request) -> Drawing | None:
    """Share of each level in the synthetic table against the real one, on logarithmic axes.

    Returns
    -------
    Drawing or None
        None where no item has both shares.
    """
    items = [r for r in request.items if r.has("estimate") and r.has("real")]
    items = [item for item in items if item.number("real") > 0][:_POINTS]
    if not items:
        return None
    keys = ("estimate", "reference", "real")
    shares = [item.number(key) for item in items for key in keys if item.has(key)]
    floor = 10 ** math.floor(math.log10(min(value for value in shares if value > 0)) - 0.5)
    gone = [item for item in items if item.number("estimate") <= 0]
    data = [
        *_chance(items, request.result.n, floor),
        _points(items, "reference", "holdout", floor),
        _points(items, "estimate", "synthetic", floor),
    ]
    log = {"type": "log", "tickformat": ".3~%", "dtick": 1}
    layout = {
        "title": {"text": f"{plain(request.result.code)} rare levels against expectation"},
        "xaxis": {"title": {"text": "share of real rows"}, **log},
        "yaxis": {
            "title": {"text": "share of rows"},
            **log,
            "range": [math.log10(floor) - 0.1, 0.1],
        },
        "height": 420,
    }
    caption = (
        "Each dot is a level of a column; the grey band is where the shares of as many fresh "
        "real rows would lie, and levels that are absent stand at the foot. Bad: dots below the "
        f"band. Absent: {len(gone):,} of {len(items):,} levels."
    )
    return Drawing([trace for trace in data if trace["x"]], layout, caption)


def _chance(items: Sequence[Item], n: int | None, floor: float) -> list[dict[str, Any]]:
    """Diagonal, and the band around it in which samples of `n` real rows lie."""
    low, high = (math.log10(end(item.number("real") for item in items)) for end in (min, max))
    width = max(high - low, 0.3)
    x = [10 ** (low - 0.1 + (width + 0.2) * i / (_PLACES - 1)) for i in range(_PLACES)]
    x = [min(value, 1.0) for value in x]
    line = {"color": NEUTRAL, "width": 1, "dash": "dash"}
    diagonal: dict[str, Any] = {
        "type": "scatter", "mode": "lines", "name": "as in the real table", "x": rounded(x),
        "y": rounded(x), "line": line, "hoverinfo": "skip",
    }  # fmt: skip
    if not n:
        return [diagonal]
    reach = [_CHANCE * math.sqrt(value * (1 - value) / n) for value in x]
    upper = [min(value + width, 1.0) for value, width in zip(x, reach, strict=True)]
    lower = [max(value - width, floor) for value, width in zip(x, reach, strict=True)]
    band: dict[str, Any] = {
        "type": "scatter", "mode": "lines", "name": "as many fresh real rows",
        "x": rounded([*x, *reversed(x)]), "y": rounded([*upper, *reversed(lower)]),
        "fill": "toself", "fillcolor": faint(NEUTRAL), "line": {"width": 0}, "hoverinfo": "skip",
    }  # fmt: skip
    return [band, diagonal]


def _points(items: Sequence[Item], key: str, role: str, floor: float) -> dict[str, Any]:
    points = [item for item in items if item.has(key)]
    is_open = role == "holdout"
    marker = {
        "color": HOLDOUT if is_open else SYNTHETIC,
        "symbol": "diamond-open" if is_open else "circle",
        "size": 7 if is_open else 8,
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": role,
        "x": rounded(item.number("real") for item in points),
        "y": rounded(max(item.number(key), floor) for item in points),
        "marker": marker,
        "hovertext": [
            f"<b>{plain(item.label)}</b><br>{role} {share(item.number(key))}"
            f"<br>real {share(item.number('real'))}"
            for item in points
        ],
        "hoverinfo": "text",
    }


def ratios(request: Request) -> Drawing | None:
    """How often something occurs, as a multiple of how often it does in the real table.

    Returns
    -------
    Drawing or None
        None where no item has a ratio.
    """
    items = [item for item in request.items if item.has("ratio")][:_ITEMS]
    if not items:
        return None
    names = [item.label or f"item {place + 1}" for place, item in enumerate(items)]
    layout = {
        "title": {"text": plain(request.result.code)},
        "xaxis": {"title": {"text": "times the share of the real table"}, "rangemode": "tozero"},
        "yaxis": {
            "tickvals": list(range(len(items))),
            "ticktext": [plain(name, 48) for name in names],
            "range": [len(items) - 0.5, -0.5],
            "showgrid": False,
        },
        "shapes": [_ONCE],
        "height": 120 + 24 * max(len(items), 3),
    }
    caption = (
        "How often each occurs among synthetic rows, as a multiple of its real share (dashed "
        "line: as often). Bad: dots and whole intervals far left of the line, where the holdout "
        "is on it; at 0 it is gone."
    )
    total = sum(item.has("ratio") for item in request.items)
    if total > len(items):
        caption += f" The first {len(items)} of {total:,} are drawn."
    return Drawing([_ratio_dots(items), *_holdout_ratios(items)], layout, caption)


def _ratio_dots(items: Sequence[Item]) -> dict[str, Any]:
    above = [
        r.number("ratio_high") - r.number("ratio") if r.has("ratio_high") else 0 for r in items
    ]
    below = [r.number("ratio") - r.number("ratio_low") if r.has("ratio_low") else 0 for r in items]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "synthetic",
        "x": rounded(item.number("ratio") for item in items),
        "y": list(range(len(items))),
        "error_x": {
            "array": rounded(above),
            "arrayminus": rounded(below),
            "color": SYNTHETIC,
            "thickness": 2,
            "width": 0,
        },
        "marker": {"color": SYNTHETIC, "size": 9},
        "hovertext": [_ratio_text(item) for item in items],
        "hoverinfo": "text",
    }


def _holdout_ratios(items: Sequence[Item]) -> list[dict[str, Any]]:
    marks = []
    for place, item in enumerate(items):
        value = item.number("reference_ratio") if item.has("reference_ratio") else None
        if value is None and item.has("reference") and item.has("real") and item.number("real"):
            value = item.number("reference") / item.number("real")
        if value is not None:
            marks.append((place, value))
    if not marks:
        return []
    marker = {"color": HOLDOUT, "symbol": "diamond-open", "size": 11, "line": {"width": 2}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "real holdout",
            "x": rounded(value for _, value in marks),
            "y": [place for place, _ in marks],
            "marker": marker,
            "hovertext": [f"real holdout: {number(value)}" for _, value in marks],
            "hoverinfo": "text",
        }
    ]


def _ratio_text(item: Item) -> str:
    text = f"<b>{plain(item.label)}</b><br>{number(item.number('ratio'))} times the real share"
    if item.has("ratio_low") and item.has("ratio_high"):
        text += f" [{number(item.number('ratio_low'))}, {number(item.number('ratio_high'))}]"
    if item.has("estimate") and item.has("real"):
        text += (
            f"<br>synthetic {share(item.number('estimate'))}<br>real {share(item.number('real'))}"
        )
    return text
