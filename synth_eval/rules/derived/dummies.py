"""One level told by several columns of true and false: exactly one of them is true.

Such a block is one rule, not one per pair of its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.data.schema import Column
from synth_eval.data.table import Table
from synth_eval.rules.derived.relations import MAX_EXCEPTIONS, MIN_SUPPORT, Search
from synth_eval.rules.rule import Rule
from synth_eval.rules.tally import Tally

__all__ = ["dummy_blocks", "dummy_rules"]

_MAX_COLUMNS = 500  # looked at: every two of them are counted together
_LISTED = 4  # names in the sentence of a rule

Flags = npt.NDArray[np.bool_]


def dummy_blocks(real: Table, search: Search) -> list[list[str]]:
    """Blocks of at least three columns of which exactly one is true in (nearly) every row.

    Columns are taken in their order; one joins a block where it is (nearly) never true together
    with a column of it.
    """
    names = [spec.name for spec in real.schema.compared if _is_flag(real, spec)]
    search.complete &= len(names) <= _MAX_COLUMNS
    names = names[:_MAX_COLUMNS]
    if len(names) < 3:
        return []
    flags = np.column_stack([_flags(real, name) for name in names])
    together = flags.T.astype(np.float32) @ flags.astype(np.float32)
    left = list(range(len(names)))
    blocks = []
    while len(left) >= 3:
        block = _block(together, left)
        broken = int((flags[:, block].sum(axis=1) != 1).sum())
        if len(block) >= 3 and broken <= MAX_EXCEPTIONS * len(flags):
            blocks.append([names[place] for place in block])
            left = [place for place in left if place not in block]
        else:
            left = left[1:]
    return blocks


def _is_flag(real: Table, spec: Column) -> bool:
    if spec.kind != "boolean" or spec.name not in real.stored_names:
        return False
    column = real.level_column(spec.name)
    there = not column.missing.any() and len(column.codes) >= MIN_SUPPORT
    return there and column.stored.startswith(("bool", "int", "uint"))


def _flags(table: Table, name: str) -> Flags:
    column = table.level_column(name)
    # The level that the real table lacks has the code behind the last.
    is_true = [word == "true" for word in column.levels]
    is_true += ["true" not in column.levels] if len(column.levels) == 1 else [False]
    return np.asarray(np.array([*is_true, False], bool)[column.codes], bool)


def _block(together: npt.NDArray[np.float32], left: Sequence[int]) -> list[int]:
    """Columns that are never true together, starting with the first."""
    counts = np.diag(together)
    block = [left[0]]
    for place in left[1:]:
        smaller = np.minimum(counts[block], counts[place])
        if counts[place] and (together[place, block] <= MAX_EXCEPTIONS * smaller).all():
            block.append(place)
    return block


def dummy_rules(blocks: Sequence[Sequence[str]]) -> Iterator[Rule]:
    """One rule per block."""
    for block in blocks:
        names = list(block)
        more = len(names) - _LISTED
        listed = ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
        yield Rule(
            "expect_multicolumn_sum_to_equal",
            {
                "column_list": names,
                "sum_total": 1,
                "ignore_row_if": "any_value_is_missing",
                "mostly": None,
            },
            f"exactly one of {listed} is true",
            f"one level told by {len(names)} columns of true and false",
            _counter(names),
        )


def _counter(names: list[str]) -> Callable[[Table], Tally]:
    def count(table: Table) -> Tally:
        there = np.logical_and.reduce([~table.column(name).missing for name in names])
        total = np.sum([_flags(table, name) for name in names], axis=0)
        return Tally(int(there.sum()), int((total[there] != 1).sum()))

    return count
