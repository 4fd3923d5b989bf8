"""A drawing: a figure as plain data, before any plotting library is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synth_eval.judging.items import Item
    from synth_eval.judging.results import Result

__all__ = ["Drawing", "Request", "rounded"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Traces and layout as plotly reads them, without the theme.

    Parameters
    ----------
    data : list of dict
        Plotly traces.
    layout : dict
        Plotly layout; the template is added where the figure is shown.
    caption : str
        What the figure shows, and what would be bad.
    """

    data: list[dict[str, Any]]
    layout: dict[str, Any]
    caption: str


def rounded(values: Iterable[float]) -> list[float]:
    """Numbers with five significant digits: what a screen can show, at a third of the bytes."""
    return [float(f"{value:.5g}") for value in values]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be drawn: the items of a result and the profiles of the columns."""

    result: Result
    items: Sequence[Item]
    profiles: Mapping[str, Mapping[str, Any]]
