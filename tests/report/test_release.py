"""What leaves the house keeps the verdicts and loses everything that depends on records."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synth_eval as se
from synth_eval.evaluation import Evaluation
from synth_eval.judging.facts import POSSIBLE_EPSILON
from synth_eval.judging.results import (
    Cause,
    Estimate,
    Reference,
    Result,
    Skipped,
    Status,
    Threshold,
)
from synth_eval.judging.settings import Config
from synth_eval.report.release import NOTICE, release_safe, rounded, rounded_count, step

RARE = "Zyzzyva"
EXTREME = 876_543.25
CASE = "confidential case"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """An evaluation whose names, levels, extremes, files and copies can be recognised."""
    folder = tmp_path_factory.mktemp("Customer Ltd")
    rng = np.random.default_rng(4)

    def table(rows: int) -> pa.Table:
        town = rng.choice(["Ostdorf", "Westheim", "Nordau"], rows)
        pay = rng.lognormal(10, 1, rows).round(2)
        town[:3], pay[:2] = RARE, EXTREME
        ill = np.where(rng.random(rows) < 0.3, "yes-ill", "no-ill")
        return pa.table(
            {"q7_town": town, "q7_pay": pay, "q7_age": rng.integers(18, 90, rows), "q7_ill": ill}
        )

    real, holdout = table(1237), table(1231)
    synthetic = pa.concat_tables([table(1200), real.slice(100, 29)])
    files = {}
    for role, rows in (("real", real), ("synthetic", synthetic), ("holdout", holdout)):
        files[role] = folder / f"secret_{role}.parquet"
        pq.write_table(rows, files[role])
    cases = ({"name": CASE, "all": [{"column": "q7_pay", "op": ">=", "value": EXTREME}]},)
    config = Config(
        model_rows=500, neighbour_rows=500, depth="fast", edge_cases=cases, seed=90_817,
        margins={
            **Config().margins,
            "privacy.copied_records": Threshold(0.0123, "agreed with Customer Ltd in May"),
        },
    )  # fmt: skip
    data = se.load(*files.values(), target="q7_ill", sensitive=["q7_town"])
    return se.evaluate(data, config=config, progress=False)


@pytest.fixture(scope="module")
def texts(made: Evaluation) -> tuple[str, str]:
    safe = release_safe(made)
    return safe.to_json(), safe.to_html()


def test_verdicts_and_statuses_are_the_same(made: Evaluation) -> None:
    safe = release_safe(made)
    assert {name: found.word for name, found in safe.verdicts.items()} == {
        name: found.word for name, found in made.verdicts.items()
    }
    assert [(r.code, r.status) for r in safe.results] == [(r.code, r.status) for r in made.results]
    assert safe.verdicts["privacy"].word == "NO-GO"  # 29 planted copies


def test_the_internal_report_has_what_is_looked_for(made: Evaluation) -> None:
    """Else the tests below could not fail."""
    text = made.to_json()
    for word in ("q7_town", "Ostdorf", CASE, "secret_real", "Customer Ltd", "90817", "1237"):
        assert word in text, word
    assert len(re.findall(r"[0-9a-f]{64}", text)) >= 3


def test_no_name_level_extreme_hash_or_seed_survives(texts: tuple[str, str]) -> None:
    names = ("q7_", "Ostdorf", "Westheim", "Nordau", "yes-ill", CASE, "confidential")
    marks = (RARE, "876543", "876,543", "secret_", ".parquet", "Customer", "May", "90817", "90,817")
    for text, word in product(texts, (*names, *marks)):
        if word == "May" and "<html" in text:
            continue  # a word of the page
        assert word not in _visible(text), word
    for text in texts:
        assert not re.search(r"\b[0-9a-f]{32,}\b", _visible(text))


def test_no_exact_count_survives(made: Evaluation, texts: tuple[str, str]) -> None:
    counts = {1237, 1231, 1229, *(r.n for r in made.results), *(r.sampled for r in made.results)}
    exact = {count for count in counts if count and count >= 100 and count != rounded_count(count)}
    assert exact >= {1237, 1231, 1229}
    for text, count in product(texts, exact):
        for form in (str(count), f"{count:,}"):
            assert not re.search(rf"(?<![\d.,]){form}(?![\d.,])", _visible(text)), form


def test_every_number_is_coarse(made: Evaluation) -> None:
    for result, before in zip(release_safe(made).results, made.results, strict=True):
        assert (result.items, result.decisions) == ((), ())
        assert set(result.facts) <= {POSSIBLE_EPSILON}
        assert result.panels == ()
        assert result.seconds == 0.0
        for quantity in (result.estimate, result.reference):
            if quantity is None:
                continue
            for number in (quantity.value, quantity.low, quantity.high):
                assert number is None or len(_digits(number)) <= 3, (result.code, number)
        if before.estimate is not None and abs(before.estimate.value) < 0.001:
            assert result.estimate is not None
            assert result.estimate.value == 0.0, result.code  # a person or two in a thousand


def test_nothing_but_results_and_versions_is_left(made: Evaluation) -> None:
    safe = release_safe(made)
    assert (safe.profiles, safe.reference_scores, safe.schema) == ((), (), {})
    assert set(safe.provenance) == {
        "notice", "created", "synth_eval", "python", "packages", "tables",
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", safe.provenance["created"])
    for role, table in safe.provenance["tables"].items():
        assert table == {"name": role, "rows": 1200, "columns": 4}


def test_rows_that_were_asked_for_and_fields_of_tomorrow_stay_inside(made: Evaluation) -> None:
    safe = release_safe(replace(made, examples=({"rule": RARE, "rows": [{"q7_pay": EXTREME}]},)))
    assert safe.examples == ()
    assert RARE not in safe.to_json() + safe.to_html()
    kept = {"results", "provenance", "purpose"}
    empty = Evaluation([])
    for item in fields(Evaluation):
        if item.name not in kept:
            assert getattr(safe, item.name) == getattr(empty, item.name), item.name


def test_page_says_what_is_left_out(texts: tuple[str, str]) -> None:
    assert NOTICE in texts[1]
    for word in ("names of columns", "hashes", "extremes", "eleven records"):
        assert word in NOTICE


def test_messages_are_made_anew(made: Evaluation) -> None:
    kept = {result.message for result in release_safe(made).results}
    told = {r.message for r in made.results if r.status is not Status.NOT_APPLICABLE}
    assert not kept & told


def test_json_comes_back(made: Evaluation) -> None:
    safe = release_safe(made)
    assert Evaluation.from_dict(json.loads(safe.to_json())).to_json() == safe.to_json()


def test_original_is_untouched_and_page_is_an_option(made: Evaluation, tmp_path: Path) -> None:
    before = made.to_json()
    page = made.to_html(tmp_path / "outside.html", release_safe=True)
    assert (tmp_path / "outside.html").read_text(encoding="utf-8") == page
    assert "q7_" not in page
    assert "q7_" in made.to_html()
    assert made.to_json() == before


def test_what_is_missing_is_still_said_and_broken_checks_tell_nothing() -> None:
    result = Result("P001", "exact_copies", "privacy", Status.NOT_APPLICABLE, "no holdout: x")
    missing = Skipped(Cause.NEED, "no target column", "name the column that models should predict")
    odd = Skipped(Cause.DATA, f"column {RARE} is odd")
    results = [
        replace(result, message=missing.sentence, skipped=missing),
        replace(result, code="P002", message=odd.text, skipped=odd),
        Result("P003", "near_copies", "privacy", Status.ERROR, f"ValueError: {RARE}"),
    ]
    safe = [found.message for found in release_safe(Evaluation(results)).results]
    assert safe[0] == missing.sentence
    assert RARE not in "".join(safe)


@pytest.mark.parametrize("seed", range(20))
def test_intervals_stay_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low, value, high = np.sort(rng.lognormal(-3, 4, 3) * rng.choice([-1, 1])).tolist()
    n = int(rng.integers(12, 100_000))
    estimate, reference = Estimate(value, low, high), Reference("x", value, low, high, n)
    result = Result("P001", "exact_copies", "privacy", Status.FAIL, "x", estimate, reference, n=n)
    [safe] = release_safe(Evaluation([result])).results
    assert safe.estimate is not None
    assert safe.estimate.low <= safe.estimate.value <= safe.estimate.high  # type: ignore[operator]
    assert abs(safe.estimate.value - value) <= step([low, value, high], n)


def test_a_stricter_smallest_cell_makes_coarser_steps() -> None:
    estimate = Estimate(0.0345, 0.0301, 0.0399)
    result = Result("P001", "exact_copies", "privacy", Status.FAIL, "x", estimate, n=11_000)
    settings = ({}, {"settings": {"small_cell": 110}}, {"settings": {"small_cell": 5}})
    found = [release_safe(Evaluation([result], given)).results[0].estimate for given in settings]
    assert [entry and entry.value for entry in found] == [0.034, 0.03, 0.034]


def test_rounding_by_hand() -> None:
    assert step([0.5], 50_000) == pytest.approx(0.01)
    assert step([0.0], 1_100) == pytest.approx(0.01)  # eleven of 1,100 records
    assert step([3], 1_099) == pytest.approx(0.1)
    assert rounded(7 / 1_100, 0.01) == 0.01
    assert [rounded_count(n) for n in (11, 99, 4_980, 1_000_001)] == [10, 100, 5_000, 1_000_000]


def _visible(text: str) -> str:
    """The text without style, program and explanations, which hold no data."""
    return re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.DOTALL)


def _digits(number: float) -> str:
    return f"{abs(number):.10g}".split("e")[0].replace(".", "").strip("0")
