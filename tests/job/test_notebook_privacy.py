"""The notebook on privacy: what it shows of a leak, and that it runs where little can be said."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synth_eval.demo import demo_tables
from synth_eval.job.notebook import make_report, notebook_path

PATH = notebook_path("privacy.ipynb")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("tables")
    names = {}
    for role, table in demo_tables("simulated", "leaky").items():
        names[role] = str(folder / f"{role}.parquet")
        pq.write_table(table[:2_000], names[role])
    return names


def _outputs(folder: Path) -> str:
    cells = json.loads((folder / "evaluate.ipynb").read_text(encoding="utf-8"))["cells"]
    found = [output for cell in cells for output in cell.get("outputs", [])]
    assert not [output for output in found if output["output_type"] == "error"]
    return json.dumps(found, ensure_ascii=False)


def test_leak_is_shown_with_curves_and_secrets(files: dict[str, str], tmp_path: Path) -> None:
    given = {**files, "sensitive": ["approved"], "seed": 3}
    make_report(given, tmp_path / "out", notebook=PATH, quiet=True)
    shown = _outputs(tmp_path / "out")
    for word in ("NO-GO", "Attacks on membership", "Nearest synthetic rows", "population"):
        assert word in shown, word
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"report.html", "results.json", "schema.json", "evaluate.ipynb"}
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert {r["dimension"] for r in results["results"]} == {"privacy", "validity"}


def test_without_a_holdout_it_says_so_and_still_runs(files: dict[str, str], tmp_path: Path) -> None:
    given = {name: files[name] for name in ("real", "synthetic")}
    make_report(given, tmp_path / "out", notebook=PATH, quiet=True)
    assert "CANNOT TELL" in _outputs(tmp_path / "out")
