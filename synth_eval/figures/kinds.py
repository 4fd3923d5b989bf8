"""Kinds of figures, one function each, by the name that a check gives as its ``figure``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synth_eval.errors import UsageError
from synth_eval.figures.associations import associations
from synth_eval.figures.distributions import overlay
from synth_eval.figures.drawing import Drawing, Request, Row, has_number, rounded
from synth_eval.figures.labels import item_label, number, plain, share
from synth_eval.figures.quantiles import quantile_plot
from synth_eval.figures.shares import expected_levels, ratios
from synth_eval.figures.style import HOLDOUT, NEUTRAL, REAL, SYNTHETIC

if TYPE_CHECKING:
    from synth_eval.evaluation import Evaluation
    from synth_eval.judging.results import Result

__all__ = ["KINDS", "arms", "bars", "distribution", "drawing", "heatmap", "intervals"]

_ITEMS = 25
_HEATMAP_COLUMNS = 30
_ROW_HEIGHT = 24
_ABBREVIATIONS = ("auc", "ks", "r2", "roc", "tstr")
_ARM_COLOURS = {  # the first word found decides
    "no synthetic": NEUTRAL,
    "shuffled": NEUTRAL,
    "synthetic": SYNTHETIC,
    "unseen": HOLDOUT,
    "holdout": HOLDOUT,
    "real": REAL,
    "training": REAL,
}
_JUDGED = ("fail", "error", "warn", "inconclusive", "pass")
_MARKS = (
    ("reference", "real holdout", HOLDOUT, "diamond-open"),
    ("expected", "expected of fresh real rows", REAL, "circle-open"),
    ("limit", "margin", NEUTRAL, "line-ns-open"),
)


def drawing(
    result: Result, evaluation: Evaluation, item: str | None = None, kind: str | None = None
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
    profiles = {str(profile["column"]): profile for profile in evaluation.profiles}
    rows: list[Row] = [*result.rows()]
    wanted = kind or result.figure or "intervals"
    if item is not None:
        rows = _about(rows, item, result.code)
        wanted = "intervals" if wanted in ("association", "heatmap", "levels") else wanted
    if not rows:
        raise UsageError(f"{result.code} has no details to draw: {result.message}")
    if item in profiles and wanted == "distribution":
        return overlay(profiles[item])
    if item in profiles and wanted == "quantiles":
        return quantile_plot(profiles[item]) or overlay(profiles[item])
    request = Request(result, rows, profiles)
    found = KINDS.get(wanted, intervals)(request) or intervals(request)
    return replace(found, caption=f"{found.caption} {_here(rows)}".strip())


def _here(rows: Sequence[Row]) -> str:
    """What the figure shows of these rows, in words."""
    judged = [row for row in rows if row.get("status") in _JUDGED]
    if not judged:
        told = [row for row in rows if has_number(row, "estimate") and item_label(row)][:2]
        names = [f"{item_label(row)} is at {number(row['estimate'])}" for row in told]
        return f"Here {', '.join(names)}." if names else ""
    bad = [row for row in judged if row["status"] in _JUDGED[:3]]
    unsure = sum(row["status"] == _JUDGED[3] for row in judged)
    parts = [f"{len(bad):,} of {len(judged):,} are beyond their margin"] if bad else []
    if bad and item_label(bad[0]):
        parts[0] += f", {item_label(bad[0])} first"
    if unsure:
        parts.append(f"{unsure:,} of {len(judged):,} need more rows to tell")
    return f"Here {'; '.join(parts)}." if parts else f"Here all {len(judged):,} pass."


def _quantiles(request: Request) -> Drawing | None:
    """Quantile plot of the worst column that has one."""
    for row in request.rows:
        profile = request.profiles.get(str(row.get("column")))
        found = None if profile is None else quantile_plot(profile)
        if found is not None:
            return found
    return None


def distribution(request: Request) -> Drawing:
    """Overlay of the worst column: real, synthetic and holdout."""
    for row in request.rows:
        profile = request.profiles.get(str(row.get("column")))
        if profile is not None:
            return overlay(profile)
    return intervals(request)


def intervals(request: Request) -> Drawing:
    """Estimate and interval of each item, worst on top, beside what real data would show."""
    rows = _numeric(request, "estimate")[:_ITEMS]
    marks = _references(rows)
    has_arms = any(row.get("arm") is not None for row in rows)
    dots = _arm_traces(rows) if has_arms else [_estimates(rows, 0, SYNTHETIC, "synthetic")]
    caption = (
        "Each dot is an item of the synthetic table with its interval, worst on top. "
        "Bad: dots and their whole intervals to the wrong side of the other marks."
    )
    layout = _listing(rows, request, bool(marks))
    return Drawing([*dots, *marks], layout, caption + _left_out(request, rows))


def arms(request: Request) -> Drawing:
    """Arms of an experiment in the order given, each with its interval."""
    rows = _numeric(request, "estimate")[:_ITEMS]
    caption = (
        "Each dot is a model or attack with its interval. Bad: the synthetic arm away from the "
        "real arm, near the arm that knows nothing."
    )
    layout = _listing(rows, request, legend=False)
    return Drawing(_arm_traces(rows), layout, caption + _left_out(request, rows))


def bars(request: Request) -> Drawing:
    """Bar of each item beside the mark of what real data would show."""
    rows = _numeric(request, "estimate")[:_ITEMS]
    bar = {
        "type": "bar",
        "orientation": "h",
        "name": "synthetic",
        "x": rounded(row["estimate"] for row in rows),
        "y": list(range(len(rows))),
        "marker": {"color": SYNTHETIC, "opacity": 0.75},
        "width": 0.6,
        "hovertext": [_hover(row) for row in rows],
        "hoverinfo": "text",
    }
    marks = _references(rows)
    caption = (
        "Each bar is an item of the synthetic table, worst on top; the marks are what real "
        "data would show. Bad: bars far from their marks."
    )
    layout = _listing(rows, request, bool(marks))
    return Drawing([bar, *marks], layout, caption + _left_out(request, rows))


def heatmap(request: Request) -> Drawing:
    """Pairs of columns, the stronger the colour the farther from real."""
    pairs = {
        (str(row["first"]), str(row["second"])): row
        for row in request.rows
        if has_number(row, "estimate")
        and row.get("first") is not None
        and row.get("second") is not None
    }
    if not pairs:
        return intervals(request)
    every = list(dict.fromkeys(name for pair in pairs for name in pair))
    names = every[:_HEATMAP_COLUMNS]
    cells: list[list[float | None]] = []
    texts: list[list[str]] = []
    for place, down in enumerate(names[1:], start=1):
        found = [pairs.get((down, name)) or pairs.get((name, down)) for name in names[:place]]
        cells.append([rounded([row["estimate"]])[0] if row else None for row in found])
        texts.append([_hover(row) if row else "" for row in found])
    caption = (
        "Each cell is a pair of columns, the stronger the colour the farther from real; columns "
        "of the worst pairs come first. Bad: whole lines of strong colour (one broken column), "
        "or single strong cells (one broken dependence)."
    )
    if len(every) > len(names):
        caption += f" The {len(every) - len(names)} columns of the best pairs are left out."
    largest = max((cell for line in cells for cell in line if cell is not None), default=0.0)
    return Drawing([_cells(cells, texts)], _grid(names, request, largest), caption)


def _cells(cells: list[list[float | None]], texts: list[list[str]]) -> dict[str, Any]:
    return {
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


def _grid(names: Sequence[str], request: Request, largest: float) -> dict[str, Any]:
    ticks = {
        "tickvals": list(range(len(names))),
        "ticktext": [plain(name, 24) for name in names],
        "showgrid": False,
        "tickfont": {"size": 11},
    }
    return {
        "title": {"text": _title(request)},
        "xaxis": {**ticks, "tickangle": -45, "range": [-0.5, len(names) - 1.5]},
        "yaxis": {**ticks, "range": [len(names) - 0.5, 0.5]},
        "coloraxis": {"cmin": 0, "cmax": largest or 1, "colorbar": {"title": {"text": "estimate"}}},
        "height": max(320, 160 + 18 * len(names)),
    }


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
"""Figures by name; an unknown name, or rows that lack its numbers, are drawn as intervals."""


def _about(rows: Sequence[Row], item: str, code: str) -> list[Row]:
    found = [row for row in rows if item_label(row) == item]
    found = found or [
        row for row in rows if item in {row.get("column"), row.get("first"), row.get("second")}
    ]
    if not found:
        known = ", ".join(item_label(row) for row in rows[:5])
        raise UsageError(f"{code} has no item {item!r}; it has {known or 'none'}")
    return found


def _numeric(request: Request, key: str) -> list[Row]:
    rows = [row for row in request.rows if has_number(row, key)]
    if not rows:
        raise UsageError(f"{request.result.code} has no numbers to draw: {request.result.message}")
    return rows


def _left_out(request: Request, rows: Sequence[Row]) -> str:
    """What a caption says where not every item is drawn."""
    total = len(_numeric(request, "estimate"))
    return f" The first {len(rows)} of {total:,} items are drawn." if total > len(rows) else ""


def _estimates(rows: Sequence[Row], first: int, colour: str, name: str) -> dict[str, Any]:
    """Dots with intervals on the lines from `first` on."""
    above = [row["high"] - row["estimate"] if has_number(row, "high") else 0 for row in rows]
    below = [row["estimate"] - row["low"] if has_number(row, "low") else 0 for row in rows]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": rounded(row["estimate"] for row in rows),
        "y": list(range(first, first + len(rows))),
        "error_x": {
            "array": rounded(above),
            "arrayminus": rounded(below),
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        "marker": {"color": colour, "size": 9},
        "hovertext": [_hover(row) for row in rows],
        "hoverinfo": "text",
    }


def _references(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Marks of what real data would show, for the rows that say so."""
    traces = []
    for key, name, colour, symbol in _MARKS:
        places = [place for place, row in enumerate(rows) if has_number(row, key)]
        if not places:
            continue
        values = [rows[place][key] for place in places]
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


def _arm_traces(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A trace of its own for each arm, in the colour of its table."""
    return [
        {**_estimates([row], place, _arm_colour(row), ""), "showlegend": False}
        for place, row in enumerate(rows)
    ]


def _arm_colour(row: Row) -> str:
    """Colour of the table that the words of an arm name."""
    name = item_label(row).lower()
    for word, colour in _ARM_COLOURS.items():
        if word in name:
            return colour
    return NEUTRAL


def _words(name: str) -> str:
    """Name of a check as words, its abbreviations in capitals."""
    words = name.split("_")
    return plain(" ".join(word.upper() if word in _ABBREVIATIONS else word for word in words))


def _listing(rows: Sequence[Row], request: Request, legend: bool) -> dict[str, Any]:
    names = [item_label(row) or f"item {place + 1}" for place, row in enumerate(rows)]
    return {
        "title": {"text": _title(request)},
        "xaxis": {"title": {"text": _words(request.result.name)}, **_range(rows)},
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": [plain(name, 48) for name in names],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
        },
        "showlegend": legend,
        "height": 120 + _ROW_HEIGHT * max(len(rows), 3),
    }


def _range(rows: Sequence[Row]) -> dict[str, Any]:
    """Range of the axis where every number is zero; otherwise plotly finds a better one."""
    keys = ("estimate", "high", "reference", "expected", "limit")
    has_numbers = any(row[key] for row in rows for key in keys if has_number(row, key))
    return {} if has_numbers else {"range": [-0.02, 1]}


def _title(request: Request) -> str:
    return f"{plain(request.result.code)} {_words(request.result.name)}"


def _hover(row: Row) -> str:
    text = f"<b>{plain(item_label(row))}</b><br>{number(row['estimate'])}"
    if has_number(row, "low") and has_number(row, "high"):
        text += f" [{number(row['low'])}, {number(row['high'])}]"
    for key in ("reference", "expected", "limit"):
        if has_number(row, key):
            text += f"<br>{key} {number(row[key])}"
    if has_number(row, "worth"):
        text += f"<br>as far as a real sample of {share(min(row['worth'], 1.0))}"
    if row.get("status"):
        text += f"<br>{plain(row['status'])}"
    return text
