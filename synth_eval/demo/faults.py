"""Faults planted one at a time into rows that have no other: what each check must see.

The rows are fresh ones of the simulated table, drawn as the real rows were, so that every
check passes on them before a fault is planted and each finding is that fault alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.demo.simulated import simulated_table
from synth_eval.errors import UsageError

__all__ = ["FAULTS", "faulty_rows"]

_COPIED = 0.05  # share of the rows
_JITTER = 0.02  # of a number: another one, and yet nearer than fresh rows are
_BROKEN = 0.01  # share of the rows, ten times the margin of rules
_MODES = 300  # different rows that are left
_FIRST_ID = 10_000_000  # beyond the numbers of real persons, so that no identifier is shared
_SALT = 7  # fresh rows must not be those that the same seed gives elsewhere


def faulty_rows(real: pa.Table, fault: str, *, seed: int = 0) -> pa.Table:
    """Fresh simulated rows, as many as real ones, with one fault.

    Parameters
    ----------
    real : pyarrow.Table
        Rows of `synth_eval.demo.simulated.simulated_table`, for faults that copy.
    fault : str
        A name of `FAULTS`; "none" plants nothing.
    seed : int
        Seed of the fresh rows and of the fault.

    Raises
    ------
    UsageError
        There is no fault of this name.
    """
    if fault not in FAULTS:
        raise UsageError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
    rng = np.random.default_rng([seed, _SALT])
    fresh = simulated_table(real.num_rows, seed=int(rng.integers(1 << 31)))
    ids = pa.array(np.arange(_FIRST_ID, _FIRST_ID + fresh.num_rows))
    return FAULTS[fault](real, _set(fresh, "person_id", ids), rng)


def _none(_: pa.Table, fresh: pa.Table, __: np.random.Generator) -> pa.Table:
    return fresh


def _copies(real: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """One row in twenty is a training record, under a new number."""
    copied = real.take(pa.array(rng.permutation(real.num_rows)[: int(_COPIED * real.num_rows)]))
    rows = pa.concat_tables([copied.cast(fresh.schema), fresh.slice(copied.num_rows)])
    return _set(rows, "person_id", fresh["person_id"]).take(_order(rows, rng))


def _near_copies(real: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """The same, with noise on the number that has all digits: no row is identical."""
    rows = _copies(real, fresh, rng)
    bmi = rows["bmi"].to_numpy()
    return _set(rows, "bmi", pa.array(bmi * (1 + _JITTER * rng.standard_normal(len(bmi)))))


def _shuffled(_: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """One column in another order: perfect by itself, without relation to the others."""
    return _set(fresh, "age", fresh["age"].take(_order(fresh, rng)))


def _rare_level(_: pa.Table, fresh: pa.Table, __: np.random.Generator) -> pa.Table:
    """A level of four in a thousand becomes the commonest one."""
    is_rare = pc.equal(fresh["region"], "Island")
    return _set(fresh, "region", pc.if_else(is_rare, "North", fresh["region"]))


def _collapse(_: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """A few hundred rows over and over."""
    rows = fresh.take(pa.array(rng.integers(0, _MODES, fresh.num_rows)))
    return _set(rows, "person_id", fresh["person_id"])


def _broken_rule(_: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """A sum that is off in one row of a hundred."""
    total = fresh["income_total"].to_numpy().copy()
    off = rng.random(len(total)) < _BROKEN
    total[off] += rng.integers(1, 1000, int(off.sum()))
    return _set(fresh, "income_total", pa.array(total))


def _cut_tail(_: pa.Table, fresh: pa.Table, __: np.random.Generator) -> pa.Table:
    """Nobody earns more than the 99th percentile; the sums are kept right."""
    work = fresh["income_work"].to_numpy()
    work = np.minimum(work, int(np.quantile(work, 0.99)))
    rows = _set(fresh, "income_work", pa.array(work))
    return _set(rows, "income_total", pc.add(rows["income_work"], rows["income_capital"]))


def _filled_gaps(_: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Missing hours are filled with hours of other people."""
    hours = fresh["weekly_hours"].combine_chunks()
    present = hours.drop_null()
    drawn = present.take(pa.array(rng.integers(0, len(present), len(hours))))
    return _set(fresh, "weekly_hours", pc.if_else(hours.is_null(), drawn, hours))


def _shuffled_target(_: pa.Table, fresh: pa.Table, rng: np.random.Generator) -> pa.Table:
    """What models predict is drawn anew: the column itself stays perfect."""
    return _set(fresh, "approved", fresh["approved"].take(_order(fresh, rng)))


FAULTS: Mapping[str, Callable[[pa.Table, pa.Table, np.random.Generator], pa.Table]] = {
    "none": _none,
    "copies": _copies,
    "near copies": _near_copies,
    "shuffled column": _shuffled,
    "shuffled target": _shuffled_target,
    "lost rare level": _rare_level,
    "mode collapse": _collapse,
    "broken rule": _broken_rule,
    "cut tail": _cut_tail,
    "filled gaps": _filled_gaps,
}
"""Faults by name."""


def _set(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, name, values)


def _order(table: pa.Table, rng: np.random.Generator) -> pa.Array:
    return pa.array(rng.permutation(table.num_rows))
