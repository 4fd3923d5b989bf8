"""Rules alone, run where the rows are: `se.validate` and ``synth-eval expectations run``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synth_eval as se
from synth_eval.command import main as cli
from synth_eval.errors import InputError, UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.rules import derive_suite, write_suite
from tests.processes import finished

ROOT = Path(__file__).resolve().parents[2]

EVEN = """
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import (
    ColumnMapMetricProvider,
    column_condition_partial,
)


class ColumnValuesEven(ColumnMapMetricProvider):
    condition_metric_name = "column_values.even"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column, **kwargs):
        return column % 2 == 0


class ExpectColumnValuesToBeEven(ColumnMapExpectation):
    \"\"\"Expect whole numbers to be even.\"\"\"

    map_metric = "column_values.even"
"""


def people(rows: int, seed: int, broken: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    part, other = rng.integers(1, 500, rows), rng.integers(1, 500, rows)
    whole = part + other
    whole[:broken] += 1
    role = rng.choice(["Husband", "Wife"], rows)
    sex = np.where(role == "Husband", "Male", "Female")
    names = {"part": part, "other": other, "whole": whole, "role": role, "sex": sex}
    return pa.table({**names, "day": pa.array(rng.integers(0, 900, rows), pa.int32())})


REAL, HOLDOUT = people(6_000, 1), people(3_000, 2)
BROKEN = people(4_000, 3, broken=80)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "people.json"
    write_suite(derive_suite(se.load(REAL, REAL, HOLDOUT), name="people"), path)
    return path


def rule(found: Evaluation, text: str) -> dict[str, Any]:
    (row,) = [dict(row) for row in found["V003"].rows() if text in row["rule"]]
    return row


def assert_sum_is_found(found: Evaluation) -> None:
    assert [result.code for result in found] == ["V003"]
    row = rule(found, "whole = part + other")
    assert (row["violations"], row["n"], row["status"]) == (80, 4_000, "fail")
    assert row["real"] == 0
    assert found["V003"].status is se.Status.FAIL
    others = {str(row["status"]) for row in found["V003"].rows()[1:]}
    assert others == {"pass"}


def test_a_table_here_with_a_suite(suite: Path) -> None:
    assert_sum_is_found(se.validate(BROKEN, suite))


def test_rules_are_derived_where_there_is_no_suite() -> None:
    assert_sum_is_found(se.validate(BROKEN, real=REAL, holdout=HOLDOUT))


def test_without_suite_and_real_table_it_says_what_to_give() -> None:
    with pytest.raises(UsageError, match="give a suite, or the real table"):
        se.validate(BROKEN)


def test_real_rows_that_break_a_rule_as_often_excuse_it(suite: Path) -> None:
    found = se.validate(BROKEN, suite, real=people(6_000, 5, broken=120))
    row = rule(found, "whole = part + other")
    assert row["status"] == "pass"
    assert row["real"] == pytest.approx(0.02)


def test_it_is_what_the_check_says(suite: Path) -> None:
    there = se.validate(BROKEN, suite, real=REAL, holdout=HOLDOUT)["V003"]
    here = se.evaluate(
        se.load(REAL, BROKEN, HOLDOUT),
        expectations=suite,
        select=["V003"],
        reference_scores=False,
        progress=False,
    )["V003"]
    assert list(there.rows()) == list(here.rows())
    assert there.message == here.message


def to_database(url: str, **tables: pa.Table) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    engine = sqlalchemy.create_engine(url)
    for name, table in tables.items():
        table.to_pandas().to_sql(name, engine, if_exists="replace", index=False)
    engine.dispose()


def assert_database_works(url: str, suite: Path) -> None:
    to_database(url, synthetic=BROKEN, real=REAL, holdout=HOLDOUT)
    for extra in ({}, {"real": f"{url}#real", "holdout": f"{url}#holdout"}, {"real": REAL}):
        found = se.validate(f"{url}#synthetic", suite, **extra)
        assert_sum_is_found(found)
        table = found.provenance["tables"]["synthetic"]
        assert (table["name"], table["rows"], table["columns"]) == ("table synthetic", 4_000, 6)
        assert "people.db" not in found.to_json()
        assert found.to_html()
    assert_sum_is_found(se.validate(f"{url}#synthetic", real=REAL))


def test_a_table_of_sqlite(suite: Path, tmp_path: Path) -> None:
    assert_database_works(f"sqlite:///{tmp_path / 'people.db'}", suite)


def test_a_table_of_postgresql(suite: Path, postgres: str) -> None:
    assert_database_works(postgres, suite)
    assert_sum_is_found(se.validate(f"{postgres}#public.synthetic", suite))


@pytest.mark.filterwarnings("ignore")  # of pyspark's own reading of pandas
def test_a_spark_frame(suite: Path, spark: Any, tmp_path: Path) -> None:
    pq.write_table(BROKEN, tmp_path / "synthetic.parquet")
    frame = spark.read.parquet(str(tmp_path / "synthetic.parquet"))
    found = se.validate(frame, suite)
    assert_sum_is_found(found)
    assert found.provenance["tables"]["synthetic"]["name"] == "Spark DataFrame"
    assert_sum_is_found(se.validate(frame, real=REAL, holdout=HOLDOUT))
    with pytest.raises(InputError, match=r"Spark DataFrame stays where it is; se\.validate"):
        se.load(REAL, frame)


def test_duckdb_is_read_as_arrow(suite: Path) -> None:
    """Great Expectations does not run on it; its tables hand over Arrow."""
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    connection = duckdb.connect()
    connection.register("people", BROKEN)
    assert_sum_is_found(se.validate(connection.table("people").arrow(), suite))
    with pytest.raises(UsageError, match=r"cannot run on DuckDB.*Arrow"):
        se.validate("duckdb:///people.db#people", suite)


@pytest.mark.parametrize(
    "table", ["sqlite:///people.db", "sqlite:///people.db#", "#people://x", "s3://bucket/x.parquet"]
)
def test_a_database_needs_the_name_of_a_table(table: str, suite: Path) -> None:
    with pytest.raises(UsageError, match="name the table behind the connection string"):
        se.validate(table, suite)


@pytest.mark.parametrize("role", ["real", "synthetic"])
def test_an_evaluation_refuses_tables_of_databases(role: str) -> None:
    tables = {"real": REAL, "synthetic": REAL, role: "postgresql://me:secret@host/db#people"}
    with pytest.raises(InputError, match="stays where it is") as caught:
        se.load(**tables)
    assert "secret" not in str(caught.value)


class TestCommand:
    @pytest.fixture
    def table(self, tmp_path: Path) -> str:
        pq.write_table(BROKEN, tmp_path / "synthetic.parquet")
        return str(tmp_path / "synthetic.parquet")

    def test_findings_are_the_exit_code(
        self, suite: Path, table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = ["expectations", "run", str(suite), table, "--out", str(tmp_path / "out")]
        assert cli.main(words) == 1
        printed = capsys.readouterr()
        assert "worst: whole = part + other (2 % of 4,000 rows)" in " ".join(printed.out.split())
        assert printed.err == ""
        record = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
        assert record["results"][0]["code"] == "V003"
        assert record["provenance"]["tables"]["synthetic"]["name"] == "synthetic.parquet"
        pq.write_table(people(4_000, 9), tmp_path / "good.parquet")
        assert cli.main(["expectations", "run", str(suite), str(tmp_path / "good.parquet")]) == 0

    def test_it_says_nothing_but_the_finding(self, suite: Path, table: str, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir()
        done = finished(
            [sys.executable, "-W", "error", "-m", "synth_eval", "expectations", "run",
             suite, table],
            cwd=home, env={**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr == ""
        assert done.stdout.startswith("✗ V003 rule violations (validity): fail\n")
        assert list(home.iterdir()) == []

    def test_wrong_use_is_one_sentence(
        self, suite: Path, table: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["expectations", "run", "nowhere.json", table]) == 2
        assert cli.main(["expectations", "run", str(suite), "nowhere.parquet"]) == 2
        assert cli.main(["expectations", "run", str(suite), table, "--plugins", "no.where"]) == 2
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 3
        assert "cannot load plugin no.where: ModuleNotFoundError" in lines[2]

    def test_expectation_types_of_ones_own(
        self, suite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        plugin = tmp_path / "even.py"
        plugin.write_text(EVEN, encoding="utf-8")
        entry = {"type": "expect_column_values_to_be_even", "kwargs": {"column": "day"}}
        path = tmp_path / "own.json"
        path.write_text(json.dumps({"name": "own", "expectations": [entry]}), encoding="utf-8")
        pq.write_table(REAL, tmp_path / "rows.parquet")
        words = ["expectations", "run", str(path), str(tmp_path / "rows.parquet")]
        assert cli.main(words) == 1
        assert "knows no expectation" in " ".join(capsys.readouterr().out.split())
        assert cli.main([*words, "--plugins", str(plugin)]) == 1
        odd = int((REAL.column("day").to_numpy() % 2).sum())
        assert f"({100 * odd / 6_000:.2g} % of 6,000 rows)" in " ".join(
            capsys.readouterr().out.split()
        )

    def test_a_plugin_that_breaks_is_one_sentence(
        self, suite: Path, table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        plugin = tmp_path / "broken.py"
        plugin.write_text("1 / 0\n", encoding="utf-8")
        for name, reason in ((str(plugin), "ZeroDivisionError"), ("gone.py", "no such file")):
            words = ["expectations", "run", str(suite), table, "--plugins", name]
            assert cli.main(words) == 2
            error = capsys.readouterr().err
            assert reason in error
            assert error.count("\n") == 1
