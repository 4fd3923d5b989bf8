"""P010: a declared epsilon against what the attacks prove."""

from __future__ import annotations

import numpy as np
import pytest

from synth_eval.judging.results import Status
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import VerdictWord
from tests.checks.privacy.support import judge, normal_rows, word


def declared(epsilon: float) -> Config:
    return Config(neighbour_rows=2000, declared_epsilon=epsilon)


def test_refuted_by_copies_with_the_bound_of_the_guesses() -> None:
    """The bound is ln(L / (1 - L)), L Clopper and Pearson's bound of right guesses."""
    from scipy.stats import beta

    rng = np.random.default_rng(9)
    real, holdout = normal_rows(rng), normal_rows(rng)
    found = judge(real, real, holdout, "P010", config=declared(1.0))["P010"]
    assert found.status is Status.FAIL
    assert "refuted" in found.message
    correct, guesses = (
        int(word.replace(",", ""))
        for word in found.message.partition("(")[2].partition(" guesses")[0].split(" of ")
    )
    low = beta.ppf(0.05, correct, guesses - correct + 1)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(np.log(low / (1 - low)), abs=1e-6)


def test_go_where_nothing_contradicts() -> None:
    rng = np.random.default_rng(1)
    found = judge(*(normal_rows(rng) for _ in range(3)), config=declared(1.0))
    assert found["P010"].status is Status.PASS
    assert {r.status for r in found.values()} <= {Status.PASS, Status.NOT_APPLICABLE}
    assert word(found) is VerdictWord.GO


def test_too_large_to_be_tested() -> None:
    rng = np.random.default_rng(1)
    found = judge(*(normal_rows(rng) for _ in range(3)), "P010", config=declared(30.0))
    assert found["P010"].status is Status.INCONCLUSIVE


def test_nothing_declared() -> None:
    rng = np.random.default_rng(1)
    found = judge(*(normal_rows(rng, 300) for _ in range(3)), "P010")
    assert found["P010"].status is Status.NOT_APPLICABLE
