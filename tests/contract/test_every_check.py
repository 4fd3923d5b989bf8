"""What every check must survive, whoever wrote it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result, Status
from tests.contract.conftest import STANDARD
from tests.contract.tests_support import names_of_real_extremes

COUNTS = {code for code, spec in available_checks().items() if spec.cost == "counts"}


def numbers(result: Result):
    """Everything a result says but its time."""
    return replace(result, seconds=0.0).to_dict()


def shuffled(table: pa.Table, seed: int = 0) -> pa.Table:
    return table.take(np.random.default_rng(seed).permutation(table.num_rows))


def test_every_registered_check_has_exactly_one_result(standard):
    assert set(standard) == set(available_checks())


def test_no_check_breaks_on_ordinary_data(standard):
    assert {code: r.message for code, r in standard.items() if r.status is Status.ERROR} == {}


def test_same_seed_same_result(baseline, evaluate_all, people, copula_rows):
    again = evaluate_all(people["real"], copula_rows, people["holdout"])
    assert {code: numbers(r) for code, r in again.items()} == {
        code: numbers(r) for code, r in baseline.items()
    }


def test_row_order_changes_no_count_and_no_status(standard, evaluate_all, people, copula_rows):
    again = evaluate_all(
        *(shuffled(table) for table in (people["real"], copula_rows, people["holdout"])),
        config=STANDARD,
    )
    for code, result in again.items():
        assert result.status == standard[code].status, code
        if code in COUNTS and result.estimate is not None:
            assert result.estimate.value == pytest.approx(standard[code].estimate.value), code


def test_column_order_of_the_synthetic_table_does_not_matter(
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


def test_inputs_are_not_changed(evaluate_all, people, copula_rows):
    frames = [people["real"].to_pandas(), copula_rows.to_pandas(), people["holdout"].to_pandas()]
    before = [frame.copy(deep=True) for frame in frames]
    evaluate_all(*frames)
    for old, new in zip(before, frames, strict=True):
        assert old.equals(new)


def test_pandas_polars_and_files_agree(baseline, evaluate_all, people, copula_rows, tmp_path):
    import polars as pl
    import pyarrow.parquet as pq

    tables = [people["real"], copula_rows, people["holdout"]]
    files = []
    for name, table in zip(("real", "synthetic", "holdout"), tables, strict=True):
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=700)
        files.append(tmp_path / f"{name}.parquet")
    forms = {
        "pandas": [table.to_pandas() for table in tables],
        "polars": [pl.from_arrow(table) for table in tables],
        "parquet": files,
    }
    for form, given in forms.items():
        again = evaluate_all(*given)
        for code, result in again.items():
            assert result.status == baseline[code].status, (form, code, result.message)
            if result.estimate is not None:
                expected = baseline[code].estimate.value
                assert result.estimate.value == pytest.approx(expected), (form, code)


def test_results_are_json_without_nan_and_come_back(standard):
    for result in standard.values():
        text = json.dumps(result.to_dict(), allow_nan=False)
        assert Result.from_dict(json.loads(text)).to_dict() == result.to_dict()


def test_every_number_stands_beside_its_interval_reference_and_basis(standard):
    for code, result in standard.items():
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


def test_no_result_tells_an_extreme_or_a_rare_level(standard, people):
    text = json.dumps([result.to_dict() for result in standard.values()], ensure_ascii=False)
    for secret in names_of_real_extremes(people["real"]):
        assert secret not in text, secret


MUTATIONS = {
    "one row": lambda t: t.slice(0, 1),
    "two rows": lambda t: t.slice(0, 2),
    "all missing column": lambda t: _set(
        t, "age", pa.nulls(t.num_rows, t.schema.field("age").type)
    ),
    "all missing target": lambda t: _set(t, "approved", pa.nulls(t.num_rows, pa.string())),
    "constant number": lambda t: _set(t, "age", pa.array([40] * t.num_rows)),
    "constant level": lambda t: _set(t, "region", pa.array(["North"] * t.num_rows)),
    "constant target": lambda t: _set(t, "approved", pa.array(["no"] * t.num_rows)),
    "infinities": lambda t: _set(t, "bmi", pa.array([np.inf, -np.inf] * (t.num_rows // 2))),
    "huge numbers": lambda t: _set(t, "bmi", pa.array([1e308, -1e308] * (t.num_rows // 2))),
    "numbers as text": lambda t: _set(t, "age", pc.cast(t["age"], pa.string())),
    "levels as numbers": lambda t: _set(t, "region", pa.array(range(t.num_rows))),
    "unseen levels": lambda t: _set(t, "region", pa.array(["<b>Mars</b>"] * t.num_rows)),
    "unseen target": lambda t: _set(t, "approved", pa.array(["maybe"] * t.num_rows)),
    "garbled text": lambda t: _set(t, "age", pa.array(["13.9.583"] * t.num_rows)),
    "column gone": lambda t: t.drop_columns(["age"]),
    "target gone": lambda t: t.drop_columns(["approved"]),
    "extra column": lambda t: t.append_column("extra", pa.array(range(t.num_rows))),
    "dates as text": lambda t: _set(t, "start_date", pc.cast(t["start_date"], pa.string())),
    "dates gone wrong": lambda t: _set(t, "start_date", pa.array(["soon"] * t.num_rows)),
}


def _set(table: pa.Table, name: str, values) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, values)


def _assert_found(found: dict[str, Result]) -> None:
    errors = {code: r.message for code, r in found.items() if r.status is Status.ERROR}
    assert errors == {}
    worst = max(result.status.severity for result in found.values())
    assert worst >= Status.INCONCLUSIVE.severity, "the fault left no trace"


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_bad_synthetic_tables_are_findings_not_crashes(mutation, evaluate_all, people, copula_rows):
    """And never better than the same table without the fault."""
    rows = MUTATIONS[mutation](copula_rows.slice(0, 2_000))
    _assert_found(evaluate_all(people["real"], rows, people["holdout"]))


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_bad_synthetic_tables_at_the_standard_depth(mutation, evaluate_all, people, copula_rows):
    rows = MUTATIONS[mutation](copula_rows.slice(0, 2_000))
    _assert_found(evaluate_all(people["real"], rows, people["holdout"], config=STANDARD))


@pytest.mark.parametrize(
    "mutation", ["constant number", "constant level", "infinities", "two rows"]
)
def test_bad_real_tables_are_findings_not_crashes(mutation, evaluate_all, people):
    spoil = MUTATIONS[mutation]
    real, holdout = spoil(people["real"]), spoil(people["holdout"])
    found = evaluate_all(real, spoil(people["fresh"]), holdout)
    assert {code: r.message for code, r in found.items() if r.status is Status.ERROR} == {}


def test_without_holdout_and_target_what_cannot_be_said_is_said(evaluate_all, people, copula_rows):
    found = evaluate_all(people["real"], copula_rows, None, target=None)
    for code, spec in available_checks().items():
        if spec.needs:
            assert found[code].status is Status.NOT_APPLICABLE, code
            assert "no holdout" in found[code].message or "no target" in found[code].message


def test_another_seed_moves_only_what_is_sampled(standard, evaluate_all, people, copula_rows):
    config = replace(STANDARD, seed=99)
    again = evaluate_all(people["real"], copula_rows, people["holdout"], config=config)
    for code in COUNTS:
        if standard[code].estimate is not None:
            assert again[code].estimate.value == standard[code].estimate.value, code
