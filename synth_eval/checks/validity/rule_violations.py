"""Rules of the data: how often synthetic rows break what real rows keep.

What it measures
    Every rule of a Great Expectations suite is run on the synthetic table: the share of rows
    that break it, among the rows it speaks about. Without a suite the rules are derived from
    the real table: types, missing cells, ranges, levels, keys, shapes, resolution, functional
    dependencies, implications, orders, sums, products, dummy columns.

How to read it
    One row per rule: its rate with a Wilson interval at a level corrected for the number of
    rules, beside the rate in the holdout and in the real table. A rule that real rows break as
    often is no finding. A critical rule that fails makes the table unfit, a warning limits it.
    The number of the result is that of its worst rule. Of cells that cannot be read a tenth of
    the margin is allowed: a few of them turn a whole column into text. Counts of one to ten
    real rows are told as ten, so that no rate points at a person.

Formula
    V = rows that break the rule / rows it speaks about, of the worst rule (by status, then by how
    far V exceeds its limit).

When it misleads
    A generator that copies real rows keeps every rule. A rule of little support can be broken
    rather often before anybody can be sure. Rules that nobody derived or wrote are not run: see
    the fidelity checks for dependencies that are tendencies rather than rules.

Source
    Fan et al. (2011), Conditional functional dependencies and discovery algorithms, IEEE TKDE;
    Wilson (1927); Clopper and Pearson (1934). The engine is Great Expectations.
"""

from __future__ import annotations

from synth_eval.errors import NotApplicable, UsageError
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Status
from synth_eval.judging.registry import check
from synth_eval.judging.results import Result
from synth_eval.rules.finding import finding
from synth_eval.rules.judge import MARGIN
from synth_eval.rules.validate import derived_cases, judged, suite_cases


@check(
    "V003",
    "rule_violations",
    dimension="validity",
    title="Rules of the real data that synthetic rows break",
    figure="intervals",
)
def rule_violations(ctx: Context) -> Result:
    """Run the given suite, or one derived from the real table, on the synthetic table."""
    try:
        cases = (
            suite_cases(ctx.data, ctx.config.expectations)
            if ctx.config.expectations
            else derived_cases(ctx.data, ctx.config.small_cell)
        )
    except UsageError as error:
        return ctx.broken(str(error))
    items = judged(cases, ctx.config, ctx.data)
    if not any(item.decisions or item.told is Status.ERROR for item in items):
        raise NotApplicable(
            "no rule of the suite speaks of a row" if items else "the suite holds no expectation"
        )
    return ctx.judged(**finding(items, ctx.config.margin(MARGIN)))
