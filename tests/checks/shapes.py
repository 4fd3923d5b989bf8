"""Families of tables, simulated and published, split into three alike, to plant faults in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

import synth_eval as se
from synth_eval.judging.results import Result
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config

Rows = pd.DataFrame
Draw = Callable[[int, np.random.Generator], Rows]

_FILES = {
    "bank": ("platzer2021", "bank-marketing", ("trn", "val")),
    "space_titanic": ("syntheval_bench", "space_titanic", ("train", "test")),
    "diabetes": ("syntheval_bench", "diabetes", ("train", "test")),
}


def sales(n: int, rng: np.random.Generator) -> Rows:
    """Heavy tails on both sides, as of amounts and profits."""
    amount = np.round(np.exp(4 + 1.3 * rng.normal(size=n)), 2)
    return pd.DataFrame(
        {
            "amount": amount,
            "profit": np.round(amount * 0.1 * rng.standard_t(3, n), 2),
            "quantity": rng.poisson(4, n) + 1,
            "region": rng.choice(list("abcdefgh"), n),
        }
    )


def claims(n: int, rng: np.random.Generator) -> Rows:
    """Nineteen of twenty rows without a claim, in eight groups."""
    claim = np.where(rng.random(n) < 0.05, np.round(np.exp(6 + rng.normal(size=n)), 2), 0.0)
    return pd.DataFrame(
        {
            "group": rng.choice(list("abcdefgh"), n),
            "claim": claim,
            "age": rng.integers(18, 80, n),
            "score": np.round(rng.normal(size=n), 3),
        }
    )


def modes(
    n: int, rng: np.random.Generator, shares: tuple[float, ...] = (0.1, 0.3, 0.3, 0.3)
) -> Rows:
    """Four clouds that no single column shows: each column has two hills in all of them."""
    mode = rng.choice(4, n, p=np.divide(shares, sum(shares)))
    centres = np.array([[0, 0, 6, 6], [6, 0, 0, 6], [0, 6, 6, 0], [6, 6, 0, 0]])
    rows = pd.DataFrame(centres[mode] + rng.normal(size=(n, 4)), columns=list("wxyz"))
    return rows.assign(kind=rng.choice(["u", "v"], n))


def places(n: int, rng: np.random.Generator) -> Rows:
    """Cities, each in one region."""
    city = rng.integers(0, 12, n)
    return pd.DataFrame(
        {
            "city": [f"city {i}" for i in city],
            "region": [f"region {i % 4}" for i in city],
            "x": np.round(rng.normal(size=n), 3),
        }
    )


def published(folder: Path, name: str) -> Draw:
    """Rows of a published real table, drawn without replacement."""
    part, table, files = _FILES[name]
    paths = [folder / part / f"{table}_{which}.csv.gz" for which in files]
    rows = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    return lambda n, rng: rows.iloc[rng.permutation(len(rows))[:n]].reset_index(drop=True)


def three(draw: Draw, rows: int, seed: int) -> tuple[Rows, Rows, Rows]:
    """Real, synthetic and holdout rows drawn alike, fewer where a table has no more."""
    drawn = draw(3 * rows, np.random.default_rng(seed))
    rows = min(rows, len(drawn) // 3)
    real, synthetic, holdout = (
        drawn.iloc[start : start + rows].reset_index(drop=True)
        for start in range(0, 3 * rows, rows)
    )
    return real, synthetic, holdout


def result(code: str, real: Rows, synthetic: Rows, holdout: Rows | None = None) -> Result:
    """What one check says."""
    tables = (
        None if rows is None else pa.Table.from_pandas(rows, preserve_index=False)
        for rows in (real, synthetic, holdout)
    )
    return run(se.load(*tables), config=Config(), select_checks=[code])[0]


def statuses(code: str, draw: Draw, rows: int, splits: int) -> Counter[str]:
    """How often a check says what where the three tables were drawn alike."""
    found = (result(code, *three(draw, rows, seed)).status for seed in range(splits))
    return Counter(map(str, found))


def clipped(rows: Rows, share: float = 0.01) -> Rows:
    """Numbers of many values cut off at both ends."""
    cut = rows.copy()
    for name in rows.select_dtypes("number"):
        if rows[name].nunique() > 20:
            ends = rows[name].quantile([share, 1 - share], interpolation="nearest")
            cut[name] = rows[name].clip(*ends)
    return cut
