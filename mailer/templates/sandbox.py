"""The Jinja sandbox: what a template may say, and how much it may make.

Only listed filters, methods and globals exist; every size a template can grow is charged to the run's budget.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from jinja2 import StrictUndefined, Undefined, UndefinedError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup, escape

from mailer.model import Attachment, Field
from mailer.templates.cleaning import clean_body
from mailer.templates.spoken import BadValueError, date_text, number_text, span_text

#: Characters one part of a mail may have, and all its intermediate texts together.
MAX_OUTPUT = 1_000_000
#: No whole number that is calculated may be larger.
LARGEST = 10**30

#: Methods and attributes of plain values that cannot grow without bound.
_OF_TEXT = frozenset(
    "capitalize casefold count endswith find isdigit isupper islower lower lstrip removeprefix removesuffix "
    "rstrip split splitlines startswith strip swapcase title upper".split()
)
_OF_DAYS = frozenset("year month day hour minute weekday isoweekday days date time total_seconds".split())


class LimitError(Exception):
    """The template makes more than a mail can hold."""


class EmptyFieldError(UndefinedError):
    """A blank cell was printed or computed with; the message is the field's name."""


class UnknownNameError(UndefinedError):
    """No such field; the message is the name."""


@dataclass(slots=True)
class Run:
    """One rendering of one part: what it may use and what it leaves behind."""

    locale: Locale
    #: ISO country whose currency is meant where a template names none.
    country: str
    now: datetime
    html: bool
    left: int = MAX_OUTPUT
    branches: list[str] = field(default_factory=list)
    #: Finds an inline image by its path; returns the attachment it becomes.
    image: Callable[[str], Attachment] | None = None

    def for_page(self, image: Callable[[str], Attachment]) -> Run:
        """The same run going on in HTML: it has what is left, and notes its branches apart."""
        return Run(self.locale, self.country, self.now, html=True, left=self.left, image=image)

    def spend(self, count: int) -> None:
        """Charge `count` characters; raises LimitError when the budget is used up."""
        self.left -= count
        if self.left < 0:
            raise LimitError("The template makes more text than a mail can hold (1 MB).")


class Unknown(StrictUndefined):
    """A name no column has: any use of it but `default` and `is defined` fails."""

    __slots__ = ()

    def __init__(self, hint: Any = None, obj: Any = missing, name: Any = None, exc: Any = UndefinedError) -> None:
        super().__init__(hint, obj, name, UnknownNameError if obj is missing else exc)

    @property
    def _undefined_message(self) -> str:
        if self._undefined_obj is missing:
            return str(self._undefined_name)
        return (
            f"there is nothing behind the dot of “.{self._undefined_name}”; a filter stands behind a bar: name | upper"
        )


class Blank(Undefined):
    """An empty cell: false in an `if`, replaced by `default`, and never printed."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(None, missing, name, EmptyFieldError)

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name)

    def __str__(self) -> str:
        raise EmptyFieldError(str(self._undefined_name))

    def __html__(self) -> str:
        raise EmptyFieldError(str(self._undefined_name))


def run_of(context: Context) -> Run:
    """The run a context belongs to."""
    run = context.parent["_run"]
    assert isinstance(run, Run)
    return run


def plain(value: object) -> Any:
    """What a value computes as: a field's typed value, and floats as the decimals people wrote."""
    if isinstance(value, Field):
        value = value.value
    return Decimal(repr(value)) if isinstance(value, float) else value


@pass_context
def printed(context: Context, value: object) -> object:
    """What `{{ value }}` prints: a field as Excel shows it, and never "None", "True" or "0.30000000000000004"."""
    run: Run = context.parent["_run"]
    if type(value) is Field:
        text = value.shown
    elif isinstance(value, Undefined):
        return value
    else:
        text = value if isinstance(value, str) else as_text(value, run)
        if not text.isprintable():
            text = clean_body(text) if type(text) is str else type(text)(clean_body(text))
    run.spend(len(text))
    if run.html and "\n" in text and not isinstance(text, Markup):
        return Markup(str(escape(text)).replace("\n", "<br>\n"))  # noqa: S704  # escaped on this line
    return text


def as_text(value: object, run: Run) -> str:
    """A value in the words of the run's locale; raises BadValueError for what people do not print."""
    if isinstance(value, Field | str):
        return str(value)
    if isinstance(value, bool) or value is None:
        raise BadValueError(f"It would print “{value}”; ask with `if` instead.")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return number_text(plain(value), run.locale)
    if isinstance(value, date):
        return date_text(value, run.locale)
    if isinstance(value, timedelta):
        return span_text(value, run.locale)
    raise BadValueError(f"It would print {_thing(value)}; print what is in it, with `join_and` or a `for`.")


def _thing(value: object) -> str:
    return "a list" if isinstance(value, list | tuple | range) else "a whole thing, not a text"


@pass_context
def glue(context: Context, parts: Iterable[object]) -> str:
    """What `a ~ b` makes."""
    texts = [str(printed(context, part)) for part in parts]
    return Markup("").join(texts) if context.eval_ctx.autoescape else "".join(texts)


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
    "//": operators.floordiv,
    "%": operators.mod,
}


def _bounded(found: Any) -> Any:
    """What was calculated; whole numbers would else grow for as long as there is memory."""
    if isinstance(found, int) and abs(found) > LARGEST:
        raise BadValueError("The number is too large for a mail.")
    return found


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment every template is compiled in."""

    intercepted_binops = frozenset({*_OPERATORS, "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on typed values, with texts, lists, powers and whole numbers bounded."""
        if operator == "**":
            raise BadValueError("Powers (**) are not for mails.")
        if isinstance(plain(left), str) or isinstance(plain(right), str):
            return self._joined(context, operator, left, right)
        if isinstance(left, list | tuple) or isinstance(right, list | tuple):
            raise BadValueError("A list cannot be calculated with.")
        return _bounded(_OPERATORS[operator](plain(left), plain(right)))

    def _joined(self, context: Context, operator: str, left: Any, right: Any) -> str:
        if operator == "+":
            return glue(context, [left, right])
        raise BadValueError(f"Text cannot be used with “{operator}”.")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Plain values offer a short list; what else there is, Jinja's own rule decides."""
        if isinstance(obj, str):
            return attr in _OF_TEXT
        if isinstance(obj, date | timedelta):
            return attr in _OF_DAYS
        if isinstance(obj, int | float | Decimal | bytes):
            return False
        return super().is_safe_attribute(obj, attr, value)
