"""Cells as people write them: markers of missing, numbers and dates, in one table or in both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_eval as se
from synth_eval.data.coerce import as_numbers, as_text, spelled
from synth_eval.data.kinds import infer_schema
from synth_eval.data.load import Data
from synth_eval.data.parse import other_order, parse_datetimes, parse_numbers
from synth_eval.data.schema import Column
from synth_eval.data.source import open_source
from synth_eval.judging.run import run

ROWS = 200
NUMBERS = np.round(np.random.default_rng(0).normal(50, 9, ROWS), 2)
DAYS = [dt.date(2019, 12, 25) + dt.timedelta(days=3 * row) for row in range(ROWS)]

MARKERS = [".", "nil", "?", "-", "--", "missing", "n/a", "N/A", "NA", "NaN", "null", "None", "#N/A",
           "<NA>", "", " ", "Missing", "#DIV/0!", "no data", "not available"]  # fmt: skip

NUMBER_WRITINGS = {
    "plain": "{:.2f}".format,
    "signed": "{:+.2f}".format,
    "dollars": "${:,.2f}".format,
    "dollars behind": "{:.2f} $".format,
    "minus before the currency": lambda x: f"-${-x:,.2f}" if x < 0 else f"${x:,.2f}",
    "code of a currency": "USD {:.2f}".format,
    "euros": lambda x: f"€ {x:.2f}".replace(".", ","),
    "percent": "{:.2f}%".format,
    "percent apart": "{:.2f} %".format,
    "thousands": "{:,.2f}".format,
    "thousands in spaces": lambda x: f"{x:,.2f}".replace(",", " "),
    "thousands in thin spaces": lambda x: f"{x:,.2f}".replace(",", "\u202f"),
    "Swiss thousands": lambda x: f"{x:,.2f}".replace(",", "'"),
    "decimal comma": lambda x: f"{x:.2f}".replace(".", ","),
    "thousands in points": lambda x: f"{x:,.2f}".translate(str.maketrans(",.", ".,")),
    "brackets for minus": lambda x: f"({-x:,.2f})" if x < 0 else f"{x:,.2f}",
    "long minus": lambda x: f"{x:.2f}".replace("-", "\u2212"),
}

DATE_WRITINGS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y",
    "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p", "%d %b %Y %H:%M:%S",
)  # fmt: skip


def load(real: Any, synthetic: Any, **entry: Any) -> Data:
    schema = {"columns": [{"name": "x", **entry}]} if entry else None
    return se.load(
        *[pa.table({"x": pa.array(cells)}) for cells in (real, synthetic)], schema=schema
    )


def marked(cells: list[Any], marker: str) -> list[Any]:
    """Text with a marker in three cells."""
    words = [str(cell) for cell in cells]
    for place in (0, 50, 199):
        words[place] = marker
    return words


def gaps(values: Any) -> np.ndarray[Any, Any]:
    values = np.array(values, np.float64)
    values[[0, 50, 199]] = np.nan
    return values


@pytest.mark.parametrize("where", ["real", "synthetic", "both"])
@pytest.mark.parametrize("marker", MARKERS)
def test_markers_of_missing_numbers_and_dates(marker: str, where: str) -> None:
    moments = np.array(DAYS, "datetime64[us]").astype(np.int64)
    for kind, cells, values in (
        ("numerical", NUMBERS.tolist(), NUMBERS),
        ("datetime", DAYS, moments),
    ):
        sides = [
            marked(cells, marker) if where in (role, "both") else cells
            for role in ("real", "synthetic")
        ]
        data = load(*sides)
        assert data.schema["x"].kind == kind
        assert data.schema["x"].doubt is None
        for table, role in ((data.real, "real"), (data.synthetic, "synthetic")):
            column = table.number_column("x")
            has = where in (role, "both")
            np.testing.assert_array_equal(column.values, gaps(values) if has else values)
            assert (column.unparseable, column.marked) == (0, 3 if has else 0)
            assert table.strings("x").null_count == (3 if has else 0)


@pytest.mark.parametrize("writing", NUMBER_WRITINGS)
def test_writings_of_numbers(writing: str) -> None:
    write = NUMBER_WRITINGS[writing]
    values = np.round((NUMBERS - 40) * 100, 2)
    written = [write(value) for value in values.tolist()]
    plain = values.tolist()
    as_words = [f"{value:.2f}" for value in plain]
    for real, synthetic in (
        (written, plain), (plain, written), (written, written), (written, as_words),
        (as_words, written),
    ):  # fmt: skip
        data = load(real, synthetic)
        assert data.schema["x"].kind == "numerical"
        assert data.schema["x"].doubt is None
        for table in (data.real, data.synthetic):
            column = table.number_column("x")
            np.testing.assert_array_equal(column.values, values)
            assert column.unparseable == 0


@pytest.mark.parametrize("writing", DATE_WRITINGS)
def test_writings_of_dates(writing: str) -> None:
    written = [day.strftime(writing) for day in DAYS]
    moments = np.array(DAYS, "datetime64[us]").astype(np.float64)
    iso = [day.isoformat() for day in DAYS]
    for real, synthetic in ((written, DAYS), (DAYS, written), (written, iso), (iso, written)):
        data = load(real, synthetic)
        assert data.schema["x"].kind == "datetime"
        for table in (data.real, data.synthetic):
            column = table.number_column("x")
            np.testing.assert_array_equal(column.values, moments)
            assert column.unparseable == 0
    assert load(written, iso).schema["x"].datetime_format == writing


def test_what_is_written_another_way_is_counted() -> None:
    dollars, words = [f"${x}" for x in NUMBERS], [str(x) for x in NUMBERS]
    assert load(dollars, words).real.column("x").restyled == ROWS
    assert load(dollars, words).synthetic.column("x").restyled == 0
    days = load([day.strftime("%d/%m/%Y") for day in DAYS], [day.isoformat() for day in DAYS])
    assert days.real.column("x").restyled == 0
    assert days.synthetic.column("x").restyled == ROWS


def test_a_comma_alone_is_read_as_the_real_column_is() -> None:
    """1,234 is one and a bit where the real column has a decimal comma."""
    assert load(["1,5", "2,25", "0,1"], ["1,234"]).synthetic.column("x").values.tolist() == [1.234]
    assert load(["1.5", "2.25", "0.1"], ["1,234"]).synthetic.column("x").values.tolist() == [1234]
    asked = load(["1,234", "2,345", "3,456"], ["1,234"])
    assert asked.synthetic.column("x").values.tolist() == [1234]
    assert "do not tell" in asked.schema["x"].doubt.why
    told = load(["1,234", "2,345", "3,456"], ["1,234"], decimal=",")
    assert told.synthetic.column("x").values.tolist() == [1.234]
    assert told.schema["x"].doubt is None


def test_day_and_month_are_asked_and_can_be_declared() -> None:
    open_dates = [f"{1 + row % 12:02d}/{1 + row % 11:02d}/2020" for row in range(ROWS)]
    data = load(open_dates, open_dates)
    assert data.schema["x"].datetime_format == "%d/%m/%Y"
    assert dict(data.schema["x"].doubt.otherwise) == {"datetime_format": "%m/%d/%Y"}
    told = load(open_dates, open_dates, datetime_format="%m/%d/%Y")
    assert told.schema["x"].doubt is None
    assert not np.array_equal(told.real.column("x").values, data.real.column("x").values)


def test_dates_that_do_not_tell_follow_those_that_do() -> None:
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=row) for row in range(ROWS)]
    table = pa.table(
        {
            "asked": [f"{1 + row % 12:02d}/{1 + row % 11:02d}/2020" for row in range(ROWS)],
            "told": [day.strftime("%m/%d/%Y") for day in days],
        }
    )
    schema = infer_schema(open_source(table, "real"))
    assert [column.datetime_format for column in schema.columns] == ["%m/%d/%Y"] * 2
    assert [column.doubt for column in schema.columns] == [None, None]


@pytest.mark.parametrize("told", ["%m/%d/%Y", "%d/%m/%Y", "%d.%m.%y"])
def test_dates_that_tell_keep_their_order(told: str) -> None:
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=row) for row in range(ROWS)]
    asked = [f"{1 + row % 12:02d}/{1 + row % 11:02d}/2020" for row in range(ROWS)]
    forms = {"first": "%d/%m/%y", "second": told}
    written = {name: [day.strftime(form) for day in days] for name, form in forms.items()}
    schema = infer_schema(open_source(pa.table({**written, "asked": asked}), "real"))
    assert {name: schema[name].datetime_format for name in forms} == forms
    is_open = told == "%m/%d/%Y"  # the others contradict each other
    assert schema["asked"].datetime_format == "%d/%m/%Y"
    assert (schema["asked"].doubt is not None) == is_open


def test_levels_keep_the_words_of_the_real_table() -> None:
    real = load(["a", "?", "b"] * 20, ["a", "?", None])
    assert real.real.level_column("x").levels == ("?", "a", "b")
    assert real.synthetic.level_column("x").codes.tolist() == [1, 0, -1]
    lacks = load(["a", None, "b"] * 20, ["a", "?", "-", "n/a", "missing", "none", "nil", "zz"])
    assert lacks.synthetic.level_column("x").codes.tolist() == [0, -1, -1, -1, -1, 2, 2, 2]
    signs = load(["+", "-"] * 20, ["+", "-"])
    assert signs.synthetic.level_column("x").codes.tolist() == [0, 1]
    declared = load(["a", "?", "b"] * 20, ["?", "b"], missing=["?"])
    assert declared.real.level_column("x").levels == ("a", "b")
    assert declared.synthetic.level_column("x").codes.tolist() == [-1, 1]


def test_numbers_may_be_declared_to_be_missing() -> None:
    for cells in ([1, -9, 3], [1.0, -9.0, 3.0], ["1", "-9", "3"]):
        data = load(cells, cells, kind="numerical", missing=["-9"])
        np.testing.assert_array_equal(data.real.column("x").values, [1, np.nan, 3])
        assert data.real.column("x").marked == 1


@pytest.mark.parametrize("stored", [["00501", "10001"], [501, 10001], [501.0, 10001.0]])
def test_codes_keep_their_leading_zeros(stored: list[Any]) -> None:
    data = load([f"{code:05d}" for code in (501, 501, 10001, 2134, 90210)] * 20, stored)
    assert (data.schema["x"].kind, data.schema["x"].digits) == ("categorical", 5)
    assert data.synthetic.strings("x").to_pylist() == ["00501", "10001"]
    column = data.synthetic.level_column("x")
    assert [column.levels[code] for code in column.codes] == ["00501", "10001"]


def test_one_fraction_does_not_rename_the_whole_numbers() -> None:
    assert as_text(pa.array([1.0, 2.5, 2.0**60])).to_pylist() == ["1", "2.5", str(2.0**60)]
    assert spelled(pa.array(["?", "a"]), Column("x", "categorical")).to_pylist() == [None, "a"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2).map(float), min_size=4, max_size=30),
    st.sampled_from(sorted(NUMBER_WRITINGS)),
)
def test_numbers_survive_every_writing(numbers: list[float], writing: str) -> None:
    words = pa.array([NUMBER_WRITINGS[writing](number) for number in numbers])
    values, failed = parse_numbers(words)
    assert failed == 0
    assert values.to_pylist() == pytest.approx(numbers)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2060, 1, 1)), min_size=1, max_size=30),
    st.sampled_from(DATE_WRITINGS),
)
def test_dates_survive_every_writing(days: list[dt.date], writing: str) -> None:
    words = pa.array([day.strftime(writing) for day in days])
    moments, failed, pattern = parse_datetimes(words)
    assert failed == 0
    if pattern == writing:
        assert [moment.date() for moment in moments.to_pylist()] == days
    else:  # short years and months, and days up to the twelfth, do not tell
        assert pattern in {other_order(writing), writing.replace("%B", "%b")}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), min_size=1, max_size=30))
def test_any_text_is_read_without_losing_a_cell(words: list[str | None]) -> None:
    raw = pa.array(words, pa.string())
    for kind in ("numerical", "datetime"):
        read = as_numbers(raw, Column("x", kind))
        missing = int(np.isnan(read.values).sum())
        assert missing == raw.null_count + read.failed + read.marked
    data = load(words, words) if any(word is not None for word in words) else None
    if data is not None:
        assert data.real.num_rows == len(words)
        assert len(data.real.column("x").missing) == len(words)


@pytest.mark.parametrize("marker", [".", None])
@pytest.mark.parametrize("fault", ["shuffled", "times ten", "none"])
def test_faults_of_a_number_are_found_whatever_stands_for_its_missing_cells(
    marker: str | None, fault: str
) -> None:
    """Three points once made an identifier of a number, which no check compared."""
    rng, rows = np.random.default_rng(5), 2_000

    def table(fault: str = "none") -> pa.Table:
        first = rng.normal(50, 9, rows)
        second = first + rng.normal(0, 3, rows)
        if fault == "shuffled":
            second = rng.permutation(second)
        if fault == "times ten":
            second = 10 * second
        words = [f"{number:.3f}" for number in second]
        return pa.table({"first": first, "second": [marker, marker, marker, *words[3:]]})

    data = se.load(table(), table(fault), table())
    assert data.schema["second"].kind == "numerical"
    found = {result.code: result.status for result in run(data, select_checks=["F002", "F004"])}
    assert (found["F004"] == "pass") == (fault == "none")
    assert found["F002"] == ("fail" if fault == "times ten" else "pass")
