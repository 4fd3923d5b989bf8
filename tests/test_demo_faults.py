"""Planted faults: each is what it says, alone, and the tour's checks see it or are blind to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.demo import FAULTS, faulty_rows, rule_violations, simulated_table
from synth_eval.errors import UsageError
from synth_eval.judging.results import Status

TOUR = Path(__file__).resolve().parent.parent / "notebooks" / "tour.ipynb"
SEEN = {
    "shuffled column": ("F004", "F001"),
    "copies": ("P001", "F002"),
    "near copies": ("P003", "P001"),
    "lost rare level": ("C001", "F002"),
    "cut tail": ("C003", "F001"),
    "mode collapse": ("C005", "V002"),
    "broken rule": ("V003", "F004"),
    "filled gaps": ("F007", "F001"),
    "shuffled target": ("U001", "F002"),
}


@pytest.fixture(scope="module")
def real() -> pa.Table:
    return simulated_table(4000, seed=1)


def planted(real: pa.Table, fault: str) -> tuple[pa.Table, pa.Table]:
    """Rows with the fault and the same rows without it."""
    return faulty_rows(real, fault), faulty_rows(real, "none")


def changed(real: pa.Table, fault: str) -> set[str]:
    rows, fresh = planted(real, fault)
    return {name for name in real.column_names if not rows[name].equals(fresh[name])}


@pytest.mark.parametrize("fault", FAULTS)
def test_rows_keep_columns_types_and_number(real: pa.Table, fault: str) -> None:
    rows = faulty_rows(real, fault)
    assert rows.schema == real.schema
    assert rows.num_rows == real.num_rows
    assert rows.equals(faulty_rows(real, fault))
    assert not set(rows["person_id"].to_pylist()) & set(real["person_id"].to_pylist())


@pytest.mark.parametrize(
    ("fault", "columns"),
    [
        ("shuffled column", {"age"}),
        ("shuffled target", {"approved"}),
        ("lost rare level", {"region"}),
        ("broken rule", {"income_total"}),
        ("cut tail", {"income_work", "income_total"}),
        ("filled gaps", {"weekly_hours"}),
    ],
)
def test_a_fault_changes_its_columns_alone(real: pa.Table, fault: str, columns: set[str]) -> None:
    assert changed(real, fault) == columns


def test_shuffled_columns_hold_the_same_values(real: pa.Table) -> None:
    rows, fresh = planted(real, "shuffled column")
    assert sorted(rows["age"].to_pylist()) == sorted(fresh["age"].to_pylist())


def test_copies_are_training_records_and_near_copies_are_not(real: pa.Table) -> None:
    def rows(table: pa.Table) -> set[str]:
        return {str(row) for row in table.drop_columns("person_id").to_pylist()}

    assert len(rows(faulty_rows(real, "copies")) & rows(real)) == 200
    assert not rows(faulty_rows(real, "near copies")) & rows(real)
    assert not rows(faulty_rows(real, "none")) & rows(real)


def test_the_sum_alone_is_broken_in_one_row_of_a_hundred(real: pa.Table) -> None:
    found = rule_violations(faulty_rows(real, "broken rule"))
    assert found.pop("income_total = income_work + income_capital") == pytest.approx(40, abs=20)
    assert set(found.values()) == {0}
    assert set(rule_violations(faulty_rows(real, "cut tail")).values()) == {0}


def test_collapse_leaves_three_hundred_rows_and_gaps_are_filled(real: pa.Table) -> None:
    rows = faulty_rows(real, "mode collapse")
    assert len(np.unique(rows["bmi"].to_numpy())) <= 300
    assert faulty_rows(real, "filled gaps")["weekly_hours"].null_count == 0
    assert "Island" not in faulty_rows(real, "lost rare level")["region"].to_pylist()


def test_unknown_faults_and_tables_are_refused(real: pa.Table) -> None:
    with pytest.raises(UsageError, match="no fault 'fire'; there are none, copies"):
        faulty_rows(real, "fire")
    with pytest.raises(UsageError, match="simulated table, not into 'adult'"):
        se.demo_data("adult", fault="copies")


@pytest.mark.parametrize("fault", SEEN)
def test_the_tour_tells_the_truth(fault: str) -> None:
    seeing, blind = SEEN[fault]
    report = se.evaluate(
        se.demo_data(fault=fault), select=[seeing, blind], depth="fast", reference_scores=False,
        progress=False,
    )  # fmt: skip
    assert report[seeing].status in (Status.FAIL, Status.WARN), report[seeing].message
    assert report[blind].status is Status.PASS, report[blind].message


def test_the_tour_stops_at_every_fault() -> None:
    text = json.dumps(json.loads(TOUR.read_text(encoding="utf-8"))["cells"])
    assert set(re.findall(r'fault=\\"([^\\]+)\\"', text)) == set(FAULTS)
    assert set(SEEN) == set(FAULTS) - {"none"}
