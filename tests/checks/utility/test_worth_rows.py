"""How a score is judged in rows of real data, by made-up arms and on another table."""

import numpy as np
import pyarrow.csv
import pytest

from synth_eval.checks.utility._experiment import Arms
from synth_eval.checks.utility._worth_rows import decisions
from synth_eval.data.load import load
from synth_eval.judging.judge import overall
from synth_eval.judging.results import Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.stats.arms import Arm
from synth_eval.stats.scores import Score
from tests.checks.utility.support import FAST

DOUBT = (Status.INCONCLUSIVE, Status.NOT_APPLICABLE)


def made_arm(value, error=0.01):
    """An arm whose 95 % interval is about two errors wide on either side."""
    return Arm(f"{value:g}", Score(value, np.zeros(9)), error**2, 1e6, 100, 4)


def judged(synthetic, *, floor=0.6, go=0.7, full=0.8, null=None, lines=(0, 0)):
    """Decisions about an arm between .5, no model, and .8, all real rows; all are of 100 rows."""
    arms = [part if isinstance(part, Arm) else made_arm(part) for part in (floor, go, full)]
    arms = Arms(
        synthetic=synthetic if isinstance(synthetic, Arm) else made_arm(synthetic),
        real=arms[2],
        full=arms[2],
        go=arms[1],
        floor=arms[0],
        dummy=Arm("no model", Score(0.5, np.zeros(9)), 0.0, 1e6, 0, 0),
        null=null,
        lines=lines,
    )
    return decisions(arms, 0.01, 0.5, 0.05)


@pytest.mark.parametrize(
    ("synthetic", "others", "status"),
    [
        (0.78, {}, Status.PASS),
        (0.65, {}, Status.WARN),
        (0.55, {}, Status.FAIL),
        (0.61, {}, Status.WARN),  # on the floor: perhaps a failure, surely no pass
        (0.71, {}, Status.PASS),  # at the goal, and surely above the floor
        (0.69, {}, Status.INCONCLUSIVE),  # neither shown to be worth the goal nor not to be
        (0.78, {"lines": (50, 101)}, Status.INCONCLUSIVE),  # fewer rows than the goal speaks of
        (0.65, {"lines": (50, 101)}, Status.WARN),
        (0.55, {"lines": (50, 101)}, Status.WARN),  # few rows are not held to the floor
        (0.45, {"lines": (50, 101)}, Status.FAIL),  # surely worse than no model
        (0.45, {"floor": 0.45, "go": 0.45, "full": 0.46}, Status.INCONCLUSIVE),  # as are real rows
        (made_arm(0.7, 0.1), {}, Status.INCONCLUSIVE),
        (0.78, {"floor": made_arm(0.65, 0.2)}, Status.PASS),  # surely worth the goal
        (0.4, {"floor": 0.45, "go": 0.46}, Status.FAIL),  # lines are never below no model
        (made_arm(0.8, 0.001), {"full": made_arm(0.8, 0.001), "floor": 0.799, "go": 0.799},
         Status.PASS),  # a flat curve: within a trifle of all real rows
    ],
)  # fmt: skip
def test_status_in_rows_of_real_data(synthetic, others, status):
    assert overall(judged(synthetic, **others)) is status


def test_surely_no_pass_and_perhaps_a_failure_is_a_limit_at_least():
    """An AUC of .671 against .998 of as many real rows was said to leave everything open."""
    synthetic, real = made_arm(0.671, 0.06), made_arm(0.998, 0.001)
    for lines in ((50, 100), (50, 101)):
        found = judged(synthetic, floor=made_arm(0.7, 0.05), go=real, full=real, lines=lines)
        assert overall(found) is Status.WARN


def test_what_looks_like_shuffled_labels_never_passes():
    """Surely below real rows it fails, else nobody knows."""
    wide = made_arm(0.6, 0.1)
    assert overall(judged(0.65, null=wide)) is Status.FAIL
    unsure = made_arm(0.78, 0.002)
    assert overall(judged(unsure)) is Status.PASS
    null = made_arm(0.78, 0.01)
    assert overall(judged(unsure, full=made_arm(0.8, 0.02), null=null)) is Status.INCONCLUSIVE
    assert overall(judged(unsure, full=made_arm(0.8, 0.002), null=null)) is Status.FAIL
    noise = judged(unsure, null=null)[0]
    assert (noise.clear, noise.aim) == (None, None)
    assert overall(judged(0.65, null=made_arm(0.5, 0.01))) is Status.WARN  # outside of them
    # Of few rows half a relation lies among them, too: half of the gain must surely be lost.
    assert overall(judged(0.64, null=wide, lines=(50, 101))) is Status.WARN
    assert overall(judged(0.58, null=wide, lines=(50, 101))) is Status.FAIL


def test_every_line_names_its_margin():
    known = Config().margins
    for decision in judged(0.65, null=made_arm(0.6, 0.1)):
        assert decision.margins
        assert set(decision.margins) <= set(known)


@pytest.mark.slow
@pytest.mark.parametrize("code", ["U001", "U002"])
def test_a_fault_has_one_word_at_every_size_or_none(check, people, code):
    """Fresh rows never warn, labels drawn anew never pass; small tables are in doubt."""
    target = {"U001": "label", "U002": "amount"}[code]
    for rows in (60, 250, 1000, 3000):
        tables = {"real": people(30, rows), "holdout": people(31, rows), "target": target}
        fresh = people(32, rows)
        shuffled = fresh[target].take(np.random.default_rng(rows).permutation(rows))
        noise = fresh.set_column(fresh.column_names.index(target), target, shuffled)
        words = [check(code, table, config=FAST, **tables).status for table in (fresh, noise)]
        if rows == 3000:
            assert words == [Status.PASS, Status.FAIL]
        assert words[0] in (Status.PASS, *DOUBT)
        assert words[1] in (Status.FAIL, Status.WARN, *DOUBT)


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
        pytest.param("fresh rows", Status.PASS, marks=slow),
        pytest.param("shuffled labels", Status.FAIL, marks=slow),
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
