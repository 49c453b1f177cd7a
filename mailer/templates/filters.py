"""The filters people need in a letter, in the words of the run's locale; each works on the typed value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.lists import format_list
from babel.numbers import format_percent, get_territory_currencies
from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from mailer.model import Field
from mailer.templates import links
from mailer.templates.names import first_name, title_name
from mailer.templates.sandbox import plain, printed, run_of
from mailer.templates.spoken import (
    BadValueError,
    ago_text,
    date_text,
    money_text,
    nearest_anniversary,
    number_text,
    refuse_odd,
    rounded,
    whole_years,
)

#: How each language writes 1st; a number is followed by a full stop elsewhere.
_ORDINALS: Mapping[str, Callable[[int], str]] = {
    "en": lambda number: f"{number}{_english_ending(number)}",
    "fr": lambda number: f"{number}{'er' if number == 1 else 'e'}",
    "es": lambda number: f"{number}.º",
    "pt": lambda number: f"{number}.º",
    "it": lambda number: f"{number}º",
    "nl": lambda number: f"{number}e",
}


def _english_ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _day(value: object) -> date:
    found = _given(value)
    if isinstance(found, str):
        try:
            return date.fromisoformat(found.strip())
        except ValueError:
            found = None
    if not isinstance(found, date):
        raise BadValueError(f"“{value}” is not a date.")
    return found


def _number(value: object) -> int | Decimal:
    found = _given(value)
    if isinstance(found, str):
        try:
            found = Decimal(found.strip())
        except InvalidOperation:
            found = None
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise BadValueError(f"“{value}” is not a number.")
    refuse_odd(found)
    return found


def _given(value: object) -> Any:
    """The typed value; a blank or unknown one says so itself."""
    if isinstance(value, Undefined):
        str(value)
    return plain(value)


@pass_context
def in_date(context: Context, value: object, form: str = "long") -> str:
    """`{{ client_since | date("MMMM yyyy") }}`: short, medium, long (the default), full, or a pattern."""
    return date_text(_day(value), run_of(context).locale, form)


@pass_context
def in_money(context: Context, value: object, currency: str = "") -> str:
    """`{{ amount | money("EUR") }}`; without a currency, that of the firm's country."""
    run = run_of(context)
    code = currency or next(iter(get_territory_currencies(run.country) if run.country else ()), "")
    if not code:
        raise BadValueError('`money` needs a currency, such as money("EUR"), or the firm\'s country.')
    return money_text(_number(value), code, run.locale)


@pass_context
def in_number(context: Context, value: object, digits: int | None = None) -> str:
    """`{{ hours | number(1) }}`: thousands parted, with so many decimals."""
    return number_text(_number(value), run_of(context).locale, digits)


@pass_context
def in_percent(context: Context, value: object, digits: int | None = None) -> str:
    """`{{ growth | percent }}`: 0.125 is 12.5 %."""
    share = _number(value) if digits is None else rounded(_number(value), digits + 2)
    return str(format_percent(share, locale=run_of(context).locale, decimal_quantization=False))


@pass_context
def in_ordinal(context: Context, value: object) -> str:
    """`{{ years | ordinal }}`: 3rd, 3e, 3.º, 3."""
    number = int(_number(value))
    write = _ORDINALS.get(run_of(context).locale.language)
    return write(number) if write else f"{number}."


@pass_context
def join_and(context: Context, values: Iterable[object]) -> str:
    """`{{ names | join_and }}`: "Ada, Ben and Chi" in the locale's way."""
    texts = [str(printed(context, value)) for value in values]
    return str(format_list(texts, locale=run_of(context).locale))


@pass_context
def ago(context: Context, value: object) -> str:
    """`{{ client_since | ago }}`: "3 years ago", or "in 2 days", seen from `now`."""
    run, day = run_of(context), _day(value)
    return ago_text(day.date() if isinstance(day, datetime) else day, run.now.date(), run.locale)


def in_first(value: object) -> object:
    """`{{ name | first }}`: the first name; of a list, its first thing."""
    if isinstance(value, Field | str | Undefined):
        return first_name(str(value))
    if isinstance(value, Iterable):
        for item in value:
            return item
    raise BadValueError("`first` was given nothing.")


def in_title_name(value: object) -> str:
    """`{{ name | title_name }}`: ADA OBI is Ada Obi."""
    return title_name(str(value))


def in_whole(value: object) -> int:
    """`{{ amount | int }}`: the whole number."""
    return int(_number(value))


def in_round(value: object, digits: int = 0) -> int | Decimal:
    """`{{ amount | round(2) }}`."""
    return rounded(_number(value), digits)


def in_abs(value: object) -> Decimal:
    """`{{ change | abs }}`: without its sign."""
    return abs(Decimal(_number(value)))


def in_sum(values: Iterable[Any], column: str = "") -> Decimal:
    """`{{ rows | sum("amount") }}`: the column's total over joined rows."""
    total = Decimal(0)
    for row in values:
        total += Decimal(_number(row[column] if column else row))
    return total


@pass_context
def in_join(context: Context, values: Iterable[object], between: str = "") -> str:
    """In `{{ names | join(", ") }}`: the texts of a list with the same between each."""
    texts = [str(printed(context, value)) for value in values]
    run_of(context).spend(len(between) * len(texts))
    return between.join(texts)


@pass_context
def in_replace(context: Context, value: object, old: str, new: str) -> str:
    """In `{{ code | replace("-", " ") }}`: every `old` becomes `new`."""
    text = str(value)
    run_of(context).spend(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


@pass_context
def in_image(context: Context, value: str) -> str:
    """What an `<img src>` with a name made of fields becomes; put in by us, not by authors."""
    run = run_of(context)
    path = links.unescaped(value)
    if links.is_remote(path):
        return value
    if run.image is None:
        raise BadValueError("A picture stands in an <img>.")
    return f"cid:{run.image(path).content_id}"


@pass_context
def years(context: Context, value: object) -> int:
    """`{{ joined | years }}`: whole years since that day."""
    return whole_years(_day(value), run_of(context).now.date())


@pass_context
def anniversary(context: Context, value: object) -> int:
    """`{{ client_since | anniversary }}`: which anniversary is nearest to `now`."""
    return nearest_anniversary(_day(value), run_of(context).now.date())


def sentence(value: object) -> str:
    """`{{ last_project | sentence }}`: with a capital at its head, the rest as it is."""
    text = str(value)
    return text[:1].upper() + text[1:]


#: Name in a template → what does it.
FILTERS: Mapping[str, Callable[..., Any]] = {
    "date": in_date,
    "money": in_money,
    "number": in_number,
    "percent": in_percent,
    "ordinal": in_ordinal,
    "join_and": join_and,
    "first": in_first,
    "title_name": in_title_name,
    "ago": ago,
    "years": years,
    "anniversary": anniversary,
    "sentence": sentence,
    "int": in_whole,
    "round": in_round,
    "abs": in_abs,
    "sum": in_sum,
    "join": in_join,
    "replace": in_replace,
    "_link": links.checked,
    "_image": in_image,
}


def filter_texts() -> dict[str, str]:
    """What each filter does, an example first."""
    texts = {name: " ".join((call.__doc__ or "").split()) for name, call in FILTERS.items()}
    return {name: text.replace("`", "") for name, text in sorted(texts.items()) if not name.startswith("_")}
