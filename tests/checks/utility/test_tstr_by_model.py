"""U013: several models, own estimators and what is left out."""

import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC

from synth_eval.judging.formulas import load_estimators
from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from tests.checks.utility.support import flipped

SMALL = {"model_rows": 4000}


def row(result, name):
    return next(row for row in result.rows() if row["arm"] == name)


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
    result = check("U013", flipped(people(2, 8000), 1.0), target="label", real=real)
    assert result.status is Status.WARN
    assert all(row["estimate"] < row["reference"] - 0.1 for row in result.rows())
    assert "surely do worse" in result.message


def test_fast_keeps_samples_small(check, people):
    result = check("U013", people(2), target="label", config=Config(depth="fast", **SMALL))
    assert result.n <= 4000 / 2.5 / 10
    full = check("U013", people(2), target="label", config=Config(**SMALL))
    assert full.n == 400


def own_models():
    return {
        "mine": lambda: ExtraTreesClassifier(20),
        "search": GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3),
        "nothing": DummyClassifier,
        "line": LinearRegression(),
    }


def test_own_estimators_stand_beside_the_families(check, people):
    own = own_models()
    config = Config(estimators=load_estimators(own), **SMALL)
    result = check("U013", people(2), target="label", config=config)
    assert row(result, "mine")["own"]
    assert row(result, "mine")["estimate"] > 0.6
    assert row(result, "search")["reference"] > 0.7
    assert row(result, "nothing")["estimate"] == pytest.approx(0.5)
    assert "Left out: 'line'" in result.message
    assert not hasattr(own["search"], "best_estimator_")  # what was given is never fitted itself


@pytest.mark.slow
def test_own_estimators_give_the_same_numbers_again(check, people):
    config = Config(estimators=load_estimators(own_models()), **SMALL)
    first = check("U013", people(2), target="label", config=config)
    anew = {"real": people(0).slice(0), "target": "label"}  # another object: nothing is kept
    again = check("U013", people(2).slice(0), config=config, **anew)
    assert again.rows() == first.rows()


def test_an_estimator_that_breaks_is_named(check, people):
    class Broken(LogisticRegression):
        def fit(self, features, target):
            raise ValueError("no luck")

    config = Config(estimators={"odd": Broken()}, **SMALL)
    result = check("U013", people(2), target="label", config=config)
    assert result.status is Status.ERROR
    assert "model 'odd' could not be trained (ValueError: no luck)" in result.message


def test_a_classifier_without_probabilities_is_left_out_and_said(check, people):
    config = Config(estimators={"svc": LinearSVC()}, **SMALL)
    result = check("U013", people(2), target="label", config=config)
    assert "Left out: 'svc'" in result.message
    assert all(row["arm"] != "svc" for row in result.rows())
