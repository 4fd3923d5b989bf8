"""Secrets of a table that no file of a run may hold."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def names_of_real_extremes(table: pa.Table) -> list[str]:
    """Extremes of continuous columns, as they would be printed, and levels of few rows."""
    secrets = []
    for name in table.column_names:
        column = table[name]
        if pa.types.is_string(column.type) and pc.count_distinct(column).as_py() < 100:
            counts = column.value_counts()
            pairs = zip(
                counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True
            )
            secrets += [word for word, count in pairs if count < 11 and len(word) >= 4]
        elif pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            ends = pc.min_max(column).as_py()
            secrets += [str(end) for end in ends.values() if len(str(end)) >= 5]
    return secrets
