"""Disclosure measures of key and target columns: what a synthetic table tells about people.

Keys are combinations of columns an attacker may know, the target is what they want to know.
All functions take whole numbers: one number per row for its key, one for its target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "DisclosureMeasures",
    "KeyTable",
    "combine_keys",
    "disclosure_measures",
    "isolation_probability",
]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


def combine_keys(tables: Sequence[Sequence[IntArray]]) -> list[IntArray]:
    """One number per row and distinct combination of columns, the same in all tables.

    Combinations are numbered, never joined as text: ``("a-b", "c")`` and ``("a", "b-c")``
    stay apart.

    Parameters
    ----------
    tables : sequence of sequence of ndarray of int, shape (rows,)
        The columns of each table, in the same order.

    Examples
    --------
    >>> [key.tolist() for key in combine_keys([[np.array([1, 1]), np.array([2, 3])]])]
    [[0, 1]]
    """
    sizes = [len(table[0]) for table in tables]
    key = np.zeros(sum(sizes), np.int64)
    for columns in zip(*tables, strict=True):
        _, codes = np.unique(np.concatenate(columns), return_inverse=True)
        _, key = np.unique(key * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    return [np.asarray(part, np.int64) for part in np.split(key, np.cumsum(sizes)[:-1])]


class KeyTable:
    """What a table tells about the target of each key.

    Parameters
    ----------
    keys, targets : ndarray of int, shape (rows,)
        Key and target of each row.
    """

    def __init__(self, keys: IntArray, targets: IntArray) -> None:
        self._span = int(targets.max(initial=0)) + 2
        pairs, self._pair_counts = np.unique(keys * self._span + targets, return_counts=True)
        self._pairs = pairs
        self._keys, first = np.unique(pairs // self._span, return_index=True)
        self._counts = np.add.reduceat(self._pair_counts, first) if len(first) else first
        self._targets = np.diff(np.append(first, len(pairs)))

    def counts(self, keys: IntArray) -> IntArray:
        """Rows with each key."""
        return self._look_up(self._keys, self._counts, keys)

    def is_constant(self, keys: IntArray) -> BoolArray:
        """Whether all rows with the key have one and the same target."""
        return np.asarray(self._look_up(self._keys, self._targets, keys) == 1)

    def share(self, keys: IntArray, targets: IntArray) -> FloatArray:
        """Share of the rows with the key that have the target; 0 where the key is absent."""
        wanted = keys * self._span + np.minimum(targets, self._span - 1)
        hits = self._look_up(self._pairs, self._pair_counts, wanted)
        return np.asarray(hits / np.maximum(self.counts(keys), 1))

    @staticmethod
    def _look_up(known: IntArray, values: IntArray, wanted: IntArray) -> IntArray:
        if len(known) == 0:
            return np.zeros(len(wanted), np.int64)
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[place] == wanted, values[place], 0)


@dataclass(frozen=True, slots=True)
class DisclosureMeasures:
    """Identity and attribute disclosure of the rows of one table, as shares.

    Parameters
    ----------
    unique_in_original, unique_in_synthetic : float
        Rows whose key is unique in their own table (UiO, UiS).
    unique_present : float
        Rows with a unique key that the synthetic table has too (UiOiS).
    replicated_uniques : float
        Rows with a unique key that is unique in the synthetic table too (repU).
    disclosive_in_original : float
        Rows whose key has one target in their own table (Dorig).
    key_present, key_disclosive : float
        Rows whose key is in the synthetic table, and has one target there (iS, DiS).
    disclosive_correct : float
        Rows whose key has one target in the synthetic table, the right one (DiSCO).
    disclosive_in_both : float
        Those of them that are disclosive in their own table too (DiSDiO).
    dcap, tcap, baseline_cap : float
        Mean share of the right target among synthetic rows of the key; share of right
        targets where the key is disclosive; the same by guessing from the marginal.
    """

    unique_in_original: float
    unique_in_synthetic: float
    unique_present: float
    replicated_uniques: float
    disclosive_in_original: float
    key_present: float
    key_disclosive: float
    disclosive_correct: float
    disclosive_in_both: float
    dcap: float
    tcap: float
    baseline_cap: float


def disclosure_measures(
    keys: IntArray, targets: IntArray, synthetic_keys: IntArray, synthetic_targets: IntArray
) -> DisclosureMeasures:
    """Measures of Raab, Nowok and Dibben for the rows of one table.

    Parameters
    ----------
    keys, targets, synthetic_keys, synthetic_targets : ndarray of int, shape (rows,)
        Key and target of each row, numbered alike in both tables.

    Notes
    -----
    Raab, Nowok, Dibben (2024), Practical privacy metrics for synthetic data, arXiv 2406.16826.
    """
    own, synthetic = KeyTable(keys, targets), KeyTable(synthetic_keys, synthetic_targets)
    unique = own.counts(keys) == 1
    present = synthetic.counts(keys) > 0
    constant = synthetic.is_constant(keys)
    right = constant & (synthetic.share(keys, targets) > 0)
    both = right & own.is_constant(keys)
    _, totals = np.unique(targets, return_counts=True)
    shares = totals / max(len(targets), 1)

    def mean(flags: BoolArray | FloatArray) -> float:
        return float(np.mean(flags)) if len(flags) else 0.0

    return DisclosureMeasures(
        unique_in_original=mean(unique),
        unique_in_synthetic=mean(synthetic.counts(synthetic_keys) == 1),
        unique_present=mean(unique & present),
        replicated_uniques=mean(unique & (synthetic.counts(keys) == 1)),
        disclosive_in_original=mean(own.is_constant(keys)),
        key_present=mean(present),
        key_disclosive=mean(constant),
        disclosive_correct=mean(right),
        disclosive_in_both=mean(both),
        dcap=mean(synthetic.share(keys, targets)),
        tcap=float(right.sum() / max(constant.sum(), 1)),
        baseline_cap=float(shares @ shares),
    )


def isolation_probability(weight: float, n: int) -> float:
    """Chance that a predicate true of a share `weight` of people is true of just one of `n`.

    Examples
    --------
    >>> round(isolation_probability(1 / 1000, 1000), 5)
    0.36806
    """
    return float(n * weight * (1 - weight) ** (n - 1))
