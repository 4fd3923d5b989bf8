"""Suites as files: read, written, merged and clear about what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synth_eval.demo.simulated import simulated_table
from synth_eval.errors import UsageError
from synth_eval.rules import derive_to_file, merge_suites, read_suite, write_suite
from synth_eval.rules.suite import changes, flaw_of

NOT_NULL = "expect_column_values_to_not_be_null"
MINE = {
    "type": "expect_column_values_to_be_prime",
    "kwargs": {"column": "age"},
    "meta": {"owner": "the data team"},
}


def entry_about(suite: dict[str, Any], text: str) -> dict[str, Any]:
    (found,) = [e for e in suite["expectations"] if e.get("description", "") == text]
    return found


def test_what_people_wrote_is_kept_when_a_suite_is_derived_again(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    derive_to_file(simulated_table(4_000, 0), path)
    suite = read_suite(path)
    suite["expectations"].insert(2, MINE)  # a custom type that only its owner has
    suite["notes"] = "reviewed"
    suite["meta"]["owner"] = "the data team"
    taken_over = entry_about(suite, "age: from 16 to 90")
    del taken_over["meta"]["synth_eval"]
    taken_over["kwargs"]["max_value"] = 120
    write_suite(suite, path)

    derive_to_file(simulated_table(8_000, 1), path)
    again = read_suite(path)
    assert MINE in again["expectations"]
    assert (again["notes"], again["meta"]["owner"]) == ("reviewed", "the data team")
    assert again["meta"]["synth_eval"]["real_rows"] == 8_000
    ages = [
        e for e in again["expectations"]
        if e["type"] == "expect_column_values_to_be_between" and e["kwargs"]["column"] == "age"
    ]  # fmt: skip
    assert [e["kwargs"]["max_value"] for e in ages] == [120]
    kept = entry_about(again, "sex: never missing")
    assert kept["meta"]["synth_eval"]["real"]["rows"] == 8_000
    assert again["name"] == "people"


def test_a_rule_that_the_data_no_longer_keeps_goes() -> None:
    gone = {"type": NOT_NULL, "kwargs": {"column": "a"}, "meta": {"synth_eval": {}}}
    merged = merge_suites({"name": "s", "expectations": [gone]}, {"name": "s", "expectations": []})
    assert merged["expectations"] == []


def test_the_text_is_stable_without_identifiers_and_one_argument_a_line(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    entry = {"meta": {}, "kwargs": {"column": "é", "mostly": 1}, "type": NOT_NULL, "id": "4711"}
    write_suite({"name": "s", "expectations": [entry], "id": "4712"}, path)
    text = path.read_text(encoding="utf-8")
    assert "471" not in text
    assert '    "column": "é",\n    "mostly": 1\n' in text
    assert text.index('"type"') < text.index('"kwargs"') < text.index('"meta"')
    write_suite(read_suite(path), path)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "not valid JSON"),
        ("[1]", "the form Great Expectations writes"),
        ('{"name": "x", "expectations": {}}', "the form Great Expectations writes"),
        ("[" * 100_000, "nested too deeply"),
        (None, "cannot read expectations"),
    ],
)
def test_bad_files_are_one_sentence(tmp_path: Path, content: str | None, expected: str) -> None:
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=expected) as caught:
        read_suite(path)
    assert "bad.json" in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (5, "must be an object"),
        ({"kwargs": {}}, 'needs a "type"'),
        ({"type": NOT_NULL, "kwargs": []}, '"kwargs" must be an object'),
        ({"type": NOT_NULL, "kwargs": {}, "severity": "grave"}, "severity must be one of"),
        ({"type": NOT_NULL, "kwargs": {}, "meta": 3}, '"meta" must be an object'),
        ({"type": NOT_NULL, "kwargs": {}}, None),
    ],
)
def test_flaws_of_entries(entry: Any, expected: str | None) -> None:
    flaw = flaw_of(entry)
    assert (flaw is None) if expected is None else (flaw is not None and expected in flaw)


def test_the_old_name_of_a_type_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    entry = {"expectation_type": NOT_NULL, "kwargs": {"column": "a"}}
    content = {"expectation_suite_name": "old", "expectations": [entry]}
    path.write_text(json.dumps(content), encoding="utf-8")
    suite = read_suite(path)
    assert suite["name"] == "old"
    assert suite["expectations"][0]["type"] == NOT_NULL


def test_a_suite_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match=r"cannot write .*: "):
        derive_to_file(simulated_table(300), tmp_path / "file" / "suite.json")


def test_a_derivation_says_what_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    first = derive_to_file(simulated_table(4_000, 0), path)
    (head,) = changes(None, first)
    assert head == (
        f"{len(first['expectations'])} rules, "
        f"{sum(e['severity'] == 'critical' for e in first['expectations'])} of them critical, "
        "0 written by hand"
    )
    assert changes(first, derive_to_file(simulated_table(4_000, 0), path)) == [head]
    old = read_suite(path)
    gone, entry = old["expectations"].pop(-1), entry_about(old, "age: from 16 to 90")
    entry["kwargs"]["max_value"] = 70
    entry["description"] = "age: from 16 to 70"
    old["expectations"].append({**MINE, "meta": {"synth_eval": {}}})
    new = derive_to_file(simulated_table(4_000, 0), path)
    assert changes(old, new) == [
        head,
        f"+ {gone['description']} [{gone['severity']}]",
        "- expect_column_values_to_be_prime",
        "~ age: from 16 to 90 [critical] (was age: from 16 to 70 [critical])",
    ]
