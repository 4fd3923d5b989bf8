"""Tables that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import Data, load
from synth_eval.data.split import split
from synth_eval.demo import SYNTHESIZERS, simulated_table

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of published tables; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("SYNTH_EVAL_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"published tables are not here: no folder {folder.name} beside the checkout")
    return folder


@pytest.fixture(scope="session")
def people() -> dict[str, pa.Table]:
    """A simulated person table split into real (3,000 rows), holdout and fresh rows."""
    real, rest = split(simulated_table(9_000, seed=11), holdout=2 / 3, seed=1)
    holdout, fresh = split(rest, holdout=0.5, seed=2)
    return {"real": real, "holdout": holdout, "fresh": fresh}


@pytest.fixture(scope="session")
def copula_rows(people: dict[str, pa.Table]) -> pa.Table:
    """Synthetic rows of a decent generator over `people`."""
    return SYNTHESIZERS["copula"](people["real"], 3_000, np.random.default_rng(5))


def replace_column(table: pa.Table, name: str, values: object) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values))


@pytest.fixture(scope="session")
def simulated() -> Data:
    """Real, holdout and a synthetic table with 40 husbands and 37 sums planted wrong."""
    real, holdout = simulated_table(8_000, 0), simulated_table(4_000, 1)
    rows = simulated_table(4_000, 2)
    sex = np.array(rows.column("sex").to_pylist())
    husbands = np.flatnonzero(np.array(rows.column("relationship").to_pylist()) == "Husband")
    sex[husbands[:40]] = "Female"
    total = rows.column("income_total").to_numpy().copy()
    total[:37] += 1
    rows = replace_column(replace_column(rows, "sex", sex), "income_total", total)
    return load(real, rows, holdout)
