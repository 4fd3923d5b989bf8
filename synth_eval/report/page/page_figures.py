"""Figures of a page: collected once, named by keys, within a budget."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from synth_eval.errors import UsageError
from synth_eval.figures import drawing, panel_drawing, undrawn
from synth_eval.figures.distributions import overlay
from synth_eval.figures.drawing import Drawing
from synth_eval.figures.quantiles import quantile_plot
from synth_eval.judging.panels import Panel
from synth_eval.judging.results import Result

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = ["FigureView", "PageFigures"]

logger = logging.getLogger(__name__)

_BUDGET = 4_000_000
"""Characters of figures that open from rows; compressed, they take a tenth of it."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure where it stands in a page.

    Parameters
    ----------
    key : str
        Names its drawing.
    title : str
        Above it; empty for the overview of a check, which stands under the check's own title.
    caption : str
        How to read it.
    message : str
        What it shows here, in words.
    """

    key: str
    title: str
    caption: str
    message: str = ""


Figure = TypeVar("Figure", Drawing, Drawing | None)


def _drawn(make: Callable[[], Figure]) -> Figure:
    """A figure, or the word that it is missing: no figure takes the page with it.

    Raises
    ------
    UsageError
        There is nothing to draw.
    """
    try:
        return make()
    except UsageError:
        raise
    except Exception as error:
        logger.debug("a figure could not be drawn", exc_info=True)
        missing = Panel.missing(type(error).__name__)
        return undrawn(missing.title, missing.caption)


class PageFigures:
    """Drawings by key, those that stand open and those that an item opens."""

    def __init__(self, findings: Findings) -> None:
        self.drawings: dict[str, Drawing] = {}
        self.on_demand: dict[str, Drawing] = {}
        self._findings = findings
        self._spent = 0
        self.of_items: dict[str, Sequence[str]] = self._of_columns() | self._of_panels()
        """Keys of the figures that items open, by name of the item or of its column."""

    def of_check(self, result: Result) -> list[FigureView]:
        """Overview of all items, then the panels that are of no single item."""
        labels = {item.label for item in result.items}
        views = []
        for place, panel in enumerate(result.panels):
            if panel.name not in labels:
                key = f"panel-{result.code}-{place}"
                figure = _drawn(partial(panel_drawing, panel))
                self.drawings[key] = figure
                views.append(FigureView(key, panel.title, figure.caption))
        overview = self._overview(result)
        if overview is None:
            return views
        key = f"check-{result.code}"
        self.drawings[key] = overview
        return [FigureView(key, "", overview.caption), *views]

    def _overview(self, result: Result) -> Drawing | None:
        """Figure over all items; the distributions of single columns open from the table."""
        has_items = len(result.items) > 1
        kind = "intervals" if result.figure in ("distribution", "quantiles") and has_items else None
        try:
            return _drawn(partial(drawing, result, self._findings, kind=kind))
        except UsageError:
            return None

    def _of_columns(self) -> dict[str, Sequence[str]]:
        """Overlays of the columns, those of the worst items first where there are too many."""
        profiles = {str(profile["column"]): profile for profile in self._findings.profiles}
        results = self._findings.results
        columns = dict.fromkeys(item.name("column") or "" for r in results for item in r.items)
        keys: dict[str, Sequence[str]] = {}
        for name in columns:
            if name not in profiles:
                continue
            of_column = []
            for kind, draw in (("column", overlay), ("quantiles", quantile_plot)):
                figure = _drawn(partial(draw, profiles[name]))
                key = f"{kind}-{len(keys)}"
                if figure is not None and self._within_budget(key, figure):
                    of_column.append(key)
            if of_column:
                keys[name] = tuple(of_column)
        return keys

    def _of_panels(self) -> dict[str, Sequence[str]]:
        """Panels that bear the name of an item; rows of other checks open them, too."""
        keys: dict[str, Sequence[str]] = {}
        for result in self._findings.results:
            labels = {item.label for item in result.items}
            for place, panel in enumerate(result.panels):
                key = f"panel-{result.code}-{place}"
                if panel.name in labels and self._within_budget(
                    key, _drawn(partial(panel_drawing, panel))
                ):
                    keys.setdefault(panel.name, (key,))
        return keys

    def _within_budget(self, key: str, figure: Drawing) -> bool:
        """Keep a drawing that opens on demand, unless too many are kept already."""
        size = len(str(figure.data))
        if self._spent + size > _BUDGET:
            return False
        self._spent += size
        self.on_demand[key] = figure
        return True
