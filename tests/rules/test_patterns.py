"""What breaks a rule, in words and counts: nothing of a few real rows, no value of a row."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.rules.patterns import patterns_of

REAL = pa.table({
    "sex": ["f"] * 50 + ["m"] * 45 + ["x"] * 5,
    "married": [True, False] * 50,
    "age": list(range(100)),
    "job": ["clerk", "cook"] * 50,
    "flag_a": [True, False] * 50,
    "flag_b": [False, True] * 50,
    "day": pa.array([f"2024-01-{1 + i % 28:02d}" for i in range(100)]),
})  # fmt: skip


def told(synthetic: pa.Table, kind: str, **kwargs: Any) -> str:
    data = se.load(REAL, synthetic)
    return patterns_of({"type": kind, "kwargs": kwargs}, data.synthetic, data.real, small_cell=11)


def changed(name: str, values: list[Any]) -> pa.Table:
    return REAL.set_column(REAL.column_names.index(name), name, pa.array(values))


IN_SET = "expect_column_values_to_be_in_set"
BETWEEN = "expect_column_values_to_be_between"


def test_levels_outside_a_set_are_counted_and_rare_ones_are_not_named() -> None:
    table = changed("sex", ["f"] * 60 + ["x"] * 30 + ["Mars"] * 8 + [None] * 2)
    found = told(table, IN_SET, column="sex", value_set=["f", "m"])
    assert found == "sex = a rare value: 30; sex = Mars: 8"


def test_a_condition_selects_the_rows_that_are_told() -> None:
    table = changed("sex", ["Mars"] * 100)
    condition = {"operator": "==", "column": {"name": "job"}, "parameter": "cook"}
    given = {"column": "sex", "value_set": ["f"]}
    assert told(table, IN_SET, row_condition=condition, **given) == "sex = Mars: 50"
    absent = {**condition, "column": {"name": "no such column"}}
    for other in (absent, {**condition, "operator": ">"}, "job == 'cook'"):
        assert told(table, IN_SET, row_condition=other, **given) == ""


def test_pairs_are_told_side_by_side() -> None:
    table = changed("job", ["cook"] * 98 + ["clerk", None])
    found = told(
        table, "expect_column_pair_values_to_be_in_set", column_A="sex", column_B="job",
        value_pairs_set=[["f", "cook"], ["m", "cook"]],
    )  # fmt: skip
    assert found == "sex = a rare value with job = cook: 3; sex = a rare value with job = clerk: 1"


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"min_value": 0, "max_value": 99}, "above 99: 2; below 0: 1"),
        ({"min_value": 0}, "below 0: 1"),
        ({"max_value": 99, "min_value": "2024-01-01"}, "above 99: 2"),
        ({}, ""),
    ],
)
def test_numbers_beyond_a_range(bounds: dict[str, Any], expected: str) -> None:
    table = changed("age", [-1, 100, 200, *range(97)])
    assert told(table, BETWEEN, column="age", **bounds) == expected


def test_of_dates_and_levels_no_range_is_told() -> None:
    for column in ("day", "sex"):
        assert told(REAL, BETWEEN, column=column, min_value=0) == ""


def test_unreadable_cells_are_told_by_their_shape() -> None:
    in_types = "expect_column_values_to_be_in_type_list"
    table = changed("age", ["13.9.58", "24.1.67", "x9"] + [str(i) for i in range(97)])
    found = told(table, in_types, column="age")
    assert found == "looks like 00.0.00: 2; looks like a0: 1"
    assert told(REAL, in_types, column="age") == ""


def test_several_true_where_one_should_be() -> None:
    sums = "expect_multicolumn_sum_to_equal"
    table = changed("flag_a", [True] * 100)
    given = {"column_list": ["flag_a", "flag_b"], "sum_total": 1}
    assert told(table, sums, **given) == "2 of them true: 50"
    assert told(table, sums, **{**given, "sum_total": 2}) == ""
    assert told(table, sums, column_list=["flag_a", "sex"], sum_total=1) == ""


def test_where_nothing_safe_can_be_said_nothing_is() -> None:
    assert told(REAL, "expect_table_row_count_to_equal", value=3) == ""
    assert told(REAL, IN_SET, column="no such column", value_set=[]) == ""
    assert told(REAL, IN_SET, column=7, value_set=[]) == ""


def test_at_most_three_patterns_are_told_and_long_words_are_cut() -> None:
    levels = ["v" * 60, "w", "y", "z"]
    table = changed("sex", [levels[i % 4] for i in range(100)])
    found = told(table, IN_SET, column="sex", value_set=["f"]).split("; ")
    assert len(found) == 3
    assert f"sex = {'v' * 40}: 25" in found
