"""Further pictures of a result, as numbers: lines and grids, aggregates alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_eval.judging.items import Side

__all__ = ["Grid", "Panel", "PlottedLine"]


@dataclass(frozen=True, slots=True)
class PlottedLine:
    """A line of a panel: aggregates along an axis, never one point per record.

    Parameters
    ----------
    name : str
        What the line shows, for the legend.
    x, y : sequence of float
        Places and heights, of equal length; None in `y` is a gap.
    low, high : sequence of float or None
        Ends of the interval at each place.
    side : str
        Table whose colour the line has.
    shape : {"line", "steps", "points", "dashes"}
        How it is drawn; dashes are for what is expected rather than seen.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    side: str = Side.NEUTRAL
    shape: str = "line"

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.x, self.y, self.low, self.high) if part is not None}
        if len(lengths) > 1:
            raise ValueError(f"line {self.name!r} has parts of different lengths: {lengths}")
        Side(self.side)  # anything else is a mistake


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix of a panel; grids of one panel stand side by side on the same axes.

    Parameters
    ----------
    name : str
        What the matrix shows.
    z : sequence of sequence of float
        Lines of the matrix, the first at the top; None is a cell that is not shown.
    side : str
        Table it belongs to.
    is_difference : bool
        Whether zero is the middle of the scale: blue below, orange above.
    """

    name: str
    z: Sequence[Sequence[float | None]]
    side: str = Side.NEUTRAL
    is_difference: bool = False

    def minus(self, other: Grid) -> Grid:
        """What this grid has more than another; a cell that one of them hides counts as none.

        Examples
        --------
        >>> Grid("a", [[0.5, None, None]]).minus(Grid("b", [[0.2, 0.1, None]])).z
        [[0.3, -0.1, None]]
        """
        cells = [
            [
                None if mine is theirs is None else (mine or 0.0) - (theirs or 0.0)
                for mine, theirs in zip(*lines, strict=True)
            ]
            for lines in zip(self.z, other.z, strict=True)
        ]
        return Grid(f"{self.name} minus {other.name}", cells, is_difference=True)


@dataclass(frozen=True, slots=True)
class Panel:
    """A further picture of a result, as numbers: lines or matrices on one pair of axes.

    Parameters
    ----------
    name : str
        By which it is asked for: ``"learning_curve"``.
    title : str
        For people.
    x, y : str
        What the axes measure, with units.
    caption : str
        What the picture shows, and what would be bad.
    lines : sequence of PlottedLine
        Lines; empty where there are grids.
    grids : sequence of Grid
        Matrices; empty where there are lines.
    x_ticks, y_ticks : sequence of str
        Names along the sides of the grids, or of the whole numbers on the axes of lines.
    log_x, log_y : bool
        Whether an axis is logarithmic.
    """

    name: str
    title: str
    x: str
    y: str
    caption: str
    lines: Sequence[PlottedLine] = ()
    grids: Sequence[Grid] = ()
    x_ticks: Sequence[str] = ()
    y_ticks: Sequence[str] = ()
    log_x: bool = False
    log_y: bool = False

    @classmethod
    def missing(cls, error: str) -> Panel:
        """Stands where a picture could not be made.

        Parameters
        ----------
        error : str
            Kind of the error.
        """
        caption = f"This picture could not be made ({error}). No number depends on it."
        return cls("missing", "A picture is missing", x="", y="", caption=caption)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Panel:
        """Inverse of the plain form; reads that of version 1, too, with other names of fields."""
        values = dict(record)
        lines = values.pop("lines", None) or values.pop("curves", ())
        values.pop("curves", None)
        values["lines"] = tuple(PlottedLine(**_with_side(line)) for line in lines)
        values["grids"] = tuple(Grid(**_with_side(grid)) for grid in values.get("grids", ()))
        return cls(**values)


def _with_side(record: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(record)
    values["side"] = Side(values.pop("role", None) or values.get("side", Side.NEUTRAL))
    return values
