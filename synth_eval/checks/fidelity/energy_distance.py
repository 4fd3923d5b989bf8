"""Energy distance between sampled real and synthetic rows.

What it measures
    Twice the mean distance between a real and a synthetic row, minus the mean distances
    within each table; all columns at once. Numbers count by their rank in the real table, a
    different level as much as two numbers from opposite ends. Seeded samples of up to 4,000
    rows a side, squared form, unbiased: fresh real rows give values around 0, half of them
    negative. There is no bandwidth to choose.

How to read it
    0 is best. Read the worth: the size of a real sample that is as far on average. The null
    of permuted labels is in the items; the holdout is the reference. It fails beyond the
    distance of a 1 % real sample and warns beyond that of a 10 % one.

Formula
    E = 2 · mean d(x, y) − mean d(x, x′) − mean d(y, y′); x, x′ different real and y, y′ different
    synthetic rows, d distance of two rows.

When it misleads
    It sees shifts and spreads best; dependence only weakly, and copies or heaps not at all.
    With many columns all distances are about alike and few bad columns fade.

Source
    Székely, Rizzo (2013), Energy statistics: a class of statistics based on distances,
    Journal of Statistical Planning and Inference 143.
"""

from __future__ import annotations

from synth_eval.checks.fidelity._kernel_distance import median_distance, result_of_kernel
from synth_eval.data.spaces import Space
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.registry import check
from synth_eval.judging.results import Result
from synth_eval.stats.kernels import Kernel, negative_distance


@check(
    "F011",
    "energy_distance",
    dimension="fidelity",
    title="Energy distance of whole rows",
    cost="neighbours",
    figure="intervals",
    gating=False,
)
def energy_distance(ctx: Context) -> Result:
    """Compare sampled rows by their distances."""
    return result_of_kernel(ctx, _kernel, "squared energy distance")


def _kernel(ctx: Context, space: Space) -> Kernel:
    if median_distance(ctx, space) == 0.0:
        raise NotApplicable("half of all pairs of real rows are identical: distances tell nothing")
    return negative_distance
