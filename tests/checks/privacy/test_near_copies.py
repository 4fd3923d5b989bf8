"""Near copies and the share of nearer rows: copies in any disguise are seen, fresh rows are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.checks.privacy.closer_to_real_than_holdout import closer_share
from synth_eval.data.load import load
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.stats.neighbours import Neighbours

ROWS = 3000


def _values(rng: np.random.Generator, rows: int = ROWS) -> dict[str, np.ndarray]:
    size = rng.normal(size=rows)
    return {
        "height": 170 + 10 * size,
        "weight": 70 + 9 * size + rng.normal(0, 8, rows),
        "pay": rng.lognormal(10, 1, rows),
        "job": rng.choice(["clerk", "cook", "nurse"], rows),
    }


def _jittered(values: dict[str, np.ndarray], rng: np.random.Generator) -> pa.Table:
    noisy = {
        name: column * (1 + 1e-3 * rng.normal(size=len(column))) if name != "job" else column
        for name, column in values.items()
    }
    return pa.table(noisy)


def _judge(real: pa.Table, synthetic: pa.Table, holdout: pa.Table) -> dict[str, Result]:
    return {r.code: r for r in run(load(real, synthetic, holdout), select_checks=["P"])}


@pytest.fixture(scope="module")
def parts() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator]:
    rng = np.random.default_rng(31)
    return _values(rng), _values(rng), rng


def test_copies_with_jitter_fail_in_any_order(
    parts: tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator],
) -> None:
    real, holdout, rng = parts
    noisy = _jittered(real, rng)
    for synthetic in (noisy, noisy.take(rng.permutation(ROWS)), noisy.slice(0, 600)):
        found = _judge(pa.table(real), synthetic, pa.table(holdout))
        assert found["P001"].status is Status.PASS  # no cell survives
        assert found["P003"].status is Status.FAIL, found["P003"].message
        assert found["P002"].status is Status.WARN


def test_fresh_rows_do_not_fail(
    parts: tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator],
) -> None:
    real, holdout, rng = parts
    found = _judge(pa.table(real), pa.table(_values(rng, 5000)), pa.table(holdout))
    assert found["P003"].status in (Status.PASS, Status.INCONCLUSIVE)
    assert found["P002"].status is Status.PASS
    assert "clears nothing" in found["P002"].message


def test_half_the_holdout_does_not_shift_the_share(
    parts: tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator],
) -> None:
    """Fresh rows have a share of .59 against a holdout of half the size; equal sizes mend it."""
    real, holdout, rng = parts
    small = pa.table(holdout).slice(0, ROWS // 2)
    found = _judge(pa.table(real), pa.table(_values(rng)), small)["P002"]
    assert found.estimate is not None
    assert found.estimate.low is not None
    assert found.estimate.low < 0.5 < found.estimate.value + 0.05
    assert found.rows()[0]["rows_searched_per_side"] == ROWS // 2


def test_few_holdout_rows_are_not_judged(
    parts: tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.random.Generator],
) -> None:
    real, holdout, _ = parts
    found = _judge(pa.table(real), pa.table(real), pa.table(holdout).slice(0, 20))
    assert found["P003"].status is Status.NOT_APPLICABLE


def test_share_counts_ties_half_and_records_once() -> None:
    def found(distances: list[float], rows: list[int]) -> Neighbours:
        return Neighbours(np.array(distances)[:, None], np.array(rows)[:, None])

    share = closer_share(found([1, 2, 3, 4], [0, 1, 2, 3]), found([2, 1, 3, 5], [0, 1, 2, 3]))
    assert share.value == pytest.approx(2.5 / 4)
    lonely = closer_share(found([1] * 400, [7] * 400), found([2] * 400, list(range(400))))
    many = closer_share(
        found([1, 2] * 200, list(range(400))), found([2, 1] * 200, list(range(400)))
    )
    assert lonely.value == 1.0
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.01)


def test_share_interval_covers_one_half_over_splits_though_queries_crowd() -> None:
    """Queries around few records: a binomial interval would be far too narrow."""
    rng = np.random.default_rng(6)
    inside = 0
    for _ in range(200):
        centres = rng.normal(size=40)
        queries = np.repeat(centres, 100)
        pool = rng.normal(size=200)
        real, holdout = pool[:100], pool[100:]
        sides = []
        for side in (real, holdout):
            gaps = np.abs(queries[:, None] - side[None])
            sides.append(Neighbours(gaps.min(axis=1)[:, None], gaps.argmin(axis=1)[:, None]))
        share = closer_share(*sides)
        inside += share.low <= 0.5 <= share.high
    assert inside >= 0.9 * 200


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("exact_copy", {Status.FAIL}),
        ("noisy_copy", {Status.FAIL}),
        ("copula_leak5", {Status.FAIL}),
        ("ideal_holdout", {Status.PASS}),
        ("gauss_copula", {Status.PASS}),
        ("sdv_gc", {Status.PASS}),
        ("sdv_ctgan", {Status.PASS}),
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
