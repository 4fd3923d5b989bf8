"""Great Expectations as the engine: same counts as ours, quiet, harmless, errors told apart."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import Data, load
from synth_eval.rules import derive_suite, run_suite, write_suite
from synth_eval.rules.derived.derive import derive_rules
from synth_eval.rules.engines.engine import read, run_on_table
from tests.processes import finished

HOSTILE = [
    "<script>alert('x')</script>", "it's", "emoji 😀 {x}", "a`b", "line\nbreak", "99", "#hash",
    "back\\slash", "from", "a.b", " space ", "$money", "%s", "é", "synth_eval_column_0", "column",
]  # fmt: skip


def assert_engines_agree(data: Data) -> None:
    """Great Expectations and our own counts, on every table and every rule."""
    rules, _ = derive_rules(data.real, data.holdout)
    entries = [rule.to_dict(0.001, 11) for rule in rules]
    for table in data.tables.values():
        for rule, outcome in zip(rules, run_on_table(entries, table, data.real), strict=True):
            ours = rule.rule.count(table)
            assert outcome.error is None, (rule.rule.text, outcome.error)
            if outcome.tally is None:
                assert outcome.success == (ours.broken == 0), rule.rule.text
            else:
                assert outcome.tally == ours, rule.rule.text


def test_counts_agree_on_simulated_people(simulated: Data) -> None:
    assert_engines_agree(simulated)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["indep_marginals", "impossible_1pct", "sdv_ctgan"])
def test_counts_agree_on_adult(shared_data: Path, name: str) -> None:
    real = shared_data / "mostly2023" / "adult_trn.csv.gz"
    holdout = shared_data / "planted" / "adult_control.parquet"
    assert_engines_agree(load(real, shared_data / "planted" / f"adult_{name}.parquet", holdout))


def odd_table(rows: int, seed: int, fault: float) -> pa.Table:
    """Text dates, text numbers, flags as 0 and 1, identifiers, zoned times; some cells broken."""
    rng = np.random.default_rng(seed)
    bad = rng.random(rows) < fault
    numbers = np.array([f"{x:.2f}" for x in rng.normal(50, 9, rows)], dtype=object)
    numbers[bad] = "13.9.5833333"
    days = np.array([f"2024-01-{1 + i % 28:02d}" for i in range(rows)], dtype=object)
    days[bad] = "31/12/2024"
    whole = rng.integers(0, 300, rows).astype(float)
    whole[bad] = np.nan
    half = rng.integers(0, 300, rows).astype(float)
    half[bad] += 0.5
    codes = np.array([f"X{i:06d}" for i in rng.permutation(10 * rows)[:rows]], dtype=object)
    codes[bad] = "??"
    moments = (1.7e15 + rng.integers(0, 10**13, rows)).astype(np.int64)
    return pa.table(
        {
            "number": pa.array(numbers, pa.string()),
            "day": pa.array(days, pa.string()),
            "whole": pa.array(whole, from_pandas=True),
            "half": half,
            "code": pa.array(codes, pa.string()),
            "flag": rng.integers(0, 2, rows),
            "yes": rng.random(rows) < 0.3,
            "moment": pa.array(moments, pa.timestamp("us", tz="UTC")),
            "level": pa.array(rng.integers(1, 6, rows)).cast(pa.int8()),
            "day of visit": pa.array(np.arange(rows) % 100),
            "visitor": pa.array([f"v{i // 100}" for i in range(rows)]),
        }
    )


def test_counts_agree_on_broken_cells_of_every_kind() -> None:
    data = load(odd_table(4_000, 0, 0.0), odd_table(3_000, 1, 0.02), odd_table(2_000, 2, 0.0))
    assert_engines_agree(data)
    found = {row["rule"]: row for row in run_suite(derive_suite(data), odd_table(900, 3, 0.0))}
    assert {row["status"] for row in found.values()} == {"pass"}


def test_counts_agree_whatever_columns_and_values_are_called() -> None:
    rng = np.random.default_rng(0)
    words = ["it's", '<b>"q"</b>', "{br}", "é", "a`b", "%s"]

    def rows(seed: int) -> pa.Table:
        draw = np.random.default_rng(seed)
        pick = draw.integers(0, 6, 3_000)
        columns: dict[str, Any] = {}
        for place, name in enumerate(HOSTILE):
            same = [words[(p + place) % 6] for p in pick]
            columns[name] = pa.array(same) if place % 2 else draw.normal(size=3_000)
        return pa.table(columns)

    assert_engines_agree(load(rows(1), rows(2), rows(int(rng.integers(3, 9)))))


def test_stock_great_expectations_loads_and_runs_the_file_unchanged(
    simulated: Data, tmp_path: Path
) -> None:
    """In the words of its own documentation, on a plain frame; only the engine is silenced."""
    path = tmp_path / "suite.json"
    write_suite(derive_suite(simulated), path)
    names = simulated.holdout.stored_names
    frame = pa.table({n: simulated.holdout.source.column(n) for n in names}).to_pandas()
    for name in ("start_date", "end_date"):
        frame[name] = frame[name].astype("datetime64[ns]")
    frame.to_pickle(tmp_path / "rows.pickle")
    code = (
        "import json, sys, pandas\n"
        "import great_expectations as gx\n"
        f"suite = gx.ExpectationSuite(**json.load(open({str(path)!r}, encoding='utf-8')))\n"
        f"frame = pandas.read_pickle({str(tmp_path / 'rows.pickle')!r})\n"
        "context = gx.get_context(mode='ephemeral')\n"
        "asset = context.data_sources.add_pandas('p').add_dataframe_asset('a')\n"
        "batch = asset.add_batch_definition_whole_dataframe('b').get_batch({'dataframe': frame})\n"
        "found = batch.validate(suite)\n"
        "json.dump([[r.expectation_config.description, r.success, r.expectation_config.severity]\n"
        "           for r in found.results], sys.stdout)\n"
    )
    done = finished([sys.executable, "-c", code], check=True)
    results = json.loads(done.stdout[done.stdout.index("[[") :])
    suite = json.loads(path.read_text(encoding="utf-8"))
    assert len(results) == len(suite["expectations"])
    assert [words for words, success, _ in results if not success] == []  # the holdout is real
    assert {severity for *_, severity in results} == {"critical", "warning"}


def test_running_is_quiet_writes_nothing_and_asks_no_network(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise OSError('no network')\n"
        "socket.getaddrinfo = refuse; socket.socket.connect = refuse\n"
        "from synth_eval.demo.simulated import simulated_table\n"
        "from synth_eval.data.load import load\n"
        "from synth_eval.judging.run import run\n"
        "rows = simulated_table(2000)\n"
        "result, = run(load(rows, simulated_table(1000, 1)), select_checks=['V003'])\n"
        "assert result.status.value in ('pass', 'warn', 'inconclusive'), result.message\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("XDG", "GX"))},
        "HOME": str(home),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    done = finished([sys.executable, "-W", "error", "-c", code], env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("", "")
    assert [path for path in tmp_path.rglob("*") if path != home] == []


class _Result:
    """A validation result as Great Expectations hands it out."""

    def __init__(self, info: Any, result: dict[str, Any], *, success: bool) -> None:
        self.exception_info, self.result, self.success = info, result, success


@pytest.mark.parametrize(
    "info",
    [
        {"raised_exception": True, "exception_message": "boom\nmore", "exception_traceback": "t"},
        {"metric 1": {"raised_exception": False}, "metric 2": {"raised_exception": True,
                                                               "exception_message": "boom"}},
    ],
    ids=["flat", "by metric"],
)  # fmt: skip
def test_a_crash_is_an_error_in_both_shapes(info: Any) -> None:
    outcome = read(_Result(info, {}, success=False))
    assert outcome.error == "boom"
    assert outcome.success is None


def test_a_failure_is_no_error() -> None:
    result = {"element_count": 10, "unexpected_count": 3, "missing_count": 2}
    outcome = read(_Result({"raised_exception": False}, result, success=False))
    assert outcome.error is None
    assert outcome.tally is not None
    assert (outcome.tally.judged, outcome.tally.broken) == (8, 3)


def test_rows_conditions_on_pairs_are_heeded() -> None:
    """The stock expectation forgets them."""
    rows = pa.table({"a": ["x", "x", "y", "y"] * 50, "b": [1, 2, 3, 4] * 50})
    entry = {
        "type": "expect_column_pair_values_to_be_in_set",
        "kwargs": {
            "column_A": "a",
            "column_B": "b",
            "value_pairs_set": [["x", 1]],
            "row_condition": {
                "type": "comparison", "column": {"name": "a"}, "operator": "==", "parameter": "x",
            },
        },
    }  # fmt: skip
    (found,) = run_suite({"name": "s", "expectations": [entry]}, rows)
    assert (found["n"], found["violations"]) == (100, 50)


def test_hand_written_rules_allow_what_mostly_says() -> None:
    rows = pa.table({"age": [10.0] * 80 + [70.0] * 920})
    entry = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "age", "min_value": 18, "mostly": 0.9},
    }
    (found,) = run_suite({"name": "s", "expectations": [entry]}, rows)
    assert (found["status"], found["limit"]) == ("pass", pytest.approx(0.1))
    entry["kwargs"]["mostly"] = 0.99
    (found,) = run_suite({"name": "s", "expectations": [entry]}, rows)
    assert found["status"] == "fail"


@pytest.mark.parametrize(("severity", "status"), [("critical", "fail"), ("warning", "warn")])
def test_expectations_about_the_whole_table_have_a_word_and_no_rate(
    severity: str, status: str
) -> None:
    entry = {
        "type": "expect_column_mean_to_be_between",
        "kwargs": {"column": "age", "max_value": 3},
        "severity": severity,
    }
    (found,) = run_suite({"name": "s", "expectations": [entry]}, pa.table({"age": [5.0, 6.0]}))
    assert (found["status"], found["estimate"]) == (status, None)
