"""What can be said about a run: how a value is read, checked and explained, on every face alike.

An `Option` is one thing that can be said; its `Kind` says which values it takes. Settings,
table options and options of the command are declared with them in `synth_eval.judging.settings`;
keywords of Python, options of the command, parameters of notebooks, configuration files and
documentation follow from the declaration. Standard library alone: ``--help`` needs it.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from synth_eval.errors import UsageError

__all__ = [
    "GROUPS",
    "Kind",
    "Option",
    "choice",
    "closest",
    "fraction",
    "path",
    "real",
    "seconds",
    "special",
    "text",
    "whole",
    "words",
    "yes_no",
]

GROUPS: Mapping[str, str] = {
    "tables": "tables and the roles of their columns",
    "checks": "checks, and how much is spent on them",
    "models": "models",
    "rules": "rules and cases",
    "judgement": "judgement",
    "run": "the run and what it leaves",
}
"""Groups of options and their titles, in the order of help and documentation."""

Reader = Callable[[str, Any], Any]


def _as_it_is(name: str, word: str) -> str:  # noqa: ARG001 - a reader
    return word


@dataclass(frozen=True, slots=True)
class Kind:
    """The values an option takes.

    Parameters
    ----------
    word : str
        What sentences call a value, ``"a whole number of at least 0"``.
    read : callable
        ``read(name, value)`` is the value that a run works with; raises `UsageError` where it
        does not fit. What it returns it also reads.
    metavar : str
        Placeholder in ``--help``.
    accepts : str
        Type of the keyword in Python, as a type checker reads it.
    annotation : str
        Type of the parameter of a notebook; empty where neither a notebook nor the command
        line can say it.
    from_word : callable
        ``from_word(name, word)`` is the word of a command line as a parameter of a notebook.
    choices : tuple of str
        All words there are, where they are few.
    """

    word: str
    read: Reader
    metavar: str
    accepts: str
    annotation: str
    from_word: Reader = _as_it_is
    choices: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether several words can be said."""
        return self.annotation == "list[str]"

    @property
    def is_flag(self) -> bool:
        """Whether the option itself says all."""
        return self.annotation == "bool"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be said about a run.

    Parameters
    ----------
    kind : Kind
        The values it takes.
    help : str
        What it is for, in one line without an end: for ``--help``, the cell of a notebook and
        the documentation.
    group : str
        A name of `GROUPS`.
    example : object
        A value, as the command line or a configuration file would say it.
    unsaid : str
        What holds where nobody says anything; empty: the default itself.
    more : str
        What else the documentation says.
    faces : tuple of str
        Where it can be said: ``"report"`` and ``"compare"``, as options of these commands and
        as parameters of their notebooks.
    is_in_notebook : bool
        Whether the notebook has it as a parameter, too.
    in_compare : str
        What a comparison makes of it, where that differs: ``"of each table"``.
    is_path : bool
        Whether a value names a file or folder; records keep its last part alone.
    aliases : tuple of str
        Other names, which keep working.
    shortcuts : mapping of str to object
        Options that stand for a value, ``{"--fast": "fast"}``.
    bare : object
        The value of the option without a word; None where it needs one.
    default : object
        What holds where nobody says anything.
    name : str
        Its name in Python, in files and in notebooks.
    """

    kind: Kind
    help: str
    group: str
    example: Any = None
    unsaid: str = ""
    more: str = ""
    faces: tuple[str, ...] = ("report", "compare")
    is_in_notebook: bool = True
    in_compare: str = ""
    is_path: bool = False
    aliases: tuple[str, ...] = ()
    shortcuts: Mapping[str, Any] = field(default_factory=dict)
    bare: Any = None
    default: Any = None
    name: str = ""

    @property
    def flags(self) -> list[str]:
        """The words of the command line that it answers to; none where it cannot be said there."""
        if not self.kind.annotation:
            return []
        return [f"--{name.replace('_', '-')}" for name in (self.name, *self.aliases)]

    @property
    def is_parameter(self) -> bool:
        """Whether the notebooks of its commands have it as a parameter."""
        return self.is_in_notebook and bool(self.kind.annotation)

    @property
    def otherwise(self) -> str:
        """What holds where nobody says anything, in words."""
        if self.unsaid:
            return self.unsaid
        if self.default is None or self.default in ("", (), {}):
            return "none"
        return str(self.default)

    @property
    def sentence(self) -> str:
        """Everything there is to say about it."""
        return " ".join(
            part
            for part in (
                f"{self.help[0].upper()}{self.help[1:]}.",
                f"In a comparison: {self.in_compare}." if self.in_compare else "",
                self.more,
            )
            if part
        )

    def read(self, value: Any) -> Any:
        """The value a run works with.

        Raises
        ------
        UsageError
            It does not fit.
        """
        return self.kind.read(self.name, value)

    def from_word(self, word: str) -> Any:
        """A word of the command line as a plain value that fits."""
        value = self.kind.from_word(self.name, word)
        self.read(value)
        return value


def closest(name: str, names: Iterable[str]) -> str:
    """Words that point to the name most like a wrong one; empty where none is like it.

    Examples
    --------
    >>> closest("sead", ["seed", "budget"])
    "; did you mean 'seed'?"
    """
    from difflib import get_close_matches  # only in an error

    matches = get_close_matches(name, list(names), n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def _refuse(name: str, word: str, value: Any) -> UsageError:
    return UsageError(f"setting {name!r} must be {word}, not {value!r}")


def whole(least: int = 0) -> Kind:
    """Whole numbers from `least` on."""
    word = f"a whole number of at least {least}"

    def read(name: str, value: Any) -> int:
        try:
            number = None if isinstance(value, bool) else operator.index(value)
        except TypeError:  # numpy's integers have an index, floats and text have none
            number = None
        if number is None or number < least:
            raise _refuse(name, word, value)
        return number

    return Kind(word, read, "N", "int | None", "int", _number(int))


def real(least: float = -math.inf) -> Kind:
    """Finite numbers from `least` on."""
    word = "a finite number" + (f" of at least {least:g}" if least > -math.inf else "")
    return _real(word, lambda number: number >= least)


def fraction() -> Kind:
    """Numbers between 0 and 1, both excluded."""
    return _real("a number between 0 and 1", lambda number: 0 < number < 1)


def _real(word: str, fits: Callable[[float], bool]) -> Kind:
    def read(name: str, value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not fits(value):
            raise _refuse(name, word, value)
        return float(value)

    return Kind(word, read, "NUMBER", "float | None", "float", _number(float))


def _number(make: Callable[[str], Any]) -> Reader:
    """What is no number stays a text, so that the reader refuses it in its own words."""

    def from_word(name: str, word: str) -> Any:  # noqa: ARG001 - a reader
        try:
            return make(word)
        except ValueError:
            return word

    return from_word


_UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
_TIME = re.compile(r"([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(s|min|m|h)?")


def seconds() -> Kind:
    """Times in seconds, or as ``90s``, ``1.5min`` or ``2h``; 0 is none, as a number alone."""
    word = "a time in seconds of at least 0, or as 60s, 5min, 2h"

    def read(name: str, value: Any) -> float:
        if isinstance(value, str):
            match = _TIME.fullmatch(value.strip())
            time = float(match[1]) * _UNITS[match[2] or "s"] if match else 0.0
            if not 0 < time < math.inf:
                raise _refuse(name, "a positive time such as 60s or 5min", value)
            return time
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value < math.inf:
            raise _refuse(name, word, value)
        return float(value)

    return Kind(word, read, "TIME", "float | str | None", "float", read)


def choice(*known: str, optional: bool = False) -> Kind:
    """One word of a few; none of them where it is optional."""

    def read(name: str, value: Any) -> str:
        if optional and not value:
            return ""
        if value not in known:
            hint = closest(value, known) if isinstance(value, str) else ""
            raise UsageError(
                f"unknown {name.replace('_', ' ')} {value!r}; one of {', '.join(known)}{hint}"
            )
        return str(value)

    return Kind(f"one of {', '.join(known)}", read, "", "str | None", "str", choices=known)


def text(metavar: str) -> Kind:
    """Any text."""

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise _refuse(name, "a text", value)
        return value

    return Kind("a text", read, metavar, "str | None", "str")


def path(metavar: str = "FILE") -> Kind:
    """Path of a file or folder."""

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) and not hasattr(value, "__fspath__"):
            raise _refuse(name, "the path of a file", value)
        return str(value)

    return Kind("a path", read, metavar, "str | Path | None", "str")


def words(metavar: str) -> Kind:
    """Several words; one alone is a list of one."""

    def read(name: str, value: Any) -> tuple[str, ...]:
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, Iterable) or isinstance(given, Mapping):
            raise _refuse(name, "a list of words", value)
        given = tuple(given)
        if not all(isinstance(word, str) and word for word in given):
            raise _refuse(name, "a list of words", value)
        return given

    return Kind("a list of words", read, f"{metavar},...", "str | Iterable[str] | None",
                "list[str]")  # fmt: skip


def yes_no() -> Kind:
    """Yes or no, or None where it is left open."""

    def read(name: str, value: Any) -> bool | None:
        if value is not None and not isinstance(value, bool):
            raise _refuse(name, "true or false", value)
        return value

    return Kind("true or false", read, "", "bool | None", "bool")


def special(word: str, read: Reader, accepts: str, metavar: str = "", annotation: str = "") -> Kind:
    """Values with a reader of their own; without an annotation for Python and files alone."""
    return Kind(word, read, metavar, accepts, annotation)
