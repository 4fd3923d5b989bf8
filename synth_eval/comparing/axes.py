"""Where a synthetic table stands on fidelity, utility and privacy, each as one number.

For comparing tables with each other, never for judging one: verdicts rest on all checks.
The three are chosen so that their intervals are narrow and their units speak for themselves;
they are kept apart, and nothing is blended from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from synth_eval.judging.results import Result, Status

__all__ = ["AXES", "Axis", "Position", "positions"]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Position:
    """Number of one table on an axis, with its interval and the same number of real rows.

    Parameters
    ----------
    code : str
        Check it comes from, several joined by a comma.
    what : str
        What was measured, in words; positions can be compared only where these agree.
    value, low, high, level : float
        Estimate and interval.
    reference : float or None
        The same number for real rows.
    n : int or None
        Synthetic rows it rests on.
    """

    code: str
    what: str
    value: float
    low: float
    high: float
    level: float
    reference: float | None
    n: int | None


@dataclass(frozen=True, slots=True)
class Axis:
    """What a table is placed by.

    Parameters
    ----------
    name : str
        Dimension it stands for.
    title : str
        Words beside the axis of a figure.
    is_lower_better : bool
        Which way is better.
    ideal : float
        The best number there is.
    meaning : str
        How the number comes about, and how to read it.
    place : callable
        Position from the results of a table by code; None where they do not say.
    """

    name: str
    title: str
    is_lower_better: bool
    ideal: float
    meaning: str
    place: Callable[[Mapping[str, Result]], Position | None]


def positions(results: Sequence[Result]) -> dict[str, Position]:
    """Position of a table on each axis that its results speak of."""
    by_code = {result.code: result for result in results}
    found = {axis.name: axis.place(by_code) for axis in AXES}
    return {name: position for name, position in found.items() if position is not None}


_DISTANCES = {
    "F005": "mean total variation distance of triples of columns",
    "F004": "mean total variation distance of pairs of columns",
    "F002": "mean total variation distance of columns",
}
_SCORES = {"U001": "AUC", "U002": "R²"}
_ATTACKS = ("P001", "P003", "P004", "P006", "P009")  # whose estimate is a share of the members
_EXCESS = "largest excess of an attack on training records"


def _fidelity(results: Mapping[str, Result]) -> Position | None:
    for code, what in _DISTANCES.items():
        result = results.get(code)
        if result is not None and result.estimate is not None:
            estimate, reference = result.estimate, result.reference
            return Position(
                code,
                what,
                estimate.value,
                estimate.value if estimate.low is None else estimate.low,
                estimate.value if estimate.high is None else estimate.high,
                estimate.level,
                None if reference is None else reference.value,
                result.n,
            )
    return None


def _utility(results: Mapping[str, Result]) -> Position | None:
    """Share of the gain over no model that models of as many real rows have."""
    for code, score in _SCORES.items():
        result = results.get(code)
        if result is None or result.estimate is None or result.status is Status.NOT_APPLICABLE:
            continue
        arms = {row.get("arm"): row for row in result.rows()}
        floor, real = arms.get("no model"), result.reference
        if floor is None or real is None or real.value is None or real.value <= floor["estimate"]:
            continue
        estimate, base = result.estimate, float(floor["estimate"])
        low, high = (
            estimate.value if end is None else end for end in (estimate.low, estimate.high)
        )
        gain = real.value - base
        value, low, high = ((end - base) / gain for end in (estimate.value, low, high))
        what = f"share of the gain in {score} that as many real rows bring over no model"
        return Position(code, what, value, low, high, estimate.level, 1.0, result.n)
    return None


def _privacy(results: Mapping[str, Result]) -> Position | None:
    """Largest excess of any attack: largest estimate, largest lower and upper end."""
    found = {code: results[code] for code in _ATTACKS if code in results}
    found = {code: result for code, result in found.items() if result.estimate is not None}
    estimates = [result.estimate for result in found.values() if result.estimate is not None]
    if not estimates:
        return None
    value = max(estimate.value for estimate in estimates)
    low = max(estimate.value if estimate.low is None else estimate.low for estimate in estimates)
    high = max(estimate.value if estimate.high is None else estimate.high for estimate in estimates)
    rows = next(iter(found.values())).n
    value, low, high = (max(end, 0.0) for end in (value, low, high))
    return Position(", ".join(found), _EXCESS, value, low, high, _LEVEL, 0.0, rows)


AXES: Sequence[Axis] = (
    Axis(
        "fidelity",
        "distance from the real table",
        True,
        0.0,
        "Mean total variation distance over the triples of columns (of pairs, or of columns, "
        "where triples were not compared), on all rows. The reference is the same distance of "
        "the holdout. It falls with the number of synthetic rows even where nothing is wrong: "
        "compare tables of like size.",
        _fidelity,
    ),
    Axis(
        "utility",
        "share of the gain of real rows",
        False,
        1.0,
        "What models trained on the synthetic rows gain over no model on unseen real rows, as "
        "a share of what models trained on as many real rows gain: 1 is as good as real. The "
        "interval is that of the synthetic arm; the real arm is the same for all tables of one "
        "size.",
        _utility,
    ),
    Axis(
        "privacy",
        "largest excess of an attack",
        True,
        0.0,
        "Largest share of training records that an attack (exact and near copies, membership "
        "and attribute inference, linkability) hits beyond the records the generator never "
        "saw: 0 is no leakage seen. The interval runs from the largest lower to the largest "
        "upper end of the attacks, so it is wide where one attack is weak.",
        _privacy,
    ),
)
"""The axes, in the order of the dimensions."""
