"""SDMetrics' quality report on the same two tables, as its documentation runs it."""

from __future__ import annotations

import sys
import warnings

import pandas as pd
from sdmetrics.reports import QualityReport

warnings.simplefilter("ignore")


def sdtype(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column.dropna()) or set(column.dropna().unique()) <= {0, 1}:
        return "boolean"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "datetime"
    return "numerical" if pd.api.types.is_numeric_dtype(column) else "categorical"


def main(paths: list[str]) -> None:
    real, synthetic = map(pd.read_parquet, paths)
    columns = {name: {"sdtype": sdtype(real[name])} for name in real}
    report = QualityReport()
    metadata = {"tables": {"table": {"columns": columns}}}
    report.generate({"table": real}, {"table": synthetic}, metadata, verbose=False)
    pairs = report.get_details("Column Pair Trends", "table")["Score"]
    print(f"score {report.get_score():.4f}; {pairs.notna().sum()} of {len(pairs)} pairs scored")


if __name__ == "__main__":
    main(sys.argv[1:])
