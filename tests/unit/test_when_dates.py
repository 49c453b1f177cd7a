"""Cells that hold dates, and cells that only look like it."""

from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer import when
from mailer.when import Dated


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (date(1985, 3, 29), Dated(29, 3, 1985)),
        (datetime(2026, 12, 5), Dated(5, 12, 2026)),
        (datetime(2026, 12, 5, 14, 15, 30), Dated(5, 12, 2026, time(14, 15))),
        ("1985-03-29", Dated(29, 3, 1985)),
        ("2026-12-05 14:15", Dated(5, 12, 2026, time(14, 15))),
        ("2026-12-05T14:15", Dated(5, 12, 2026, time(14, 15))),
        ("29.2.", Dated(29, 2)),
        ("29.2.1988", Dated(29, 2, 1988)),
        ("29/03", Dated(29, 3)),
        (" 3 - 4 - 1990 ", Dated(3, 4, 1990)),
        ("29 February", Dated(29, 2)),
        ("3rd of March 1990", Dated(3, 3, 1990)),
        ("March 3, 1990", Dated(3, 3, 1990)),
        ("Mar 3", Dated(3, 3)),
        ("3. März", Dated(3, 3)),
        ("1er février", None),
    ],
)
def test_a_day_is_understood_as_people_write_it(cell, meant):
    language = "de" if meant else "fr"
    assert when.dated(cell, language=language) == (meant or Dated(1, 2))


@pytest.mark.parametrize("cell", ["1º de março", "1.º março", "1 de mar."])
def test_the_first_of_a_month_is_understood_as_the_portuguese_write_it(cell):
    assert when.dated(cell, language="pt-BR") == Dated(1, 3)


def test_month_first_is_for_slashes_only():
    assert when.dated("03/04/1990", month_first=True) == Dated(4, 3, 1990)
    assert when.dated("03.04.1990", month_first=True) == Dated(3, 4, 1990)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (None, "there is no date"),
        ("  ", "there is no date"),
        ("soon", "“soon” is not a date"),
        ("ask Bob", "is not a date"),
        (45719, "is a number or a time, not a date"),
        (time(9, 30), "is a number or a time, not a date"),
        (True, "is a number or a time"),
        (datetime(1900, 1, 1), "the year 1900 cannot be right"),
        ("1899-12-31", "the year 1899 cannot be right"),
        ("25.13.1985", "is a day that does not exist"),
        ("03/25/1985", "has no month 25; day and month seem to be swapped"),
        ("29.2.1990", "is a day that does not exist"),
        ("31.4.", "is a day that does not exist"),
        ("29.3.85", "write the year with four digits"),
        ("2026-12-05 25:15", "is not a time of day"),
        ("29 Smarch", "is not a date"),
    ],
)
def test_what_is_not_a_day_is_told_in_one_sentence(cell, said):
    with pytest.raises(ValueError, match=said):
        when.dated(cell)


@given(st.text(max_size=30))
def test_no_text_makes_it_fall_over(text):
    with suppress(ValueError):
        assert when.dated(text).in_year(2028)


@given(st.dates(date(1901, 1, 1), date(2100, 1, 1)))
def test_a_date_is_the_same_typed_or_written(day):
    expected = Dated(day.day, day.month, day.year)
    written = [day, f"{day}", f"{day:%d.%m.%Y}", f"{day:%-d %B %Y}", f"{day:%B %-d, %Y}"]
    assert {when.dated(each) for each in written} == {expected}
    assert when.dated(f"{day:%m/%d/%Y}", month_first=True) == expected
