"""What a check may need beside a real and a synthetic table, and what to say without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synth_eval.data.pair import Pair


__all__ = ["HOLDOUT", "TARGET", "Need"]


@dataclass(frozen=True, slots=True)
class Need:
    """Something a check cannot do without.

    Parameters
    ----------
    name : str
        One word.
    absence : str
        What is said where it is not there.
    remedy : str
        How to give it.
    is_met : callable
        Whether the data have it.
    """

    name: str
    absence: str
    remedy: str
    is_met: Callable[[Pair], bool]


HOLDOUT = Need(
    "holdout",
    "no holdout",
    "give real rows the generator never saw (`synth-eval split` makes a split before training)",
    lambda data: data.holdout is not None,
)

TARGET = Need(
    "target",
    "no target column",
    "name the column that models should predict",
    lambda data: data.schema.target is not None,
)
