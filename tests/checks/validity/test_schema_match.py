"""V001: columns and readable cells."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.judging.run import run

ROWS = 4000


@pytest.fixture(scope="module")
def real():
    rng = np.random.default_rng(0)
    start = dt.datetime(2020, 1, 1)
    return pa.table(
        {
            "age": rng.integers(18, 90, ROWS),
            "wage": rng.gamma(2, size=ROWS),
            "sex": rng.choice(["f", "m"], ROWS),
            "since": pa.array(
                [start + dt.timedelta(hours=int(h)) for h in rng.integers(0, 9999, ROWS)]
            ),
        }
    )


def result(real, synthetic, holdout=None):
    return run(se.load(real, synthetic, holdout), select_checks=["V001"])[0]


def replaced(table, name, values):
    return table.set_column(table.schema.get_field_index(name), name, pa.array(values))


def test_same_table_passes(real):
    found = result(real, real)
    assert (found.status, found.estimate.value) == ("pass", 0.0)


def test_absent_column_fails_and_is_named(real):
    found = result(real, real.drop_columns(["wage"]))
    assert found.status == "fail"
    assert "wage" in found.message
    assert found.estimate.value == 1.0


def test_extra_column_warns(real):
    found = result(real, real.append_column("note", pa.array(["x"] * ROWS)))
    assert found.status == "warn"
    assert found.rows()[0] == {
        "column": "note",
        "estimate": 0.0,
        "status": "warn",
        "finding": "not in the real table",
    }


@pytest.mark.parametrize(("every", "status"), [(200, "fail"), (4000, "warn")])
def test_garbled_cells_are_counted_not_swallowed(real, every, status):
    words = [str(x) for x in real["wage"].to_pylist()]
    for i in range(0, ROWS, every):
        words[i] = "13.9.5833333"
    found = result(real, replaced(real, "wage", words))
    assert found.status == status
    assert found.estimate.value == pytest.approx(1 / every)
    assert f"{ROWS // every:,} of 4,000 cells cannot be read as numerical" in found.message


def test_number_stored_as_text_is_read_and_said(real):
    found = result(real, replaced(real, "age", [str(x) for x in real["age"].to_pylist()]))
    assert found.status == "warn"
    assert "stored as text" in found.message


def test_all_missing_column_fails(real):
    found = result(real, replaced(real, "wage", pa.nulls(ROWS, pa.float64())))
    assert found.status == "fail"
    assert "no cell holds a value" in found.message


def test_infinities_that_the_real_table_lacks_are_not_numbers(real):
    wages = real["wage"].to_pylist()
    wages[:100] = [float("inf")] * 100
    assert result(real, replaced(real, "wage", wages)).status == "fail"
    infinite = replaced(real, "wage", wages)
    assert result(infinite, infinite).status == "pass"


def test_time_zone_is_said(real):
    zoned = replaced(real, "since", real["since"].cast(pa.timestamp("us", tz="Europe/Paris")))
    found = result(real, zoned)
    assert found.status == "warn"
    assert "time zone" in found.message


def test_mixed_objects_are_read_cell_by_cell(real):
    frame = real.to_pandas()
    frame["age"] = frame["age"].astype(object)
    frame.loc[:199, "age"] = "unknown"
    found = result(real, frame)
    assert found.status == "fail"
    assert "200 of 4,000 cells" in found.message


def test_pandas_integers_made_float_by_missing_are_no_finding(real):
    frame = real.to_pandas()
    frame["age"] = frame["age"].astype(float)
    frame.loc[0, "age"] = np.nan
    assert result(real, pd.DataFrame(frame)).status == "pass"


WORDS = [f"{number:.1f}" for number in np.random.default_rng(1).normal(50, 9, ROWS)]


def single(cells):
    return pa.table({"x": pa.array(cells)})


def slipped(slips, cells=WORDS):
    """Cells of which the first ones cannot be read."""
    return single([*["slip"] * slips, *cells[slips:]])


def test_what_the_real_column_cannot_read_either_is_said_and_not_held_against_the_synthetic():
    for slips in (0, 3, 8, 16):
        found = result(slipped(8), slipped(slips), slipped(8))
        assert found.status == "pass"
        assert "8 of 4,000 real cells (0.20 %)" in found.message
        assert "slip" not in str(found.to_dict())
        assert found.reference.value == pytest.approx(8 / ROWS)
    assert result(slipped(8), slipped(3)).reference.value == pytest.approx(8 / ROWS)
    assert result(slipped(8), slipped(60)).status == "fail"
    assert "60 of 4,000 cells cannot be read as numerical, nor can 8 of" in (
        result(slipped(8), slipped(60)).message
    )


def test_numbers_that_words_for_missing_cells_made_text_are_no_finding():
    """A CSV has no types: three points in a column make text of it, and fewer rows have none."""
    words = single([*["."] * 3, *WORDS[3:]])
    numbers = single([float(word) for word in WORDS])
    assert result(words, numbers).status == "pass"
    assert result(slipped(3), numbers).status == "pass"
    assert result(numbers, words).status == "warn"
    assert result(single(WORDS), numbers).status == "warn"
    assert "stored as number" in result(single(WORDS), numbers).message


def test_whole_numbers_that_gaps_made_floats_are_no_finding(real):
    ages = [float(age) for age in real["age"].to_pylist()]
    floats = replaced(real, "age", [None, *ages[1:]])
    assert result(floats, real).status == "pass"
    assert result(real, floats).status == "pass"
    halves = replaced(real, "age", [age + 0.5 for age in ages])
    assert "stored as number, in the real table as whole number" in result(real, halves).message


@pytest.mark.parametrize(
    ("real_cells", "synthetic_cells", "said"),
    [
        ([f"${word}" for word in WORDS], WORDS, "separators, currencies or percent signs in 0.0 %"),
        (WORDS, [f"{word}%" for word in WORDS], "percent signs in 100.0 % of the cells, 0.0 %"),
        (WORDS, [word.replace(".", ",") for word in WORDS], "separators"),
        ([f"${word}" for word in WORDS], [float(word) for word in WORDS], "stored as number"),
        (
            [f"{1 + row % 28:02d}/03/2020" for row in range(ROWS)],
            [f"2020-03-{1 + row % 28:02d}" for row in range(ROWS)],
            "another form than %d/%m/%Y in 100.0 % of the cells",
        ),
        (["a", None, "b", "c"] * 1000, ["a", "?", "b", "c"] * 1000, "missing in words (? or n/a)"),
        (["007", "012"] * 2000 + ["100"], [7, 12] * 2000 + [100], "stored as whole number"),
    ],
)  # fmt: skip
def test_another_way_of_writing_is_said(real_cells, synthetic_cells, said):
    found = result(single(real_cells), single(synthetic_cells))
    assert found.status == "warn"
    assert said in found.message
    assert result(single(real_cells), single(real_cells)).status == "pass"


@pytest.mark.parametrize("order", ["real", "synthetic"])
def test_separators_that_chance_alone_brings_are_no_finding(order):
    few = single([*[f"{1000 + row:,.1f}" for row in range(4)], *WORDS[4:]])
    pair = (few, single(WORDS)) if order == "real" else (single(WORDS), few)
    assert result(*pair).status == "pass"


def test_a_single_row_with_a_gap_is_no_missing_column():
    rng = np.random.default_rng(0)
    gaps = [None if gap else 1.5 * k for k, gap in enumerate(rng.random(200) < 0.1)]
    table = pa.table({"x": pa.array(gaps)})
    assert result(table, pa.table({"x": pa.array([None], pa.float64())})).status == "pass"
    assert result(table, pa.table({"x": pa.array([None] * 20, pa.float64())})).status == "fail"
