"""States of counts: filled batch by batch, added up over partitions, the same integers each way.

A check that counts *declares* the states it needs (`synth_eval.judging.registry.check`,
``states=``); before the checks run, all states of a table are filled in one pass over its
rows, see `filled`. A partition of a table can be counted on its own and merged afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import Plan, encode
from synth_eval.data.counts import Counts, TripleCounts
from synth_eval.data.fingerprint import HashArray, RowHasher
from synth_eval.data.table import AnyColumn, LevelColumn, NumberColumn, Table, TextColumn
from synth_eval.stats.cpus import available_cpus
from synth_eval.stats.empirical import EmpiricalDistribution

__all__ = [
    "CellCounts",
    "CellFacts",
    "CellSample",
    "CellTable",
    "FactCounts",
    "MissingCounts",
    "PlanCounts",
    "RowHashes",
    "State",
    "StateSpec",
    "ValueRuns",
    "ValueSample",
    "counts_of",
    "facts_of",
    "filled",
    "hashes_of",
    "level_table",
    "plan_table",
    "values_of",
]

IntArray = npt.NDArray[np.integer[Any]]
CountArray = npt.NDArray[np.int64]
Batch = Mapping[str, AnyColumn]

_BLOCK_ROWS = 65_536
"""Rows of a block of a table in memory: its cells stay in the cache of a processor."""

_ROWS_PER_PART = 500_000
"""Rows of a part that a thread counts: starting threads costs more than counting fewer."""


class State(Protocol):
    """What is counted over rows.

    Attributes
    ----------
    columns : tuple of str
        Columns it reads.
    """

    columns: tuple[str, ...]

    def update(self, batch: Batch, start: int) -> None:
        """Add the rows of a batch; `start` is the number of its first row in the table."""
        ...

    def merge(self, other: Self) -> None:
        """Add what another state of the same kind has counted on other rows."""
        ...

    def value(self) -> Any:
        """What was counted."""
        ...


@dataclass(frozen=True, slots=True)
class StateSpec:
    """A state that a check declares.

    Parameters
    ----------
    key : hashable
        Everything the value depends on beside the table; states of one key are one state.
    make : callable
        Makes an empty one.
    role : str
        The one table it is about; empty for all of them.
    """

    key: Hashable
    make: Callable[[], State]
    role: str = ""


@dataclass(frozen=True, slots=True)
class CellTable:
    """A derived table: the cell of every row, a whole number from 0.

    Parameters
    ----------
    key : hashable
        What it is, the same for whoever asks for it.
    columns : tuple of str
        Columns it is made of.
    size : int
        Number of cells.
    cells : callable
        The columns of some rows in, the cell of each of these rows out, shape (rows,).
    """

    key: Hashable
    columns: tuple[str, ...]
    size: int
    cells: Callable[..., IntArray]

    def of(self, batch: Batch) -> IntArray:
        """Cells of the rows of a batch."""
        return self.cells(*(batch[name] for name in self.columns))

    def counts(self) -> StateSpec:
        """The state that counts its cells."""
        return StateSpec(("cells", self.key), lambda: CellCounts(self))

    def sample(self, role: str, rows: npt.NDArray[np.int64], name: Hashable) -> StateSpec:
        """The state that keeps the cells of some rows of a table; `name` tells which they are."""
        key = ("sampled cells", self.key, role, name)
        return StateSpec(key, lambda: CellSample(self, rows), role)


class CellCounts:
    """Rows per cell of a derived table."""

    def __init__(self, table: CellTable) -> None:
        self.columns = table.columns
        self._table = table
        self._counts: CountArray = np.zeros(table.size, np.int64)

    def update(self, batch: Batch, start: int) -> None:  # noqa: ARG002 - see State
        """Add the rows of a batch."""
        self._counts += np.bincount(self._table.of(batch), minlength=self._table.size)

    def merge(self, other: CellCounts) -> None:
        """Add the counts of other rows."""
        self._counts += other._counts

    def value(self) -> CountArray:
        """Counts, shape (cells,)."""
        return self._counts


class CellSample:
    """Cells of some rows, by their numbers in the table.

    Parameters
    ----------
    table : CellTable
        What is looked at.
    rows : ndarray of int64, shape (sample,)
        Row numbers, rising.
    """

    def __init__(self, table: CellTable, rows: npt.NDArray[np.int64]) -> None:
        self.columns = table.columns
        self._table = table
        self._rows = rows
        self._cells = np.zeros(len(rows), np.int64)

    def update(self, batch: Batch, start: int) -> None:
        """Pick the rows of the sample that lie in the batch."""
        size = len(next(iter(batch.values())).missing)
        first, last = np.searchsorted(self._rows, [start, start + size])
        if first == last:
            return
        places = self._rows[first:last] - start
        picked = {name: batch[name].take(places) for name in self.columns}
        self._cells[first:last] = self._table.of(picked)

    def merge(self, other: CellSample) -> None:
        """Add the cells that another state picked from other rows; each row is in one."""
        self._cells += other._cells

    def value(self) -> IntArray:
        """Cells, shape (sample,)."""
        return self._cells


class ValueRuns:
    """Values of a continuous column that are not missing."""

    def __init__(self, name: str) -> None:
        self.columns: tuple[str, ...] = (name,)
        self._name = name
        self._runs: list[npt.NDArray[np.float64]] = []

    def update(self, batch: Batch, start: int) -> None:  # noqa: ARG002 - see State
        """Add the values of a batch."""
        column = batch[self._name]
        assert isinstance(column, NumberColumn)
        missing = column.missing
        self._runs.append(column.values[~missing] if missing.any() else column.values)

    def merge(self, other: ValueRuns) -> None:
        """Add the values of other rows; sorted, their order does not matter."""
        self._runs += other._runs

    def value(self) -> EmpiricalDistribution:
        """Their distribution."""
        runs = self._runs or [np.empty(0)]
        return EmpiricalDistribution.of(runs[0] if len(runs) == 1 else np.concatenate(runs))


class ValueSample:
    """Values of a continuous column in some rows, by their numbers in the table.

    Parameters
    ----------
    name : str
        The column.
    rows : ndarray of int64, shape (sample,)
        Row numbers, rising.
    """

    def __init__(self, name: str, rows: npt.NDArray[np.int64]) -> None:
        self.columns: tuple[str, ...] = (name,)
        self._name = name
        self._rows = rows
        self._values = np.zeros(len(rows))

    def update(self, batch: Batch, start: int) -> None:
        """Pick the rows of the sample that lie in the batch."""
        column = batch[self._name]
        assert isinstance(column, NumberColumn)
        first, last = np.searchsorted(self._rows, [start, start + len(column.values)])
        self._values[first:last] = column.values[self._rows[first:last] - start]

    def merge(self, other: ValueSample) -> None:
        """Add the values that another state picked from other rows; each row is in one."""
        self._values += other._values

    def value(self) -> npt.NDArray[np.float64]:
        """Values, shape (sample,); NaN is missing."""
        return self._values


@dataclass(frozen=True, slots=True)
class CellFacts:
    """What the cells of a column are like.

    Parameters
    ----------
    rows, missing, unparseable, infinite, fractional, restyled, marked : int
        Rows; cells that are missing, that could not be read, that are infinite, that are
        finite numbers but not whole, that are written in another way than programs write
        numbers or than the column writes dates, and whose word stands for a missing one.
    stored : str
        Arrow type the column was stored as.
    absent : bool
        Whether the table lacks the column.
    """

    rows: int = 0
    missing: int = 0
    unparseable: int = 0
    infinite: int = 0
    fractional: int = 0
    restyled: int = 0
    marked: int = 0
    stored: str = "absent"
    absent: bool = True


class FactCounts:
    """`CellFacts` of a column, added up."""

    def __init__(self, name: str) -> None:
        self.columns: tuple[str, ...] = (name,)
        self._name = name
        self._facts = CellFacts()

    def update(self, batch: Batch, start: int) -> None:
        """Add the rows of a batch."""
        column = batch[self._name]
        infinite = fractional = 0
        if isinstance(column, NumberColumn):
            values = column.values
            infinite = int(np.isinf(values).sum())
            finite = values[np.isfinite(values)]
            fractional = int((finite != np.floor(finite)).sum())
        # A column that is read whole and cut tells of the whole in every part of it.
        counts = (column.unparseable, column.restyled, column.marked)
        unparseable, restyled, marked = counts if start == 0 or not column.is_part else (0, 0, 0)
        self._add(CellFacts(len(column.missing), int(column.missing.sum()), unparseable,
                            infinite, fractional, restyled, marked, column.stored,
                            column.absent))  # fmt: skip

    def _add(self, more: CellFacts) -> None:
        facts = self._facts
        self._facts = CellFacts(
            facts.rows + more.rows,
            facts.missing + more.missing,
            facts.unparseable + more.unparseable,
            facts.infinite + more.infinite,
            facts.fractional + more.fractional,
            facts.restyled + more.restyled,
            facts.marked + more.marked,
            more.stored if more.rows else facts.stored,
            more.absent if more.rows else facts.absent,
        )

    def merge(self, other: FactCounts) -> None:
        """Add the facts of other rows."""
        self._add(other._facts)

    def value(self) -> CellFacts:
        """The facts."""
        return self._facts


class MissingCounts:
    """Rows in which a column, and two columns at once, are missing.

    Parameters
    ----------
    names : sequence of str
        Columns.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.columns = tuple(names)
        self._rows = 0
        self._both: CountArray = np.zeros((len(names), len(names)), np.int64)

    def update(self, batch: Batch, start: int) -> None:  # noqa: ARG002 - see State
        """Add the rows of a batch."""
        missing = [batch[name].missing for name in self.columns]
        self._rows += len(missing[0])
        places = [place for place, column in enumerate(missing) if column.any()]
        if places:
            # Counts of a block are far below 2**24, so they are exact in these floats.
            block = np.stack([missing[place] for place in places], axis=1).astype(np.float32)
            self._both[np.ix_(places, places)] += np.rint(block.T @ block).astype(np.int64)

    def merge(self, other: MissingCounts) -> None:
        """Add the counts of other rows."""
        self._rows += other._rows
        self._both += other._both

    def value(self) -> tuple[int, CountArray]:
        """Number of rows, and counts of shape (columns, columns); on the diagonal of one alone."""
        return self._rows, self._both


class PlanCounts:
    """One-way and two-way counts, or three-way counts, of the cells that plans cut.

    Parameters
    ----------
    plans : sequence of Plan
        One per column.
    counts : Counts or TripleCounts
        Empty counts over the same columns.
    """

    def __init__(self, plans: Sequence[Plan], counts: Counts | TripleCounts) -> None:
        self.columns = tuple(plan.name for plan in plans)
        self._plans = list(plans)
        self._counts = counts

    def update(self, batch: Batch, start: int) -> None:  # noqa: ARG002 - see State
        """Add the rows of a batch."""
        self._counts.update([encode(batch[plan.name], plan) for plan in self._plans])

    def merge(self, other: PlanCounts) -> None:
        """Add the counts of other rows."""
        self._counts.merge(other._counts)  # type: ignore[arg-type]  # of one kind by its key

    def value(self) -> Counts | TripleCounts:
        """The counts."""
        return self._counts


class RowHashes:
    """Fingerprints of all rows over some columns, see `synth_eval.data.fingerprint`.

    Parameters
    ----------
    names : sequence of str
        Columns, at least one.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.columns = tuple(names)
        self._hasher = RowHasher(names)
        self._parts: dict[int, HashArray] = {}

    def update(self, batch: Batch, start: int) -> None:
        """Add the rows of a batch."""
        self._parts[start] = self._hasher.hashes(batch)

    def merge(self, other: RowHashes) -> None:
        """Add the fingerprints of other rows."""
        self._parts |= other._parts

    def value(self) -> HashArray:
        """Fingerprints in the order of the rows, shape (rows,)."""
        parts = [self._parts[start] for start in sorted(self._parts)]
        return np.concatenate(parts) if parts else np.empty(0, np.uint64)


def level_table(levels: Sequence[str], name: str) -> CellTable:
    """Levels of the real table by their codes; behind them unseen ones and missing cells."""
    size = len(levels)

    def cells(column: LevelColumn) -> IntArray:
        return np.where(column.codes < 0, size + 1, column.codes)

    return CellTable(("level", name), (name,), size + 2, cells)


def plan_table(plan: Plan) -> CellTable:
    """Fine cells that a plan cuts a column into."""
    return CellTable(("plan", plan.name), (plan.name,), plan.cells,
                     lambda column: encode(column, plan))  # fmt: skip


def values_of(name: str) -> StateSpec:
    """The state that sorts the values of a continuous column."""
    return StateSpec(("values", name), lambda: ValueRuns(name))


def counts_of(plans: Sequence[Plan]) -> StateSpec:
    """The state that counts cells of columns and of pairs of columns."""
    return StateSpec("counts", lambda: PlanCounts(plans, Counts(plans)))


def facts_of(name: str) -> StateSpec:
    """The state that counts what the cells of a column are like."""
    return StateSpec(("facts", name), lambda: FactCounts(name))


def hashes_of(names: Sequence[str]) -> StateSpec:
    """The state that keeps the fingerprint of every row."""
    return StateSpec(("row hashes", *names), lambda: RowHashes(names))


def filled(table: Table, specs: Iterable[StateSpec], parts: int | None = None) -> list[Any]:
    """Fill states of one table in one pass over its rows and return their values.

    A table in memory is counted in parts on several processors and the parts are merged; a
    larger one is read in batches, each forgotten once it is counted.

    Parameters
    ----------
    table : Table
        Where the rows are.
    specs : iterable of StateSpec
        What is counted.
    parts : int, optional
        Number of parts of a table in memory; by default one per processor and half a million
        rows.
    """
    specs = list(specs)
    if not specs:
        return []
    states = [spec.make() for spec in specs]
    names = list(dict.fromkeys(name for state in states for name in state.columns))
    for name in names:
        if table.schema[name].is_discrete:
            table.levels(name)  # what numbers the codes must be known before the first batch
    if table.is_kept(names):
        _count_in_memory(table, names, specs, states, parts)
    else:
        start = 0
        for read in table.batches(names):
            batch = dict(zip(names, read, strict=True))
            for state in states:
                state.update(batch, start)
            start += len(read[0].missing)
    return [state.value() for state in states]


def _count_in_memory(
    table: Table,
    names: Sequence[str],
    specs: Sequence[StateSpec],
    states: Sequence[State],
    parts: int | None,
) -> None:
    """Fill the states, parts of the rows at the same time."""
    columns = {name: _read_once(table.column(name)) for name in names}
    count = parts or int(np.clip(table.num_rows // _ROWS_PER_PART, 1, available_cpus()))
    ends = np.linspace(0, table.num_rows, count + 1).astype(int).tolist()

    def count_part(part: int) -> Sequence[State]:
        counted = [spec.make() for spec in specs] if part else states
        for batch, start in _blocks(columns, ends[part], ends[part + 1]):
            for state in counted:
                state.update(batch, start)
        return counted

    if count == 1:
        count_part(0)
        return
    with ThreadPoolExecutor(count) as pool:
        _, *others = pool.map(count_part, range(count))
    for counted in others:
        for state, other in zip(states, counted, strict=True):
            state.merge(other)


def _read_once(column: AnyColumn) -> AnyColumn:
    """Texts are read again whenever they are asked for; here every block would ask for all."""
    if not isinstance(column, TextColumn):
        return column
    strings = column.strings
    return replace(column, read=lambda: strings)


def _blocks(columns: Batch, first: int, last: int) -> Iterator[tuple[Batch, int]]:
    for start in range(first, last, _BLOCK_ROWS):
        rows = slice(start, min(start + _BLOCK_ROWS, last))
        yield {name: column.take(rows) for name, column in columns.items()}, start
