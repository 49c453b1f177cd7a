"""The kinds of text that config.yaml holds, each checked where it is read."""

from __future__ import annotations

import re
from datetime import time
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from mailer.model import Period

_FROM_ENVIRONMENT = r"^(env:\w+)?$"


def listed(value: object) -> object:
    """Take one text for a list of one."""
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


def host_and_port(server: str) -> tuple[str, int]:
    """The parts of a `Server`; an IPv6 address loses its brackets."""
    host, _, port = server.rpartition(":")
    return host.strip("[]"), int(port)


def is_loopback(server: str) -> bool:
    """Whether a `Server` never leaves this machine."""
    host, _ = host_and_port(server)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_domain(text: str) -> bool:
    try:
        return bool(text.encode("idna"))
    except UnicodeError:  # an empty or too long label
        return False


def _from(text: str) -> str:
    address = parseaddr(text)[1]
    if text and not (re.fullmatch(r"[^@\s]+@[^@\s]+", address) and _is_domain(address.rpartition("@")[2])):
        raise ValueError(f"“{text}” has no address; write `Ada Obi <ada@harbourvale.example>`")
    return text


def _password(text: str) -> str:
    """Never repeats what it was given: it may be a password."""
    if not re.fullmatch(r"keyring|prompt|env:[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError("must say where the password is: `keyring`, `env:NAME` or `prompt`; never the password")
    return text


def _secret(text: str) -> str:
    """Never repeats what it was given: it may be the secret."""
    if not re.fullmatch(_FROM_ENVIRONMENT, text):
        raise ValueError("must say where the secret is: `env:NAME`; never the secret")
    return text


def _country(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(f"“{text}” is not a country code of two letters, such as `NG`")
    return "GB" if text.upper() == "UK" else text.upper()


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", text):
        raise ValueError(f"“{text}” is not a language code, such as `en` or `pt-BR`")
    return text.replace("_", "-")


def _zone_choice(text: str) -> str:
    return text if text in {"firm", "recipient"} else _zone(text)


def _clock(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*", value)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"“{value}” is not a time of day, such as `09:30`")
    return time(int(match[1]), int(match[2]))


def _days(period: Period) -> Period:
    if period.unit in {"minute", "hour"}:
        raise ValueError(f"“{period}” is not whole days; write days, working days, weeks, months or years")
    return period


def _forward(period: Period) -> Period:
    if period.count < 0:
        raise ValueError(f"“{period}” goes back in time; write it without the minus")
    return period


#: One name, or a list of them.
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
#: An IANA time zone.
Zone = Annotated[str, AfterValidator(_zone)]
#: Host and port.
Server = Annotated[str, AfterValidator(_server)]
#: What the From header says.
FromText = Annotated[str, AfterValidator(_from)]
#: Where a password is found; never the password.
PasswordPlace = Annotated[str, AfterValidator(_password)]
#: Where a client secret is found, "" where there is none; never the secret.
SecretPlace = Annotated[str, AfterValidator(_secret), WithJsonSchema({"type": "string", "pattern": _FROM_ENVIRONMENT})]
#: ISO 3166 alpha-2.
Country = Annotated[str, AfterValidator(_country)]
#: BCP 47.
Language = Annotated[str, AfterValidator(_language)]
#: "90 days" in the file, a `Period` in the code.
PeriodText = Annotated[
    Period,
    BeforeValidator(lambda value: Period.parse(value) if isinstance(value, str) else value),
    PlainSerializer(str),
    WithJsonSchema({"type": "string"}),
]
#: A period that only goes forward.
Span = Annotated[PeriodText, AfterValidator(_forward)]
#: A period of whole days, forward or back.
Days = Annotated[PeriodText, AfterValidator(_days)]
#: A period of whole days that only goes forward.
DaysAhead = Annotated[Days, AfterValidator(_forward)]
#: Time of day, "09:30".
Clock = Annotated[time, BeforeValidator(_clock), WithJsonSchema({"type": "string"})]
#: Whose clock: "firm", "recipient", or an IANA time zone.
ZoneChoice = Annotated[str, AfterValidator(_zone_choice)]
