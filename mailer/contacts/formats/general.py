"""Numbers as Excel shows them in the format General: at most eleven characters, then scientific."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

#: Room for every digit of the largest number a cell can hold.
_WIDE = Context(prec=400)


def exact(number: float) -> Decimal:
    """Take a number as Excel does: by its first fifteen significant digits."""
    return Decimal(number) if isinstance(number, int) and abs(number) < 10**15 else Decimal(f"{number:.15g}")


def rounded(number: Decimal, places: int) -> Decimal:
    """Round half away from zero, as Excel shows numbers."""
    if number.adjusted() + places > 300:
        return number
    with_room = Decimal(1).scaleb(-places)
    return number.quantize(with_room, ROUND_HALF_UP, _WIDE)


def general(number: float, decimal: str = ".") -> str:
    """Show a number in the format General."""
    if isinstance(number, int) and -100_000_000_000 < number < 100_000_000_000:
        return str(number)
    if not math.isfinite(number):
        return "#NUM!"
    value = exact(number)
    text = _plain(abs(value)) if value else "0"
    return ("-" if value < 0 else "") + text.replace(".", decimal)


def _plain(value: Decimal) -> str:
    """Write a positive number in plain digits where they fit, else in scientific notation."""
    magnitude = value.adjusted()
    if magnitude > 10:
        return _scientific(value)
    if magnitude < -4 and len(f"{value.normalize():f}") > 11:
        return _scientific(value)
    shown = rounded(value, min(9, max(0, 9 - magnitude)))
    text = f"{shown:f}"
    if shown.adjusted() > 10:
        return _scientific(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(value: Decimal) -> str:
    digits = 5 if abs(value.adjusted()) < 100 else 4
    mantissa, _, exponent = f"{value:.{digits}E}".partition("E")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}E{exponent[0]}{int(exponent[1:]):02d}"
