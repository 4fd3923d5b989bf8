"""What a check says: a quadruple of estimate, interval, reference and size, never a naked score.

Pure data on the standard library alone, so that results can be built, stored and read
anywhere. Everything here is frozen and turns into JSON without NaN or infinity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = [
    "DIMENSIONS",
    "SCHEMA_VERSION",
    "Curve",
    "Direction",
    "Estimate",
    "Grid",
    "Panel",
    "Reference",
    "Result",
    "Status",
    "Threshold",
    "to_plain",
]

SCHEMA_VERSION = 1

DIMENSIONS: Mapping[str, str] = {
    "validity": "Does the table have the right form and obey the rules of the data?",
    "fidelity": "Does it follow the distributions and dependencies of the real table?",
    "coverage": "Are the rare levels, tails and modes of the real table still there?",
    "utility": "Do models trained on it work on real data?",
    "privacy": "Does it give away the people whose rows trained the generator?",
}
"""The dimensions of a verdict and the question each answers, in the order of the report."""


class Status(StrEnum):
    """Outcome of one check; every check that was asked for has exactly one."""

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"

    @property
    def severity(self) -> int:
        """Rank for sorting, 0 is best; an error ranks with a failure."""
        return _SEVERITY[self]


_SEVERITY = {
    Status.PASS: 0,
    Status.NOT_APPLICABLE: 1,
    Status.INCONCLUSIVE: 2,
    Status.WARN: 3,
    Status.ERROR: 4,
    Status.FAIL: 5,
}


class Direction(StrEnum):
    """Which way of the estimate is better."""

    LOWER = "lower is better"
    HIGHER = "higher is better"
    REFERENCE = "closer to the reference is better"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its confidence interval.

    Parameters
    ----------
    value : float
        The estimate.
    low, high : float or None
        Ends of the interval; None where an interval has no meaning (an exact count).
    level : float
        Confidence level of the interval, corrected for multiplicity where a check says so.
    """

    value: float
    low: float | None = None
    high: float | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{name} of an estimate must be finite, got {number}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"interval is upside down: {self.low} > {self.high}")


@dataclass(frozen=True, slots=True)
class Reference:
    """The same number where nothing is wrong: real holdout rows, or the analytic null."""

    what: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """The margin a status was decided on, and why a stranger should accept it."""

    value: float
    basis: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a panel: aggregates along an axis, never one point per record.

    Parameters
    ----------
    name : str
        What the line shows, for the legend.
    x, y : sequence of float
        Places and heights, of equal length; None in `y` is a gap.
    low, high : sequence of float or None
        Ends of the interval at each place.
    role : {"real", "synthetic", "holdout", "neutral"}
        Table whose colour the line has.
    shape : {"line", "steps", "points", "dashes"}
        How it is drawn; dashes are for what is expected rather than seen.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    role: str = "neutral"
    shape: str = "line"

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.x, self.y, self.low, self.high) if part is not None}
        if len(lengths) > 1:
            raise ValueError(f"curve {self.name!r} has parts of different lengths: {lengths}")


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix of a panel; grids of one panel stand side by side on the same axes.

    Parameters
    ----------
    name : str
        What the matrix shows.
    z : sequence of sequence of float
        Lines of the matrix, the first at the top; None is a cell that is not shown.
    role : {"real", "synthetic", "holdout", "neutral"}
        Table it belongs to.
    is_difference : bool
        Whether zero is the middle of the scale: blue below, orange above.
    """

    name: str
    z: Sequence[Sequence[float | None]]
    role: str = "neutral"
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
    """A further picture of a result, as numbers: curves or matrices on one pair of axes.

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
    curves : sequence of Curve
        Lines; empty where there are grids.
    grids : sequence of Grid
        Matrices; empty where there are curves.
    x_ticks, y_ticks : sequence of str
        Names along the sides of the grids, or of the whole numbers on the axes of curves.
    log_x, log_y : bool
        Whether an axis is logarithmic.
    """

    name: str
    title: str
    x: str
    y: str
    caption: str
    curves: Sequence[Curve] = ()
    grids: Sequence[Grid] = ()
    x_ticks: Sequence[str] = ()
    y_ticks: Sequence[str] = ()
    log_x: bool = False
    log_y: bool = False

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Panel:
        """Inverse of the plain form."""
        values = dict(record)
        values["curves"] = tuple(Curve(**curve) for curve in values.get("curves", ()))
        values["grids"] = tuple(Grid(**grid) for grid in values.get("grids", ()))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found.

    Parameters
    ----------
    code, name, dimension : str
        Identity: ``"F002"``, ``"total_variation_distance"``, ``"fidelity"``.
    status : Status
        The outcome.
    message : str
        One sentence or two for a person, with the worst item by name.
    estimate, reference, threshold : optional
        The quadruple; None only where the check could not compute them.
    direction : Direction or None
        Which way is better.
    n : int or None
        Rows of the synthetic table the estimate rests on.
    sampled : int or None
        Size of the seeded sample where not all rows were used, else None.
    seconds : float
        CPU seconds of the check.
    gating : bool
        Whether a failure alone makes the dimension NO-GO.
    details : sequence of mapping
        Tidy rows (one per column, pair, level, rule...), worst first; aggregates only.
    panels : sequence of Panel
        Further pictures as numbers; aggregates only.
    """

    code: str
    name: str
    dimension: str
    status: Status
    message: str
    estimate: Estimate | None = None
    reference: Reference | None = None
    threshold: Threshold | None = None
    direction: Direction | None = None
    n: int | None = None
    sampled: int | None = None
    seconds: float = 0.0
    gating: bool = True
    figure: str | None = None
    details: Sequence[Mapping[str, Any]] = field(default=())
    panels: Sequence[Panel] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form; finite numbers or None."""
        plain = to_plain(self)
        assert isinstance(plain, dict)
        return plain

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Result:
        """Inverse of `to_dict`."""
        values = dict(record)
        values["status"] = Status(values["status"])
        for name, kind in _NESTED.items():
            if values.get(name) is not None:
                values[name] = kind(**values[name])
        if values.get("direction") is not None:
            values["direction"] = Direction(values["direction"])
        values["details"] = tuple(dict(row) for row in values.get("details", ()))
        values["panels"] = tuple(Panel.from_dict(panel) for panel in values.get("panels", ()))
        return cls(**values)


_NESTED: Mapping[str, Any] = {
    "estimate": Estimate,
    "reference": Reference,
    "threshold": Threshold,
}


def to_plain(value: Any) -> Any:
    """Turn results, numpy scalars and containers into plain JSON types.

    Not-a-number and infinities become None: JSON has no word for them and a reader must
    not have to guess one.

    Examples
    --------
    >>> to_plain({"a": float("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if isinstance(value, StrEnum):
        return str(value)
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: to_plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "tolist"):  # numpy arrays and scalars, without importing numpy
        return to_plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [to_plain(item) for item in value]
    return str(value)
