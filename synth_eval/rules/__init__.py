"""Rules learned from real data, kept as Great Expectations JSON and run on synthetic tables.

Deriving, merging and writing a suite needs no Great Expectations; only running one imports it.
"""

from __future__ import annotations

from synth_eval.rules.derived.derive import derive_suite
from synth_eval.rules.files import derive_to_file
from synth_eval.rules.suite import merge_suites, read_suite, suite_text, write_suite
from synth_eval.rules.validate import run_suite

__all__ = [
    "derive_suite",
    "derive_to_file",
    "merge_suites",
    "read_suite",
    "run_suite",
    "suite_text",
    "write_suite",
]
