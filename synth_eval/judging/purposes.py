"""What a synthetic table is wanted for, and which dimensions decide about it.

A table that is fit for testing software may be useless for training a model, and the other
way round. A purpose says which dimensions decide and why; the verdicts of the others are
given all the same, marked as not decisive. Nothing is weighted and no score is blended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synth_eval.errors import UsageError

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
    decisive : mapping of str to str
        Dimensions that decide, each with the reason.
    aside : mapping of str to str
        Dimensions that do not decide, each with the reason. A dimension named in neither
        decides: what nobody thought of must not be waved through.
    """

    name: str
    title: str
    decisive: Mapping[str, str]
    aside: Mapping[str, str]

    def decides(self, dimension: str) -> bool:
        """Whether the verdict of a dimension decides about this use."""
        return dimension not in self.aside

    def basis(self, dimension: str) -> str:
        """Why a dimension decides about this use, or why it does not; empty where unsaid."""
        return self.decisive.get(dimension) or self.aside.get(dimension, "")


_ANY = Purpose("", "any purpose", {}, {})
_FORM = "rows of a wrong form or beyond the rules of the data stop every use of them"

PURPOSES: Mapping[str, Purpose] = {
    purpose.name: purpose
    for purpose in (
        Purpose(
            "model-training",
            "model training",
            decisive={
                "validity": _FORM,
                "coverage": "a model cannot learn classes, tails and groups that are not there",
                "utility": "it is the use itself: trained on synthetic, tested on real rows",
            },
            aside={
                "fidelity": "utility measures directly what closeness of distributions only "
                "promises",
                "privacy": "the rows stay with those who may see the real ones; where rows or "
                "model leave them, evaluate for sharing as well",
            },
        ),
        Purpose(
            "software-testing",
            "software testing",
            decisive={
                "validity": _FORM,
                "coverage": "tests must meet the rare levels, extremes and combinations that "
                "break programs",
                "privacy": "test systems are open to more people and guarded less than those "
                "that hold the real rows",
            },
            aside={
                "fidelity": "a program treats a case alike whether it is frequent or rare",
                "utility": "no model is trained on the rows",
            },
        ),
        Purpose(
            "sharing",
            "sharing with others",
            decisive={
                "validity": _FORM,
                "fidelity": "whoever receives the table has no real rows to hold it against "
                "and takes every distribution in it on trust",
                "privacy": "once given away the table cannot be called back, whatever is "
                "learned from it about a person",
            },
            aside={
                "coverage": "rare records may be left out on purpose, to protect people; say "
                "so to those who receive the table",
                "utility": "the tasks of those who receive the table are not known; one target "
                "stands for none of them",
            },
        ),
        Purpose(
            "augmentation",
            "adding to real rows",
            decisive={
                "validity": _FORM,
                "utility": "the rows are added so that models get better on real ones; the "
                "mixing ratio, at depth full, shows how many help",
            },
            aside={
                "fidelity": "rows are often added to change a distribution, such as the share "
                "of a rare class",
                "coverage": "what the synthetic rows leave out is still in the real ones",
                "privacy": "the rows stay beside the real ones, with those who may see them",
            },
        ),
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
