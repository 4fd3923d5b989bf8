"""Train on synthetic, test on real, as peers do it: one program of the utility benchmark.

Called as ``python utility_peers.py PROGRAM REAL SYNTHETIC HOLDOUT TARGET``; prints one line of
JSON. ``syntheval`` runs under an interpreter of its own, so nothing of synth_eval is imported.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import warnings
from typing import Any

warnings.simplefilter("ignore")

SDMETRICS = {
    "tree": "BinaryDecisionTreeClassifier",
    "AdaBoost": "BinaryAdaBoostClassifier",
    "logistic": "BinaryLogisticRegression",
    "network": "BinaryMLPClassifier",
}


def sdmetrics(synthetic: Any, holdout: Any, target: str, names: list[str]) -> dict[str, float]:
    """F1 of its classifiers, trained on the synthetic table and tested on the holdout."""
    from sdmetrics import single_table

    numbers = set(holdout.select_dtypes("number"))
    metadata = {
        "columns": {
            name: {"sdtype": "numerical" if name in numbers else "categorical"} for name in holdout
        }
    }
    return {
        name: getattr(single_table, SDMETRICS[name]).compute(
            test_data=holdout, train_data=synthetic, metadata=metadata, target=target
        )
        for name in names
    }


def syntheval(real: Any, synthetic: Any, holdout: Any, target: str) -> dict[str, float]:
    """Difference of F1 after real and after synthetic rows, the mean of two of its classifiers.

    Its logistic regression took more than five minutes on adult, the support vector machine was
    not tried; both are left out.
    """
    from syntheval import SynthEval

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)  # it writes pictures and settings where it is called
        evaluator = SynthEval(real, holdout_dataframe=holdout, verbose=False)
        results = evaluator.evaluate(synthetic, target, cls_acc={"cls_models": ["rf", "adaboost"]})
        os.chdir("/")
    found = results.set_index("metric")["val"] if "metric" in results else results["val"]
    return {str(name): float(value) for name, value in found.items()}


def main(program: str, real: str, synthetic: str, holdout: str, target: str) -> None:
    import pandas as pd

    tables = [pd.read_parquet(path) for path in (real, synthetic, holdout)]
    if program == "syntheval":
        found = syntheval(*tables, target)
    else:
        names = list(SDMETRICS) if program == "SDMetrics" else [program]
        found = sdmetrics(tables[1], tables[2], target, names)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
