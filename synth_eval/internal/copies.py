"""Which rows were copied: a list for the keepers of the real table alone.

Reports never name rows. Whoever must find the copies, to drop them or to find out how they
came about, asks for this list: a file of its own, readable by its owner only, outside of any
report folder.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from synth_eval.data.files import write_text
from synth_eval.errors import UsageError
from synth_eval.judging.check import Context
from synth_eval.judging.facts import NEAR_DISTANCE
from synth_eval.judging.registry import available_checks
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

if TYPE_CHECKING:
    from synth_eval.data.pair import Pair


__all__ = ["NOTICE", "CopiedRow", "copied_rows", "write_copies"]

NOTICE = (
    "INTERNAL: tells which rows of the real table are in the synthetic one. Not for release, "
    "not for the report folder. Rows count from 0 in the order of the files. About one training "
    "row in a hundred is called near by chance alone."
)
_MODE = 0o600  # read and written by its owner alone
_REPORT_FILES = ("report.html", "results.json")


class CopiedRow(NamedTuple):
    """One synthetic row and the training row it repeats.

    Parameters
    ----------
    kind : {"exact", "near"}
        Cell for cell, or within the distance that 1 % of unseen records have.
    synthetic_row, real_row : int
        Row numbers from 0; of several equal real rows the first.
    distance : float
        In units of one differing level.
    in_holdout : bool
        Whether the holdout has the same record, so that chance may have repeated it.
    """

    kind: str
    synthetic_row: int
    real_row: int
    distance: float
    in_holdout: bool


def copied_rows(data: Pair, config: Config | None = None) -> list[CopiedRow]:
    """Exact copies by synthetic row, then near ones by training row.

    Parameters
    ----------
    data : Pair
        What `synth_eval.load` returned.
    config : Config, optional
        Seed and sizes.
    """
    exact = list(_exact(data))
    near = list(_near(data, config or Config(), {row.real_row for row in exact}))
    return exact + near


def write_copies(data: Pair, path: str | Path, config: Config | None = None) -> int:
    """Write `copied_rows` as CSV below a line that says what it is; return how many there are.

    Raises
    ------
    UsageError
        The folder holds a report, or the file cannot be written.
    """
    path = Path(path)
    if any((path.absolute().parent / name).exists() for name in _REPORT_FILES):
        raise UsageError(
            f"{path.name} tells which rows were copied and must not lie beside a report; give "
            "another folder"
        )
    rows = copied_rows(data, config)
    text = io.StringIO(newline="")
    text.write(f"# {NOTICE}\n")
    writer = csv.writer(text)
    writer.writerow(CopiedRow._fields)
    writer.writerows(rows)
    write_text(path, text.getvalue(), mode=_MODE)
    return len(rows)


def _exact(data: Pair) -> Iterator[CopiedRow]:
    import numpy as np  # this module is loaded by the command line

    hashes = data.row_hashes
    records, first = np.unique(hashes["real"], return_index=True)
    place = np.minimum(np.searchsorted(records, hashes["synthetic"]), len(records) - 1)
    copied = np.flatnonzero(records[place] == hashes["synthetic"]) if len(records) else ()
    unseen = hashes.get("holdout", np.zeros(0, np.uint64))
    in_holdout = np.isin(hashes["synthetic"], unseen)
    for row in copied:
        yield CopiedRow("exact", int(row), int(first[place[row]]), 0.0, bool(in_holdout[row]))


def _near(data: Pair, config: Config, exact: set[int]) -> Iterator[CopiedRow]:
    """Training rows with a synthetic row nearer than about 99 % of unseen records have."""
    from synth_eval.checks.privacy._targets import encoded  # numpy

    [spec] = [spec for spec in available_checks().values() if NEAR_DISTANCE in spec.facts]
    [result] = run(data, config=config, select_checks=[spec.code])
    limit = result.facts.get(NEAR_DISTANCE)
    if limit is None:  # no holdout, or too few rows to say what near is
        return
    tables = encoded(Context(data, config, spec))
    neighbours = tables.space.nearest(tables.rows["real"], tables.rows["synthetic"])
    for row, (distance,) in enumerate(neighbours.distances):
        if distance <= limit and row not in exact:
            synthetic = int(neighbours.rows[row, 0])
            yield CopiedRow("near", synthetic, row, round(float(distance), 6), False)
