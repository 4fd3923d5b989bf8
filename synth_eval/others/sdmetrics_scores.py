"""Scores of SDMetrics, for people who know them; they decide nothing here.

The Quality and Diagnostic reports are run as they are, on the synthetic table and, as the
ceiling, on the holdout. Read them with their limits in mind: the pair score counts only
pairs that are strongly associated in the real table, an undefined part is left out of the
mean, and missing values are not part of the quality score.
"""

from __future__ import annotations

import logging
import os
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from synth_eval.data.pair import Pair
from synth_eval.data.table import Table
from synth_eval.judging.settings import Config

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["sdmetrics_scores", "to_pandas"]

logger = logging.getLogger(__name__)

_ROWS = 20_000
"""Rows given to SDMetrics per table; its pair scores sample above 50,000 without a seed."""


def sdmetrics_scores(data: Pair, config: Config) -> list[dict[str, Any]]:
    """Quality and Diagnostic scores of the synthetic table and of the holdout.

    Returns
    -------
    list of dict
        ``tool``, ``version``, ``name``, ``synthetic``, ``holdout`` (scores between 0 and 1,
        None where they could not be computed) and ``note`` (sampling, or why there is none).
    """
    # SDMetrics switches plotly's default renderer inside a kernel unless told which to use.
    os.environ.setdefault("SDMETRICS_PLOTLY_RENDERER", "plotly_mimetype")
    import sdmetrics  # heavy

    rng = np.random.default_rng([config.seed, 1])
    frames = {}
    for role, table in data.tables.items():
        rows = data.sample_rows(role, _ROWS, rng)
        frames[role] = to_pandas(table, rows)
    metadata = {"tables": {"table": _metadata(data)}}
    sampled = [role for role, table in data.tables.items() if table.num_rows > _ROWS]
    note = f"on {_ROWS:,} seeded rows of {', '.join(sampled)}" if sampled else "on all rows"
    scores = []
    for name in ("Quality", "Diagnostic"):
        entry: dict[str, Any] = {
            "tool": "SDMetrics", "version": sdmetrics.__version__, "name": name, "note": note,
            "synthetic": None, "holdout": None,
        }  # fmt: skip
        for role in ("synthetic", "holdout"):
            if role in frames:
                value, why = _score(name, frames["real"], frames[role], metadata, config.seed)
                entry[role] = value
                entry["note"] += f"; {role}: {why}" if why else ""
        scores.append(entry)
    return scores


def _score(
    name: str, real: pd.DataFrame, other: pd.DataFrame, metadata: dict[str, Any], seed: int
) -> tuple[float | None, str]:
    from sdmetrics.reports import DiagnosticReport, QualityReport  # heavy

    report = {"Quality": QualityReport, "Diagnostic": DiagnosticReport}[name]()
    state = np.random.get_state()  # noqa: NPY002 - SDMetrics draws from the global generator
    np.random.seed(seed)  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            report.generate({"table": real}, {"table": other}, metadata, verbose=False)
            score = float(report.get_score())
    except Exception as error:
        logger.debug("SDMetrics failed", exc_info=True)
        return None, f"could not be computed ({type(error).__name__})"
    finally:
        np.random.set_state(state)  # noqa: NPY002
    return (score, "") if np.isfinite(score) else (None, "undefined")


def _metadata(data: Pair) -> dict[str, Any]:
    """Metadata in SDV's words; text and identifiers are left out, dates are timestamps."""
    columns = {column.name: {"sdtype": column.kind} for column in data.schema.compared}
    return {"columns": columns}


def to_pandas(table: Table, rows: Any = slice(None)) -> pd.DataFrame:
    """Compared columns as pandas columns: floats, timestamps and text; missing stays missing."""
    import pandas as pd  # heavy

    columns: dict[str, Any] = {}
    for spec in table.schema.compared:
        if spec.kind == "datetime":
            moments = table.number_column(spec.name).values[rows]
            columns[spec.name] = pd.to_datetime(moments, unit="us", errors="coerce")
        elif spec.is_continuous:
            columns[spec.name] = table.number_column(spec.name).values[rows]
        else:
            words = table.strings(spec.name).to_numpy(zero_copy_only=False)[rows]
            columns[spec.name] = pd.Series(words, dtype=object)
    return pd.DataFrame(columns)
