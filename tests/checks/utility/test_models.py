"""U013, own estimators, tuning, several targets and declared regressions."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC

import synth_eval as se
from synth_eval.errors import UsageError
from synth_eval.judging.formulas import load_estimators, read_estimators, read_formula
from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config

SMALL = {"model_rows": 4000}


def row(result, name):
    return next(row for row in result.rows() if row["arm"] == name)


def shuffled_labels(table):
    labels = np.random.default_rng(0).permutation(np.array(table["label"].to_pylist()))
    return table.set_column(table.column_names.index("label"), "label", pa.array(labels))


@pytest.mark.parametrize("target", ["label", pytest.param("amount", marks=pytest.mark.slow)])
def test_every_family_fares_alike_on_fresh_rows(check, people, target):
    result = check("U013", people(2), target=target, config=Config(**SMALL))
    assert result.status in (Status.PASS, Status.INCONCLUSIVE)
    families = {"penalised linear", "gradient boosting", "random forest", "nearest neighbours",
                "neural network"}  # fmt: skip
    assert families <= {row["arm"] for row in result.rows()}
    for found in result.rows():
        assert found["gap"] == pytest.approx(found["estimate"] - found["reference"])
        assert found["gap_low"] <= 0.02
        assert found["gap_high"] >= -0.02
        assert found["seeds"] == 6


@pytest.mark.slow
def test_shuffled_labels_teach_no_family_anything(check, people):
    real = people(0, 8000)
    result = check("U013", shuffled_labels(people(2, 8000)), target="label", real=real)
    assert result.status is Status.WARN
    assert all(row["estimate"] < row["reference"] - 0.1 for row in result.rows())
    assert "surely do worse" in result.message


def test_fast_keeps_samples_small(check, people):
    result = check("U013", people(2), target="label", config=Config(depth="fast", **SMALL))
    assert result.n <= 4000 / 2.5 / 10
    full = check("U013", people(2), target="label", config=Config(**SMALL))
    assert full.n == 400


def test_own_estimators_stand_beside_the_families(check, people):
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3)
    own = {
        "mine": lambda: ExtraTreesClassifier(20),
        "search": search,
        "nothing": DummyClassifier,
        "line": LinearRegression(),
    }
    config = Config(estimators=load_estimators(own), **SMALL)
    result = check("U013", people(2), target="label", config=config)
    assert row(result, "mine")["own"]
    assert row(result, "mine")["estimate"] > 0.6
    assert row(result, "search")["reference"] > 0.7
    assert row(result, "nothing")["estimate"] == pytest.approx(0.5)
    assert "Left out: 'line'" in result.message
    assert not hasattr(search, "best_estimator_")  # what was given is never fitted itself
    again = check("U013", people(2), target="label", config=config)
    assert again.rows() == result.rows()


def test_an_estimator_that_breaks_is_named(check, people):
    class Broken(LogisticRegression):
        def fit(self, features, target):
            raise ValueError("no luck")

    config = Config(estimators={"odd": Broken()}, **SMALL)
    result = check("U013", people(2), target="label", config=config)
    assert result.status is Status.ERROR
    assert "model 'odd' could not be trained (ValueError: no luck)" in result.message


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
def test_unusable_estimators_are_refused_before_anything_runs(given, sentence, people):
    data = se.load(people(0, 50), people(2, 50), people(1, 50), target="label")
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


def test_a_classifier_without_probabilities_is_left_out_and_said(check, people):
    config = Config(estimators={"svc": LinearSVC()}, **SMALL)
    result = check("U013", people(2), target="label", config=config)
    assert "Left out: 'svc'" in result.message
    assert all(row["arm"] != "svc" for row in result.rows())


@pytest.mark.slow
def test_tuning_changes_the_models_and_nothing_else(check, people):
    plain = check("U001", people(2), target="label", config=Config(**SMALL))
    tuned = check("U001", people(2), target="label", config=Config(tuning=3, **SMALL))
    assert tuned.status is plain.status
    assert tuned.estimate.value != plain.estimate.value
    assert tuned.estimate.value == pytest.approx(plain.estimate.value, abs=0.03)
    with pytest.raises(UsageError, match="tuning"):
        Config(tuning=-1)


def test_several_targets_are_screened_one_by_one(check, people):
    config = Config(targets=("label", "amount"), **SMALL)
    result = check("U011", people(2), target="plan", config=config)
    assert {row["column"] for row in result.rows()} == {"label", "amount"}
    assert {row["score"] for row in result.rows()} == {"AUC", "R²"}


def test_declared_regression_is_run_at_any_depth(check, people, replaced):
    config = Config(regression="amount ~ age + job")
    fresh = check("U010", people(2), target=None, config=config)
    assert fresh.status is Status.PASS
    assert {row["column"] for row in fresh.rows()} == {"age", "job"}
    assert "too narrow" in fresh.message
    assert "83 %" in fresh.message
    broken = replaced(people(2), "amount", -people(2)["amount"].to_numpy())
    result = check("U010", broken, target=None, config=config)
    assert result.status is Status.WARN
    assert any(row["opposite_sign"] for row in result.rows())
    classes = check("U010", people(2), target=None, config=Config(regression="plan ~ age"))
    assert classes.status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("text", ["income", "income ~", "~ age", "a ~ b ~ c", "a ~ b + a", "a b `"])
def test_a_formula_that_cannot_be_read_is_refused(text):
    with pytest.raises(UsageError, match="regression"):
        Config(regression=text)


def test_names_with_signs_stand_between_backticks():
    formula = read_formula("`a + b` ~ `x~y`+hours per week")
    assert (formula.outcome, formula.predictors) == ("a + b", ("x~y", "hours per week"))


@pytest.mark.parametrize("given", [{"targets": ["nope"]}, {"regression": "label ~ nope"}])
def test_settings_that_name_an_absent_column_are_refused(given, people):
    data = se.load(people(0, 50), people(2, 50), people(1, 50))
    with pytest.raises(UsageError, match="'nope' is not in the real table"):
        se.evaluate(data, select=["V001"], reference_scores=False, **given)
