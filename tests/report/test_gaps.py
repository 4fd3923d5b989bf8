"""What a report says it cannot speak about."""

from __future__ import annotations

import json

import pyarrow as pa

import synth_eval as se
from synth_eval.report.page.gaps import doubtful_kinds, not_evaluated


def test_kinds_and_roles_that_no_check_reads_are_named() -> None:
    rows = 200
    table = pa.table(
        {
            "story": [f"this is story number {number}" for number in range(rows)],
            "face": [[float(number), 1.0] for number in range(rows)],
            "day": [number % 7 for number in range(rows)],
            "who": [f"person {number % 20}" for number in range(rows)],
            "town": ["a", "b"] * (rows // 2),
        }
    )
    data = se.load(
        table, table, table, target="town", secret="town", group="town", entity="who", order="day"
    )
    evaluation = se.evaluate(data, select=["V001"], depth="fast", progress=False)
    said = {
        gap.what: (gap.why, [name for name, _ in gap.parts]) for gap in not_evaluated(evaluation)
    }
    for what, column in {
        "Text columns": "story", "Vector columns": "face", "Role group": "town",
        "Role entity": "who", "Role order": "day",
    }.items():  # fmt: skip
        why, columns = said[what]
        assert columns == [column]
        assert why.startswith("No check ")
    assert not {"Role target", "Role secret"} & set(said)
    assert "No check reads vectors yet" in repr(evaluation)
    assert "No check reads vectors yet" in evaluation.to_html()


def test_kinds_that_are_guesses_stand_first_with_the_line_that_corrects_them() -> None:
    rows = 200
    columns = {f"x{place}": ["slip", *map(str, range(rows - 1))] for place in range(4)}
    table = pa.table({"y": [1, 2] * (rows // 2), **columns})
    evaluation = se.evaluate(
        se.load(table, table, table, target="y"), select=["V001"], depth="fast", progress=False
    )
    gaps = doubtful_kinds(evaluation)
    assert [gap.what for gap in gaps] == [
        "y, read as categorical", *(f"x{place}, read as numerical" for place in range(4)),
    ]  # fmt: skip
    assert "2 distinct whole numbers" in gaps[0].why
    assert "1 of 200 cells (0.50 %) cannot be read as numerical" in gaps[1].why
    line = gaps[1].why.split("`")[1]
    corrected = se.load(table, table, schema=json.loads(line)).schema
    assert corrected["x0"].kind == "categorical"
    page, text, markdown = evaluation.to_html(), repr(evaluation), evaluation.to_markdown()
    for form in (page, text, markdown):
        assert form.index("read as categorical") < form.index("Not evaluated")
        assert "slip" not in form
    assert page.index("Kinds of columns to confirm") < page.index(">Verdicts<")
    assert "<summary>2 more</summary>" in page
    assert not doubtful_kinds(se.evaluate(
        se.load(table, table, schema=evaluation.schema), select=["V001"], progress=False
    ))  # fmt: skip
