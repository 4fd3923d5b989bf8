"""The evaluation: results, verdicts and provenance, and the forms they are looked at in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth_eval.data.files import write_text
from synth_eval.errors import UsageError
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.purposes import purpose_of
from synth_eval.judging.results import SCHEMA_VERSION, Result, Status, to_plain
from synth_eval.judging.verdicts import Verdict, verdicts
from synth_eval.judging.versions import upgraded_result

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

__all__ = ["ROWS_FILE", "Evaluation", "ResultView"]

ROWS_FILE = "rows_not_for_release.html"
"""What `Evaluation.save` calls the page of synthetic rows that break a rule."""


@dataclass(frozen=True)
class Evaluation:
    """Everything a run found out; shows itself in notebooks and shells.

    Parameters
    ----------
    results : sequence of Result
        One per check that was asked for.
    provenance : mapping
        Hashes, sizes, versions, seed and settings.
    profiles : sequence of mapping
        Per compared column the shares of its cells in each table, small cells suppressed;
        what overlays are drawn from.
    reference_scores : sequence of mapping
        Scores of SDMetrics for people who know them; they decide nothing.
    schema : mapping
        Kinds and roles of the columns, no values.
    purpose : str
        What the table is wanted for, a name of `synth_eval.judging.purposes.PURPOSES`:
        decides which dimensions gate. Empty: all of them.
    notes : sequence of mapping
        What analysts added to a copy of the notebook, see `synth_eval.report.page.notes`.
    examples : sequence of mapping
        Synthetic rows that break a rule, where they were asked for. Not for release: they are
        in no form of the evaluation but the page ``rows_not_for_release.html`` of `save`.
    """

    results: Sequence[Result]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    profiles: Sequence[Mapping[str, Any]] = ()
    reference_scores: Sequence[Mapping[str, Any]] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = ""
    notes: Sequence[Mapping[str, Any]] = ()
    examples: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """Verdict by dimension."""
        return verdicts(self.results, purpose_of(self.purpose))

    def __getitem__(self, code: str) -> ResultView:
        """Result of one check by code or name."""
        for result in self.results:
            if code in (result.code, result.name):
                return ResultView(result, self)
        known = ", ".join(result.code for result in self.results)
        raise UsageError(f"no result {code!r}; there are {known}")

    def __iter__(self) -> Iterator[ResultView]:
        return (ResultView(result, self) for result in self.results)

    def __len__(self) -> int:
        return len(self.results)

    def findings(self) -> list[Result]:
        """Results that did not pass, worst first."""
        order = list(dimensions())
        found = [r for r in self.results if r.status is not Status.PASS]
        return sorted(found, key=lambda r: (-r.status.severity, order.index(r.dimension), r.code))

    def at_or_above(self, level: str) -> list[Result]:
        """Results that a gate at `level` ("fail", "warn" or "inconclusive") stops on.

        An error counts as a failure; what was not applicable never counts, nor does a
        dimension that does not decide about the declared purpose.
        """
        if level not in ("fail", "warn", "inconclusive"):
            raise UsageError(f"unknown level {level!r}; one of fail, warn, inconclusive")
        floor = Status.ERROR.severity if level == "fail" else Status(level).severity
        decides = purpose_of(self.purpose).decides
        return [r for r in self.results if r.status.severity >= floor and decides(r.dimension)]

    def frame(self) -> pd.DataFrame:
        """One tidy row per result."""
        import pandas as pd  # heavy, and only this form needs it

        return pd.DataFrame([_flat(result) for result in self.results])

    def to_dict(self) -> dict[str, Any]:
        """Plain form of ``results.json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "purpose": self.purpose,
            "verdicts": to_plain(self.verdicts),
            "results": [result.to_dict() for result in self.results],
            "profiles": to_plain(self.profiles),
            "reference_scores": to_plain(self.reference_scores),
            "schema": to_plain(self.schema),
            "notes": to_plain(self.notes),
            "provenance": to_plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Evaluation:
        """Inverse of `to_dict`."""
        return cls(
            results=[Result.from_dict(upgraded_result(entry)) for entry in record["results"]],
            provenance=record.get("provenance", {}),
            profiles=record.get("profiles", ()),
            reference_scores=record.get("reference_scores", ()),
            schema=record.get("schema", {}),
            purpose=record.get("purpose", ""),
            notes=record.get("notes", ()),
        )

    def to_json(self, path: str | Path | None = None) -> str:
        """JSON text with every number of the report; written to `path` where given."""
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        if path is not None:
            write_text(path, text)
        return text

    @classmethod
    def from_json(cls, path: str | Path) -> Evaluation:
        """Read what `to_json` wrote."""
        return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))

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
