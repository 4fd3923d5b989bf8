"""What a synthetic table is wanted for, and which dimensions decide about it.

A table that is fit for testing software may be useless for training a model, and the other
way round. Each dimension declares the purposes it decides about and why; the verdicts of the
others are given all the same, marked as not decisive. Nothing is weighted and no score is
blended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synth_eval.errors import UsageError
from synth_eval.judging.dimensions import dimensions

__all__ = ["PURPOSES", "Purpose", "purpose_of"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """A use of a synthetic table.

    Parameters
    ----------
    name : str
        Word of the command line; empty where no purpose was declared.
    title : str
        Words for people.
    """

    name: str
    title: str

    def decides(self, dimension: str) -> bool:
        """Whether the verdict of a dimension decides about this use."""
        declared = dimensions().get(dimension)
        return declared is None or self.name not in declared.aside

    def basis(self, dimension: str) -> str:
        """Why a dimension decides about this use, or why it does not; empty where unsaid."""
        declared = dimensions().get(dimension)
        if declared is None:
            return ""
        return declared.decides.get(self.name) or declared.aside.get(self.name, "")


_ANY = Purpose("", "any purpose")

PURPOSES: Mapping[str, Purpose] = {
    purpose.name: purpose
    for purpose in (
        Purpose("model-training", "model training"),
        Purpose("software-testing", "software testing"),
        Purpose("sharing", "sharing with others"),
        Purpose("augmentation", "adding to real rows"),
    )
}
"""The purposes that can be declared, by name."""


def purpose_of(name: str | None) -> Purpose:
    """Purpose by name; without a name every dimension decides.

    Raises
    ------
    UsageError
        There is no purpose of this name, with those there are.

    Examples
    --------
    >>> purpose_of("sharing").decides("utility"), purpose_of("").decides("utility")
    (False, True)
    """
    if not name:
        return _ANY
    if name not in PURPOSES:
        raise UsageError(f"unknown purpose {name!r}; one of {', '.join(PURPOSES)}")
    return PURPOSES[name]
