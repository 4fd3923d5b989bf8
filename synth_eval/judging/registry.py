"""The list of checks: one decorator, found by walking the package ``synth_eval.checks``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synth_eval.errors import UsageError
from synth_eval.judging.results import DIMENSIONS, Result

if TYPE_CHECKING:
    from synth_eval.judging.run import Context

__all__ = ["Check", "available_checks", "check", "explain", "select"]

CheckFunction = Callable[["Context"], Result]

COSTS = ("counts", "neighbours", "models")
"""What a check costs: counts over all rows, neighbour searches, fitted models."""

_LETTERS = {"validity": "V", "fidelity": "F", "coverage": "C", "utility": "U", "privacy": "P"}


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: what it is called, what it needs and the function that runs it."""

    code: str
    name: str
    dimension: str
    title: str
    function: CheckFunction = field(repr=False)
    needs: frozenset[str] = frozenset()
    cost: str = "counts"
    figure: str | None = None
    gating: bool = True

    @property
    def explanation(self) -> str:
        """The module docstring of the check: what it measures, how to read it, its source."""
        module = inspect.getmodule(self.function)
        return inspect.cleandoc((module.__doc__ if module else None) or self.title)


_CHECKS: dict[str, Check] = {}


def check(
    code: str,
    name: str,
    *,
    dimension: str,
    title: str,
    needs: Iterable[str] = (),
    cost: str = "counts",
    figure: str | None = None,
    gating: bool = True,
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check.

    Parameters
    ----------
    code : str
        Letter of the dimension and three digits, never used twice.
    name : str
        The field's standard term in full.
    dimension : str
        One of `synth_eval.judging.results.DIMENSIONS`.
    title : str
        Short words for tables and headings.
    needs : iterable of {"holdout", "target"}
        What must be there; where it is not, the result is ``not_applicable`` with the reason.
    cost : {"counts", "neighbours", "models"}
        Decides the order: cheap ones first.
    figure : str, optional
        Kind of figure that draws the result, a function of `synth_eval.figures.kinds`.
    gating : bool
        Whether a failure makes the dimension NO-GO; otherwise it limits it.
    """
    if dimension not in DIMENSIONS:
        raise UsageError(f"unknown dimension {dimension!r} of check {code}")
    if not re.fullmatch(_LETTERS[dimension] + r"\d{3}", code):
        raise UsageError(f"code {code!r} does not fit dimension {dimension!r}")
    if cost not in COSTS:
        raise UsageError(f"unknown cost {cost!r} of check {code}")

    def register(function: CheckFunction) -> CheckFunction:
        known = _CHECKS.get(code)
        if known is not None and known.function.__module__ != function.__module__:
            raise UsageError(f"code {code} is taken by {known.name}")
        _CHECKS[code] = Check(
            code, name, dimension, title, function, frozenset(needs), cost, figure, gating
        )
        return function

    return register


def available_checks() -> dict[str, Check]:
    """All checks by code, in the order of dimensions and codes."""
    import synth_eval.checks  # noqa: F401 - importing the package registers them

    order = list(DIMENSIONS)
    return dict(sorted(_CHECKS.items(), key=lambda item: (order.index(item[1].dimension), item[0])))


def select(wanted: Iterable[str] = (), ignored: Iterable[str] = ()) -> dict[str, Check]:
    """Checks whose code, code prefix, name or dimension is wanted and not ignored.

    Raises
    ------
    UsageError
        A word that matches no check, with the codes there are.
    """
    everything = available_checks()

    def matching(word: str) -> set[str]:
        found = {
            code
            for code, spec in everything.items()
            if code.startswith(word.upper()) or word.lower() in (spec.name, spec.dimension)
        }
        if not found:
            raise UsageError(f"no check matches {word!r}; known codes: {', '.join(everything)}")
        return found

    wanted, ignored = list(wanted), list(ignored)
    keep = set().union(*map(matching, wanted)) if wanted else set(everything)
    for word in ignored:
        keep -= matching(word)
    return {code: spec for code, spec in everything.items() if code in keep}


def explain(code: str) -> str:
    """Text that explains a check: its title and its module docstring."""
    found: dict[str, Any] = select([code])
    return "\n\n".join(
        f"{spec.code} {spec.name} ({spec.dimension})\n\n{spec.explanation}"
        for spec in found.values()
    )
