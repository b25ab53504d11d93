"""Amounts are whole numbers in an asset's minor unit: 12.50 EUR (scale 2) is `1250`.

The API has them as text, the SDK as `int`, and nothing ever makes a float of them.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, localcontext

__all__ = ["to_decimal", "to_minor"]

# An amount has up to 39 digits, and `Decimal` rounds to 28 unless told otherwise.
_DIGITS = 100


def to_decimal(amount: int, scale: int) -> Decimal:
    """What people read: `to_decimal(1250, scale=2)` is `Decimal("12.50")`."""
    _check_scale(scale)
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError(f"an amount is an int in the minor unit, not {type(amount).__name__}")
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(amount).scaleb(-scale)


def to_minor(value: Decimal | str | int, scale: int) -> int:
    """What the API counts: `to_minor("12.50", scale=2)` is `1250`.

    What the scale can't hold (`"12.505"`) is a `ValueError`; nothing is rounded. Floats are refused,
    because 0.1 + 0.2 isn't 0.3 there.
    """
    _check_scale(scale)
    if isinstance(value, bool) or not isinstance(value, (Decimal, str, int)):
        raise TypeError(f"give a Decimal, text or an int, not {type(value).__name__}")
    with localcontext() as context:
        context.prec = _DIGITS
        try:
            exact = Decimal(value)
        except InvalidOperation:
            raise ValueError(f"not a number: {value!r}") from None
        if not exact.is_finite():
            raise ValueError(f"not an amount: {value!r}")
        minor = exact.scaleb(scale)
        if minor != minor.to_integral_value():
            raise ValueError(f"{value} has more than the {scale} decimals of its asset")
        return int(minor)


def _check_scale(scale: int) -> None:
    if isinstance(scale, bool) or not isinstance(scale, int) or not 0 <= scale <= 38:
        raise ValueError(f"a scale is a whole number from 0 to 38, not {scale!r}")
