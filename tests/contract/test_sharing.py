"""What is made once for many tables, or many runs, changes no number of any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sklearn.tree import DecisionTreeClassifier

import synth_eval as se
from synth_eval.checks.utility import _experiment
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Threshold
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.stats import arms
from tests.contract.conftest import SMALL

SOME = [code for code, spec in available_checks().items() if spec.cost != "counts"][::3]
"""A third of what draws at random and fits models; the others in slow tests."""
ALL = ["copula", "half", "without", "fresh"]

FULL = Config(model_rows=800, neighbour_rows=400, depth="full")


def said(data: se.Data, config: Config, *select: str) -> dict[str, Any]:
    """Everything that the checks say, but their time."""
    results = run(data, config=config, select_checks=select)
    return {result.code: replace(result, seconds=0.0).to_dict() for result in results}


@pytest.fixture(scope="module")
def tables(people, copula_rows) -> dict[str, Any]:
    """Synthetic tables of different size and with different columns."""
    return {
        "copula": copula_rows,
        "half": copula_rows.slice(0, 1_400),
        "without": copula_rows.drop_columns(["region", "income_work"]),
        "fresh": people["fresh"],
    }


def alone(people: Mapping[str, Any], table: Any) -> se.Data:
    return se.load(people["real"], table, people["holdout"], target="approved")


@pytest.mark.parametrize(
    ("config", "beside", "select"),
    [
        (SMALL, ["without"], SOME),
        pytest.param(SMALL, ALL, (), marks=pytest.mark.slow),
        pytest.param(FULL, ALL, (), marks=pytest.mark.slow),
    ],
)
def test_a_table_says_the_same_beside_others(people, tables, config, beside, select):
    shared = alone(people, tables["fresh"])
    said(shared, config, *select)
    for name in beside:
        expected = said(alone(people, tables[name]), config, *select)
        found = said(shared.with_synthetic(tables[name]), config, *select)
        for code, result in expected.items():
            assert found[code] == result, (name, code)


OTHER: Mapping[str, Any] = {
    "seed": 3,
    "alpha": 0.01,
    "model_rows": 700,
    "neighbour_rows": 300,
    "small_cell": 40,
    "depth": "standard",
    "tuning": 2,
    "targets": ("sex",),
    "regression": "approved ~ age + sex",
    "estimators": {"tree": DecisionTreeClassifier(max_depth=2)},
    "margins": {
        **SMALL.margins,
        "utility.floor": Threshold(100.0, "another"),
        "utility.go": Threshold(400.0, "another"),
        "fidelity.mean_table": Threshold(600.0, "another"),
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("setting", OTHER)
def test_another_setting_finds_nothing_of_the_first(people, tables, setting):
    """A key that forgets a setting would answer with the numbers of the run before."""
    config = replace(SMALL, **{setting: OTHER[setting]})
    used = alone(people, tables["copula"])
    said(used, SMALL)
    assert said(used, config) == said(alone(people, tables["copula"]), config)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["seed", "model_rows", "small_cell", "tuning", "margins"])
def test_another_setting_finds_nothing_of_the_first_at_full_depth(people, tables, setting):
    config = replace(FULL, **{setting: OTHER[setting]})
    used = alone(people, tables["copula"])
    said(used, FULL, "utility")
    assert said(used, config, "utility") == said(alone(people, tables["copula"]), config, "utility")


def test_another_seed_finds_nothing_of_the_first(people, tables):
    config = replace(SMALL, seed=3)
    used = alone(people, tables["copula"])
    said(used, SMALL, *SOME)
    assert said(used, config, *SOME) == said(alone(people, tables["copula"]), config, *SOME)


def test_ones_own_model_is_not_taken_for_another_of_its_name(people, tables):
    used = alone(people, tables["copula"])
    scores = []
    for depth in (1, 6, 1):
        own = {"mine": DecisionTreeClassifier(max_depth=depth, random_state=0)}
        config = replace(SMALL, model_rows=2_000, estimators=own)
        items = said(used, config, "U013")["U013"]["items"]
        scores.append([item["estimate"] for item in items if item["names"] == ["mine"]])
    assert len(scores[0]) == 1
    assert scores[0] != scores[1]
    assert scores[0] == scores[2]


def test_models_of_real_rows_are_fitted_for_the_first_table_alone(people, tables, monkeypatch):
    names: list[str] = []
    for function in ("fit_jackknife", "fit_samples"):
        original = getattr(arms, function)

        def counted(name, *given, _original=original, **more):
            names.append(name)
            return _original(name, *given, **more)

        monkeypatch.setattr(_experiment, function, counted)
    first = alone(people, tables["copula"])
    said(first, SMALL, "U001")
    assert "real rows, as many" in names
    assert "250 real rows" in names
    names.clear()
    said(first.with_synthetic(people["fresh"]), SMALL, "U001")
    assert names == ["synthetic rows"]
