"""What every check must survive, whoever wrote it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result, Status
from tests.contract.conftest import SMALL, STANDARD
from tests.contract.tests_support import names_of_real_extremes

COUNTS = {code for code, spec in available_checks().items() if spec.cost == "counts"}
SOME = [*sorted(COUNTS), "F009", "C008", "U001", "P003", "P009"]
"""What reads every kind of column in each of the ways there are: counts, spaces, features."""

some_or_all = pytest.mark.parametrize(
    "select", [SOME, pytest.param((), marks=pytest.mark.slow)], ids=["some", "all"]
)


def numbers(result: Result):
    """Everything a result says but its time."""
    return replace(result, seconds=0.0).to_dict()


def shuffled(table: pa.Table, seed: int = 0) -> pa.Table:
    return table.take(np.random.default_rng(seed).permutation(table.num_rows))


def test_every_registered_check_has_exactly_one_result(results):
    assert set(results) == set(available_checks())


def test_no_check_breaks_on_ordinary_data(results):
    assert {code: r.message for code, r in results.items() if r.status is Status.ERROR} == {}


@pytest.mark.parametrize(
    ("before", "config", "select"),
    [
        ("baseline", SMALL, COUNTS),  # a small sample of other rows may well say something else
        pytest.param("standard", STANDARD, (), marks=pytest.mark.slow),
    ],
    ids=["fast", "standard"],
)
def test_row_order_changes_no_count_and_no_status(
    request, before, config, select, evaluate_all, people, copula_rows
):
    ordered = request.getfixturevalue(before)
    again = evaluate_all(
        *(shuffled(table) for table in (people["real"], copula_rows, people["holdout"])),
        config=config, select=select,
    )  # fmt: skip
    for code, result in again.items():
        if code in COUNTS and result.sampled is None:
            assert result.status == ordered[code].status, code
        elif config is STANDARD:
            # What draws folds or permutations draws others of rows in another order: of 3,000
            # rows a number may lie where more rows are needed, never on the other side of it.
            both = {str(result.status), str(ordered[code].status)}
            assert len(both - {"inconclusive"}) <= 1, code
        if code in COUNTS and result.estimate is not None and result.sampled is None:
            assert result.estimate.value == pytest.approx(ordered[code].estimate.value), code


def test_same_seed_same_result_whatever_the_order_of_columns(
    baseline, evaluate_all, people, copula_rows
):
    turned = copula_rows.select(copula_rows.column_names[::-1])
    again = evaluate_all(people["real"], turned, people["holdout"])
    assert {code: numbers(r) for code, r in again.items()} == {
        code: numbers(r) for code, r in baseline.items()
    }


def test_names_of_columns_do_not_matter(baseline, evaluate_all, people, copula_rows):
    """Spaces, quotes, braces, unicode and markup are names like any other."""
    odd = [" a b", "it's", 'say "x"', "{{ y }}", "ä·é", "<script>", "${z}", "`q`", "a-b", "🎲"]
    names = people["real"].column_names
    new = [odd[i] if i < len(odd) and name != "approved" else name for i, name in enumerate(names)]
    again = evaluate_all(
        people["real"].rename_columns(new),
        copula_rows.rename_columns(new),
        people["holdout"].rename_columns(new),
    )
    for code, result in again.items():
        assert result.status == baseline[code].status, (code, result.message)
        if code in COUNTS and result.estimate is not None:
            assert result.estimate.value == pytest.approx(baseline[code].estimate.value), code


def assert_agree(again: dict[str, Result], before: dict[str, Result]) -> None:
    for code, result in again.items():
        assert result.status == before[code].status, (code, result.message)
        if result.estimate is not None:
            assert result.estimate.value == pytest.approx(before[code].estimate.value), code


@some_or_all
def test_pandas_agrees_and_is_left_as_it_was(baseline, evaluate_all, people, copula_rows, select):
    frames = [people["real"].to_pandas(), copula_rows.to_pandas(), people["holdout"].to_pandas()]
    before = [frame.copy(deep=True) for frame in frames]
    assert_agree(evaluate_all(*frames, select=select), baseline)
    for old, new in zip(before, frames, strict=True):
        assert old.equals(new)


@some_or_all
@pytest.mark.parametrize("form", ["polars", "parquet"])
def test_polars_and_files_agree(
    baseline, evaluate_all, people, copula_rows, tmp_path, form, select
):
    import polars as pl
    import pyarrow.parquet as pq

    given: list[Any] = []
    for name, table in (("real", people["real"]), ("made", copula_rows), ("h", people["holdout"])):
        if form == "polars":
            given.append(pl.from_arrow(table))
        else:
            given.append(tmp_path / f"{name}.parquet")
            pq.write_table(table, given[-1], row_group_size=700)
    assert_agree(evaluate_all(*given, select=select), baseline)


def test_results_are_json_without_nan_and_come_back(results):
    for result in results.values():
        text = json.dumps(result.to_dict(), allow_nan=False)
        assert Result.from_dict(json.loads(text)).to_dict() == result.to_dict()


def test_every_number_stands_beside_its_interval_reference_and_basis(results):
    for code, result in results.items():
        if result.status is Status.NOT_APPLICABLE:
            assert result.message, code
            continue
        assert result.estimate is not None, code
        assert result.estimate.low <= result.estimate.value <= result.estimate.high, code
        assert result.reference is not None, code
        assert result.reference.what, code
        assert result.threshold is not None, code
        assert len(result.threshold.basis) > 10, code
        assert result.direction is not None, code
        assert result.n, code
        spec = available_checks()[code]
        assert (result.name, result.dimension) == (spec.name, spec.dimension)


def test_no_result_tells_an_extreme_or_a_rare_level(results, people):
    text = json.dumps([result.to_dict() for result in results.values()], ensure_ascii=False)
    for secret in names_of_real_extremes(people["real"]):
        # The same digits among the decimals of another number tell nothing.
        assert not re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", text), secret


def test_without_holdout_and_target_what_cannot_be_said_is_said(evaluate_all, people, copula_rows):
    found = evaluate_all(people["real"], copula_rows, None, target=None)
    for code, spec in available_checks().items():
        if spec.needs:
            assert found[code].status is Status.NOT_APPLICABLE, code
            assert "no holdout" in found[code].message or "no target" in found[code].message


def test_another_seed_moves_only_what_is_sampled(baseline, evaluate_all, people, copula_rows):
    again = evaluate_all(
        people["real"], copula_rows, people["holdout"],
        config=replace(SMALL, seed=99), select=COUNTS,
    )  # fmt: skip
    for code in COUNTS:
        if baseline[code].estimate is not None and baseline[code].sampled is None:
            assert again[code].estimate.value == baseline[code].estimate.value, code
