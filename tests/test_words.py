"""Numbers in words."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from synth_eval import words


def test_a_share_is_told_with_as_many_digits_as_asked_for() -> None:
    assert words.percent(0.12345) == "12.3 %"
    assert words.percent(0.12345, 0) == "12 %"
    assert words.percent(0.0001234, 3) == "0.012 %"
    assert words.percent(1.0) == "100.0 %"
    assert [words.percent(share, None) for share in (0.01, 0.0123456)] == ["1 %", "1.23 %"]


def test_a_label_does_not_break_before_the_percent_sign() -> None:
    assert words.share(0.01234) == "1.23\u00a0%"
    assert words.share(None) == "–"
    assert " " not in words.share(0.5)


def test_points_carry_their_sign() -> None:
    assert words.points(0.012, -0.001, 0.025) == "+1.2 points (-0.1 to +2.5)"
    assert words.points(0.0, -0.00049, 0.00049, digits=2) == "+0.00 points (-0.05 to +0.05)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1e-13, "0"),  # equal but for rounding
        (-1e-13, "0"),
        (12, "12"),
        (1_234_567, "1,234,567"),
        (999.6, "1,000"),  # three digits would write 1e03
        (999.4, "999"),
        (1234.5678, "1,235"),
        (-2500.0, "-2,500"),
        (1e12, "1e12"),
        (0.000012345, "1.23e-5"),
        (None, "–"),
    ],
)
def test_numbers_have_three_digits_and_counts_all_of_theirs(value: float | None, text: str) -> None:
    assert words.number(value) == text


def test_a_real_sample_has_two_digits_of_rows_and_none_from_the_whole_on() -> None:
    assert words.real_sample(0.01, 24_421) == "a random sample of 240 real rows"
    assert words.real_sample(0.0, 24_421) == "a random sample of 1 real rows"
    assert words.real_sample(0.0123, 1_000, short=True) == "12 real rows"
    assert words.real_sample(1.0, 1_000) == "a fresh real table"


def test_one_is_singular_and_all_others_are_plural() -> None:
    told = [words.counted(count, "check") for count in (0, 1, 2, 1000)]
    assert told == ["0 checks", "1 check", "2 checks", "1,000 checks"]
    assert words.counted(1, "copy", "copies") == "1 copy"
    assert words.counted(2, "copy", "copies") == "2 copies"


def test_names_are_listed_as_people_do() -> None:
    assert words.listed([]) == ""
    assert words.listed(("a",)) == "a"
    assert words.listed(["a", "b"]) == "a and b"
    assert words.listed(["a", "b", "c"]) == "a, b and c"


def test_the_first_line_of_an_error_is_short_and_may_be_empty() -> None:
    assert words.first_line(ValueError("\n  no column\nmore")) == "no column"
    assert words.first_line("x" * 500) == "x" * 200
    assert words.first_line(KeyError()) == words.first_line(" \n ") == ""


def test_words_need_the_standard_library_alone() -> None:
    code = (
        "import sys; import synth_eval.words; "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}"
        " - set(sys.stdlib_module_names)))"
    )
    # Where coverage is measured, it would load itself into every process.
    environment = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, timeout=60, env=environment,
    )  # fmt: skip
    loaded = {name for name in done.stdout.split() if not name.startswith("_")}
    assert loaded == {"synth_eval"}
