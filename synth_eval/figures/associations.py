"""Association of pairs of columns as three matrices: real, synthetic, and their difference."""

from __future__ import annotations

from collections.abc import Mapping

from synth_eval.figures.drawing import Drawing, Request
from synth_eval.figures.panels import panel_drawing
from synth_eval.judging.items import Item
from synth_eval.judging.panels import Grid, Panel

__all__ = ["associations"]

_COLUMNS = 24  # of a matrix: three stand side by side, and their names must be readable
_CAPTION = (
    "Strength of association of every two columns, blue where negative: in the real table, in "
    "the synthetic one, and what the synthetic one has more (orange) or less (blue). Bad: strong "
    "colour at the right; a pale cell in the middle that is strong at the left is a dependence "
    "lost."
)


def associations(request: Request) -> Drawing | None:
    """Matrices of the columns of the worst pairs, those of the worst ones first.

    Returns
    -------
    Drawing or None
        None where no item has a pair with its real and its synthetic coefficient.
    """
    pairs = _pairs(request)
    if not pairs:
        return None
    every = list(dict.fromkeys(name for item in pairs.values() for name in item.columns))
    names = every[:_COLUMNS]
    real, synthetic = (
        Grid(role, [[_value(pairs, role, down, across) for across in names] for down in names])
        for role in ("real", "synthetic")
    )
    caption = _CAPTION
    if len(every) > len(names):
        caption += f" The {len(every) - len(names)} columns of the best pairs are left out."
    panel = Panel(
        name="associations",
        title=f"{request.result.code} association of pairs of columns",
        x="",
        y="",
        caption=caption,
        grids=[real, synthetic, synthetic.minus(real)],
        x_ticks=names,
        y_ticks=names,
    )
    return panel_drawing(panel)


def _pairs(request: Request) -> dict[frozenset[str], Item]:
    return {
        frozenset(item.columns): item
        for item in request.items
        if item.has("real") and item.has("synthetic") and item.name("second")
    }


def _value(pairs: Mapping[frozenset[str], Item], role: str, down: str, across: str) -> float | None:
    item = pairs.get(frozenset((down, across)))
    return None if item is None else item.number(role)
