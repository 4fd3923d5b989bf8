"""Kinds of records by how often they occur in each table."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from synth_eval.stats.multiplicities import multiplicities


def tables(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    pool = rng.integers(0, 2**64, 400, dtype=np.uint64)
    return {
        "real": rng.choice(pool, 500),
        "holdout": rng.choice(pool[:300], 200),
        "synthetic": np.concatenate([rng.choice(pool, 300), np.repeat(pool[:1], 90)]),
    }


@pytest.mark.parametrize("part_rows", [1 << 22, 100, 7])
def test_kinds_are_those_counted_by_hand_whatever_the_parts(part_rows: int) -> None:
    rows = tables(0)
    counters = [Counter(own.tolist()) for own in rows.values()]
    expected = Counter(
        tuple(counter[record] for counter in counters) for record in set().union(*counters)
    )
    found = multiplicities(rows, part_rows)
    kinds = zip(*(found.times[role].tolist() for role in rows), strict=True)
    assert dict(zip(kinds, found.records.tolist(), strict=True)) == dict(expected)
    assert found.rows("synthetic") == 390
    assert found.count(found.times["real"] > 0) == len(counters[0])


def test_an_empty_table_holds_no_record() -> None:
    rows = {"real": np.array([5, 5], np.uint64), "synthetic": np.array([], np.uint64)}
    found = multiplicities(rows)
    assert found.rows("synthetic") == 0
    assert found.times["real"].tolist() == [2]
