"""Every exception the package raises on purpose.

::

    SynthEvalError
    ├── UsageError          the call is wrong: unknown option, absent target, bad configuration
    ├── InputError          a table cannot be read or cannot be evaluated at all
    └── NotApplicable       a check has nothing to say here; it becomes a result, never a crash

The command line turns the first two into exit code 2 and one sentence.
"""

from __future__ import annotations

__all__ = ["InputError", "NotApplicable", "SynthEvalError", "UsageError"]


class SynthEvalError(Exception):
    """Root of the package's exceptions."""


class UsageError(SynthEvalError, ValueError):
    """The call itself is wrong; the message says what to change."""


class InputError(SynthEvalError, ValueError):
    """A table cannot be read or evaluated; the message names it and says what to do."""


class NotApplicable(SynthEvalError):  # noqa: N818 - a state of a result, not a fault
    """Raised by a check that cannot be applied; the reason is shown in its result."""
