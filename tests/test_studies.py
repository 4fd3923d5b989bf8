"""The studies of false alarms and power: faults are what they say, runs are made once."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.demo import simulated_table

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
ROWS = 300
WHOLE_ROWS = {"copies", "near copies", "repeated rows", "rows from 25 rows", "lost cluster",
              "thinned mode"}  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))


def scene(seed: int = 0):
    from faults import Scene

    table = simulated_table(2 * ROWS, seed=5)
    return Scene(table.slice(0, ROWS), table.slice(ROWS), "approved", "", (seed,))


def test_a_fault_changes_the_columns_it_declares_and_no_input() -> None:
    from faults import FAULTS, plant

    assert len(FAULTS) >= 25
    places = 0
    for fault in FAULTS.values():
        assert len(set(fault.severities)) == 3
        for severity in fault.severities:
            here = scene()
            before = here.fresh.slice(0)
            planted = plant(fault, here, severity)
            assert here.fresh.equals(before)
            if planted is None:
                continue
            places += 1
            again = plant(fault, scene(), severity)
            assert again is not None
            assert planted.table.equals(again.table), fault.name
            assert planted.table.column_names == before.column_names
            if fault.name not in WHOLE_ROWS:
                assert planted.table.num_rows == ROWS
                changed = {
                    name for name in before.column_names
                    if not planted.table[name].equals(before[name])
                }  # fmt: skip
                assert changed <= set(planted.columns), fault.name
                assert changed, fault.name
    assert places > 60


def test_larger_faults_are_larger() -> None:
    from faults import FAULTS, plant

    for name in ("shuffled column", "impossible numbers", "new gaps", "shuffled target"):
        counts = []
        for severity in FAULTS[name].severities:
            here = scene()
            planted = plant(FAULTS[name], here, severity)
            assert planted is not None
            (column,) = planted.columns
            pairs = zip(
                planted.table[column].to_pylist(), here.fresh[column].to_pylist(), strict=True
            )
            counts.append(sum(one != other for one, other in pairs))
        assert counts == sorted(set(counts)), name


def test_families_give_the_rows_that_are_asked_for() -> None:
    from families import FAMILIES, deal

    for name, family in FAMILIES.items():
        rng = np.random.default_rng(1)
        table = family.draw(240, rng)
        assert family.target in table.column_names, name
        assert not family.entity or family.entity in table.column_names
        parts = deal(table, 60, rng, family.entity)
        assert parts is not None
        if family.entity:
            owners = [set(part[family.entity].to_pylist()) for part in parts]
            assert not owners[0] & owners[1]
            assert not owners[1] & owners[2]
        else:
            assert [part.num_rows for part in parts] == [60, 60, 60]
    assert deal(pa.table({"x": [1, 2]}), 1, np.random.default_rng(0)) is None


def test_runs_are_made_once_and_a_broken_one_is_written_down(tmp_path: Path) -> None:
    from run_log import complete, crashes, records

    made = []

    def work(key):
        made.append(key["table"])
        if key["table"] == "b":
            raise ValueError("no")
        return {"verdicts": {"fidelity": "GO"}} if key["table"] == "a" else None

    options = argparse.Namespace(log=tmp_path / "runs.jsonl", part="1/1", most=None, jobs=1)
    keys = [{"table": name, "rows": 3, "ignore": []} for name in "abc"]
    complete(keys, work, options)
    complete(keys, work, options)
    assert made == ["a", "b", "c"]
    with options.log.open("a", encoding="utf-8") as file:
        file.write('{"table": "d", "ro')  # a process that was stopped
    found = records(options.log)
    assert [run["table"] for run in found] == ["a", "b", "c"]
    assert crashes(found) == "- b, 3 rows: ValueError: no"
    options.part = "2/2"
    complete([{"table": name, "rows": 4, "ignore": []} for name in "abc"], work, options)
    assert made == ["a", "b", "c", "b"]


def test_what_became_of_a_fault() -> None:
    from power import outcome

    def told(words, statuses, names=(), columns=("age",)):
        found = {
            "verdicts": words, "statuses": statuses, "named": {code: [names] for code in statuses},
            "dimensions": {code: {"F": "fidelity", "V": "validity"}[code[0]] for code in statuses},
        }  # fmt: skip
        return outcome(["fidelity"], columns, found)

    refused, limited = {"fidelity": "NO-GO"}, {"fidelity": "GO WITH LIMITS"}
    assert told(refused, {"F002": "fail"}, ["age"]) == "caught"
    assert told(refused, {"F002": "fail"}, ["age <= retired"]) == "caught"
    assert told(refused, {"F002": "fail"}, ["wage"]) == "other reason"
    assert told(refused, {"F002": "fail"}, ["wage"], ()) == "caught"
    assert told(limited, {"F001": "warn"}, ["age"]) == "limits only"
    assert (
        told({"fidelity": "GO", "validity": "NO-GO"}, {"V002": "fail"}, ["age"]) == "other reason"
    )
    assert told(limited, {"F001": "warn"}, ["wage"]) == "other reason"
    assert told({"fidelity": "CANNOT TELL"}, {}) == "cannot tell"
    assert told({"fidelity": "CANNOT TELL"}, {"F001": "warn"}, ["age"]) == "cannot tell"
    assert told({"fidelity": "GO"}, {}) == "missed"


def test_pages_are_written_from_runs() -> None:
    import false_alarms
    import power

    run = {
        "table": "adult", "rows": 300, "split": 0, "depth": "fast", "ignore": [],
        "verdicts": {"fidelity": "NO-GO", "privacy": "CANNOT TELL"},
        "statuses": {"F002": "fail", "P004": "inconclusive"},
        "dimensions": {"F002": "fidelity", "P004": "privacy"}, "named": {"F002": [["age"]]},
    }  # fmt: skip
    text = false_alarms.summary([run, {**run, "split": 1, "verdicts": {"fidelity": "GO"}}])
    assert "| adult | fidelity | 1 | 2 | F002 (1) |" in text
    assert "| adult | 300 | 1 / 0 / 0 / 1 | 0 / 0 / 1 / 0 |" in text
    planted = {**run, "fault": "copies", "severity": 0.3, "columns": []}
    missed = {**planted, "verdicts": {"privacy": "GO"}, "named": {}}
    assert "| copies | 300 | adult |" in power.summary([missed])
    assert json.dumps(list(power.keys(["adult"], [300], ["copies"], 1, "fast", [])))


def test_real_tables_are_many_and_of_many_shapes() -> None:
    from false_alarms import sizes_of
    from real_tables import PACKAGES, TABLES, markdown, read

    rows, columns = zip(*(table.shape for table in TABLES.values()), strict=True)
    assert len(TABLES) >= 25
    assert min(rows) <= 150
    assert max(rows) >= 200_000
    assert min(columns) <= 4
    assert max(columns) >= 80
    assert {table.package for table in TABLES.values()} == set(PACKAGES)
    assert 10 <= sum(table.confirm for table in TABLES.values()) <= len(TABLES) / 2
    assert markdown().count("\n") == len(TABLES) + 1
    assert read("iris").shape == TABLES["iris"].shape
    assert sizes_of("iris", [150, 300]) == [50]
    assert sizes_of("adult", [300, 10_000, 20_000]) == [300, 10_000]
