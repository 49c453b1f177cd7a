"""`where:` and `reasons:`: Jinja expressions over typed fields, sandboxed and compiled once. Pure.

A date may be compared with a span: `renewal < 30 days` is true while the date is less than 30 days away from
today, before or after; `today + 30 days` and `client_since < today - 5 years` say the direction. An empty
cell is less than, greater than and equal to nothing but `none`. Text is compared whatever its letter case.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailer.errors import ConfigError, ContactsError
from mailer.model import Field

_SPAN = re.compile(r"(?<![\w.\"'])(\d+)\s+(day|week|month|year)s?\b")
_TEXT = re.compile(r"(\"[^\"]*\"|'[^']*')")
#: What may be asked of a value after a dot.
_PARTS = frozenset({"year", "month", "day", "days", "hour", "minute", "weekday"})
_EXAMPLE = "Write it like `years_with_us >= 1 and not on_hold`."
#: How spreadsheets and other languages write it → how it is written here.
_ELSEWHERE = {"=>": ">=", "=<": "<=", "<>": "!=", "=": "==", "&&": "and", "||": "or"}
_SPELT = re.compile(r"=>|=<|<>|[<>!=]=|=|&&|\|\||\b(?:AND|OR|NOT|TRUE|FALSE)\b")
_KINDS = ((bool, "yes or no"), (str, "text"), ((int, float, Decimal), "a number"), (date, "a date"))


@dataclass(frozen=True, slots=True)
class Span:
    """A length of calendar time, as in `30 days`."""

    count: int
    unit: str

    def days_from(self, today: date) -> int:
        """How many days it is, counted from `today`."""
        return ((today + self._delta()) - today).days

    def _delta(self) -> relativedelta:
        return relativedelta(
            days=self.count * {"day": 1, "week": 7}.get(self.unit, 0),
            months=self.count * {"month": 1, "year": 12}.get(self.unit, 0),
        )

    def __radd__(self, other: object) -> date:
        return _as_date(other) + self._delta()

    def __rsub__(self, other: object) -> date:
        return _as_date(other) - self._delta()


def _as_date(value: object) -> date:
    value = value.value if isinstance(value, Column) else value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise TypeError("a span of time can only be added to a date")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A field inside an expression: it knows its column, so that a mistake can name it."""

    name: str
    field: Field
    today: date

    @property
    def value(self) -> object:
        """The typed value behind the text."""
        return self.field.value

    def __bool__(self) -> bool:
        return bool(self.field)

    def __str__(self) -> str:
        return str(self.field)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        mine, theirs = self._pair(other)
        return mine == theirs

    def __lt__(self, other: object) -> bool:
        return self._compare(other, operator.lt)

    def __le__(self, other: object) -> bool:
        return self._compare(other, operator.le)

    def __gt__(self, other: object) -> bool:
        return self._compare(other, operator.gt)

    def __ge__(self, other: object) -> bool:
        return self._compare(other, operator.ge)

    def __contains__(self, other: object) -> bool:
        return str(other).casefold() in str(self).casefold()

    def __add__(self, other: object) -> object:
        return self._number_or_date() + _plain(other)  # type: ignore[operator]

    def __sub__(self, other: object) -> object:
        return self._number_or_date() - _plain(other)  # type: ignore[operator]

    def __rsub__(self, other: object) -> object:
        return _plain(other) - self._number_or_date()  # type: ignore[operator]

    def __mul__(self, other: object) -> object:
        return self._number_or_date() * _plain(other)  # type: ignore[operator]

    def __truediv__(self, other: object) -> object:
        return self._number_or_date() / _plain(other)  # type: ignore[operator]

    def __getattr__(self, name: str) -> object:
        if name in _PARTS:
            return getattr(self.value, name)
        raise AttributeError(name)

    def _number_or_date(self) -> object:
        value = _plain(self)
        if isinstance(value, (int, float, date, timedelta)):
            return value
        raise _unfit(self, "be calculated with")

    def _pair(self, other: object) -> tuple[object, object]:
        mine, theirs = _plain(self), _plain(other)
        if isinstance(other, Span) and isinstance(mine, date):
            return abs((mine - self.today).days), other.days_from(self.today)
        if isinstance(other, Span):
            return mine, timedelta(other.days_from(self.today))
        return mine, theirs

    def _compare(self, other: object, test: Callable[[Any, Any], object]) -> bool:
        mine, theirs = self._pair(other)
        if mine is None or theirs is None or mine == "":
            return False
        try:
            return bool(test(mine, theirs))
        except TypeError:
            raise _unfit(self, f"be compared with {_kind(_plain(other))}") from None


def _plain(value: object) -> object:
    """Give what is compared: dates without their time of day, numbers as numbers, text case-folded."""
    value = value.value if isinstance(value, Column) else value
    if isinstance(value, str):
        return value.strip().casefold()
    if isinstance(value, datetime):
        return value.date()
    return float(value) if isinstance(value, Decimal) else value


def _unfit(column: Column, wish: str) -> ContactsError:
    what = f"“{column.name}” is {_kind(column.value)} here (“{column}”) and cannot {wish}."
    return ContactsError(what, cure="Mend the cell, or the expression.")


def _kind(value: object) -> str:
    if isinstance(value, Span):
        return f"“{value.count} {value.unit}s”"
    if isinstance(value, (time, timedelta)):
        return "a time"
    return next((words for types, words in _KINDS if isinstance(value, types)), "empty")


class Expression:
    """A compiled expression: call it with a contact's fields and today's date."""

    def __init__(self, text: str, names: frozenset[str], compiled: TemplateExpression) -> None:
        #: As the user wrote it.
        self.text = text
        #: The columns it asks for.
        self.names = names
        self._compiled = compiled

    def __call__(self, fields: Mapping[str, Field], today: date) -> object:
        """Say what holds for these fields; raises ContactsError naming a column that is missing or unfit."""
        known = {name: Column(name, fields[name], today) for name in self.names if name in fields}
        missing = sorted(self.names - known.keys() - {"today"})
        if missing:
            raise _unknown(missing[0], self.text, fields)
        try:
            return self._compiled({**known, "today": today})
        except ContactsError as error:
            raise ContactsError(f"`{self.text}`: {error}", cure=error.cure) from error
        except (TemplateError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise ContactsError(f"`{self.text}` cannot be worked out: {error}.") from error


def compile_expression(text: str, whose: str = "") -> Expression:
    """Compile `years_with_us >= 1 and not on_hold`; raises ConfigError for what is not an expression, and `whose`."""
    jinja = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    jinja.globals = {"span": Span}
    code = "".join(part if at % 2 else _SPAN.sub(r"span(\1, '\2')", part) for at, part in enumerate(_TEXT.split(text)))
    try:
        compiled = jinja.compile_expression(code, undefined_to_none=False)
        names = meta.find_undeclared_variables(jinja.parse("{{" + code + "}}")) - {"span"}
    except TemplateSyntaxError as error:
        place = f"config.yaml, `where:` of {whose}: " if whose else ""
        raise ConfigError(f"{place}`{text}` is not an expression.", cure=_meant(text)) from error
    return Expression(text, frozenset(names), compiled)


def _meant(text: str) -> str:
    """The same condition as it is written here, where that is all that is wrong with it; else an example."""
    parts = enumerate(_TEXT.split(text))
    spelt = "".join(part if at % 2 else _SPELT.sub(_spelt_here, part) for at, part in parts)
    if spelt == text:
        return _EXAMPLE
    try:
        return f"Did you mean `{compile_expression(spelt).text}`?"
    except ConfigError:
        return _EXAMPLE


def _spelt_here(found: re.Match[str]) -> str:
    return _ELSEWHERE.get(found[0], found[0].lower())


def _unknown(name: str, text: str, fields: Mapping[str, Field]) -> ContactsError:
    near = difflib.get_close_matches(name, fields, n=1)
    meant = f" Did you mean “{near[0]}”?" if near else f" There are: {', '.join(sorted(fields))}."
    return ContactsError(f"`{text}` asks for a column “{name}” that is not there.", cure=meant.strip())
