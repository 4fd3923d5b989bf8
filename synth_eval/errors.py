"""Every exception the package raises on purpose.

::

    SynthEvalError
    ├── UsageError          the call is wrong: unknown option, absent target, bad configuration
    ├── InputError          a table cannot be read or cannot be evaluated at all
    ├── NotebookError       the run broke: the kernel died, ran out of time or raised by surprise
    └── NotApplicable       a check has nothing to say here; it becomes a result, never a crash

The command line turns the first two into exit code 2 and one sentence, the third into 3.
"""

from __future__ import annotations

__all__ = ["InputError", "NotApplicable", "NotebookError", "SynthEvalError", "UsageError"]


class SynthEvalError(Exception):
    """Root of the package's exceptions."""


class UsageError(SynthEvalError, ValueError):
    """The call itself is wrong; the message says what to change."""


class InputError(SynthEvalError, ValueError):
    """A table cannot be read or evaluated; the message names it and says what to do."""


class NotebookError(SynthEvalError):
    """The run of a notebook broke; `log` holds what a developer needs to see.

    Parameters
    ----------
    message : str
        One sentence.
    log : str
        Traceback and last words of the kernel.
    """

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


class NotApplicable(SynthEvalError):  # noqa: N818 - a state of a result, not a fault
    """Raised by a check that cannot be applied; the reason is shown in its result.

    Parameters
    ----------
    text : str
        The reason.
    cause : {"data", "rows", "depth", "need", "budget"}
        Of what kind it is, see `synth_eval.judging.results.Cause`.
    remedy : str
        What to do about it; empty where nothing can be done.
    """

    def __init__(self, text: str, *, cause: str = "data", remedy: str = "") -> None:
        super().__init__(text)
        self.cause = cause
        self.remedy = remedy
