"""Runs the selected checks and turns whatever happens in them into results."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from synth_eval.errors import NotApplicable
from synth_eval.judging.registry import COSTS, Check, select
from synth_eval.judging.results import (
    Direction,
    Estimate,
    Panel,
    Reference,
    Result,
    Status,
    Threshold,
)
from synth_eval.judging.settings import Config

if TYPE_CHECKING:
    import numpy as np

    from synth_eval.data.load import Data

__all__ = ["MISSING", "Context", "Progress", "run"]

logger = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all and the name of the step that starts."""

MISSING = {
    "holdout": "no holdout: give real rows the generator never saw (`synth-eval split` makes "
    "a split before training)",
    "target": "no target column: name the column that models should predict",
}
"""What to say where a need of a check is not met."""


@dataclass(frozen=True)
class Context:
    """What a check is given: the data, the configuration and itself."""

    data: Data
    config: Config
    check: Check

    def rng(self, salt: str = "") -> np.random.Generator:
        """Generator of this check alone: the same whatever other checks run."""
        import numpy as np  # this module is loaded by the command line

        words = [ord(letter) for letter in self.check.code + salt]
        return np.random.default_rng([self.config.seed, *words])

    def result(
        self,
        status: Status,
        message: str,
        *,
        estimate: Estimate | None = None,
        reference: Reference | None = None,
        threshold: Threshold | None = None,
        direction: Direction | None = None,
        n: int | None = None,
        sampled: int | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        panels: Sequence[Panel] = (),
    ) -> Result:
        """Result of this check."""
        spec = self.check
        return Result(
            code=spec.code,
            name=spec.name,
            dimension=spec.dimension,
            status=status,
            message=message,
            estimate=estimate,
            reference=reference,
            threshold=threshold,
            direction=direction,
            n=self.data.synthetic.num_rows if n is None else n,
            sampled=sampled,
            gating=spec.gating,
            figure=spec.figure,
            details=tuple(details),
            panels=tuple(panels),
        )


def run(
    data: Data,
    *,
    config: Config | None = None,
    select_checks: Iterable[str] = (),
    ignore_checks: Iterable[str] = (),
    progress: Progress | None = None,
) -> list[Result]:
    """Run checks, cheap ones first, and return their results in the order of the report.

    A check that raises becomes a result with status ``error``; the others still run. With a
    budget in the configuration, checks that count always run; one that searches neighbours
    or fits models starts only while the budget lasts, else its result says so.
    """
    config = config or Config()
    chosen = select(select_checks, ignore_checks)
    order = sorted(chosen.values(), key=lambda spec: COSTS.index(spec.cost))
    results: dict[str, Result] = {}
    started = time.monotonic()
    for done, spec in enumerate(order):
        if progress is not None:
            progress(done, len(order), f"{spec.code} {spec.title}")
        context = Context(data, config, spec)
        if 0 < config.budget < time.monotonic() - started and spec.cost != COSTS[0]:
            results[spec.code] = context.result(
                Status.NOT_APPLICABLE,
                f"not run: the budget of {config.budget:g} seconds was used up before it started",
            )
        else:
            results[spec.code] = _run_one(context)
    if progress is not None:
        progress(len(order), len(order), "done")
    return [results[code] for code in chosen]


def _run_one(context: Context) -> Result:
    started = time.process_time()
    missing = [need for need in sorted(context.check.needs) if not _has(context.data, need)]
    if missing:
        reason = "; ".join(MISSING[need] for need in missing)
        return context.result(Status.NOT_APPLICABLE, reason)
    try:
        result = context.check.function(context)
    except NotApplicable as reason_given:
        result = context.result(Status.NOT_APPLICABLE, str(reason_given))
    except Exception as error:
        logger.debug("check %s failed", context.check.code, exc_info=True)
        result = context.result(
            Status.ERROR, f"the check could not run: {type(error).__name__}: {_first_line(error)}"
        )
    return replace(result, seconds=round(time.process_time() - started, 3))


def _has(data: Data, need: str) -> bool:
    return {"holdout": data.holdout is not None, "target": data.schema.target is not None}[need]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:200]
