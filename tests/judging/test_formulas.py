"""Models, targets and regressions that people declare: read, or refused in one sentence."""

from __future__ import annotations

import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.errors import UsageError
from synth_eval.judging.formulas import load_estimators, read_estimators, read_formula
from synth_eval.judging.settings import Config


@pytest.fixture(scope="module")
def data() -> se.Data:
    table = pa.table({"age": list(range(50)), "label": ["yes", "no"] * 25})
    return se.load(table, table, table, target="label")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"a": "sklearn.linear_model"}, "'sklearn.linear_model' is not of the form module:name"),
        ({"a": "no_such_module:thing"}, "cannot be imported .*installed, or its folder named"),
        ({"a": "sklearn.linear_model:NoSuch"}, "cannot be imported"),
        ({"a": 3}, "is a int without fit and get_params and predict"),
        ({"a": lambda: 1 / 0}, "cannot be made: ZeroDivisionError"),
    ],
)
def test_unusable_estimators_are_refused_before_anything_runs(given, sentence, data):
    with pytest.raises(UsageError, match=sentence):
        se.evaluate(data, estimators=given, select=["V001"], reference_scores=False)


def test_estimators_by_import_path_and_from_a_file(tmp_path):
    words = ["sklearn.linear_model:LogisticRegression", "mine=sklearn.dummy:DummyClassifier"]
    found = load_estimators(read_estimators(words))
    assert [type(value).__name__ for value in found.values()] == [
        "LogisticRegression", "DummyClassifier",
    ]  # fmt: skip
    assert list(found) == [words[0], "mine"]
    file = tmp_path / "c.toml"
    file.write_text('[estimators]\nmine = "sklearn.dummy:DummyClassifier"\n')
    assert Config.from_file(file).estimators == {"mine": "sklearn.dummy:DummyClassifier"}
    file.write_text('[estimators]\nmine = "sklearn dummy"\n')
    with pytest.raises(UsageError, match="not of the form"):
        Config.from_file(file)


@pytest.mark.parametrize("text", ["income", "income ~", "~ age", "a ~ b ~ c", "a ~ b + a", "a b `"])
def test_a_formula_that_cannot_be_read_is_refused(text):
    with pytest.raises(UsageError, match="regression"):
        Config(regression=text)


def test_names_with_signs_stand_between_backticks():
    formula = read_formula("`a + b` ~ `x~y`+hours per week")
    assert (formula.outcome, formula.predictors) == ("a + b", ("x~y", "hours per week"))


@pytest.mark.parametrize("given", [{"targets": ["nope"]}, {"regression": "label ~ nope"}])
def test_settings_that_name_an_absent_column_are_refused(given, data):
    with pytest.raises(UsageError, match="'nope' is not in the real table"):
        se.evaluate(data, select=["V001"], reference_scores=False, **given)
