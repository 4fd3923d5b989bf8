"""Tails of numbers and dates: what lies beyond the real 0.1 % and 99.9 % quantiles.

What it measures
    For each column and side the share of synthetic values beyond the real 0.1 % (or 99.9 %)
    quantile, beside the share of real values there. The estimate is the smallest ratio of the
    two over all tails.

How to read it
    1 is the real tail, 0 a tail that is gone. A tail whose share is certainly below a tenth of
    the real one fails: nine of ten extreme cases are lost. One certainly below half, or above
    twice, is a warning.

Formula
    R = min over tails of (k / m) / (l / n); k of m synthetic and l of n real values are at or
    beyond the real quantile that ends the tail.

When it misleads
    A tail of few rows cannot be judged: below about 5,000 synthetic rows at one in a thousand
    the check is inconclusive rather than kind. Spikes at the end of the range (a cap, zero) are
    no tail and are left out. How far the tail reaches is Wasserstein's matter (F003).

Source
    Exact Poisson bounds on the counts, Bonferroni over the tails. Tails vanish first when models
    are trained on generated data: Shumailov et al. (2024).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status
from synth_eval.stats.intervals import poisson_ratio

_SHARE = 0.001
_WIDEST = 0.02
"""A tail with more rows than this share has a spike at its quantile."""


@check(
    "C003",
    "tail_coverage",
    dimension="coverage",
    title="Tails of numbers and dates",
    figure="ratios",
)
def tail_coverage(ctx: Context) -> Result:
    """Compare the shares of values beyond the real tail quantiles."""
    tails = [tail for name in ctx.data.compared for tail in _tails(ctx, name)]
    if not tails:
        raise NotApplicable(
            f"no column has a tail of at least {ctx.config.small_cell} real rows to look at"
        )
    margin = ctx.config.margin("coverage.lost_tail")
    rows = [_judge(ctx, tail, len(tails), margin.value) for tail in tails]
    rows.sort(key=lambda row: (-Status(row["status"]).severity, row["ratio"]))
    worst = min(rows, key=lambda row: row["ratio"])
    expected = [row["reference_ratio"] for row in rows if row["reference_ratio"] is not None]
    return ctx.result(
        Status(rows[0]["status"]),
        _message(rows),
        estimate=Estimate(
            worst["ratio"],
            worst["ratio_low"],
            worst["ratio_high"],
            1 - ctx.config.alpha / len(rows),
        ),
        reference=Reference(
            "smallest ratio in the holdout" if expected else "as many as in the real table",
            min(expected, default=1.0),
            n=None if ctx.data.holdout is None else ctx.data.holdout.num_rows,
        ),
        threshold=margin,
        direction=Direction.REFERENCE,
        details=rows,
    )


def _tails(ctx: Context, name: str) -> list[dict[str, Any]]:
    if not ctx.data.schema[name].is_continuous:
        return []
    finite = {
        role: values[np.isfinite(values)]
        for role, values in (
            (role, table.number_column(name).values) for role, table in ctx.data.tables.items()
        )
    }
    real = finite["real"]
    if len(real) * _SHARE < ctx.config.small_cell:
        return []
    tails = []
    for side, share in (("low", _SHARE), ("high", 1 - _SHARE)):
        cut = float(np.quantile(real, share))
        counts = {role: _beyond(values, cut, side) for role, values in finite.items()}
        if ctx.config.small_cell <= counts["real"] <= _WIDEST * len(real):
            sizes = {role: len(values) for role, values in finite.items()}
            tails.append({"column": name, "tail": side, "counts": counts, "sizes": sizes})
    return tails


def _beyond(values: npt.NDArray[np.float64], cut: float, side: str) -> int:
    return int((values <= cut).sum() if side == "low" else (values >= cut).sum())


def _judge(ctx: Context, tail: dict[str, Any], tails: int, margin: float) -> dict[str, Any]:
    counts, sizes = tail["counts"], tail["sizes"]
    alpha = ctx.config.alpha / tails
    share = counts["real"] / sizes["real"]
    rows = max(sizes["synthetic"], 1)
    low, high = poisson_ratio(counts["synthetic"], rows, counts["real"], sizes["real"], alpha)
    ratio = counts["synthetic"] / rows / share
    if high < margin:
        status = Status.FAIL
    elif high < 0.5 or low > 2.0:
        status = Status.WARN
    elif ratio < margin:
        status = Status.INCONCLUSIVE
    else:
        status = Status.PASS
    holdout = None
    if sizes.get("holdout"):
        holdout = counts["holdout"] / sizes["holdout"]
    return {
        "column": tail["column"],
        "tail": tail["tail"],
        "estimate": counts["synthetic"] / rows,
        "real": share,
        "reference": holdout,
        "ratio": ratio,
        "ratio_low": min(low, ratio),
        "ratio_high": max(high, ratio),
        "reference_ratio": None if holdout is None else holdout / share,
        "status": str(status),
    }


def _message(rows: list[dict[str, Any]]) -> str:
    found = [row for row in rows if row["status"] != Status.PASS]
    if not found:
        return f"All {len(rows)} tails hold about as many values as in the real table."
    worst = found[0]
    more = f"; {len(found) - 1} more tails differ" if len(found) > 1 else ""
    return (
        f"The {worst['tail']} tail of {worst['column']} holds {worst['ratio']:.2f} times the real "
        f"share of values ({worst['ratio_low']:.2f} to {worst['ratio_high']:.2f}){more}."
    )
