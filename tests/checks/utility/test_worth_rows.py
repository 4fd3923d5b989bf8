"""The margins of utility, set on adult, judge another table as they should."""

import numpy as np
import pyarrow.csv
import pytest

from synth_eval.data.load import load
from synth_eval.judging.results import Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config


@pytest.fixture(scope="module")
def bank(shared_data):
    """Real rows of bank-marketing, fresh real rows, and rows to test on."""
    stem = str(shared_data / "platzer2021" / "bank-marketing_")
    real, unseen = (pyarrow.csv.read_csv(f"{stem}{name}.csv.gz") for name in ("trn", "val"))
    order = np.random.default_rng(0).permutation(unseen.num_rows)
    return stem, real, unseen.take(order[:11_000]), unseen.take(order[11_000:])


def shuffled(table):
    order = np.random.default_rng(1).permutation(table.num_rows)
    place = table.schema.get_field_index("y")
    return table.set_column(place, "y", table["y"].take(order))


slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("fresh rows", Status.PASS),
        ("shuffled labels", Status.FAIL),
        pytest.param("mostly", Status.PASS, marks=slow),
        pytest.param("synthpop", Status.PASS, marks=slow),
        pytest.param("flip10", Status.PASS, marks=slow),
        pytest.param("flip50", Status.WARN, marks=slow),  # half of the cells drawn anew
    ],
)
def test_bank_marketing(bank, name, status):
    stem, real, fresh, holdout = bank
    made = {"fresh rows": fresh, "shuffled labels": shuffled(real)}
    data = load(real, made.get(name, f"{stem}{name}.csv.gz"), holdout, target="y")
    results = run(data, config=Config(model_rows=6_000), select_checks=["U001", "U003"])
    assert {result.code: result.status for result in results} == {"U001": status, "U003": status}
