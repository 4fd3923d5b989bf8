"""Designs of Räisä, van Breugel, van der Schaar (2025) on which most fidelity metrics fail.

Each design has a direction: what must grow with the fault, what must stay flat, and what must
be found or left in peace. Tables are generated; real, synthetic and holdout have equal sizes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.results import Result
from synth_eval.judging.run import run

ROWS = 1500
MANY = 20_000
Rows = np.ndarray
Draw = Callable[[np.random.Generator, int], Rows]


def table(rows: Rows) -> pa.Table:
    return pa.table({f"c{i}": column for i, column in enumerate(rows.T)})


def checks(real: Draw, synthetic: Draw, codes: list[str], rows: int = ROWS) -> dict[str, Result]:
    rng = np.random.default_rng(11)
    tables = [table(draw(rng, rows)) for draw in (real, synthetic, real)]
    return {found.code: found for found in run(se.load(*tables), select_checks=codes)}


def normal(d: int, shift: float = 0.0, spread: float = 1.0) -> Draw:
    return lambda rng, n: rng.normal(shift, spread, size=(n, d))


def estimates(real: Draw, faults: list[Draw], code: str) -> list[float]:
    found = [checks(real, fault, [code])[code] for fault in faults]
    return [result.estimate.value for result in found]


@pytest.mark.parametrize("d", [1, pytest.param(8, marks=pytest.mark.slow), 64])
@pytest.mark.parametrize("code", ["F001", "F002", "F011"])
def test_distance_grows_with_a_shift_of_the_mean(d: int, code: str) -> None:
    found = estimates(normal(d), [normal(d, shift) for shift in (0.0, 0.5, 1.0, 2.0)], code)
    assert found == sorted(found)
    assert found[3] > 3 * max(found[0], 1e-3)


@pytest.mark.parametrize("side", ["real", "synthetic"])
def test_one_outlier_neither_hides_a_shift_nor_makes_one(side: str) -> None:
    def with_outlier(draw: Draw) -> Draw:
        return lambda rng, n: np.concatenate([draw(rng, n - 1), np.full((1, 4), 100.0)])

    real, fresh, shifted = normal(4), normal(4), normal(4, 0.7)
    if side == "real":
        real = with_outlier(real)
    else:
        fresh, shifted = with_outlier(fresh), with_outlier(shifted)
    codes = ["F001", "F002", "F004"]
    found = {str(found.status) for found in checks(real, fresh, codes).values()}
    assert found <= {"pass", "inconclusive"}
    found = checks(real, shifted, ["F001", "F004"], MANY)
    assert found["F001"].status == "fail"
    assert found["F004"].status in ("fail", "warn")


@pytest.mark.parametrize("code", ["F001", "F002", "F011"])
def test_a_spread_too_small_is_as_wrong_as_one_too_large(code: str) -> None:
    spreads = [normal(4, spread=spread) for spread in (0.4, 0.7, 1.0, 1.4, 2.5)]
    far, near, same, wide, wider = estimates(normal(4), spreads, code)
    assert far > near > same < wide < wider


def test_the_unit_of_an_irrelevant_column_changes_nothing() -> None:
    def scaled(unit: float, shift: float) -> Draw:
        return lambda rng, n: rng.normal(shift, 1, size=(n, 3)) * np.array([1, 1, unit])

    codes = ["F001", "F004", "F010", "C008"]
    found = [checks(scaled(u, 0), scaled(u, 0.3), codes) for u in (1e-3, 1.0, 1e3)]
    for code in codes:
        values = [result[code].estimate.value for result in found]
        assert values == pytest.approx([values[1]] * 3, rel=1e-6, abs=1e-9)


def test_a_column_without_a_mean_hides_nothing_and_alarms_nobody() -> None:
    def heavy(shift: float) -> Draw:
        return lambda rng, n: np.column_stack([rng.normal(shift, 1, n), rng.pareto(1.01, n)])

    codes = ["F001", "F002", "F003", "F004", "F010", "F014"]
    for result in checks(heavy(0), heavy(0), codes).values():
        assert result.status in ("pass", "inconclusive"), result.message
    shifted = checks(heavy(0), heavy(0.8), ["F001", "F004"], MANY)
    assert shifted["F001"].status == "fail"
    assert shifted["F004"].status in ("fail", "warn")
    assert shifted["F001"].rows()[0]["column"] == "c0"


def test_one_disjoint_column_of_many_is_named() -> None:
    def disjoint(rng: np.random.Generator, n: int) -> Rows:
        rows = rng.normal(size=(n, 64))
        rows[:, 40] += 20
        return rows

    found = checks(normal(64), disjoint, ["F002", "F008"])
    assert found["F002"].status == "fail"
    assert found["F002"].rows()[0]["column"] == "c40"
    assert found["F008"].estimate.value > 0.99


def modes(weights: list[float], centers: np.ndarray) -> Draw:
    shares = np.array(weights) / sum(weights)
    return lambda rng, n: (
        centers[rng.choice(len(centers), n, p=shares)] + rng.normal(0, 0.3, size=(n, 2))
    )


CIRCLE = 5 * np.column_stack([np.cos(np.arange(10) * 0.628), np.sin(np.arange(10) * 0.628)])


@pytest.mark.parametrize("way", ["one after the other", "all but one thinned together"])
def test_coverage_falls_as_modes_are_dropped(way: str) -> None:
    def thinned(amount: float) -> Draw:
        if way == "one after the other":
            gone = round(amount * 9)
            return modes([1.0] * (10 - gone) + [0.0] * gone, CIRCLE)
        return modes([1.0] + [1.0 - amount] * 9, CIRCLE)

    faults = [thinned(amount) for amount in (0.0, 0.67, 0.9, 1.0)]
    found = [checks(modes([1.0] * 10, CIRCLE), fault, ["F004", "C008"]) for fault in faults]
    covered = [result["C008"].rows()[0]["estimate"] for result in found]
    assert covered == sorted(covered, reverse=True)
    assert covered[3] < 0.3
    worths = [min(row["worth"] for row in result["F004"].rows()) for result in found]
    assert worths == sorted(worths, reverse=True)
    assert worths[0] > 0.3
    assert worths[2] < 0.1


def test_invented_modes_are_seen_by_density_and_pairs() -> None:
    five = CIRCLE[::2]
    invented = (modes([1.0] * 5, five), modes([1.0] * 10, CIRCLE))
    assert checks(*invented, ["F004"], MANY)["F004"].status == "fail"
    found = checks(*invented, ["F008", "C008"])
    assert found["F008"].estimate.value > 0.65
    assert found["C008"].rows()[0]["density"] < 0.75  # .5 were the modes far apart


def test_two_modes_with_the_moments_of_one_are_told_apart() -> None:
    def two(rng: np.random.Generator, n: int) -> Rows:
        side = np.where(rng.random((n, 1)) < 0.5, -0.8, 0.8)
        return side + rng.normal(0, 0.6, size=(n, 1))  # mean 0 and variance 1, as the normal

    found = checks(normal(1), two, ["F001", "F014"], MANY)
    moments = {row["part"]: row["estimate"] for row in found["F014"].rows()}
    assert moments["mean"] < 0.02
    assert found["F001"].status == "warn"
    assert found["F001"].rows()[0]["worth"] < 0.03


def test_overlap_of_cubes_is_measured_alike_at_every_size() -> None:
    def cube(start: float) -> Draw:
        return lambda rng, n: np.column_stack([start + rng.random(n), rng.random(n)])

    found = [checks(cube(0), cube(0.8), ["F001", "F008"], rows=rows) for rows in (500, 1000, 4000)]
    worst = [result["F001"].rows()[0]["estimate"] for result in found]
    assert worst == pytest.approx([0.8] * 3, abs=0.05)
    areas = [result["F008"].estimate.value for result in found]
    assert areas == pytest.approx([areas[-1]] * 3, abs=0.03)
    assert areas[-1] == pytest.approx(1 - 0.2**2 / 2, abs=0.02)  # best there is at TV .8


def test_a_sphere_of_another_radius_is_seen() -> None:
    def sphere(radius: float) -> Draw:
        def draw(rng: np.random.Generator, n: int) -> Rows:
            rows = rng.normal(size=(n, 6))
            return radius * rows / np.linalg.norm(rows, axis=1, keepdims=True)

        return draw

    areas = [
        checks(sphere(1), sphere(radius), ["F008"])["F008"].estimate.value
        for radius in (1.0, 1.3, 2.0)
    ]
    assert areas == sorted(areas)
    assert areas[0] == pytest.approx(0.5, abs=0.05)
    assert areas[2] > 0.9


def test_a_sphere_is_no_torus() -> None:
    def sphere(rng: np.random.Generator, n: int) -> Rows:
        rows = rng.normal(size=(n, 3))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def torus(rng: np.random.Generator, n: int) -> Rows:
        around, tube = rng.uniform(0, 2 * np.pi, size=(2, n))
        far = 0.75 + 0.25 * np.cos(tube)
        return np.column_stack([far * np.cos(around), far * np.sin(around), 0.25 * np.sin(tube)])

    assert checks(sphere, torus, ["F004"], MANY)["F004"].status == "fail"


def test_rounded_numbers_are_told_from_continuous_ones() -> None:
    def rounded(rng: np.random.Generator, n: int) -> Rows:
        return np.round(rng.normal(50, 10, size=(n, 2)))

    found = checks(rounded, normal(2, 50, 10), ["F015"])
    assert found["F015"].status in ("fail", "warn"), found["F015"].message
    assert checks(rounded, rounded, ["F015"], 6_000)["F015"].status == "pass"


WHOLE_ROWS = ["F008", "F009", "F010", "F011", "F012", "C008"]


def test_rows_on_one_ray_fail_though_their_radii_are_right() -> None:
    """Any number made of distances from the centre alone calls them perfect."""
    rng = np.random.default_rng(0)
    real = rng.normal(size=(3000, 6))
    radii = np.linalg.norm(rng.normal(size=(3000, 6)), axis=1)
    ray = np.outer(radii, np.ones(6) / np.sqrt(6))
    tables = [pa.table({f"c{i}": rows[:, i] for i in range(6)}) for rows in (real, ray)]
    for found in run(se.load(*tables), select_checks=WHOLE_ROWS):
        assert found.status in ("warn", "fail"), found.code


def test_monotone_transformations_and_units_change_little() -> None:
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(2, 2000, 3))
    fake[:, 0] += 0.5

    def found(transform):
        tables = [
            pa.table({f"c{i}": transform(rows[:, i]) for i in range(3)}) for rows in (real, fake)
        ]
        return run(se.load(*tables), select_checks=WHOLE_ROWS)

    for plain, other in zip(found(lambda x: x), found(lambda x: 1000 * x + 7), strict=True):
        assert plain.estimate.value == pytest.approx(other.estimate.value, rel=1e-3, abs=1e-6)
        assert plain.status == other.status
