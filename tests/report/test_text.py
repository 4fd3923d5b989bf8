"""Plain text for shells, Markdown for pull requests."""

from __future__ import annotations

from synth_eval.evaluation import Evaluation
from synth_eval.report.forms.text import render_markdown, render_result_text, render_text


def test_text_says_the_verdicts_findings_and_gaps(evaluation: Evaluation) -> None:
    text = repr(evaluation)
    assert text == render_text(evaluation)
    for told in ("NO-GO", "✗ F001 worst age", "Passed: V001, U001", "– Fairness, text,"):
        assert told in text
    assert text.index("✗ F001") < text.index("! P999") < text.index("▲ F004") < text.index("? C001")
    assert max(map(len, text.splitlines())) <= 88


def test_text_of_one_result_has_its_quadruple(evaluation: Evaluation) -> None:
    text = repr(evaluation["F001"])
    assert text == render_result_text(evaluation["F001"].result)
    for told in ("0.0671 [0.0651, 0.0702] at 0.95", "0.0112, holdout", "0.05, mean", "5,000"):
        assert told in text
    assert "2 more in .frame()" in text


def test_control_characters_of_names_never_reach_a_terminal(hostile: Evaluation) -> None:
    for text in (render_text(hostile), render_result_text(hostile["F004"].result)):
        assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_markdown_is_inert_and_keeps_its_table(hostile: Evaluation) -> None:
    text = render_markdown(hostile)
    assert "<script" not in text
    assert "<img" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(hostile.verdicts)
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)


def test_markdown_lists_findings_and_gaps(evaluation: Evaluation) -> None:
    text = render_markdown(evaluation)
    assert "| fidelity | **NO-GO** |" in text
    assert "- ✗ **fail** F001: worst age: 0.2" in text
    assert "- Fairness, text, sequences" in text
