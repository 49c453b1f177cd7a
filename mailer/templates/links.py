"""Which links a mail may hold: http, https, mailto and tel, looked at after rendering."""

from __future__ import annotations

import html
import re

from mailer.templates.spoken import BadValueError

_ALLOWED = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)
_REMOTE = re.compile(r"https?://\S", re.IGNORECASE)


def unescaped(value: object) -> str:
    """An attribute's value as a mail program reads it."""
    return html.unescape(str(value)).strip()


def is_allowed(link: str) -> bool:
    """True for http, https, mailto, tel, and a place in the same mail (`#top`)."""
    return link.startswith("#") or bool(_ALLOWED.match(link))


def is_remote(link: str) -> bool:
    """True for http and https."""
    return bool(_REMOTE.match(link))


def checked(value: str) -> str:
    """`value` if it is a link a mail may hold; put around every link that fields take part in."""
    link = unescaped(value)
    if not is_allowed(link):
        raise BadValueError(f"“{link[:80]}” is not a web, mail or telephone link.")
    return value
