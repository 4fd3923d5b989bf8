"""The margins, set on adult, judge tables they were not set on as they should."""

from __future__ import annotations

import pytest

import synth_eval as se
from synth_eval.judging.run import run
from synth_eval.judging.verdicts import VerdictWord, verdicts

COUNTS = ["F001", "F002", "F003", "F004", "F005", "F006", "F007", "F014", "F015", "F016"]
BAD_HEPATITIS = ("i_hepatitis_BN_7", "j_hepatitis_CTGAN_9", "k_hepatitis_ADSGAN_2")
BENCHMARK = ("titanic", "penguins")
MORE = ("diabetes", "space_titanic", "derm", "cervical_cancer")  # up to thirty-five columns


def fidelity(real, synthetic, holdout):
    results = run(se.load(real, synthetic, holdout), select_checks=COUNTS)
    return verdicts(results)["fidelity"].word


@pytest.mark.parametrize(
    ("name", "no_go"),
    [
        ("val", False),
        pytest.param("mostly", False, marks=pytest.mark.slow),
        pytest.param("synthpop", False, marks=pytest.mark.slow),
        ("flip10", True),
        pytest.param("flip50", True, marks=pytest.mark.slow),
    ],
)
def test_bank_marketing(shared_data, name, no_go):
    stem = str(shared_data / "platzer2021" / "bank-marketing_")
    word = fidelity(stem + "trn.csv.gz", f"{stem}{name}.csv.gz", stem + "val.csv.gz")
    assert (word == VerdictWord.NO_GO) is no_go
    if name == "val":
        assert word == VerdictWord.GO


@pytest.mark.parametrize(
    "name",
    [BAD_HEPATITIS[0], *(pytest.param(name, marks=pytest.mark.slow) for name in BAD_HEPATITIS[1:])],
)
def test_deliberately_bad_hepatitis_tables_are_refused(shared_data, name):
    folder = shared_data / "hepatitis11"
    train, test = folder / "hepatitis_train.csv.gz", folder / "hepatitis_test.csv.gz"
    assert fidelity(train, folder / f"{name}_syn.csv.gz", test) == VerdictWord.NO_GO


def test_hepatitis_patients_never_seen_are_too_few_to_tell(shared_data):
    """277 of them: a share is open by more points than a hundred rows leave open."""
    folder = shared_data / "hepatitis11"
    test = folder / "hepatitis_test.csv.gz"
    word = fidelity(folder / "hepatitis_train.csv.gz", test, test)
    assert word == VerdictWord.UNKNOWN


@pytest.mark.parametrize(
    "table", [*BENCHMARK, *(pytest.param(name, marks=pytest.mark.slow) for name in MORE)]
)
def test_small_tables_refuse_neither_real_rows_nor_the_faithful_generator(shared_data, table):
    """Of 69 to 145 real rows some tables cannot tell; none may be called bad."""
    stem = shared_data / "syntheval_bench"
    train, test = stem / f"{table}_train.csv.gz", stem / f"{table}_test.csv.gz"
    for name in ("test", "synthpop"):
        word = fidelity(train, stem / f"{table}_{name}.csv.gz", test)
        assert word != VerdictWord.NO_GO, name
    assert fidelity(train, stem / f"{table}_ctgan.csv.gz", test) != VerdictWord.GO
