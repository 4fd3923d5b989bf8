"""Levels of a gate: from which status on a result stops a run."""

from __future__ import annotations

from synth_eval.errors import UsageError

__all__ = ["LEVELS", "require_level"]

LEVELS = ("fail", "warn", "inconclusive")
"""The levels, strictest last; they are at once the statuses of a finding. An error counts as a
failure, what did not apply never counts."""


def require_level(level: str) -> str:
    """The level itself, where it is one.

    Raises
    ------
    UsageError
        There is no such level, with those there are.

    Examples
    --------
    >>> require_level("warn")
    'warn'
    """
    if level not in LEVELS:
        raise UsageError(f"unknown level {level!r}; one of {', '.join(LEVELS)}")
    return level
