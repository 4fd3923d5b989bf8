"""Small tables with a known relation, and a shortcut to run one check on them."""

from collections import OrderedDict
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load_baseline
from synth_eval.data.pair import Pair
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from tests.checks.utility.support import rare_table


@cache
def make_people(seed, rows=2000):
    """Number, level, date and missing values; a label and an amount that depend on them."""
    rng = np.random.default_rng(seed)
    age = rng.normal(45, 12, rows)
    job = rng.choice(["clerk", "smith", "pilot", "baker"], rows, p=[0.4, 0.3, 0.2, 0.1])
    bonus = np.array([{"clerk": -1.0, "smith": 0.0, "pilot": 2.0, "baker": 0.5}[j] for j in job])
    signal = (age - 45) / 12 + bonus
    label = np.where(signal + rng.logistic(size=rows) > 1, "yes", "no")
    amount = 100 + 20 * signal + rng.normal(0, 15, rows)
    plan = np.select(
        [signal + rng.normal(size=rows) < -1, signal > 1], ["small", "large"], "medium"
    )
    age[rng.random(rows) < 0.05] = np.nan
    day = np.datetime64("2024-01-01") + rng.integers(0, 365, rows).astype("timedelta64[D]")
    return pa.table({"age": age, "job": job, "day": day, "label": label, "amount": amount,
                     "plan": plan})  # fmt: skip


@pytest.fixture(scope="session")
def people():
    return make_people


@pytest.fixture(scope="session")
def replaced():
    def replace_column(table, name, values):
        return table.set_column(table.column_names.index(name), name, pa.array(values))

    return replace_column


class Kept:
    """The last few things that were made of the same tables: Arrow tables never change."""

    def __init__(self, most):
        self._most, self._made = most, OrderedDict()

    def get(self, tables, setting, make):
        key = (*map(id, tables), setting)
        if key not in self._made:
            self._made[key] = (make(), tables)  # the tables are kept, so that ids stay theirs
        self._made.move_to_end(key)
        while len(self._made) > self._most:
            self._made.popitem(last=False)
        return self._made[key][0]


@pytest.fixture(scope="session")
def pair():
    """Data of three tables; models fitted for one check serve the next, as in one run."""
    baselines, pairs = Kept(6), Kept(12)

    def pair_of(real, synthetic, holdout, target):
        baseline = baselines.get(
            (real, holdout), target, lambda: load_baseline(real, holdout, target=target)
        )
        return pairs.get((baseline, synthetic), None, lambda: Pair.of(baseline, synthetic))

    return pair_of


@pytest.fixture
def check(pair):
    """Run one check: ``check(code, synthetic, target=...)``."""

    def run_check(code, synthetic, *, target, real=None, holdout=None, config=None):
        real = make_people(0) if real is None else real
        holdout = make_people(1) if holdout is None else holdout
        data = pair(real, synthetic, holdout, target)
        return run(data, config=config or Config(), select_checks=[code])[0]

    return run_check


@pytest.fixture
def full(check):
    """Run one check at full depth: ``full(code, synthetic, target="label")``."""
    config = Config(depth="full")
    return lambda code, synthetic, target="label": check(
        code, synthetic, target=target, config=config
    )


@pytest.fixture(scope="session")
def world():
    """Real and holdout rows of which one in twenty is of the rare class."""
    return rare_table(0, 6000), rare_table(1, 12_000)


@pytest.fixture
def rare(check, world):
    """Run one check on tables of a rare class: ``rare(code, synthetic)``."""
    real, holdout = world
    return lambda code, synthetic: check(
        code, synthetic, target="fraud", real=real, holdout=holdout
    )


@pytest.fixture(scope="session")
def rebalanced():
    """As many rare rows as common ones."""
    table = rare_table(2, 60_000)
    classes = np.array(table["fraud"].to_pylist())
    rare, common = (np.flatnonzero(classes == level)[:2900] for level in ("yes", "no"))
    return table.take(np.sort(np.concatenate([rare, common])))
