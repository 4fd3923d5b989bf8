"""Hashes of texts: the same on every machine, in every process, whatever rows were drawn.

Levels that are too rare to stand alone are grouped by them. A grouping by what the real table
happens to hold would make its rows unlike those of every other table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["hash_text", "level_hashes", "word_hashes"]


def hash_text(text: str) -> int:
    """64-bit hash of a text, the same on every machine and run.

    Examples
    --------
    >>> hash_text("age") == hash_text("age")
    True
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "little")


def word_hashes(words: Iterable[str | None]) -> npt.NDArray[np.int64]:
    """63-bit hashes of texts, 0 for none: different texts share one with chance 1e-19.

    Their low bits are those of `level_hashes`.

    Examples
    --------
    >>> bool(word_hashes(["blue"])[0] & 0x7FFF_FFFF == level_hashes(["blue"])[0])
    True
    """
    hashed = [0 if word is None else hash_text(word) & (1 << 63) - 1 for word in words]
    return np.array(hashed, np.int64)


def level_hashes(words: Iterable[str | None]) -> npt.NDArray[np.int32]:
    """31-bit hashes of levels, 0 for none.

    Examples
    --------
    >>> first, second, again, none = level_hashes(["blue", "red", "blue", None])
    >>> bool(first == again), bool(first == second), int(none)
    (True, False, 0)
    """
    return _hashes(tuple(words))


@lru_cache(maxsize=64)
def _hashes(words: tuple[str | None, ...]) -> npt.NDArray[np.int32]:
    hashed = [0 if word is None else hash_text(word) & 0x7FFF_FFFF for word in words]
    found = np.array(hashed, np.int32)
    found.flags.writeable = False  # whoever asks again gets the same array
    return found
