"""Bad input: one clear sentence or a finding that names the column, never silence.

The table below is the contract. `REFUSED` cases end the run, `FOUND` cases must show up as
results that did not pass; no case may end in a traceback or in a check that broke.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

import synth_eval as se
from synth_eval.errors import InputError, UsageError
from synth_eval.judging.results import Result, Status

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


def huge(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(income=np.where(np.arange(len(table)) % 2, 1e308, -1e308))


REFUSED: dict[str, tuple[Change, str, str]] = {
    "empty synthetic table": (first(0), "synthetic", "^synthetic table: the table has no rows"),
    "empty real table": (first(0), "real", "^real table: the table has no rows"),
    "empty holdout": (first(0), "holdout", "^holdout table: the table has no rows"),
    "duplicate names": (twice, "synthetic", "^synthetic table: column name 'age' occurs more than"),
    "duplicate names in real": (twice, "real", "^real table: column name 'age' occurs more than"),
    "nested": (lambda t: t.assign(sex=[[1]] * len(t)), "synthetic", "column 'sex' is nested"),
    "target not in real": (drop("band"), "real", "^target column 'band' is not in the real table"),
}

FOUND: dict[str, tuple[Change, tuple[str, ...], dict[str, tuple[Status, str]]]] = {
    "missing column": (drop("age"), ("synthetic",), {"V001": (Status.FAIL, "age")}),
    "missing in holdout": (drop("age"), ("holdout",), {"V004": (Status.WARN, "age")}),
    "missing target": (
        drop("band"),
        ("synthetic",),
        {"V001": (Status.FAIL, "band"), "U001": (Status.FAIL, "band")},
    ),
    "extra column": (put(extra=1), ("synthetic",), {"V001": (Status.WARN, "extra")}),
    "all missing number": (
        put(income=np.nan),
        ("synthetic",),
        {"V001": (Status.FAIL, "income"), "F001": (Status.FAIL, "income")},
    ),
    "all missing level": (
        put(region=None),
        ("synthetic",),
        {"V001": (Status.FAIL, "region"), "C001": (Status.FAIL, "region")},
    ),
    "constant": (put(age=40), ("synthetic",), {"F001": (Status.FAIL, "age")}),
    "constant target": (put(band="low"), ("synthetic",), {"U001": (Status.FAIL, "band")}),
    "infinities": (some("income", np.inf), ("synthetic",), {"V001": (Status.FAIL, "income")}),
    "text for numbers": (
        lambda table: table.assign(age=table["age"].astype(str) + " years"),
        ("synthetic",),
        {"V001": (Status.FAIL, "age")},
    ),
    "numbers as text": (
        lambda table: table.assign(age=table["age"].astype(str)),
        ("synthetic",),
        {"V001": (Status.WARN, "age")},
    ),
    "numbers for levels": (
        lambda table: table.assign(region=table["region"].map(ord)),
        ("synthetic",),
        {"V001": (Status.WARN, "region"), "V002": (Status.FAIL, "region")},
    ),
    "unseen level": (put(region="z"), ("synthetic",), {"V002": (Status.FAIL, "region")}),
    "one row": (
        first(1),
        ("synthetic",),
        {"F001": (Status.FAIL, ""), "C001": (Status.INCONCLUSIVE, "too few")},
    ),
    "one real row": (first(1), ("real",), {"V004": (Status.WARN, "")}),
    "one row each": (first(1), ALL, {"C001": (Status.NOT_APPLICABLE, "")}),
    "mixed types": (mixed, ("synthetic",), {"V002": (Status.FAIL, "region")}),
    "mixed types in real": (mixed, ("real",), {"V004": (Status.WARN, "region")}),
    "time zone": (zoned("UTC"), ("synthetic",), {"V001": (Status.WARN, "joined")}),
    "1e308": (
        put(income=1e308),
        ("synthetic",),
        {"V002": (Status.FAIL, "income"), "F001": (Status.FAIL, "income")},
    ),
}

HARMLESS: dict[str, Change] = {
    "column order": lambda table: table[table.columns[::-1]],
    "constant everywhere": put(age=40),
    "missing everywhere": put(income=np.nan),
    "infinities everywhere": some("income", np.inf),
    "time zone everywhere": zoned("Europe/Paris"),
    "1e308 everywhere": some("income", 1e308),
    "constant target everywhere": put(band="low"),
    "one column": lambda table: table[["band"]],
    "names of integers": lambda table: table.rename(columns={"age": 7}),
    "names of spaces": lambda table: table.rename(columns={"age": " a {b}.c'\"<i>😀 "}),
}
"""What is odd in all three tables alike is no fault of the synthetic one."""


def evaluate(tables: dict[str, pd.DataFrame], *ignore: str) -> se.Evaluation:
    data = se.load(**tables, target="band")
    return se.evaluate(data, reference_scores=False, progress=False, ignore=ignore, depth="fast")


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
        evaluate(spoiled(change, role))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("case", FOUND)
def test_found_and_named(case: str) -> None:
    change, roles, expected = FOUND[case]
    models = any(code.startswith("U") for code in expected)
    evaluation = evaluate(spoiled(change, *roles), *([] if models else ["utility"]))
    assert broken(evaluation) == []
    results = by_code(evaluation)
    for code, (status, word) in expected.items():
        assert results[code].status is status, results[code].message
        assert word in results[code].message
    assert "<html" in evaluation.to_html()


@pytest.mark.parametrize("case", HARMLESS)
def test_what_all_tables_share_is_no_finding(case: str) -> None:
    evaluation = evaluate(spoiled(HARMLESS[case], *ALL))
    assert broken(evaluation) == []
    failed = [(r.code, r.message) for r in evaluation.results if r.status is Status.FAIL]
    assert failed == []
    assert evaluation.to_json()


def test_clean_tables_have_no_failure() -> None:
    evaluation = evaluate(spoiled(lambda table: table))
    bad = (Status.FAIL, Status.ERROR)
    assert [(r.code, r.message) for r in evaluation.results if r.status in bad] == []
    assert by_code(evaluation)["V001"].status is Status.PASS


def test_a_range_beyond_all_numbers_is_told() -> None:
    """Numbers whose differences overflow: checks may give up on them, but they say so."""
    evaluation = evaluate(spoiled(huge, *ALL))
    unsure = {result.code for result in evaluation.results if result.status is Status.ERROR}
    for result in evaluation.results:
        if result.code in unsure:
            assert "overflow" in result.message.lower()
    if any(code.startswith("F") for code in unsure):
        assert evaluation.verdicts["fidelity"].verdict != "GO"


@pytest.mark.parametrize("role", ["real", "synthetic"])
def test_declared_columns_must_be_in_the_real_table(role: str) -> None:
    tables = spoiled(drop("age"), role)
    schema = {"columns": [{"name": "age", "kind": "categorical"}]}
    if role == "synthetic":  # a finding, not a refusal
        assert se.load(**tables, schema=schema).schema["age"].kind == "categorical"
        return
    with pytest.raises(UsageError, match="the schema names column 'age', which the real table"):
        se.load(**tables, schema=schema)
