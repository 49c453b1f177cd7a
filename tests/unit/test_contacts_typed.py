"""Text of a csv → its value: only what is plainly one, as the firm's region writes it."""

import pytest

from mailer.contacts.formats.places import place_of
from mailer.contacts.typed import typed


@pytest.mark.parametrize(
    ("text", "language", "country", "value"),
    [
        ("1 200,50 €", "fr", "FR", 1200.5),
        ("1\u202f200,50\u00a0€", "fr", "FR", 1200.5),
        ("-990,00 €", "fr", "FR", -990.0),
        ("1.200,50 €", "de", "DE", 1200.5),
        ("€12", "de", "DE", 12),
        ("£1,200", "en", "GB", 1200.0),
        ("$1,200.50", "en", "US", 1200.5),
    ],
)
def test_money_in_the_firm_s_own_currency_is_a_number(text, language, country, value):
    assert typed(text, place_of(language, country)) == value


@pytest.mark.parametrize(
    "text", ["1 200,50 $", "€", "€ €5", "€5€", "12 mars €", "€01/02/2020", "5 % €", "00123 €", "A €5"]
)
def test_what_is_not_plainly_money_of_the_firm_stays_text(text):
    assert typed(text, place_of("fr", "FR")) == text
