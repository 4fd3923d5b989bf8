"""What the tests of privacy share: simulated rows and a shortcut to the results of some checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from synth_eval.data.load import load
from synth_eval.judging.panels import Panel
from synth_eval.judging.results import Result
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import VerdictWord, verdicts

Rows = dict[str, np.ndarray]


def normal_rows(rng: np.random.Generator, rows: int = 3000, shift: float = 0.0) -> np.ndarray:
    """Four dependent normal columns."""
    mix = np.array([[1, 0.5, 0, 0], [0, 1, 0.5, 0], [0, 0, 1, 0.5], [0, 0, 0, 1]])
    return rng.normal(shift, 1, size=(rows, 4)) @ mix


def as_table(values: np.ndarray | Rows | pa.Table) -> pa.Table:
    if isinstance(values, np.ndarray):
        values = {f"x{place}": column for place, column in enumerate(values.T)}
    return values if isinstance(values, pa.Table) else pa.table(values)


def make_patients(rng: np.random.Generator, rows: int = 2500) -> Rows:
    """People with a secret (ill), a column that follows from age (retired) and many towns."""
    age = rng.integers(18, 90, rows)
    return {
        "age": age,
        "pay": rng.lognormal(10, 1, rows).round(2),
        "height": rng.normal(170, 10, rows).round(1),
        "town": rng.choice([f"town {i}" for i in range(40)], rows),
        "retired": np.where(age > 66, "yes", "no"),
        "ill": rng.choice(["yes", "no"], rows, p=[0.4, 0.6]),
    }


def make_staff(rng: np.random.Generator, rows: int = 3000) -> Rows:
    """Three dependent numbers and a job."""
    size = rng.normal(size=rows)
    return {
        "height": 170 + 10 * size,
        "weight": 70 + 9 * size + rng.normal(0, 8, rows),
        "pay": rng.lognormal(10, 1, rows),
        "job": rng.choice(["clerk", "cook", "nurse"], rows),
    }


def jittered(values: Rows, rng: np.random.Generator) -> pa.Table:
    """Every number moved by a thousandth."""
    noisy = {
        name: column * (1 + 1e-3 * rng.normal(size=len(column))) if name != "job" else column
        for name, column in values.items()
    }
    return pa.table(noisy)


def judge(
    real: Any,
    synthetic: Any,
    holdout: Any,
    *codes: str,
    config: Config | None = None,
    **roles: Any,
) -> dict[str, Result]:
    """Results of the named checks by code; of all checks of privacy if none is named."""
    data = load(*(as_table(table) for table in (real, synthetic, holdout)), **roles)
    found = run(data, config=config or Config(neighbour_rows=2000), select_checks=codes or ["P"])
    return {result.code: result for result in found}


def word(found: dict[str, Result]) -> VerdictWord:
    return verdicts(list(found.values()))["privacy"].word


def assert_no_step_is_a_single_record(panel: Panel, records: int) -> None:
    """Curves may not rise by fewer than eleven records at a time."""
    for curve in panel.lines:
        if curve.name != "no leak":
            assert len(curve.y) < 40
            steps = np.diff([0.0, *curve.y, 1.0]) * records
            assert min(steps) > 10.5, curve.name
