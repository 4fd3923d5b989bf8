"""The list of copied rows: right, marked, for its owner alone, never beside a report."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synth_eval.command.main import main
from synth_eval.data.load import Data, load
from synth_eval.errors import UsageError
from synth_eval.internal.copies import NOTICE, copied_rows, write_copies
from synth_eval.judging.facts import NEAR_DISTANCE
from synth_eval.judging.registry import available_checks
from synth_eval.judging.run import run

ROWS = 400


def _table(rng: np.random.Generator, rows: int = ROWS) -> pa.Table:
    return pa.table(
        {
            "id": rng.permutation(10_000)[:rows],
            "age": rng.integers(18, 90, rows),
            "pay": rng.lognormal(10, 1, rows).round(2),
            "job": rng.choice(["clerk", "cook", "nurse"], rows),
        }
    )


def _planted() -> tuple[pa.Table, pa.Table, pa.Table]:
    """Rows 5 and 9 of real are rows 0 and 1 of synthetic, row 20 is nearly row 2."""
    rng = np.random.default_rng(2)
    real, synthetic, holdout = _table(rng), _table(rng), _table(rng)
    nearly = real.slice(20, 1)
    pay = pa.array(nearly["pay"].to_numpy() * 1.0001)
    nearly = nearly.set_column(2, "pay", pay)
    parts = [real.slice(5, 1), real.slice(9, 1), nearly, synthetic.slice(3)]
    return real, pa.concat_tables(parts), holdout


@pytest.fixture(scope="module")
def data() -> Data:
    return load(*_planted())


def test_planted_rows_are_named(data: Data) -> None:
    found = copied_rows(data)
    exact = [(row.synthetic_row, row.real_row) for row in found if row.kind == "exact"]
    assert exact == [(0, 5), (1, 9)]
    near = {(row.synthetic_row, row.real_row) for row in found if row.kind == "near"}
    assert (2, 20) in near
    assert not {5, 9} & {real for _, real in near}
    assert len(near) < 0.05 * ROWS


def test_list_of_near_rows_has_every_record_that_the_check_counts() -> None:
    """Distances of whole numbers tie at the limit itself: it is compared unrounded."""
    rng = np.random.default_rng(3)

    def coarse(rows: int) -> pa.Table:
        return pa.table({f"x{place}": rng.integers(0, 9, rows) for place in range(5)})

    real, synthetic, holdout = coarse(300), coarse(300), coarse(900)
    data = load(real, synthetic, holdout)
    [spec] = [spec for spec in available_checks().values() if NEAR_DISTANCE in spec.facts]
    [result] = run(data, select_checks=[spec.code])
    members = next(row for row in result.rows() if row["arm"] == "training records (members)")
    assert members["records"] == 300  # all of them: the holdout is three times as large
    assert result.facts[NEAR_DISTANCE] > 0
    listed = {row.real_row for row in copied_rows(data)}
    # Each half of the records has its own limit; the list takes the larger one.
    counted = round(members["estimate"] * 300)
    assert 0 < counted <= len(listed) <= counted + 10


def test_without_a_holdout_exact_copies_are_still_named() -> None:
    real, synthetic, _ = _planted()
    found = copied_rows(load(real, synthetic))
    assert [row.kind for row in found] == ["exact", "exact"]
    assert copied_rows(load(real, _table(np.random.default_rng(9)))) == []


def test_chance_that_the_holdout_has_it_too_is_told() -> None:
    real, synthetic, holdout = _planted()
    again = pa.concat_tables([holdout, real.slice(5, 1)])
    found = [row for row in copied_rows(load(real, synthetic, again)) if row.kind == "exact"]
    assert [row.in_holdout for row in found] == [True, False]


def test_file_is_marked_and_for_its_owner_alone(data: Data, tmp_path: Path) -> None:
    path = tmp_path / "inside" / "copies.csv"
    path.parent.mkdir()
    path.write_text("an earlier one")
    path.chmod(0o644)
    count = write_copies(data, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    assert first == f"# {NOTICE}"
    assert first.startswith("# INTERNAL")
    rows = list(csv.DictReader(rest))
    assert len(rows) == count
    assert rows[0] == {
        "kind": "exact", "synthetic_row": "0", "real_row": "5", "distance": "0.0",
        "in_holdout": "False",
    }  # fmt: skip
    assert [name.name for name in path.parent.iterdir()] == ["copies.csv"]


@pytest.mark.parametrize("name", ["report.html", "results.json"])
def test_never_beside_a_report(data: Data, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    with pytest.raises(UsageError, match="must not lie beside a report"):
        write_copies(data, tmp_path / "copies.csv")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for name, table in zip(("real", "synthetic", "holdout"), _planted(), strict=True):
        files.append(str(tmp_path / f"{name}.parquet"))
        pq.write_table(table, files[-1])
    out = tmp_path / "list" / "copies.csv"
    assert main(["copies", *files[:2], "--holdout", files[2], "--out", str(out)]) == 0
    assert "readable by you alone" in capsys.readouterr().out
    assert out.read_text(encoding="utf-8").count("exact") == 2


def test_unwritable_place_is_one_sentence(data: Data, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        write_copies(data, tmp_path / "file" / "copies.csv")
