"""The evaluation: results, verdicts and provenance, and the forms they are looked at in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth_eval.data.files import write_text
from synth_eval.errors import UsageError
from synth_eval.judging.findings import Findings
from synth_eval.judging.results import Result, to_plain

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

__all__ = ["ROWS_FILE", "Evaluation", "ResultView"]

ROWS_FILE = "rows_not_for_release.html"
"""What `Evaluation.save` calls the page of synthetic rows that break a rule."""


@dataclass(frozen=True)
class Evaluation(Findings):
    """Everything a run found out; shows itself in notebooks and shells.

    Its parameters are those of `synth_eval.judging.findings.Findings`; what is added here are
    the forms it is looked at in.
    """

    def __getitem__(self, code: str) -> ResultView:
        """Result of one check by code or name."""
        for result in self.results:
            if code in (result.code, result.name):
                return ResultView(result, self)
        codes = ", ".join(result.code for result in self.results)
        raise UsageError(f"no result {code!r}; there are {codes}")

    def __iter__(self) -> Iterator[ResultView]:
        return (ResultView(result, self) for result in self.results)

    def frame(self) -> pd.DataFrame:
        """One tidy row per result."""
        import pandas as pd  # heavy, and only this form needs it

        return pd.DataFrame([_flat(result) for result in self.results])

    def release_safe(self) -> Evaluation:
        """Verdicts and rounded numbers alone, for people outside."""
        from synth_eval.report.release import release_safe  # on demand

        return release_safe(self)

    def to_html(self, path: str | Path | None = None, *, release_safe: bool = False) -> str:
        """Self-contained HTML report, or its release-safe form; written to `path` where given."""
        from synth_eval.report.page.html import render_page  # jinja and plotly

        text = render_page(self.release_safe() if release_safe else self)
        if path is not None:
            write_text(path, text)
        return text

    def numbers(self) -> pd.DataFrame:
        """All numbers, one row each; see `synth_eval.report.forms.numbers`."""
        import pandas as pd  # heavy, and only this form needs it

        from synth_eval.report.forms.numbers import COLUMNS, number_rows  # on demand

        return pd.DataFrame(number_rows(self), columns=list(COLUMNS))

    def save(self, folder: str | Path, also: Iterable[str] = ()) -> list[Path]:
        """Write ``report.html``, ``results.json`` and ``schema.json`` into a folder.

        Where example rows were asked for, ``rows_not_for_release.html`` too; one of an earlier
        run is removed.

        Parameters
        ----------
        folder : path
            Made where it is not there.
        also : iterable of {"markdown", "junit", "csv", "parquet", "pdf"}
            Further forms.
        """
        folder = Path(folder)
        page, numbers, schema = (
            folder / name for name in ("report.html", "results.json", "schema.json")
        )
        self.to_html(page)
        self.to_json(numbers)
        write_text(schema, json.dumps(to_plain(self.schema), indent=1, ensure_ascii=False) + "\n")
        written = [page, numbers, schema, *self._save_rows(folder / ROWS_FILE)]
        return [*written, *self.save_forms(folder, also)]

    def save_forms(self, folder: str | Path, forms: Iterable[str]) -> list[Path]:
        """Write further forms alone, see `save`."""
        from synth_eval.report.forms.forms import write_forms  # jinja

        return write_forms(self, folder, forms)

    def _save_rows(self, path: Path) -> list[Path]:
        if not self.examples:
            path.unlink(missing_ok=True)
            return []
        from synth_eval.report.page.html import render_rows  # jinja

        write_text(path, render_rows(self))
        return [path]

    def to_markdown(self) -> str:
        """Short summary for a pull request."""
        from synth_eval.report.forms.text import render_markdown  # on demand

        return render_markdown(self)

    def _repr_html_(self) -> str:
        from synth_eval.report.page.html import render_snippet  # jinja

        return render_snippet(self)

    def __repr__(self) -> str:
        from synth_eval.report.forms.text import render_text  # on demand

        return render_text(self)


@dataclass(frozen=True)
class ResultView:
    """One result together with the evaluation it belongs to."""

    result: Result
    evaluation: Evaluation = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.result, name)

    def frame(self) -> pd.DataFrame:
        """Details as a tidy frame, worst first."""
        import pandas as pd  # heavy, and only this form needs it

        return pd.DataFrame(list(self.result.rows()))

    def figure(self, item: str | None = None) -> Figure:
        """Plotly figure of the result, or of one of its items (a column by name).

        Raises
        ------
        UsageError
            There is nothing to draw, with the reason.
        """
        from synth_eval.figures import draw  # plotly

        return draw(self.result, self.evaluation, item)

    def _repr_html_(self) -> str:
        from synth_eval.report.page.html import render_result  # jinja

        return render_result(self.result)

    def __repr__(self) -> str:
        from synth_eval.report.forms.text import render_result_text  # on demand

        return render_result_text(self.result)


def _flat(result: Result) -> dict[str, Any]:
    estimate, reference, threshold = result.estimate, result.reference, result.threshold
    return {
        "code": result.code,
        "name": result.name,
        "dimension": result.dimension,
        "status": str(result.status),
        "estimate": estimate and estimate.value,
        "low": estimate and estimate.low,
        "high": estimate and estimate.high,
        "reference": reference and reference.value,
        "threshold": threshold and threshold.value,
        "n": result.n,
        "sampled": result.sampled,
        "seconds": result.seconds,
        "message": result.message,
    }
