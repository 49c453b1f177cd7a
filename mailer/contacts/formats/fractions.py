"""A number as a fraction: `# ?/?`, `# ??/16`, `?/?`."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from mailer.contacts.formats.codes import Kind, Token


class FractionSection:
    """A section with a slash between digits, made ready to show numbers that have no sign."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        slash = next(at for at, token in enumerate(tokens) if token.kind is Kind.SLASH)
        start = slash
        while start and tokens[start - 1].kind is Kind.DIGIT:
            start -= 1
        end = slash + 1
        while end < len(tokens) and _is_denominator(tokens[end]):
            end += 1
        self._before, self._after = tokens[:start], tokens[end:]
        self._top = "".join(token.text for token in tokens[start:slash])
        self._bottom = "".join(token.text for token in tokens[slash + 1 : end])
        self._has_whole = any(token.kind is Kind.DIGIT for token in self._before)

    def show(self, value: Decimal) -> str:
        """Show a number that is zero or greater."""
        whole, rest = divmod(Fraction(value), 1) if self._has_whole else (0, Fraction(value))
        top, bottom = self._nearest(rest)
        if self._has_whole and top == bottom:
            whole, top = whole + 1, 0
        fraction = self._written(top, bottom)
        if self._has_whole and not top and "0" not in self._top:
            fraction = " " * len(fraction)
        return self._lead(int(whole), top) + fraction + _words(self._after)

    def _nearest(self, value: Fraction) -> tuple[int, int]:
        if any(digit in "123456789" for digit in self._bottom):
            bottom = int(self._bottom.replace("#", "").replace("?", "0"))
            return int(value * bottom + Fraction(1, 2)), bottom
        near = value.limit_denominator(10 ** max(1, len(self._bottom)) - 1)
        return near.numerator, near.denominator

    def _written(self, top: int, bottom: int) -> str:
        upper = str(top).rjust(len(self._top), "0" if self._top[:1] == "0" else " ")
        return f"{upper}/{str(bottom).ljust(len(self._bottom))}"

    def _lead(self, whole: int, top: int) -> str:
        """Write the whole number in its places, with the words around it."""
        places = [at for at, token in enumerate(self._before) if token.kind is Kind.DIGIT]
        digits = str(whole) if whole or not top else ""
        if places and self._before[places[-1]].text == "0":
            digits = str(whole).rjust(len(places), "0")
        text = ""
        for at, token in enumerate(self._before):
            if token.kind is Kind.DIGIT:
                text += digits if at == places[0] else ""
            else:
                text += token.text
        return text


def is_fraction(tokens: tuple[Token, ...]) -> bool:
    """Whether a slash stands between digits."""
    slashes = [at for at, token in enumerate(tokens) if token.kind is Kind.SLASH]
    if not slashes or not 0 < slashes[0] < len(tokens) - 1:
        return False
    return tokens[slashes[0] - 1].kind is Kind.DIGIT and _is_denominator(tokens[slashes[0] + 1])


def _is_denominator(token: Token) -> bool:
    return token.kind is Kind.DIGIT or (token.kind is Kind.LITERAL and token.text in set("0123456789"))


def _words(tokens: tuple[Token, ...]) -> str:
    return "".join(token.text for token in tokens if token.kind is not Kind.DIGIT)
