"""Reads the tables and settles their schema: where every evaluation begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from synth_eval.data.baseline import Baseline
from synth_eval.data.kinds import infer_schema, settled_by_roles
from synth_eval.data.pair import Pair
from synth_eval.data.schema import Schema, parse_overrides
from synth_eval.data.source import Source, open_source
from synth_eval.data.table import Table

__all__ = ["Data", "load", "load_baseline"]

SchemaLike = str | Path | Schema | Mapping[str, Any] | None

Data = Pair
"""What `load` returns, as the package calls it in public."""


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
    target, entity or order given here takes the place of the schema's. Unless the schema
    declares its kind, a target of few whole numbers is a set of classes, and whole numbers
    that name entities are identifiers.

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
    baseline = _baseline(
        real_source,
        holdout_source,
        schema,
        {
            "target": target,
            "quasi_identifier": quasi_identifiers,
            "group": group,
            "entity": entity,
            "order": order,
            "secret": secret,
            "sensitive": sensitive,
        },
    )
    return Pair(baseline, Table(synthetic_source, baseline.schema, baseline.real))


def load_baseline(
    real: Any,
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
) -> Baseline:
    """Read the real side alone, to set several synthetic tables beside it.

    Parameters
    ----------
    real, holdout : path, pandas, polars or pyarrow table
        As in `load`.
    target, secret, quasi_identifiers, group, entity, order, sensitive, schema
        As in `load`.

    Returns
    -------
    Baseline
        ``Pair.of(baseline, synthetic)`` sets a synthetic table beside it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = pa.table({"age": [30.0, 41.5, 52.0], "sex": ["f", "m", "f"]})
    >>> Pair.of(load_baseline(rows), rows).synthetic.num_rows
    3
    """
    return _baseline(
        open_source(real, "real"),
        None if holdout is None else open_source(holdout, "holdout"),
        schema,
        {
            "target": target,
            "quasi_identifier": quasi_identifiers,
            "group": group,
            "entity": entity,
            "order": order,
            "secret": secret,
            "sensitive": sensitive,
        },
    )


def _baseline(
    real: Source, holdout: Source | None, schema: SchemaLike, roles: Mapping[str, Any]
) -> Baseline:
    changes = _overrides(schema)
    settled = infer_schema(real).override(changes)
    for role, names in roles.items():
        settled = settled.give_role(names, role)
    declared = [name for name, change in changes.items() if "kind" in change]
    settled = settled_by_roles(settled, real, declared)
    table = Table(real, settled)
    return Baseline(
        real=table,
        holdout=None if holdout is None else Table(holdout, settled, table),
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
