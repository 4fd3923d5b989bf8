"""Whether descriptions read off the synthetic table single out training records.

What it measures
    The attacker collects descriptions that fit exactly one synthetic row: of one column (a
    value that occurs once, a smallest or largest value) or of several columns of one row
    (these levels, at least or at most these numbers; as many columns as it takes, in random
    order, eight at most). A description that fits exactly one training record singles that
    person out. The same descriptions are tried on as many unseen records; the estimate is the
    difference of the numbers of people singled out, as a share of the descriptions, for the
    kind of description where it is largest.

    Threat model: the attacker holds the synthetic table only.

How to read it
    A description true of one person in n isolates somebody in any table of n people with
    probability .37, whoever they are: the control shows that. Only the difference is leakage:
    above the margin with its whole interval it fails, above zero it warns, everywhere else it
    passes, which clears nothing: random descriptions of few rows leave room for a large one,
    and the upper end says how large. An alarm on a split that is not random (the blind baseline
    of P004) is inconclusive. A failure limits and never condemns by itself. Single values (an exact
    amount that only one person has) only warn. That finding is true of every generator that
    draws from the observed values of a column, rank copulas and trees among them: whoever knows
    such a value of a person learns that the person was in training, though nothing else about
    them. The message names the column; rounding it before training, or drawing between the
    values, ends it.

Formula
    S = (a − b) / descriptions; a, b training and holdout rows, among equally many, that are the
    only one a description fits, each row once. The estimate is S of the kind with the highest
    lower bound; each row fell to one side or the other by chance, so the error is
    ± t · √(a + b) / descriptions.

When it misleads
    Descriptions are drawn at random, not searched for; a clever attacker finds better ones.

Source
    Article 29 Working Party (2014), Opinion 05/2014 on anonymisation techniques, singling
    out; Cohen, Nissim (2020), Towards formalizing the GDPR's notion of singling out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._beyond_control import (
    PROVED,
    AttackOutcome,
    decide,
    largest,
    levels,
    points,
    risk_items,
    worst,
)
from synth_eval.checks.privacy._split import VOID_SUMMARY, void_alarm
from synth_eval.checks.privacy._targets import encoded, in_random_order, shared_columns
from synth_eval.data.pair import Pair
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, Status
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Threshold
from synth_eval.stats.intervals import Interval, wilson
from synth_eval.stats.membership import dealt_margin
from synth_eval.words import percent

_MARGIN = "privacy.singling_out"
_ONE, _SEVERAL = "descriptions of one column", "descriptions of several columns"
_DESCRIPTIONS = 1_500  # of several columns; each is tried on every row of two tables
_TRIED = 4 * _DESCRIPTIONS  # synthetic rows; of common levels no description fits one row alone
_WIDEST = 8  # columns; longer descriptions fit nobody else, in any table
_PER_COLUMN = 2_000  # values that occur once: a column of exact amounts has as many as rows
_LEAST = 20  # descriptions; the margin of a twentieth is one of them then
_LEAST_ROWS = 40  # a side

Columns = Mapping[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Term:
    """One column of a description: equal to, at least or at most a value."""

    column: str
    operator: str
    value: float

    def fits(self, rows: Columns) -> npt.NDArray[np.bool_]:
        """Which rows it is true of; a missing value fits nothing."""
        values = rows[self.column]
        if self.operator == "==":
            return np.asarray(values == self.value)
        return np.asarray(values >= self.value if self.operator == ">=" else values <= self.value)


Description = tuple[Term, ...]


@check(
    "P008",
    "singling_out",
    dimension="privacy",
    title="Training records singled out by description",
    needs=(HOLDOUT,),
    cost="neighbours",
    figure="arms",
    gating=False,
)
def singling_out(ctx: Context) -> Result:
    """Try descriptions of single synthetic rows on training and on unseen records."""
    synthetic, real, holdout = _tables(ctx)
    kinds = {
        _ONE: list(_of_one_column(synthetic, ctx.rng("one"))),
        _SEVERAL: list(
            islice(_of_several_columns(synthetic, ctx.data, ctx.rng("several")), _DESCRIPTIONS)
        ),
    }
    kinds = {kind: texts for kind, texts in kinds.items() if len(texts) >= _LEAST}
    if not kinds:
        raise NotApplicable(f"fewer than {_LEAST} descriptions fit just one synthetic row")
    ends = levels(ctx, len(kinds))
    outcomes, columns = [], Counter[str]()
    for kind, texts in kinds.items():
        hits = [np.array([isolated(text, rows) for text in texts]) for rows in (real, holdout)]
        outcomes.append(_outcome(kind, hits[0], hits[1], ends))
        if kind == _ONE:
            for counted, side in ((columns.update, hits[0]), (columns.subtract, hits[1])):
                counted(texts[place][0].column for place in np.flatnonzero(side >= 0))
    outcomes = worst(outcomes)
    top = outcomes[0]
    subject = f"training records singled out beyond control by {top.arm}"
    decision = decide(ctx, subject, largest(outcomes), _MARGIN, can_fail=top.arm != _ONE)
    # Random descriptions clear nobody, so there is no pass to earn: alarms alone count.
    alarm = replace(decision, clear=None, otherwise=Status.PASS, margins=(_MARGIN, PROVED))
    decision = void_alarm(ctx, alarm)
    return ctx.judged(
        f"{decision.void}." if decision.void else _message(top, largest(outcomes), columns),
        summary=_summary(top, decision, columns),
        items=[
            item
            for outcome in outcomes
            for item in (
                *outcome.items(*((decision,) if outcome is top else ())),
                *risk_items(outcome),
            )
        ],
        items_decide=True,
        estimate=Estimate(*largest(outcomes), ends[0]),
        reference=Reference("success on unseen (holdout) records", *top.control, n=top.controls),
        threshold=Threshold(
            ctx.config.margin(_MARGIN).value,
            f"{ctx.config.margin(_MARGIN).basis}; a smaller excess that is proved warns, and a "
            "pass clears nothing",
        ),
        direction=Direction.LOWER,
        sampled=top.members,
    )


def _tables(ctx: Context) -> tuple[Columns, Columns, Columns]:
    """Raw values; real and holdout cut at random to the same number of rows."""
    tables, names, rng = encoded(ctx), shared_columns(ctx.data), ctx.rng()
    size = min(len(tables.rows["real"]), len(tables.rows["holdout"]))
    if min(size, len(tables.rows["synthetic"])) < _LEAST_ROWS:
        raise NotApplicable(f"needs at least {_LEAST_ROWS} real, holdout and synthetic rows each")
    columns = []
    for role in ("synthetic", "real", "holdout"):
        rows = in_random_order(tables.rows[role], rng)
        rows = rows if role == "synthetic" else rows[:size]
        columns.append({name: _values(ctx.data, role, name)[rows] for name in names})
    return columns[0], columns[1], columns[2]


def _values(data: Pair, role: str, name: str) -> npt.NDArray[np.float64]:
    """Numbers as they are, levels by number; missing and levels that real lacks as NaN."""
    if data.schema[name].is_continuous:
        return data.tables[role].number_column(name).values
    column = data.tables[role].level_column(name)
    unknown = (column.codes < 0) | (column.codes >= len(column.levels))
    return np.where(unknown, np.nan, column.codes)


def _of_one_column(synthetic: Columns, rng: np.random.Generator) -> Iterator[Description]:
    for name, values in synthetic.items():
        distinct, counts = np.unique(values[~np.isnan(values)], return_counts=True)
        once = distinct[counts == 1]
        for value in rng.permutation(once)[:_PER_COLUMN]:
            yield (Term(name, "==", float(value)),)
        if len(distinct) and counts[0] == 1:
            yield (Term(name, "<=", float(distinct[0])),)
        if len(distinct) and counts[-1] == 1:
            yield (Term(name, ">=", float(distinct[-1])),)


def _of_several_columns(
    synthetic: Columns, data: Pair, rng: np.random.Generator
) -> Iterator[Description]:
    names = list(synthetic)
    rows = len(synthetic[names[0]])
    middle = {name: _median(values) for name, values in synthetic.items()}
    for row in map(int, rng.permutation(rows)[: _TRIED if len(names) >= 2 else 0]):
        terms: list[Term] = []
        fits = np.ones(rows, np.bool_)
        for name in map(str, rng.permutation(names)[:_WIDEST]):
            value = float(synthetic[name][row])
            if np.isnan(value):
                continue
            numeric = data.schema[name].is_continuous
            operator = "==" if not numeric else ">=" if value > middle[name] else "<="
            terms.append(Term(name, operator, value))
            fits &= terms[-1].fits(synthetic)
            if len(terms) >= 2 and np.count_nonzero(fits) == 1:
                yield tuple(terms)
                break


def _median(values: npt.NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    middle = len(known) // 2  # an order statistic: a mean of two infinities is no number
    return float(np.partition(known, middle)[middle]) if len(known) else 0.0


def isolated(description: Description, rows: Columns) -> int:
    """The one row that the description fits; -1 where it fits none or several."""
    fits = description[0].fits(rows)
    for term in description[1:]:
        fits &= term.fits(rows)
    found = np.flatnonzero(fits)
    return int(found[0]) if len(found) == 1 else -1


def excess_of_isolated(
    real: npt.NDArray[np.int64], holdout: npt.NDArray[np.int64], level: float
) -> Interval:
    """Real rows isolated less holdout rows isolated, as a share of the descriptions.

    Parameters
    ----------
    real, holdout : ndarray of int64, shape (descriptions,)
        The row each description isolates, -1 for none.
    level : float
        Two-sided confidence level. A person whom many descriptions fit was dealt to one of the
        sides once, so they count as one.

    Examples
    --------
    >>> alone = np.zeros(100, int), np.full(100, -1)
    >>> excess_of_isolated(*alone, 0.95)  # a hundred descriptions of a single person prove nothing
    Interval(value=0.01, low=-0.01, high=0.03)
    """
    persons = [_persons(side) for side in (real, holdout)]
    value = (persons[0] - persons[1]) / len(real)
    half = max(dealt_margin(np.ones(sum(persons)), level), 1.0) / len(real)
    return Interval(value, max(value - half, -1.0), min(value + half, 1.0))


def _persons(isolated: npt.NDArray[np.int64]) -> int:
    return len(np.unique(isolated[isolated >= 0]))


def _outcome(
    kind: str,
    real: npt.NDArray[np.int64],
    holdout: npt.NDArray[np.int64],
    ends: tuple[float, float],
) -> AttackOutcome:
    lower, upper = (excess_of_isolated(real, holdout, level) for level in ends)
    shares = [wilson(_persons(side), len(side)) for side in (real, holdout)]
    both = Interval(lower.value, lower.low, upper.high)
    return AttackOutcome(kind, both, shares[0], shares[1], len(real), len(holdout))


def _message(top: AttackOutcome, share: Interval, columns: Counter[str]) -> str:
    text = (
        f"{percent(top.member.value)} of {top.members:,} {top.arm} single out one training "
        f"record, {percent(top.control.value)} one of as many unseen records: "
        f"{points(share)} for having been in training"
    )
    if top.excess.low <= 0 or top.arm != _ONE:
        return f"{text}."
    name, _ = columns.most_common(1)[0]
    return (
        f"{text}. Values that one person alone has are repeated, most in {name}: who knows such a "
        "value learns that its owner was in training."
    )


def _summary(top: AttackOutcome, decision: Decision, columns: Counter[str]) -> str:
    if decision.void:
        return VOID_SUMMARY
    if decision.status is Status.PASS:
        return (
            "Descriptions of synthetic rows are not shown to single out more training than "
            "unseen people, which clears nothing"
        )
    if top.arm != _ONE:
        return (
            f"{percent(top.excess.value)} of descriptions of synthetic rows single out a training "
            "record, beyond those that single out an unseen one"
        )
    name, _ = columns.most_common(1)[0]
    return (
        f"Values that one person alone has are repeated, most in {name}: their owners are seen to "
        "have been in training"
    )
