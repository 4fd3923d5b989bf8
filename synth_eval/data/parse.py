"""Text to numbers, dates and booleans; what cannot be read is counted, never dropped silently.

Numbers may be written for people: with separators of thousands, a decimal comma, a currency, a
percent sign. Which of two marks is the decimal one is settled for a whole column, because
``1,234`` alone does not tell; so is whether the day or the month comes first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.arrow import (
    flags,
    null_of,
    number_scalar,
    of_flags,
    of_rows,
    text_array,
    text_scalar,
)

__all__ = [
    "CODE_CELLS",
    "decimal_mark",
    "has_leading_zero",
    "is_marker",
    "likely_kinds",
    "other_order",
    "parse_booleans",
    "parse_datetimes",
    "parse_numbers",
    "read_numbers",
]

_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"

_CURRENCY = (
    r"(?:(?:US|CA|AU|NZ|HK|C|A|R|S)?\$|[€£¥₹₩₽₺₪฿₫₴₱₦₡]|Rs\.?|Fr\.?|kr\.?|zł|Kč|Ft|lei|"
    r"AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KES|"
    r"KRW|MXN|MYR|NGN|NOK|NZD|PHP|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR)"
)
_SPACE = "[ \u00a0\u2009\u202f]"
_SIGN = "[+\u2212-]"
_GROUPS = {".": ",", ",": "."}
"""The mark that sets thousands apart where the other one is decimal."""

_MISSING_IN_LEVELS = (
    "", "#n/a", "#n/a n/a", "#na", "-", "--", "---", ".", "..", "...", "<na>", "?", "??", "n.a.",
    "n/a", "nan", "-nan", "null", "missing", "(missing)", "[missing]", "<missing>", "\u2013",
    "\u2014",
)  # fmt: skip
"""Words for a missing cell that hardly name a level, in small letters."""

_MISSING = (
    *_MISSING_IN_LEVELS, "#div/0!", "#null!", "#num!", "#ref!", "#value!", "-1.#ind", "-1.#qnan",
    "1.#ind", "1.#qnan", "k.a.", "n.d.", "n/d", "na", "nat", "nd", "nil", "no data", "none",
    "not applicable", "not available",
)  # fmt: skip
"""Words for a missing cell among numbers and dates, where no level can be meant."""

_YEAR_FIRST = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d",
    "%Y-%m",
    "%Y/%m",
)
_NAMED = tuple(
    form.replace("%b", month) + clock
    for form in (
        "%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d. %b %Y", "%d.%b.%Y", "%d%b%Y", "%d-%b-%y",
        "%d %b %y", "%b %d, %Y", "%b %d %Y", "%b-%d-%Y", "%b. %d, %Y", "%Y-%b-%d", "%Y %b %d",
        "%a, %d %b %Y", "%b %Y", "%b-%Y", "%b, %Y", "%Y %b", "%Y-%b", "%b-%y", "%b %y",
    )
    for month in ("%b", "%B")
    for clock in ("", " %H:%M:%S", " %H:%M")
    if not clock or "%d" in form
)  # fmt: skip
_DAY_FIRST = tuple(
    sign.join(("%d", "%m", year)) + clock
    for sign in "/.-"
    for year in ("%Y", "%y")
    for clock in ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S")
)
_MONTH_FIRST = tuple(form.replace("%d", "%D").replace("%m", "%d").replace("%D", "%m")
                     for form in _DAY_FIRST)  # fmt: skip
_OTHER_FORMS = (*_NAMED, "%m/%Y", "%m-%Y")
_FORMATS = (*_YEAR_FIRST, *_DAY_FIRST, *_MONTH_FIRST, *_OTHER_FORMS)

_PARTS = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%H": r"\d{1,2}",
    "%I": r"\d{1,2}", "%M": r"\d{1,2}", "%S": r"\d{1,2}", "%b": "[A-Za-z]{3}",
    "%B": "[A-Za-z]{3,9}", "%a": "[A-Za-z]{3}", "%p": "[AaPp][Mm]",
}  # fmt: skip
_MOMENT = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)$"
_GLANCE = 0.25
"""Share of a few cells that look like a kind from which all cells are read as it."""

_LONGEST = 64
"""Bytes of the longest word for a missing cell, blanks around it included."""

_TRIED = 500
"""Words that tell which forms of dates are worth trying on all of them."""

CODE_CELLS = 0.001
"""Share of numbers with leading zeros from which they are codes; one alone is a slip."""

_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "0", "0.0")

Strings = Any


def is_marker(words: Strings, *, levels: bool = False) -> npt.NDArray[np.bool_]:
    """Which words are known to stand for a missing cell.

    Parameters
    ----------
    words : Array of string
        Words, null where missing.
    levels : bool
        Whether the column holds levels, which words such as ``none`` may name.

    Examples
    --------
    >>> is_marker(text_array(["?", "None", "7", " N/A "])).tolist()
    [True, True, False, True]
    >>> is_marker(text_array(["?", "None"]), levels=True).tolist()
    [True, False]
    """
    # Longer words are none: lower letters of a text of many pages are slow to make.
    short = _only(words, pc.less_equal(pc.binary_length(words), number_scalar(_LONGEST)))
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(short))
    return flags(pc.is_in(lower, value_set=_known(levels)))


@cache
def _known(levels: bool) -> pa.Array:
    return text_array(_MISSING_IN_LEVELS if levels else _MISSING)


def likely_kinds(words: Sequence[str]) -> list[str]:
    """Kinds that some cells may have, told at a glance: boolean, numerical, datetime.

    Whether a column has one of them is settled by reading all of its cells; this only spares
    that where a quarter of a few cells does not look like it.

    Examples
    --------
    >>> likely_kinds(["$5", "7", "few"]), likely_kinds(["True", "?"]), likely_kinds(["red"])
    (['numerical'], ['boolean'], [])
    """
    told = Counter(words)
    for word in [word for word in told if word.strip().lower() in _MISSING]:
        del told[word]
    if not told:
        return []
    looks = {
        "boolean": all(word.lower() in ("true", "false") for word in told),
        "numerical": _share(_looks_numerical, told) >= _GLANCE,
        "datetime": _share(_looks_dated, told) >= _GLANCE,
    }
    return [kind for kind, likely in looks.items() if likely]


def _share(test: Callable[[str], bool], told: Counter[str]) -> float:
    """Share of the cells whose word passes a test, as no word without a digit does."""
    passed = sum(cells for word, cells in told.items() if _digit(word) and test(word))
    return passed / told.total()


_digit = re.compile("[0-9]").search
_digits = re.compile("[0-9]+").sub
_letters = re.compile("[A-Za-z]+").sub
_moment = re.compile(_MOMENT, re.ASCII).match


@cache
def _number_matches() -> tuple[Callable[[str], re.Match[str] | None], ...]:
    return tuple(re.compile(_dressed(mark), re.ASCII).match for mark in ".,")


def _looks_numerical(word: str) -> bool:
    return any(match(word) is not None for match in _number_matches())


def _looks_dated(word: str) -> bool:
    return _letters("a", _digits("0", word[:40])) in _forms() or _moment(word) is not None


def has_leading_zero(words: Strings) -> npt.NDArray[np.bool_]:
    """Which words are digits alone with a zero before others, which numbers lose.

    Examples
    --------
    >>> has_leading_zero(text_array(["007", "0", "0.5", "70"])).tolist()
    [True, False, False, False]
    """
    zeros = flags(pc.starts_with(words, "0").fill_null(False))
    if zeros.any():
        zeros[zeros] = flags(pc.match_substring_regex(words.filter(of_flags(zeros)), r"^0\d+$"))
    return zeros


def parse_numbers(words: Strings, decimal: str | None = None) -> tuple[Any, int]:
    """Numbers as float64, null where a cell is none, and how many cells were none.

    Parameters
    ----------
    words : Array of string
        Cells; separators of thousands, currencies and percent signs are left out, so that
        ``12 %`` is 12.
    decimal : str, optional
        The decimal mark, ``"."`` or ``","``; by default the one that reads most words.

    Examples
    --------
    >>> import pyarrow as pa
    >>> parse_numbers(pa.array(["1", "2.5", "13.9.58", None]))[1]
    1
    >>> parse_numbers(pa.array(["$1,234.50", "(7)", "12 %"]))[0].to_pylist()
    [1234.5, -7.0, 12.0]
    >>> parse_numbers(pa.array(["1.234,5", "7"]))[0].to_pylist()
    [1234.5, 7.0]
    """
    numbers, _ = read_numbers(words, decimal)
    return numbers, int(numbers.null_count - words.null_count)


def read_numbers(
    words: Strings, decimal: str | None = None, otherwise: str = "."
) -> tuple[Any, int]:
    """Numbers as `parse_numbers` reads them, and how many are not written for programs.

    Parameters
    ----------
    words : Array of string
        Cells.
    decimal : str, optional
        The decimal mark; by default the one that reads most words.
    otherwise : str
        The mark where both read the words alike.

    Examples
    --------
    >>> read_numbers(text_array(["$5", "7"]))[1]
    1
    """
    plain = pc.match_substring_regex(words, _NUMBER)
    all_plain = pc.all(plain).as_py() is not False
    if decimal is None:
        decimal = "." if all_plain and otherwise == "." else decimal_mark(words, otherwise)[0]
    if decimal == ",":  # then a point sets thousands apart
        plain = pc.and_(plain, pc.invert(pc.match_substring(words, ".")))
        all_plain = pc.all(plain).as_py() is not False
    numbers = pc.utf8_trim_whitespace(_only(words, plain)).cast(pa.float64())
    if all_plain:
        return numbers, 0
    dressed = _dressed_numbers(_only(words, pc.invert(plain)), decimal)
    return pc.coalesce(numbers, dressed), len(dressed) - dressed.null_count


def _dressed_numbers(words: Strings, decimal: str) -> Any:
    """Numbers as people write them; null where a word is none."""
    unique = words.dictionary_encode()
    parts = pc.extract_regex(unique.dictionary, pattern=_dressed(decimal))
    body = pc.struct_field(parts, "body")
    for mark in (_GROUPS[decimal], " ", "\u00a0", "\u2009", "\u202f", "'", "\u2019"):
        body = pc.replace_substring(body, mark, "")
    body = pc.replace_substring(body, ",", ".")
    signs = [pc.struct_field(parts, name) for name in ("bracket", "sign", "inner")]
    told = pc.binary_join_element_wise(*signs, "")
    minus = pc.match_substring_regex(told, "[\u2212(-]")
    values = _only(body, pc.less_equal(pc.utf8_length(told), number_scalar(1))).cast(pa.float64())
    return pc.if_else(minus, pc.negate(values), values).take(unique.indices)


@cache
def _dressed(decimal: str) -> str:
    """Expression of a number in words, with the marks that people use."""
    mark, group = re.escape(decimal), f"(?:{re.escape(_GROUPS[decimal])}|{_SPACE}|['\u2019])"
    return (
        rf"^\s*(?P<bracket>\(?)\s*(?P<sign>{_SIGN}?){_SPACE}?(?:{_CURRENCY}{_SPACE}?)?"
        rf"(?P<inner>{_SIGN}?)(?P<body>(?:\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+)"
        rf"(?:{mark}\d*)?(?:[eE][+-]?\d+)?|{mark}\d+(?:[eE][+-]?\d+)?)"
        rf"{_SPACE}?(?:%|‰)?(?:{_SPACE}?{_CURRENCY})?\)?\s*$"
    )


def decimal_mark(words: Strings, otherwise: str = ".") -> tuple[str, bool]:
    """The decimal mark that reads most words, and whether the other would read as many.

    Parameters
    ----------
    words : Array of string
        Cells of a column.
    otherwise : str
        The mark where both read the words alike.

    Examples
    --------
    >>> decimal_mark(text_array(["1,5", "2,25"]))
    (',', False)
    >>> decimal_mark(text_array(["1,234", "2,500"]))
    ('.', True)
    """
    marked = pc.match_substring_regex(words, r",|\..*\.")
    if not pc.any(marked).as_py():
        return ("." if otherwise == "." or not _all_in_thousands(words) else otherwise), False
    # Words with one mark or the other settle it; whole numbers are read alike.
    told = pc.unique(words.filter(pc.match_substring_regex(words, "[.,]")))
    read = {
        mark: int(pc.sum(pc.match_substring_regex(told, _dressed(mark))).as_py() or 0)
        for mark in ".,"
    }
    if read["."] == read[","]:
        return otherwise, read["."] > 0
    return max(read, key=lambda mark: read[mark]), False


def _all_in_thousands(words: Strings) -> bool:
    """Whether every point of the words stands before three digits, as points of thousands do."""
    points = pc.match_substring(words, ".")
    pointed = words.filter(points)
    return len(pointed) > 0 and bool(
        pc.all(pc.match_substring_regex(pointed, _dressed(","))).as_py()
    )


def parse_datetimes(
    words: Strings, pattern: str | None = None, like: str | None = None
) -> tuple[Any, int, str | None]:
    """Timestamps in microseconds, number of cells that are none, and the pattern used.

    Without a pattern, the one of a list of forms that reads most cells is taken: year first,
    then day first, month first, named months in English. Forms without a pattern (fractions of
    a second, offsets from UTC) come last; moments with an offset are turned into UTC.

    Parameters
    ----------
    words : Array of string
        Cells.
    pattern : str, optional
        The only form that is read.
    like : str, optional
        A form whose order of day and month is taken where the words do not tell.

    Examples
    --------
    >>> import pyarrow as pa
    >>> parse_datetimes(pa.array(["31/01/2020", "01/02/2020"]))[2]
    '%d/%m/%Y'
    >>> parse_datetimes(pa.array(["31 Jan 2020"]))[0][0].as_py().isoformat()
    '2020-01-31T00:00:00'
    """
    present = len(words) - words.null_count
    best: tuple[Any, int, str | None] = (
        pa.nulls(len(words), pa.timestamp("us")), present, pattern
    )  # fmt: skip
    for candidate in (pattern,) if pattern else _promising(words, like):
        moments = _moments(words, candidate, shaped=pattern is None)
        if moments is None:
            continue
        failed = present - (len(moments) - moments.null_count)
        if failed < best[1] or best[2] is None:
            best = (moments, failed, candidate)
        if failed == 0:
            return best
    moments = None if pattern else _iso_moments(words)
    if moments is not None:
        failed = present - (len(moments) - moments.null_count)
        if failed < best[1]:
            best = (moments, failed, None)
    return best


def other_order(pattern: str | None) -> str | None:
    """The form with day and month exchanged; None where their order is beyond doubt.

    Examples
    --------
    >>> other_order("%d/%m/%Y"), other_order("%Y-%m-%d")
    ('%m/%d/%Y', None)
    """
    if pattern in _DAY_FIRST:
        return _MONTH_FIRST[_DAY_FIRST.index(pattern)]
    return _DAY_FIRST[_MONTH_FIRST.index(pattern)] if pattern in _MONTH_FIRST else None


def _promising(words: Strings, like: str | None) -> Sequence[str]:
    """Forms that read some of a part of the words, those that read most of them first."""
    present = words.drop_null()
    step = max(len(present) // _TRIED, 1)
    part = present.take(of_rows(np.arange(0, len(present), step)))
    forms = [form for skeleton in _skeletons(part) for form in _forms().get(skeleton, ())]
    turned = _DAY_FIRST if like in _MONTH_FIRST else ()
    read: dict[str, int] = {}
    for form in sorted(forms, key=lambda form: (form in turned, _FORMATS.index(form))):
        moments = _moments(part, form, shaped=True)
        read[form] = 0 if moments is None else len(moments) - moments.null_count
    ranked = sorted((form for form in read if read[form]), key=lambda form: -read[form])
    return ranked[:4]


def _skeletons(words: Strings) -> list[str]:
    """Words with 0 for every number and a for every word, each of them once."""
    numbers = pc.replace_substring_regex(pc.utf8_slice_codeunits(words, 0, 40), r"\d+", "0")
    found: list[str] = pc.unique(pc.replace_substring_regex(numbers, "[A-Za-z]+", "a")).to_pylist()
    return found


@cache
def _forms() -> dict[str, list[str]]:
    """Forms by their skeleton: few need to be tried on any word."""
    forms: dict[str, list[str]] = {}
    for form in _FORMATS:
        bare = re.sub("%[abBp]", "a", re.sub("%[YymdHIMS]", "0", form))
        forms.setdefault(re.sub("[A-Za-z]+", "a", bare), []).append(form)
    return forms


def _moments(words: Strings, pattern: str, *, shaped: bool) -> Any | None:
    """Moments by a pattern; None where it is no pattern.

    With `shaped`, only words that look like the pattern: a year of two digits is no year 20.
    """
    if shaped:
        words = _only(words, pc.match_substring_regex(words, _shape(pattern)))
    try:
        return pc.strptime(words, format=pattern, unit="us", error_is_null=True)
    except pa.ArrowInvalid:
        return None


@cache
def _shape(pattern: str) -> str:
    """Expression of the words that a pattern may read."""
    parts = re.split("(%[A-Za-z])", pattern)
    return "^" + "".join(_PARTS.get(part, re.escape(part)) for part in parts) + "$"


def _iso_moments(words: Strings) -> Any | None:
    """Moments with fractions or offsets; None where a cell only looks like one."""
    zoned = pc.match_substring_regex(words, _MOMENT + _ZONE)
    naive = pc.match_substring_regex(words, _MOMENT + "$")
    try:
        local = _only(words, naive).cast(pa.timestamp("us"))
        moments = _only(words, zoned).cast(pa.timestamp("us", tz="UTC"))
    except pa.ArrowInvalid:
        return None
    return pc.coalesce(local, moments.cast(pa.int64()).cast(pa.timestamp("us")))


def _only(words: Strings, good: Any) -> Any:
    """Words where `good`, null elsewhere.

    The nulls are an array: beside a null scalar, Arrow before 24 takes the wrong cells of a
    slice of text.
    """
    return pc.if_else(good, words, pa.nulls(len(words), words.type))


def parse_booleans(words: Strings) -> tuple[Any, int]:
    """``"true"`` and ``"false"``, null where a cell is neither, and how many were neither."""
    lower = pc.utf8_lower(words)
    yes = pc.is_in(lower, value_set=text_array(_TRUE))
    no = pc.is_in(lower, value_set=text_array(_FALSE))
    false_or_null = pc.if_else(no, text_scalar("false"), null_of(pa.string()))
    read = pc.if_else(yes, text_scalar("true"), false_or_null)
    failed = int(read.null_count - words.null_count)
    return read, failed
