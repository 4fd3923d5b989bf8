"""Do synthetic rows keep the distance that real rows keep from each other?"""

from __future__ import annotations

import numpy as np

from synth_eval.stats.neighbours import EncodedRows, nearest

__all__ = ["authenticity"]


def authenticity(real: EncodedRows, synthetic: EncodedRows, grid: int) -> float:
    """Share of authentic rows, ties counted by half.

    A synthetic row is authentic where it lies farther from its nearest real row than that row
    lies from its own nearest other real row. One third for fresh rows of one dimension, about
    one half in many, 0 for copies.

    Parameters
    ----------
    real, synthetic : EncodedRows
        Rows of one space; the real side complete.
    grid : int
        Grid of the space.

    Notes
    -----
    Alaa, van Breugel, Saveliev, van der Schaar (2022), How faithful is your synthetic data?
    """
    found = nearest(synthetic, real, grid)
    neighbours, place = np.unique(found.rows[:, 0], return_inverse=True)
    own = nearest(real.take(neighbours), real, grid, k=2).distances[:, 1][place]
    distances = found.distances[:, 0]
    return float((distances > own).mean() + 0.5 * ((distances == own) & (own > 0)).mean())
