"""Fréchet distance of two samples of vectors, under normal distributions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["frechet_distance", "normal_frechet_distance"]

FloatArray = npt.NDArray[np.float64]


def normal_frechet_distance(
    first_mean: FloatArray, first_cov: FloatArray, second_mean: FloatArray, second_cov: FloatArray
) -> float:
    """Squared Fréchet (Wasserstein-2) distance of two normal distributions.

    Parameters
    ----------
    first_mean, second_mean : ndarray of float64, shape (columns,)
        Means.
    first_cov, second_cov : ndarray of float64, shape (columns, columns)
        Covariances.

    Notes
    -----
    Dowson, Landau (1982), The Fréchet distance between multivariate normal distributions.

    Examples
    --------
    >>> import numpy as np
    >>> normal_frechet_distance(np.zeros(4), np.eye(4), np.full(4, 0.5), 4 * np.eye(4))
    5.0
    """
    values, vectors = np.linalg.eigh(first_cov)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.linalg.eigvalsh(root @ second_cov @ root)
    apart = first_mean - second_mean
    spread = np.trace(first_cov) + np.trace(second_cov) - 2 * np.sqrt(np.maximum(cross, 0)).sum()
    return max(float(apart @ apart + spread), 0.0)


def frechet_distance(real: FloatArray, synthetic: FloatArray) -> float:
    """Squared Fréchet distance with means and covariances estimated from the rows.

    Biased upwards by about one over the number of rows: compare at equal numbers only.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shapes (n, columns) and (m, columns)
        Numbers without missing values, at least two rows each.
    """
    (first_mean, first_cov), (second_mean, second_cov) = _moments(real), _moments(synthetic)
    return normal_frechet_distance(first_mean, first_cov, second_mean, second_cov)


def _moments(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    return rows.mean(axis=0), np.atleast_2d(np.cov(rows, rowvar=False))
