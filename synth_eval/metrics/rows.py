"""One number for whole rows: distances of clouds of numbers, embeddings among them.

They take pandas, polars or pyarrow tables or two-dimensional numpy arrays, and give a plain
float without interval, reference or verdict; `synth_eval.evaluate` gives those.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_eval.data.coerce import as_numbers
from synth_eval.data.load import load
from synth_eval.data.schema import Column
from synth_eval.data.source import open_source, plain_array
from synth_eval.data.spaces import space_of
from synth_eval.errors import InputError, UsageError
from synth_eval.stats import authenticity as authentic
from synth_eval.stats import frechet, kernels

__all__ = [
    "authenticity",
    "energy_distance",
    "frechet_distance",
    "kernel_distance",
    "maximum_mean_discrepancy",
]

FloatArray = npt.NDArray[np.float64]


def energy_distance(real: Any, synthetic: Any) -> float:
    """Squared energy distance of rows of numbers, unbiased.

    Twice the mean distance between the tables less the mean distances within them: about 0
    for the same distribution, where chance makes it negative half of the time. The columns
    count by their units: bring them to one scale first. `scipy.stats.energy_distance` gives
    the root of the biased one, for one column.

    Parameters
    ----------
    real, synthetic : table or array, shapes (n, columns) and (m, columns)
        Numbers without missing values; time and memory grow with (n + m)².

    Returns
    -------
    float
        In the units of the numbers.

    Raises
    ------
    InputError
        A cell is no finite number, the columns differ, or there are fewer than two rows.

    References
    ----------
    Székely, Rizzo (2013), Energy statistics.

    Examples
    --------
    >>> energy_distance([[0.0], [0.0]], [[3.0], [3.0]])
    6.0
    """
    return kernels.energy_distance(*_matrices(real, synthetic))


def maximum_mean_discrepancy(real: Any, synthetic: Any, *, bandwidth: float | None = None) -> float:
    """Squared maximum mean discrepancy of rows of numbers, Gaussian kernel, unbiased.

    0 is expected of the same distribution (negative half of the time), 2 is the most. What it
    sees depends on the bandwidth: differences much finer or much coarser escape it.

    Parameters
    ----------
    real, synthetic : table or array, shapes (n, columns) and (m, columns)
        Numbers without missing values; time and memory grow with (n + m)².
    bandwidth : float, optional
        Length scale of the kernel; by default the median distance of real rows.

    Returns
    -------
    float
        At most 2.

    Raises
    ------
    InputError
        A cell is no finite number, the columns differ, or there are fewer than two rows.
    UsageError
        The bandwidth is not positive.

    References
    ----------
    Gretton, Borgwardt, Rasch, Schölkopf, Smola (2012), A kernel two-sample test.

    Examples
    --------
    >>> round(maximum_mean_discrepancy([[0.0], [0.0]], [[9.0], [9.0]], bandwidth=1.0), 6)
    2.0
    """
    first, second = _matrices(real, synthetic)
    if bandwidth is None:
        bandwidth = _median_distance(first)
    if not bandwidth > 0:
        raise UsageError(f"bandwidth={bandwidth}: give a positive number")
    return kernels.maximum_mean_discrepancy(first, second, bandwidth)


def frechet_distance(real: Any, synthetic: Any) -> float:
    """Squared Fréchet distance of rows of numbers, as if both were normal.

    Made for embeddings of images or texts. It sees means and covariances alone, and it is
    biased upwards by about one over the number of rows: compare only at equal numbers of
    rows, beside the value of a holdout.

    Parameters
    ----------
    real, synthetic : table or array, shapes (n, columns) and (m, columns)
        Numbers without missing values.

    Returns
    -------
    float
        In squared units of the numbers; 0 for equal means and covariances.

    Raises
    ------
    InputError
        A cell is no finite number, the columns differ, or there are fewer than two rows.

    References
    ----------
    Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter (2017), GANs trained by a two time-scale
    update rule.

    Examples
    --------
    >>> frechet_distance([[0.0], [2.0]], [[3.0], [5.0]])
    9.0
    """
    return frechet.frechet_distance(*_matrices(real, synthetic))


def kernel_distance(real: Any, synthetic: Any) -> float:
    """Squared maximum mean discrepancy of rows of numbers with a cubic kernel, unbiased.

    The kernel distance known from embeddings of images: unlike the Fréchet distance its
    expectation does not depend on the number of rows, and is 0 for the same distribution.

    Parameters
    ----------
    real, synthetic : table or array, shapes (n, columns) and (m, columns)
        Numbers without missing values.

    Returns
    -------
    float
        About 0 for the same distribution; it has no upper limit.

    Raises
    ------
    InputError
        A cell is no finite number, the columns differ, or there are fewer than two rows.

    References
    ----------
    Bińkowski, Sutherland, Arbel, Gretton (2018), Demystifying MMD GANs.

    Examples
    --------
    >>> kernel_distance([[0.0], [0.0]], [[1.0], [1.0]])
    7.0
    """
    return kernels.kernel_distance(*_matrices(real, synthetic))


def authenticity(real: Any, synthetic: Any) -> float:
    """Share of synthetic rows farther from the real table than its own rows from each other.

    Fresh rows have one third in one dimension, about one half in many (never 1): read it beside
    the same number for a holdout. Copies have 0, rows of which half are copies half as much as
    fresh ones. A low value is a smell of copying; a high one clears nobody, and far-off rows
    are all authentic. The privacy checks count copies against a holdout instead.

    Parameters
    ----------
    real, synthetic : path, pandas, polars or pyarrow table
        Rows of numbers, dates and levels; time grows with the product of their rows.

    Returns
    -------
    float
        Between 0 and 1, ties by half.

    Raises
    ------
    InputError
        A table cannot be read, or the real one has fewer than two rows.

    References
    ----------
    Alaa, van Breugel, Saveliev, van der Schaar (2022), How faithful is your synthetic data?

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = pa.table({"x": [float(i * i) for i in range(50)]})
    >>> authenticity(rows, rows)
    0.0
    """
    data = load(real, synthetic)
    if data.real.num_rows < 2:
        raise InputError(f"{data.real.name}: one row has no neighbour; give at least two")
    if not data.compared:
        raise InputError(f"{data.real.name}: no column of numbers, dates or levels to compare")
    space = space_of(data.baseline, data.compared, "real quantiles")
    rows = [space.encode(data.tables, role) for role in ("real", "synthetic")]
    return authentic.authenticity(rows[0], rows[1], space.grid)


def _median_distance(rows: FloatArray) -> float:
    """Median distance of different rows; 1 where half of them are equal."""
    squares = np.concatenate(
        [block[np.arange(len(block))[:, None] + part.start < np.arange(len(rows))]
         for part, _, block in kernels.euclidean_blocks(rows)]
    )  # fmt: skip
    return float(np.sqrt(np.median(squares))) or 1.0


def _matrices(real: Any, synthetic: Any) -> tuple[FloatArray, FloatArray]:
    first, second = _matrix(real, "real"), _matrix(synthetic, "synthetic")
    if first.shape[1] != second.shape[1]:
        raise InputError(
            f"real rows have {first.shape[1]} columns, synthetic rows {second.shape[1]}"
        )
    return first, second


def _number_kind(stored: pa.DataType) -> Column:
    return Column("", "datetime" if pa.types.is_temporal(stored) else "numerical")


def _matrix(table: Any, role: str) -> FloatArray:
    if isinstance(table, np.ndarray | list | tuple):
        cells = np.asarray(table)
    else:
        source = open_source(table, role)
        columns = [plain_array(source.column(str(name))) for name in source.schema.names]
        read = [as_numbers(column, _number_kind(column.type)) for column in columns]
        if any(column.failed for column in read):
            raise InputError(f"{role} rows: numbers are needed in every column")
        cells = np.stack([column.values for column in read], axis=1)
    try:
        rows = np.asarray(cells, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{role} rows: numbers are needed in every column") from error
    if rows.ndim != 2 or len(rows) < 2 or rows.shape[1] == 0:
        raise InputError(f"{role} rows: give at least two rows of one or more columns")
    if not np.isfinite(rows).all():
        raise InputError(f"{role} rows: missing or infinite numbers have no distance; fill them")
    return rows
