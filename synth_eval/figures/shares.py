"""Shares of rare things against what as many real rows would show: levels, tails, groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from synth_eval.figures.drawing import Drawing, Request, Row, has_number, rounded
from synth_eval.figures.labels import item_label, number, plain, share
from synth_eval.figures.style import HOLDOUT, NEUTRAL, SYNTHETIC, faint

__all__ = ["expected_levels", "ratios"]

_ITEMS = 25
_POINTS = 400
_CHANCE = 2.0  # standard errors: about 95 of 100 fresh samples lie within
_PLACES = 40
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
        None where no row has both shares.
    """
    rows = [r for r in request.rows if has_number(r, "estimate") and has_number(r, "real")]
    rows = [row for row in rows if row["real"] > 0][:_POINTS]
    if not rows:
        return None
    floor = 10 ** math.floor(math.log10(min(_smallest(rows), *(row["real"] for row in rows))) - 0.5)
    gone = [row for row in rows if row["estimate"] <= 0]
    data = [
        *_chance(rows, request.result.n, floor),
        _points(rows, "reference", "holdout", floor),
        _points(rows, "estimate", "synthetic", floor),
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
        f"band. Absent: {len(gone):,} of {len(rows):,} levels."
    )
    return Drawing([trace for trace in data if trace["x"]], layout, caption)


def _smallest(rows: Sequence[Row]) -> float:
    shares = (row[key] for row in rows for key in ("estimate", "reference") if has_number(row, key))
    return min((value for value in shares if value > 0), default=1.0)


def _chance(rows: Sequence[Row], n: int | None, floor: float) -> list[dict[str, Any]]:
    """Diagonal, and the band around it in which samples of `n` real rows lie."""
    low, high = (math.log10(end(row["real"] for row in rows)) for end in (min, max))
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


def _points(rows: Sequence[Row], key: str, role: str, floor: float) -> dict[str, Any]:
    told = [row for row in rows if has_number(row, key)]
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
        "x": rounded(row["real"] for row in told),
        "y": rounded(max(row[key], floor) for row in told),
        "marker": marker,
        "hovertext": [
            f"<b>{plain(item_label(row))}</b><br>{role} {share(row[key])}"
            f"<br>real {share(row['real'])}"
            for row in told
        ],
        "hoverinfo": "text",
    }


def ratios(request: Request) -> Drawing | None:
    """How often something occurs, as a multiple of how often it does in the real table.

    Returns
    -------
    Drawing or None
        None where no row has a ratio.
    """
    rows = [row for row in request.rows if has_number(row, "ratio")][:_ITEMS]
    if not rows:
        return None
    names = [item_label(row) or f"item {place + 1}" for place, row in enumerate(rows)]
    layout = {
        "title": {"text": plain(request.result.code)},
        "xaxis": {"title": {"text": "times the share of the real table"}, "rangemode": "tozero"},
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": [plain(name, 48) for name in names],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
        },
        "shapes": [_ONCE],
        "height": 120 + 24 * max(len(rows), 3),
    }
    caption = (
        "How often each occurs among synthetic rows, as a multiple of its real share (dashed "
        "line: as often). Bad: dots and whole intervals far left of the line, where the holdout "
        "is on it; at 0 it is gone."
    )
    total = sum(has_number(row, "ratio") for row in request.rows)
    if total > len(rows):
        caption += f" The first {len(rows)} of {total:,} are drawn."
    return Drawing([_ratio_dots(rows), *_holdout_ratios(rows)], layout, caption)


def _ratio_dots(rows: Sequence[Row]) -> dict[str, Any]:
    above = [r["ratio_high"] - r["ratio"] if has_number(r, "ratio_high") else 0 for r in rows]
    below = [r["ratio"] - r["ratio_low"] if has_number(r, "ratio_low") else 0 for r in rows]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "synthetic",
        "x": rounded(row["ratio"] for row in rows),
        "y": list(range(len(rows))),
        "error_x": {
            "array": rounded(above),
            "arrayminus": rounded(below),
            "color": SYNTHETIC,
            "thickness": 2,
            "width": 0,
        },
        "marker": {"color": SYNTHETIC, "size": 9},
        "hovertext": [_ratio_text(row) for row in rows],
        "hoverinfo": "text",
    }


def _holdout_ratios(rows: Sequence[Row]) -> list[dict[str, Any]]:
    found = []
    for place, row in enumerate(rows):
        value = row.get("reference_ratio")
        if value is None and has_number(row, "reference") and row.get("real"):
            value = row["reference"] / row["real"]
        if value is not None:
            found.append((place, value))
    if not found:
        return []
    marker = {"color": HOLDOUT, "symbol": "diamond-open", "size": 11, "line": {"width": 2}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "real holdout",
            "x": rounded(value for _, value in found),
            "y": [place for place, _ in found],
            "marker": marker,
            "hovertext": [f"real holdout: {number(value)}" for _, value in found],
            "hoverinfo": "text",
        }
    ]


def _ratio_text(row: Row) -> str:
    text = f"<b>{plain(item_label(row))}</b><br>{number(row['ratio'])} times the real share"
    if has_number(row, "ratio_low") and has_number(row, "ratio_high"):
        text += f" [{number(row['ratio_low'])}, {number(row['ratio_high'])}]"
    if has_number(row, "estimate") and has_number(row, "real"):
        text += f"<br>synthetic {share(row['estimate'])}<br>real {share(row['real'])}"
    return text
