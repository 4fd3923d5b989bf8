"""Two expectations of our own, used while a suite runs and never written into one.

Allowed pairs of values: the stock expectation walks over the rows of a pandas frame (a hundred
seconds a million rows) and forgets its row condition; ours looks the pairs up at once and gives
the same counts. Rows found by a query: the stock expectation fetches them, ours counts them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["known_pairs", "register"]


def known_pairs(kind: str) -> str:
    """Type that is run in the place of a stock type.

    Examples
    --------
    >>> known_pairs("expect_column_pair_values_to_be_in_set")
    'expect_column_pair_values_to_be_in_known_set'
    >>> known_pairs("expect_column_to_exist")
    'expect_column_to_exist'
    """
    if kind == "expect_column_pair_values_to_be_in_set":
        return "expect_column_pair_values_to_be_in_known_set"
    return kind


@cache
def register() -> None:
    """Define the expectations; Great Expectations registers classes as they are defined."""
    _register_pairs()
    _register_counted_rows()


def _register_pairs() -> None:
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.expectations.core.expect_column_pair_values_to_be_in_set import (
        ExpectColumnPairValuesToBeInSet,
    )
    from great_expectations.expectations.metrics.column_pair_map_metrics import (
        column_pair_values_in_set,
    )
    from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import (  # noqa: E501
        column_pair_condition_partial,
    )

    stock = column_pair_values_in_set.ColumnPairValuesInSet

    class ColumnPairValuesInKnownSet(stock):  # type: ignore[misc, valid-type]
        condition_metric_name = "column_pair_values.in_known_set"
        condition_domain_keys = (
            "batch_id",
            "table",
            "column_A",
            "column_B",
            "row_condition",
            "condition_parser",
            "ignore_row_if",
        )

        @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
        def _pandas(cls, column_A: Any, column_B: Any, **kwargs: Any) -> Any:  # noqa: N803, N805
            return _are_known(column_A, column_B, kwargs["value_pairs_set"])

    class ExpectColumnPairValuesToBeInKnownSet(ExpectColumnPairValuesToBeInSet):
        """Expect the pairs of values of two columns to belong to a set of pairs."""

        map_metric = ColumnPairValuesInKnownSet.condition_metric_name


def _register_counted_rows() -> None:
    from great_expectations.expectations.core.unexpected_rows_expectation import (
        UnexpectedRowsExpectation,
    )

    class UnexpectedRowsCounted(UnexpectedRowsExpectation):
        """Expect a query to find no row; the rows it finds are counted, not fetched."""

        metric_dependencies = ("unexpected_rows_query.row_count",)

        def _validate(
            self,
            metrics: dict[str, Any],
            runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
            execution_engine: Any = None,  # noqa: ARG002
        ) -> dict[str, Any]:
            count = int(metrics["unexpected_rows_query.row_count"])
            return {"success": count == 0, "result": {"observed_value": count}}


def _are_known(first: Any, second: Any, allowed: Any) -> Any:
    """Flag per row, by a table of the distinct values of both columns."""
    import numpy as np
    import pandas as pd  # what Great Expectations works on

    pairs = {(_key(a), _key(b)) for a, b in allowed or ()}
    codes_a, values_a = pd.factorize(first, use_na_sentinel=False)
    codes_b, values_b = pd.factorize(second, use_na_sentinel=False)
    listed = np.ones((len(values_a), len(values_b)), bool)
    if allowed is not None:
        rows = [[(_key(a), _key(b)) in pairs for b in values_b] for a in values_a]
        listed = np.array(rows, bool).reshape(listed.shape)
    return pd.Series(listed[codes_a, codes_b], index=first.index)


def _key(value: Any) -> Any:
    return None if value is None or value != value or str(value) == "<NA>" else value
