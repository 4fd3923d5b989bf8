"""What a check says: a quadruple of estimate, interval, reference and size, never a naked score.

Pure data on the standard library alone, so that results can be built, stored and read
anywhere. Everything here is frozen and turns into JSON without NaN or infinity.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status, overall
from synth_eval.judging.panels import Panel

__all__ = [
    "SCHEMA_VERSION",
    "Cause",
    "Direction",
    "Estimate",
    "Item",
    "Reference",
    "Result",
    "Side",
    "Skipped",
    "Status",
    "Threshold",
    "status_of",
    "to_plain",
]

SCHEMA_VERSION = 2


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


class Cause(StrEnum):
    """Why a check was not run, or said nothing.

    Data to which the question does not apply leave nothing to ask. All else would have been
    asked with more of something, and what it would have said nobody knows.
    """

    NEED = "need"
    DEPTH = "depth"
    BUDGET = "budget"
    ROWS = "rows"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a check said nothing, and what would make it speak.

    Parameters
    ----------
    cause : Cause
        Something that was not given (need), a depth that was not asked for, the budget, too
        few rows to tell anything, or data to which the question does not apply.
    text : str
        The reason, for people.
    remedy : str
        What to do about it; empty where nothing can be done.
    """

    cause: Cause
    text: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """Reason and remedy together."""
        return f"{self.text}: {self.remedy}" if self.remedy else self.text


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found.

    Parameters
    ----------
    code, name, dimension : str
        Identity: ``"F002"``, ``"total_variation_distance"``, ``"fidelity"``.
    status : Status
        The outcome: what `synth_eval.judging.judge.overall` says of the decisions.
    message : str
        One sentence or two for a person, with the worst item by name and its numbers.
    summary : str
        The same in at most 25 words and without intervals, for the first screen.
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
    figure : str or None
        Kind of figure that draws it, a name of `synth_eval.judging.check.FIGURES`.
    evidence : str
        What the result is for the verdict beside one check of many, see
        `synth_eval.judging.dimensions.Ceiling`: "attack", "guarantee" or nothing.
    items : sequence of Item
        One per column, pair, level, rule..., worst first; aggregates only.
    decisions : sequence of Decision
        What was judged, beside the items.
    items_decide : bool
        Whether the decisions of the items decide, too.
    facts : mapping of str to float
        Single numbers that something else reads, by name: ``"smallest_visible"``.
    skipped : Skipped or None
        Why nothing was said, where the status is ``not_applicable``.
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
    summary: str = ""
    figure: str | None = None
    evidence: str = ""
    items: Sequence[Item] = ()
    decisions: Sequence[Decision] = ()
    items_decide: bool = False
    facts: Mapping[str, float] = field(default_factory=dict)
    skipped: Skipped | None = None
    panels: Sequence[Panel] = ()

    def __post_init__(self) -> None:
        if self.status is Status.NOT_APPLICABLE and self.skipped is None:
            # Nothing is said without its cause: a bare message is a reason that lies in the data.
            object.__setattr__(self, "skipped", Skipped(Cause.DATA, self.message))
        derived = self.derived_status()
        if derived is not None and derived is not self.status:
            raise ValueError(f"{self.code}: status {self.status} where the numbers say {derived}")

    def derived_status(self) -> Status | None:
        """Status that follows from the decisions shown; None where there are none."""
        if self.skipped is not None or self.status is Status.ERROR:
            return None
        return status_of(self.decisions, self.items if self.items_decide else ())

    @property
    def only_alarms(self) -> bool:
        """Whether it only looks for alarms: nothing it decides has a line within which to pass.

        A pass then says that no alarm was seen, and nothing is shown to be good by it.
        """
        judged = [*self.decisions]
        if self.items_decide:
            judged += [decision for item in self.items for decision in item.decisions]
        return bool(judged) and all(part.clear is None and part.aim is None for part in judged)

    def rows(self) -> list[dict[str, Any]]:
        """The items as tidy rows, see `Item.row`."""
        return [item.row() for item in self.items]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form; finite numbers or None."""
        plain = to_plain(self)
        assert isinstance(plain, dict)
        return plain

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Result:
        """Inverse of `to_dict`; of a file of version 1 by `synth_eval.judging.versions`."""
        values = dict(record)
        values["status"] = Status(values["status"])
        for name, kind in _NESTED.items():
            if values.get(name) is not None:
                values[name] = kind(**values[name])
        if values.get("direction") is not None:
            values["direction"] = Direction(values["direction"])
        if values.get("skipped") is not None:
            values["skipped"] = Skipped(**{**values["skipped"],
                                           "cause": Cause(values["skipped"]["cause"])})  # fmt: skip
        values["items"] = tuple(map(Item.from_dict, values.get("items", ())))
        values["decisions"] = tuple(map(Decision.from_dict, values.get("decisions", ())))
        values["panels"] = tuple(Panel.from_dict(panel) for panel in values.get("panels", ()))
        return cls(**values)


_NESTED: Mapping[str, Any] = {
    "estimate": Estimate,
    "reference": Reference,
    "threshold": Threshold,
}


def status_of(decisions: Iterable[Decision], items: Iterable[Item] = ()) -> Status | None:
    """Status of a result by its own decisions and those of its items; None without any.

    An item in error makes an error; one that does not apply decides nothing.
    """
    items = list(items)
    if any(item.told is Status.ERROR for item in items):
        fatal = [d for item in items for d in item.decisions if d.status is Status.FAIL]
        return Status.FAIL if fatal else Status.ERROR
    judged = [*decisions, *(decision for item in items for decision in item.decisions)]
    return overall(judged) if judged else None


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
    if isinstance(value, Item | Decision):
        return to_plain(value.to_dict())
    if hasattr(value, "__dataclass_fields__"):
        return {name: to_plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "tolist"):  # numpy arrays and scalars, without importing numpy
        return to_plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [to_plain(item) for item in value]
    return str(value)
