"""Agreement of two rankings of the same items, with the noise of the test rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.stats.scores import Score

__all__ = ["kendall", "ranking_interval", "spearman"]

FloatArray = npt.NDArray[np.float64]

_DRAWS = 400  # a choice: ten draws beyond each end of a 95 % interval, .1 CPU seconds


def kendall(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's rank correlation with ties (tau-b); 0 where one list is constant.

    Examples
    --------
    >>> kendall([1, 2, 3], [1, 3, 2]), kendall([1, 2, 3], [2, 2, 2])
    (0.33333333333333337, 0.0)
    """
    from scipy.stats import kendalltau  # at use, see `synth_eval.stats`

    if min(len(set(first)), len(set(second))) < 2:
        return 0.0
    return float(kendalltau(first, second).statistic)


def spearman(first: FloatArray, second: FloatArray) -> float:
    """Spearman's rank correlation with ties; 0 where one list is constant.

    Examples
    --------
    >>> import numpy as np
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    0.5
    """
    from scipy.stats import spearmanr  # at use, see `synth_eval.stats`

    if min(len(np.unique(first)), len(np.unique(second))) < 2:
        return 0.0
    return float(spearmanr(first, second).statistic)


def ranking_interval(
    first: Sequence[Score], second: Sequence[Score], alpha: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Range of Kendall's rank correlation if other test rows had been drawn.

    Rows are resampled; each score follows its influences.
    """
    influences = np.stack([score.influence for score in (*first, *second)])
    values = np.array([score.value for score in (*first, *second)])
    rows = influences.shape[1]
    covariance = influences @ influences.T / rows**2
    draws = rng.multivariate_normal(values, covariance, size=_DRAWS, method="eigh")
    taus = [kendall(draw[: len(first)].tolist(), draw[len(first) :].tolist()) for draw in draws]
    low, high = np.quantile(taus, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)
