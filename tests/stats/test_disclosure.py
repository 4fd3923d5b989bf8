"""Disclosure measures against a table worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.stats.disclosure import (
    KeyTable,
    combine_keys,
    disclosure_measures,
    isolation_probability,
)


def test_hand_made_table() -> None:
    """Real (k1,x)(k1,x)(k2,x)(k2,y)(k3,y)(k4,x), synthetic (k1,x)(k1,x)(k2,y)(k3,y)(k5,x)(k4,y)."""
    real = np.array([1, 1, 2, 2, 3, 4]), np.array([0, 0, 0, 1, 1, 0])
    synthetic = np.array([1, 1, 2, 3, 5, 4]), np.array([0, 0, 1, 1, 0, 1])
    found = disclosure_measures(*real, *synthetic)
    expected = {
        "unique_in_original": 1 / 3,
        "unique_in_synthetic": 2 / 3,
        "unique_present": 1 / 3,
        "replicated_uniques": 1 / 3,
        "disclosive_in_original": 2 / 3,
        "key_present": 1.0,
        "key_disclosive": 1.0,
        "disclosive_correct": 2 / 3,
        "disclosive_in_both": 1 / 2,
        "dcap": 2 / 3,
        "tcap": 2 / 3,
        "baseline_cap": 5 / 9,
    }
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected)


def test_keys_are_never_joined_as_text() -> None:
    words = {"a-b": 0, "a": 1}, {"c": 0, "b-c": 1}
    first = np.array([words[0]["a-b"], words[0]["a"]])
    second = np.array([words[1]["c"], words[1]["b-c"]])
    key = combine_keys([[first, second]])[0]
    assert key[0] != key[1]


def test_keys_are_numbered_alike_in_all_tables() -> None:
    rng = np.random.default_rng(0)
    tables = [[rng.integers(-1, 4, 200), rng.integers(0, 3, 200)] for _ in range(2)]
    keys = combine_keys(tables)
    pairs = [list(zip(*(c.tolist() for c in table), strict=True)) for table in tables]
    meaning = {}
    for key, pair in zip(np.concatenate(keys).tolist(), pairs[0] + pairs[1], strict=True):
        assert meaning.setdefault(key, pair) == pair
    assert len(set(meaning.values())) == len(meaning)


def test_absent_keys_and_targets_disclose_nothing() -> None:
    table = KeyTable(np.array([1, 1, 2]), np.array([0, 1, 1]))
    assert table.counts(np.array([1, 2, 9])).tolist() == [2, 1, 0]
    assert table.is_constant(np.array([1, 2, 9])).tolist() == [False, True, False]
    assert table.share(np.array([1, 2, 9, 2]), np.array([1, 7, 0, 1])).tolist() == [0.5, 0, 0, 1]


def test_isolation_probability_known_answer() -> None:
    assert isolation_probability(1 / 1000, 1000) == pytest.approx(0.36806, abs=5e-6)
