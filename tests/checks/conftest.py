"""Published and planted tables beside adult, judged by a few checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import synth_eval as se
from synth_eval.judging.results import Result
from synth_eval.judging.run import run


@pytest.fixture(scope="session")
def planted(shared_data: Path) -> Callable[..., dict[str, Result]]:
    """Results by code: ``planted("mode_collapse", "F008", "F012")``."""
    real = shared_data / "mostly2023" / "adult_trn.csv.gz"
    holdout = pq.read_table(shared_data / "planted" / "adult_control.parquet")

    def results(name: str, *codes: str) -> dict[str, Result]:
        table = shared_data / "planted" / f"adult_{name}.parquet"
        found = run(se.load(real, table, holdout, target="income"), select_checks=codes)
        return {entry.code: entry for entry in found}

    return results
