"""A 64-bit hash of a row's content that does not depend on engine, row order or column order.

Two rows have the same fingerprint when every compared cell is the same; different rows
share one with probability 2^-64 per pair. Identifiers are left out: generators invent new
ones, and a copy with a new number is still a copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_eval.data.arrow import filled_codes
from synth_eval.data.hashing import hash_text, word_hashes
from synth_eval.data.table import AnyColumn, LevelColumn, NumberColumn, Table, TextColumn

__all__ = ["RowHasher", "fingerprints"]

HashArray = npt.NDArray[np.uint64]

_MISSING = np.uint64(0x9E3779B97F4A7C15)


def fingerprints(table: Table, names: Sequence[str]) -> HashArray:
    """Fingerprint of every row over the named columns, shape (rows,)."""
    if not names:
        return np.zeros(table.num_rows, np.uint64)
    return RowHasher(names).hashes({name: table.column(name) for name in names})


class RowHasher:
    """Fingerprints of the rows of a table, batch by batch.

    Parameters
    ----------
    names : sequence of str
        Columns, at least one; vectors have no fingerprint.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._salts = {name: np.uint64(hash_text(name)) for name in names}
        self._levels: dict[str, HashArray] = {}

    def hashes(self, batch: Mapping[str, AnyColumn]) -> HashArray:
        """Fingerprints of the rows of a batch, shape (rows,)."""
        total = np.zeros(len(batch[next(iter(self._salts))].missing), np.uint64)
        for name, salt in self._salts.items():
            total += _mix(self._cells(batch[name]) ^ salt)
        return total

    def _cells(self, column: AnyColumn) -> HashArray:
        if isinstance(column, NumberColumn):
            values = column.values + 0.0  # turns -0.0 into 0.0
            hashes = values.view(np.uint64).copy()
            hashes[np.isnan(values)] = _MISSING
            return hashes
        if isinstance(column, LevelColumn):
            return self._level_cells(column)
        assert isinstance(column, TextColumn)
        coded = column.strings.dictionary_encode()
        return _looked_up(word_hashes(coded.dictionary.to_pylist()), coded.indices)

    def _level_cells(self, column: LevelColumn) -> HashArray:
        name = column.spec.name
        if name not in self._levels:  # of all batches alike
            known = word_hashes(column.levels).view(np.uint64)
            # Behind the levels a place for strangers, and at -1 one for missing cells.
            self._levels[name] = np.concatenate([known, np.array([0, _MISSING], np.uint64)])
        hashes = self._levels[name][column.codes]
        if column.strangers is not None:
            is_stranger = column.codes == len(column.levels)
            hashes[is_stranger] = column.strangers[is_stranger].view(np.uint64)
        return np.asarray(hashes)


def _looked_up(words: npt.NDArray[np.int64], indices: pa.Array) -> HashArray:
    lookup = np.append(words.view(np.uint64), _MISSING)
    return np.asarray(lookup[filled_codes(indices, len(words))])


def _mix(values: HashArray) -> HashArray:
    """Finaliser of splitmix64: every bit of the input moves every bit of the output."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
