"""Results as plotly figures; the only importer of plotly.

One word for each thing:

- a *drawing* (`synth_eval.figures.drawing.Drawing`) is the plain data of a figure: traces,
  layout and a sentence on how to read it. The report writes drawings as JSON without ever
  loading plotly;
- a *figure* is plotly's; `draw` makes one of a drawing;
- a *panel* (`synth_eval.judging.panels.Panel`) holds the numbers of a further figure of a
  result, such as a curve; checks make panels and know nothing of drawings;
- a *kind* (`synth_eval.figures.kinds.KINDS`) is the name of the figure that a check asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from synth_eval.errors import UsageError
from synth_eval.figures.kinds import KINDS, drawing
from synth_eval.figures.panels import panel_drawing, undrawn
from synth_eval.figures.style import template

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from synth_eval.figures.drawing import Drawing
    from synth_eval.judging.findings import Findings
    from synth_eval.judging.results import Result

__all__ = ["KINDS", "draw", "drawing", "panel_drawing", "plotly_javascript", "template", "undrawn"]


def draw(result: Result, findings: Findings, item: str | None = None) -> Figure:
    """Plotly figure of a result, or of one of its items.

    Parameters
    ----------
    result : Result
        What a check found; its ``figure`` names the kind.
    findings : Findings
        Where the profiles of the columns are.
    item : str, optional
        A column, pair (``"a × b"``), rule or arm by name, or the name of a panel of the result
        (``"learning_curve"``).

    Returns
    -------
    plotly.graph_objects.Figure
        Readable on light and on dark pages.

    Raises
    ------
    UsageError
        There is nothing to draw, with the reason.
    """
    import plotly.graph_objects as go  # heavy, and only this form needs it

    drawn = _drawing(result, findings, item)
    layout = {**drawn.layout, "template": template("neutral")}
    return go.Figure({"data": drawn.data, "layout": layout})


def _drawing(result: Result, findings: Findings, item: str | None) -> Drawing:
    """The panel of that name, else the figure of the result; a panel where there is none."""
    for panel in result.panels:
        if panel.name == item:
            return panel_drawing(panel)
    try:
        return drawing(result, findings, item)
    except UsageError as error:
        if not result.panels:
            raise
        if item is None:  # a check whose figure is a curve alone
            return panel_drawing(result.panels[0])
        names = ", ".join(panel.name for panel in result.panels)
        raise UsageError(f"{error}; its panels are {names}") from None


def plotly_javascript() -> str:
    """Source of plotly.js as installed with plotly, for pages that must not load anything."""
    from plotly.offline import get_plotlyjs  # reads 5 MB

    return str(get_plotlyjs())
