"""A store that makes each thing once and forgets big arrays once a budget is spent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar, cast

__all__ = ["Kept", "memory"]

Item = TypeVar("Item")
Value = TypeVar("Value")

_SMALL = 1 << 16
"""Bytes up to which an item stays for good: forgetting it would win nothing."""

_ABSENT: Any = object()


def memory(item: Any) -> int:
    """Bytes of the arrays in an item: its own, or those in its fields, elements and values.

    What holds its arrays in another way and does not tell ``nbytes`` counts for nothing.

    Examples
    --------
    >>> import numpy as np
    >>> memory({"rows": (np.zeros(3), np.zeros(2)), "name": "age"})
    40
    """
    size = getattr(item, "nbytes", None)
    if isinstance(size, int):
        return size
    if isinstance(item, Mapping):
        return sum(map(memory, item.values()))
    if isinstance(item, list | tuple):
        return sum(map(memory, item))
    if is_dataclass(item) and not isinstance(item, type):
        return sum(memory(getattr(item, field.name)) for field in fields(item))
    return 0


class Kept(Generic[Item]):
    """Items by key, big ones up to a number of bytes.

    Parameters
    ----------
    budget : int
        Bytes; the item asked for last stays even where it is larger, and so do items of a few
        kilobytes. What was forgotten is made again when it is asked for.
    small : int
        Bytes up to which an item is never forgotten.

    Examples
    --------
    >>> kept = Kept(budget=3, small=0)
    >>> kept.get("a", lambda: memoryview(b"xy")) is kept.get("a", lambda: memoryview(b"xy"))
    True
    >>> kept.get("b", lambda: memoryview(b"xy")).nbytes, kept.names
    (2, ['b'])
    """

    def __init__(self, budget: int, small: int = _SMALL) -> None:
        self._budget = budget
        self._small = small
        self._items: dict[Hashable, Item] = {}
        self._sizes: dict[Hashable, int] = {}  # of what may be forgotten, used last at the end
        self._used = 0

    @property
    def names(self) -> list[Hashable]:
        """Keys of the items that are there."""
        return list(self._items)

    def has(self, name: Hashable) -> bool:
        """Whether an item of this key is there."""
        return name in self._items

    def get(self, name: Hashable, make: Callable[[], Value]) -> Value:
        """The item of this key, made where it is not there."""
        item: Any = self._items.get(name, _ABSENT)
        if item is _ABSENT:
            item = make()
            self._items[name] = item
            size = memory(item)
            if size > self._small:
                self._sizes[name] = size
                self._used += size
        elif name in self._sizes:
            self._sizes[name] = self._sizes.pop(name)
        while self._used > self._budget and len(self._sizes) > 1:
            oldest = next(iter(self._sizes))
            self._used -= self._sizes.pop(oldest)
            del self._items[oldest]
        return cast(Value, item)
