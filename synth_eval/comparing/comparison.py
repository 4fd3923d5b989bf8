"""Compared tables as they are looked at: page, text, folder of reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth_eval.comparing.leaderboard import Entry, Leaderboard, ranked
from synth_eval.data.files import write_text
from synth_eval.errors import UsageError
from synth_eval.evaluation import Evaluation

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compared"]


@dataclass(frozen=True)
class Comparison(Leaderboard):
    """Synthetic tables of one real table; shows itself in notebooks and shells.

    Its other parameters are those of `synth_eval.comparing.leaderboard.Leaderboard`.

    Parameters
    ----------
    evaluations : mapping of str to Evaluation
        By label; not part of the JSON.
    """

    evaluations: Mapping[str, Evaluation] = field(default_factory=dict, repr=False)

    def __getitem__(self, label: str) -> Evaluation:
        """Evaluation of one table."""
        if label not in self.evaluations:
            labels = ", ".join(self.evaluations) or "none"
            raise UsageError(f"no evaluated table {label!r}; there are {labels}")
        return self.evaluations[label]

    def frame(self) -> pd.DataFrame:
        """One row per table: verdicts, positions with intervals, ranks."""
        import pandas as pd  # heavy, and only this form needs it

        return pd.DataFrame([_flat(entry) for entry in self.entries])

    def to_html(self, path: str | Path | None = None) -> str:
        """Self-contained leaderboard; written to `path` where given."""
        return self._page(path, linked=False)

    def _page(self, path: str | Path | None, *, linked: bool) -> str:
        from synth_eval.comparing.page import render_comparison  # jinja and plotly

        text = render_comparison(self, linked=linked)
        if path is not None:
            write_text(path, text)
        return text

    def save(self, folder: str | Path) -> list[Path]:
        """Write ``compare.html``, ``comparison.json`` and a folder with each table's report."""
        folder = Path(folder)
        written: list[Path] = []
        for entry in self.entries:
            if entry.label in self.evaluations:
                written += self.evaluations[entry.label].save(folder / entry.folder)
        numbers, page = folder / "comparison.json", folder / "compare.html"
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        write_text(numbers, text + "\n")
        self._page(page, linked=True)
        return [*written, numbers, page]

    def to_markdown(self) -> str:
        """Verdict grid and ranks for a pull request."""
        from synth_eval.comparing.page import render_comparison_markdown  # jinja

        return render_comparison_markdown(self)

    def _repr_html_(self) -> str:
        from synth_eval.comparing.page import render_comparison_snippet  # jinja

        return render_comparison_snippet(self)

    def __repr__(self) -> str:
        from synth_eval.comparing.page import render_comparison_text  # on demand

        return render_comparison_text(self)


def compared(
    evaluations: Mapping[str, Evaluation],
    files: Mapping[str, str],
    errors: Mapping[str, str],
    seed: int = 0,
    purpose: str = "",
) -> Comparison:
    """Comparison of evaluations; see `synth_eval.comparing.leaderboard.ranked`."""
    board = ranked(evaluations, files, errors, seed, purpose)
    return Comparison(board.entries, board.provenance, board.purpose, dict(evaluations))


def _flat(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"table": entry.label, "rows": entry.rows, "error": entry.error}
    row |= {name: str(verdict.word) for name, verdict in entry.verdicts.items()}
    for axis, position in entry.positions.items():
        row |= {f"{axis}_number": position.value, f"{axis}_low": position.low}
        row[f"{axis}_high"] = position.high
        if axis in entry.ranks:
            rank = entry.ranks[axis]
            row |= {f"{axis}_rank": rank.value, f"{axis}_rank_low": rank.low}
            row[f"{axis}_rank_high"] = rank.high
    return row
