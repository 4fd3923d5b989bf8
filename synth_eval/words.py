"""Words for numbers: percentages, counts and sizes, spelled one way everywhere.

Loaded at start-up: nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "as_sentence",
    "counted",
    "first_line",
    "listed",
    "number",
    "percent",
    "points",
    "real_sample",
    "share",
]

_NOISE = 1e-12  # what floating point leaves of a difference of equal numbers
_NO_BREAK = "\u00a0"  # a space that no line breaks at: labels and cells are narrow
_LONGEST_LINE = 200  # of an error: messages of libraries may hold whole tables


def percent(share: float, digits: int | None = 1) -> str:
    """Share in percent, for a sentence.

    Parameters
    ----------
    share : float
        1 is all.
    digits : int or None
        Digits behind the point; None for three significant ones.

    Examples
    --------
    >>> percent(0.1234), percent(0.00012, 2), percent(0.1, 0), percent(0.00012, None)
    ('12.3 %', '0.01 %', '10 %', '0.012 %')
    """
    return f"{number(100 * share) if digits is None else format(100 * share, f'.{digits}f')} %"


def points(value: float, low: float, high: float, digits: int = 1) -> str:
    """Difference of two shares with its interval, in percentage points.

    Parameters
    ----------
    value, low, high : float
        Difference of shares and the ends of its interval; ``points(*interval)`` works.
    digits : int
        Digits behind the point.

    Examples
    --------
    >>> points(0.012, -0.001, 0.025)
    '+1.2 points (-0.1 to +2.5)'
    """
    value_told, low_told, high_told = (f"{100 * part:+.{digits}f}" for part in (value, low, high))
    return f"{value_told} points ({low_told} to {high_told})"


def number(value: float | None) -> str:
    """Number with three significant digits, whole counts in full.

    Examples
    --------
    >>> number(0.0123456), number(48842), number(None), number(0.0000123)
    ('0.0123', '48,842', '–', '1.23e-5')
    """
    if value is None:
        return "–"
    if abs(value) < _NOISE:
        return "0"
    if isinstance(value, int) or 999.5 <= abs(value) < 1e12:  # three digits would write 1e03
        return f"{value:,.0f}"
    return f"{value:.3g}".replace("e-0", "e-").replace("e+", "e")


def share(value: float | None) -> str:
    r"""Share in percent with three significant digits, for a label or a cell of a table.

    Examples
    --------
    >>> [share(value).replace("\u00a0", " ") for value in (0.01234, 0.0, 2.0)]
    ['1.23 %', '0 %', '200 %']
    """
    return "–" if value is None else f"{number(100.0 * value)}{_NO_BREAK}%"


def real_sample(worth: float, rows: int, *, short: bool = False) -> str:
    """The real rows whose random sample is as far from the real table as the synthetic one.

    Parameters
    ----------
    worth : float
        Size as a share of the rows; from 1 on the sample is as large as the table.
    rows : int
        The rows it is a share of.
    short : bool
        In as few words as a summary has.

    Examples
    --------
    >>> real_sample(0.1234, 1_000), real_sample(1.7, 1_000)
    ('a random sample of 120 real rows', 'a fresh real table')
    >>> real_sample(0.1234, 100_000, short=True)
    '12,000 real rows'
    """
    if worth >= 1:
        return "a fresh real table"
    size = worth * rows
    digits = max(len(str(int(size))) - 2, 0)
    text = f"{max(int(round(size, -digits)), 1):,} real rows"
    return text if short else f"a random sample of {text}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """How many of what, in the singular or the plural.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        What, in the singular.
    plural : str
        The plural where it is not the noun with an s.

    Examples
    --------
    >>> counted(1, "check"), counted(3, "check"), counted(12_345, "copy", "copies")
    ('1 check', '3 checks', '12,345 copies')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str]) -> str:
    """Names as a person lists them.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"]), listed([])
    ('a', 'a, b and c', '')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def as_sentence(text: str) -> str:
    """Words with a capital and a full stop.

    Examples
    --------
    >>> as_sentence("no holdout: give one"), as_sentence("It broke.")
    ('No holdout: give one.', 'It broke.')
    """
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def first_line(error: object) -> str:
    r"""First line of an error or a message, cut to a length for people; empty where it is.

    Examples
    --------
    >>> first_line(ValueError("no column 'a'\nTraceback ...")), first_line(ValueError())
    ("no column 'a'", '')
    """
    return (str(error).strip().splitlines() or [""])[0][:_LONGEST_LINE]
