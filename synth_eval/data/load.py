"""Three tables under one schema: what every check works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import Plan, column_plan
from synth_eval.data.counts import Counts, count_table
from synth_eval.data.fingerprint import HashArray, fingerprints
from synth_eval.data.kept import Kept
from synth_eval.data.schema import Schema, infer_schema, parse_overrides
from synth_eval.data.source import open_source
from synth_eval.data.table import Table
from synth_eval.stats.empirical import EmpiricalDistribution
from synth_eval.stats.multiplicities import Multiplicities, multiplicities

__all__ = ["Data", "load"]

_SORTED_BYTES = 192 << 20
"""Sorted columns kept for all tables together."""

SchemaLike = str | Path | Schema | Mapping[str, Any] | None


@dataclass(frozen=True)
class Data:
    """Real, synthetic and holdout table, aligned by column name.

    Parameters
    ----------
    real : Table
        What the generator was trained on.
    synthetic : Table
        What the generator made.
    holdout : Table or None
        Real rows the generator never saw, split off at random before training.
    schema : Schema
        Kinds and roles of the columns of the real table.
    """

    real: Table
    synthetic: Table
    holdout: Table | None
    schema: Schema

    def with_synthetic(self, synthetic: Any) -> Data:
        """The same real rows and holdout beside another synthetic table.

        What was read of the real tables is kept.

        Parameters
        ----------
        synthetic : path, pandas, polars or pyarrow table
            Rows that a generator made.

        Raises
        ------
        InputError
            The table cannot be read, is empty, or has two columns of one name.
        """
        source = open_source(synthetic, "synthetic")
        return replace(self, synthetic=Table(source, self.schema, self.real))

    @property
    def tables(self) -> dict[str, Table]:
        """The tables there are, by role."""
        tables = {"real": self.real, "synthetic": self.synthetic}
        if self.holdout is not None:
            tables["holdout"] = self.holdout
        return tables

    @property
    def compared(self) -> list[str]:
        """Names of the columns whose distributions are compared."""
        return [column.name for column in self.schema.compared]

    def distribution(self, role: str, name: str) -> EmpiricalDistribution:
        """Distribution of the values of a continuous column that are not missing.

        Sorted once and kept for all checks, as far as memory allows.
        """

        def sort() -> EmpiricalDistribution:
            column = self.tables[role].number_column(name)
            values = column.values[~column.missing] if column.missing.any() else column.values
            return EmpiricalDistribution.of(values)

        return self._distributions.get(f"{role} {name}", sort)

    @cached_property
    def _distributions(self) -> Kept[EmpiricalDistribution]:
        return Kept(_SORTED_BYTES)

    @cached_property
    def plans(self) -> list[Plan]:
        """Cells of the compared columns, learned from the real table."""
        return [
            column_plan(
                self.real,
                column.name,
                self.distribution("real", column.name) if column.is_continuous else None,
            )
            for column in self.schema.compared
        ]

    @cached_property
    def counts(self) -> dict[str, Counts]:
        """One-way and two-way counts of every table."""
        return {role: count_table(table, self.plans) for role, table in self.tables.items()}

    @cached_property
    def row_hashes(self) -> dict[str, HashArray]:
        """Fingerprints of all rows over the columns that every table has.

        Identifiers and vectors stay aside.
        """
        return self._fingerprints()

    def _fingerprints(self) -> dict[str, HashArray]:
        names = [
            column.name
            for column in self.schema.columns
            if column.kind not in ("id", "vector")
            and all(column.name in table.stored_names for table in self.tables.values())
        ]
        return {role: fingerprints(table, names) for role, table in self.tables.items()}

    @cached_property
    def multiplicities(self) -> Multiplicities:
        """How often each distinct row occurs in each table, identifiers and vectors aside.

        All that is asked of repeated, shared and copied rows follows from it, so that the
        fingerprints themselves need not be kept.
        """
        return multiplicities(self._fingerprints())

    def sample_rows(self, role: str, size: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Row numbers of a sample without replacement; all rows, in order, where they are fewer."""
        rows = self.tables[role].num_rows
        if rows <= size:
            return np.arange(rows)
        return np.sort(rng.choice(rows, size, replace=False))


def load(
    real: Any,
    synthetic: Any,
    holdout: Any = None,
    *,
    target: str | None = None,
    secret: str | Iterable[str] | None = None,
    quasi_identifiers: str | Iterable[str] | None = None,
    group: str | Iterable[str] | None = None,
    entity: str | None = None,
    order: str | None = None,
    sensitive: str | Iterable[str] | None = None,
    schema: SchemaLike = None,
) -> Data:
    """Read the tables and settle the schema from the real one.

    Parameters
    ----------
    real, synthetic, holdout : path, pandas, polars or pyarrow table
        The rows the generator was trained on, the rows it made, and real rows it never saw.
        Without a holdout privacy cannot be assessed and utility has no honest test.
    target : str, optional
        Column that models are trained to predict.
    secret : str or iterable of str, optional
        Columns that nobody should be able to infer.
    quasi_identifiers : str or iterable of str, optional
        Columns that an outsider may know of a person.
    group : str or iterable of str, optional
        Columns whose levels are groups of people to be served alike.
    entity : str, optional
        Column that names the person or thing that a row belongs to, where one has many rows.
    order : str, optional
        Column of numbers or dates that orders the rows of an entity.
    sensitive : str or iterable of str, optional
        Older name of `secret`.
    schema : path, Schema or mapping, optional
        Overrides of the inferred schema: a file written by ``synth-eval schema``, metadata
        of SDV or SDMetrics, or ``{"columns": [{"name": ..., "kind": ...}]}``.

    Returns
    -------
    Data
        The tables, aligned by column name; cells that cannot be read become findings.

    Raises
    ------
    InputError
        A table cannot be read, is empty, or has two columns of one name.
    UsageError
        A named column is not in the real table, or cannot have its role.

    Notes
    -----
    A column may have several roles. A role given here is added to those of the schema, but a
    target, entity or order given here takes the place of the schema's.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = pa.table({"age": [30.0, 41.5, 52.0], "sex": ["f", "m", "f"]})
    >>> load(rows, rows).schema.names
    ['age', 'sex']
    """
    real_source = open_source(real, "real")
    synthetic_source = open_source(synthetic, "synthetic")
    holdout_source = None if holdout is None else open_source(holdout, "holdout")
    settled = infer_schema(real_source).override(_overrides(schema))
    given = {"target": target, "quasi_identifier": quasi_identifiers, "group": group}
    given |= {"entity": entity, "order": order}
    for role, names in given.items():
        settled = settled.give_role(names, role)
    settled = settled.give_role(secret, "secret").give_role(sensitive, "sensitive")
    table = Table(real_source, settled)
    return Data(
        real=table,
        synthetic=Table(synthetic_source, settled, table),
        holdout=None if holdout_source is None else Table(holdout_source, settled, table),
        schema=settled,
    )


def _overrides(schema: SchemaLike) -> dict[str, dict[str, Any]]:
    if schema is None:
        return {}
    if isinstance(schema, str | Path):
        return Schema.read_overrides(schema)
    if isinstance(schema, Schema):
        return parse_overrides(schema.to_dict())
    return parse_overrides(schema)
