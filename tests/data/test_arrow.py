"""Buffers read as numpy arrays are what Arrow's own conversions give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.arrow import (
    filled_codes,
    flags,
    floats,
    is_missing,
    null_of,
    text_array,
    text_scalar,
)

CELLS = [3, None, -1, 2, None, 0, 7, 8, None, 9, 1]
CUTS = [(0, 11), (1, 9), (3, 3), (8, 3), (10, 1), (4, 0)]


@pytest.mark.parametrize(("start", "length"), CUTS)
@pytest.mark.parametrize("cells", [CELLS, [cell or 0 for cell in CELLS], [None] * 11])
def test_numbers_of_any_part_of_an_array(cells, start, length):
    for kind in (pa.int8(), pa.int64(), pa.float32(), pa.float64()):
        part = pa.array(cells, kind).slice(start, length)
        wanted = cells[start : start + length]
        expected = np.array([np.nan if cell is None else cell for cell in wanted], float)
        np.testing.assert_array_equal(floats(part), expected)
        codes = [-1 if cell is None else cell for cell in wanted]
        assert filled_codes(part, -1).tolist() == codes
        assert is_missing(part).tolist() == [cell is None for cell in wanted]


@pytest.mark.parametrize(("start", "length"), CUTS)
def test_truth_values_of_any_part_of_an_array(start, length):
    values = [True, False, False, True, True, False, True, True, False, True, False]
    part = pa.array(values).slice(start, length)
    assert flags(part).tolist() == values[start : start + length]


def test_words():
    words = ["a", "", "größer", "\N{GRINNING FACE}", "<b>"]
    assert text_array(words).equals(pa.array(words))
    assert text_array([]).equals(pa.array([], pa.string()))
    assert text_scalar("ä").as_py() == "ä"
    assert null_of(pa.string()).as_py() is None


def test_nothing_but_nulls_has_no_values():
    assert np.isnan(floats(pa.nulls(3, pa.float64()))).all()
    assert np.isnan(floats(pa.nulls(3))).all()
