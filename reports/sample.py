"""Make ``sample.html``: `python reports/sample.py`, or `make sample`.

The table comes with scikit-learn and needs no network: 569 patients of a hospital, 30
measurements of their tumours and the diagnosis (Wolberg, Mangasarian, Street and Street,
Breast Cancer Wisconsin (Diagnostic), UCI Machine Learning Repository, 1995). One half is
real, the other the holdout; the synthetic rows come from the Gaussian copula of the demo.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from sklearn.datasets import load_breast_cancer

import synth_eval as se
from synth_eval.demo import copula

SEED = 0


def sample_tables() -> dict[str, pa.Table]:
    """Real, synthetic and holdout table."""
    data = load_breast_cancer()
    columns = dict(zip(data.feature_names.tolist(), data.data.T, strict=True))
    names = {name.replace(" ", "_"): values for name, values in columns.items()}
    diagnosis = data.target_names[data.target].tolist()
    whole = pa.table({"diagnosis": diagnosis, **names})
    real, holdout = se.split(whole, seed=SEED)
    synthetic = copula(real, 2_000, np.random.default_rng(SEED))
    return {"real": real, "synthetic": synthetic, "holdout": holdout}


def sample_report() -> se.Evaluation:
    """Evaluation of the sample."""
    data = se.load(**sample_tables(), target="diagnosis")
    return se.evaluate(data, seed=SEED, purpose="model-training", progress=False)


if __name__ == "__main__":
    target = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("sample.html")
    sample_report().to_html(target)
