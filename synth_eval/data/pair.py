"""A baseline beside one synthetic table: what every check works on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from synth_eval.data.baseline import Baseline, sampled_rows
from synth_eval.data.codes import Plan
from synth_eval.data.counts import Counts
from synth_eval.data.fingerprint import HashArray
from synth_eval.data.kept import Kept
from synth_eval.data.schema import Schema
from synth_eval.data.source import open_source
from synth_eval.data.states import StateSpec, counts_of, filled, hashes_of, values_of
from synth_eval.data.table import Table
from synth_eval.stats.empirical import EmpiricalDistribution
from synth_eval.stats.multiplicities import Multiplicities, multiplicities

__all__ = ["Pair"]

_PAIR_BYTES = 192 << 20
"""Sorted columns, encoded rows and predictions of one synthetic table kept together."""

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Pair:
    """Real, synthetic and holdout table, aligned by column name.

    Parameters
    ----------
    baseline : Baseline
        The real table, the holdout and the schema.
    synthetic : Table
        What the generator made.
    """

    baseline: Baseline
    synthetic: Table
    _made: Kept[Any] = field(default_factory=lambda: Kept(_PAIR_BYTES), init=False, repr=False)

    @classmethod
    def of(cls, baseline: Baseline, synthetic: Any) -> Pair:
        """A baseline beside a synthetic table of any form, see `with_synthetic`."""
        source = open_source(synthetic, "synthetic")
        return cls(baseline, Table(source, baseline.schema, baseline.real))

    def with_synthetic(self, synthetic: Any) -> Pair:
        """The same baseline beside another synthetic table.

        What was found out about the real rows and the holdout serves both.

        Parameters
        ----------
        synthetic : path, pandas, polars or pyarrow table
            Rows that a generator made.

        Raises
        ------
        InputError
            The table cannot be read, is empty, or has two columns of one name.
        """
        return Pair.of(self.baseline, synthetic)

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` returns, made when it is first asked for; see `Baseline.once`.

        For what depends on the synthetic table.
        """
        return self._made.get(key, make)

    @property
    def real(self) -> Table:
        """What the generator was trained on."""
        return self.baseline.real

    @property
    def holdout(self) -> Table | None:
        """Real rows the generator never saw."""
        return self.baseline.holdout

    @property
    def schema(self) -> Schema:
        """Kinds and roles of the columns of the real table."""
        return self.baseline.schema

    @property
    def tables(self) -> dict[str, Table]:
        """The tables there are, by role."""
        return _ordered(self.baseline.tables, self.synthetic)

    @property
    def compared(self) -> list[str]:
        """Names of the columns whose distributions are compared."""
        return self.baseline.compared

    @property
    def shared(self) -> list[str]:
        """Names of the columns that every table has."""
        tables = self.tables.values()
        return [
            name
            for name in self.schema.names
            if all(name in table.stored_names for table in tables)
        ]

    def distribution(self, role: str, name: str) -> EmpiricalDistribution:
        """Distribution of the values of a continuous column that are not missing.

        Sorted once and kept for all checks, as far as memory allows.
        """
        distribution: EmpiricalDistribution = self.state(values_of(name), role)
        return distribution

    @property
    def plans(self) -> list[Plan]:
        """Cells of the compared columns, learned from the real table."""
        return self.baseline.plans

    @property
    def counts(self) -> dict[str, Counts]:
        """One-way and two-way counts of every table."""
        return {role: self.state(counts_of(self.plans), role) for role in self.tables}

    def state(self, spec: StateSpec, role: str) -> Any:
        """Value of a state over all rows of a table, counted when it is first asked for."""
        if role != "synthetic":
            return self.baseline.state(spec, role)
        return self.once(("state", spec.key, role), lambda: filled(self.synthetic, [spec])[0])

    def fill(self, specs: Iterable[StateSpec]) -> None:
        """Fill states of all tables, each table in one pass over its rows.

        A state that is there already is not counted again.
        """
        by_key = {spec.key: spec for spec in specs}
        for role, table in self.tables.items():
            keeper = self if role == "synthetic" else self.baseline
            wanted = [
                spec
                for spec in by_key.values()
                if spec.role in ("", role) and not keeper.has(("state", spec.key, role))
            ]
            for spec, value in zip(wanted, filled(table, wanted), strict=True):
                keeper.once(("state", spec.key, role), lambda value=value: value)  # type: ignore[misc]

    def has(self, key: Hashable) -> bool:
        """Whether `once` has a value for a key."""
        return self._made.has(key)

    @property
    def row_hashes(self) -> dict[str, HashArray]:
        """Fingerprints of all rows over the columns that every table has.

        Identifiers and vectors stay aside. Which columns are hashed depends on those that the
        synthetic table has: synthetic tables of the same columns share those of real rows.
        """
        if not self._hashed:
            return {role: np.zeros(own.num_rows, np.uint64) for role, own in self.tables.items()}
        return {role: self.state(hashes_of(self._hashed), role) for role in self.tables}

    def row_states(self) -> list[StateSpec]:
        """What a check declares that asks for `row_hashes` or `multiplicities`."""
        return [hashes_of(self._hashed)] if self._hashed else []

    @property
    def multiplicities(self) -> Multiplicities:
        """How often each distinct row occurs in each table, identifiers and vectors aside.

        All that is asked of repeated, shared and copied rows follows from it.
        """
        return self.once("multiplicities", lambda: multiplicities(self.row_hashes))

    @property
    def _hashed(self) -> list[str]:
        return [name for name in self.shared if self.schema[name].kind not in ("id", "vector")]

    def sample_rows(self, role: str, size: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Row numbers of a sample without replacement; all rows, in order, where they are fewer."""
        return sampled_rows(self.tables[role], size, rng)


def _ordered(real: dict[str, Value], synthetic: Value) -> dict[str, Value]:
    """Real, synthetic, holdout: the order of every picture and list."""
    ordered = {"real": real["real"], "synthetic": synthetic}
    return ordered | ({"holdout": real["holdout"]} if "holdout" in real else {})
