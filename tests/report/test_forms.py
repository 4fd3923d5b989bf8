"""The same result as JUnit, tidy numbers, JSON Schema and PDF."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest

from synth_eval.api import evaluate
from synth_eval.command import main as cli
from synth_eval.demo import demo_data
from synth_eval.errors import UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.judging.results import Status
from synth_eval.judging.versions import items_of_rows
from synth_eval.report.forms.forms import (
    FORMS,
    check_forms,
    render_csv,
    results_schema,
    write_forms,
)
from synth_eval.report.forms.junit import render_junit
from synth_eval.report.forms.numbers import COLUMNS, number_rows
from synth_eval.report.forms.pdf import VARIABLE, find_browser


def junit(evaluation):
    return ET.fromstring(render_junit(evaluation))


def case(root, code):
    [found] = [c for c in root.iter("testcase") if c.get("name").startswith(code)]
    return found


def test_junit_has_a_case_per_check_with_its_outcome(evaluation):
    root = junit(evaluation)
    assert len(list(root.iter("testcase"))) == len(evaluation)
    assert [child.tag for child in case(root, "V001")] == []
    assert [child.tag for child in case(root, "F001")] == ["failure"]
    assert "worst age: 0.2" in case(root, "F001").find("failure").get("message")
    assert "estimate 0.0671 [0.0651, 0.0702]" in case(root, "F001").find("failure").text
    assert [child.tag for child in case(root, "P999")] == ["error"]
    assert case(root, "P001").find("skipped").get("message").startswith("no holdout")
    assert case(root, "F004").find("system-out").text.startswith("warn: pairs")
    assert case(root, "C001").find("system-out").text.startswith("inconclusive: levels")


def test_junit_counts_what_it_holds_and_has_the_usual_form(evaluation):
    root = junit(evaluation)
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped", "time"} <= set(suite.attrib)
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
        assert suite.get("timestamp") == "2026-03-01T12:00:00"
        for found in suite:
            assert set(found.attrib) == {"classname", "name", "time"}
            assert {c.tag for c in found} <= {"failure", "error", "skipped", "system-out"}
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("7", "1", "1")


def test_junit_agrees_with_the_gate_for_every_purpose(evaluation):
    for purpose in ("", "model-training", "software-testing", "sharing", "augmentation"):
        asked = replace(evaluation, purpose=purpose)
        root = junit(asked)
        stopped = len(list(root.iter("failure"))) + len(list(root.iter("error")))
        assert stopped == len(asked.at_or_above("fail")), purpose
    aside = case(junit(replace(evaluation, purpose="augmentation")), "F001")
    assert aside.find("system-out").text.startswith("fail (not decisive for the declared purpose)")


def test_junit_survives_hostile_names_and_control_characters(hostile):
    root = junit(hostile)
    assert "<script>alert(1)</script>" in case(root, "F001").find("failure").get("message")
    [found] = [r for r in hostile.results if r.code == "F001"]
    odd = replace(hostile, results=[replace(found, message="bell \x07 and \ud800 and \ufffe")])
    assert case(junit(odd), "F001").find("failure").get("message") == "bell � and � and �"


def test_numbers_are_one_row_per_number(evaluation):
    rows = number_rows(evaluation)
    assert all(list(row) == list(COLUMNS) for row in rows)
    [whole] = [row for row in rows if row["check"] == "F001" and not row["item"]]
    assert whole["estimate"] == 0.0671234
    assert (whole["low"], whole["high"], whole["reference"]) == (0.0651, 0.0702, 0.0112)
    assert (whole["threshold"], whole["n"], whole["status"]) == (0.05, 5000, "fail")
    [age] = [
        r for r in rows if (r["check"], r["item"], r["quantity"]) == ("F001", "age", "estimate")
    ]
    assert (age["estimate"], age["reference"]) == (0.2, 0.0123456789)
    quantities = {row["quantity"] for row in rows if row["item"] == "age"}
    assert {"estimate", "expected", "worth"} <= quantities
    codes = [row["check"] for row in rows]
    assert sorted(set(codes), key=codes.index) == [r.code for r in evaluation.results]


def test_numbers_with_intervals_of_their_own_keep_them():
    base = Evaluation([]).results
    from synth_eval.judging.results import Result

    row = {"arm": "copies", "estimate": 0.3, "excess": 0.1, "excess_low": 0.05,
           "excess_high": 0.2, "is_sure": True, "note": "x"}  # fmt: skip
    result = Result("P004", "attack", "privacy", Status.PASS, "m", items=items_of_rows([row]))
    rows = {r["quantity"]: r for r in number_rows(Evaluation([*base, result])) if r["item"]}
    assert set(rows) == {"estimate", "excess"}
    assert (rows["excess"]["low"], rows["excess"]["high"]) == (0.05, 0.2)


def test_csv_and_parquet_hold_the_same_and_run_no_formula(hostile, tmp_path):
    write_forms(hostile, tmp_path, ["csv", "parquet"])
    with (tmp_path / "numbers.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "numbers.parquet").to_pylist()
    assert len(lines) == len(table) == len(number_rows(hostile))
    assert not [line for line in lines if line["item"].startswith(("=", "+", "-", "@"))]
    assert [line for line in lines if line["item"].startswith("'=HYPERLINK")]
    assert [row for row in table if row["item"].startswith("=HYPERLINK")]
    for line, row in zip(lines, table, strict=True):
        assert line["estimate"] == ("" if row["estimate"] is None else repr(row["estimate"]))


def test_csv_of_nothing_has_its_heads():
    assert next(csv.reader(io.StringIO(render_csv(Evaluation([]))))) == list(COLUMNS)


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(results_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_real_output_fits_the_published_schema(validator):
    found = evaluate(
        demo_data("simulated"), depth="fast",
        select=["V001", "V003", "F002", "F007", "C001", "P001", "P007", "U012"],
        purpose="sharing", reference_scores=False, progress=False,
    )  # fmt: skip
    validator.validate(json.loads(found.to_json()))


def test_made_up_output_fits_and_wrong_output_does_not(validator, evaluation, hostile):
    for good in (evaluation, hostile, Evaluation([])):
        validator.validate(json.loads(good.to_json()))
    record = json.loads(evaluation.to_json())
    for spoil in (
        lambda r: r.pop("verdicts"),
        lambda r: r.update(schema_version=3),
        lambda r: r["results"][0].update(status="fine"),
        lambda r: r["results"][0]["estimate"].update(value=None),
        lambda r: r["results"][0]["threshold"].pop("basis"),
        lambda r: r["verdicts"]["utility"].update(word="MAYBE"),
    ):
        bad = json.loads(json.dumps(record))
        spoil(bad)
        assert not validator.is_valid(bad)


def test_markdown_and_junit_are_written_as_they_are_rendered(evaluation, tmp_path):
    written = evaluation.save(tmp_path, also=["markdown", "junit", "junit"])
    assert [path.name for path in written][-2:] == ["summary.md", "junit.xml"]
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == evaluation.to_markdown()
    assert (tmp_path / "junit.xml").read_text(encoding="utf-8") == render_junit(evaluation)


def test_unknown_form_is_a_usage_error_with_the_known_ones(evaluation, tmp_path):
    with pytest.raises(UsageError, match="no form 'docx'; there are markdown, junit, csv, parquet"):
        evaluation.save_forms(tmp_path, ["docx"])
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_the_sentence_says_what_to_do(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(UsageError, match="no browser to print a PDF with: install Chromium or"):
        check_forms(["pdf"])
    table = tmp_path / "real.csv"
    table.write_text("a\n1\n")
    assert cli.main(["report", str(table), str(table), "--also", "pdf"]) == 2
    assert "no browser to print a PDF" in capsys.readouterr().err


def test_browser_that_prints_nothing_is_told(monkeypatch, tmp_path, evaluation):
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\necho 'out of ink' >&2\n")
    browser.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(browser))
    with pytest.raises(UsageError, match="browser could not print the PDF: out of ink"):
        evaluation.save_forms(tmp_path, ["pdf"])


@pytest.mark.slow
def test_pdf_has_pages_and_its_figures(evaluation, tmp_path):
    try:
        find_browser()
    except UsageError:
        pytest.skip("no chromium is installed: apt-get install chromium")
    evaluation.save_forms(tmp_path, ["pdf"])
    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= 2
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


def test_forms_are_told_in_the_help(capsys):
    with pytest.raises(SystemExit):
        cli.main(["report", "--help"])
    text = capsys.readouterr().out
    assert all(form in text for form in FORMS)


def test_command_also_writes_forms(tmp_path, monkeypatch, evaluation, capsys):
    from synth_eval.job import notebook

    def make_report(parameters, out, **_):
        evaluation.save(out)
        return Path(out) / "report.html"

    monkeypatch.setattr(notebook, "make_report", make_report)
    table = tmp_path / "real.csv"
    table.write_text("a\n1\n")
    out = tmp_path / "out"
    words = [str(table), str(table), "--out", str(out), "--also", "markdown,junit,csv,parquet"]
    assert cli.main(["report", *words]) == 1
    assert {"summary.md", "junit.xml", "numbers.csv", "numbers.parquet"} < {
        path.name for path in out.iterdir()
    }
    assert f"Also: {out / 'junit.xml'}" in capsys.readouterr().out
