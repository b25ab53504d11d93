"""Small types that every part of the SDK shares."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeAlias

__all__ = ["NOT_GIVEN", "AmountLike", "NotGiven", "TimestampLike"]

AmountLike: TypeAlias = int | str
"""A whole number in the asset's minor unit: `1250`, or `"1250"`. See `bushel.to_minor`."""

TimestampLike: TypeAlias = datetime | str
"""A time with its zone, or RFC 3339 text."""


class NotGiven:
    """Says that a field of a patch stays as it is, where None would clear it."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()
