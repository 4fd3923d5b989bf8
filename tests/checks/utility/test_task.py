"""The prediction task as it is read from the three tables."""

from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.judging.results import Status
from tests.checks.utility.support import FAST


@cache
def table(people, seed):
    """Free text, a date, a time, an identifier and nine hundred levels beside the features."""
    rng = np.random.default_rng(seed)
    words = np.array(["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog"])
    notes = [" ".join(rng.choice(words, 8)) for _ in range(2000)]
    moments = np.datetime64("2024-01-01T00:00") + rng.integers(0, 10**6, 2000).astype("m8[m]")
    moments = moments.astype("M8[s]")
    extra = {
        "note": notes,
        "street": [f"s{i}" for i in rng.integers(0, 900, 2000)],
        "moment": moments,
        "person_id": [f"{seed}-{i:08d}" for i in rng.integers(0, 10**8, 2000)],
        "nothing": pa.nulls(2000),
    }
    found = people(seed)
    for name, values in extra.items():
        found = found.append_column(name, pa.array(values))
    return found


@pytest.mark.parametrize("code", ["U001", "U003", "U004", "U005", "U012"])
def test_text_dates_and_many_levels_never_crash(check, people, code):
    real, holdout, synthetic = (table(people, seed) for seed in range(3))
    tables = {"real": real, "holdout": holdout, "target": "label"}
    result = check(code, synthetic, config=FAST, **tables)
    assert result.status in (Status.PASS, Status.WARN, Status.INCONCLUSIVE), result.message


def test_text_is_no_target(check, people):
    real, holdout, synthetic = (table(people, seed) for seed in range(3))
    result = check("U001", synthetic, real=real, holdout=holdout, target="note")
    assert result.status is Status.NOT_APPLICABLE
    assert "text" in result.message
