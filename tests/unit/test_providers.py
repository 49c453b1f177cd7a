"""What is known about mail providers: right in itself, dated, and found by server or address."""

import re

import pytest

from mailer.config import Account
from mailer.transports.providers import OWN, provider_of, providers


@pytest.mark.parametrize("provider", providers().values(), ids=lambda provider: provider.name)
def test_every_provider_can_be_written_into_the_config(provider):
    server = provider.server.replace("YOUR-DOMAIN", "example.com")
    Account.model_validate({"from": "a@b.example", "server": server, "security": provider.security})
    assert provider.per_day >= 1
    assert provider.per_minute >= 1
    assert provider.password in ("app", "own", "none")
    assert bool(provider.steps) == (provider.password != "none")
    assert provider.limits
    assert re.fullmatch(r"20\d\d-[01]\d", provider.checked)
    assert provider.sources or provider.name == OWN


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ("smtp.gmail.com:465", "google"),
        ("smtp.office365.com:587", "microsoft365"),
        ("smtppro.zoho.eu:465", "zoho"),
        ("SMTP.IONOS.DE:465", "ionos"),
        ("mail.notgmail.com:465", OWN),
        ("gmail.com.evil.example:465", OWN),
    ],
)
def test_a_provider_is_told_by_its_server(server, name):
    assert provider_of(server=server, address="ada@gmail.com").name == name


@pytest.mark.parametrize(
    ("address", "name"),
    [("ada@GMAIL.com", "google"), ("ada@hotmail.com", "outlook"), ("ada@harbourvale.example", OWN), ("", OWN)],
)
def test_a_provider_is_told_by_the_address_where_no_server_is_given(address, name):
    assert provider_of(address=address).name == name
