"""The benchmark runs, and its tables are what it says they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.processes import finished

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="resource limits are of Unix")


def test_quick_run_measures_and_leaves_the_readme_alone(tmp_path: Path) -> None:
    before = (FOLDER / "README.md").read_bytes()
    done = finished([sys.executable, FOLDER / "run.py", "--quick", "--cache", tmp_path], check=True)
    row = next(line for line in done.stdout.splitlines() if line.startswith("| 10k x 16"))
    floor, ours, ratio = (float(cell) for cell in row.split("|")[2:5])
    assert floor > 0, "which of the two is faster is for a quiet machine to say"
    assert ours > 0
    assert ratio == pytest.approx(ours / floor, rel=0.05)
    assert (FOLDER / "README.md").read_bytes() == before
    real, synthetic = (pq.read_table(path) for path in sorted(tmp_path.rglob("*.parquet")))
    assert real.num_rows == synthetic.num_rows == 10_000
    assert real.num_columns == 16
    assert real.slice(0, 50).equals(synthetic.slice(0, 50))
    assert not real.slice(50, 50).equals(synthetic.slice(50, 50))


@pytest.mark.slow
def test_quick_run_of_utility_names_every_program(tmp_path: Path) -> None:
    before = (FOLDER / "README.md").read_bytes()
    done = finished(
        [sys.executable, FOLDER / "utility.py", "--quick", "--tables", "copula", "--cache",
         tmp_path],
        check=True, timeout=600, cwd=FOLDER, env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
    )  # fmt: skip
    assert "syntheval is left out" in done.stdout
    rows = [line.split("|") for line in done.stdout.splitlines() if line.startswith("| ")]
    programs = [cells[1] for cells in rows if "synth_eval," in cells[1] or "SDMetrics" in cells[1]]
    assert len(programs) == 7
    assert "failed" not in done.stdout
    assert (FOLDER / "README.md").read_bytes() == before


def test_a_small_run_imports_no_heavy_library(tmp_path: Path) -> None:
    table = _some_table(tmp_path)
    program = (
        "import sys\n"
        "import synth_eval as se\n"
        "from synth_eval.judging.run import run\n"
        "found = run(se.load(sys.argv[1], sys.argv[1]), select_checks=['F001', 'F002', 'F004'])\n"
        "assert {r.status for r in found} == {'pass'}, found\n"
        "heavy = {'scipy', 'sklearn', 'pandas', 'plotly', 'great_expectations', 'sdmetrics'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = finished([sys.executable, "-c", program, table], check=True, cwd=FOLDER.parent)
    assert done.stdout.strip() == "[]"


def _some_table(folder: Path) -> Path:
    path = folder / "some.parquet"
    rows = range(4_000)
    pq.write_table(
        pa.table({
            "x": [float(i % 97) for i in rows], "y": [f"level {i % 5}" for i in rows],
            "z": [i % 2 == 0 for i in rows],
        }),
        path,
    )  # fmt: skip
    return path


@pytest.mark.slow
def test_quick_search_of_closest_records(tmp_path: Path) -> None:
    before = (FOLDER / "README.md").read_bytes()
    done = finished(
        [sys.executable, FOLDER / "privacy.py", "--quick", "--cache", tmp_path],
        check=True,
        timeout=600,
    )
    rows = [line.split("|") for line in done.stdout.splitlines() if line.startswith("| ")][2:]
    assert [row[1].strip().split()[0] for row in rows] == ["synth_eval", "SDMetrics", "SDMetrics"]
    for row in rows:
        assert float(row[3].split("(")[0]) > 0
        assert float(row[5]) > 0
    assert (FOLDER / "README.md").read_bytes() == before


def test_published_tables_that_are_absent_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    from privacy import adult

    monkeypatch.delenv("SYNTH_EVAL_TEST_DATA", raising=False)
    assert "names no folder" in str(adult(FOLDER))
    monkeypatch.setenv("SYNTH_EVAL_TEST_DATA", str(FOLDER))
    assert adult(FOLDER) == "no published tables in the folder benchmarks"


@pytest.mark.slow
def test_words_of_privacy_are_counted_for_fresh_rows_and_copies(tmp_path: Path) -> None:
    also = tmp_path / "outcomes.jsonl"
    words = ["--tables", "normal", "--rows", "400", "--splits", "2", "--faults", "fresh", "copy"]
    done = finished(
        [sys.executable, FOLDER / "privacy_power.py", *words, "--also", also], check=True
    )
    assert "| normal | 400 | copy | NO-GO 2 |" in done.stdout
    assert "copy: NO-GO 2" in done.stdout
    assert len(also.read_text().splitlines()) == 4
