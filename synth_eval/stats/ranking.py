"""Agreement of two rankings of the same items, with the noise of the test rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth_eval.stats.scores import Score

__all__ = ["kendall", "ranking_interval", "spearman"]

FloatArray = npt.NDArray[np.float64]

_DRAWS = 400


def kendall(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's rank correlation with ties (tau-b); 0 where one list is constant.

    Examples
    --------
    >>> kendall([1, 2, 3], [1, 3, 2])
    0.3333333333333333
    """
    above = np.triu_indices(len(first), 1)
    signs = [np.sign(np.subtract.outer(values, values)[above]) for values in (first, second)]
    scale = float(np.sqrt(np.sum(signs[0] ** 2) * np.sum(signs[1] ** 2)))
    return float(signs[0] @ signs[1]) / scale if scale > 0 else 0.0


def spearman(first: FloatArray, second: FloatArray) -> float:
    """Spearman's rank correlation with ties; 0 where one list is constant.

    Examples
    --------
    >>> import numpy as np
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    0.5
    """
    ranks = [_ranks(values) - (len(values) - 1) / 2 for values in (first, second)]
    scale = float(np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1])))
    return float(ranks[0] @ ranks[1]) / scale if scale > 0 else 0.0


def _ranks(values: FloatArray) -> FloatArray:
    ordered = np.sort(values)
    left = np.searchsorted(ordered, values, side="left")
    right = np.searchsorted(ordered, values, side="right")
    return np.asarray((left + right - 1) / 2, np.float64)


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
