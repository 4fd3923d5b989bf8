"""Decide whether a synthetic table may stand in for the real one.

>>> import synth_eval as se
>>> data = se.load("real.parquet", "synthetic.parquet", "holdout.parquet")  # doctest: +SKIP
>>> report = se.evaluate(data)  # doctest: +SKIP
>>> report.to_html("report.html")  # doctest: +SKIP

Importing the package loads nothing heavy; names are looked up when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from synth_eval.api import compare, evaluate, validate
    from synth_eval.config import Config
    from synth_eval.data.load import Data, load
    from synth_eval.data.schema import Schema
    from synth_eval.data.split import split
    from synth_eval.demo import demo_data
    from synth_eval.evaluation import Evaluation
    from synth_eval.metrics import (
        jensen_shannon_distance,
        ks_distance,
        marginal_distance,
        total_variation_distance,
        wasserstein_distance,
    )
    from synth_eval.registry import available_checks, explain
    from synth_eval.results import Result, Status

_HOMES = {
    "Config": "synth_eval.config",
    "Data": "synth_eval.data.load",
    "Evaluation": "synth_eval.evaluation",
    "Result": "synth_eval.results",
    "Schema": "synth_eval.data.schema",
    "Status": "synth_eval.results",
    "available_checks": "synth_eval.registry",
    "compare": "synth_eval.api",
    "demo_data": "synth_eval.demo",
    "evaluate": "synth_eval.api",
    "explain": "synth_eval.registry",
    "jensen_shannon_distance": "synth_eval.metrics",
    "ks_distance": "synth_eval.metrics",
    "load": "synth_eval.data.load",
    "marginal_distance": "synth_eval.metrics",
    "split": "synth_eval.data.split",
    "total_variation_distance": "synth_eval.metrics",
    "validate": "synth_eval.api",
    "wasserstein_distance": "synth_eval.metrics",
}

__all__ = [
    "Config",
    "Data",
    "Evaluation",
    "Result",
    "Schema",
    "Status",
    "available_checks",
    "compare",
    "demo_data",
    "evaluate",
    "explain",
    "jensen_shannon_distance",
    "ks_distance",
    "load",
    "marginal_distance",
    "split",
    "total_variation_distance",
    "validate",
    "wasserstein_distance",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
