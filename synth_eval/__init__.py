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

from synth_eval._version import __version__ as __version__

if TYPE_CHECKING:
    from synth_eval.api import compare, evaluate, validate
    from synth_eval.data.load import Data, load
    from synth_eval.data.schema import Schema
    from synth_eval.data.split import split
    from synth_eval.demo import demo_data
    from synth_eval.evaluation import Evaluation
    from synth_eval.judging.registry import available_checks, explain
    from synth_eval.judging.results import Result, Status
    from synth_eval.judging.settings import Config
    from synth_eval.metrics.columns import (
        jensen_shannon_distance,
        ks_distance,
        marginal_distance,
        total_variation_distance,
        wasserstein_distance,
    )

_HOMES = {
    "Config": "synth_eval.judging.settings",
    "Data": "synth_eval.data.load",
    "Evaluation": "synth_eval.evaluation",
    "Result": "synth_eval.judging.results",
    "Schema": "synth_eval.data.schema",
    "Status": "synth_eval.judging.results",
    "available_checks": "synth_eval.judging.registry",
    "compare": "synth_eval.api",
    "demo_data": "synth_eval.demo",
    "evaluate": "synth_eval.api",
    "explain": "synth_eval.judging.registry",
    "jensen_shannon_distance": "synth_eval.metrics.columns",
    "ks_distance": "synth_eval.metrics.columns",
    "load": "synth_eval.data.load",
    "marginal_distance": "synth_eval.metrics.columns",
    "split": "synth_eval.data.split",
    "total_variation_distance": "synth_eval.metrics.columns",
    "validate": "synth_eval.api",
    "wasserstein_distance": "synth_eval.metrics.columns",
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
