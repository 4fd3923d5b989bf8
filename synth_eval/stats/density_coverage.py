"""Density and coverage: balls around real rows, reaching to their k-th nearest real row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.stats.cpus import calm_threads
from synth_eval.stats.neighbours import EncodedRows, nearest, squared_blocks

__all__ = ["DensityCoverage", "density_coverage", "expected_coverage", "squared_radii"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DensityCoverage:
    """How many rows lie in the ball of each real row.

    Parameters
    ----------
    counts : ndarray of int64, shape (real rows,)
        Rows inside each ball, its surface included.
    rows : int
        Rows that were looked for.
    neighbours : int
        Real neighbours that a ball reaches to.
    """

    counts: IntArray
    rows: int
    neighbours: int

    @property
    def coverage(self) -> float:
        """Share of balls with a row in them."""
        return float((self.counts > 0).mean())

    @property
    def density(self) -> float:
        """Mean number of balls a row lies in, over the number of neighbours; 1 in expectation."""
        return float(self.counts.sum() / (self.neighbours * self.rows))


def squared_radii(real: EncodedRows, grid: int, neighbours: int) -> FloatArray:
    """Squared distance of each real row to its k-th nearest other one, in grid units, exact.

    Parameters
    ----------
    real : EncodedRows
        More rows than neighbours.
    grid : int
        Grid of the space.
    neighbours : int
        Number of neighbours k; the row itself does not count.
    """
    found = nearest(real, real, grid, neighbours + 1)
    return np.asarray(np.rint((found.distances[:, -1] * grid) ** 2))


def density_coverage(
    real: EncodedRows, other: EncodedRows, grid: int, radii: FloatArray, neighbours: int
) -> DensityCoverage:
    """Count the rows in each ball; a row on the surface is inside.

    With a strict inequality, rows with more identical ones than neighbours have empty
    balls, and a verbatim copy of a table of levels would be said to cover nothing.

    Parameters
    ----------
    real, other : EncodedRows
        Rows of one space.
    grid : int
        Grid of the space.
    radii : ndarray of float64, shape (real rows,)
        Squared radii in grid units, see `squared_radii`.
    neighbours : int
        The neighbours the radii reach to.

    Notes
    -----
    Naeem, Oh, Uh, Choi, Yoo (2020), Reliable fidelity and diversity metrics for generative
    models.
    """
    counts = np.zeros(len(real), np.int64)
    with calm_threads():  # threads of the matrix library would spin at every small block
        for part, _, squares in squared_blocks(real, other, grid):
            counts[part] += (squares <= radii[part, None]).sum(axis=1)
    return DensityCoverage(counts, len(other), neighbours)


def expected_coverage(real: int, other: float, neighbours: int) -> float:
    """Coverage by a sample of the same distribution.

    A ball is empty where the k nearest of all rows but its centre are real ones.

    Parameters
    ----------
    real : int
        Real rows, more than `neighbours`.
    other : float
        Rows of the sample.
    neighbours : int
        Neighbours k.

    Examples
    --------
    >>> round(expected_coverage(500, 500, 5), 4)
    0.9692
    """
    steps = np.arange(1, neighbours + 1)
    return 1 - float(np.prod((real - steps) / (real + other - steps)))
