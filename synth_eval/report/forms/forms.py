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

if TYPE_CHECKING:
    from synth_eval.evaluation import Evaluation

__all__ = ["FORMS", "check_forms", "render_csv", "results_schema", "write_forms"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_forms(evaluation: Evaluation, folder: str | Path, forms: Iterable[str]) -> list[Path]:
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
        write(evaluation, path)
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


def render_csv(evaluation: Evaluation) -> str:
    """All numbers as CSV; names that a spreadsheet would run as a formula get a quote mark."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for row in number_rows(evaluation):
        item = row["item"]
        writer.writerow({**row, "item": f"'{item}" if item.startswith(_FORMULA) else item})
    return buffer.getvalue()


def results_schema() -> str:
    """JSON Schema of ``results.json``."""
    return resources.files("synth_eval.report").joinpath("results.schema.json").read_text("utf-8")


def _text(render: Callable[[Evaluation], str]) -> Callable[[Evaluation, Path], None]:
    return lambda evaluation, path: write_text(path, render(evaluation))


def _parquet(evaluation: Evaluation, path: Path) -> None:
    frame = evaluation.numbers()
    with whole_file(path) as partial:
        frame.to_parquet(partial)


FORMS: Mapping[str, tuple[str, Callable[[Evaluation, Path], None]]] = {
    "markdown": ("summary.md", _text(lambda evaluation: evaluation.to_markdown())),
    "junit": ("junit.xml", _text(render_junit)),
    "csv": ("numbers.csv", _text(render_csv)),
    "parquet": ("numbers.parquet", _parquet),
    "pdf": ("report.pdf", lambda found, path: print_pdf(found.to_html(), path)),
}
"""File name and writer by the word of the command line."""
