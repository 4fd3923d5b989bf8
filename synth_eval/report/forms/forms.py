"""Other forms of the same result, for programs and for paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from synth_eval.data.files import whole_file, write_text
from synth_eval.errors import UsageError
from synth_eval.report.forms.junit import render_junit
from synth_eval.report.forms.numbers import COLUMNS, number_rows
from synth_eval.report.forms.pdf import find_browser, print_pdf
from synth_eval.report.forms.text import render_markdown
from synth_eval.report.page.html import render_page

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = ["FORMS", "check_forms", "render_csv", "results_schema", "write_forms"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_forms(findings: Findings, folder: str | Path, forms: Iterable[str]) -> list[Path]:
    """Write the named forms of an evaluation into a folder.

    Parameters
    ----------
    forms : iterable of str
        Names in `FORMS`.

    Raises
    ------
    UsageError
        A form that is not known, or cannot be made on this machine.
    """
    written = []
    for form in check_forms(forms):
        name, write = FORMS[form]
        path = Path(folder) / name
        write(findings, path)
        written.append(path)
    return written


def check_forms(forms: Iterable[str]) -> list[str]:
    """The forms without repetition; refuses early what could not be written later."""
    chosen = list(dict.fromkeys(forms))
    for form in chosen:
        if form not in FORMS:
            raise UsageError(f"no form {form!r}; there are {', '.join(FORMS)}")
    if "pdf" in chosen:
        find_browser()
    return chosen


def render_csv(findings: Findings) -> str:
    """All numbers as CSV; names that a spreadsheet would run as a formula get a quote mark."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for row in number_rows(findings):
        item = row["item"]
        writer.writerow({**row, "item": f"'{item}" if item.startswith(_FORMULA) else item})
    return buffer.getvalue()


def results_schema() -> str:
    """JSON Schema of ``results.json``."""
    return resources.files("synth_eval.report").joinpath("results.schema.json").read_text("utf-8")


def _text(render: Callable[[Findings], str]) -> Callable[[Findings, Path], None]:
    return lambda findings, path: write_text(path, render(findings))


def _parquet(findings: Findings, path: Path) -> None:
    import pyarrow as pa  # heavy, and only this form needs it
    import pyarrow.parquet as pq

    rows = number_rows(findings)
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    with whole_file(path) as partial:
        pq.write_table(pa.table(columns), partial)


FORMS: Mapping[str, tuple[str, Callable[[Findings, Path], None]]] = {
    "markdown": ("summary.md", _text(render_markdown)),
    "junit": ("junit.xml", _text(render_junit)),
    "csv": ("numbers.csv", _text(render_csv)),
    "parquet": ("numbers.parquet", _parquet),
    "pdf": ("report.pdf", lambda findings, path: print_pdf(render_page(findings), path)),
}
"""File name and writer by the word of the command line."""
