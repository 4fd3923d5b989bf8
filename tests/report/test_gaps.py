"""What a report says it cannot speak about."""

from __future__ import annotations

import pyarrow as pa

import synth_eval as se
from synth_eval.report.page.gaps import not_evaluated


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
