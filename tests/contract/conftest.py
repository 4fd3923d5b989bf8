"""Runs of all checks, made once."""

from __future__ import annotations

from typing import Any

import pytest

import synth_eval as se
from synth_eval.judging.results import Result
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

STANDARD = Config(model_rows=3_000, neighbour_rows=1_000)
SMALL = Config(model_rows=1_000, neighbour_rows=500, depth="fast")
"""For what is run many times; the standard depth runs once, and more often in slow tests."""


@pytest.fixture(scope="session")
def evaluate_all():
    """Run every check and return the results by code."""

    def evaluate(real: Any, synthetic: Any, holdout: Any = None, **options: Any):
        options.setdefault("target", "approved")
        select = options.pop("select", ())
        config = options.pop("config", SMALL)
        data = se.load(real, synthetic, holdout, **options)
        return {found.code: found for found in run(data, config=config, select_checks=select)}

    return evaluate


@pytest.fixture(scope="session")
def baseline(evaluate_all, people, copula_rows) -> dict[str, Result]:
    """All checks on the simulated people and a decent generator's rows, small."""
    return evaluate_all(people["real"], copula_rows, people["holdout"])


@pytest.fixture(scope="session")
def standard(evaluate_all, people, copula_rows) -> dict[str, Result]:
    """The same at the standard depth."""
    return evaluate_all(people["real"], copula_rows, people["holdout"], config=STANDARD)


@pytest.fixture(
    scope="session", params=["baseline", pytest.param("standard", marks=pytest.mark.slow)]
)
def results(request) -> dict[str, Result]:
    """Results of all checks at the fast depth, and in slow tests at the standard depth."""
    return request.getfixturevalue(request.param)
