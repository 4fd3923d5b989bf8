"""A purpose decides which dimensions gate; it changes no verdict and hides none."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from synth_eval.api import evaluate
from synth_eval.command.arguments import build_parser
from synth_eval.demo import demo_data
from synth_eval.errors import UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.purposes import PURPOSES, purpose_of
from synth_eval.judging.results import Result, Status
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import VerdictWord, verdicts
from synth_eval.report.forms.text import render_markdown
from synth_eval.report.page.html import render_page, render_snippet
from synth_eval.report.page.view import headline

UTILITY = Result("U001", "tstr_auc", "utility", Status.FAIL, "Models learn nothing.")
RULES = Result("V003", "rule_violations", "validity", Status.PASS, "Rules are kept.")


@pytest.mark.parametrize("name", PURPOSES)
def test_each_purpose_speaks_of_every_dimension_once_with_a_basis(name: str) -> None:
    purpose = PURPOSES[name]
    assert any(purpose.decides(dimension) for dimension in dimensions())
    for dimension, declared in dimensions().items():
        assert {*declared.decides, *declared.aside} == set(PURPOSES)
        assert len(purpose.basis(dimension)) > 20
        assert purpose.decides(dimension) == (name in declared.decides)


def test_purposes_differ() -> None:
    for one, other in itertools.combinations(PURPOSES.values(), 2):
        assert [one.decides(d) for d in dimensions()] != [other.decides(d) for d in dimensions()]


def test_without_a_purpose_and_for_unnamed_dimensions_everything_decides() -> None:
    assert all(purpose_of(None).decides(dimension) for dimension in dimensions())
    assert PURPOSES["sharing"].decides("a dimension of tomorrow")


@pytest.mark.parametrize("call", [purpose_of, lambda name: Config(purpose=name)])
def test_unknown_purpose_is_a_usage_error_with_the_known_ones(call) -> None:
    with pytest.raises(UsageError, match=r"unknown purpose 'science'; one of model-training, soft"):
        call("science")


def test_unknown_purpose_on_the_command_line_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as stopped:
        build_parser().parse_args(["report", "a", "b", "--purpose", "science"])
    assert stopped.value.code == 2


def test_purpose_changes_no_verdict_and_marks_the_decisive_ones() -> None:
    plain, tests = (verdicts([UTILITY], purpose_of(n)) for n in ("", "software-testing"))
    assert plain["utility"].word == tests["utility"].word == VerdictWord.NO_GO
    assert plain["utility"].reason == tests["utility"].reason
    assert (plain["utility"].decisive, tests["utility"].decisive) == (True, False)
    assert tests["utility"].basis == "no model is trained on the rows"


@pytest.mark.parametrize(("name", "stopped"), [("", 1), ("model-training", 1), ("sharing", 0)])
def test_gate_stops_on_decisive_dimensions_alone(name: str, stopped: int) -> None:
    assert len(Evaluation([UTILITY, RULES], purpose=name).at_or_above("fail")) == stopped


def test_headline_keeps_what_is_not_decisive_in_sight() -> None:
    core = (replace(RULES, code=code) for code in ("V001", "V002"))
    sentence = headline(Evaluation([UTILITY, RULES, *core], purpose="software-testing"))
    assert sentence == (
        "Software testing: CANNOT TELL for coverage and privacy; GO for validity. "
        "Not decisive for it: fidelity (CANNOT TELL), utility (NO-GO)."
    )


def test_every_form_marks_what_is_not_decisive() -> None:
    evaluation = Evaluation([UTILITY, RULES], purpose="software-testing")
    page = render_page(evaluation)
    assert "Not decisive for software testing: no model is trained on the rows" in page
    assert "Decides for software testing: test systems are open" in page
    assert page.count('<li class="aside">') == 2
    assert "Not decisive for it:" not in page
    assert "not decisive for this purpose:" in render_snippet(evaluation)
    assert "| utility | NO-GO, not decisive |" in render_markdown(evaluation)
    assert "(not decisive for this purpose)" in repr(evaluation)
    without = Evaluation([UTILITY, RULES])
    for text in (render_snippet(without), render_markdown(without), repr(without)):
        assert "decisive" not in text
    assert 'class="aside"' not in render_page(without)


def test_purpose_survives_json_and_comes_from_configuration_or_call() -> None:
    data = demo_data("simulated")
    config = Config(purpose="sharing")
    given = {"select": ["V001"], "reference_scores": False, "progress": False}
    found = evaluate(data, config=config, **given)
    assert found.purpose == "sharing"
    assert found.provenance["settings"]["purpose"] == "sharing"
    assert evaluate(data, config=config, purpose="augmentation", **given).purpose == "augmentation"
    record = found.to_dict()
    assert record["verdicts"]["utility"]["decisive"] is False
    assert Evaluation.from_dict(record).verdicts == found.verdicts
    del record["purpose"]  # a file of an earlier version
    assert Evaluation.from_dict(record).purpose == ""
