"""Text to numbers, dates and booleans; what cannot be read is counted, never dropped silently."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.arrow import null_of, text_array, text_scalar

__all__ = ["parse_booleans", "parse_datetimes", "parse_numbers"]

_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y/%m/%d",
)
_MOMENT = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)$"
_TRUE = ("true", "t", "yes", "1", "1.0")
_FALSE = ("false", "f", "no", "0", "0.0")

Strings = Any


def parse_numbers(words: Strings) -> tuple[Any, int]:
    """Numbers as float64, null where a cell is none, and how many cells were none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> parse_numbers(pa.array(["1", "2.5", "13.9.58", None]))[1]
    1
    """
    good = pc.match_substring_regex(words, _NUMBER)
    kept = pc.utf8_trim_whitespace(_only(words, good))
    failed = int(pc.sum(pc.invert(good)).as_py() or 0)
    return kept.cast(pa.float64()), failed


def parse_datetimes(words: Strings, pattern: str | None = None) -> tuple[Any, int, str | None]:
    """Timestamps in microseconds, number of cells that are none, and the pattern used.

    Without a pattern, the one of a short list of ISO forms that reads most cells is taken.
    Forms without a pattern (fractions of a second, offsets from UTC) come last; moments with
    an offset are turned into UTC.
    """
    best: tuple[Any, int, str | None] | None = None
    present = len(words) - words.null_count
    for candidate in (pattern,) if pattern else _FORMATS:
        try:
            moments = pc.strptime(words, format=candidate, unit="us", error_is_null=True)
        except pa.ArrowInvalid:
            continue
        failed = present - (len(moments) - moments.null_count)
        if best is None or failed < best[1]:
            best = (moments, failed, candidate)
        if failed == 0:
            return best
    moments = None if pattern else _iso_moments(words)
    if moments is not None:
        failed = present - (len(moments) - moments.null_count)
        if best is None or failed < best[1]:
            best = (moments, failed, None)
    if best is None:
        return pa.nulls(len(words), pa.timestamp("us")), present, pattern
    return best


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
