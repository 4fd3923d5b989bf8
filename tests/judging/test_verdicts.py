"""A GO needs evidence: the core of a dimension was asked and answered."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synth_eval as se
from synth_eval.errors import UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.judging.dimensions import Dimension, dimensions
from synth_eval.judging.judge import Decision
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Cause, Result, Skipped, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import verdicts
from synth_eval.report.release import release_safe

SMALL = Config(model_rows=600, neighbour_rows=300, depth="fast")
NAMES = {letter: name for name, letter in ((n, d.letter) for n, d in dimensions().items())}


def result(code: str, status: str = "pass", cause: str | None = None) -> Result:
    skipped = None if cause is None else Skipped(Cause(cause), "why not", "do this")
    status = "not_applicable" if cause is not None else status
    return Result(code, "name", NAMES[code[0]], Status(status), "m", skipped=skipped)


def word_of(*results: Result) -> str:
    (name,) = {entry.dimension for entry in results}
    return verdicts(results)[name].word


def test_every_core_check_is_registered_with_its_dimension_and_gates() -> None:
    known = available_checks()
    for name, dimension in dimensions().items():
        assert dimension.core, name
        for code in (code for codes in dimension.core for code in codes):
            assert known[code].dimension == name
            assert known[code].gating


def test_a_core_check_of_another_dimension_is_an_error() -> None:
    with pytest.raises(UsageError, match="core check 'F001' is not its own"):
        Dimension("taste", "T", "?", "by tasting", 70, core=(("F001",),))


def test_what_was_not_selected_leaves_the_verdict_open() -> None:
    verdict = verdicts([result("F002")])["fidelity"]
    assert (verdict.word, verdict.sentence) == (
        "CANNOT TELL", "Core checks were not run: F004 and F005.",
    )  # fmt: skip
    assert "select all checks" in verdict.reason
    assert word_of(result("F002"), result("F004"), result("F005")) == "GO"
    assert word_of(result("F002", "fail"), result("F001")) == "NO-GO"  # missing ones excuse nothing
    assert word_of(result("F002", "warn"), result("F004")) == "CANNOT TELL"  # it may be worse


@pytest.mark.parametrize(
    ("cause", "word"),
    [("need", "CANNOT TELL"), ("depth", "CANNOT TELL"), ("budget", "CANNOT TELL"),
     ("rows", "CANNOT TELL"), ("data", "GO")],
)  # fmt: skip
def test_only_data_that_leave_nothing_to_ask_leave_no_question_open(cause: str, word: str) -> None:
    found = [result("F002"), result("F004"), result("F005", cause=cause)]
    verdict = verdicts(found)["fidelity"]
    assert verdict.word == word
    if word != "GO":
        assert verdict.reason.startswith("F005") or "why not" in verdict.sentence.lower()
        assert verdict.remedy == "do this"
        assert [part.code for part in verdict.because] == ["F005"]


def test_nothing_to_ask_in_the_whole_core_is_no_go_either() -> None:
    found = [result(code, cause="data") for code in ("F002", "F004", "F005")]
    assert word_of(*found, result("F007")) == "CANNOT TELL"


def test_one_of_several_answers_for_all_kinds_of_target_but_not_by_silence() -> None:
    nothing = [result("U001", cause="data"), result("U002", cause="data")]
    assert word_of(result("U001"), result("U002", cause="data")) == "GO"
    assert word_of(result("U001"), result("U012")) == "GO"  # the others were not even selected
    assert word_of(*nothing, result("U011")) == "GO"
    assert word_of(*nothing, result("U012")) == "CANNOT TELL"
    alarm = Decision("x", 0.0, 0.0, 0.0, warn=1.0, otherwise=Status.PASS)
    quiet = Result("U011", "n", "utility", Status.PASS, "m", decisions=(alarm,))
    assert word_of(*nothing, quiet) == "CANNOT TELL"
    loud = Decision("x", 2.0, 2.0, 2.0, warn=1.0, otherwise=Status.PASS)
    warned = [*nothing, Result("U011", "n", "utility", Status.WARN, "m", decisions=(loud,))]
    assert word_of(*warned) == "CANNOT TELL"
    outside = release_safe(Evaluation(warned))  # without its decisions it says no more
    assert outside.verdicts["utility"].word == "CANNOT TELL"


def target_tables(people: dict[str, pa.Table], kind: str) -> list[pa.Table]:
    rng = np.random.default_rng(0)
    tables = []
    for role in ("real", "fresh", "holdout"):
        table = people[role].slice(0, 700)
        rows = table.num_rows
        values = {
            "date": table["start_date"].to_pylist(),
            "constant": ["a"] * rows,
            "text": [f"words {i} of {i * 7} which nobody wrote before {i}" for i in range(rows)],
            "many levels": [f"level {i}" for i in rng.integers(0, 150, rows)],
        }
        tables.append(table.append_column("wanted", pa.array(values[kind])))
    return tables


@pytest.mark.parametrize(
    "kind", ["date", "constant", "text", pytest.param("many levels", marks=pytest.mark.slow)]
)
def test_a_target_that_no_model_can_predict_is_never_go(people, kind: str) -> None:
    data = se.load(*target_tables(people, kind), target="wanted")
    verdict = verdicts(run(data, config=SMALL, select_checks=["utility"]))["utility"]
    assert verdict.word == "CANNOT TELL"
    assert len(verdict.reason) > 40


@pytest.fixture(scope="module")
def independent(people) -> pa.Table:
    rng, table = np.random.default_rng(0), people["fresh"]
    return pa.table({n: table[n].take(rng.permutation(len(table))) for n in table.column_names})


def test_a_budget_never_raises_a_verdict(people, independent) -> None:
    """Independent columns are of no use to a model: with a budget nobody knows."""
    data = se.load(people["real"], independent, people["holdout"], target="approved")
    found = run(data, config=Config(budget=1e-9), select_checks=["U001", "U012"])
    verdict = verdicts(found)["utility"]
    assert verdict.word == "CANNOT TELL"
    assert "budget" in verdict.sentence
    assert "larger budget" in verdict.remedy


@pytest.mark.slow
def test_without_the_budget_they_are_no_go(people, independent) -> None:
    data = se.load(people["real"], independent, people["holdout"], target="approved")
    config = Config(model_rows=2_000, depth="fast")
    found = run(data, config=config, select_checks=["U001", "U012"])
    assert verdicts(found)["utility"].word == "NO-GO"


def test_one_check_of_many_is_never_go_for_its_dimension(people, independent) -> None:
    data = se.load(people["real"], independent)
    assert verdicts(run(data, select_checks=["F002"]))["fidelity"].word == "CANNOT TELL"


def test_tables_without_any_value_are_never_go() -> None:
    empty = pa.table({
        name: pa.nulls(200, pa.float64() if i % 2 else pa.string()) for i, name in enumerate("abcd")
    })  # fmt: skip
    found = verdicts(run(se.load(empty, empty, empty, target="a")))
    assert {verdict.word for verdict in found.values()} == {"CANNOT TELL"}
    assert all("real table" in verdict.sentence for verdict in found.values())


def test_a_table_of_one_column_has_no_pairs_to_ask_about(people) -> None:
    data = se.load(people["real"].select(["age"]), people["fresh"].select(["age"]))
    found = verdicts(run(data, select_checks=["F002", "F004", "F005"]))
    assert found["fidelity"].word == "GO"


def test_forty_fresh_rows_are_no_go_for_coverage_by_two_levels_alone():
    rng = np.random.default_rng(5)

    def drawn():
        return pa.table({"a": rng.normal(size=40), "b": rng.choice(list("xyz"), 40)})

    found = run(se.load(drawn(), drawn(), drawn()), select_checks=["coverage"])
    verdict = verdicts(found)["coverage"]
    assert verdict.word == "CANNOT TELL"
    assert "220 rows" in verdict.sentence or "11 real rows" in verdict.sentence
