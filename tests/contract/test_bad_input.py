"""Bad input: one clear sentence or a finding that names the column, never silence.

The tables of cases below are the contract. `REFUSED` cases end the run, `FOUND` cases must show
up as results that did not pass, `HARMLESS` cases must not fail; no case may end in a traceback or
in a check that broke.

Every check meets every case in the slow tests. The fast ones run the checks made of counts, those
the case names, and one part of the dear ones, dealt in turn: each of them meets an eighth of the
cases, always several kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pandas as pd
import pytest

import synth_eval as se
from synth_eval.data.baseline import Baseline
from synth_eval.data.load import load_baseline
from synth_eval.data.pair import Pair
from synth_eval.errors import InputError, UsageError
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result, Status
from synth_eval.judging.settings import Config
from tests.contract.conftest import SMALL, STANDARD

ROWS = 400
ALL = ("real", "synthetic", "holdout")
Change = Callable[[pd.DataFrame], pd.DataFrame]


@cache
def people(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, ROWS)
    return pd.DataFrame(
        {
            "age": age,
            "income": rng.lognormal(10, 1, ROWS).round(2),
            "sex": rng.choice(["f", "m"], ROWS),
            "region": rng.choice(list("abcde"), ROWS),
            "member": rng.random(ROWS) < 0.3,
            "joined": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 1_000, ROWS), "D"),
            "band": np.where(age + rng.normal(0, 5, ROWS) > 45, "high", "low"),
        }
    )


def spoiled(change: Change, *roles: str) -> dict[str, pd.DataFrame]:
    tables = {role: people(seed).copy() for seed, role in enumerate(ALL)}
    return {
        role: change(table) if role in roles else table.copy() for role, table in tables.items()
    }


def put(**columns: object) -> Change:
    return lambda table: table.assign(**columns)


def in_turn(column: str, *values: object) -> Change:
    """Fill a column with a few values in turn."""
    return lambda table: table.assign(
        **{column: [values[row % len(values)] for row in range(len(table))]}
    )


def numbered(column: str) -> Change:
    """Give every row a number of its own."""
    return lambda table: table.assign(**{column: np.arange(len(table))})


def some(column: str, value: float, every: int = 10) -> Change:
    """Replace each tenth cell."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        marked = np.arange(len(table)) % every == 0
        return table.assign(**{column: table[column].astype(float).mask(marked, value)})

    return change


def drop(column: str) -> Change:
    return lambda table: table.drop(columns=column)


def first(rows: int) -> Change:
    return lambda table: table.iloc[:rows]


def twice(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns={"income": "age"})


def zoned(zone: str) -> Change:
    return lambda table: table.assign(joined=table["joined"].dt.tz_localize(zone))


def mixed(table: pd.DataFrame) -> pd.DataFrame:
    values = [(1, "x", 2.5)[row % 3] for row in range(len(table))]
    return table.assign(region=pd.Series(values, dtype=object, index=table.index))


REFUSED: dict[str, tuple[Change, str, str]] = {
    "empty synthetic table": (first(0), "synthetic", "^synthetic table: the table has no rows"),
    "empty real table": (first(0), "real", "^real table: the table has no rows"),
    "empty holdout": (first(0), "holdout", "^holdout table: the table has no rows"),
    "duplicate names": (twice, "synthetic", "^synthetic table: column name 'age' occurs more than"),
    "duplicate names in real": (twice, "real", "^real table: column name 'age' occurs more than"),
    "nested": (lambda t: t.assign(sex=[{"a": 1}] * len(t)), "synthetic", "column 'sex' is nested"),
    "target not in real": (drop("band"), "real", "^target column 'band' is not in the real table"),
}

S = ("synthetic",)
FOUND: dict[str, tuple[Change, tuple[str, ...], dict[str, tuple[Status, str]]]] = {
    "missing column": (drop("age"), S, {"V001": (Status.FAIL, "age")}),
    "missing in holdout": (drop("age"), ("holdout",), {"V004": (Status.WARN, "age")}),
    "missing target": (
        drop("band"), S, {"V001": (Status.FAIL, "band"), "U001": (Status.FAIL, "band")},
    ),
    "extra column": (put(extra=1), S, {"V001": (Status.WARN, "extra")}),
    "extra number for each row": (numbered("extra"), S, {"V001": (Status.WARN, "extra")}),
    "all missing number": (
        put(income=np.nan),
        S,
        {"V001": (Status.FAIL, "income"), "F001": (Status.FAIL, "income")},
    ),
    "all missing level": (
        put(region=None), S, {"V001": (Status.FAIL, "region"), "C001": (Status.FAIL, "region")},
    ),
    "all missing target": (put(band=None), S, {"V001": (Status.FAIL, "band")}),
    "constant": (put(age=40), S, {"F001": (Status.FAIL, "age")}),
    "constant level": (put(region="a"), S, {"C001": (Status.FAIL, "region")}),
    "constant target": (put(band="low"), S, {"U001": (Status.FAIL, "band")}),
    "unseen target": (put(band="maybe"), S, {"V002": (Status.FAIL, "band")}),
    "infinities": (some("income", np.inf), S, {"V001": (Status.FAIL, "income")}),
    "nothing but infinities": (
        in_turn("income", np.inf, -np.inf), S, {"V001": (Status.FAIL, "income")},
    ),
    "text for numbers": (
        lambda table: table.assign(age=table["age"].astype(str) + " years"),
        S,
        {"V001": (Status.FAIL, "age")},
    ),
    "garbled numbers": (put(age="13.9.583"), S, {"V001": (Status.FAIL, "age")}),
    "numbers as text": (
        lambda table: table.assign(age=table["age"].astype(str)),
        S,
        {"V001": (Status.WARN, "age")},
    ),
    "numbers for levels": (
        lambda table: table.assign(region=table["region"].map(ord)),
        S,
        {"V001": (Status.WARN, "region"), "V002": (Status.FAIL, "region")},
    ),
    "a level for each row": (numbered("region"), S, {"V002": (Status.FAIL, "region")}),
    "dates as text": (
        lambda table: table.assign(joined=table["joined"].dt.strftime("%Y-%m-%d")),
        S,
        {"V001": (Status.WARN, "joined")},
    ),
    "words for dates": (put(joined="soon"), S, {"V001": (Status.FAIL, "joined")}),
    "unseen level": (put(region="<b>Mars</b>"), S, {"V002": (Status.FAIL, "region")}),
    "one row": (
        first(1), S, {"F001": (Status.INCONCLUSIVE, ""), "C001": (Status.INCONCLUSIVE, "too few")},
    ),
    "two rows": (first(2), S, {"F002": (Status.INCONCLUSIVE, "")}),
    "one real row": (first(1), ("real",), {"V004": (Status.WARN, "")}),
    "one row each": (first(1), ALL, {"C001": (Status.NOT_APPLICABLE, "")}),
    "two rows each": (first(2), ALL, {}),
    "mixed types": (mixed, S, {"V002": (Status.FAIL, "region")}),
    "mixed types in real": (mixed, ("real",), {"V004": (Status.WARN, "region")}),
    "time zone": (zoned("UTC"), S, {"V001": (Status.WARN, "joined")}),
    "1e308": (
        put(income=1e308), S, {"V002": (Status.FAIL, "income"), "F001": (Status.FAIL, "income")},
    ),
    "1e308 of both signs": (
        in_turn("income", 1e308, -1e308), S, {"V002": (Status.FAIL, "income")},
    ),
}  # fmt: skip

HARMLESS: dict[str, Change] = {
    "column order": lambda table: table[table.columns[::-1]],
    "constant everywhere": put(age=40),
    "constant level everywhere": put(region="a"),
    "missing everywhere": put(income=np.nan),
    "infinities everywhere": some("income", np.inf),
    "nothing but infinities everywhere": in_turn("income", np.inf, -np.inf),
    "time zone everywhere": zoned("Europe/Paris"),
    "1e308 everywhere": some("income", 1e308),
    "constant target everywhere": put(band="low"),
    "one column": lambda table: table[["band"]],
    "names of integers": lambda table: table.rename(columns={"age": 7}),
    "names of spaces": lambda table: table.rename(columns={"age": " a {b}.c'\"<i>😀 "}),
}
"""What is odd in all three tables alike is no fault of the synthetic one."""


_SLOW_COUNTS = ("F012", "V003")  # slices of rows, and the engine of rules: half the cost
COUNTS = [
    code
    for code, spec in available_checks().items()
    if spec.cost == "counts" and code not in _SLOW_COUNTS
]
DEAR = [code for code in available_checks() if code not in COUNTS]
PARTS = 8
CASES = [*FOUND, *HARMLESS]


def fast_selection(case: str) -> list[str]:
    """Checks made of counts, those the case names, and an eighth of the dear ones, in turn."""
    named = FOUND[case][2] if case in FOUND else {}
    return sorted({*COUNTS, *named, *DEAR[CASES.index(case) % PARTS :: PARTS]})


@cache
def baseline() -> Baseline:
    """The real side where it is sound: made once for all faults of the synthetic table."""
    return load_baseline(people(0), people(2), target="band")


def evaluate(
    change: Change, roles: Sequence[str], select: Sequence[str] = (), config: Config = SMALL
) -> se.Evaluation:
    tables = spoiled(change, *roles)
    data = (
        Pair.of(baseline(), tables["synthetic"])
        if tuple(roles) == S
        else se.load(**tables, target="band")
    )
    return se.evaluate(data, config=config, reference_scores=False, progress=False, select=select)


def by_code(evaluation: se.Evaluation) -> dict[str, Result]:
    return {result.code: result for result in evaluation.results}


def broken(evaluation: se.Evaluation) -> list[tuple[str, str]]:
    """Checks that an exception ended; rules on an absent column are told apart by their words."""
    return [
        (result.code, result.message)
        for result in evaluation.results
        if result.status is Status.ERROR and "has no column" not in result.message
    ]


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_sentence(case: str) -> None:
    change, role, sentence = REFUSED[case]
    with pytest.raises((InputError, UsageError), match=sentence) as caught:
        evaluate(change, [role])
    assert "\n" not in str(caught.value)


def assert_found_and_named(case: str, evaluation: se.Evaluation) -> None:
    assert broken(evaluation) == []
    results = by_code(evaluation)
    for code, (status, word) in FOUND[case][2].items():
        assert results[code].status is status, results[code].message
        assert word in results[code].message
    worst = max(result.status.severity for result in evaluation.results)
    assert worst >= Status.INCONCLUSIVE.severity, "the fault left no trace"


@pytest.mark.parametrize("case", FOUND)
def test_found_and_named(case: str) -> None:
    change, roles, _ = FOUND[case]
    evaluation = evaluate(change, roles, fast_selection(case))
    assert_found_and_named(case, evaluation)
    if CASES.index(case) % PARTS == 0:  # drawing is the same for all, and dear
        assert "<html" in evaluation.to_html()


@pytest.mark.slow
@pytest.mark.parametrize("config", [SMALL, STANDARD], ids=["fast", "standard"])
@pytest.mark.parametrize("case", FOUND)
def test_found_and_named_by_all_checks(case: str, config: Config) -> None:
    change, roles, _ = FOUND[case]
    evaluation = evaluate(change, roles, config=config)
    assert_found_and_named(case, evaluation)
    assert "<html" in evaluation.to_html()


def assert_harmless(evaluation: se.Evaluation) -> None:
    assert broken(evaluation) == []
    failed = [(r.code, r.message) for r in evaluation.results if r.status is Status.FAIL]
    assert failed == []
    assert evaluation.to_json()


@pytest.mark.parametrize("case", HARMLESS)
def test_what_all_tables_share_is_no_finding(case: str) -> None:
    assert_harmless(evaluate(HARMLESS[case], ALL, fast_selection(case)))


@pytest.mark.slow
@pytest.mark.parametrize("case", HARMLESS)
def test_what_all_tables_share_is_no_finding_of_any_check(case: str) -> None:
    assert_harmless(evaluate(HARMLESS[case], ALL))


def test_every_check_meets_several_kinds_of_bad_tables_in_the_fast_tests() -> None:
    met = dict.fromkeys(available_checks(), 0)
    for case in CASES:
        for code in fast_selection(case):
            met[code] += 1
    assert min(met.values()) >= 5


def test_clean_tables_have_no_failure() -> None:
    evaluation = evaluate(lambda table: table, ALL)
    bad = (Status.FAIL, Status.ERROR)
    assert [(r.code, r.message) for r in evaluation.results if r.status in bad] == []
    assert by_code(evaluation)["V001"].status is Status.PASS


def test_a_range_beyond_all_numbers_is_told() -> None:
    """Numbers whose differences overflow: checks may give up on them, but they say so."""
    evaluation = evaluate(in_turn("income", 1e308, -1e308), ALL)
    unsure = {result.code for result in evaluation.results if result.status is Status.ERROR}
    for result in evaluation.results:
        if result.code in unsure:
            assert "overflow" in result.message.lower()
    if any(code.startswith("F") for code in unsure):
        assert evaluation.verdicts["fidelity"].word != "GO"


@pytest.mark.parametrize("role", ["real", "synthetic"])
def test_declared_columns_must_be_in_the_real_table(role: str) -> None:
    tables = spoiled(drop("age"), role)
    schema = {"columns": [{"name": "age", "kind": "categorical"}]}
    if role == "synthetic":  # a finding, not a refusal
        assert se.load(**tables, schema=schema).schema["age"].kind == "categorical"
        return
    with pytest.raises(UsageError, match="the schema names column 'age', which the real table"):
        se.load(**tables, schema=schema)
