"""Kinds of figures, one function each, by the name that a check gives as its ``figure``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synth_eval.errors import UsageError
from synth_eval.figures.associations import associations
from synth_eval.figures.distributions import overlay
from synth_eval.figures.drawing import Drawing, Request, rounded
from synth_eval.figures.labels import number, plain, share
from synth_eval.figures.quantiles import quantile_plot
from synth_eval.figures.shares import expected_levels, ratios
from synth_eval.figures.style import HOLDOUT, NEUTRAL, REAL, SYNTHETIC
from synth_eval.judging.items import Item, Side

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings
    from synth_eval.judging.results import Result

__all__ = ["KINDS", "arms", "bars", "distribution", "drawing", "heatmap", "intervals"]

_ITEMS = 25  # drawn, worst first: what a screen shows without scrolling
_HEATMAP_COLUMNS = 30  # whose names stand beside the cells and must be readable
_ROW_HEIGHT = 24  # pixels of an item: a line of text and air
_ABBREVIATIONS = ("auc", "ks", "r2", "roc", "tstr")
_COLOURS = {
    Side.REAL: REAL,
    Side.SYNTHETIC: SYNTHETIC,
    Side.HOLDOUT: HOLDOUT,
    Side.NEUTRAL: NEUTRAL,
}
_JUDGED = ("fail", "error", "warn", "inconclusive", "pass")
_MARKS = (
    ("reference", "real holdout", HOLDOUT, "diamond-open"),
    ("expected", "expected of fresh real rows", REAL, "circle-open"),
    ("limit", "margin", NEUTRAL, "line-ns-open"),
)


def drawing(
    result: Result, findings: Findings, name: str | None = None, kind: str | None = None
) -> Drawing:
    """Figure of a result as plain data, see `synth_eval.figures.draw`.

    Parameters
    ----------
    kind : str, optional
        A name of `KINDS` in place of the one that the result asks for.

    Raises
    ------
    UsageError
        There is nothing to draw, with the reason.
    """
    profiles = {str(profile["column"]): profile for profile in findings.profiles}
    items: list[Item] = [*result.items]
    wanted = kind or result.figure or "intervals"
    if name is not None:
        items = _about(items, name, result.code)
        wanted = "intervals" if wanted in ("association", "heatmap", "levels") else wanted
    if not items:
        raise UsageError(f"{result.code} has no items to draw: {result.message}")
    if name in profiles and wanted == "distribution":
        return overlay(profiles[name])
    if name in profiles and wanted == "quantiles":
        return quantile_plot(profiles[name]) or overlay(profiles[name])
    request = Request(result, items, profiles)
    drawn = KINDS.get(wanted, intervals)(request) or intervals(request)
    return replace(drawn, caption=f"{drawn.caption} {_here(items)}".strip())


def _here(items: Sequence[Item]) -> str:
    """What the figure shows of these items, in words."""
    judged = [item for item in items if item.status in _JUDGED]
    if not judged:
        first = [item for item in items if item.has("estimate") and item.label][:2]
        names = [f"{item.label} is at {number(item.number('estimate'))}" for item in first]
        return f"Here {', '.join(names)}." if names else ""
    if len(judged) == 1 < len(items):  # one decides, the others are shown beside it
        return f"{judged[0].label} decides: {judged[0].status}."
    bad = [item for item in judged if item.status in _JUDGED[:3]]
    unsure = sum(item.status == _JUDGED[3] for item in judged)
    parts = [f"{len(bad):,} of {len(judged):,} are beyond their margin"] if bad else []
    if bad and bad[0].label:
        parts[0] += f", {bad[0].label} first"
    if unsure:
        parts.append(f"{unsure:,} of {len(judged):,} need more rows to tell")
    return f"Here {'; '.join(parts)}." if parts else f"Here all {len(judged):,} pass."


def _quantiles(request: Request) -> Drawing | None:
    """Quantile plot of the worst column that has one."""
    for item in request.items:
        profile = request.profiles.get(item.name("column") or "")
        plot = None if profile is None else quantile_plot(profile)
        if plot is not None:
            return plot
    return None


def distribution(request: Request) -> Drawing:
    """Overlay of the worst column: real, synthetic and holdout."""
    for item in request.items:
        profile = request.profiles.get(item.name("column") or "")
        if profile is not None:
            return overlay(profile)
    return intervals(request)


def intervals(request: Request) -> Drawing:
    """Estimate and interval of each item, worst on top, beside what real data would show."""
    items = _numeric(request, "estimate")[:_ITEMS]
    marks = _references(items)
    has_sides = any(item.side is not Side.SYNTHETIC for item in items)
    dots = _arm_traces(items) if has_sides else [_estimates(items, 0, SYNTHETIC, "synthetic")]
    caption = (
        "Each dot is an item of the synthetic table with its interval, worst on top. "
        "Bad: dots and their whole intervals to the wrong side of the other marks."
    )
    layout = _listing(items, request, bool(marks))
    return Drawing([*dots, *marks], layout, caption + _left_out(request, items))


def arms(request: Request) -> Drawing:
    """Arms of an experiment in the order given, each with its interval."""
    items = _numeric(request, "estimate")[:_ITEMS]
    caption = (
        "Each dot is a model or attack with its interval. Bad: the synthetic arm away from the "
        "real arm, near the arm that knows nothing."
    )
    layout = _listing(items, request, legend=False)
    return Drawing(_arm_traces(items), layout, caption + _left_out(request, items))


def bars(request: Request) -> Drawing:
    """Bar of each item beside the mark of what real data would show."""
    items = _numeric(request, "estimate")[:_ITEMS]
    bar = {
        "type": "bar",
        "orientation": "h",
        "name": "synthetic",
        "x": rounded(item.number("estimate") for item in items),
        "y": list(range(len(items))),
        "marker": {"color": SYNTHETIC, "opacity": 0.75},
        "width": 0.6,
        "hovertext": [_hover(item) for item in items],
        "hoverinfo": "text",
    }
    marks = _references(items)
    caption = (
        "Each bar is an item of the synthetic table, worst on top; the marks are what real "
        "data would show. Bad: bars far from their marks."
    )
    layout = _listing(items, request, bool(marks))
    return Drawing([bar, *marks], layout, caption + _left_out(request, items))


def heatmap(request: Request) -> Drawing:
    """Pairs of columns, the stronger the colour the farther from real."""
    pairs = {
        item.columns: item
        for item in request.items
        if item.has("estimate")
        and item.name("first") is not None
        and item.name("second") is not None
    }
    if not pairs:
        return intervals(request)
    every = list(dict.fromkeys(name for pair in pairs for name in pair))
    names = every[:_HEATMAP_COLUMNS]
    cells: list[list[float | None]] = []
    texts: list[list[str]] = []
    for place, down in enumerate(names[1:], start=1):
        line = [pairs.get((down, name)) or pairs.get((name, down)) for name in names[:place]]
        cells.append([rounded([item.number("estimate")])[0] if item else None for item in line])
        texts.append([_hover(item) if item else "" for item in line])
    caption = (
        "Each cell is a pair of columns, the stronger the colour the farther from real; columns "
        "of the worst pairs come first. Bad: whole lines of strong colour (one broken column), "
        "or single strong cells (one broken dependence)."
    )
    if len(every) > len(names):
        caption += f" The {len(every) - len(names)} columns of the best pairs are left out."
    largest = max((cell for line in cells for cell in line if cell is not None), default=0.0)
    trace = {
        "type": "heatmap",
        "z": cells,
        "x": list(range(len(cells))),
        "y": list(range(1, len(cells) + 1)),
        "hovertext": texts,
        "hoverinfo": "text",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "coloraxis": "coloraxis",
    }
    ticks = {
        "tickvals": list(range(len(names))),
        "ticktext": [plain(name, 24) for name in names],
        "showgrid": False,
        "tickfont": {"size": 11},
    }
    layout = {
        "title": {"text": _title(request)},
        "xaxis": {**ticks, "tickangle": -45, "range": [-0.5, len(names) - 1.5]},
        "yaxis": {**ticks, "range": [len(names) - 0.5, 0.5]},
        "coloraxis": {"cmin": 0, "cmax": largest or 1, "colorbar": {"title": {"text": "estimate"}}},
        "height": max(320, 160 + 18 * len(names)),
    }
    return Drawing([trace], layout, caption)


KINDS: Mapping[str, Callable[[Request], Drawing | None]] = {
    "arms": arms,
    "association": associations,
    "bars": bars,
    "distribution": distribution,
    "heatmap": heatmap,
    "intervals": intervals,
    "levels": expected_levels,
    "quantiles": _quantiles,
    "ratios": ratios,
}
"""Figures by name; an unknown name, or items that lack its numbers, are drawn as intervals."""


def _about(items: Sequence[Item], name: str, code: str) -> list[Item]:
    """Items of that name, else those about a column of that name."""
    by_label = [item for item in items if item.label == name]
    matches = by_label or [item for item in items if name in item.columns]
    if not matches:
        labels = ", ".join(item.label for item in items[:5])
        raise UsageError(f"{code} has no item {name!r}; it has {labels or 'none'}")
    return matches


def _numeric(request: Request, key: str) -> list[Item]:
    items = [item for item in request.items if item.has(key)]
    if not items:
        raise UsageError(f"{request.result.code} has no numbers to draw: {request.result.message}")
    return items


def _left_out(request: Request, items: Sequence[Item]) -> str:
    """What a caption says where not every item is drawn."""
    total = len(_numeric(request, "estimate"))
    return f" The first {len(items)} of {total:,} items are drawn." if total > len(items) else ""


def _estimates(items: Sequence[Item], first: int, colour: str, name: str) -> dict[str, Any]:
    """Dots with intervals on the lines from `first` on."""
    above = [
        item.number("high") - item.number("estimate") if item.has("high") else 0 for item in items
    ]
    below = [
        item.number("estimate") - item.number("low") if item.has("low") else 0 for item in items
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": rounded(item.number("estimate") for item in items),
        "y": list(range(first, first + len(items))),
        "error_x": {
            "array": rounded(above),
            "arrayminus": rounded(below),
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        "marker": {"color": colour, "size": 9},
        "hovertext": [_hover(item) for item in items],
        "hoverinfo": "text",
    }


def _references(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Marks of what real data would show, for the items that say so."""
    traces = []
    for key, name, colour, symbol in _MARKS:
        places = [place for place, item in enumerate(items) if item.has(key)]
        if not places:
            continue
        values = [items[place].number(key) for place in places]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": rounded(values),
                "y": places,
                "marker": {"color": colour, "symbol": symbol, "size": 11, "line": {"width": 2}},
                "hovertext": [f"{name}: {number(value)}" for value in values],
                "hoverinfo": "text",
            }
        )
    return traces


def _arm_traces(items: Sequence[Item]) -> list[dict[str, Any]]:
    """A trace of its own for each arm, in the colour of its table."""
    return [
        {**_estimates([item], place, _COLOURS[item.side], ""), "showlegend": False}
        for place, item in enumerate(items)
    ]


def _words(name: str) -> str:
    """Name of a check as words, its abbreviations in capitals."""
    words = name.split("_")
    return plain(" ".join(word.upper() if word in _ABBREVIATIONS else word for word in words))


def _listing(items: Sequence[Item], request: Request, legend: bool) -> dict[str, Any]:
    names = [item.label or f"item {place + 1}" for place, item in enumerate(items)]
    return {
        "title": {"text": _title(request)},
        "xaxis": {"title": {"text": _words(request.result.name)}, **_range(items)},
        "yaxis": {
            "tickvals": list(range(len(items))),
            "ticktext": [plain(name, 48) for name in names],
            "range": [len(items) - 0.5, -0.5],
            "showgrid": False,
        },
        "showlegend": legend,
        "height": 120 + _ROW_HEIGHT * max(len(items), 3),
    }


def _range(items: Sequence[Item]) -> dict[str, Any]:
    """Range of the axis where every number is zero; otherwise plotly finds a better one."""
    keys = ("estimate", "high", "reference", "expected", "limit")
    has_numbers = any(item.number(key) for item in items for key in keys if item.has(key))
    return {} if has_numbers else {"range": [-0.02, 1]}


def _title(request: Request) -> str:
    return f"{plain(request.result.code)} {_words(request.result.name)}"


def _hover(item: Item) -> str:
    text = f"<b>{plain(item.label)}</b><br>{number(item.number('estimate'))}"
    if item.has("low") and item.has("high"):
        text += f" [{number(item.number('low'))}, {number(item.number('high'))}]"
    for key in ("reference", "expected", "limit"):
        if item.has(key):
            text += f"<br>{key} {number(item.number(key))}"
    if item.has("worth"):
        text += f"<br>as far as a real sample of {share(min(item.number('worth'), 1.0))}"
    if item.status:
        text += f"<br>{plain(str(item.status))}"
    return text
