"""The suites that come with the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synth_eval.demo.simulated import TRUTH, simulated_table
from synth_eval.rules import read_suite, run_suite
from synth_eval.rules.suite import flaw_of, is_derived, suite_text

FOLDER = Path(__file__).resolve().parents[2] / "expectations"
SUITES = sorted(FOLDER.glob("*.json"))


def broken(rows: list[dict[str, Any]]) -> set[str]:
    return {str(row["rule"]) for row in rows if row["status"] != "pass"}


def test_the_library_is_whole() -> None:
    assert [path.stem for path in SUITES] == ["adult", "default", "simulated"]
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in readme for path in SUITES)


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_suites_are_sound_named_and_in_stable_order(path: Path) -> None:
    suite = read_suite(path)
    assert suite["name"] == path.stem
    assert [flaw_of(entry) for entry in suite["expectations"]] == [None] * len(
        suite["expectations"]
    )
    assert suite_text(suite) == path.read_text(encoding="utf-8")
    assert all(entry["description"] for entry in suite["expectations"])


def test_no_suite_tells_a_count_of_a_few_real_rows() -> None:
    for path in SUITES:
        for entry in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            if is_derived(entry):
                ours = entry["meta"]["synth_eval"]
                counts = {ours[role]["violations"] for role in ("real", "holdout")}
                assert not counts & set(range(1, 10)), entry["description"]


def test_default_holds_for_any_table() -> None:
    assert broken(run_suite(FOLDER / "default.json", simulated_table(200))) == set()
    (few,) = broken(run_suite(FOLDER / "default.json", simulated_table(20)))
    assert few.startswith("at least 100 rows")


def test_simulated_knows_the_rules_of_the_table() -> None:
    suite = read_suite(FOLDER / "simulated.json")
    texts = {entry["description"] for entry in suite["expectations"]}
    assert set(TRUTH.rules) <= texts
    assert broken(run_suite(suite, simulated_table(5_000, 77))) == set()


def test_adult_passes_real_rows_and_finds_the_planted_ones(shared_data: Path) -> None:
    suite, planted = FOLDER / "adult.json", shared_data / "planted"
    assert broken(run_suite(suite, planted / "adult_control.parquet")) == set()
    found = broken(run_suite(suite, planted / "adult_impossible_1pct.parquet"))
    assert {
        "relationship = Husband implies sex = Male",
        "education and education-num determine each other",
    } <= found
    assert len(found) == 3
