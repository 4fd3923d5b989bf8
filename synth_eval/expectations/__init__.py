"""Rules learned from real data, kept as Great Expectations JSON and run on synthetic tables.

Deriving, merging and writing a suite needs no Great Expectations; only running one imports it.
"""

from __future__ import annotations

from synth_eval.expectations.derive import derive_suite

__all__ = ["derive_suite"]
