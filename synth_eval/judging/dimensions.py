"""The dimensions of a verdict; each is declared by its folder of checks.

``synth_eval/checks/<dimension>/__init__.py`` holds ``DIMENSION = Dimension(...)``; a package
that brings a dimension of its own names itself under the entry point ``synth_eval.checks``.
Nothing else in the package knows a dimension by its name or its letter.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from synth_eval.errors import UsageError

__all__ = [
    "ENTRY_POINT", "Axis", "Ceiling", "Dimension", "Sight", "dimension_packages", "dimensions",
]  # fmt: skip

ENTRY_POINT = "synth_eval.checks"
"""Group of entry points under which other packages bring checks; also our own package."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The one number by which tables are set beside each other on this dimension.

    For comparing tables, never for judging one: verdicts rest on all checks.

    Parameters
    ----------
    title : str
        Words beside the axis of a figure.
    is_lower_better : bool
        Which way is better.
    ideal : float
        The best number there is.
    meaning : str
        How the number comes about, and how to read it.
    takes_largest : bool
        Whether the largest number of all checks on the axis counts (any attack that succeeds
        is a leak), in place of that of the first check that has one.
    reference : float or None
        The same number for real rows where it is one for all tables; None takes that of the
        result.
    remedy : str
        What to do where no table has a number.
    name : str
        That of the dimension, which fills it in.
    """

    title: str
    is_lower_better: bool
    ideal: float
    meaning: str
    takes_largest: bool = False
    reference: float | None = None
    remedy: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Why passed checks alone are not a GO for this dimension.

    Absence of evidence clears nobody: without an attack privacy can be condemned only, with
    attacks it has limits, and GO is reserved for a guarantee that no attack contradicts.

    Parameters
    ----------
    needs : str
        `synth_eval.judging.check.Check.evidence` that must be among the judged results.
    without : str
        What is said where it is not.
    reached : str
        What is said where every check passed.
    lifted_by : str
        Evidence whose pass lifts the ceiling.
    """

    needs: str
    without: str
    reached: str
    lifted_by: str


@dataclass(frozen=True, slots=True)
class Sight:
    """A kind of fault that a dimension looks for, and how large it must be to be seen.

    Parameters
    ----------
    code : str
        Check whose decisions or facts tell.
    fault : str
        The fault in words, with ``{}`` for its size.
    unit : {"share", "score", "rows"}
        Whether the size is a share of something or a score, read off the decisions, or a share
        of rows that the check tells as a fact.
    """

    code: str
    fault: str
    unit: str = "share"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One question about a synthetic table, answered by the checks of one folder.

    Parameters
    ----------
    name : str
        As on the command line: ``"fidelity"``.
    letter : str
        First letter of the codes of its checks.
    question : str
        What it answers, for people.
    how : str
        How it is answered, in a few words.
    place : int
        Rank in the report, lowest first.
    decides : mapping of str to str
        Purposes it decides about, each with the reason.
    aside : mapping of str to str
        Purposes it does not decide about, each with the reason. A purpose named in neither is
        decided by it: what nobody thought of must not be waved through.
    core : tuple of tuple of str
        The questions that a GO rests on, each by the codes of the checks that answer it: one,
        or several of which another applies to another kind of table. Only where each question
        was asked is a GO said, see `synth_eval.judging.verdicts`; empty where any check will do.
    power : tuple of Sight
        Faults whose smallest visible size is told beside the verdict.
    failures_as : str
        Word under which its checks that did not pass are listed on the first screen, each by
        its title; empty where their items (columns, pairs, levels) are listed instead.
    ceiling : Ceiling or None
        Why passed checks alone are no GO.
    axis : Axis or None
        The number by which tables are set beside each other.
    """

    name: str
    letter: str
    question: str
    how: str
    place: int
    decides: Mapping[str, str] = field(default_factory=dict)
    aside: Mapping[str, str] = field(default_factory=dict)
    core: tuple[tuple[str, ...], ...] = ()
    power: tuple[Sight, ...] = ()
    failures_as: str = ""
    ceiling: Ceiling | None = None
    axis: Axis | None = None

    def __post_init__(self) -> None:
        if len(self.letter) != 1 or not self.letter.isupper():
            raise UsageError(f"dimension {self.name!r}: its letter must be one capital")
        if not self.name.isidentifier():
            raise UsageError(f"dimension {self.name!r}: its name must be one word")
        for code in (code for codes in self.core for code in codes):
            if not re.fullmatch(self.letter + r"\d{3}", code):
                raise UsageError(f"dimension {self.name!r}: core check {code!r} is not its own")
        both = self.decides.keys() & self.aside.keys()
        if both:
            raise UsageError(f"dimension {self.name!r} both decides and not: {sorted(both)}")
        if self.axis is not None:
            object.__setattr__(self, "axis", replace(self.axis, name=self.name))


def dimension_packages() -> Iterator[ModuleType]:
    """Packages that hold checks: our own, one per dimension, then those of entry points.

    Importing them loads no check and nothing heavy.
    """
    home = importlib.import_module(ENTRY_POINT)
    for module in pkgutil.iter_modules(home.__path__, prefix=f"{ENTRY_POINT}."):
        if module.ispkg:
            yield importlib.import_module(module.name)
    for point in sorted(entry_points(group=ENTRY_POINT), key=lambda point: point.name):
        yield point.load()


@cache
def dimensions() -> Mapping[str, Dimension]:
    """All dimensions by name, in the order of the report.

    Raises
    ------
    UsageError
        Two dimensions have one name or one letter.
    """
    declared = [
        package.DIMENSION for package in dimension_packages() if hasattr(package, "DIMENSION")
    ]
    declared.sort(key=lambda dimension: (dimension.place, dimension.name))
    for what in ("name", "letter"):
        taken = [getattr(dimension, what) for dimension in declared]
        twice = [word for word in taken if taken.count(word) > 1]
        if twice:
            raise UsageError(f"two dimensions have the {what} {twice[0]!r}")
    return {dimension.name: dimension for dimension in declared}
