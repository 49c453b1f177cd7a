"""A number format's code → its sections, each a list of tokens (ECMA-376 part 1, 18.8.31)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a token asks for."""

    LITERAL = "literal"
    BLANK = "blank"  #: the width of a character, shown as a space
    DIGIT = "digit"  #: 0, # or ?
    POINT = "point"
    COMMA = "comma"
    PERCENT = "percent"
    EXPONENT = "exponent"  #: E+ or E-
    SLASH = "slash"
    TEXT = "text"  #: @
    GENERAL = "general"
    DATE = "date"  #: yyyy, mmm, d, hh, ss …, lower case
    MERIDIEM = "meridiem"  #: AM/PM or A/P
    ELAPSED = "elapsed"  #: h, m or s in brackets
    SUBSECOND = "subsecond"  #: the zeros after ss.


class Token(NamedTuple):
    """One step of a section."""

    kind: Kind
    text: str


class Condition(NamedTuple):
    """`[>=100]`."""

    sign: str
    limit: Decimal

    def holds(self, value: Decimal) -> bool:
        """Whether it is true of `value`."""
        return _SIGNS[self.sign](value, self.limit)


_SIGNS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Section:
    """One of the up to four parts of a code."""

    tokens: tuple[Token, ...] = ()
    condition: Condition | None = None
    #: The language of its names ("407", "fr-FR"), "" for the firm's.
    language: str = ""
    #: "F800" or "F400": the region's long date or time stands here instead.
    system: str = ""

    def has(self, *kinds: Kind) -> bool:
        """Whether any token is of one of these kinds."""
        return any(token.kind in kinds for token in self.tokens)

    @property
    def is_date(self) -> bool:
        """Whether it shows a date, a time or an elapsed time."""
        return self.has(Kind.DATE, Kind.ELAPSED, Kind.MERIDIEM)


_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)"?
    | \\(?P<escaped>.)
    | _(?P<blank>.)
    | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General|Standard)
    | (?P<meridiem>AM/PM|A/P|上午/下午)
    | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+|e+|g+|b+|aaa+)
    | (?P<digit>[0#?])
    | (?P<mark>[.,%/@])
    | (?P<end>;)
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_MARKS = {".": Kind.POINT, ",": Kind.COMMA, "%": Kind.PERCENT, "/": Kind.SLASH, "@": Kind.TEXT}
_NAMED = {"general": Kind.GENERAL, "meridiem": Kind.MERIDIEM, "exponent": Kind.EXPONENT, "digit": Kind.DIGIT}
_CONDITION = re.compile(r"\s*(<=|>=|<>|<|>|=)\s*(-?[0-9.]+(?:E[+-]?[0-9]+)?)\s*", re.IGNORECASE)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)


def sections_of(code: str) -> tuple[Section, ...]:
    """Split a format code into its sections; any text gives some sections."""
    found = [Section()]
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup, match[match.lastgroup or 0]
        if kind == "end":
            found.append(Section())
        elif kind == "bracket":
            found[-1] = _bracket(found[-1], text)
        else:
            found[-1] = _add(found[-1], _token(kind or "", text))
    return tuple(replace(section, tokens=_settled(section)) for section in found[:4])


def _token(kind: str, text: str) -> Token | None:
    if kind == "fill":
        return None
    if kind == "blank":
        return Token(Kind.BLANK, " ")
    if kind == "mark":
        return Token(_MARKS[text], text)
    if kind == "date":
        return Token(Kind.DATE, text.lower())
    return Token(_NAMED.get(kind, Kind.LITERAL), text)


def _add(section: Section, token: Token | None) -> Section:
    return replace(section, tokens=(*section.tokens, token)) if token else section


def _bracket(section: Section, text: str) -> Section:
    """Take what stands in brackets: a condition, a currency and language, elapsed time, or a colour to forget."""
    condition = _CONDITION.fullmatch(text)
    if condition:
        try:
            return replace(section, condition=Condition(condition[1], Decimal(condition[2])))
        except InvalidOperation:
            return section
    if text.startswith("$"):
        return _money_and_language(section, text[1:])
    if _ELAPSED.fullmatch(text):
        return _add(section, Token(Kind.ELAPSED, text.lower()))
    return section


def _money_and_language(section: Section, text: str) -> Section:
    sign, _, tag = text.partition("-")
    tag = tag.partition(",")[0]
    if tag.lower() in ("f800", "x-sysdate"):
        return replace(section, system="F800")
    if tag.lower() in ("f400", "x-systime"):
        return replace(section, system="F400")
    section = replace(section, language=tag or section.language)
    return _add(section, Token(Kind.LITERAL, sign) if sign else None)


def _settled(section: Section) -> tuple[Token, ...]:
    """In a date, digits and points are sub-seconds or plain text, and m after h or before s is a minute."""
    return tuple(_with_minutes(_with_subseconds(section.tokens))) if section.is_date else section.tokens


def _with_subseconds(tokens: tuple[Token, ...]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else Token(Kind.LITERAL, "")
        after_seconds = last.text in ("s", "ss") and last.kind in (Kind.DATE, Kind.ELAPSED)
        if token.kind is Kind.POINT and after_seconds:
            found.append(Token(Kind.SUBSECOND, "."))
        elif token.kind is Kind.DIGIT and last.kind is Kind.SUBSECOND and token.text == "0":
            found[-1] = Token(Kind.SUBSECOND, last.text + "0")
        elif token.kind in (Kind.POINT, Kind.COMMA, Kind.DIGIT, Kind.PERCENT, Kind.EXPONENT):
            found.append(Token(Kind.LITERAL, token.text))
        else:
            found.append(token)
    return [Token(Kind.LITERAL, ".") if token == (Kind.SUBSECOND, ".") else token for token in found]


def _with_minutes(tokens: list[Token]) -> list[Token]:
    marks = [at for at, token in enumerate(tokens) if token.kind in (Kind.DATE, Kind.ELAPSED)]
    for here, at in enumerate(marks):
        before = tokens[marks[here - 1]].text[0] if here else ""
        after = tokens[marks[here + 1]].text[0] if here + 1 < len(marks) else ""
        token = tokens[at]
        if token.kind is Kind.DATE and token.text in ("m", "mm") and (before == "h" or after == "s"):
            tokens[at] = Token(Kind.DATE, "n" * len(token.text))
    return tokens
