"""One space of distances, whose scales come from the real side alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load, load_baseline
from synth_eval.data.pair import Pair
from synth_eval.data.spaces import space_of
from synth_eval.errors import NotApplicable


def rows(size: int, seed: int, words: str = "ab") -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "age": pa.array(rng.normal(50, 9, size), mask=rng.random(size) < 0.1),
            "word": pa.array(rng.choice(list(words), size)),
        }
    )


@pytest.fixture(scope="module")
def pair() -> Pair:
    return load(rows(400, 1), rows(300, 2, "abx"), rows(500, 3, "aby"))


def test_numbers_come_first_and_parts_follow_each_other(pair):
    space = space_of(pair.baseline, ["word", "age"], "real quantiles")
    assert (space.numbers, space.levels) == (("age",), ("word",))
    some = np.array([4, 7, 9])
    encoded = space.encode_parts(pair.tables, [("real", some), ("synthetic", some)])
    np.testing.assert_array_equal(
        encoded.numbers[3:], space.encode(pair.tables, "synthetic").numbers[some]
    )
    assert len(encoded) == 6


def test_scales_are_learned_once_and_never_from_the_synthetic_table(pair):
    space = space_of(pair.baseline, ["age", "word"], "real and holdout")
    far = Pair.of(pair.baseline, pa.table({"age": [1e6] * 9, "word": ["a"] * 9}))
    assert space_of(far.baseline, ["age", "word"], "real and holdout") is space
    assert space_of(pair.baseline, ["age"], "real and holdout") is not space
    known = np.concatenate(
        [pair.tables[r].number_column("age").values for r in ("real", "holdout")]
    )
    position = space.encode(pair.tables, "real").numbers[:, 0] / space.grid + 0.5
    value = pair.real.number_column("age").values
    there = np.flatnonzero(~np.isnan(value))  # a missing number stands in the middle
    middle = there[np.abs(position[there] - 0.5).argmin()]
    assert np.mean(known[~np.isnan(known)] <= value[middle]) == pytest.approx(0.5, abs=0.02)


def test_all_values_lay_their_own_table_out_evenly_and_quantiles_do_not():
    """Why the scales of one table alone are its quantiles: fresh rows have ties, its own none."""
    real = pa.table({"age": np.random.default_rng(0).normal(size=2_000)})
    baseline = load_baseline(real)
    gaps = {}
    for scales in ("real quantiles", "real and holdout"):
        positions = space_of(baseline, ["age"], scales).encode(baseline.tables, "real").numbers
        gaps[scales] = np.diff(np.sort(positions[:, 0]))[100:-100]
    assert gaps["real and holdout"].std() < 0.01 * gaps["real and holdout"].mean()
    assert gaps["real quantiles"].std() > 0.1 * gaps["real quantiles"].mean()


def test_levels_that_real_lacks_differ_where_their_names_do(pair):
    space = space_of(pair.baseline, ["word"], "real quantiles")
    codes = {role: space.encode(pair.tables, role).codes[0] for role in pair.tables}
    invented = set(codes["synthetic"]) - set(codes["real"])
    unseen = set(codes["holdout"]) - set(codes["real"])
    assert len(invented) == len(unseen) == 1
    assert invented != unseen


def test_cells_are_levels_or_twentieths(pair):
    space = space_of(pair.baseline, ["age", "word"], "real and holdout")
    encoded = space.encode(pair.tables, "real")
    ages, words = space.cells(encoded, "age"), space.cells(encoded, "word")
    assert set(ages) <= set(range(-1, 22))
    missing = pair.real.number_column("age").missing
    assert (ages[missing] == 21).all()
    counts = np.bincount(ages[~missing] + 1)  # one cell below the scale
    assert counts.max() < 2.5 * len(ages) / 20
    assert len(np.unique(words)) == 2
    part = space.columns(encoded, ["word"])
    assert part.numbers.shape[1] == 0
    np.testing.assert_array_equal(part.codes[0], encoded.codes[0])


def test_without_a_column_there_is_no_space(pair):
    with pytest.raises(NotApplicable, match="no column"):
        space_of(pair.baseline, [], "real quantiles")
