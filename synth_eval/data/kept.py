"""A store of arrays that forgets those not used for longest once a budget is spent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

__all__ = ["Kept"]


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


Item = TypeVar("Item", bound=_Sized)


class Kept(Generic[Item]):
    """Items by name, up to a number of bytes.

    Parameters
    ----------
    budget : int
        Bytes; the item asked for last stays even where it is larger.

    Examples
    --------
    >>> kept = Kept(budget=3)
    >>> kept.get("a", lambda: memoryview(b"xy")) is kept.get("a", lambda: memoryview(b"xy"))
    True
    >>> kept.get("b", lambda: memoryview(b"xy")).nbytes, kept.names
    (2, ['b'])
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._items: dict[str, Item] = {}
        self._used = 0

    @property
    def names(self) -> list[str]:
        """Names of the items that are there, the one used last at the end."""
        return list(self._items)

    def get(self, name: str, make: Callable[[], Item]) -> Item:
        """The item of this name, made where it is not there."""
        item = self._items.pop(name, None)
        if item is None:
            item = make()
            self._used += item.nbytes
        self._items[name] = item
        while self._used > self._budget and len(self._items) > 1:
            self._used -= self._items.pop(next(iter(self._items))).nbytes
        return item
