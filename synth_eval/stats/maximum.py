"""Simultaneous critical value of many statistics over the same rows.

With many tables judged at once some look bad by chance. A correction for their number alone
(Bonferroni) treats them as unrelated; here the joint null of the largest one is drawn, so
that columns and pairs that move together count for as many as they really are. Rows are given
random signs and weights in place of new samples (a multiplier bootstrap), which needs one
pass over the influences of a sample of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["MaximumStatistic"]

FloatArray = npt.NDArray[np.float64]

_DRAWS = 600  # the level of a 5 % limit is then uncertain by .9 points: sqrt(.05 * .95 / 600)
_BLOCK = 256  # a choice: statistics that share one matrix product


class MaximumStatistic:
    """The largest of many standardised statistics, each a mean of influences of rows.

    Parameters
    ----------
    samples : sequence of (int, int)
        Per sample (real, synthetic) the rows whose influences are given, and all its rows.
    rng : Generator
        Source of the multipliers.

    Notes
    -----
    Chernozhukov, Chetverikov, Kato (2013), Gaussian approximations and multiplier bootstrap
    for maxima of sums of high-dimensional random vectors.
    """

    def __init__(self, samples: Sequence[tuple[int, int]], rng: np.random.Generator) -> None:
        self._samples = list(samples)
        rows = sum(given for given, _ in samples)
        self._draws = rng.standard_normal((_DRAWS, rows), dtype=np.float32)
        self._block = np.empty((_BLOCK, rows), np.float32)
        self._filled = 0
        self._largest = np.zeros(_DRAWS, np.float32)
        self._statistics = 0

    def add(self, influences: Sequence[FloatArray]) -> None:
        """Add a statistic: the influence of each given row, one array per sample."""
        start = 0
        for own in influences:
            self._block[self._filled, start : start + len(own)] = own
            start += len(own)
        self._filled += 1
        self._statistics += 1
        if self._filled == _BLOCK:
            self._flush()

    def critical(self, alpha: float) -> float:
        """Standard errors that the largest statistic exceeds with probability `alpha`.

        Between the value of a single statistic and that of the Bonferroni correction.
        """
        self._flush()
        tail = alpha / (2 * max(self._statistics, 1))
        single, apart = (NormalDist().inv_cdf(1 - part) for part in (alpha / 2, tail))
        return float(np.clip(np.quantile(self._largest, 1 - alpha), single, apart))

    def _flush(self) -> None:
        """Draw the statistics of the block and keep the largest of each draw."""
        effects, start = self._block[: self._filled], 0
        self._filled = 0
        for given, rows in self._samples:
            part = effects[:, start : start + given]
            part -= part.mean(axis=1, keepdims=True)
            part /= np.float32(np.sqrt(given * rows))
            start += given
        spread = np.sqrt(np.einsum("ij,ij->i", effects, effects))
        varying = np.isfinite(spread) & (spread > 0)
        if varying.any():
            standard = effects[varying] / spread[varying, None]
            drawn = np.abs(self._draws @ standard.T).max(axis=1)
            np.maximum(self._largest, drawn, out=self._largest)
