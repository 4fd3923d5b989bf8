"""What would have been seen stands beside a verdict, and how many rows a doubt takes."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.evaluation import Evaluation
from synth_eval.judging.dimensions import Sight
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction, Status
from synth_eval.judging.power import (
    rows_needed,
    rows_would_do,
    seen,
    smallest_fault,
)
from synth_eval.judging.results import Result
from synth_eval.judging.run import run
from synth_eval.judging.verdicts import verdicts


def judged(code: str, dimension: str, *decisions: Decision, n: int = 1000, **shown) -> Result:
    from synth_eval.judging.judge import overall

    return Result(code, "name", dimension, overall(decisions), "said so.", n=n,
                  decisions=decisions, **shown)  # fmt: skip


def distance(value: float, error: float, limit: float = 0.2) -> Decision:
    return Decision("d", value, value - error, value + error, fail=limit, clear=limit)


@pytest.mark.parametrize(
    ("decision", "fault"),
    [
        (distance(0.1, 0.05), 0.25),
        (Decision("d", 0.1, 0.05, 0.15, fail=0.4, warn=0.2), 0.25),  # a warning is an alarm too
        (Decision("d", 0.1, 0.05, 0.2, Direction.HIGHER, fail=0.0), 0.1),
        (Decision("d", 0.1, 0.0, 0.2), None),
        (Decision("d", 0.1, 0.0, 0.2, fail=0.3, void="no split"), None),
        (Decision("d", 0.1, -math.inf, 0.2, fail=0.3), None),
    ],
)
def test_smallest_fault_is_a_line_and_an_error_away(decision: Decision, fault) -> None:
    assert smallest_fault(decision) == (fault if fault is None else pytest.approx(fault))


def test_rows_needed_follow_from_the_width_of_the_interval() -> None:
    assert rows_needed([distance(0.1, 0.2)], 1000) == pytest.approx(4000)
    assert rows_needed([distance(0.1, 0.2), distance(0.1, 0.3)], 1000) == pytest.approx(9000)
    assert rows_needed([distance(0.1, 0.05)], 1000) == 0.0  # it passes as it is
    assert rows_needed([distance(0.3, 0.2)], 1000) == 0.0  # no number of rows makes it right
    assert rows_needed([Decision("d", 0.1, 0.0, 0.2, fail=0.3)], 1000) == 0.0  # there is no pass


def test_rows_that_results_ask_for_are_told() -> None:
    small = judged("U001", "utility", distance(0.3, 0.2), facts={"rows_needed": 1234.0})
    assert rows_would_do([small]) == "it takes about 2,000 rows of each table"
    assert rows_would_do([judged("F002", "fidelity", distance(0.3, 0.2))]) == ""


def test_words_of_a_dimension_take_the_size_in_the_middle() -> None:
    items = tuple(
        Item("column", (name,), decisions=(distance(0.0, error),))
        for name, error in (("a", 0.01), ("b", 0.05), ("c", 0.6))
    )
    found = Result("F002", "n", "fidelity", Status.INCONCLUSIVE, "m", n=100, items=items,
                   items_decide=True, facts={"smallest_fault": 0.03})  # fmt: skip
    sights = [Sight("F002", "a column of {}"), Sight("F999", "nothing {}"),
              Sight("F002", "a row in {}", unit="rows")]  # fmt: skip
    assert seen([found], sights) == "a column of 25.0 % and a row in 3.0 % would have been seen"
    assert seen([], sights) == ""


def test_a_verdict_says_what_would_have_been_seen_and_what_a_doubt_takes() -> None:
    sure, unsure = distance(0.1, 0.05), distance(0.1, 0.2)
    found = [judged(code, "fidelity", sure) for code in ("F002", "F004", "F005")]
    verdict = verdicts(found)["fidelity"]
    assert verdict.word == "GO"
    assert verdict.power == (
        "a typical column with 25.0 % of its rows in the wrong place and a typical pair of columns "
        "with 25.0 % would have been seen"
    )
    found[1] = judged("F004", "fidelity", unsure, facts={"rows_needed": 4000.0})
    verdict = verdicts(found)["fidelity"]
    assert (verdict.word, verdict.remedy) == (
        "CANNOT TELL",
        "it takes about 4,000 rows of each table",
    )
    assert "pair of columns with 40.0 %" in verdict.reason
    page = Evaluation(found).to_html()
    assert "would have been seen" in page
    assert "takes about 4,000 rows" in page


def test_what_is_said_to_be_seen_is_seen_and_half_of_it_is_not() -> None:
    """Levels gone, and cells that cannot be read, of the size told and of half of it."""
    rng = np.random.default_rng(2)

    def table(share: float) -> pa.Table:
        level = np.where(
            np.arange(1_000) < round(share * 1_000), "rare", rng.choice(["a", "b"], 1_000)
        )
        return pa.table({"level": level, "x": rng.normal(size=1_000)})

    def judge_of(code: str, real: pa.Table, made: pa.Table) -> Result:
        return run(se.load(real, made), select_checks=[code])[0]

    share = judge_of("C001", table(0.1), table(0.1)).facts["smallest_fault"]
    assert judge_of("C001", table(share), table(0.0)).status in ("warn", "fail")
    assert judge_of("C001", table(share / 2), table(0.0)).status not in ("warn", "fail")
    words = [str(number) for number in rng.normal(size=1_000)]
    rows = round(judge_of("V001", table(0.1), table(0.1)).facts["smallest_fault"] * 1_000)
    for slips, is_seen in ((rows, True), (rows - 1, False)):
        made = pa.table({"x": ["slip"] * slips + words[slips:]})
        assert (judge_of("V001", pa.table({"x": words}), made).status == "fail") is is_seen
