"""P004: attacks on generators whose leak is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from synth_eval.data.load import load
from synth_eval.evaluation import Evaluation
from synth_eval.judging.registry import explain
from synth_eval.judging.results import Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import VerdictWord, verdicts
from tests.checks.privacy.support import (
    assert_no_step_is_a_single_record,
    judge,
    normal_rows,
    word,
)


def test_independent_generator_has_limits_and_never_a_clean_bill() -> None:
    rng = np.random.default_rng(1)
    found = judge(normal_rows(rng), normal_rows(rng), normal_rows(rng))
    assert found["P004"].status is Status.PASS, found["P004"].message
    assert word(found) is VerdictWord.LIMITS
    reason = verdicts(list(found.values()))["privacy"].reason
    assert "No evidence of leakage beyond control at this power" in reason
    assert "could have been shown" in reason
    assert "anonym" not in reason.lower()


@pytest.mark.parametrize(
    "leak",
    [
        lambda real, rng: real[:1500],
        lambda real, rng: rng.permutation(real) + 0.01 * rng.normal(size=real.shape),
        lambda real, rng: np.vstack(
            [normal_rows(rng), real[:600] + 0.01 * rng.normal(size=(600, 4))]
        ),
    ],
    ids=["half copied", "jittered", "a fifth nearly copied among fresh rows"],
)
def test_leaks_are_recognised(leak: Callable[..., np.ndarray]) -> None:
    rng = np.random.default_rng(2)
    real, holdout = normal_rows(rng), normal_rows(rng)
    found = judge(real, leak(real, rng), holdout)
    assert found["P004"].status is Status.FAIL, found["P004"].message
    assert word(found) is VerdictWord.NO_GO
    bound = next(row for row in found["P004"].rows() if row["arm"] == "lower bound on epsilon")
    assert bound["value"] > 0.5


def test_tail_of_a_partial_copy_is_its_share() -> None:
    """A tenth of the training rows copied: that tenth is recognised, and no more."""
    rng = np.random.default_rng(3)
    real, holdout = normal_rows(rng), normal_rows(rng)
    found = judge(real, np.vstack([normal_rows(rng), real[:300]]), holdout)["P004"]
    assert found.estimate is not None
    assert found.estimate.low is not None
    assert found.estimate.high is not None
    assert found.estimate.low - 0.005 < 0.1 * (1 - 0.01) < found.estimate.high + 0.015


def test_split_that_is_not_random_is_called_invalid() -> None:
    rng = np.random.default_rng(4)
    found = judge(normal_rows(rng), normal_rows(rng), normal_rows(rng, shift=1.0))
    assert found["P004"].status is Status.INCONCLUSIVE
    assert "INVALID SPLIT" in found["P004"].message
    assert word(found) is VerdictWord.UNKNOWN
    blind = next(row for row in found["P004"].rows() if "blind" in row["arm"])
    assert blind["value_low"] > 0.6


def test_offset_leaker_is_not_cleared() -> None:
    """Every training row moved by the same secret amount: no distance sees it, none clears it."""
    rng = np.random.default_rng(5)
    real, holdout = normal_rows(rng), normal_rows(rng)
    found = judge(real, real + np.array([0.4, -0.3, 0.35, 0.3]), holdout)
    assert word(found) in (VerdictWord.LIMITS, VerdictWord.NO_GO)
    assert "moved by the same amount" in " ".join(explain("P004").split())


def test_guessing_member_stands_beside_the_attacks_and_on_the_page() -> None:
    """F1 of two thirds without any attack: whoever reads an F1 must see it."""
    rng = np.random.default_rng(7)
    found = judge(*(normal_rows(rng, 900) for _ in range(3)), "P004")["P004"]
    guess = next(row for row in found.rows() if row["arm"] == "calling everyone a member, F1")
    assert guess["value"] == pytest.approx(2 / 3)
    attacks = {"closest distance", "density ratio", "local neighbourhood", "classifier"}
    for side in ("training", "unseen"):
        assert {f"{attack}: {side}" for attack in attacks} <= {row["arm"] for row in found.rows()}
    page = Evaluation([found]).to_html()
    assert "calling everyone a member" in page
    assert "0.667" in page
    assert "F1" not in found.message


def test_the_curve_holds_at_least_eleven_records_per_step() -> None:
    rng = np.random.default_rng(7)
    real, holdout = normal_rows(rng, 5000), normal_rows(rng, 5000)
    found = judge(real, np.vstack([normal_rows(rng), real[:500]]), holdout, "P004")["P004"]
    [roc] = found.panels
    assert roc.log_x
    assert {curve.name for curve in roc.lines} >= {"classifier", "density ratio", "no leak"}
    assert_no_step_is_a_single_record(roc, 2000)
    best = roc.lines[0]
    assert best.y[0] > 5 * best.x[0]  # a tenth of the training rows was copied


def test_few_rows_are_said_to_be_too_few() -> None:
    rng = np.random.default_rng(8)
    found = judge(normal_rows(rng, 60), normal_rows(rng, 60), normal_rows(rng, 60))
    assert found["P004"].status is Status.NOT_APPLICABLE
    assert "too few" in found["P004"].message


def test_row_order_and_seed() -> None:
    rng = np.random.default_rng(10)
    parts = [normal_rows(rng, 1200) for _ in range(3)]
    config = Config(neighbour_rows=300)
    first = judge(*parts, config=config)
    again = judge(*parts, config=config)
    shuffled = judge(*(rng.permutation(part) for part in parts), config=config)
    other = judge(*parts, config=Config(neighbour_rows=300, seed=5))
    for code in ("P003", "P004"):
        assert first[code].rows() == again[code].rows()
        assert first[code].status == shuffled[code].status
        assert first[code].estimate is not None
        assert other[code].estimate is not None
        assert first[code].estimate.low <= other[code].estimate.high  # type: ignore[operator]


LADDER = ("flip10", "flip30", "flip50", "flip90")


@pytest.mark.slow
@pytest.mark.study
def test_flip_ladder_falls(shared_data: Path) -> None:
    """Fewer values kept of the training rows, less leakage: every number falls in order."""
    folder = shared_data / "platzer2021"
    tails, words, epsilons = [], [], []
    for name in LADDER:
        data = load(*(folder / f"adult_{part}.csv.gz" for part in ("trn", name, "val")))
        found = {r.code: r for r in run(data, select_checks=["P001", "P002", "P003", "P004"])}
        tails.append([found[code].estimate.value for code in ("P001", "P002", "P003", "P004")])
        words.append(verdicts(list(found.values()))["privacy"].word)
        epsilons.append(
            next(r["value"] for r in found["P004"].rows() if r["arm"] == "lower bound on epsilon")
        )
    assert np.all(np.diff(np.array(tails), axis=0) < 0)
    assert np.all(np.diff(epsilons) < 0)
    assert words == [VerdictWord.NO_GO] * 3 + [VerdictWord.LIMITS]


@pytest.mark.slow
@pytest.mark.study
@pytest.mark.parametrize(
    ("folder", "table", "name", "word"),
    [
        ("platzer2021", "adult", "synthpop", VerdictWord.NO_GO),
        ("platzer2021", "bank-marketing", "synthpop", VerdictWord.NO_GO),
        ("platzer2021", "bank-marketing", "mostly", VerdictWord.LIMITS),
        ("platzer2021", "adult", "mostly", VerdictWord.LIMITS),
        ("mostly2023", "adult", "mostly", VerdictWord.LIMITS),
        ("mostly2024", "adult", "mostlyai_DP_eps1.6_noise1.5", VerdictWord.LIMITS),
        ("mostly2024", "adult", "mostlyai_DP_eps3.4_noise1.25", VerdictWord.LIMITS),
        ("mostly2024", "adult", "mostlyai_DP_eps10.9_noise0.75", VerdictWord.LIMITS),
    ],
)
def test_published_generators(
    shared_data: Path, folder: str, table: str, name: str, word: VerdictWord
) -> None:
    real = shared_data / ("mostly2023" if folder == "mostly2024" else folder)
    data = load(
        real / f"{table}_trn.csv.gz",
        shared_data / folder / f"{table}_{name}.csv.gz",
        real / f"{table}_val.csv.gz",
    )
    found = run(data, select_checks=["P"])
    verdict = verdicts(found)["privacy"]
    assert verdict.word is word, [r.message for r in found]


@pytest.mark.slow
@pytest.mark.study
def test_attacks_raise_no_alarm_over_20_random_splits(shared_data: Path) -> None:
    """Fresh rows, dealt to real, holdout and synthetic at random: no attack may fail."""
    folder = shared_data / "mostly2023"
    whole = pa.concat_tables(
        pa.csv.read_csv(folder / f"adult_{part}.csv.gz") for part in ("trn", "val")
    )
    failed, warned = 0, 0
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(whole.num_rows)
        real, holdout, synthetic = (whole.take(part) for part in np.array_split(order, 3))
        found = run(load(real, synthetic, holdout), config=Config(seed=seed), select_checks=["P"])
        failed += any(r.status is Status.FAIL for r in found)
        warned += any(r.status is Status.WARN for r in found)
    assert failed <= 2
    assert warned <= 8
