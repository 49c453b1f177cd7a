"""`where:` over typed fields."""

from datetime import date, datetime

import pytest

from mailer.errors import ConfigError, ContactsError
from mailer.expressions import compile_expression
from mailer.model import Field

TODAY = date(2026, 11, 21)
FIELDS = {
    "years_with_us": Field("4", 4),
    "discount": Field("10%", 0.1),
    "renewal": Field("1 Dec 2026", date(2026, 12, 1)),
    "client_since": Field("3.3.2015", datetime(2015, 3, 3, 9)),
    "owner": Field("Ada Obi", "Ada Obi"),
    "on_hold": Field("no", "no"),
    "amount": Field(""),
    "code": Field("soon", "soon"),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("years_with_us >= 1 and not on_hold", True),
        ("discount > 0.05", True),
        ("renewal < 30 days", True),
        ("renewal > 30 days", False),
        ("renewal < today + 2 weeks", True),
        ("client_since < today - 5 years", True),
        ("client_since > 12 years", False),
        ("owner == 'ada obi'", True),
        ("owner in ['Ada Obi', 'Ben Vale']", True),
        ("'Ada' in owner", True),
        ("owner == '30 days'", False),
        ("amount > 100", False),
        ("amount < 100", False),
        ("amount", False),
        ("amount is none or years_with_us == 4", True),
        ("years_with_us * 2 == 8", True),
        ("client_since.year == 2015", True),
        ("(renewal - today).days == 10", True),
    ],
)
def test_an_expression_works_on_what_a_cell_is(text, expected):
    assert bool(compile_expression(text)(FIELDS, TODAY)) is expected


def test_an_unknown_column_is_named_with_the_nearest():
    with pytest.raises(ContactsError, match="yers_with_us") as caught:
        compile_expression("yers_with_us > 1")(FIELDS, TODAY)
    assert "years_with_us" in caught.value.cure


def test_a_column_that_does_not_fit_is_named():
    with pytest.raises(ContactsError, match="“code” is text here"):
        compile_expression("code > 3")(FIELDS, TODAY)


@pytest.mark.parametrize(
    "text", ["renewal < 9999 years", "client_since < today + 9999 years", "1 / (years_with_us - 4)"]
)
def test_what_cannot_be_worked_out_is_said(text):
    with pytest.raises(ContactsError, match="cannot be worked out"):
        compile_expression(text)(FIELDS, TODAY)


@pytest.mark.parametrize("text", ["years_with_us >", "", "owner ==== 3", "{{ x }}"])
def test_what_is_no_expression_is_a_mistake_in_the_config(text):
    with pytest.raises(ConfigError, match="not an expression"):
        compile_expression(text)


@pytest.mark.parametrize(
    ("elsewhere", "here"),
    [
        ("years_with_us => 3", "years_with_us >= 3"),
        ("years_with_us = 3 AND owner <> 'a = b'", "years_with_us == 3 and owner != 'a = b'"),
        ("years_with_us =< 3 || NOT owner", "years_with_us <= 3 or not owner"),
    ],
)
def test_a_condition_as_spreadsheets_write_it_is_told_how_it_is_written_here(elsewhere, here):
    with pytest.raises(ConfigError) as refused:
        compile_expression(elsewhere)
    assert refused.value.cure == f"Did you mean `{here}`?"


@pytest.mark.parametrize(
    "text", ["owner.__class__", "owner.__class__.__mro__", "owner.value.__class__", "''.__class__.__base__"]
)
def test_an_expression_reaches_nothing_but_values(text):
    with pytest.raises(ContactsError):
        compile_expression(f"{text} == 1")(FIELDS, TODAY)
