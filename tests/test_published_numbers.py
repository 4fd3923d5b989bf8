"""Numbers that others published about tables we have, to their tolerance."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synth_eval as se

TRADEOFF = {
    "CTGAN": "ctgan", "Flip 10%": "flip10", "Flip 30%": "flip30", "Flip 50%": "flip50",
    "Flip 90%": "flip90", "Gaussian Copula": "gaussian_copula", "Gretel": "gretel",
    "MOSTLY": "mostly", "MOSTLY e1": "mostly_e1", "Synthpop": "synthpop",
    "synthpop": "synthpop", "TVAE": "tvae",
}  # fmt: skip


def rows_of(path: Path) -> list[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def triples_of(folder: Path, names: set[str]) -> int:
    found = 0
    for row in rows_of(folder / "published" / "tradeoff.csv"):
        name, table = TRADEOFF.get(row["synthesizer"], ""), row["dataset"]
        path = folder / f"{table}_{name}.csv.gz"
        if path.is_file() and f"{table} {name}" in names:
            value = se.marginal_distance(folder / f"{table}_trn.csv.gz", path)
            assert value == pytest.approx(float(row["tvd"]), abs=1e-6), (table, name)
            found += 1
    return found


def test_three_way_marginals_of_platzer_and_reutterer(shared_data: Path) -> None:
    names = {"adult synthpop", "adult ctgan", "bank-marketing flip10"}
    assert triples_of(shared_data / "platzer2021", names) == len(names)


@pytest.mark.slow
def test_three_way_marginals_of_all_tables_that_are_here(shared_data: Path) -> None:
    names = {f"{table} {name}" for table in ("adult", "bank-marketing")
             for name in TRADEOFF.values()}  # fmt: skip
    assert triples_of(shared_data / "platzer2021", names) == 15


@pytest.mark.parametrize("synthesizer", ["synthpop", "tvae", "HOLDOUT"])
def test_one_and_two_way_marginals_of_the_second_study(shared_data: Path, synthesizer: str) -> None:
    folder = shared_data / "mostly2023"
    published = defaultdict(list)
    for row in rows_of(folder / "published" / "fidelity.csv.gz"):
        if row["synthesizer"] == synthesizer:
            published[row["k"]].append(float(row["tvd"]))
    name = "val" if synthesizer == "HOLDOUT" else synthesizer
    tables = folder / "adult_trn.csv.gz", folder / f"adult_{name}.csv.gz"
    for k in (1, 2):
        value = se.marginal_distance(*tables, k=k, bins=10, levels=10)
        assert value == pytest.approx(np.mean(published[f"k={k}"]), abs=1e-9)


@pytest.mark.parametrize("model", ["ctgan", "datasynthesizer", "synthpop"])
def test_mean_column_distances_of_the_syntheval_benchmark(shared_data: Path, model: str) -> None:
    folder, found = shared_data / "syntheval_bench", 0
    for row in rows_of(folder / "published" / "evaluation_results.csv"):
        if row["model"] != model:
            continue
        real = pd.read_csv(folder / f"{row['dataset']}_train.csv.gz")
        synthetic = pd.read_csv(folder / f"{row['dataset']}_{model}.csv.gz")
        value = np.mean([column_distance(real[name], synthetic[name]) for name in real])
        # Published after rounding to four digits, where up to two columns lie on the border.
        border = 2e-4 / len(real.columns)
        assert value == pytest.approx(float(row["ks_tvd_stat_value"]), abs=border), row["dataset"]
        found += 1
    assert found == 6


def column_distance(real: pd.Series, synthetic: pd.Series) -> float:
    if pd.api.types.is_numeric_dtype(real) and real.nunique() >= 10:
        return se.ks_distance(real, synthetic)
    return round(se.total_variation_distance(real, synthetic, bins=None), 4)
