"""Quantile-quantile plot of one column: where the synthetic values lie, in the real ones' units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_eval.figures.drawing import Drawing, rounded
from synth_eval.figures.labels import number, plain
from synth_eval.figures.style import HOLDOUT, NEUTRAL, SYNTHETIC
from synth_eval.words import percent

__all__ = ["quantile_plot"]


def quantile_plot(profile: Mapping[str, Any]) -> Drawing | None:
    """Means of equal shares of the sorted values, against those of the real table.

    Parameters
    ----------
    profile : mapping
        ``column``, ``kind`` and ``quantiles`` by table, see `synth_eval.data.profiles`.

    Returns
    -------
    Drawing or None
        None where the profile has no quantiles: levels, constants, too few rows.
    """
    steps = profile.get("quantiles")
    if not steps:
        return None
    is_date = profile.get("kind") == "datetime"
    places = {role: _places(values, is_date) for role, values in steps.items() if values}
    real = places.pop("real")
    ends = [min(map(min, (real, *places.values()))), max(map(max, (real, *places.values())))]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "as in the real table",
            "x": ends,
            "y": ends,
            "line": {"color": NEUTRAL, "width": 1, "dash": "dash"},
            "hoverinfo": "skip",
        },
        *(_trace(role, real, values, is_date) for role, values in places.items()),
    ]
    axis = {"type": "date" if is_date else "linear"}
    layout = {
        "title": {"text": plain(profile["column"])},
        "xaxis": {"title": {"text": "real"}, **axis},
        "yaxis": {"title": {"text": "synthetic, holdout"}, **axis},
        "height": 340,
    }
    share = percent(1 / len(real), None)
    caption = (
        f"Each dot is the mean of {share} of the sorted values, outermost rows left out; on the "
        "dashed line both tables agree. Bad: synthetic dots off the line where the holdout is on "
        f"it. {_here(real, places.get('synthetic'))}"
    )
    return Drawing(data, layout, caption)


def _places(values: list[float], is_date: bool) -> list[float]:
    """Values as plotly reads them: moments in milliseconds, not microseconds."""
    return [value / 1000 for value in values] if is_date else rounded(values)


def _trace(role: str, real: list[float], values: list[float], is_date: bool) -> dict[str, Any]:
    colour, symbol = (HOLDOUT, "diamond-open") if role == "holdout" else (SYNTHETIC, "circle")
    pairs = zip(real, values, strict=True)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": role,
        "x": real,
        "y": values,
        "marker": {"color": colour, "symbol": symbol, "size": 6},
        "hovertext": [f"{role} {number(y)}<br>real {number(x)}" for x, y in pairs],
        "hoverinfo": "none" if is_date else "text",
    }


def _here(real: list[float], synthetic: list[float] | None) -> str:
    """Where the two tables part most, as a share of the way through the sorted values."""
    if not synthetic:
        return "The synthetic table has too few values."
    gaps = [abs(left - right) for left, right in zip(synthetic, real, strict=True)]
    widest = max(range(len(gaps)), key=gaps.__getitem__)
    if gaps[widest] == 0:
        return "Here all dots lie on it."
    return f"Here they part most {percent((widest + 0.5) / len(gaps), None)} of the way up."
