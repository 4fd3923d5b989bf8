"""P003: copies in any disguise are seen, fresh rows are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load
from synth_eval.judging.results import Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from tests.checks.privacy.support import (
    assert_no_step_is_a_single_record,
    jittered,
    judge,
    make_staff,
    normal_rows,
)

ROWS = 3000


@pytest.fixture(scope="module")
def parts() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator]:
    rng = np.random.default_rng(31)
    return make_staff(rng), make_staff(rng), rng


def test_copies_with_jitter_fail_in_any_order(
    parts: tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator],
) -> None:
    real, holdout, rng = parts
    noisy = jittered(real, rng)
    for synthetic in (noisy, noisy.take(rng.permutation(ROWS)), noisy.slice(0, 600)):
        found = judge(pa.table(real), synthetic, pa.table(holdout), "P001", "P003", config=Config())
        assert found["P001"].status is Status.PASS  # no cell survives
        assert found["P003"].status is Status.FAIL, found["P003"].message


def test_fresh_rows_do_not_fail(
    parts: tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator],
) -> None:
    real, holdout, rng = parts
    found = judge(
        pa.table(real), pa.table(make_staff(rng, 5000)), pa.table(holdout), "P003", config=Config()
    )
    assert found["P003"].status in (Status.PASS, Status.INCONCLUSIVE)


def test_few_holdout_rows_are_not_judged(
    parts: tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator],
) -> None:
    real, holdout, _ = parts
    found = judge(pa.table(real), pa.table(real), pa.table(holdout).slice(0, 20), "P003")
    assert found["P003"].status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param("exact_copy", {Status.FAIL}, marks=pytest.mark.slow),
        pytest.param("noisy_copy", {Status.FAIL}, marks=pytest.mark.slow),
        ("copula_leak5", {Status.FAIL}),
        ("ideal_holdout", {Status.PASS}),
        pytest.param("gauss_copula", {Status.PASS}, marks=pytest.mark.slow),
        pytest.param("sdv_gc", {Status.PASS}, marks=pytest.mark.slow),
        pytest.param("sdv_ctgan", {Status.PASS}, marks=pytest.mark.slow),
    ],
)
def test_planted_tables(shared_data: Path, name: str, status: set[Status]) -> None:
    data = load(
        shared_data / "mostly2023" / "adult_trn.csv.gz",
        shared_data / "planted" / f"adult_{name}.parquet",
        shared_data / "planted" / "adult_control.parquet",
    )
    config = Config(neighbour_rows=3000)
    result = run(data, config=config, select_checks=["P003"])[0]
    assert result.status in status, result.message


def test_distances_are_drawn_without_single_records() -> None:
    rng = np.random.default_rng(7)
    real, holdout = normal_rows(rng, 5000), normal_rows(rng, 5000)
    found = judge(real, np.vstack([normal_rows(rng), real[:500]]), holdout, "P003")["P003"]
    [distances] = found.panels
    assert_no_step_is_a_single_record(distances, 2000)
