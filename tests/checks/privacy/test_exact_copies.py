"""Copies are counted against the chance that holdout records show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from synth_eval.checks.privacy.exact_copies import CopyCounts, count_copies, smallest_visible
from synth_eval.data.load import Data, load
from synth_eval.judging.facts import RECORDS_ATTACKED, SMALLEST_VISIBLE
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.stats.intervals import excess_members
from synth_eval.stats.multiplicities import multiplicities

ROWS = 600


def _table(rng: np.random.Generator, rows: int = ROWS) -> pa.Table:
    return pa.table(
        {
            "age": rng.integers(18, 90, rows),
            "income": rng.lognormal(10, 1, rows).round(2),
            "job": rng.choice(["clerk", "cook", "nurse"], rows),
        }
    )


def _judge(real: pa.Table, synthetic: pa.Table, holdout: pa.Table | None) -> Result:
    return run(load(real, synthetic, holdout), select_checks=["P001"])[0]


@pytest.fixture
def tables() -> tuple[pa.Table, pa.Table, np.random.Generator]:
    rng = np.random.default_rng(8)
    return _table(rng), _table(rng), rng


def test_copies_fail_in_any_order_and_size(
    tables: tuple[pa.Table, pa.Table, np.random.Generator],
) -> None:
    real, holdout, rng = tables
    copies = (
        real,
        real.take(rng.permutation(ROWS)),
        real.take(rng.choice(ROWS, 100, replace=False)),
        pa.concat_tables([real, real]),
    )
    for copy in copies:
        result = _judge(real, copy, holdout)
        assert result.status is Status.FAIL
        assert result.estimate is not None
        assert result.estimate.low is not None
        assert result.estimate.low * ROWS > min(copy.num_rows, ROWS) - 12
        assert "verbatim" in result.message


def test_fresh_rows_pass_and_say_what_would_have_been_seen(
    tables: tuple[pa.Table, pa.Table, np.random.Generator],
) -> None:
    real, holdout, rng = tables
    result = _judge(real, _table(rng), holdout)
    assert result.status is Status.PASS
    assert "6 copied records" in result.message
    assert result.facts == {SMALLEST_VISIBLE: 6, RECORDS_ATTACKED: ROWS}
    assert result.summary.endswith("6 copied records would have been seen")


def test_chance_repeats_in_a_coarse_table_are_no_copies() -> None:
    rng = np.random.default_rng(4)

    def coarse(rows: int) -> pa.Table:
        skewed = np.minimum(rng.geometric(0.02, rows), 400)
        return pa.table({"a": skewed, "b": rng.integers(0, 30, rows)})

    real, holdout, synthetic = coarse(4000), coarse(2000), coarse(4000)
    result = _judge(real, synthetic, holdout)
    aside = next(row for row in result.rows() if row["arm"] == "set aside: in both tables")
    assert aside["records"] > 100
    members = next(row for row in result.rows() if "members" in row["arm"])
    assert members["estimate"] > 0.3  # a naive count would shout
    assert result.status in (Status.PASS, Status.INCONCLUSIVE)


def test_without_a_holdout_or_without_single_records_nothing_is_claimed(
    tables: tuple[pa.Table, pa.Table, np.random.Generator],
) -> None:
    real = tables[0]
    assert _judge(real, real, None).status is Status.NOT_APPLICABLE
    constant = pa.table({"a": ["x"] * 50})
    result = _judge(constant, constant, constant)
    assert result.status is Status.NOT_APPLICABLE
    assert "once" in result.message


def test_identifiers_are_ignored(tables: tuple[pa.Table, pa.Table, np.random.Generator]) -> None:
    real, holdout, _ = tables
    parts = [
        part.append_column("id", pa.array(np.arange(ROWS) + shift))
        for part, shift in ((real, 0), (real, 50_000), (holdout, 90_000))
    ]
    assert _judge(*parts).status is Status.FAIL


def test_smallest_visible_number_is_the_smallest() -> None:
    counts = CopyCounts(1000, 500, 4, 2, 0, 0, 0)
    visible = smallest_visible(counts, 0.95)
    assert visible is not None
    hidden = CopyCounts(1000, 500, 4 + visible - 1, 2, 0, 0, 0)
    assert smallest_visible(hidden, 0.95) == visible  # depends on the controls alone
    assert smallest_visible(CopyCounts(3, 3, 3, 3, 0, 0, 0), 0.95) is None


def test_counts_by_hand() -> None:
    rows = {
        "real": [1, 2, 3, 3, 9, 8],
        "holdout": [4, 5, 9, 6, 6],
        "synthetic": [2, 3, 5, 7, 9, 6],
    }
    hashes = {role: np.array(own, np.uint64) for role, own in rows.items()}
    assert count_copies(multiplicities(hashes)) == CopyCounts(
        members=3, controls=2, member_hits=1, control_hits=1, both=1, repeated=2, aside_hits=2
    )


# Published tables


def _adult(folder: Path, synthetic: pa.Table | str) -> Data:
    if isinstance(synthetic, str):
        synthetic = pq.read_table(folder / "planted" / f"adult_{synthetic}.parquet")
    return load(
        folder / "mostly2023" / "adult_trn.csv.gz",
        synthetic,
        folder / "planted" / "adult_control.parquet",
    )


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("exact_copy", Status.FAIL),
        ("copula_leak5", Status.FAIL),
        ("mode_collapse", Status.FAIL),
        ("ideal_holdout", Status.PASS),
        ("gauss_copula", Status.PASS),
        ("indep_marginals", Status.PASS),
    ],
)
def test_planted_tables(shared_data: Path, name: str, status: Status) -> None:
    result = run(_adult(shared_data, name), select_checks=["P001"])[0]
    assert result.status is status, result.message


def test_number_of_planted_copies_is_in_the_interval(shared_data: Path) -> None:
    truth = pa.csv.read_csv(shared_data / "planted" / "adult_copula_leak5_truth.csv")
    data = _adult(shared_data, "copula_leak5")
    hashes = data.row_hashes["real"][truth["train_row"].to_numpy()]
    records = len(np.unique(hashes))
    details = run(data, select_checks=["P001"])[0].rows()
    copied = details[0]
    aside = next(row for row in details if row["arm"] == "set aside: repeated in one table")
    assert copied["hits_low"] <= records <= copied["hits_high"] + aside["hits"]
    once = np.isin(hashes, _singles(data)).sum()
    assert copied["hits_low"] <= once <= copied["hits_high"]


def _singles(data: Data) -> np.ndarray:
    pool = np.concatenate([data.row_hashes["real"], data.row_hashes["holdout"]])
    records, counts = np.unique(pool, return_counts=True)
    return records[counts == 1]


@pytest.mark.parametrize("share", [0.01, 0.001])
def test_small_leaks_are_found_with_their_number(shared_data: Path, share: float) -> None:
    rng = np.random.default_rng(17)
    fresh = pq.read_table(shared_data / "planted" / "adult_gauss_copula.parquet")
    real = pa.csv.read_csv(shared_data / "mostly2023" / "adult_trn.csv.gz").cast(fresh.schema)
    leaked = rng.choice(real.num_rows, round(share * fresh.num_rows), replace=False)
    kept = rng.permutation(fresh.num_rows)[len(leaked) :]
    mixed = pa.concat_tables([fresh.take(kept), real.take(leaked)])
    data = _adult(shared_data, mixed)
    result = run(data, select_checks=["P001"])[0]
    assert result.status is Status.FAIL
    once = np.isin(data.row_hashes["real"][leaked], _singles(data)).sum()
    assert result.rows()[0]["hits_low"] <= once <= result.rows()[0]["hits_high"]


@pytest.mark.slow
@pytest.mark.study
@pytest.mark.parametrize("name", ["ideal_holdout", "gauss_copula", "mostly"])
def test_false_alarms_over_200_random_splits(shared_data: Path, name: str) -> None:
    """Fingerprints of real and holdout are dealt anew; what is synthetic stays."""
    if name == "mostly":
        folder = shared_data / "mostly2023"
        data = load(*(folder / f"adult_{part}.csv.gz" for part in ("trn", "mostly", "val")))
    else:
        data = _adult(shared_data, name)
    hashes = data.row_hashes
    pool = np.concatenate([hashes["real"], hashes["holdout"]])
    rng = np.random.default_rng(23)
    alarms = 0
    for _ in range(200):
        dealt = rng.permutation(pool)
        real, holdout = np.split(dealt, [len(hashes["real"])])
        tables = {"real": real, "holdout": holdout, "synthetic": hashes["synthetic"]}
        counts = count_copies(multiplicities(tables))
        alarms += (
            excess_members(
                counts.member_hits, counts.members, counts.control_hits, counts.controls
            ).low
            > 0
        )
    assert alarms <= 11  # 2.5 % of 200 is 5; 11 or fewer with probability .99
