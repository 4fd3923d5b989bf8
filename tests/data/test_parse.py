"""Text to numbers, dates and booleans, with a count of what could not be read."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_eval.data.parse import parse_booleans, parse_datetimes, parse_numbers


@pytest.mark.parametrize(
    ("word", "number"),
    [("1", 1), (" 2.5 ", 2.5), ("-3", -3), ("+4.", 4), (".5", 0.5), ("1e3", 1000), ("1E-2", 0.01),
     ("1e308", 1e308), ("1e400", math.inf)],
)  # fmt: skip
def test_numbers(word: str, number: float) -> None:
    values, failed = parse_numbers(pa.array([word, None]))
    assert values.to_pylist() == [number, None]
    assert failed == 0


@pytest.mark.parametrize(
    "word",
    [
        "",
        "x",
        "13.9.58",
        "0x10",
        "--1",
        "(-1)",
        "1e",
        ".",
        "٣",
        "1,2,3",
        "12 000 00",
        "5 kg",
        "$",
        "%",
        "1,5.5,5",
        "12%%",
        "EUR USD 5",
    ],
)
def test_no_numbers(word: str) -> None:
    values, failed = parse_numbers(pa.array([word, None, "1"]))
    assert values.to_pylist() == [None, None, 1.0]
    assert failed == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_numbers_survive_their_own_text(numbers: list[float]) -> None:
    values, failed = parse_numbers(pa.array([repr(number) for number in numbers], pa.string()))
    assert values.to_pylist() == numbers
    assert failed == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=20))
def test_no_cell_is_lost(words: list[str | None]) -> None:
    array = pa.array(words, pa.string())
    for read, failed in (parse_numbers(array), parse_booleans(array), parse_datetimes(array)[:2]):
        assert len(read) == len(words)
        assert read.null_count == array.null_count + failed


@pytest.mark.parametrize(
    ("word", "micros", "pattern"),
    [
        ("1970-01-02", 86_400_000_000, "%Y-%m-%d"),
        ("1970-01-01 00:00:01", 1_000_000, "%Y-%m-%d %H:%M:%S"),
        ("1970-01-01T00:00:01", 1_000_000, "%Y-%m-%dT%H:%M:%S"),
        ("1970-01-01 00:01", 60_000_000, "%Y-%m-%d %H:%M"),
        ("1970-01-01T00:00:01Z", 1_000_000, "%Y-%m-%dT%H:%M:%SZ"),
        ("1970/01/02", 86_400_000_000, "%Y/%m/%d"),
        ("1970-01-01 00:00:01.25", 1_250_000, None),
        ("1970-01-01T01:00:01+01:00", 1_000_000, None),
        ("1970-01-01 01:00:01.5+0100", 1_500_000, None),
    ],
)
def test_datetimes(word: str, micros: int, pattern: str | None) -> None:
    moments, failed, used = parse_datetimes(pa.array([word, None]))
    assert moments.cast(pa.int64()).to_pylist() == [micros, None]
    assert (failed, used) == (0, pattern)


def test_offsets_and_fractions_may_be_mixed() -> None:
    words = pa.array(["1970-01-01 00:00:01.5", "1970-01-01 01:00:00+01:00", "no", None])
    moments, failed, _ = parse_datetimes(words)
    assert moments.cast(pa.int64()).to_pylist() == [1_500_000, 0, None, None]
    assert failed == 1


def test_pattern_that_reads_most_wins() -> None:
    words = pa.array(["2020-01-01", "2020-01-02", "2020/01/03", "2020-13-01"])
    moments, failed, used = parse_datetimes(words)
    assert used == "%Y-%m-%d"
    assert failed == 2
    assert moments.null_count == 2


def test_given_pattern_is_the_only_one() -> None:
    moments, failed, used = parse_datetimes(pa.array(["31.12.2020", "2020-12-31"]), "%d.%m.%Y")
    assert (failed, used) == (1, "%d.%m.%Y")
    assert moments.to_pylist()[1] is None


@pytest.mark.parametrize("words", [["x"], [], [None]])
def test_no_datetimes(words: list[str | None]) -> None:
    moments, failed, _ = parse_datetimes(pa.array(words, pa.string()))
    assert moments.null_count == len(words)
    assert failed == sum(word is not None for word in words)


def test_booleans() -> None:
    words = ["True", "t", "YES", "1", "1.0", "false", "F", "no", "0", "0.0", "maybe", "", None]
    read, failed = parse_booleans(pa.array(words))
    assert read.to_pylist() == ["true"] * 5 + ["false"] * 5 + [None] * 3
    assert failed == 2


@pytest.mark.parametrize("start", [0, 1, 7, 63])
def test_slices_read_like_copies(start: int) -> None:
    words = pa.array([str(row) * (row % 4) for row in range(200)])[start : start + 90]
    copied = pa.array(words.to_pylist())
    assert parse_numbers(words)[0].to_pylist() == parse_numbers(copied)[0].to_pylist()
