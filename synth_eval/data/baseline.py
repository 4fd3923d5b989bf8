"""The real side: what is known without any synthetic table, made once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import Plan, column_plan
from synth_eval.data.counts import Counts
from synth_eval.data.kept import Kept
from synth_eval.data.schema import Schema
from synth_eval.data.states import StateSpec, counts_of, filled, values_of
from synth_eval.data.table import Table
from synth_eval.stats.empirical import EmpiricalDistribution

__all__ = ["Baseline", "drawn_once", "sampled_rows"]

_BASELINE_BYTES = 384 << 20
"""Sorted columns, hashes, encoded rows and predictions of the real side kept together. One
million rows of 16 columns need about 300 MB of it; what does not fit is made again."""

Value = TypeVar("Value")
Once = Callable[[Hashable, Callable[[], Any]], Any]


@dataclass(frozen=True, eq=False)
class Baseline:
    """Real table and holdout under one schema, and everything that follows from them alone.

    One baseline serves any number of synthetic tables, see `synth_eval.data.pair.Pair`.

    Parameters
    ----------
    real : Table
        What the generator was trained on.
    holdout : Table or None
        Real rows the generator never saw, split off at random before training.
    schema : Schema
        Kinds and roles of the columns of the real table.
    """

    real: Table
    holdout: Table | None
    schema: Schema
    _made: Kept[Any] = field(default_factory=lambda: Kept(_BASELINE_BYTES), init=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` returns, made when it is first asked for.

        Parameters
        ----------
        key : hashable
            Everything the value depends on beside the real table, the holdout and the schema:
            a name, and the settings that `make` looks at, no more and no less.
        make : callable
            Must not look at a synthetic table, and must return the same each time: big arrays
            are forgotten where memory runs out.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from synth_eval.data.load import load_baseline
        >>> baseline = load_baseline(pa.table({"age": [30.0, 41.5]}))
        >>> baseline.once(("sum", 1), lambda: print("made")), baseline.once(("sum", 1), print)
        made
        (None, None)
        """
        return self._made.get(key, make)

    def has(self, key: Hashable) -> bool:
        """Whether `once` has a value for a key."""
        return self._made.has(key)

    @property
    def unit(self) -> str | None:
        """Column that names what was sampled; None where every row is a unit of its own.

        No check draws units other than rows yet.
        """
        return next(iter(self.schema.with_role("entity")), None)

    @property
    def tables(self) -> dict[str, Table]:
        """The tables there are, by role."""
        tables = {"real": self.real}
        return tables if self.holdout is None else {**tables, "holdout": self.holdout}

    @property
    def compared(self) -> list[str]:
        """Names of the columns whose distributions are compared."""
        return [column.name for column in self.schema.compared]

    def distribution(self, role: str, name: str) -> EmpiricalDistribution:
        """Distribution of the values of a continuous column that are not missing."""
        distribution: EmpiricalDistribution = self.state(values_of(name), role)
        return distribution

    @property
    def plans(self) -> list[Plan]:
        """Cells of the compared columns, learned from the real table."""
        return self.once("plans", self._plans)

    def _plans(self) -> list[Plan]:
        return [
            column_plan(
                self.real,
                column.name,
                self.distribution("real", column.name) if column.is_continuous else None,
            )
            for column in self.schema.compared
        ]

    @property
    def counts(self) -> dict[str, Counts]:
        """One-way and two-way counts of the real table and the holdout."""
        return {role: self.state(counts_of(self.plans), role) for role in self.tables}

    def state(self, spec: StateSpec, role: str) -> Any:
        """Value of a state over all rows of the real table or the holdout."""
        return self.once(("state", spec.key, role), lambda: filled(self.tables[role], [spec])[0])

    def sample_rows(self, role: str, size: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Row numbers of a sample without replacement; all rows, in order, where they are fewer."""
        return sampled_rows(self.tables[role], size, rng)


def sampled_rows(table: Table, size: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Row numbers of a sample without replacement; all rows, in order, where they are fewer."""
    rows = table.num_rows
    if rows <= size:
        return np.arange(rows)
    return np.sort(rng.choice(rows, size, replace=False))


def drawn_once(
    once: Once, key: tuple[Hashable, ...], rng: np.random.Generator, make: Callable[[], Value]
) -> Value:
    """`once` for what draws from a generator that others have drawn from before.

    The state of the generator belongs to the key, and afterwards it is where it would be had
    it drawn, so that nothing that is drawn later depends on whether the value was there.

    Parameters
    ----------
    once : callable
        `Baseline.once`, or that of a pair or of a check.
    key : tuple
        See `Baseline.once`.
    rng : numpy.random.Generator
        What `make` draws from.
    make : callable
        Draws from `rng`.

    Examples
    --------
    >>> import numpy as np
    >>> from synth_eval.data.kept import Kept
    >>> kept = Kept(budget=1000)
    >>> for _ in range(2):
    ...     rng = np.random.default_rng(5)
    ...     first = drawn_once(kept.get, ("draw",), rng, lambda: int(rng.integers(100)))
    ...     print(first, int(rng.integers(100)))
    67 80
    67 80
    """
    generator = rng.bit_generator

    def draw() -> tuple[Value, Any]:
        value = make()
        return value, generator.state

    value, state = once((*key, _flat(generator.state)), draw)
    generator.state = state
    return cast(Value, value)


def _flat(state: Any) -> Hashable:
    """The state of a generator as a key."""
    if isinstance(state, dict):
        return tuple((name, _flat(value)) for name, value in state.items())
    return state.tobytes() if isinstance(state, np.ndarray) else state
