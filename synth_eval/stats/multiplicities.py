"""How often each distinct record occurs in each table, as the number of records of each kind.

Everything that is asked of repeated and shared rows follows from this small table: repeats,
effective number of rows, records on both sides of a split, copies. Records are told apart by
64-bit fingerprints; they are counted in parts by their leading bits, so that memory stays
bounded however many rows there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Multiplicities", "multiplicities"]

HashArray = npt.NDArray[np.uint64]
CountArray = npt.NDArray[np.int64]

_PART_ROWS = 1 << 22  # a choice: 32 MB of fingerprints are sorted at once
_FEW = 8  # records that occur less often are counted in a table of 8 ** tables cells


@dataclass(frozen=True, slots=True)
class Multiplicities:
    """Numbers of distinct records by how often they occur in each table.

    Parameters
    ----------
    times : mapping of str to ndarray of int64, shape (kinds,)
        By table, how often a record of each kind occurs in it.
    records : ndarray of int64, shape (kinds,)
        Distinct records of each kind.
    """

    times: Mapping[str, CountArray]
    records: CountArray

    def rows(self, role: str) -> int:
        """Rows of a table."""
        return int(self.times[role] @ self.records)

    def count(self, kinds: npt.NDArray[np.bool_]) -> int:
        """Distinct records of the given kinds."""
        return int(self.records[kinds].sum())


def multiplicities(hashes: Mapping[str, HashArray], part_rows: int = _PART_ROWS) -> Multiplicities:
    """Count how often each record occurs in each table.

    Parameters
    ----------
    hashes : mapping of str to ndarray of uint64, shape (rows,)
        Fingerprints of the rows, by table.
    part_rows : int
        Rows of all tables that are sorted at once, about; the result does not depend on it.

    Examples
    --------
    >>> import numpy as np
    >>> rows = {"real": np.array([1, 1, 2], np.uint64), "synthetic": np.array([2, 3], np.uint64)}
    >>> found = multiplicities(rows)
    >>> [list(map(int, found.times[role])) for role in found.times], found.records.tolist()
    ([[0, 1, 2], [1, 1, 0]], [1, 1, 1])
    """
    total = sum(map(len, hashes.values()))
    bits = max(int(np.ceil(np.log2(max(total / part_rows, 1)))), 0)
    kinds: dict[tuple[int, ...], int] = {}
    whole = [own.astype(np.uint64, copy=False) for own in hashes.values()]
    for part in range(1 << bits):
        parts = whole
        if bits:  # a shift by all 64 bits is not defined
            parts = [own[own >> np.uint64(64 - bits) == part] for own in whole]
        for times, records in _kinds(parts):
            kinds[times] = kinds.get(times, 0) + records
    ordered = sorted(kinds)
    table = np.array(ordered, np.int64).reshape(len(ordered), len(hashes))
    return Multiplicities(
        {role: table[:, place] for place, role in enumerate(hashes)},
        np.array([kinds[times] for times in ordered], np.int64),
    )


def _kinds(tables: list[HashArray]) -> list[tuple[tuple[int, ...], int]]:
    """Kinds of records of one part, and how many there are of each."""
    counted = [np.unique(own, return_counts=True) for own in tables]
    records = np.unique(np.concatenate([values for values, _ in counted]))
    times = np.zeros((len(tables), len(records)), np.int64)
    for own, (values, counts) in zip(times, counted, strict=True):
        own[np.searchsorted(records, values)] = counts
    few = (times < _FEW).all(axis=0)
    found = []
    # Nearly all records occur a few times: those are counted without sorting them again.
    weights = _FEW ** np.arange(len(tables))[::-1]
    for code, number in enumerate(np.bincount(weights @ times[:, few]).tolist()):
        if number:
            digits = (code // weights % _FEW).tolist()
            found.append((tuple(digits), number))
    often, numbers = np.unique(times[:, ~few], axis=1, return_counts=True)
    found += list(zip(map(tuple, often.T.tolist()), numbers.tolist(), strict=True))
    return found
