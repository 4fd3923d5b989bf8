"""The list of checks: one decorator, found by walking the packages of the dimensions."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from synth_eval.errors import UsageError
from synth_eval.judging.check import Check, CheckFunction, Context, OnAxis
from synth_eval.judging.dimensions import dimension_packages, dimensions
from synth_eval.judging.needs import Need

if TYPE_CHECKING:
    from synth_eval.data.states import StateSpec

__all__ = ["available_checks", "check", "check_of", "explain", "select"]

_CHECKS: dict[str, Check] = {}


def check(
    code: str,
    name: str,
    *,
    dimension: str,
    title: str,
    needs: Iterable[Need] = (),
    cost: str = "counts",
    figure: str | None = None,
    gating: bool = True,
    evidence: str = "",
    axis: OnAxis | None = None,
    facts: Iterable[str] = (),
    states: Callable[[Context], Iterable[StateSpec]] | None = None,
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check; a wrong declaration is an error at import.

    Parameters
    ----------
    code : str
        Letter of the dimension and three digits, never used twice.
    name : str
        The field's standard term in full.
    dimension : str
        Name of a declared dimension, see `synth_eval.judging.dimensions`.
    title : str
        Short words for tables and headings.
    needs : iterable of Need
        What must be there, see `synth_eval.judging.needs`; where it is not, the result is
        ``not_applicable`` with the reason.
    cost : {"counts", "neighbours", "models"}
        Decides the order: cheap ones first.
    figure : str, optional
        Kind of figure that draws the result, one of `synth_eval.judging.check.FIGURES`.
    gating : bool
        Whether a failure makes the dimension NO-GO; otherwise it limits it.
    evidence : {"", "attack", "guarantee"}
        What the result is for the ceiling of its dimension.
    axis : OnAxis, optional
        How the result places a table among others.
    facts : iterable of str
        Names of the facts that its result holds for others, see `synth_eval.judging.facts`.
    states : callable, optional
        The context in, the states of counts out that the runner fills in its one pass over the
        rows of each table, see `synth_eval.data.states`.
    """

    def register(function: CheckFunction) -> CheckFunction:
        declared = Check(
            code,
            name,
            dimension,
            title,
            function,
            needs=tuple(needs),
            cost=cost,
            figure=figure,
            gating=gating,
            evidence=evidence,
            axis=axis,
            facts=tuple(facts),
            states=states,
        )
        taken = _CHECKS.get(code)
        if taken is not None and taken.function.__module__ != function.__module__:
            raise UsageError(f"code {code} is taken by {taken.name}")
        _CHECKS[code] = declared
        return function

    return register


@cache
def _load_checks() -> None:
    """Import every module of every package of checks, which registers them."""
    for package in dimension_packages():
        for module in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}."):
            importlib.import_module(module.name)


def available_checks() -> dict[str, Check]:
    """All checks by code, in the order of dimensions and codes."""
    _load_checks()
    order = list(dimensions())
    return dict(sorted(_CHECKS.items(), key=lambda item: (order.index(item[1].dimension), item[0])))


def check_of(function: CheckFunction) -> Check:
    """The check that a function was registered as."""
    return next(spec for spec in _CHECKS.values() if spec.function is function)


def select(wanted: Iterable[str] = (), ignored: Iterable[str] = ()) -> dict[str, Check]:
    """Checks whose code, code prefix, name or dimension is wanted and not ignored.

    Raises
    ------
    UsageError
        A word that matches no check, with the codes there are.
    """
    everything = available_checks()

    def matching(word: str) -> set[str]:
        codes = {
            code
            for code, spec in everything.items()
            if code.startswith(word.upper()) or word.lower() in (spec.name, spec.dimension)
        }
        if not codes:
            raise UsageError(f"no check matches {word!r}; known codes: {', '.join(everything)}")
        return codes

    wanted, ignored = list(wanted), list(ignored)
    keep = set().union(*map(matching, wanted)) if wanted else set(everything)
    for word in ignored:
        keep -= matching(word)
    return {code: spec for code, spec in everything.items() if code in keep}


def explain(code: str) -> str:
    """Text that explains a check: its title and its module docstring."""
    return "\n\n".join(
        f"{spec.code} {spec.name} ({spec.dimension})\n\n{spec.explanation}"
        for spec in select([code]).values()
    )
