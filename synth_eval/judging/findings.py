"""Everything a run found out, as pure data: what page, figures, history and gate read.

`synth_eval.evaluation.Evaluation` is the face on top of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from synth_eval.data.files import write_text
from synth_eval.judging.gate import require_level
from synth_eval.judging.purposes import purpose_of
from synth_eval.judging.results import SCHEMA_VERSION, Result, Status, to_plain
from synth_eval.judging.verdicts import Verdict, verdicts
from synth_eval.judging.versions import upgraded_result

__all__ = ["Findings"]


@dataclass(frozen=True)
class Findings:
    """What a run found out.

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

    def __len__(self) -> int:
        return len(self.results)

    def findings(self) -> list[Result]:
        """Results that did not pass, worst first."""
        order = list(self.verdicts)
        alarms = [r for r in self.results if r.status is not Status.PASS]
        return sorted(alarms, key=lambda r: (-r.status.severity, order.index(r.dimension), r.code))

    def at_or_above(self, level: str) -> list[Result]:
        """Results that a gate at `level`, one of `synth_eval.judging.gate.LEVELS`, stops on.

        An error counts as a failure; what was not applicable never counts, nor does a
        dimension that does not decide about the declared purpose.
        """
        is_fail = require_level(level) == "fail"
        floor = Status.ERROR.severity if is_fail else Status(level).severity
        decides = purpose_of(self.purpose).decides
        return [r for r in self.results if r.status.severity >= floor and decides(r.dimension)]

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
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
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
    def from_json(cls, path: str | Path) -> Self:
        """Read what `to_json` wrote."""
        return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
