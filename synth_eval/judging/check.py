"""What a check is: its declaration, and what it is given when it runs."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from synth_eval.errors import UsageError
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.needs import Need
from synth_eval.judging.panels import Panel
from synth_eval.judging.results import (
    Estimate,
    Reference,
    Result,
    Skipped,
    Threshold,
    status_of,
)
from synth_eval.judging.settings import Config

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from synth_eval.data.pair import Pair
    from synth_eval.data.states import CellTable, StateSpec


__all__ = ["COSTS", "EVIDENCE", "FIGURES", "Check", "Context", "OnAxis"]

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

CheckFunction = Callable[["Context"], Result]

COSTS = ("counts", "neighbours", "models")
"""What a check costs: counts over all rows, neighbour searches, fitted models."""

FIGURES = (
    "arms", "association", "bars", "distribution", "heatmap", "intervals", "levels", "quantiles",
    "ratios",
)  # fmt: skip
"""Kinds of figures; `synth_eval.figures.kinds` draws each."""

EVIDENCE = ("", "attack", "guarantee")
"""What a result may be for a verdict, see `synth_eval.judging.dimensions.Ceiling`."""


@dataclass(frozen=True, slots=True)
class OnAxis:
    """How the result of a check places a table on the axis of its dimension.

    Parameters
    ----------
    rank : int
        Place among the checks on the axis, the first that has a number counts.
    what : str
        What the number is, in words; numbers are compared only where these agree.
    fact : str
        Name of the fact that holds the number, its ends under ``<fact>_low`` and
        ``<fact>_high``; empty for the estimate itself.
    """

    rank: int
    what: str
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: what it is called, what it needs and the function that runs it."""

    code: str
    name: str
    dimension: str
    title: str
    function: CheckFunction = field(repr=False)
    needs: tuple[Need, ...] = ()
    cost: str = "counts"
    figure: str | None = None
    gating: bool = True
    evidence: str = ""
    axis: OnAxis | None = None
    facts: tuple[str, ...] = ()
    states: Callable[[Context], Iterable[StateSpec]] | None = None

    def __post_init__(self) -> None:
        """A wrong declaration is an error at import, not in somebody's run."""
        dimension = dimensions().get(self.dimension)
        if dimension is None:
            raise UsageError(f"unknown dimension {self.dimension!r} of check {self.code}")
        if not re.fullmatch(dimension.letter + r"\d{3}", self.code):
            raise UsageError(f"code {self.code!r} does not fit dimension {self.dimension!r}")
        for what, value, among in (
            ("cost", self.cost, COSTS),
            ("figure", self.figure, (None, *FIGURES)),
            ("evidence", self.evidence, EVIDENCE),
        ):
            if value not in among:
                raise UsageError(f"unknown {what} {value!r} of check {self.code}")
        for need in self.needs:
            if not isinstance(need, Need):
                raise UsageError(f"unknown need {need!r} of check {self.code}")
        if self.axis is not None and dimension.axis is None:
            raise UsageError(f"check {self.code}: dimension {self.dimension!r} has no axis")

    def judged(
        self,
        message: str,
        *,
        decisions: Sequence[Decision] = (),
        items: Sequence[Item] = (),
        items_decide: bool = False,
        **shown: Any,
    ) -> Result:
        """Result of this check; its status follows from the decisions.

        Parameters
        ----------
        message : str
            A sentence or two with numbers.
        decisions : sequence of Decision
            What is judged beside the items.
        items : sequence of Item
            Worst first.
        items_decide : bool
            Whether the decisions of the items count, too.
        **shown
            Other fields of `synth_eval.judging.results.Result`.
        """
        status = status_of(decisions, items if items_decide else ())
        if status is None:
            raise ValueError(f"{self.code} judged nothing")
        return self.result(
            status,
            message,
            decisions=tuple(decisions),
            items=tuple(items),
            items_decide=items_decide,
            **shown,
        )

    def result(self, status: Status, message: str, **shown: Any) -> Result:
        """Result with the identity of this check; `judged` is what checks call."""
        return Result(
            code=self.code,
            name=self.name,
            dimension=self.dimension,
            status=status,
            message=message,
            gating=self.gating,
            figure=self.figure,
            evidence=self.evidence,
            **shown,
        )

    @property
    def explanation(self) -> str:
        """The module docstring of the check: what it measures, how to read it, its source."""
        module = inspect.getmodule(self.function)
        return inspect.cleandoc((module.__doc__ if module else None) or self.title)


@dataclass(frozen=True)
class Context:
    """What a check is given: the data, the configuration and itself."""

    data: Pair
    config: Config
    check: Check

    def rng(self, salt: str = "") -> np.random.Generator:
        """Generator of this check alone: the same whatever other checks run."""
        import numpy as np  # this module is loaded by the command line

        words = [ord(letter) for letter in self.check.code + salt]
        return np.random.default_rng([self.config.seed, *words])

    def state(self, spec: StateSpec, role: str) -> Any:
        """Value of a state over all rows of a table; the runner has filled those declared."""
        return self.data.state(spec, role)

    def counts(self, table: CellTable, role: str) -> npt.NDArray[np.int64]:
        """Rows per cell of a derived table, shape (cells,)."""
        counts: npt.NDArray[np.int64] = self.data.state(table.counts(), role)
        return counts

    def once(self, key: Hashable, make: Callable[[], Value], of: str = "baseline") -> Value:
        """What `make` returns, made once for all checks that ask with the same key.

        Parameters
        ----------
        key : hashable
            A name, and exactly the settings that the value depends on.
        make : callable
            Returns the same each time; see `synth_eval.data.baseline.Baseline.once`.
        of : {"baseline", "pair", "real", "holdout", "synthetic"}
            What the value is a property of. What depends on real rows alone serves every
            synthetic table (``"baseline"``, or the role of the table); what depends on the
            synthetic table, too, serves the checks of one (``"pair"``, or ``"synthetic"``).
        """
        owner = self.data if of in ("pair", "synthetic") else self.data.baseline
        return owner.once(key, make)

    def judged(
        self,
        message: str,
        *,
        summary: str = "",
        decisions: Sequence[Decision] = (),
        items: Sequence[Item] = (),
        items_decide: bool = False,
        estimate: Estimate | None = None,
        reference: Reference | None = None,
        threshold: Threshold | None = None,
        direction: Direction | None = None,
        n: int | None = None,
        sampled: int | None = None,
        facts: Mapping[str, float] | None = None,
        panels: Sequence[Panel] | Callable[[], Iterable[Panel]] = (),
    ) -> Result:
        """Result of this check; its status follows from the decisions.

        Parameters
        ----------
        message, summary : str
            A sentence or two with numbers; the same in at most 25 words without intervals.
        decisions : sequence of Decision
            What is judged beside the items.
        items : sequence of Item
            Worst first.
        items_decide : bool
            Whether the decisions of the items count, too.
        estimate, reference, threshold, direction, n, sampled, facts
            As in `synth_eval.judging.results.Result`; `n` is by default all synthetic rows.
        panels : sequence of Panel, or callable that returns them
            Further pictures. A callable is asked once the result stands, which it cannot break:
            a picture that cannot be made is named in its place.
        """
        result = self.check.judged(
            message,
            summary=summary,
            decisions=decisions,
            items=items,
            items_decide=items_decide,
            estimate=estimate,
            reference=reference,
            threshold=threshold,
            direction=direction,
            n=self.data.synthetic.num_rows if n is None else n,
            sampled=sampled,
            facts=facts or {},
        )
        return replace(result, panels=self._made(panels))

    def _made(self, panels: Sequence[Panel] | Callable[[], Iterable[Panel]]) -> tuple[Panel, ...]:
        if not callable(panels):
            return tuple(panels)
        try:
            return tuple(panels())
        except Exception as error:
            logger.debug("pictures of check %s failed", self.check.code, exc_info=True)
            # Of the error its kind alone: its words may hold cells of a table.
            return (Panel.missing(type(error).__name__),)

    def skipped(self, skipped: Skipped, **shown: Any) -> Result:
        """Result that says nothing, and why; numbers that were found all the same are shown."""
        text = skipped.sentence
        shown.setdefault("n", self.data.synthetic.num_rows)
        return self.check.result(Status.NOT_APPLICABLE, text, summary=skipped.text, skipped=skipped,
                            **shown)  # fmt: skip

    def broken(self, text: str) -> Result:
        """Result of a check that could not run."""
        return self.check.result(Status.ERROR, text, summary=text, n=self.data.synthetic.num_rows)
