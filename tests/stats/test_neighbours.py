"""Exact nearest neighbours against brute force, whatever the blocks and threads."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from synth_eval.stats import neighbours
from synth_eval.stats.neighbours import EncodedRows, MixedSpace, nearest

ROWS = 900


def _encoded(n_numbers: int, n_codes: int, levels: int = 5) -> tuple[MixedSpace, EncodedRows]:
    rng = np.random.default_rng(n_numbers * 100 + n_codes)
    numbers = [rng.normal(size=ROWS).round(2) for _ in range(n_numbers)]
    if numbers:
        numbers[0][:40] = np.nan
        numbers[0][40] = np.inf
        numbers[-1][rng.random(ROWS) < 0.004] = 1e9
    codes = [rng.integers(-1, levels, ROWS) for _ in range(n_codes)]
    space = MixedSpace(numbers, n_codes)
    return space, space.encode(numbers, codes)


def _brute_force(queries: EncodedRows, base: EncodedRows, grid: int) -> np.ndarray:
    left, right = queries.numbers.astype(np.float64), base.numbers.astype(np.float64)
    squares = ((left[:, None] - right[None]) ** 2).sum(axis=2)
    differs = (queries.codes[:, :, None] != base.codes[:, None, :]).sum(axis=0)
    return squares + grid**2 * differs


@pytest.mark.parametrize(("n_numbers", "n_codes"), [(6, 9), (2, 0), (0, 4), (40, 30)])
def test_rows_within_a_radius(n_numbers: int, n_codes: int) -> None:
    space, rows = _encoded(n_numbers, n_codes)
    queries = rows.take(np.arange(300))
    squares = _brute_force(queries, rows, space.grid)
    radii = np.sqrt(np.median(squares, axis=1)) / space.grid  # half of the rows lie within
    radii[:5] = 0.0
    found = nearest(queries, rows, space.grid, 2, radii)
    expected = (squares <= np.rint((radii * space.grid) ** 2)[:, None]).sum(axis=1)
    np.testing.assert_array_equal(found.within, expected)
    assert found.within[:5].min() >= 1  # the row itself
    plain = nearest(queries, rows, space.grid, 2)
    np.testing.assert_array_equal(found.rows, plain.rows)
    assert len(plain.within) == 0


@pytest.mark.parametrize(
    ("n_numbers", "n_codes", "k"), [(6, 9, 1), (6, 9, 5), (2, 0, 3), (0, 4, 2), (40, 30, 7)]
)
def test_equals_brute_force(n_numbers: int, n_codes: int, k: int) -> None:
    space, rows = _encoded(n_numbers, n_codes)
    queries, base = rows.take(slice(0, 300)), rows.take(np.arange(200, ROWS))
    squares = _brute_force(queries, base, space.grid)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    found = nearest(queries, base, space.grid, k)
    np.testing.assert_array_equal(found.rows, order)
    exact = np.sqrt(np.take_along_axis(squares, order, axis=1)) / space.grid
    np.testing.assert_array_equal(found.distances, exact)


@pytest.mark.parametrize("k", [1, 4])
def test_blocks_do_not_change_a_bit(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    space, rows = _encoded(6, 9)
    whole = nearest(rows, rows, space.grid, k)
    monkeypatch.setattr(neighbours, "_QUERY_ROWS", 7)
    monkeypatch.setattr(neighbours, "_BASE_ROWS", 11)
    small = nearest(rows, rows, space.grid, k)
    np.testing.assert_array_equal(whole.rows, small.rows)
    np.testing.assert_array_equal(whole.distances, small.distances)


def test_equal_rows_have_distance_zero_and_one_level_counts_one() -> None:
    space = MixedSpace([np.arange(50.0)], 2)
    numbers = [np.array([10.0, 10.0, 10.0])]
    rows = space.encode(numbers, [np.array([0, 0, 3]), np.array([1, 1, 1])])
    found = nearest(rows.take(slice(0, 1)), rows, space.grid, k=3)
    assert found.distances[0].tolist() == [0.0, 0.0, 1.0]


def test_missing_is_near_missing_only() -> None:
    space = MixedSpace([np.arange(101.0)], 0)
    rows = space.encode([np.array([np.nan, np.nan, 50.0, 100.0])], [])
    found = nearest(rows.take(slice(0, 1)), rows, space.grid, k=4)
    assert found.rows[0].tolist() == [0, 1, 2, 3]
    assert found.distances[0][:2].tolist() == [0.0, 0.0]
    assert found.distances[0][2] >= 1.0


def test_scale_follows_ranks_and_keeps_far_values_apart() -> None:
    values = np.concatenate([np.linspace(0, 1, 10_000), [40.0]])
    space = MixedSpace([values], 0)
    rows = space.encode([np.array([0.0, 0.25, 0.75, 1.0, 1.2, 40.0])], [])
    positions = rows.numbers[:, 0] / space.grid
    assert positions[2] - positions[1] == pytest.approx(0.5, abs=0.01)
    assert positions[4] - positions[3] > 0.1
    assert positions[5] - positions[4] > 0.2


def test_units_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    values, other = rng.normal(size=500), rng.normal(size=500)
    found = []
    for factor in (1.0, 1e6):
        space = MixedSpace([values * factor, other], 0)
        rows = space.encode([values * factor, other], [])
        found.append(nearest(rows, rows, space.grid, k=2).rows)
    np.testing.assert_array_equal(found[0], found[1])


def test_huge_constant_and_empty_columns() -> None:
    columns = [np.array([1e308, -1e308, 0.0]), np.full(3, 7.0), np.full(3, np.nan)]
    space = MixedSpace(columns, 0)
    rows = space.encode(columns, [])
    assert np.isfinite(rows.numbers).all()
    assert nearest(rows, rows, space.grid).rows[:, 0].tolist() == [0, 1, 2]


def test_many_levels_stay_apart() -> None:
    space = MixedSpace([], 1)
    codes = np.arange(70_000)
    rows = space.encode([], [codes])
    found = nearest(rows.take(np.array([255, 256, 69_999])), rows, space.grid)
    assert found.rows[:, 0].tolist() == [255, 256, 69_999]


def test_refuses_other_columns_and_too_many_neighbours() -> None:
    space, rows = _encoded(2, 1)
    with pytest.raises(ValueError, match="columns differ"):
        space.encode([np.zeros(3)], [])
    with pytest.raises(ValueError, match="neighbours"):
        nearest(rows, rows.take(slice(0, 2)), space.grid, k=3)


def _wide_rows(rows: int, seed: int) -> tuple[MixedSpace, EncodedRows]:
    rng = np.random.default_rng(seed)
    numbers = [rng.normal(size=rows) for _ in range(6)]
    codes = [rng.integers(0, 16, rows) for _ in range(9)]
    space = MixedSpace(numbers, len(codes))
    return space, space.encode(numbers, codes)


def test_memory_does_not_grow_with_the_searched_rows() -> None:
    """One block of distances, whatever the table: all of them at once would need 120 MB."""
    space, base = _wide_rows(300_000, 1)
    queries = base.take(np.arange(0, 300_000, 3_000))
    tracemalloc.start()
    found = nearest(queries, base, space.grid, k=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.all(found.distances[:, 0] == 0)
    encoded = base.numbers.nbytes + base.codes.nbytes
    assert peak < 2 * encoded + 50 * 2**20


@pytest.mark.slow
@pytest.mark.study
def test_fifty_thousand_rows_against_two_sides_of_a_survey_take_under_twenty_seconds() -> None:
    space, base = _wide_rows(98_842, 2)
    queries = base.take(slice(0, 50_000))
    started = time.process_time()
    for side in (slice(50_000, 74_421), slice(74_421, 98_842)):
        nearest(queries, base.take(side), space.grid)
    assert time.process_time() - started < 20  # CPU seconds: fewer pass on two cores


def test_of_equally_near_rows_the_first_is_taken_whatever_the_blocks(monkeypatch):
    space = MixedSpace([np.arange(8.0)], 0)
    base = space.encode([np.array([5.0, 2.0, 2.0, 2.0, 2.0])], [])
    monkeypatch.setattr(neighbours, "_BASE_ROWS", 2)  # the equals lie in three blocks
    assert nearest(space.encode([np.array([2.0])], []), base, space.grid).rows.tolist() == [[1]]


@pytest.mark.parametrize(
    "numbers",
    [
        [0.0, 5e-324, 1e-323, 1e-310, 1e-300],
        [-1.7e308, -1.0, 0.0, 5e-324, 1.7e308],
        [-5e-324, 0.0, 5e-324],
    ],
    ids=["denormal", "the whole range", "the three smallest"],
)
def test_numbers_at_the_ends_of_what_floats_hold_have_a_place(numbers: list[float]) -> None:
    """Slopes between denormal numbers are infinite, spans of huge ones too: no NaN of either."""
    reference = np.repeat(numbers, 40)
    space = MixedSpace([reference], 0)
    with np.errstate(all="raise", under="ignore"):
        rows = space.encode([np.array(numbers)], [])
    assert np.isfinite(rows.numbers).all()
    assert (np.diff(rows.numbers[:, 0]) > 0).all()


def test_numbers_as_close_as_the_smallest_floats_keep_their_order():
    """Between them the slope of a rank is infinite; positions are ranks all the same."""
    values = np.arange(50.0) * 5e-324
    positions = MixedSpace([values], 0).encode([values], []).numbers[:, 0]
    assert np.isfinite(positions).all()
    assert (np.diff(positions) > 0).all()
