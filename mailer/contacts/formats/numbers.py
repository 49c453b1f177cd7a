"""A number through one section of a format: digits in their places, groups, percent, exponents, fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from mailer.contacts.formats.codes import Kind, Token
from mailer.contacts.formats.general import general, rounded
from mailer.contacts.formats.places import Place

_EMPTY = {"0": "0", "?": " ", "#": ""}


class NumberSection:
    """A section without dates, made ready to show numbers that have no sign."""

    def __init__(self, tokens: tuple[Token, ...], place: Place) -> None:
        self._place = place
        whole, self._point, rest = _split(tokens, Kind.POINT)
        if not self._point:
            whole, self._exponent, power = _split(tokens, Kind.EXPONENT)
            rest = ()
        else:
            rest, self._exponent, power = _split(rest, Kind.EXPONENT)
        self._whole, grouped, thousands = _without_commas(whole)
        self._decimals, _, more = _without_commas(rest)
        self._power = power
        self._grouped = grouped
        self._width = _digits(self._whole)
        self._places = _digits(self._decimals)
        #: How many zeros pad the number, where nothing but digits stands before the point; None otherwise.
        self._padding = _padding(self._whole)
        self._has_digits = bool(self._width or self._places)
        percents = sum(token.kind is Kind.PERCENT for token in tokens)
        self._shift = 2 * percents - 3 * (thousands if not self._places else thousands + more)

    def show(self, value: Decimal) -> str:
        """Show a number that is zero or greater."""
        value = value.scaleb(self._shift)
        exponent = 0
        if self._exponent:
            value, exponent = self._normal(value)
        value = rounded(value, self._places)
        whole, _, decimals = f"{value:f}".partition(".")
        text = self._integer(whole.lstrip("0") if self._has_digits else "")
        if self._point:
            text += self._place.decimal
        text += self._fraction(decimals.ljust(self._places, "0"))
        return text + self._exponential(exponent) if self._exponent else text

    def _normal(self, value: Decimal) -> tuple[Decimal, int]:
        """Split into a mantissa that fits the digits before the point, and its exponent."""
        if not value:
            return value, 0
        step = max(1, self._width)
        exponent = value.adjusted() // step * step if step > 1 else value.adjusted()
        if self._width == 0:
            exponent += 1
        mantissa = value.scaleb(-exponent)
        if rounded(mantissa, self._places) >= Decimal(10) ** step:
            exponent, mantissa = exponent + step, mantissa.scaleb(-step)
        return mantissa, exponent

    def _integer(self, digits: str) -> str:
        """Fill the places before the point from the right; what has no place goes before the first."""
        if self._padding is not None:
            return self._in_groups(digits.zfill(self._padding)) if self._grouped else digits.zfill(self._padding)
        out: list[str] = []
        left, count = self._width, 0
        for token in reversed(self._whole):
            if token.kind is not Kind.DIGIT:
                out.append(_literal(token, self._place))
                continue
            left -= 1
            taken = digits if not left else digits[-1:]
            digits = digits[: len(digits) - len(taken)]
            for digit in reversed(taken or _EMPTY[token.text]):
                out.append(digit + self._separator(count, digit))
                count += 1
        text = "".join(reversed(out))
        return text if self._width else text + digits

    def _in_groups(self, digits: str) -> str:
        first = len(digits) % 3
        groups = [digits[at : at + 3] for at in range(first, len(digits), 3)]
        return self._place.group.join([digits[:first], *groups] if first else groups)

    def _separator(self, count: int, digit: str) -> str:
        if not self._grouped or not count or count % 3:
            return ""
        return " " if digit == " " else self._place.group

    def _fraction(self, digits: str) -> str:
        out: list[str] = []
        at, trailing = len(digits), True
        for token in reversed(self._decimals):
            if token.kind is not Kind.DIGIT:
                out.append(_literal(token, self._place))
                continue
            at -= 1
            trailing = trailing and digits[at] == "0" and token.text != "0"
            out.append(_EMPTY[token.text] if trailing else digits[at])
        return "".join(reversed(out))

    def _exponential(self, exponent: int) -> str:
        sign = "-" if exponent < 0 else "+" if self._exponent == "E+" else ""
        tokens = list(self._power)
        width = _digits(tokens)
        text, digits = "", str(abs(exponent)).rjust(width, "0")
        for token in tokens:
            if token.kind is Kind.DIGIT:
                width -= 1
                taken = len(digits) - width
                text, digits = text + digits[:taken], digits[taken:]
            else:
                text += _literal(token, self._place)
        return f"E{sign}{text}"


def _split(tokens: tuple[Token, ...], kind: Kind) -> tuple[tuple[Token, ...], str, tuple[Token, ...]]:
    for at, token in enumerate(tokens):
        if token.kind is kind:
            return tokens[:at], token.text.upper(), tokens[at + 1 :]
    return tokens, "", ()


def _digits(tokens: Iterable[Token]) -> int:
    return sum(token.kind is Kind.DIGIT for token in tokens)


def _without_commas(tokens: tuple[Token, ...]) -> tuple[list[Token], bool, int]:
    """Take out commas; tell whether they group digits, and by how many thousands they divide."""
    places = [at for at, token in enumerate(tokens) if token.kind is Kind.DIGIT]
    first, last = (places[0], places[-1]) if places else (len(tokens), -1)
    kept, grouped, thousands = [], False, 0
    for at, token in enumerate(tokens):
        if token.kind is not Kind.COMMA:
            kept.append(token)
        elif first < at < last:
            grouped = True
        elif last >= 0 and at == last + 1 + thousands:
            thousands += 1
        else:
            kept.append(Token(Kind.LITERAL, ","))
    return kept, grouped, thousands


def _literal(token: Token, place: Place) -> str:
    return place.decimal if token.kind is Kind.POINT else token.text


def show_words(tokens: Iterable[Token], value: Decimal, place: Place) -> str:
    """Show a section of words around General or @."""
    number = general(
        int(value) if value.adjusted() < 15 and value == value.to_integral_value() else float(value), place.decimal
    )
    return "".join(number if token.kind in (Kind.GENERAL, Kind.TEXT) else token.text for token in tokens)


def _padding(whole: Sequence[Token]) -> int | None:
    """Count the zeros of a code like `#,##0` or `00000`; None for one that is not so simple."""
    codes = "".join(token.text if token.kind is Kind.DIGIT else "!" for token in whole)
    zeros = codes.lstrip("#")
    return len(zeros) if codes and not zeros.strip("0") else None
