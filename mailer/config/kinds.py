"""The kinds of text that config.yaml holds, each checked where it is read."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from mailer.model import Period


def _names(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        ours = sorted(zone for zone in available_timezones() if text and text.casefold() in zone.casefold())
        hint = f"; did you mean `{ours[0]}`?" if ours else "; write it as Continent/City, such as `Africa/Lagos`"
        raise ValueError(f"“{text}” is not a time zone{hint}") from error
    return text


def _server(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"“{text}” needs a host and a port, such as `smtp.gmail.com:465`")
    return text


def _from(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(text)[1]):
        raise ValueError(f"“{text}” has no address; write `Ada Obi <ada@harbourvale.example>`")
    return text


def _password(text: str) -> str:
    """Never repeats what it was given: it may be a password."""
    if not re.fullmatch(r"keyring|prompt|env:[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError("must say where the password is: `keyring`, `env:NAME` or `prompt`; never the password")
    return text


def _country(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(f"“{text}” is not a country code of two letters, such as `NG`")
    return text.upper()


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", text):
        raise ValueError(f"“{text}” is not a language code, such as `en` or `pt-BR`")
    return text.replace("_", "-")


#: One name, or a list of them.
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
#: An IANA time zone.
Zone = Annotated[str, AfterValidator(_zone)]
#: Host and port.
Server = Annotated[str, AfterValidator(_server)]
#: What the From header says.
FromText = Annotated[str, AfterValidator(_from)]
#: Where a password is found; never the password.
PasswordPlace = Annotated[str, AfterValidator(_password)]
#: ISO 3166 alpha-2.
Country = Annotated[str, AfterValidator(_country)]
#: BCP 47.
Language = Annotated[str, AfterValidator(_language)]
#: "90 days" in the file, a `Period` in the code.
PeriodText = Annotated[
    Period,
    BeforeValidator(lambda value: Period.parse(value) if isinstance(value, str) else value),
    PlainSerializer(str),
]
