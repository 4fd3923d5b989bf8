"""Maximum mean discrepancy between sampled real and synthetic rows.

What it measures
    How much more alike rows of one table are to each other than to rows of the other, by a
    Gaussian kernel on all columns at once. Numbers count by their rank in the real table, a
    different level as much as two numbers from opposite ends; the bandwidth is the median
    distance between real rows. Seeded samples of up to 4,000 rows a side, squared form,
    unbiased: fresh real rows give values around 0, half of them negative.

How to read it
    0 is best. Read the worth: the size of a real sample that is as far on average. The null
    of permuted labels is in the items; the holdout is the reference. It fails beyond the
    distance of a 1 % real sample and warns beyond that of a 10 % one.

Formula
    MMD² = mean k(x, x′) + mean k(y, y′) − 2 · mean k(x, y); x, x′ different real and y, y′
    different synthetic rows, k = exp(−d² / (2 · h²)), d distance of two rows, h median distance of
    real rows.

When it misleads
    It is smooth: what happens inside the bandwidth (rounding, heaps, copies) is hardly seen.
    With many columns everything is about equally far and differences of few columns fade.
    Another scaling gives another number; compare only within one report.

Source
    Gretton et al. (2012), A kernel two-sample test, Journal of Machine Learning Research 13.
"""

from __future__ import annotations

from synth_eval.checks.fidelity._kernel_distance import median_distance, result_of_kernel
from synth_eval.data.spaces import Space
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Result
from synth_eval.stats.kernels import Kernel, gaussian_kernel


@check(
    "F010",
    "maximum_mean_discrepancy",
    dimension="fidelity",
    title="Maximum mean discrepancy of whole rows",
    cost="neighbours",
    figure="intervals",
    gating=False,
)
def maximum_mean_discrepancy(ctx: Context) -> Result:
    """Compare sampled rows by a Gaussian kernel."""
    return result_of_kernel(ctx, _kernel, "squared maximum mean discrepancy")


def _kernel(ctx: Context, space: Space) -> Kernel:
    bandwidth = median_distance(ctx, space)
    if bandwidth == 0.0:
        raise NotApplicable("half of all pairs of real rows are identical: there is no bandwidth")
    return gaussian_kernel(bandwidth)
