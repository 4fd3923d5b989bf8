"""Rules between two columns: functional dependencies, implications, missing cells.

Every pair of columns is counted once. A rule is proposed where real rows (nearly) never break
it, where it says something (rows chosen at random would break it often), and where chance does
not explain it: the binomial probability of so few exceptions, had the two columns nothing to
do with each other, times the number of rules looked at, is below 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.data.table import Table
from synth_eval.rules.derived.views import LevelView, View, pairs_of, views_of
from synth_eval.rules.rule import Rule, comparison
from synth_eval.rules.tally import Tally

__all__ = ["ALPHA", "MAX_EXCEPTIONS", "MAX_PAIRS", "Search", "chance_of_so_few", "relation_rules"]

MAX_EXCEPTIONS = 0.005
"""Share of real rows that may break a proposed rule."""

MIN_SUPPORT = 100
"""Real rows a rule must speak about."""

MIN_SURPRISE = 0.05
"""Share of other rows that would break it."""

MAX_PAIRS = 5_000
"""Pairs of columns looked at, about a hundred columns."""

ALPHA = 0.05
"""Chance that any rule of a table is one by chance: the evidence of each is multiplied by the
number of rules looked at."""

Joint = npt.NDArray[np.int64]


@dataclass
class Search:
    """How much was looked at: what the evidence of a rule is corrected for."""

    pairs: int = 0
    tests: int = 0
    complete: bool = True


def chance_of_so_few(judged: int, broken: int, rate: float) -> float:
    """Probability of at most `broken` violations in `judged` independent rows.

    Examples
    --------
    >>> round(chance_of_so_few(10, 0, 0.5), 6)
    0.000977
    """
    if rate >= 1:
        return 0.0 if broken < judged else 1.0
    if broken == 0:
        return math.exp(judged * math.log1p(-rate))
    from scipy.special import bdtr  # at use, see `synth_eval.stats`

    return float(bdtr(broken, judged, rate))


def relation_rules(
    real: Table, small_cell: int, search: Search, blocks: Sequence[Sequence[str]] = ()
) -> Iterator[Rule]:
    """Candidate rules between pairs of columns told in levels or missingness.

    Parameters
    ----------
    real : Table
        The real table.
    small_cell : int
        Levels and combinations of fewer real rows are not named.
    search : Search
        Is told how much was looked at.
    blocks : sequence of sequence of str
        Columns that another rule tells together; relations within a block are left out.
    """
    views = views_of(real, small_cell)
    pairs = list(pairs_of(views, MAX_PAIRS))
    total = sum(v.states * sum(w.name != v.name for w in views) for v in views)
    search.pairs += len(pairs)
    search.tests += total
    search.complete &= len(pairs) < MAX_PAIRS
    block_sets = [set(block) for block in blocks]
    for first, second in pairs:
        if any({first.name, second.name} <= block for block in block_sets):
            continue
        joint = _joint(first, second, real)
        yield from _pair_rules(first, second, joint, small_cell, total)


def _joint(first: View, second: View, table: Table) -> Joint:
    """Counts of the states of two columns; others and missing are the last two."""
    width = second.states + 2
    cells = first.codes(table) * width + second.codes(table)
    counts = np.bincount(cells, minlength=(first.states + 2) * width)
    return counts.reshape(first.states + 2, width)


def _pair_rules(
    first: View, second: View, joint: Joint, small_cell: int, tests: int
) -> Iterator[Rule]:
    forward = _determining(first, second, joint, small_cell, tests)
    backward = _determining(second, first, joint.T, small_cell, tests)
    if forward.all() and backward.all() and not (joint[-2].any() or joint[:, -2].any()):
        yield _dependency(first, second, joint, forward, small_cell, both=True)
        return
    if forward.any():
        yield _dependency(first, second, joint, forward, small_cell, both=False)
    else:
        yield from _implications(first, second, joint, tests)
    if backward.any():
        yield _dependency(second, first, joint.T, backward, small_cell, both=False)
    else:
        yield from _implications(second, first, joint.T, tests)


def _determining(
    cause: View, effect: View, joint: Joint, small_cell: int, tests: int
) -> npt.NDArray[np.bool_]:
    """Named levels of one column that each go with one level of the other; none is no rule.

    Levels that may not be named and the few that are not sure are left out of the rule, not the
    rule because of them: a table of many levels would else have one rule a level, each of too
    few rows to say anything.
    """
    none = np.zeros(cause.states, np.bool_)
    if not isinstance(cause, LevelView) or not isinstance(effect, LevelView):
        return none
    named = joint[:-2, :-1]
    sizes, best = named.sum(axis=1), named[:, :-1].max(axis=1)
    total = int(sizes.sum())
    if total < MIN_SUPPORT or total - int(best.sum()) > MAX_EXCEPTIONS * total:
        return none
    sure = (sizes - best <= 0.05 * sizes) & (best >= small_cell)
    judged = named[sure]
    total = int(judged.sum())
    if total < MIN_SUPPORT:
        return none
    surprise = 1 - judged.sum(axis=0).max() / total
    broken = total - int(best[sure].sum())
    is_evident = (
        surprise >= MIN_SURPRISE and chance_of_so_few(total, broken, surprise) * tests <= ALPHA
    )
    return sure if is_evident else none


def _dependency(
    cause: View,
    effect: View,
    joint: Joint,
    sure: npt.NDArray[np.bool_],
    small_cell: int,
    *,
    both: bool,
) -> Rule:
    assert isinstance(cause, LevelView)
    assert isinstance(effect, LevelView)
    partner = joint[:-2, :-2].argmax(axis=1)
    states = np.flatnonzero(sure)
    pairs = sorted(
        ([cause.literals[a], effect.literals[partner[a]]] for a in states),
        key=lambda pair: str(pair),
    )
    verb = "determine each other" if both else f"determines {effect.name}"
    names = f"{cause.name} and {effect.name}" if both else cause.name
    # The rule speaks about other values, too, where there are none of them in the real table.
    is_whole = bool(sure.all()) and not joint[-2, :-1].any()
    condition = {}
    if not is_whole:
        literals = sorted((cause.literals[a] for a in states), key=str)
        condition = {"row_condition": comparison(cause.name, "IN", literals)}

    def outside_pairs(table: Table) -> Tally:
        judged = _joint(cause, effect, table)[:-1, :-1]
        total = int(judged.sum() if is_whole else judged[states].sum())
        return Tally(total, total - int(judged[states, partner[states]].sum()))

    return Rule(
        "expect_column_pair_values_to_be_in_set",
        {
            "column_A": cause.name,
            "column_B": effect.name,
            "value_pairs_set": pairs,
            "ignore_row_if": "either_value_is_missing",
            **condition,
            "mostly": None,
        },
        f"{names} {verb}",
        f"functional dependency: each of {len(states)} values of {cause.name} with at least "
        f"{small_cell} real rows goes with one value of {effect.name}",
        outside_pairs,
    )


def _implications(cause: View, effect: View, joint: Joint, tests: int) -> Iterator[Rule]:
    """Rules of the kind: where A is a, B is b."""
    judged = joint[:-1, : effect.states + 1]
    totals = judged.sum(axis=0)
    for state in range(cause.states):
        row = judged[state]
        support = int(row.sum())
        result = int(row[:-1].argmax()) if effect.states else 0
        broken = support - int(row[result])
        rest = int(totals.sum()) - support
        if support < MIN_SUPPORT or broken > MAX_EXCEPTIONS * support or rest < MIN_SUPPORT:
            continue
        surprise = 1 - (int(totals[result]) - int(row[result])) / rest
        if surprise < MIN_SURPRISE:
            continue
        if chance_of_so_few(support, broken, surprise) * tests <= ALPHA:
            yield _implication(cause, effect, state, result)


def _implication(cause: View, effect: View, state: int, result: int) -> Rule:
    kind, arguments = effect.demand(result)

    def exceptions(table: Table) -> Tally:
        row = _joint(cause, effect, table)[state, : effect.states + 1]
        return Tally(int(row.sum()), int(row.sum() - row[result]))

    return Rule(
        kind,
        {**arguments, "row_condition": cause.condition(state), "mostly": None},
        f"{cause.words(state)} implies {effect.words(result)}",
        "implication: real rows hardly ever break it, other rows do",
        exceptions,
    )
