"""A 64-bit hash of a row's content that does not depend on engine, row order or column order.

Two rows have the same fingerprint when every compared cell is the same; different rows
share one with probability 2^-64 per pair. Identifiers are left out: generators invent new
ones, and a copy with a new number is still a copy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.data.hashing import hash_text
from synth_eval.data.table import Table

__all__ = ["fingerprints", "hash_text"]

HashArray = npt.NDArray[np.uint64]

_MISSING = np.uint64(0x9E3779B97F4A7C15)


def fingerprints(table: Table, names: Sequence[str]) -> HashArray:
    """Fingerprint of every row over the named columns, shape (rows,)."""
    total = np.zeros(table.num_rows, np.uint64)
    for name in names:
        salt = np.uint64(hash_text(name))
        total += _mix(_cell_hashes(table, name) ^ salt)
    return total


def _cell_hashes(table: Table, name: str) -> HashArray:
    if table.schema[name].is_continuous:
        values = table.number_column(name).values + 0.0  # turns -0.0 into 0.0
        hashes = values.view(np.uint64).copy()
        hashes[np.isnan(values)] = _MISSING
        return hashes
    coded = table.strings(name).dictionary_encode()
    if table.schema[name].kind == "boolean":
        codes = table.level_column(name).codes
        known = np.array([hash_text("false"), hash_text("true"), _MISSING, 0], np.uint64)
        order = {"false": 0, "true": 1}
        slots = [order[level] for level in table.levels(name)] + [3, 2]
        hashes = known[np.array(slots)[codes]]
        return np.asarray(hashes, np.uint64)
    words = [hash_text(word) for word in coded.dictionary.to_pylist()]
    lookup = np.array([*words, _MISSING], np.uint64)
    codes = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return np.asarray(lookup[codes], np.uint64)


def _mix(values: HashArray) -> HashArray:
    """Finaliser of splitmix64: every bit of the input moves every bit of the output."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
