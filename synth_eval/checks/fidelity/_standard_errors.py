"""Standard errors of distances over the same rows: of their mean, and of the largest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.states import StateSpec, ValueSample, values_of
from synth_eval.judging.check import Context
from synth_eval.stats.distances import Distance
from synth_eval.stats.maximum import MaximumStatistic

__all__ = ["FixedError", "MeanError"]

_ERROR_ROWS = 4_000
"""Rows whose influences are added up: a standard error from them is right to about 1 %."""

_SORTED_BYTES = 256 << 20
"""Values sorted in one pass: a third more than a baseline and a pair keep together."""

_MAXIMUM_ROWS = 500
"""Rows of the joint null of the largest distance: every table takes a product with 600 draws."""


class MeanError:
    """Standard error of a mean of distances over the same rows.

    The influences of a row on all tables are added up for a seeded sample of rows, so that
    columns that move together are not taken for independent ones. A sample can miss the few
    rows that make one distance unsure, such as a single absurd value: the error of that distance
    on all rows, less those of all others, is the least that the error of the mean can be.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._tables = 0
        self._errors: list[float] = []
        self._rows: dict[str, Any] = {}
        self._sums: dict[str, Any] = {}
        samples = []
        for role in ("real", "synthetic"):
            rows = ctx.data.sample_rows(role, _ERROR_ROWS, ctx.rng(f"error {role}"))
            self._rows[role] = (rows, ctx.data.tables[role].num_rows)
            self._sums[role] = np.zeros(len(rows))
            samples.append((min(len(rows), _MAXIMUM_ROWS), ctx.data.tables[role].num_rows))
        self._maximum = MaximumStatistic(samples, ctx.rng("maximum"))

    def rows(self, role: str) -> Any:
        """Numbers of the sampled rows of one table."""
        return self._rows[role][0]

    def values(self, name: str) -> dict[str, Any]:
        """Values of a continuous column in the sampled rows of both tables."""
        return {role: self._ctx.state(self.sample(name, role), role) for role in self._rows}

    def sample(self, name: str, role: str) -> StateSpec:
        """The state that keeps `values` of one table."""
        rows, _ = self._rows[role]
        key = ("sampled values", name, role, self._ctx.check.code, self._ctx.config.seed)
        return StateSpec(key, lambda: ValueSample(name, rows), role)

    def samples(self) -> Iterator[StateSpec]:
        """What `values` asks for of all continuous columns, to be declared."""
        for column in self._ctx.data.schema.compared:
            if column.is_continuous:
                yield from (self.sample(column.name, role) for role in self._rows)

    def add(self, distance: Distance, values: Mapping[str, Any]) -> None:
        """Add one table: the values (or cells) of the sampled rows, missing ones left NaN."""
        self._tables += 1
        self._errors.append(distance.error)
        if distance.influence is None:
            return
        effects = []
        for role, sample in values.items():
            missing = np.isnan(sample) if sample.dtype.kind == "f" else None
            effect = distance.influence(sample)
            if missing is not None and missing.any():
                effect = np.where(
                    missing, effect[~missing].mean() if (~missing).any() else 0, effect
                )
            self._sums[role] += effect
            effects.append(effect[:_MAXIMUM_ROWS])
        self._maximum.add(effects)

    def add_signs(self, signs: npt.NDArray[np.int8], cells: Mapping[str, Any]) -> None:
        """Add the total variation of one table: the signs of its cells, the sampled rows' cells."""
        self._tables += 1
        halves = signs * 0.5
        effects = []
        for role, own in cells.items():
            effect = halves.take(own)
            self._sums[role] += effect
            effects.append(effect[:_MAXIMUM_ROWS])
        self._maximum.add(effects)

    def value(self) -> float:
        """Standard error of the mean distance."""
        variance = sum(
            self._sums[role].var() / (self._tables**2 * rows)
            for role, (_, rows) in self._rows.items()
        )
        least = 2 * max(self._errors, default=0.0) - sum(self._errors)
        return max(float(np.sqrt(variance)), least / self._tables)

    def critical(self, alpha: float) -> float:
        """Standard errors that the farthest of the tables exceeds by chance, so rarely."""
        return self._maximum.critical(alpha)


def continuous_states(ctx: Context) -> Iterator[StateSpec]:
    """What distances of continuous columns ask for: sorted values, and those of sampled rows.

    Sorted values of all columns at once are large: what does not fit is sorted column by column
    when it is asked for.
    """
    yield from MeanError(ctx).samples()
    left = _SORTED_BYTES
    for column in ctx.data.schema.compared:
        if column.is_continuous:
            left -= 8 * sum(table.num_rows for table in ctx.data.tables.values())
            if left >= 0:
                yield values_of(column.name)


@dataclass(frozen=True, slots=True)
class FixedError:
    """Standard error of a mean that the check computed itself."""

    error: float
    tables: int

    def value(self) -> float:
        """Standard error of the mean distance."""
        return self.error

    def critical(self, alpha: float) -> float:
        """Standard errors for so many tables as if unrelated."""
        return NormalDist().inv_cdf(1 - alpha / (2 * self.tables))
