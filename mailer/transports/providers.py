"""What is known about the usual mail providers: server, limits, and how a program gets a password there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

#: Who takes every account that no other provider claims.
OWN = "own"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, as read in the month `checked`."""

    name: str
    title: str
    #: The domains whose addresses are surely theirs; a firm's own domain tells nothing.
    domains: tuple[str, ...]
    #: A server under one of these names is theirs.
    hosts: tuple[str, ...]
    #: Host and port.
    server: str
    security: str
    #: What we propose, a little below the limits.
    per_day: int
    per_minute: int
    #: The provider's own limits, in words.
    limits: str
    #: "app" (one made for this program), "own" (the mailbox's), or "none" (no password lets programs in).
    password: str
    #: The page where an app password is made, or "".
    page: str
    #: What to do to get the password, in order.
    steps: tuple[str, ...]
    #: What else a person must know.
    words: str
    #: Year and month.
    checked: str
    sources: tuple[str, ...]


@cache
def providers() -> dict[str, Provider]:
    """Read the data file: name → provider, in the order they are offered."""
    text = files("mailer.transports").joinpath("providers.toml").read_text(encoding="utf-8")
    return {entry["name"]: _provider(entry) for entry in tomllib.loads(text)["provider"]}


def _provider(entry: Mapping[str, Any]) -> Provider:
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    return Provider(**{**entry, **lists})


def provider_of(*, server: str = "", address: str = "") -> Provider:
    """Tell the provider by the server's name, else by the address's domain; `own` where neither tells."""
    host, domain = server.rpartition(":")[0].casefold(), address.rpartition("@")[2].casefold()
    for provider in providers().values():
        if any(f".{host}".endswith(f".{name}") for name in provider.hosts):
            return provider
        if not host and domain in provider.domains:
            return provider
    return providers()[OWN]
