"""The store makes a thing once, and forgets big ones that were not asked for longest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth_eval.data.baseline import drawn_once
from synth_eval.data.kept import Kept, memory


@dataclass(frozen=True)
class Pile:
    first: np.ndarray
    more: dict[str, list[np.ndarray]]


def test_memory_is_that_of_all_arrays_inside():
    pile = Pile(np.zeros(3), {"a": [np.zeros(2), np.zeros(1, np.uint8)]})
    assert memory(pile) == 24 + 16 + 1
    assert memory((pile, "text", None, 3.0)) == 41
    assert memory(Pile) == 0


def test_big_things_are_forgotten_in_the_order_they_were_asked_for():
    kept = Kept(budget=250, small=10)
    made = []

    def of(size, name):
        def make():
            made.append(name)
            return np.zeros(size, np.uint8)

        return kept.get(name, make)

    of(5, "small"), of(100, "a"), of(100, "b"), of(100, "a"), of(100, "c")
    assert made == ["small", "a", "b", "c"]
    assert kept.names == ["small", "a", "c"]  # b was not asked for longest
    of(100, "b"), of(5, "small")
    assert made == ["small", "a", "b", "c", "b"]
    assert kept.names == ["small", "c", "b"]


def test_what_is_larger_than_the_budget_stays_until_the_next_one():
    kept = Kept(budget=10, small=0)
    whole = kept.get("whole", lambda: np.zeros(100, np.uint8))
    assert kept.get("whole", lambda: None) is whole
    kept.get("next", lambda: np.zeros(1, np.uint8))
    assert kept.names == ["next"]


def test_nothing_is_a_thing_too():
    kept = Kept(budget=10)
    made = []
    for _ in range(2):
        assert kept.get("none", lambda: made.append(1)) is None
    assert made == [1]


def test_what_fails_is_tried_again():
    kept = Kept(budget=10)
    for _ in range(2):
        try:
            kept.get("a", lambda: 1 / 0)
        except ZeroDivisionError:
            continue
        raise AssertionError
    assert kept.get("a", lambda: 3) == 3


def test_things_made_of_things():
    kept = Kept(budget=10, small=0)
    outer = kept.get("outer", lambda: kept.get("inner", lambda: np.zeros(9, np.uint8))[:3])
    assert len(outer) == 3
    assert kept.names == ["outer"]


def test_a_generator_moves_on_whether_or_not_it_was_drawn_from():
    kept = Kept(budget=1 << 20)

    def run(seed: int, kind: type = np.random.PCG64) -> tuple[list[float], float]:
        rng = np.random.Generator(kind(seed))
        rng.random(3)
        rng.integers(2**31)  # leaves half a draw in the generator
        shared = drawn_once(kept.get, ("draws",), rng, lambda: rng.random(4).tolist())
        return shared, float(rng.integers(2**31)) + float(rng.random())

    first, again, other = run(1), run(1), run(2)
    assert first == again
    assert first[0] is again[0]
    assert other != first
    plain = np.random.default_rng(1)
    plain.random(3), plain.integers(2**31)
    assert first[0] == plain.random(4).tolist()
    assert first[1] == float(plain.integers(2**31)) + float(plain.random())
    assert run(1, np.random.MT19937) == run(1, np.random.MT19937) != first
