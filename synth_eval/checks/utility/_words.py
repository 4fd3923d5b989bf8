"""Numbers as people write them in sentences and labels."""

from __future__ import annotations

__all__ = ["percent"]


def percent(share: float, digits: int = 0) -> str:
    """A share in percent, with the space that the unit asks for.

    Examples
    --------
    >>> percent(0.1), percent(0.0125, 1)
    ('10 %', '1.2 %')
    """
    return f"{100 * share:.{digits}f} %"
